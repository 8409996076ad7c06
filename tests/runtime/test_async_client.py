"""What async clients do with pages, waiters and endpoints that are renewed in the background."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, ClassVar, TypeVar
from weakref import ref

import pytest
from drawplate.async_client import AsyncClient
from drawplate.config import Config
from drawplate.endpoints import Endpoint
from drawplate.errors import PaginationError, WaiterFailedError, WaiterTimeoutError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.operation import Operation
from drawplate.pagination import AsyncPaginator

from tests.options.small import SmallClient
from tests.runtime.clients import KEY, SECRET
from tests.runtime.flows import Named, busy, operation
from tests.runtime.test_pagination import PAGINATION, Input, Page
from tests.runtime.test_waiters import WAITER

T = TypeVar("T")


class Things(AsyncClient):
    """A client of small services, with what generated ones have methods for."""

    _service = SmallClient._service
    _package = "things#1"
    _operations: ClassVar = {**SmallClient._operations, "name_thing": operation()}

    def _resolve_endpoint(self, config: Config) -> Endpoint:
        return Endpoint(f"https://things.{config.region}.test")

    async def call(self, name: str) -> object:
        """Call an operation without parameters."""
        chosen: Operation[Any, Any] = self._operations[name]
        return await self._invoke(chosen, {})

    async def wait(self, **options: float) -> Named:
        """Wait for a thing to be ready."""
        given = {"max_wait": 100.0, "min_delay": 2.0, "max_delay": 120.0, **options}
        # The input of the operation is a name, not a structure.
        params: Any = "x"
        return await self._wait(WAITER, params, **given)


class Answering:
    """Answers in order, with the last for ever; says who was asked."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.answers = [*answers]
        self.hosts: list[str] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        self.hosts.append(request.url.split("/")[2])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return HttpResponse(answer.status, answer.headers.copy(), answer.body)


class Pauses:
    """Stands for pauses: keeps their lengths, and ends one when it is told."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.gates: list[asyncio.Event] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        gate = asyncio.Event()
        self.gates.append(gate)
        await gate.wait()


def client(*answers: HttpResponse, **options: Any) -> tuple[Things, Answering]:
    transport = Answering(*answers)
    keys: Any = {"access_key_id": KEY, "secret_access_key": SECRET, "environ": {}}
    return Things(region="us-east-1", transport=transport, **keys, **options), transport


def text(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(status, {}, body)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(AsyncClient, "_sleep", staticmethod(sleep))
    monkeypatch.setattr("drawplate._client_base._random", lambda: 1.0)
    return waits


async def listed(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]


def paginator(*pages: Page) -> tuple[AsyncPaginator[int, Page], list[str | None]]:
    waiting, asked = list(pages), list[str | None]()

    async def call(params: Input) -> Page:
        await asyncio.sleep(0)
        assert params.once is None
        params.once = "filled in"
        asked.append(params.after)
        return waiting.pop(0)

    return AsyncPaginator(PAGINATION, Input(), call), asked


def test_pages_come_one_call_each_and_begin_anew() -> None:
    pages = [Page([1, 2], "a"), Page(None, "b"), Page([3])]
    made, asked = paginator(*pages, *pages)

    async def main() -> None:
        assert asked == []
        assert await listed(made.pages()) == pages
        assert await listed(aiter(made)) == [1, 2, 3]

    asyncio.run(main())
    assert asked == [None, "a", "b"] * 2
    assert repr(made) == "<AsyncPaginator of ListThings>"


def test_pages_that_nobody_wants_are_not_asked_for() -> None:
    made, asked = paginator(Page([1, 2], "a"), Page([3]))

    async def main() -> None:
        items = aiter(made)
        assert await anext(items) == 1
        assert await anext(items) == 2

    asyncio.run(main())
    assert asked == [None]


def test_pages_that_do_not_end_are_an_error() -> None:
    made, _ = paginator(Page([1], "a"), Page([2], "a"))
    with pytest.raises(PaginationError, match="ListThings"):
        asyncio.run(listed(made.pages()))


def test_a_waiter_asks_until_it_is_so(slept: list[float]) -> None:
    things, transport = client(text(b"coming"), text(b"coming"), text(b"ready"))
    assert asyncio.run(things.wait()).name == "ready"
    assert (len(transport.hosts), slept) == (3, [2.0, 4.0])


def test_a_waiter_gives_up(slept: list[float]) -> None:
    things, transport = client(text(b"coming"), text(b"broken"))
    with pytest.raises(WaiterFailedError) as caught:
        asyncio.run(things.wait())
    assert (caught.value.attempts, len(transport.hosts), slept) == (2, 2, [2.0])
    with pytest.raises(WaiterTimeoutError):
        asyncio.run(client(text(b"coming"))[0].wait(max_wait=1))


def test_a_wait_can_be_cancelled() -> None:
    things, transport = client(text(b"coming"))

    async def main() -> None:
        async with asyncio.timeout(0.01):
            await things.wait(min_delay=60.0)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert len(transport.hosts) == 1


def told(*addresses: str) -> HttpResponse:
    named = ", ".join(f'"{address}"' for address in addresses)
    return text(b'{"addresses": [%b]}' % named.encode())


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    made = Pauses()
    monkeypatch.setattr("drawplate.async_client._pause", made)
    return made


def watched(*answers: HttpResponse) -> tuple[Things, Answering]:
    return client(
        *answers,
        endpoint_discovery=True,
        active_endpoint_cache=True,
        endpoint_cache_poll_interval=7,
    )


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {task for task in [asyncio.current_task()] if task is not None}


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(main())


def test_endpoints_are_renewed_by_a_task_that_ends_with_the_client(pauses: Pauses) -> None:
    things, transport = watched(told("a.test"), text(b""), told("b.test"), text(b""))

    async def main() -> None:
        await things.call("optional")
        await turns()
        assert (pauses.seconds, len(others())) == ([7], 1)
        pauses.gates[0].set()
        await turns()
        assert pauses.seconds == [7, 7]
        await things.call("optional")
        assert len(others()) == 1
        await things.aclose()
        await turns()
        assert others() == set()

    run(main)
    region = "things.us-east-1.test"
    assert transport.hosts == [region, "a.test", region, "b.test"]


def test_a_renewal_that_fails_is_tried_again(pauses: Pauses) -> None:
    things, _ = watched(told("a.test"), text(b""), busy(400), told("b.test"))

    async def main() -> None:
        await things.call("optional")
        for number in range(2):
            await turns()
            pauses.gates[number].set()
        await turns()
        assert pauses.seconds == [7, 7, 7]
        await things.aclose()

    run(main)


def test_the_next_loop_has_a_task_of_its_own(pauses: Pauses) -> None:
    things, _ = watched(told("a.test"), text(b""))

    async def main() -> None:
        await things.call("optional")
        await turns()
        assert len(others()) == 1

    run(main)
    run(main)
    assert pauses.seconds == [7, 7]


def test_the_task_does_not_keep_the_client(pauses: Pauses) -> None:
    made, _ = watched(told("a.test"), text(b""))
    gone, kept = ref(made), [made]
    del made

    async def main() -> None:
        await kept[0].call("optional")
        await turns()
        kept.clear()
        gc.collect()
        assert gone() is None
        await turns()
        assert others() == set()

    run(main)
