"""One exchange on a connection of the blocking transport, with the library's own HTTP/1.1 codec.

It covers what nearly all calls are: a body in memory, an answer, no one who wants to be told about
pieces or traces. The rest goes the longer way through urllib3, see `_urllib3.py`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from drawplate.errors import NetworkingError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.http1 import (
    MAX_IN_PLACE,
    BodyBuffer,
    ResponseDecoder,
    encode_head,
    whole_response,
)

if TYPE_CHECKING:
    from drawplate._direct import Connection, Pool
    from drawplate._exchange import Exchange

# Most answers arrive in one piece of this size.
_PIECE = 65536
# Head and body up to this size leave in one write, put together; larger ones from where they are.
_JOINED = 16384
# Where that cannot be, as over TLS, copying more than this costs more than a second write.
_ONE_WRITE = 65536
# What is encrypted at a time.
_SLICE = 262144


def exchange_on(
    pool: Pool,
    request: HttpRequest,
    content: bytes,
    target: str,
    exchange: Exchange,
) -> HttpResponse:
    """Send a request over a connection of the pool; returns when the head of the answer is there.

    The body of the response is bytes where all of it came with the head, else an `Http1Body`.
    """
    method, fields = request.method, request.headers.fields
    head = encode_head(method, target, pool.host_field, fields, len(content))
    connection = pool.take(exchange)
    kept = False
    try:
        sock = connection.sock
        if sock is None:
            sock = pool.open(connection, exchange)
        sent = _send(connection, sock, head, content, exchange)
        data = _receive(connection, sock, exchange, request_sent=sent)
        reusable = "connection" not in fields or "close" not in fields["connection"]
        whole = whole_response(method, data) if sent and reusable else None
        if whole is not None:
            kept = True
            pool.give_back(connection)
            return HttpResponse(whole[0], Headers.adopt(whole[1]), whole[2])
        decoder = ResponseDecoder(method, connection.where, request_sent=sent)
        pieces = decoder.feed(data) if data else decoder.eof()
        while not decoder.status:
            if decoder.error is not None:
                raise decoder.error
            data = _receive(connection, sock, exchange, request_sent=sent)
            pieces = decoder.feed(data) if data else decoder.eof()
        body = Http1Body(pool, connection, exchange, decoder, pieces, reusable)
        kept = True
        return HttpResponse(decoder.status, Headers.adopt(decoder.headers), body)
    finally:
        if not kept:
            connection.close()


def _send(
    connection: Connection, sock: Any, head: bytes, content: bytes, exchange: Exchange
) -> bool:
    """Write a request; False where the peer hung up in between: its answer may still be there."""
    try:
        patience = exchange.read_timeout if exchange.deadline is None else exchange.patience()
        # Setting it is a system call, which a connection that is used again can do without.
        if sock.gettimeout() != patience:
            sock.settimeout(patience)
        size = len(content)
        is_plain = type(sock) is socket.socket
        if size <= (_JOINED if is_plain else _ONE_WRITE):
            sock.sendall(head + content)
            return True
        view = memoryview(content)
        gone = 0
        if is_plain and hasattr(sock, "sendmsg"):
            # Both leave at once, and neither is copied before.
            gone = sock.sendmsg((head, content))
        if gone < len(head):
            sock.sendall(head[gone:])
        sent = max(gone - len(head), 0)
        # Not sendall(), for a socket's timeout is for all of that.
        while sent < size:
            if exchange.deadline is not None:
                sock.settimeout(exchange.patience())
            sent += sock.send(view[sent:] if is_plain else view[sent : sent + _SLICE])
    except (BrokenPipeError, ConnectionResetError):
        return False
    except OSError as error:
        failure = _failure(error, connection, exchange, "sending the request", sent=False)
        raise failure from error
    return True


def _receive(connection: Connection, sock: Any, exchange: Exchange, *, request_sent: bool) -> bytes:
    """Wait for the next bytes of a head; none at the end."""
    try:
        if exchange.deadline is not None:
            sock.settimeout(exchange.patience())
        data: bytes = sock.recv(_PIECE)
    except OSError as error:
        doing = "waiting for the response"
        raise _failure(error, connection, exchange, doing, sent=request_sent) from error
    return data


def _failure(
    error: OSError, connection: Connection, exchange: Exchange, doing: str, *, sent: bool
) -> NetworkingError:
    return exchange.broken_off(error, connection.where, doing, request_sent=sent)


class Http1Body:
    """A body that is still on the wire: an iterator of what arrives of it, handed over at once.

    The end gives the connection back to its pool. `close()` before the end, and dropping the last
    reference, close the connection. What is left after a failure or a `close()` cannot be read:
    that is a `ValueError`, since stopping would look like the end of the body.
    """

    __slots__ = (
        "_closed",
        "_connection",
        "_decoder",
        "_exchange",
        "_pieces",
        "_pool",
        "_reusable",
        "_sock",
        "_where",
    )

    def __init__(
        self,
        pool: Pool,
        connection: Connection,
        exchange: Exchange,
        decoder: ResponseDecoder,
        pieces: list[bytes],
        reusable: bool,
    ) -> None:
        self._pool = pool
        self._connection: Connection | None = connection
        self._sock: Any = connection.sock
        self._exchange = exchange
        self._decoder = decoder
        self._pieces = pieces
        self._reusable = reusable
        self._closed = False
        self._where = connection.where
        if decoder.ended:
            self._end()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        # All in one place: between the arrival of an event and its reader is nothing but this.
        pieces = self._pieces
        while not pieces:
            if self._connection is None:
                if self._closed:
                    raise self._was_closed()
                raise StopIteration
            decoder, exchange = self._decoder, self._exchange
            try:
                if decoder.error is not None:
                    raise decoder.error
                if exchange.deadline is not None:
                    self._sock.settimeout(exchange.patience())
                data: bytes = self._sock.recv(_PIECE)
                pieces = decoder.feed(data) if data else decoder.eof()
            except OSError as error:
                failure = self._failure(error)
                self.close()
                raise failure from error
            except NetworkingError:
                self.close()
                raise
            if decoder.ended:
                self._end()
        self._pieces = []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read(self) -> bytes:
        """All bytes that are left, with no second copy of them in memory.

        Raises a `NetworkingError` when they do not all arrive.
        """
        remaining = self._decoder.remaining
        if self._connection is None or remaining is None or remaining > MAX_IN_PLACE:
            return b"".join(self)
        buffer = BodyBuffer(self._decoder, self._pieces)
        self._pieces = []
        try:
            while not self._decoder.ended:
                buffer.received(self._read_into(buffer.free))
            self._end()
            return buffer.getvalue()
        finally:
            buffer.release()

    def close(self) -> None:
        """Close the connection unless the body was read to its end. Idempotent."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._closed = True
            self._pieces = []
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _read_into(self, free: memoryview) -> int:
        exchange = self._exchange
        try:
            if exchange.deadline is not None:
                self._sock.settimeout(exchange.patience())
            count: int = self._sock.recv_into(free)
        except OSError as error:
            failure = self._failure(error)
            self.close()
            raise failure from error
        if not count:
            try:
                self._decoder.eof()
            finally:
                self.close()
        return count

    def _failure(self, error: OSError) -> NetworkingError:
        connection, exchange = self._connection, self._exchange
        if connection is None:
            raise self._was_closed()
        return _failure(error, connection, exchange, "reading the response body", sent=True)

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._decoder.reusable and self._reusable:
            self._pool.give_back(connection)
        else:
            connection.close()

    def _was_closed(self) -> ValueError:
        return ValueError(f"the response body from {self._where} was closed before its end")
