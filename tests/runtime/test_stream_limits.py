"""How long a stream may take: what deadline a transport sees each time it waits for a chunk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from drawplate.async_streams import AsyncEventStream
from drawplate.errors import ConnectionLostError
from drawplate.http import Deadline, HttpResponse
from drawplate.streams import EventStream, EventUnion, UnknownEvent

from tests.runtime.awaiting import Blocking, Pause
from tests.runtime.frames import HELLO

UNION: EventUnion[UnknownEvent] = EventUnion(events={}, exceptions={}, unknown=UnknownEvent)
INFINITE = float("inf")


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """Pieces of which each takes a second to arrive; notes the deadline as each is waited for."""

    def __init__(self, clock: Clock, deadline: Deadline, *pieces: bytes | Exception) -> None:
        self.seen: list[tuple[float, float, str]] = []
        self._clock = clock
        self._deadline = deadline
        self._pieces = iter(pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.seen.append((self._deadline.at, self._deadline.limit, self._deadline.option))
        self._clock.now += 1
        piece = next(self._pieces)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self) -> None:
        pass


class AsyncWire:
    """The same, awaited."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._wire:
            await Pause()
            yield piece

    async def aclose(self) -> None:
        pass


@pytest.fixture(params=["sync", "async"])
def way(request: pytest.FixtureRequest) -> str:
    """Which client the stream is of."""
    asked: str = request.param
    return asked


def limited(
    way: str,
    *pieces: bytes | Exception,
    deadline: Deadline,
    idle: float | None = None,
    total: float | None = None,
) -> tuple[Any, Wire, Clock]:
    """A stream with limits, where its pieces come from, and what time it is."""
    clock = Clock()
    wire = Wire(clock, deadline, *pieces)
    if way == "sync":
        stream = EventStream(HttpResponse(200, {}, wire), UNION, operation="Talk")
        stream.limit(deadline, clock, idle=idle, total=total)
        return stream, wire, clock
    awaited = AsyncEventStream(HttpResponse(200, {}, AsyncWire(wire)), UNION, operation="Talk")
    awaited.limit(deadline, clock, idle=idle, total=total)
    return Blocking(awaited), wire, clock


def test_each_event_has_its_time_and_bytes_alone_do_not_prolong_it(way: str) -> None:
    deadline = Deadline(INFINITE, INFINITE)
    first, rest = HELLO[:50], HELLO[50:]
    stream, wire, clock = limited(way, first, b"", rest + HELLO, HELLO, deadline=deadline, idle=5)
    next(stream)
    clock.now += 20
    next(stream)
    next(stream)
    with pytest.raises(StopIteration):
        next(stream)
    silent = "stream_idle_timeout"
    assert wire.seen == [
        (105.0, 5, silent),
        (105.0, 5, silent),
        (105.0, 5, silent),
        # What the caller does in between is not waiting.
        (128.0, 5, silent),
        (129.0, 5, silent),
    ]
    assert (deadline.at, deadline.limit, deadline.option) == (INFINITE, INFINITE, "timeout")


def test_the_whole_stream_has_its_time(way: str) -> None:
    deadline = Deadline(INFINITE, INFINITE)
    stream, wire, clock = limited(way, HELLO, HELLO, deadline=deadline, total=3)
    next(stream)
    clock.now += 20
    assert len(list(stream)) == 1
    assert wire.seen == [(103.0, 3, "stream_timeout")] * 3


def test_the_first_of_several_limits_holds(way: str) -> None:
    deadline = Deadline(109.5, 30)
    pieces = [HELLO] * 5
    stream, wire, clock = limited(way, *pieces, deadline=deadline, idle=4, total=7)
    next(stream)
    clock.now += 1.5
    next(stream)
    clock.now += 6
    next(stream)
    assert wire.seen == [
        (104.0, 4, "stream_idle_timeout"),
        (106.5, 4, "stream_idle_timeout"),
        (107.0, 7, "stream_timeout"),
    ]
    stream.close()
    assert (deadline.at, deadline.limit, deadline.option) == (109.5, 30, "timeout")
    deadline = Deadline(102, 30)
    stream, wire, clock = limited(way, *pieces, deadline=deadline, idle=4, total=7)
    next(stream)
    assert wire.seen == [(102, 30, "timeout")]


def test_a_stream_that_breaks_gives_the_deadline_back(way: str) -> None:
    deadline = Deadline(500.0, 400.0)
    lost = ConnectionLostError("reset")
    stream, wire, _ = limited(way, HELLO, lost, deadline=deadline, idle=1)
    with pytest.raises(ConnectionLostError):
        list(stream)
    assert [at for at, _, _ in wire.seen] == [101.0, 102.0]
    assert (deadline.at, deadline.limit, deadline.option) == (500.0, 400.0, "timeout")
