"""One connection on an event loop: bytes go to the decoder of its exchange as they arrive.

It wakes the one task that waits for it, and never holds more than some hundred kilobytes that
nobody took: then it stops reading. Nothing here knows of requests.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from errno import ECONNABORTED
from math import inf
from typing import TYPE_CHECKING, Any, cast

from drawplate._sockets import Readiness, readiness
from drawplate.errors import NetworkingError
from drawplate.http1 import ResponseDecoder, whole_response

if TYPE_CHECKING:
    from drawplate._tls_layer import TlsLayer
    from drawplate._wire_trace import HeadTap
    from drawplate.http1 import BodyBuffer

# Bytes of a body that may wait for their reader; an arrival is as large as 256 KiB on top of it.
_HIGH_WATER = 65536
_PIECE = 65536


class Connection(asyncio.BufferedProtocol):
    """A connection to a host, or to a proxy. It belongs to one loop, and to one task at a time.

    `opened` is the set of the open connections of the loop, which this one enters and leaves.
    `room` is where it receives; others may receive there as well, each at its time. (A protocol
    without room of its own gets a new object for 256 KiB at each arrival, however small that is:
    to have the system hand out and take back as much memory may cost more than the whole call.)
    """

    __slots__ = (
        "_armed",
        "_clock",
        "_due",
        "_expected",
        "_gone",
        "_held",
        "_idle_since",
        "_idle_timeout",
        "_loop",
        "_opened",
        "_paused",
        "_ready",
        "_resting",
        "_room",
        "_sock",
        "_timer",
        "_tls",
        "_transport",
        "_waiter",
        "answer",
        "begun",
        "blocked",
        "cut",
        "decoder",
        "failure",
        "lost",
        "pieces",
        "sink",
        "tap",
        "where",
    )

    #: Host and port of the service, for messages.
    where: str
    #: Whether the peer has closed the connection, or it was closed here.
    lost: bool
    #: What the system or TLS reported when the connection broke.
    failure: OSError | None
    #: Whether some of what was written has not been handed to the system yet.
    blocked: bool
    #: Whether something was written in vain, since the connection was lost.
    cut: bool
    #: Takes apart what arrives; None between exchanges, which begin by setting it.
    decoder: ResponseDecoder | None
    #: The whole answer, if the first arrival was that; there is no decoder then.
    answer: tuple[int, dict[str, str], bytes] | None
    #: The pieces of the body that nobody took.
    pieces: list[bytes]
    #: Receives the body in place of `pieces`.
    sink: BodyBuffer | None
    #: Is shown what arrives.
    tap: HeadTap | None
    #: What a proxy answered; None when that is not awaited.
    begun: bytes | None

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        where: str,
        clock: Callable[[], float],
        opened: set[Connection],
        room: memoryview,
    ) -> None:
        self.where = where
        self.lost = self.blocked = self.cut = False
        self.failure = None
        self.decoder = None
        self.answer = None
        self.pieces = []
        self.sink = None
        self.tap = None
        self.begun = None
        self._loop = loop
        self._clock = clock
        self._opened = opened
        self._room = room
        self._transport: asyncio.Transport | None = None
        self._sock: socket.socket | None = None
        self._ready: Readiness | None = None
        self._tls: TlsLayer | None = None
        self._gone = False
        self._waiter: asyncio.Future[bool] | None = None
        # One timer serves many waits: it looks at its end whether it has to go on.
        self._timer: asyncio.TimerHandle | None = None
        self._armed = inf
        self._due = 0.0
        self._held = 0
        self._paused = False
        #: The method of a request that was sent as a whole, until something arrives.
        self._expected: str | None = None
        self._resting = False
        self._idle_since = 0.0
        self._idle_timeout = 0.0

    async def attach(self, sock: socket.socket) -> None:
        """Take over a connected socket, which is closed together with this connection."""
        self._sock = sock
        self._ready = readiness(sock)
        await self._loop.create_connection(lambda: self, sock=sock)

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        self._transport = made = cast("asyncio.Transport", transport)
        self._opened.add(self)
        # So that `blocked` tells of the last byte: only a request that has left may have acted.
        made.set_write_buffer_limits(0)
        if self.lost:
            made.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        """See `asyncio.BufferedProtocol`."""
        del sizehint
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        tls = self._tls
        if tls is None:
            self._arrived(self._room[:nbytes])
        else:
            tls.feed(self._room[:nbytes])
            if tls.established:
                self._read(tls)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def eof_received(self) -> None:
        """See `asyncio.Protocol`; the transport is closed then."""
        if self._tls is not None:
            self._tls.eof()
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        self._gone = True
        self._opened.discard(self)
        self._stop_timer()
        decoder = self._decode()
        if decoder is not None and not decoder.ended and decoder.error is None:
            if isinstance(exc, BrokenPipeError | ConnectionResetError) and self._tls is None:
                self._salvage()
            if isinstance(exc, OSError) and not decoder.ended:
                self.failure = exc
        elif isinstance(exc, OSError):
            self.failure = exc
        self._end()

    def pause_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self.blocked = True

    def resume_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self.blocked = False
        self._wake()

    # What exchanges call.

    async def wait(self, seconds: float) -> None:
        """Wait until something happens; raises `TimeoutError` when nothing does.

        Where nothing can happen any more it does not wait: the decoder knows of the end then, and
        without one `ConnectionAbortedError` is raised.
        """
        if self._gone:
            self._end()
            if self.decoder is None:
                raise ConnectionAbortedError(ECONNABORTED, "the connection was closed")
            return
        loop = self._loop
        waiter = self._waiter = loop.create_future()
        self._due = due = loop.time() + seconds
        if due < self._armed:
            self._arm(due)
        try:
            in_time = await waiter
        finally:
            self._waiter = None
        if not in_time:
            raise TimeoutError

    @property
    def is_awaited(self) -> bool:
        """Whether a task waits already."""
        return self._waiter is not None

    def write(self, data: bytes | memoryview) -> None:
        """Send something; what the system does not take at once makes it `blocked`."""
        transport = self._transport
        if transport is None:
            self.cut = self.lost = True
            return
        transport.write(data if self._tls is None else self._tls.write(data))
        if transport.is_closing():
            self.cut = self.lost = True

    def secure(self, layer: TlsLayer) -> None:
        """Read and write through TLS from now on."""
        self._tls = layer

    @property
    def layer(self) -> TlsLayer | None:
        """What encrypts this connection."""
        return self._tls

    def flush(self) -> None:
        """Send what TLS has to say."""
        if self._tls is not None and self._transport is not None and (out := self._tls.outgoing()):
            self._transport.write(out)

    def take_pieces(self) -> list[bytes]:
        """The pieces that have arrived. There is room for others then."""
        pieces, self.pieces = self.pieces, []
        self._held = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return pieces

    def abort(self) -> None:
        """Close at once, whatever has not been sent. To be called on the loop."""
        self.lost = True
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()
        elif self._sock is not None:
            self._sock.close()

    def drop(self) -> None:
        """The same from anywhere: another thread, after the end of the loop, or a destructor."""
        try:
            # Not at once even on the loop, which a destructor may interrupt anywhere.
            self._loop.call_soon_threadsafe(self.abort)
        except RuntimeError:
            self.forget()  # the loop is closed

    def forget(self) -> None:
        """Close the socket without the loop, which is closed or that of another process."""
        self.lost = True
        if self._gone:
            return
        # A loop that is closed runs no more callbacks, and asyncio has no other way to tell its
        # transport that it is over; it would warn of that when it is collected.
        finish: Callable[[object], Any] | None = getattr(
            self._transport, "_call_connection_lost", None
        )
        if finish is not None:
            with suppress(Exception):
                finish(None)
        if self._sock is not None:
            self._sock.close()

    def expect(self, method: str) -> None:
        """Await the answer to a request that was sent, first of all as one arrival."""
        self._expected = method

    def rest(self, idle_timeout: float) -> None:
        """Become idle; it closes itself some time after the timeout in seconds."""
        self.decoder = self.tap = None
        self._resting = True
        self._idle_since = self._clock()
        self._idle_timeout = idle_timeout

    def is_usable(self, idle_timeout: float) -> bool:
        """Whether a request may be sent: the peer sent nothing, and it was not idle for longer.

        The system is asked, since the loop may not have looked for a while.
        """
        return not (
            self.lost
            or self._clock() - self._idle_since > idle_timeout
            or self._ready is None
            or self._ready.poll(0)
        )

    def _arrived(self, data: bytes | memoryview) -> None:
        if self.sink is not None:
            data = self._fill(self.sink, data)
            if not data:
                return
        data = bytes(data)  # what is bytes already is not copied
        decoder = self.decoder
        if decoder is None and self._expected is not None:
            self.answer = whole_response(self._expected, data)
            if self.answer is not None:
                self._expected = None
                return
            decoder = self._decode()
        if decoder is None:
            if self.begun is not None:
                self.begun += data
            else:
                self.abort()  # nobody has asked for anything
            return
        if self.tap is not None:
            self.tap.feed(data)
        try:
            pieces = decoder.feed(data)
        except NetworkingError:
            return  # it is in `decoder.error`
        if pieces:
            self.pieces += pieces
            self._held += len(data)
            if self._held > _HIGH_WATER and self._transport is not None and not decoder.ended:
                self._paused = True
                self._transport.pause_reading()

    def _decode(self) -> ResponseDecoder | None:
        """What takes the answer apart, if one is awaited."""
        method, self._expected = self._expected, None
        if method is not None:
            self.decoder = ResponseDecoder(method, self.where)
        return self.decoder

    def _fill(self, sink: BodyBuffer, data: bytes | memoryview) -> bytes | memoryview:
        """Receive a body in place; returns what is beyond its end."""
        count = min(len(data), len(sink.free))
        sink.free[:count] = data[:count]
        sink.received(count)
        return data[count:]

    def _read(self, tls: TlsLayer) -> None:
        for piece in tls.read():
            self._arrived(piece)
        self.flush()
        if tls.error is not None:
            self.failure = tls.error
            self.lost = True
        elif tls.ended:
            self._end()

    def _end(self) -> None:
        """Nothing more comes."""
        self.lost = True
        decoder = self._decode()
        if decoder is not None and self.failure is None and not decoder.ended:
            with suppress(NetworkingError):  # it is in `decoder.error`
                decoder.eof()
        self._wake()

    def _salvage(self) -> None:
        """Read what the peer said before it hung up while something was written."""
        with suppress(OSError):
            while self._sock is not None and (data := self._sock.recv(_PIECE)):
                self._arrived(data)

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed = due
        self._timer = self._loop.call_at(due, self._alarm)

    def _alarm(self) -> None:
        self._timer = None
        self._armed = inf
        now = self._loop.time()
        waiter = self._waiter
        if waiter is not None:
            if now < self._due:
                self._arm(self._due)
            elif not waiter.done():
                waiter.set_result(False)
        elif self._resting and self.decoder is None and self._expected is None:
            rested = self._clock() - self._idle_since
            if rested > self._idle_timeout:
                self.abort()
            else:
                self._arm(now + self._idle_timeout - rested)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._armed = inf
