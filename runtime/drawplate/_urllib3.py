"""The blocking transport's way through urllib3, for what its own HTTP/1.1 does not cover.

urllib3 keeps connections and takes messages apart; its retries, redirects, content decoding and
warnings stay off. Imported at the first call that goes this way, since importing urllib3 costs more
than everything else a client does before it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException, IncompleteRead
from io import BytesIO
from typing import Any, cast

from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ClosedPoolError, HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import SKIP_HEADER, Retry, Timeout

from drawplate._connections import HttpPool, HttpsPool
from drawplate._exchange import Call, CallerFailure, Exchange
from drawplate._failures import answer_failure, tunnel_failure
from drawplate._origin import parse_origin, split_url
from drawplate._tls import tls_context
from drawplate.errors import NetworkingError, ParamValidationError, TruncatedBodyError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.transport import TransportSettings

# No retries and no redirects; made once because urllib3 would make one a call.
_ONCE = Retry(False, redirect=False)
# The largest piece of a body that is handed over at a time.
_PIECE = 65536


class Urllib3Transport:
    """Sends requests through urllib3. Safe to share between threads, usable after a fork.

    `clock` returns seconds that never go back; the idle timeout is measured with it.
    """

    __slots__ = ("_common", "_kind", "_shared", "_timeout", "_trace", "settings")

    settings: TransportSettings

    def __init__(
        self,
        settings: TransportSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._set_up(settings := settings or TransportSettings(), _Shared(settings, clock))

    def _set_up(self, settings: TransportSettings, shared: _Shared) -> None:
        self.settings = settings
        self._shared = shared
        self._trace = None
        if settings.wire_log is not None:
            from drawplate._wire_trace import WireTrace  # few programs look that closely

            self._trace = WireTrace(settings.wire_log, bodies=settings.wire_log_bodies)
        #: What all calls without a deadline or functions of their own have in common.
        self._common = Exchange(settings, shared.clock, self._trace)
        self._timeout = Timeout(connect=None, read=self._common.read_timeout)
        # Calls that agree in these can use each other's connections. An object is hashed faster.
        self._kind = shared.kinds.setdefault(settings.connection_key, object())

    def with_settings(self, settings: TransportSettings) -> Urllib3Transport:
        """Return a transport with other settings. It is cheap, and closed together with this one.

        Both use the same connections, unless they differ in TLS or in the size of the pool.
        """
        made = object.__new__(type(self))
        made._set_up(settings, self._shared)
        return made

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return the response as soon as its head has arrived.

        Its `body` is a `ResponseBody`. Header values go out as UTF-8; fields are added only for
        Host and the framing of the body. Raises a `NetworkingError` when the exchange fails,
        `ConfigurationError` for an unusable URL or certificate file, and whatever reading the body
        of the request raises.
        """
        origin, target = split_url(request.url)
        exchange = self._common
        if request.deadline or request.on_chunk_sent or request.on_chunk_received:
            exchange = exchange.of_request(request)
        self._shared.call.exchange = exchange
        # http.client would write text as Latin-1, so it is given bytes.
        fields: dict[str, str | bytes] = {
            name: value.encode() for name, value in request.headers.items()
        }
        # urllib3 adds these two unless it is told that their absence is meant.
        fields.setdefault("accept-encoding", SKIP_HEADER)
        fields.setdefault("user-agent", SKIP_HEADER)
        content = request.body or None
        if content is not None and not isinstance(content, bytes):
            if content.length is None:
                fields["transfer-encoding"] = "chunked"
            else:
                fields["content-length"] = str(content.length)
        while True:
            pool = self._pool(origin)
            try:
                response = pool.urlopen(
                    request.method,
                    target,
                    cast("bytes | None", content),
                    cast("dict[str, str]", fields),
                    _ONCE,
                    redirect=False,
                    assert_same_host=False,
                    timeout=self._timeout,
                    preload_content=False,
                    decode_content=False,
                )
            except ClosedPoolError:
                # close() came in between; it has already made room for a new pool.
                continue
            except CallerFailure as failure:
                raise failure.reason from None
            where = f"{pool.host}:{pool.port}"
            body = ResponseBody(response, where, exchange)
            if response.status == 407:
                _raise_for_proxy(pool, where, body)
            return HttpResponse(response.status, _head(response, where, body), body)

    def close(self) -> None:
        """Drop the idle connections. Calls under way go on; a later call opens new connections."""
        _, pools = self._shared.pools
        self._shared.pools = (os.getpid(), {})
        for pool in pools.values():
            pool.close()

    def _pool(self, origin: str) -> HttpPool | HttpsPool:
        made_in, pools = self._shared.pools
        if made_in != os.getpid():
            # A forked child: the parent goes on using the inherited sockets. Dropping the pools
            # closes the child's handles of them, which the parent and the peer do not notice.
            pools = {}
            self._shared.pools = (os.getpid(), pools)
        key = (origin, self._kind)
        return pools.get(key) or pools.setdefault(key, self._open(origin))

    def _open(self, origin: str) -> HttpPool | HttpsPool:
        scheme, host, port = parse_origin(origin)
        proxies = self.settings.proxies
        options: dict[str, Any] = {
            "maxsize": self.settings.max_connections,
            "call": self._shared.call,
            "clock": self._shared.clock,
            "route": proxies and proxies.route(scheme, host, port),
        }
        if scheme == "http":
            return HttpPool(host, port, **options)
        return HttpsPool(host, port, tls=tls_context(self.settings), **options)


class _Shared:
    """What a transport and its copies with other settings have in common."""

    __slots__ = ("call", "clock", "kinds", "pools")

    def __init__(self, settings: TransportSettings, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.call = Call(Exchange(settings, clock, None))
        self.kinds: dict[object, object] = {}
        # The process that made the pools, and the pools by origin such as "https://host:443" and
        # kind. Both change in one assignment, so that no thread sees pools of another process.
        self.pools: tuple[int, dict[object, HttpPool | HttpsPool]] = (os.getpid(), {})


class ResponseBody:
    """A body that is still on the wire: an iterator of its pieces, each handed over as it arrives.

    The end gives the connection back to its pool. `close()` before the end, and dropping the last
    reference, close the connection. What is left after a failure or a `close()` cannot be read:
    that is a `ValueError`, since stopping would look like the end of the body.
    """

    __slots__ = (
        "_connection",
        "_ended",
        "_exchange",
        "_length",
        "_pieces",
        "_received",
        "_response",
        "_where",
    )

    def __init__(self, response: BaseHTTPResponse, where: str, exchange: Exchange) -> None:
        self._response = response
        self._where = where
        self._exchange = exchange
        self._length = response.length_remaining
        self._received = 0
        self._ended = False
        # urllib3 waits for as many bytes as were asked for, except in these two calls: a chunk is
        # handed over when it is complete, and read1 takes what has arrived.
        self._pieces: Iterator[bytes] | None = (
            response.read_chunked(_PIECE)
            if response.chunked
            else iter(lambda: response.read1(_PIECE), b"")
        )
        self._connection: Any = None
        if exchange.trace is not None:
            # Looked at when it has been given back.
            self._connection = response.connection
            if self._length != 0:
                size = "chunks" if self._length is None else f"{self._length} bytes"
                exchange.trace.say(f"reading {size}...")
        if self._length == 0:
            if response.chunked:
                response.close()  # a 204 that announces chunks: nobody knows what follows
            else:
                response.read()
            self._end()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._pieces is None:
            raise self._closed()
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._end()
            raise
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            failure = self._failure(error)
        else:
            self._received += len(piece)
            if self._exchange.trace is not None or self._exchange.on_chunk_received is not None:
                self._tell(piece)
            return piece
        self.close()
        raise failure

    def read(self) -> bytes:
        """All bytes that are left, with no second copy of them in memory.

        Raises a `NetworkingError` when they do not all arrive.
        """
        exchange = self._exchange
        if (
            self._length is None
            or self._ended
            or exchange.trace is not None
            or exchange.on_chunk_received is not None
        ):
            gathered = BytesIO()
            for piece in self:
                gathered.write(piece)
            return gathered.getvalue()
        if self._pieces is None:
            raise self._closed()
        try:
            data = self._response.read()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            failure = self._failure(error)
        else:
            self._end()
            return data
        self.close()
        raise failure

    def close(self) -> None:
        """Close the connection unless the body was read to its end. Idempotent."""
        if not self._ended:
            if self._pieces is not None and self._exchange.trace is not None:
                self._exchange.trace.say("Conn close")
            self._pieces = None
            self._response.close()

    def _tell(self, piece: bytes) -> None:
        trace, told = self._exchange.trace, self._exchange.on_chunk_received
        if trace is not None:
            trace.received(piece)
        if told is not None:
            try:
                told(piece, self._received, self._length)
            except BaseException:
                self.close()
                raise

    def _end(self) -> None:
        self._pieces = iter(())
        self._response.release_conn()
        trace = self._exchange.trace
        if trace is not None and not self._ended:
            if self._length != 0:
                trace.say(f"read {self._received} bytes")
            trace.say("Conn close" if self._connection.sock is None else "Conn keep-alive")
            self._connection = None
        self._ended = True

    def _closed(self) -> ValueError:
        return ValueError(f"the response body from {self._where} was closed before its end")

    def _failure(self, error: Exception) -> NetworkingError:
        reason = error.__cause__ if isinstance(error, HTTPError) and error.__cause__ else error
        if isinstance(reason, OSError):
            return self._exchange.broken_off(
                reason, self._where, "reading the response body", request_sent=True
            )
        if self._length is not None and isinstance(reason, IncompleteRead):
            received = self._length - (reason.expected or 0)
            said = f"expected {self._length} bytes, received {received} bytes"
        else:
            said = "broken off inside its chunks"
        return TruncatedBodyError(
            f"http response body truncated, {said} (from {self._where})", request_sent=True
        )


def _raise_for_proxy(pool: HTTPConnectionPool, where: str, body: ResponseBody) -> None:
    """Raise for a proxy that forwards nothing without a user; no service answers with 407."""
    route = pool.conn_kw["route"]
    if route is not None and isinstance(pool, HttpPool):
        body.close()
        raise tunnel_failure(route, where, 407)


def _head(response: BaseHTTPResponse, where: str, body: ResponseBody) -> Headers:
    fields = Headers()
    said = "a header value has a control character"
    try:
        for name, value in response.headers.itermerged():
            fields[name] = value if value.isascii() else _text(value)
        if response.length_remaining is not None or response.chunked:
            return fields
        if "content-length" not in fields:
            return fields
        said = "its Content-Length is not a number"
    except ParamValidationError:
        pass
    body.close()
    raise answer_failure(where, said)


def _text(value: str) -> str:
    # http.client reads every header as Latin-1; what is UTF-8 on the wire is meant to be UTF-8.
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
