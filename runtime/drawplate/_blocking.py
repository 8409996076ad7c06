"""The blocking transport: HTTP/1.1 over pooled sockets (spec: requests.md section 8).

Nearly all calls go over connections of its own with `drawplate.http1`. What that does not cover
goes through urllib3: streamed uploads, `Expect`, traces, functions that are told about pieces, and
proxies that forward plain http. Imported at the first call; nothing of TLS is for plain http.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from drawplate._direct import Pool
from drawplate._exchange import Exchange
from drawplate._http1_exchange import exchange_on
from drawplate.http import HttpRequest, HttpResponse
from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from drawplate._urllib3 import Urllib3Transport


class SocketTransport:
    """Sends requests over pooled connections. Safe to share between threads, usable after a fork.

    `clock` returns seconds that never go back; the idle timeout is measured with it.
    """

    __slots__ = ("_common", "_kind", "_shared", "_through_urllib3", "settings")

    settings: TransportSettings

    def __init__(
        self,
        settings: TransportSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._set_up(settings or TransportSettings(), _Shared(clock))

    def _set_up(self, settings: TransportSettings, shared: _Shared) -> None:
        self.settings = settings
        self._shared = shared
        self._through_urllib3: Urllib3Transport | None = None
        trace = None
        if settings.wire_log is not None:
            from drawplate._wire_trace import WireTrace  # few programs look that closely

            trace = WireTrace(settings.wire_log, bodies=settings.wire_log_bodies)
        #: What all calls without a deadline or functions of their own have in common.
        self._common = Exchange(settings, shared.clock, trace)
        # Calls that agree in these can use each other's connections. An object is hashed faster.
        self._kind = shared.kinds.setdefault(settings.connection_key, object())

    def with_settings(self, settings: TransportSettings) -> SocketTransport:
        """Return a transport with other settings. It is cheap, and closed together with this one.

        Both use the same connections, unless they differ in TLS or in the size of the pool.
        """
        made = object.__new__(type(self))
        made._set_up(settings, self._shared)
        return made

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return the response as soon as its head has arrived.

        Its `body` is bytes if all of it came at once, else an `Http1Body` or a `ResponseBody`.
        Header values go out as UTF-8; fields are added only for Host and the framing of the body.
        Raises a `NetworkingError` when the exchange fails, `ConfigurationError` for an unusable URL
        or certificate file, and whatever reading the body of the request raises.
        """
        exchange = self._common
        if request.deadline or request.on_chunk_sent or request.on_chunk_received:
            exchange = exchange.of_request(request)
        body = request.body
        if (
            isinstance(body, bytes)
            and exchange.is_plain
            and self.settings.http_codec == "http1"
            and "expect" not in request.headers.fields
        ):
            # As `split_url`, which is not called for it: this is where every call comes along.
            url = request.url
            end = url.find("/", 8)
            origin, target = (url, "/") if end < 0 else (url[:end], url[end:])
            made_in, pools = self._shared.pools
            pool = pools.get((origin, self._kind)) if made_in == os.getpid() else None
            if pool is None:
                pool = self._pool(origin)
            if pool.is_direct:
                return exchange_on(pool, request, body, target, exchange)
        carrier = self._through_urllib3
        if carrier is None:
            carrier = self._through_urllib3 = self._shared.through_urllib3(self.settings)
        return carrier.send(request)

    def close(self) -> None:
        """Drop the idle connections. Calls under way go on; a later call opens new connections."""
        shared = self._shared
        _, pools = shared.pools
        shared.pools = (os.getpid(), {})
        for pool in pools.values():
            pool.close()
        for carrier in shared.carriers.values():
            carrier.close()

    def _pool(self, origin: str) -> Pool:
        made_in, pools = self._shared.pools
        if made_in != os.getpid():
            # A forked child: the parent goes on using the inherited sockets. Dropping the pools
            # closes the child's handles of them, which the parent and the peer do not notice.
            pools = {}
            self._shared.pools = (os.getpid(), pools)
        key = (origin, self._kind)
        return pools.get(key) or pools.setdefault(
            key, Pool(origin, self.settings, self._shared.clock)
        )


class _Shared:
    """What a transport and its copies with other settings have in common."""

    __slots__ = ("carriers", "clock", "kinds", "pools")

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.kinds: dict[object, object] = {}
        #: The way through urllib3, once a call went there. A dict, to be filled in one step.
        self.carriers: dict[str, Urllib3Transport] = {}
        # The process that made the pools, and the pools by origin such as "https://host:443" and
        # kind. Both change in one assignment, so that no thread sees pools of another process.
        self.pools: tuple[int, dict[object, Pool]] = (os.getpid(), {})

    def through_urllib3(self, settings: TransportSettings) -> Urllib3Transport:
        """The way through urllib3 for a transport with these settings."""
        from drawplate._urllib3 import Urllib3Transport  # half of a cold start, and rarely needed

        first = self.carriers.get("urllib3") or self.carriers.setdefault(
            "urllib3", Urllib3Transport(settings, clock=self.clock)
        )
        return first.with_settings(settings)
