"""Ways in which a local endpoint goes wrong on purpose.

A fault applies to one request. It is handed the means to make the proper answer and returns the
answer to send; one that never makes it keeps the handler from running. A script of them is taken
one a request; `None` in it is a proper answer.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, cast

from drawplate.testing._http import HangUp, Pause, Reply, Step, Wait
from drawplate.testing._values import EndpointError


class Fault(Protocol):
    """Anything with this method is a fault."""

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return what is sent instead of `answer()`."""
        ...


#: A script for all requests, or one for each endpoint by its name.
Faults = Iterable[Fault | None] | Mapping[str, Iterable[Fault | None]]


class Script:
    """Gives the fault of each request. One thread at a time."""

    def __init__(self, faults: Faults) -> None:
        self._by_name: dict[str, Iterator[Fault | None]] = {}
        self._others: Iterator[Fault | None] = iter(())
        if isinstance(faults, Mapping):
            for name, own in cast("Mapping[str, Iterable[Fault | None]]", faults).items():
                self.add(name, own)
        else:
            self._others = iter(faults)

    def add(self, name: str, faults: Iterable[Fault | None]) -> None:
        """Let `faults` come behind what is left for the endpoint `name`."""
        self._by_name[name] = itertools.chain(self._by_name.get(name, ()), faults)

    def next(self, name: str) -> Fault | None:
        """Take the fault of a request for the endpoint `name`."""
        for fault in self._by_name.get(name, ()):
            return fault
        return next(self._others, None)


class Fail:
    """Answers with an error of the service; the handler does not run."""

    def __init__(self, status: int, code: str, message: str = "", **members: object) -> None:
        self._failure = EndpointError(status, code, message, **members)

    def apply(self, _: Callable[[], Reply], /) -> Reply:
        """Return the error."""
        return self._failure.reply()


class Throttle(Fail):
    """Answers with ThrottlingException, status 429: `[Throttle()] * 2` makes a call wait twice.

    `retry_after` is what the service asks to wait, in seconds; None leaves it open.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(429, "ThrottlingException", "Rate exceeded")
        self._retry_after = retry_after

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the error."""
        reply = super().apply(answer)
        if self._retry_after is not None:
            reply.headers["x-amz-retry-after"] = str(round(1000 * self._retry_after))
        return reply


class RefuseConnections:
    """The connection ends without an answer, as do all others, and new ones are refused.

    Until `accept_connections` of the endpoint: a service that goes away. The handler does not run.
    """

    def apply(self, _: Callable[[], Reply], /) -> Reply:
        """Return an answer of which nothing is sent."""
        reply = Reply(503, {})
        reply.on_wire = lambda _: iter((HangUp(reset=False, refuse=True),))
        return reply


class CloseBeforeAnswer:
    """The handler runs, and then the connection ends without a byte: in order, or with a reset."""

    def __init__(self, *, reset: bool = False) -> None:
        self._reset = reset

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer with nothing of it sent."""
        reply = answer()
        reply.on_wire = lambda _: iter((HangUp(reset=self._reset),))
        return reply


class CloseAfterAnswer:
    """The answer is whole, and then the connection ends unannounced: a stale entry in a pool."""

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer with an end of the connection behind it."""
        reply = answer()
        reply.on_wire = _then_close
        return reply


class ResetInBody:
    """The head and `after` bytes of the body (as framed) are sent, then the connection is reset."""

    def __init__(self, after: int = 0) -> None:
        self._after = after

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer, cut."""
        reply = answer()
        reply.on_wire = lambda blocks: _insert(blocks, self._after, HangUp(reset=True))
        return reply


class ResetInFrame:
    """The connection is reset inside frame number `frame` of a stream, of which `keep` bytes go."""

    def __init__(self, frame: int = 0, keep: int = 15) -> None:
        self._frame = frame
        self._keep = keep

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer, cut."""
        reply = answer()
        if reply.framing == "length":
            frames = list(reply.pieces())
            reply.body = iter(frames)
            after = sum(map(len, frames[: self._frame])) + self._keep
            reply.on_wire = lambda blocks: _insert(blocks, after, HangUp(reset=True))
        else:
            prefix = b"\r\n" if reply.framing == "chunked" else b""
            reply.on_wire = lambda blocks: self._reset(blocks, prefix)
        return reply

    def _reset(self, blocks: Iterator[bytes], prefix: bytes) -> Iterator[Step]:
        yield next(blocks)
        for number, block in enumerate(blocks):
            if number == self._frame:
                yield block[: block.find(prefix) + len(prefix) + self._keep]
                break
            yield block
        yield HangUp(reset=True)


class PauseInBody:
    """After head and `after` bytes of the body (as framed) nothing is sent until `until` is set.

    `reached` is set when the answer has come that far. Closing the endpoint ends the pause.
    """

    def __init__(self, until: threading.Event, after: int = 0) -> None:
        self.until = until
        self.reached = threading.Event()
        self._after = after

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer with a pause in it."""
        reply = answer()
        pause = Pause(self.until, self.reached)
        reply.on_wire = lambda blocks: _insert(blocks, self._after, pause)
        return reply


class DelayAnswer:
    """The handler runs, and nothing is sent until `until` is set. `reached` as in PauseInBody."""

    def __init__(self, until: threading.Event) -> None:
        self.until = until
        self.reached = threading.Event()

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer with a pause before it."""
        reply = answer()
        reply.on_wire = self._wait_first
        return reply

    def _wait_first(self, blocks: Iterator[bytes]) -> Iterator[Step]:
        yield Pause(self.until, self.reached)
        yield from blocks


class OneByteWrites:
    """Head and body are sent one byte a write: a reader that expects whole pieces fails."""

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer in single bytes."""
        reply = answer()
        reply.on_wire = lambda blocks: (bytes((byte,)) for block in blocks for byte in block)
        return reply


class SlowBytes:
    """The answer is sent `size` bytes at a time, with `seconds` between them.

    For time limits that are really to be waited for; `PauseInBody` and `DelayAnswer` need no time.
    """

    def __init__(self, seconds: float, size: int = 1) -> None:
        self._seconds = seconds
        self._size = size

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer, a little at a time."""
        reply = answer()
        reply.on_wire = self._slow
        return reply

    def _slow(self, blocks: Iterator[bytes]) -> Iterator[Step]:
        for block in blocks:
            for start in range(0, len(block), self._size):
                yield block[start : start + self._size]
                yield Wait(self._seconds)


class EndlessStream:
    """The frames of a stream are repeated until the client leaves."""

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return an answer without an end."""
        reply = answer()
        reply.body = itertools.cycle(reply.pieces())
        if reply.framing == "length":
            reply.framing = "chunked"
        return reply


class WrongLength:
    """Content-Length is off by `by`, and the connection ends after the true body.

    Above 0 the body looks truncated; below 0 there are bytes behind its announced end.
    """

    def __init__(self, by: int) -> None:
        self._by = by

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer under a wrong length."""
        reply = answer()
        body = b"".join(reply.pieces())
        reply.body, reply.framing = body, "length"
        reply.headers["Content-Length"] = str(len(body) + self._by)
        reply.on_wire = _then_close
        return reply


class CutFrame:
    """A stream ends inside its frame number `frame`, of which `keep` bytes are sent.

    HTTP's own framing is complete, so only a decoder of frames can tell.
    """

    def __init__(self, frame: int = 0, keep: int = 15) -> None:
        self._frame = frame
        self._keep = keep

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer, cut."""
        reply = answer()
        reply.body = self._cut(reply.pieces())
        return reply

    def _cut(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        for number, frame in enumerate(frames):
            if number == self._frame:
                yield frame[: self._keep]
                return
            yield frame


class FlipBit:
    """Bit number `bit` of a stream's frame number `frame` is wrong; 0 is the first byte's lowest.

    Bits 0 to 95 are the prelude with its checksum; -1 is in the checksum of the message.
    """

    def __init__(self, frame: int = 0, bit: int = -1) -> None:
        self._frame = frame
        self._bit = bit

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return the proper answer with the flipped bit."""
        reply = answer()
        reply.body = self._flip(reply.pieces())
        return reply

    def _flip(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        for number, frame in enumerate(frames):
            damaged = bytearray(frame)
            if number == self._frame:
                byte, bit = divmod(self._bit % (8 * len(frame)), 8)
                damaged[byte] ^= 1 << bit
            yield bytes(damaged)


def _then_close(blocks: Iterator[bytes]) -> Iterator[Step]:
    yield from blocks
    yield HangUp(reset=False)


def _insert(blocks: Iterator[bytes], after: int, step: Step) -> Iterator[Step]:
    """Put `step` behind the head and `after` bytes of the body, or at the end of a shorter one."""
    yield next(blocks)
    while after > 0 and (block := next(blocks, None)) is not None:
        yield block[:after]
        if len(block) > after:
            yield step
            yield block[after:]
            yield from blocks
            return
        after -= len(block)
    yield step
    yield from blocks
