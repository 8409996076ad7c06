"""What one call asks of the connection that it is given; connections outlive calls."""

from __future__ import annotations

from collections.abc import Callable
from threading import local
from typing import TYPE_CHECKING

from drawplate._failures import exchange_failure
from drawplate.errors import CallTimeoutError, NetworkingError, StreamTimeoutError
from drawplate.http import Deadline, HttpRequest, OnChunk
from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from drawplate._wire_trace import WireTrace

# A socket takes 0 for "never wait", and urllib3 refuses it.
_SHORTEST = 0.001
#: What a call did that ran into its deadline, by the option that set it.
_TOO_LATE = {
    "timeout": "the call took longer than",
    "stream_timeout": "the stream took longer than",
    "stream_idle_timeout": "the stream had no event for",
}


class CallerFailure(Exception):
    """Code of the caller's failed, in a way that urllib3 would take for its own."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


class DeadlinePassed(TimeoutError):
    """There is no time left to wait in."""


class Exchange:
    """Timeouts, deadline, functions to be told and trace of one call.

    Calls that have none of their own share one per transport.
    """

    __slots__ = (
        "_clock",
        "_cut",
        "connect_timeout",
        "deadline",
        "handshake_timeout",
        "is_plain",
        "on_chunk_received",
        "on_chunk_sent",
        "read_timeout",
        "settings",
        "trace",
        "watched",
    )

    #: Whether something has to be done for each write of the request.
    watched: bool

    def __init__(
        self,
        settings: TransportSettings,
        clock: Callable[[], float],
        trace: WireTrace | None,
        *,
        deadline: Deadline | None = None,
        on_chunk_sent: OnChunk | None = None,
        on_chunk_received: OnChunk | None = None,
    ) -> None:
        self.settings = settings
        handshake = settings.handshake_timeout
        self.connect_timeout = max(settings.connect_timeout, _SHORTEST)
        self.handshake_timeout = (
            self.connect_timeout if handshake is None else max(handshake, _SHORTEST)
        )
        self.read_timeout = max(settings.read_timeout, _SHORTEST)
        self.trace = trace
        self.deadline = deadline
        self.on_chunk_sent = on_chunk_sent or settings.on_chunk_sent
        self.on_chunk_received = on_chunk_received or settings.on_chunk_received
        self.watched = not (deadline is None and trace is None and self.on_chunk_sent is None)
        #: Whether nobody wants to be told about pieces of bodies, or to see what is on the wire.
        self.is_plain = trace is None and not (self.on_chunk_sent or self.on_chunk_received)
        self._clock = clock
        self._cut = False

    def of_request(self, request: HttpRequest) -> Exchange:
        """The exchange of a call that has a deadline or functions of its own."""
        return Exchange(
            self.settings,
            self._clock,
            self.trace,
            deadline=request.deadline,
            on_chunk_sent=request.on_chunk_sent,
            on_chunk_received=request.on_chunk_received,
        )

    def within(self, seconds: float) -> float:
        """How long to wait for something that may take `seconds`: less when the call has to end.

        Raises `DeadlinePassed` when it should have ended before.
        """
        if self.deadline is None:
            return seconds
        left = self.deadline.at - self._clock()
        if left <= 0:
            raise DeadlinePassed("the deadline of the call has passed")
        self._cut = left < seconds
        return min(left, seconds)

    def patience(self) -> float:
        """How long to wait for the next bytes of the service."""
        return self.within(self.read_timeout)

    def countdown(self, seconds: float) -> Callable[[], float]:
        """A function that says how long to wait for what may take `seconds` in all, from now on."""
        end = self._clock() + seconds
        return lambda: self.within(max(end - self._clock(), _SHORTEST))

    def is_overdue(self, error: BaseException) -> bool:
        """Whether the end of the call, and no other timeout, is what `error` reports."""
        return self.deadline is not None and (
            isinstance(error, DeadlinePassed)
            or (self._cut and isinstance(error, TimeoutError) and error.errno is None)
        )

    def overdue(
        self, error: BaseException, where: str, doing: str, *, request_sent: bool
    ) -> CallTimeoutError | None:
        """The error of a call that had to end while `doing`, None when `error` says otherwise."""
        if self.deadline is None or not self.is_overdue(error):
            return None
        option = self.deadline.option
        failure = CallTimeoutError if option == "timeout" else StreamTimeoutError
        return failure(
            f"{_TOO_LATE[option]} {self.deadline.limit:g} s: it was ended while {doing} "
            f"{where}; raise the option {option} if it may take longer",
            request_sent=request_sent,
        )

    def broken_off(
        self, error: OSError, where: str, doing: str, *, request_sent: bool
    ) -> NetworkingError:
        """The error of an exchange with `where` that broke off while `doing` something."""
        return self.overdue(
            error, where, f"{doing} of", request_sent=request_sent
        ) or exchange_failure(
            error,
            where,
            doing,
            timeout=self.settings.read_timeout,
            request_sent=request_sent,
        )


class Call(local):
    """The exchange of the call that this thread is making."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
