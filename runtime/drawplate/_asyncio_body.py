"""Bodies of responses that are still on the wire of an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from drawplate.http1 import MAX_IN_PLACE, BodyBuffer, ResponseDecoder

if TYPE_CHECKING:
    from drawplate._asyncio_connection import Connection
    from drawplate._asyncio_pool import Pool
    from drawplate._exchange import Exchange

_READING = "reading the response body"
# From here on, one place in memory is made before the body is there.
_IN_PLACE = 262144


def look_at(connection: Connection, exchange: Exchange, doing: str) -> None:
    """Raise what broke an exchange, if something did."""
    decoder = connection.decoder
    if decoder is not None and decoder.error is not None:
        raise decoder.error
    if connection.failure is not None:
        sent = decoder is None or decoder.request_sent
        raise exchange.broken_off(
            connection.failure, connection.where, doing, request_sent=sent
        ) from connection.failure


async def more(connection: Connection, exchange: Exchange, doing: str) -> None:
    """Wait until something else has happened to an exchange; raises what broke it."""
    decoder = connection.decoder
    if connection.failure is not None or (decoder is not None and decoder.error is not None):
        look_at(connection, exchange, doing)
    try:
        await connection.wait(
            exchange.read_timeout if exchange.deadline is None else exchange.patience()
        )
    except OSError as error:
        sent = decoder is None or decoder.request_sent
        raise exchange.broken_off(error, connection.where, doing, request_sent=sent) from error


def _check_alone(connection: Connection) -> None:
    if connection.is_awaited:
        raise RuntimeError("two tasks read one response at a time; let one of them read it")


class AsyncHttp1Body:
    """A body that is still on the wire: an asynchronous iterator of what arrives of it.

    The end gives the connection back to its pool. `aclose()` before the end, cancelling who waits
    for a piece, and dropping the last reference close the connection. What is left after a failure
    or an `aclose()` cannot be read: that is a `ValueError`, since stopping would look like the end
    of the body. One task reads it at a time, on the loop of its call.
    """

    __slots__ = (
        "_closed",
        "_connection",
        "_decoder",
        "_exchange",
        "_pieces",
        "_pool",
        "_reusable",
        "_where",
    )

    def __init__(
        self,
        pool: Pool,
        connection: Connection,
        exchange: Exchange,
        decoder: ResponseDecoder,
        reusable: bool,
    ) -> None:
        self._pool = pool
        self._connection: Connection | None = connection
        self._exchange = exchange
        self._decoder = decoder
        # The next one is the last.
        self._pieces = connection.take_pieces()
        self._pieces.reverse()
        self._reusable = reusable
        self._closed = False
        self._where = connection.where
        if decoder.ended:
            self._arrived(connection)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        pieces = self._pieces
        while not pieces:
            connection = self._connection
            if connection is None:
                if self._closed:
                    raise self._was_closed()
                raise StopAsyncIteration
            pieces = await self._receive(connection)
        # What has arrived is handed over as one: an event may be in any number of pieces.
        self._pieces = []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces[::-1])

    async def read(self) -> bytes:
        """All bytes that are left, with no second copy of a large body in memory.

        Raises a `NetworkingError` when they do not all arrive.
        """
        connection, decoder = self._connection, self._decoder
        if connection is None and not self._closed:
            pieces, self._pieces = self._pieces, []
            return pieces[0] if len(pieces) == 1 else b"".join(pieces[::-1])
        if connection is None or not _IN_PLACE < (decoder.remaining or 0) <= MAX_IN_PLACE:
            return b"".join([piece async for piece in self])
        _check_alone(connection)
        pieces, self._pieces = self._pieces[::-1] + connection.take_pieces(), []
        buffer = BodyBuffer(decoder, pieces)
        connection.sink = buffer
        try:
            while not decoder.ended:
                await more(connection, self._exchange, _READING)
            connection.sink = None
            self._end(connection)
            return buffer.getvalue()
        finally:
            connection.sink = None
            buffer.release()
            self._cut()

    async def aclose(self) -> None:
        """Close the connection unless the body was read to its end. Idempotent."""
        self._cut()

    def __del__(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.drop()

    async def _receive(self, connection: Connection) -> list[bytes]:
        """Wait for the next pieces of the body."""
        _check_alone(connection)
        pieces = connection.take_pieces()
        decoder = self._decoder
        if not pieces and not decoder.ended:
            try:
                await more(connection, self._exchange, _READING)
            except BaseException:
                self._cut()
                raise
            pieces = connection.take_pieces()
        if decoder.ended:
            self._arrived(connection)
        pieces.reverse()
        return pieces

    def _arrived(self, connection: Connection) -> None:
        """Everything is here: others may use the connection."""
        self._end(connection)

    def _end(self, connection: Connection) -> None:
        self._connection = None
        if self._decoder.reusable and self._reusable:
            self._pool.give_back(connection, self._exchange.settings.idle_timeout)
        else:
            connection.abort()

    def _cut(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._closed = True
            self._pieces = []
            connection.abort()

    def _was_closed(self) -> ValueError:
        return ValueError(f"the response body from {self._where} was closed before its end")


class WatchedBody(AsyncHttp1Body):
    """The same where somebody is told about pieces, or a trace is kept.

    It lets go of its connection when the last piece was handed over.
    """

    __slots__ = ("_length", "_received")

    def __init__(
        self,
        pool: Pool,
        connection: Connection,
        exchange: Exchange,
        decoder: ResponseDecoder,
        reusable: bool,
    ) -> None:
        super().__init__(pool, connection, exchange, decoder, reusable)
        remaining = decoder.remaining
        self._length = None if remaining is None else remaining + sum(map(len, self._pieces))
        self._received = 0
        trace = exchange.trace
        if trace is not None and self._length != 0:
            size = "chunks" if self._length is None else f"{self._length} bytes"
            trace.say(f"reading {size}...")
        if self._length == 0:
            self._end(connection)

    async def __anext__(self) -> bytes:
        if self._connection is not None:
            _check_alone(self._connection)
        try:
            piece = await self._next()
        except BaseException:
            self._cut()
            raise
        return piece

    async def read(self) -> bytes:
        """All bytes that are left; each piece is told about."""
        return b"".join([piece async for piece in self])

    async def _next(self) -> bytes:
        connection = self._connection
        while not self._pieces and connection is not None:
            if self._decoder.ended and not connection.pieces:
                self._end(connection)
                break
            self._pieces = await self._receive(connection)
        piece = self._pieces.pop() if self._pieces else await super().__anext__()
        self._received += len(piece)
        trace, told = self._exchange.trace, self._exchange.on_chunk_received
        if trace is not None:
            trace.received(piece)
        if told is not None:
            told(piece, self._received, self._length)
        return piece

    def _arrived(self, connection: Connection) -> None:
        pass

    def _end(self, connection: Connection) -> None:
        super()._end(connection)
        trace = self._exchange.trace
        if trace is not None:
            if self._length != 0:
                trace.say(f"read {self._received} bytes")
            kept = self._decoder.reusable and self._reusable
            trace.say("Conn keep-alive" if kept else "Conn close")

    def _cut(self) -> None:
        if self._connection is not None and self._exchange.trace is not None:
            self._exchange.trace.say("Conn close")
        super()._cut()
