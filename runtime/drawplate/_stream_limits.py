"""How long a stream of events may take, and be silent.

Waiting is up to the transport, which looks at the deadline of the request. So that is moved ahead
with each event; between the events it stays, for bytes that make up no event are no sign of life.
"""

from __future__ import annotations

from collections.abc import Callable

from drawplate.http import Deadline


class StreamLimits:
    """The limits of one stream: `total` seconds from now on, `idle` seconds for each event.

    They shorten what is left of the deadline of the call, and never put it off.
    """

    __slots__ = ("_call", "_deadline", "_end", "_idle", "_received", "_timer", "_total")

    def __init__(
        self,
        deadline: Deadline,
        timer: Callable[[], float],
        *,
        idle: float | None,
        total: float | None,
    ) -> None:
        self._deadline = deadline
        self._timer = timer
        self._idle = idle
        self._total = total
        self._end = float("inf") if total is None else timer() + total
        #: The deadline as the call has it.
        self._call = deadline.at, deadline.limit
        self._received = -1

    def wait(self, received: int) -> None:
        """The next event is waited for, after so many that were received."""
        if received == self._received:
            return
        self._received = received
        self.lift()
        deadline = self._deadline
        if self._total is not None and self._end < deadline.at:
            deadline.at, deadline.limit = self._end, self._total
            deadline.option = "stream_timeout"
        if self._idle is not None and (silent := self._timer() + self._idle) < deadline.at:
            deadline.at, deadline.limit = silent, self._idle
            deadline.option = "stream_idle_timeout"

    def lift(self) -> None:
        """The stream is over: what else the call does is held to its own deadline alone."""
        self._deadline.at, self._deadline.limit = self._call
        self._deadline.option = "timeout"
