"""What only streams that are awaited have to get right: tasks that are cancelled, two at a time.

That they read as the sync ones is tested with these: test_streams, test_byte_streams,
test_streaming_body, test_stream_observers.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Self

import pytest
from drawplate.async_streams import AsyncByteEventStream, AsyncStreamingBody
from drawplate.errors import ConnectionLostError, EventStreamError
from drawplate.http import HttpResponse

from tests.runtime.frames import HELLO, part
from tests.runtime.test_byte_streams import UNION, Event, Part


class Wire:
    """A body whose pieces arrive when a test sends them."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.closed = 0
        self.send(*pieces)

    def send(self, *pieces: bytes | Exception | None) -> None:
        """Let pieces arrive, or the end: None."""
        for piece in pieces:
            self._pieces.put_nowait(piece)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._pieces.get()
        if isinstance(piece, Exception):
            raise piece
        if piece is None:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1
        self.send(None)


Stream = AsyncByteEventStream[Event]


def stream_of(wire: Wire | bytes) -> Stream:
    return AsyncByteEventStream(HttpResponse(200, {}, wire), UNION, operation="InvokeThings")


class Notes:
    """Writes down what an observer is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def item(self) -> None:
        self.told.append("item")

    def ended(self, error: Exception | None, *, complete: bool) -> None:
        self.told.append(f"{type(error).__name__} {complete}")


async def next_event(stream: Stream) -> Event:
    return await anext(stream)


async def next_line(stream: Stream) -> str:
    return await anext(stream.iter_lines())


READERS: dict[str, Callable[[Stream], Coroutine[Any, Any, object]]] = {
    "events": next_event,
    "collect": Stream.collect,
    "read": Stream.read,
    "lines": next_line,
}


async def waiting(reading: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """A task that has come to where it waits for the wire."""
    task = asyncio.create_task(reading)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.parametrize("reader", READERS)
def test_a_cancelled_reader_closes_the_stream(reader: str) -> None:
    async def main() -> None:
        wire, notes = Wire(part(b"begun ")[:-1]), Notes()
        stream = stream_of(wire)
        stream.observe(notes)
        task = await waiting(READERS[reader](stream))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert wire.closed
        assert notes.told[0] == "NoneType False"
        with pytest.raises(EventStreamError, match="is closed or was read to its end"):
            aiter(stream)

    asyncio.run(main())


def test_a_timeout_of_the_callers_closes_the_stream_after_what_was_complete() -> None:
    async def main() -> None:
        wire = Wire(part(b"a\nb\nc"))
        stream = stream_of(wire)
        found: list[str] = []

        async def read() -> None:
            async for line in stream.iter_lines():
                found.append(line)

        task = await waiting(read())
        task.cancel()
        await asyncio.wait([task])
        assert (found, wire.closed) == (["a", "b"], 1)

    asyncio.run(main())


def test_a_body_whose_reader_is_cancelled_is_closed() -> None:
    async def main() -> None:
        wire, notes = Wire(b"one"), Notes()
        body = AsyncStreamingBody(HttpResponse(200, {}, wire))
        body.observe(notes)
        assert await anext(body) == b"one"
        task = await waiting(body.read())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert wire.closed == 1
        assert notes.told == ["item", "NoneType False"]
        with pytest.raises(ValueError, match="the body was closed"):
            await body.read()

    asyncio.run(main())


def test_only_one_task_can_wait() -> None:
    async def main() -> None:
        wire = Wire()
        stream, body_wire = stream_of(wire), Wire()
        body = AsyncStreamingBody(HttpResponse(200, {}, body_wire))
        first, other = await waiting(anext(stream)), await waiting(body.read())
        with pytest.raises(RuntimeError, match="another task is waiting"):
            await anext(stream)
        with pytest.raises(RuntimeError, match="another task is waiting"):
            await body.read()
        wire.send(HELLO)
        body_wire.send(b"whole", None)
        assert await first == Part(b"Hello")
        assert await other == b"whole"
        assert (wire.closed, body_wire.closed) == (0, 0)
        await stream.aclose()

    asyncio.run(main())


def test_closing_ends_the_wait_of_another_task() -> None:
    async def main() -> None:
        wire, body_wire = Wire(), Wire()
        stream, body = stream_of(wire), AsyncStreamingBody(HttpResponse(200, {}, body_wire))
        first, other = await waiting(anext(stream)), await waiting(body.read())
        await stream.aclose()
        await body.aclose()
        with pytest.raises(EventStreamError, match="is closed or was read to its end"):
            await first
        with pytest.raises(ValueError, match="the body was closed"):
            await other

    asyncio.run(main())


def test_what_breaks_under_a_stream_that_was_closed_is_not_told() -> None:
    async def main() -> None:
        wire = Wire()
        stream = stream_of(wire)
        first = await waiting(anext(stream))
        wire.send(ConnectionLostError("because it was closed"))
        await stream.aclose()
        with pytest.raises(EventStreamError, match="is closed or was read to its end"):
            await first

    asyncio.run(main())


def test_events_of_one_arrival_come_without_a_pause() -> None:
    async def main() -> None:
        stream = stream_of(Wire(part(b"a") + part(b"b") + part(b"c")))
        assert await anext(stream) == Part(b"a")
        for expected in (b"b", b"c"):
            step = anext(stream).__await__()
            with pytest.raises(StopIteration) as stopped:
                next(step)
            assert stopped.value.value == Part(expected)
        await stream.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("begun", [False, True])
def test_a_stream_that_is_dropped_holds_nothing(begun: bool) -> None:
    async def main() -> None:
        wire = Wire(part(b"a") + part(b"b"))
        stream, dropped = stream_of(wire), weakref.ref(wire)
        if begun:
            await anext(stream)
        del wire, stream
        # At once, and not when a cycle is found.
        assert dropped() is None

    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            asyncio.run(main())
    finally:
        gc.enable()


def test_a_coroutine_that_is_dropped_while_it_waits_closes_the_stream() -> None:
    async def main() -> None:
        wire = Wire()
        stream = stream_of(wire)
        reading = anext(stream)
        reading.send(None)
        reading.close()
        with pytest.raises(EventStreamError, match="is closed or was read to its end"):
            aiter(stream)

    asyncio.run(main())


def test_observers_of_streams_that_are_read_and_that_break() -> None:
    async def main() -> None:
        wire, notes = Wire(HELLO + HELLO), Notes()
        stream = stream_of(wire)
        stream.observe(notes)
        wire.send(None)
        assert await stream.collect() == [Part(b"Hello")] * 2
        assert notes.told == ["item", "item", "NoneType True"]
        wire, notes = Wire(b"one"), Notes()
        body = AsyncStreamingBody(HttpResponse(200, {}, wire))
        body.observe(notes)
        wire.send(ConnectionLostError("reset"))
        with pytest.raises(ConnectionLostError):
            await body.read()
        assert notes.told == ["item", "ConnectionLostError False"]
        assert wire.closed == 0

    asyncio.run(main())


def test_a_stream_in_memory() -> None:
    async def main() -> None:
        assert await stream_of(HELLO + part(b"x")).read() == b"Hellox"
        async with stream_of(HELLO) as stream:
            assert await stream.collect() == [Part(b"Hello")]

    asyncio.run(main())


def test_an_iterator_that_is_dropped_closes_the_stream_a_little_later() -> None:
    async def main() -> None:
        wire = Wire(part(b"a\nb\n"))
        stream = stream_of(wire)
        async for line in stream.iter_lines():
            assert line == "a"
            break
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)
        assert wire.closed == 1

    asyncio.run(main())


def test_helpers_give_async_iterators() -> None:
    stream = stream_of(b"")
    for made in (stream.iter_bytes(), stream.iter_text(), stream.iter_sse()):
        assert isinstance(made, AsyncIterator)
