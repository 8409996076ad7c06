"""One exchange on a connection of an event loop: a request out, the head of its answer in.

A request is sent no further when an error has been answered before all of it was sent, and its
connection is closed then (RFC 9112 section 9.3); other answers wait until everything is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from drawplate._asyncio_body import AsyncHttp1Body, WatchedBody, look_at, more
from drawplate._failures import tunnel_failure
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.http1 import LAST_CHUNK, ResponseDecoder, encode_chunk, encode_head

if TYPE_CHECKING:
    from drawplate._asyncio_connection import Connection
    from drawplate._asyncio_pool import Pool
    from drawplate._exchange import Exchange
    from drawplate.http import AsyncBodySource, BodySource

    Content = bytes | BodySource | AsyncBodySource

# Head and body up to this size leave in one write; copying more costs more than a second write.
_ONE_WRITE = 65536
# What is written at a time of a larger body: that is as much as can be held in memory twice.
_SLICE = 262144
# Slices that are written before others get a turn, however fast the peer takes them.
_TURN = 32
# The size of the pieces that are told about.
_CHUNK = 16384
_WAITING = "waiting for the response"


async def exchange_on(
    pool: Pool, request: HttpRequest, target: str, exchange: Exchange
) -> HttpResponse:
    """Send a request over a connection of the pool; returns when the head of the answer is there.

    The body of the response is bytes where all of it came with the head, else an `AsyncHttp1Body`.
    """
    content: Content = request.body
    method, fields = request.method, request.headers.fields
    whole = content if isinstance(content, bytes) else None
    if whole is not None and pool.is_direct:
        head = encode_head(method, target, pool.host_field, fields, len(whole))
    else:
        head = _encode_other_head(pool, request, target, content)
    connection = pool.take(exchange.settings.idle_timeout) or await pool.open(exchange)
    try:
        if (
            whole is not None
            and len(whole) <= _ONE_WRITE
            and exchange.is_plain
            and pool.is_direct
            and "expect" not in fields
            and "connection" not in fields
        ):
            _write(connection, exchange, head + whole)
            if not (connection.blocked or connection.cut):
                connection.expect(method)
                while connection.decoder is None:
                    await more(connection, exchange, _WAITING)
                    answer = connection.answer
                    if answer is not None:
                        connection.answer = None
                        pool.give_back(connection, exchange.settings.idle_timeout)
                        return HttpResponse(answer[0], Headers.adopt(answer[1]), answer[2])
                return await _begun(pool, connection, exchange, connection.decoder, fields)
            head, whole = b"", b""  # they are on their way
        decoder = connection.decoder = ResponseDecoder(method, connection.where, request_sent=False)
        if exchange.trace is not None:
            connection.tap = exchange.trace.tap()
        if whole is not None and exchange.is_plain and "expect" not in fields:
            await _drain(connection, exchange, decoder)
            await _put(connection, exchange, decoder, head)
            await _put_slices(connection, exchange, decoder, whole)
            decoder.request_sent = not connection.cut
        else:
            await _send_watched(connection, exchange, decoder, head, request)
        return await _begun(pool, connection, exchange, decoder, fields)
    except BaseException:
        connection.abort()
        raise


async def _begun(
    pool: Pool,
    connection: Connection,
    exchange: Exchange,
    decoder: ResponseDecoder,
    fields: dict[str, str],
) -> HttpResponse:
    """Wait for the rest of the head of an answer."""
    while not decoder.status:
        await more(connection, exchange, _WAITING)
    if decoder.status == 407 and pool.route is not None and not pool.is_direct:
        # A proxy that forwards nothing without a user; no service answers with 407.
        raise tunnel_failure(pool.route, pool.where, 407)
    reusable = decoder.request_sent and "close" not in fields.get("connection", "")
    kind = AsyncHttp1Body if exchange.is_plain else WatchedBody
    body = kind(pool, connection, exchange, decoder, reusable)
    return HttpResponse(decoder.status, Headers.adopt(decoder.headers), body)


def _encode_other_head(pool: Pool, request: HttpRequest, target: str, content: Content) -> bytes:
    """The head of a request whose body is a stream, or that a proxy forwards."""
    fields = dict(request.headers.fields)
    if isinstance(content, bytes):
        length: int | None = len(content)
    else:
        length = content.length
        if length is None:
            fields["transfer-encoding"] = "chunked"
        else:
            fields["content-length"] = str(length)
    if not pool.is_direct and pool.route is not None:
        # RFC 9112 section 3.2.2.
        target = f"http://{pool.host_field}{target}"
        if pool.route.authorization is not None:
            fields["proxy-authorization"] = pool.route.authorization
    return encode_head(request.method, target, pool.host_field, fields.items(), length)


def _write(connection: Connection, exchange: Exchange, data: bytes | memoryview) -> None:
    """Write something, of which the connection may keep a part for now."""
    try:
        if exchange.deadline is not None:
            exchange.patience()
        connection.write(data)
    except OSError as error:
        raise exchange.broken_off(
            error, connection.where, "sending the request", request_sent=False
        ) from error


async def _drain(connection: Connection, exchange: Exchange, decoder: ResponseDecoder) -> None:
    """Wait until the system has all that was written, unless that became pointless."""
    try:
        while connection.blocked:
            if _is_hopeless(connection, decoder):
                connection.cut = True
                return
            await connection.wait(exchange.patience())
    except OSError as error:
        raise exchange.broken_off(
            error, connection.where, "sending the request", request_sent=False
        ) from error


async def _put(
    connection: Connection,
    exchange: Exchange,
    decoder: ResponseDecoder,
    data: bytes | memoryview,
) -> None:
    _write(connection, exchange, data)
    if connection.blocked:
        await _drain(connection, exchange, decoder)


async def _put_slices(
    connection: Connection, exchange: Exchange, decoder: ResponseDecoder, data: bytes
) -> None:
    if len(data) <= _SLICE:
        await _put(connection, exchange, decoder, data)
        return
    view = memoryview(data)
    for number, start in enumerate(range(0, len(view), _SLICE), 1):
        if _is_hopeless(connection, decoder):
            connection.cut = True
            return
        await _put(connection, exchange, decoder, view[start : start + _SLICE])
        if number % _TURN == 0:
            await asyncio.sleep(0)


def _is_hopeless(connection: Connection, decoder: ResponseDecoder) -> bool:
    """Whether no more of a request has to be sent: the answer is known, or there will be none."""
    return connection.lost or decoder.status >= 300 or decoder.error is not None


async def _send_watched(
    connection: Connection,
    exchange: Exchange,
    decoder: ResponseDecoder,
    head: bytes,
    request: HttpRequest,
) -> None:
    """Send a body piece by piece: as it is where its length is known, in chunks otherwise."""
    content: Content = request.body
    trace, told = exchange.trace, exchange.on_chunk_sent
    if isinstance(content, bytes):
        total: int | None = len(content)
    else:
        total = content.length
    if content and _waits(request.headers.get("expect"), exchange):
        await _put(connection, exchange, decoder, head)
        if trace is not None:
            trace.sent(head)
        head = b""
        if not await _may_go_on(connection, exchange, decoder):
            return
    sent = 0
    pieces = _Pieces(content, whole=told is None and exchange.deadline is None)
    try:
        while piece := await pieces.next():
            framed = encode_chunk(piece) if total is None else piece
            await _put_slices(connection, exchange, decoder, head + framed)
            if trace is not None:
                trace.sent(head, piece)
            head = b""
            sent += len(piece)
            if sent != total and _is_hopeless(connection, decoder):
                return
            if told is not None:
                told(piece, sent, total)
    finally:
        await pieces.close()
    if head or total is None:
        await _put(connection, exchange, decoder, head + (LAST_CHUNK if total is None else b""))
        if trace is not None and head:
            trace.sent(head)
    decoder.request_sent = not connection.cut


def _waits(expectation: str | None, exchange: Exchange) -> bool:
    return (
        expectation is not None
        and expectation.lower() == "100-continue"
        and bool(exchange.settings.continue_timeout)
    )


async def _may_go_on(connection: Connection, exchange: Exchange, decoder: ResponseDecoder) -> bool:
    """Wait for a word of the service; whether the body is to be sent."""
    countdown = exchange.countdown(exchange.settings.continue_timeout or 0.0)
    patience = countdown
    while 100 not in decoder.interim:
        if decoder.status:
            return False
        seen = decoder.interim
        look_at(connection, exchange, _WAITING)
        try:
            await connection.wait(patience())
        except TimeoutError as error:
            if patience is countdown and not exchange.is_overdue(error):
                return True
            raise exchange.broken_off(
                error, connection.where, _WAITING, request_sent=False
            ) from error
        # Who began to say something is waited for like any other answer.
        patience = countdown if decoder.interim != seen else exchange.patience
    return True


class _Pieces:
    """A body in pieces of the size that is told about, or in whatever pieces it has; none empty.

    Sources that block are read in a thread.
    """

    __slots__ = ("_chunk", "_source", "_start", "_whole")

    def __init__(self, content: Content, *, whole: bool) -> None:
        self._whole = whole
        self._start = 0
        self._chunk = b""
        self._source: Iterator[bytes] | AsyncIterator[bytes]
        if isinstance(content, bytes):
            self._source = iter(())
            self._chunk = content
        else:
            self._source = content.chunks()

    async def next(self) -> bytes:
        """The next piece, empty at the end. Raises what reading raises."""
        if self._start >= len(self._chunk):
            self._start = 0
            self._chunk = await self._read()
        start = self._start
        if self._whole:
            self._start = len(self._chunk)
        else:
            self._start += _CHUNK
        return self._chunk[start : self._start]

    async def _read(self) -> bytes:
        source = self._source
        if isinstance(source, AsyncIterator):
            async for chunk in source:
                if chunk:
                    return chunk
            return b""
        loop = asyncio.get_running_loop()
        # A future that is given an exception may hand over a copy of it.
        read = await loop.run_in_executor(None, _next, source)
        if isinstance(read, bytes):
            return read
        raise read

    async def close(self) -> None:
        """Let go of a source that was not read to its end."""
        close = getattr(self._source, "aclose", None)
        if close is not None:
            await close()


def _next(chunks: Iterator[bytes]) -> bytes | BaseException:
    try:
        return next(filter(None, chunks), b"")
    except BaseException as error:  # noqa: BLE001 - it is raised by who asked
        return error
