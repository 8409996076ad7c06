"""What the library does, told at level DEBUG to whoever has set up `logging` to listen.

A program that never imported `logging` cannot listen: nothing here imports it first, and nothing is
put together for a line that nobody reads. The loggers are `drawplate.config`, `drawplate.retries`,
`drawplate.streams` and `drawplate.monitoring`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from drawplate.errors import ServiceError

if TYPE_CHECKING:
    import logging

    from drawplate.context import RequestContext
    from drawplate.structures import Structure

#: Where a handler leaves a `StreamObserver` in the context, for the stream that the call may get.
OBSERVER = "stream_observer"


def listener(name: str) -> logging.Logger | None:
    """The logger `drawplate.<name>` if its DEBUG lines go anywhere, else None."""
    if "logging" not in sys.modules:
        return None
    import logging

    logger = logging.getLogger(f"drawplate.{name}")
    return logger if logger.isEnabledFor(logging.DEBUG) else None


def say(name: str, text: str, *arguments: object) -> None:
    """Write a line to `drawplate.<name>`; no argument may be secret."""
    logger = listener(name)
    if logger is not None:
        logger.debug(text, *arguments)


def reason(error: Exception) -> str:
    """What kind of error it is, without its text."""
    if isinstance(error, ServiceError):
        return f"{error.code or type(error).__name__}, status {error.status}"
    return type(error).__name__


class StreamLines:
    """Tells how a stream ended, and how many events it had handed over."""

    __slots__ = ("_count", "_operation")

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._count = 0

    def item(self) -> None:
        """See `StreamObserver.item`."""
        self._count += 1

    def ended(self, error: Exception | None, *, complete: bool) -> None:
        """See `StreamObserver.ended`."""
        how = "was read to its end" if complete else "was closed before its end"
        if error is not None:
            how = f"failed with {reason(error)}"
        say("streams", "the stream of %s %s, after %d items", self._operation, how, self._count)


def watch(context: RequestContext, output: Structure) -> None:
    """Let look on at a stream whoever wants to: a handler's observer, and listeners to its end."""
    observer = context.metadata.pop(OBSERVER) if OBSERVER in context else None
    heard = listener("streams") is not None
    if observer is None and not heard:
        return
    from drawplate.streams import stream_of

    stream = stream_of(output)
    if stream is None:
        return
    if observer is not None:
        stream.observe(observer)
    if heard:
        stream.observe(StreamLines(context.operation.name))
