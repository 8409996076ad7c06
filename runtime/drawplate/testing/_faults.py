"""Ways in which a local endpoint goes wrong on purpose.

A fault applies to one request. It is handed the means to make the proper answer and returns the
answer to send; one that never makes it keeps the handler from running.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from drawplate.testing._http import HangUp, Pause, Reply, Step
from drawplate.testing._values import EndpointError


class Fault(Protocol):
    """Anything with this method is a fault."""

    def apply(self, answer: Callable[[], Reply], /) -> Reply:
        """Return what is sent instead of `answer()`."""
        ...


class Fail:
    """Answers with an error of the service; the handler does not run. `[Fail(…)] * 3` throttles."""

    def __init__(self, status: int, code: str, message: str = "", **members: object) -> None:
        self._failure = EndpointError(status, code, message, **members)

    def apply(self, _: Callable[[], Reply], /) -> Reply:
        """Return the error."""
        return self._failure.reply()


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
