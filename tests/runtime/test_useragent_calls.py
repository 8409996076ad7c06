"""Codes in the User-Agent header that are about one call: set by what makes it, and never kept."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest
from drawplate._call import CallNext, Flow
from drawplate.client import Client
from drawplate.config import Config, ServiceInfo
from drawplate.context import RequestContext
from drawplate.endpoints import Endpoint
from drawplate.errors import ServiceError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.pagination import Pagination
from drawplate.response import Response
from drawplate.structures import Output, Structure
from drawplate.waiters import Waiter

from tests.runtime.clients import KEY, SECRET, Recorder

pytestmark = pytest.mark.usefixtures("face")  # both clients


class Input(Structure):
    __slots__ = ("after", "body")

    def __init__(self, *, after: str | None = None, body: bytes = b"") -> None:
        self.after = after
        self.body = body


class Page(Output):
    __slots__ = ("after",)

    def __init__(self, after: str | None) -> None:
        self.after = after


def _check(given: Any) -> Input:
    return Input(**given)


def _serialize(given: Input) -> HttpRequest:
    return HttpRequest("POST", f"/{given.after or ''}", Headers(), given.body)


def _parse(response: HttpResponse) -> Page:
    return Page(response.headers.get("after"))


OPERATION: Operation[Input, Page] = Operation(
    name="ListThings",
    method_name="list_things",
    check=_check,
    serialize=_serialize,
    parse=_parse,
    errors=Errors(ServiceError, {}),
    compression="large",
)
PAGINATION: Pagination[Input, Page, str] = Pagination(
    operation=OPERATION,
    member="after",
    next_token=lambda page: page.after,
    items=lambda page: [page.after or "end"],
)
WAITER: Waiter[Page] = Waiter(
    name="ThingsListed",
    operation=OPERATION,
    judge=lambda _, page: "success" if isinstance(page, Page) and not page.after else "retry",
)


class ThingsClient(Client):
    _service = ServiceInfo(service_id="Things", signing_name="things", identifier="things")
    _package = "things#1"
    _operations: ClassVar[Mapping[str, Operation[Any, Any]]] = {"list_things": OPERATION}

    def _resolve_endpoint(self, config: Config) -> Endpoint:
        return Endpoint("https://things.example.com")

    @staticmethod
    def _sleep(seconds: float) -> None:
        """A waiter waits, and nobody has time."""

    def list_things(self, **params: object) -> Page:
        return self._invoke(OPERATION, params)

    def paginate_list_things(self) -> Sequence[str]:
        return list(self._paginate(PAGINATION, {}))

    def wait_until_things_listed(self) -> Page:
        return self._wait(WAITER, {}, max_wait=100, min_delay=1, max_delay=2)


TWO_PAGES = (HttpResponse(200, {"after": "1"}), HttpResponse(200))
BUSY = HttpResponse(503)


def things(*answers: HttpResponse, **options: Any) -> tuple[ThingsClient, Recorder]:
    transport = Recorder(*answers)
    client = ThingsClient(
        region="us-east-1",
        environ={},
        access_key_id=KEY,
        secret_access_key=SECRET,
        transport=transport,
        retry_base_delay=0,
        request_min_compression_size_bytes=10,
        **options,
    )
    return client, transport


def metrics(transport: Recorder) -> list[str]:
    return [request.headers["user-agent"].rpartition(" ")[2] for request in transport.requests]


def test_a_plain_call_adds_nothing() -> None:
    client, transport = things()
    client.list_things()
    assert metrics(transport) == ["m/D"]


def test_a_paginator_is_counted_on_each_page() -> None:
    client, transport = things(*TWO_PAGES)
    assert client.paginate_list_things() == ["1", "end"]
    assert metrics(transport) == ["m/C,D", "m/C,D"]


def test_a_waiter_is_counted_on_each_call() -> None:
    client, transport = things(*TWO_PAGES, endpoint="https://custom.example.com")
    client.wait_until_things_listed()
    assert metrics(transport) == ["m/B,N,D", "m/B,N,D"]


def test_a_body_is_counted_that_was_compressed() -> None:
    client, transport = things()
    client.list_things(body=b"x" * 10)
    client.list_things(body=b"x" * 9)
    assert metrics(transport) == ["m/L,D", "m/D"]
    body = transport.requests[0].body
    assert isinstance(body, bytes)
    assert gzip.decompress(body) == b"x" * 10


def test_all_attempts_of_a_call_say_the_same_and_the_next_call_does_not() -> None:
    client, transport = things(BUSY, *TWO_PAGES, BUSY, HttpResponse(200))
    client.paginate_list_things()
    client.list_things()
    assert metrics(transport) == ["m/C,D", "m/C,D", "m/C,D", "m/D", "m/D"]


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_codes_stand_before_those_of_the_client(mode: Any) -> None:
    client, transport = things(retry_mode=mode)
    client.paginate_list_things()
    assert metrics(transport) == ["m/C,E" if mode == "standard" else "m/C,F"]


def test_calls_of_twenty_threads_keep_their_codes() -> None:
    class Sorting(Recorder):
        """Notes codes by the kind of call, which only its thread knows."""

        def __init__(self) -> None:
            super().__init__()
            self.seen: dict[str, set[str]] = {}

        def send(self, request: HttpRequest) -> HttpResponse:
            codes = request.headers["user-agent"].rpartition(" ")[2]
            self.seen.setdefault(threading.current_thread().name[:1], set()).add(codes)
            return HttpResponse(200)

    transport = Sorting()
    client = things()[0].with_options(transport=transport)

    def work(kind: str) -> None:
        for _ in range(50):
            if kind == "p":
                client.paginate_list_things()
            elif kind == "w":
                client.wait_until_things_listed()
            else:
                client.list_things(body=b"x" * (20 if kind == "l" else 0))

    threads = [
        threading.Thread(target=work, args=(kind,), name=f"{kind}{number}")
        for kind in "pwln"
        for number in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert transport.seen == {"p": {"m/C,D"}, "w": {"m/B,D"}, "l": {"m/L,D"}, "n": {"m/D"}}


def test_handlers_of_pages_and_waiters_know_the_client() -> None:
    client, _ = things(*TWO_PAGES)
    seen: list[object] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        seen.append(context.client)
        return (yield from call_next(context))

    client.handlers.add(handle)
    client.paginate_list_things()
    client.wait_until_things_listed()
    assert seen == [client] * 3
