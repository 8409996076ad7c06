"""urllib3's connections and pools, changed where a client that may repeat inferences needs more.

Connections tell which part of an exchange failed, hence whether the service may have acted; write
head and small body at once; and notice a response head that was cut off. Pools keep connections
without locks, forget those that were idle for too long, and are silent when they are full.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from http.client import (
    BadStatusLine,
    HTTPException,
    HTTPResponse,
    LineTooLong,
    RemoteDisconnected,
    UnknownProtocol,
)
from io import BufferedReader, BytesIO
from threading import local
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from drawplate._failures import connect_failure, exchange_failure
from drawplate.errors import ConnectError, HttpProtocolError, NetworkingError, NoSuchEndpointError
from drawplate.http import BodySource
from drawplate.transport import TransportSettings

# Head and body up to this size leave in one write; copying more costs more than a second write.
_ONE_WRITE = 65536
# A larger body is written in slices, because a socket's timeout is for all of one sendall().
_SLICE = 262144
_MAX_HEAD = 65536
_INFORMATIONAL = b"HTTP/1.1 1"
# The one of them that no other answer follows.
_SWITCHING = b"HTTP/1.1 101"


class BodyFailure(Exception):
    """Reading the caller's stream failed in a way that urllib3 would take for its own."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


def _next(chunks: Iterator[bytes]) -> bytes:
    """The next chunk that is not empty; empty at the end."""
    try:
        return next(filter(None, chunks), b"")
    except (HTTPError, HTTPException, OSError) as error:
        raise BodyFailure(error) from None


class _Answer(HTTPResponse):
    """A response whose head must be complete: http.client takes a cut head for a whole one."""

    def begin(self) -> None:
        connection = self.fp
        arrived = connection.peek(1)
        if b"\r\n\r\n" in arrived and not arrived.startswith(_INFORMATIONAL):
            super().begin()
            return
        # http.client needs lines only, and a head that is complete in memory has the same ones.
        self.fp = cast("BufferedReader", BytesIO(_read_head(connection)))
        try:
            super().begin()
        finally:
            self.fp = connection


def _read_head(connection: BufferedReader) -> bytes:
    """Read the bytes of the first head that is not informational (1xx, RFC 9110 section 15.2)."""
    while True:
        lines: list[bytes] = []
        size = 0
        while True:
            line = connection.readline(_MAX_HEAD + 1)
            if not line:
                raise RemoteDisconnected(
                    "closed in the head" if lines else "closed without an answer"
                )
            size += len(line)
            if size > _MAX_HEAD:
                raise LineTooLong("response head")
            lines.append(line)
            if line in {b"\r\n", b"\n"}:
                break
            if not lines[0].startswith(b"HTTP/"):
                return line  # of another protocol, whose head may never end
        if not lines[0].startswith(_INFORMATIONAL) or lines[0].startswith(_SWITCHING):
            return b"".join(lines)


class Call(local):
    """The settings of the call that this thread is making; connections outlive calls."""

    def __init__(self, settings: TransportSettings) -> None:
        self.settings = settings


class Connection(HTTPConnection):
    """A connection that raises `NetworkingError`s, which urllib3 passes on as they are."""

    response_class = _Answer

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        call: Call,
        clock: Callable[[], float],
        **options: Any,
    ) -> None:
        super().__init__(host, port, **options)
        self._call = call
        self._clock = clock
        self._held: list[Any] | None = None
        self._request_sent = False
        self._idle_since = 0.0

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    def connect(self) -> None:
        """Open the socket, and do the TLS handshake where there is one."""
        try:
            super().connect()
        except (HTTPError, OSError, ValueError) as error:
            failure = self._connect_failure(error)
        else:
            # urllib3 warns about every call on an unverified connection; here that was asked for.
            self.is_verified = True
            return
        raise failure

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request; head and small body leave in one write."""
        self._request_sent = False
        if self.sock is None:
            self.connect()
        # urllib3 would give the upload what is meant for connecting.
        self.timeout = self._call.settings.read_timeout
        body: bytes | BodySource | None = options.get("body")
        stream = None
        if body is not None and not isinstance(body, bytes):
            stream = body
            options["body"] = None
        held: list[Any] = []
        self._held = held
        try:
            super().request(*args, **options)
        finally:
            self._held = None
        try:
            if stream is None:
                self._write(held)
            else:
                self._write_stream(held[0], stream)
        except (BrokenPipeError, ConnectionResetError):
            # The service may have answered before it hung up: the answer is tried for.
            return
        except OSError as error:
            failure = self._exchange_failure(error, "sending the request")
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
        try:
            return super().getresponse()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            failure = self._answer_failure(error)
        raise failure

    def rest(self) -> None:
        """Note the time at which the connection became idle."""
        self._idle_since = self._clock()

    @property
    def rested_too_long(self) -> bool:
        """Whether it was idle for longer than the idle timeout."""
        return self._clock() - self._idle_since > self._call.settings.idle_timeout

    def _write(self, parts: list[Any]) -> None:
        if sum(map(len, parts)) <= _ONE_WRITE:
            super().send(b"".join(parts))
            return
        for part in parts:
            view = memoryview(part)
            for start in range(0, len(view), _SLICE):
                super().send(view[start : start + _SLICE])

    def _write_stream(self, head: bytes, body: BodySource) -> None:
        """Write a body as it is read: as it is where its length is known, in chunks otherwise."""
        framed = body.length is None
        waiting = head
        chunks = iter(body.chunks())
        while chunk := _next(chunks):
            waiting += b"%x\r\n%b\r\n" % (len(chunk), chunk) if framed else chunk
            self._write([waiting])
            waiting = b""
        self._write([waiting + b"0\r\n\r\n" if framed else waiting])

    def _connect_failure(self, error: Exception) -> ConnectError:
        # urllib3's own errors are about the TCP connection and carry the system's as their cause.
        in_handshake = not isinstance(error, HTTPError)
        reason = error if in_handshake else error.__cause__
        if isinstance(reason, OSError):
            timeout = self._call.settings.connect_timeout
            return connect_failure(reason, self.where, timeout=timeout, in_handshake=in_handshake)
        return NoSuchEndpointError(f"{self.host!r} is not a host name; check region and endpoint")

    def _exchange_failure(self, error: OSError, doing: str) -> NetworkingError:
        timeout, sent = self._call.settings.read_timeout, self._request_sent
        return exchange_failure(error, self.where, doing, timeout=timeout, request_sent=sent)

    def _answer_failure(self, error: Exception) -> NetworkingError:
        if isinstance(error, OSError):
            return self._exchange_failure(error, "waiting for the response")
        if isinstance(error, BadStatusLine):
            said = "its status line is malformed"
        elif isinstance(error, UnknownProtocol):
            said = "it is of another version of HTTP"
        elif isinstance(error, LineTooLong):
            said = f"its head is larger than {_MAX_HEAD} bytes"
        else:
            said = "its head is malformed or has too many fields"
        return answer_failure(self.where, said, request_sent=self._request_sent)


def answer_failure(where: str, said: str, *, request_sent: bool = True) -> HttpProtocolError:
    """Make the error for an answer that is not HTTP; it quotes nothing of it."""
    return HttpProtocolError(
        f"the answer of {where} is not valid HTTP/1.1: {said}; "
        "check that the endpoint, and a proxy in between, speak HTTP/1.1",
        request_sent=request_sent,
    )


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
        if len(self.queue) >= self.maxsize:
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


class HttpPool(HTTPConnectionPool):
    """The connections to one host and port."""

    # Any, since urllib3's own classes do not fully match the protocol it declares here.
    ConnectionCls: Any = Connection
    QueueCls = _IdleConnections


class HttpsPool(HTTPSConnectionPool):
    """The TLS connections to one host and port."""

    ConnectionCls: Any = SecureConnection
    QueueCls = _IdleConnections
