from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

import pytest
from drawplate._async import run
from drawplate._call import Acquire, Close, Each, Flow, Read, Send, Sleep, Work
from drawplate._flow_lock import FlowLock
from drawplate.errors import ConnectError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.transport import TransportSettings

T = TypeVar("T")

REQUEST = HttpRequest("GET", "https://example.com/")


class Body:
    """A body that is awaited; says what was done with it, and waits for ever at its end."""

    def __init__(self, *pieces: bytes | Exception, endless: bool = False) -> None:
        self.pieces = pieces
        self.endless = endless
        self.closed = 0
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            self.given += 1
            yield piece
        if self.endless:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1


class Whole(Body):
    async def read(self) -> bytes:
        return b"whole"


class Carrier:
    """A transport that answers in order."""

    def __init__(self, *answers: HttpResponse | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def drive(flow: Flow[T], *answers: HttpResponse | Exception) -> T:
    return asyncio.run(run(flow, Carrier(*answers), asyncio.sleep))


async def start(flow: Flow[T], *answers: HttpResponse | Exception) -> asyncio.Task[T]:
    """Begin a flow, and let it come to the step where it waits for good."""
    task = asyncio.get_running_loop().create_task(run(flow, Carrier(*answers), asyncio.sleep))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    return task


async def cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def get() -> Flow[HttpResponse]:
    response: HttpResponse = yield Send(REQUEST)
    return response


def fetch() -> Flow[bytes]:
    response = yield from get()
    content: bytes = yield Read(response)
    return content


def test_what_is_sent_is_answered() -> None:
    response = HttpResponse(200)
    assert drive(get(), response) is response


def test_what_says_how_to_connect_goes_over_another_transport() -> None:
    settings, usual, other = TransportSettings(), Carrier(), Carrier(HttpResponse(204))
    asked: list[TransportSettings] = []

    def others(given: TransportSettings) -> Carrier:
        asked.append(given)
        return other

    def flow() -> Flow[HttpResponse]:
        response: HttpResponse = yield Send(REQUEST, settings)
        return response

    assert asyncio.run(run(flow(), usual, asyncio.sleep, others)).status == 204
    assert (asked, other.requests, usual.requests) == ([settings], [REQUEST], [])
    assert drive(flow(), HttpResponse(200)).status == 200


@pytest.mark.parametrize(
    ("body", "content"),
    [(Body(b"ab", b"", b"c"), b"abc"), (Body(), b""), (Whole(b"left out"), b"whole")],
)
def test_a_body_is_read_and_closed(body: Body, content: bytes) -> None:
    assert drive(fetch(), HttpResponse(200, body=body)) == content
    assert body.closed == 1


def test_a_body_that_is_there_needs_no_reading() -> None:
    assert drive(fetch(), HttpResponse(200, body=b"there")) == b"there"


def test_the_body_of_a_stub_is_read_at_once() -> None:
    class Parts:
        closed = False

        def __iter__(self) -> Any:
            return iter((b"a", b"b"))

        def close(self) -> None:
            self.closed = True

    parts = Parts()
    assert drive(fetch(), HttpResponse(200, body=parts)) == b"ab"
    assert parts.closed


def test_what_goes_wrong_is_thrown_into_the_flow() -> None:
    def flow() -> Flow[str]:
        try:
            yield Send(REQUEST)
        except ConnectError as error:
            return f"no {error}"
        return "sent"

    assert drive(flow(), ConnectError("luck")) == "no luck"
    with pytest.raises(ConnectError, match="luck"):
        drive(get(), ConnectError("luck"))


def test_a_body_that_fails_is_closed() -> None:
    body = Body(b"a", ConnectError("gone"))
    with pytest.raises(ConnectError, match="gone"):
        drive(fetch(), HttpResponse(200, body=body))
    assert body.closed >= 1


def test_work_is_done_in_a_thread_with_the_context_of_the_task() -> None:
    name: ContextVar[str] = ContextVar("name", default="nobody")

    def flow() -> Flow[tuple[str, int]]:
        found: tuple[str, int] = yield Work(lambda: (name.get(), threading.get_ident()))
        return found

    async def main() -> tuple[str, int]:
        name.set("me")
        return await run(flow(), Carrier(), asyncio.sleep)

    who, thread = asyncio.run(main())
    assert who == "me"
    assert thread != threading.get_ident()


def test_what_work_raises_is_thrown_into_the_flow() -> None:
    def fail() -> None:
        raise OSError("no such file")

    def flow() -> Flow[str]:
        try:
            yield Work(fail)
        except OSError as error:
            return str(error)
        return ""

    assert drive(flow()) == "no such file"


def test_a_flow_sleeps() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def flow() -> Flow[None]:
        yield Sleep(0.25)
        yield Sleep(4)

    asyncio.run(run(flow(), Carrier(), sleep))
    assert slept == [0.25, 4]


@pytest.mark.parametrize("blocks", [False, True])
def test_each_piece_is_handed_over_in_its_turn(blocks: bool) -> None:
    body = Body(b"a", b"b", b"c")
    taken: list[tuple[bytes, int]] = []

    def take(piece: bytes) -> None:
        taken.append((piece, threading.get_ident()))

    def flow() -> Flow[str]:
        yield Each(body, take, blocks=blocks)
        return "done"

    assert drive(flow()) == "done"
    assert [piece for piece, _ in taken] == [b"a", b"b", b"c"]
    assert all((thread != threading.get_ident()) is blocks for _, thread in taken)
    assert body.closed == 1


@pytest.mark.parametrize("blocks", [False, True])
def test_a_function_that_fails_ends_the_reading(blocks: bool) -> None:
    body = Body(b"a", b"b")

    def flow() -> Flow[str]:
        try:
            yield Each(body, int, blocks=blocks)
        except ValueError as error:
            return str(error)
        return ""

    assert "invalid literal" in drive(flow())
    assert (body.given, body.closed) == (1, 1)


def test_an_output_is_closed() -> None:
    body = Body()

    def flow() -> Flow[None]:
        yield Close(body)

    drive(flow())
    assert body.closed == 1


def test_a_lock_is_waited_for_without_blocking() -> None:
    lock = FlowLock()
    order: list[str] = []

    def flow(name: str) -> Flow[None]:
        yield Acquire(lock)
        try:
            order.append(f"{name} in")
            yield Sleep(0)
            order.append(f"{name} out")
        finally:
            lock.release()

    async def main() -> None:
        flows = [run(flow(name), Carrier(), asyncio.sleep) for name in "abc"]
        await asyncio.gather(*flows)

    asyncio.run(main())
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]
    assert lock.try_acquire()


def test_a_lock_comes_from_a_thread_and_goes_to_one() -> None:
    lock = FlowLock()
    assert lock.try_acquire()
    got_it = threading.Event()

    def flow() -> Flow[None]:
        yield Acquire(lock)
        try:
            yield Each(Body(endless=True), print)
        finally:
            lock.release()

    def wait_for_it() -> None:
        lock.acquire()
        got_it.set()
        lock.release()

    async def main() -> None:
        task = await start(flow())
        thread = threading.Thread(target=lock.release)
        thread.start()
        await asyncio.to_thread(thread.join)
        waiting = threading.Thread(target=wait_for_it)
        waiting.start()
        await asyncio.sleep(0)
        assert not got_it.is_set()
        await cancel(task)
        await asyncio.to_thread(got_it.wait, 10)
        waiting.join(10)

    asyncio.run(main())
    assert got_it.is_set()


def test_a_wait_for_a_lock_can_be_cancelled() -> None:
    lock = FlowLock()
    assert lock.try_acquire()

    def flow() -> Flow[None]:
        yield Acquire(lock)

    async def main() -> None:
        await cancel(await start(flow()))

    asyncio.run(main())
    lock.release()
    assert lock.try_acquire()


def test_a_lock_that_comes_with_the_cancellation_goes_on() -> None:
    lock = FlowLock()
    assert lock.try_acquire()

    def flow() -> Flow[None]:
        yield Acquire(lock)

    async def main() -> None:
        task = await start(flow())
        lock.release()  # it is the task's now, which does not know yet
        await cancel(task)

    asyncio.run(main())
    assert lock.try_acquire()


def test_a_lock_of_a_loop_that_is_gone_goes_on() -> None:
    lock = FlowLock()
    assert lock.try_acquire()

    def flow() -> Flow[None]:
        yield Acquire(lock)

    loop = asyncio.new_event_loop()
    waiting = run(flow(), Carrier(), asyncio.sleep)
    task = loop.create_task(waiting)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    lock.release()
    assert lock.try_acquire()
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is what is tested
    waiting.close()


def _reads(body: Body) -> Flow[object]:
    response = yield from get()
    return (yield Read(response))


def _hands_over(body: Body) -> Flow[object]:
    yield from get()
    return (yield Each(body, len))


def _sleeps(body: Body) -> Flow[object]:
    yield from get()
    yield Sleep(1000)
    return None


@pytest.mark.parametrize("flow", [_reads, _hands_over, _sleeps])
def test_cancelling_closes_an_answer_that_was_not_read(
    flow: Callable[[Body], Flow[object]],
) -> None:
    body = Body(b"a", endless=True)

    async def main() -> None:
        await cancel(await start(flow(body), HttpResponse(200, body=body)))
        assert body.closed >= 1

    asyncio.run(main())


def test_a_flow_that_fails_closes_an_answer_that_was_not_read() -> None:
    body = Body(b"a")

    def flow() -> Flow[None]:
        yield from get()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        drive(flow(), HttpResponse(200, body=body))
    assert body.closed == 1


def test_a_flow_that_returns_leaves_its_answer_open() -> None:
    body = Body(b"a")
    assert drive(get(), HttpResponse(200, body=body)).body is body
    assert body.closed == 0


def test_cancelling_ends_the_flow_where_it_is() -> None:
    ended: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(1000)
        except Exception:  # noqa: BLE001 - a cancellation is not for flows to catch
            ended.append("caught")
        finally:
            ended.append("ended")

    async def main() -> None:
        await cancel(await start(flow()))

    asyncio.run(main())
    assert ended == ["ended"]


def test_cancelling_waits_for_what_is_being_written() -> None:
    begun, go_on = threading.Event(), threading.Event()
    written: list[bytes] = []

    def write(piece: bytes) -> None:
        begun.set()
        go_on.wait(10)
        written.append(piece)

    def flow() -> Flow[None]:
        try:
            yield Each(Body(b"a", b"b"), write, blocks=True)
        finally:
            written.append(b"closed")

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(run(flow(), Carrier(), asyncio.sleep))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert written == [b"a", b"closed"]


def test_a_coroutine_that_is_dropped_ends_its_flow() -> None:
    ended: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Send(REQUEST)
        finally:
            ended.append("ended")

    dropped: Coroutine[Any, Any, None] = run(flow(), Carrier(), asyncio.sleep)
    dropped.send(None)
    dropped.close()
    assert ended == ["ended"]


def test_a_timeout_of_the_caller_ends_a_call() -> None:
    body = Body(b"a", endless=True)

    async def main() -> None:
        async with asyncio.timeout(0.01):
            await run(fetch(), Carrier(HttpResponse(200, body=body)), asyncio.sleep)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert body.closed >= 1
