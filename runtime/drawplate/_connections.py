"""urllib3's connections and pools, changed where a client that may repeat inferences needs more.

Connections tell which part of an exchange failed, hence whether the service may have acted; write
head and small body at once; go through a proxy; and notice a response head that was cut off. Pools
keep connections without locks, forget those that were idle for too long, and are silent when full.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from functools import partial
from http.client import BadStatusLine, HTTPException, LineTooLong, UnknownProtocol
from io import BufferedReader
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from drawplate._answers import MAX_HEAD, Answer, WatchedAnswer, is_informational, read_head
from drawplate._connect import connect
from drawplate._exchange import Call, CallerFailure, Exchange
from drawplate._failures import answer_failure
from drawplate._sockets import Readiness, TimedReader, reader, readiness
from drawplate.errors import NetworkingError
from drawplate.http import BodySource, OnChunk

if TYPE_CHECKING:
    import ssl

    from drawplate._proxy import Proxy

# Head and body up to this size leave in one write; copying more costs more than a second write.
_ONE_WRITE = 65536
# A larger body is written in slices, because a socket's timeout is for all of one sendall().
_SLICE = 262144
# The size of the pieces that are told about; over TLS it is the longest that one timeout is for.
_CHUNK = 16384


def _next(chunks: Iterator[bytes]) -> bytes:
    """The next chunk that is not empty; empty at the end."""
    try:
        return next(filter(None, chunks), b"")
    except (HTTPError, HTTPException, OSError) as error:
        raise CallerFailure(error) from None


def _pieces(body: bytes | BodySource, *, whole: bool) -> Iterator[bytes]:
    """A body in pieces of the size that is told about, or in whatever pieces it has; none empty."""
    if not isinstance(body, bytes):
        chunks = iter(body.chunks())
        while chunk := _next(chunks):
            yield from _pieces(chunk, whole=whole)
    elif whole and body:
        yield body
    else:
        for start in range(0, len(body), _CHUNK):
            yield body[start : start + _CHUNK]


def _tell(told: OnChunk, piece: bytes, sent: int, total: int | None) -> None:
    try:
        told(piece, sent, total)
    except (HTTPError, HTTPException, OSError) as error:
        raise CallerFailure(error) from None


class Connection(HTTPConnection):
    """A connection that raises `NetworkingError`s, which urllib3 passes on as they are.

    `route` is the proxy that it goes through, `tls` the context of its handshake with the host.
    """

    response_class: Any = Answer

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        call: Call,
        clock: Callable[[], float],
        route: Proxy | None = None,
        tls: ssl.SSLContext | None = None,
        **options: Any,
    ) -> None:
        super().__init__(host, port, **options)
        self._call = call
        self._exchange: Exchange = call.exchange
        self._clock = clock
        self._route = route
        self._tls = tls
        self._held: list[Any] | None = None
        self._request_sent = False
        self._idle_since = 0.0
        self._ready: Readiness | None = None
        #: An answer that came before the body was sent: what is left of it, and its final head.
        self._reader: BufferedReader | None = None
        self._head = b""
        #: Whether no other request may follow, since the body of this one was not sent.
        self.spent = False

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    def connect(self) -> None:
        """Open the socket, have a proxy connect to the host, do the TLS handshake, as needed."""
        exchange = self._exchange = self._call.exchange
        self.sock = connect(self.host, self.port, exchange, route=self._route, tls=self._tls)
        self._ready = readiness(self.sock)
        # urllib3 warns about every call on an unverified connection; here that was asked for.
        self.is_verified = True

    def request(self, method: str, url: str, *args: Any, **options: Any) -> None:
        """Send a request; head and small body leave in one write."""
        self._request_sent = False
        self._head = b""
        if self.sock is None:
            self.connect()
        exchange = self._exchange = self._call.exchange
        # urllib3 would give the upload what is meant for connecting.
        self.timeout = exchange.read_timeout
        body: bytes | BodySource | None = options.get("body")
        stream = None
        if body is not None and not isinstance(body, bytes):
            stream = body
            options["body"] = None
        headers = options["headers"]
        if self._route is not None and self._tls is None:
            url = self._forwarded(url, headers, self._route)
        held: list[Any] = []
        self._held = held
        try:
            super().request(method, url, *args, **options)
        finally:
            self._held = None
        waits = "expect" in headers and body is not None and self._waits_for(headers["expect"])
        try:
            if waits and not self._may_go_on(held[0]):
                return
            if waits or exchange.watched or stream is not None:
                self._upload(b"" if waits else held[0], body)
            else:
                self._write(held)
        except (BrokenPipeError, ConnectionResetError):
            # The service may have answered before it hung up: the answer is tried for.
            return
        except OSError as error:
            failure = self._exchange_failure(error, "sending the request")
        except HTTPException as error:
            failure = self._answer_failure(error)
        else:
            self._request_sent = True
            return
        raise failure

    def send(self, data: Any) -> None:
        """Write bytes, or keep them while `request` puts a message together."""
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)

    def getresponse(self) -> Any:
        """Wait for the head of the response."""
        exchange = self._exchange
        try:
            if exchange.deadline is None and exchange.trace is None and self._reader is None:
                return super().getresponse()
            self.response_class = partial(
                WatchedAnswer,
                reader=self._reader or reader(self.sock, exchange),
                head=self._head,
                trace=exchange.trace,
            )
            self._reader = None
            try:
                return super().getresponse()
            finally:
                self.response_class = Answer
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            failure = self._answer_failure(error)
        raise failure

    def close(self) -> None:
        """Close the socket; an answer that is being read goes on holding it."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        super().close()

    def rest(self) -> None:
        """Note the time at which the connection became idle."""
        self._idle_since = self._clock()

    def is_dropped(self) -> bool:
        """Whether the peer closed an idle connection, or sent something that nobody awaits."""
        if self.sock is None:
            return True
        return self._ready is None or bool(self._ready.poll(0))

    @property
    def rested_too_long(self) -> bool:
        """Whether it was idle for longer than the idle timeout."""
        return self._clock() - self._idle_since > self._call.exchange.settings.idle_timeout

    def _forwarded(self, url: str, headers: dict[str, Any], proxy: Proxy) -> str:
        """The target of a request to a proxy, which goes on over plain HTTP (RFC 9112 3.2.2)."""
        from drawplate._proxy import authority

        if proxy.authorization is not None:
            headers["proxy-authorization"] = proxy.authorization
        port = "" if self.port == 80 else f":{self.port}"
        host = authority(self.host, self.port).removesuffix(f":{self.port}")
        return f"http://{host}{port}{url}"

    def _waits_for(self, expectation: bytes | str) -> bool:
        value = expectation.decode() if isinstance(expectation, bytes) else expectation
        return value.lower() == "100-continue" and bool(self._exchange.settings.continue_timeout)

    def _may_go_on(self, head: bytes) -> bool:
        """Send a head, and wait for a word of the service; whether the body is to be sent."""
        exchange = self._exchange
        self._put(head)
        if exchange.trace is not None:
            exchange.trace.sent(head)
        countdown = exchange.countdown(exchange.settings.continue_timeout or 0.0)
        raw = TimedReader(self.sock, exchange)
        self._reader = BufferedReader(raw)
        while True:
            raw.patience = countdown
            try:
                arrived = self._reader.peek(1)
            except TimeoutError as error:
                self._reader.close()  # one that has timed out cannot be read again
                self._reader = None
                if exchange.overdue(error, "", "", request_sent=False) is not None:
                    raise
                return True
            raw.patience = exchange.patience
            head = read_head(self._reader, exchange.trace) if arrived else b""
            if not is_informational(head):
                self._head = head
                self.spent = True
                return False
            if head.startswith(b"HTTP/1.1 100"):
                return True

    def _write(self, parts: list[Any]) -> None:
        if sum(map(len, parts)) <= _ONE_WRITE:
            super().send(b"".join(parts))
            return
        for part in parts:
            view = memoryview(part)
            for start in range(0, len(view), _SLICE):
                super().send(view[start : start + _SLICE])

    def _put(self, data: bytes) -> None:
        exchange = self._exchange
        view = memoryview(data)
        for start in range(0, len(view), _SLICE):
            if exchange.deadline is not None:
                self.sock.settimeout(exchange.within(exchange.read_timeout))
            super().send(view[start : start + _SLICE])

    def _upload(self, head: bytes, body: bytes | BodySource | None) -> None:
        """Write a body piece by piece: as it is where its length is known, in chunks otherwise."""
        exchange = self._exchange
        trace, told = exchange.trace, exchange.on_chunk_sent
        total = len(body or b"") if body is None or isinstance(body, bytes) else body.length
        sent = 0
        for piece in _pieces(body or b"", whole=told is None and exchange.deadline is None):
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if total is None else piece
            self._put(head + framed)
            if trace is not None:
                trace.sent(head, piece)
            head = b""
            sent += len(piece)
            if told is not None:
                _tell(told, piece, sent, total)
        self._put(head + b"0\r\n\r\n" if total is None else head)
        if trace is not None and head:
            trace.sent(head)

    def _exchange_failure(self, error: OSError, doing: str) -> NetworkingError:
        return self._exchange.broken_off(error, self.where, doing, request_sent=self._request_sent)

    def _answer_failure(self, error: Exception) -> NetworkingError:
        if isinstance(error, OSError):
            return self._exchange_failure(error, "waiting for the response")
        if isinstance(error, BadStatusLine):
            said = "its status line is malformed"
        elif isinstance(error, UnknownProtocol):
            said = "it is of another version of HTTP"
        elif isinstance(error, LineTooLong):
            said = f"its head is larger than {MAX_HEAD} bytes"
        else:
            said = "its head is malformed or has too many fields"
        return answer_failure(self.where, said, request_sent=self._request_sent)


class SecureConnection(Connection, HTTPSConnection):
    """The same over TLS."""


class _IdleConnections(queue.LifoQueue[Any]):
    """The connections of a pool that are not in use, the latest first.

    Appending to a list and popping from it are atomic, so it needs no lock, which a fork could
    leave locked for ever.
    """

    def put(self, item: Connection | None, *_: object, **__: object) -> None:
        # None is urllib3's placeholder for a connection to be made.
        if item is None or item.sock is None:
            return
        if item.spent or len(self.queue) >= self.maxsize:
            item.close()
            return
        item.rest()
        self.queue.append(item)

    def get(self, *_: object, **__: object) -> Connection:
        # urllib3 makes one when there is none, and checks whether the peer closed this one.
        while True:
            try:
                connection: Connection = self.queue.pop()
            except IndexError:
                raise queue.Empty from None
            if not connection.rested_too_long:
                return connection
            connection.close()


class _Pool(HTTPConnectionPool):
    """The connections to one host and port."""

    # Any, since urllib3's own classes do not fully match the protocol it declares here.
    ConnectionCls: Any = Connection
    QueueCls = _IdleConnections


class HttpPool(_Pool):
    """The connections to one host and port."""


class HttpsPool(_Pool, HTTPSConnectionPool):
    """The TLS connections to one host and port."""

    ConnectionCls: Any = SecureConnection
