"""The transport of async clients: HTTP/1.1 on asyncio itself (spec: requests.md section 8).

`drawplate.http1` takes messages apart. Imported at the first call of an async client.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

from drawplate._asyncio_exchange import exchange_on
from drawplate._asyncio_pool import LoopPools, Pool
from drawplate._exchange import Exchange
from drawplate._origin import split_url
from drawplate.http import HttpRequest, HttpResponse
from drawplate.transport import TransportSettings


class AsyncioTransport:
    """Sends requests over pooled connections, which belong to the event loop that opened them.

    Safe to use from several loops, be it one after the other or in several threads: each loop has
    its own connections, which are closed when it ends. Usable after a fork. Works on every loop
    that keeps to asyncio's interface, uvloop's among them.

    `clock` returns seconds that never go back; the idle timeout is measured with it.
    """

    __slots__ = ("_common", "_kind", "_shared", "settings")

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
        trace = None
        if settings.wire_log is not None:
            from drawplate._wire_trace import WireTrace  # few programs look that closely

            trace = WireTrace(settings.wire_log, bodies=settings.wire_log_bodies)
        #: What all calls without a deadline or functions of their own have in common.
        self._common = Exchange(settings, shared.clock, trace)
        # Calls that agree in these can use each other's connections. An object is hashed faster.
        self._kind = shared.kinds.setdefault(settings.connection_key, object())

    def with_settings(self, settings: TransportSettings) -> AsyncioTransport:
        """Return a transport with other settings. It is cheap, and closed together with this one.

        Both use the same connections, unless they differ in TLS or in the size of the pool.
        """
        made = object.__new__(type(self))
        made._set_up(settings, self._shared)
        return made

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return the response as soon as its head has arrived.

        Its `body` is bytes where all of it came with the head, else an `AsyncHttp1Body`. Header
        values go out as UTF-8; fields are added only for Host and the framing of the body, which
        may be a `BodySource` that is read in a thread, or an `AsyncBodySource`.

        Raises a `NetworkingError` when the exchange fails, `ConfigurationError` for an unusable URL
        or certificate file, and whatever reading the body of the request raises. When it is
        cancelled the connection is closed at once.
        """
        origin, target = split_url(request.url)
        exchange = self._common
        if request.deadline or request.on_chunk_sent or request.on_chunk_received:
            exchange = exchange.of_request(request)
        return await exchange_on(self._pool(origin), request, target, exchange)

    async def aclose(self) -> None:
        """Close the idle connections. Calls under way go on; a later call opens new connections.

        Those of other loops are closed as soon as these loops get to it. Idempotent.
        """
        self._shared.close()
        # In one round the loop aborts the connections, and in the next it closes their sockets.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def _pool(self, origin: str) -> Pool:
        pools = self._shared.pools(asyncio.get_running_loop())
        key = (origin, self._kind)
        pool = pools.by_key.get(key)
        if pool is None:
            pool = pools.by_key[key] = Pool(origin, self.settings, pools)
        return pool


class _Shared:
    """What a transport and its copies with other settings have in common."""

    __slots__ = ("_loops", "_process", "clock", "kinds")

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.kinds: dict[object, object] = {}
        self._process = os.getpid()
        # Only the thread of a loop adds to its entry, so that no lock is needed.
        self._loops: dict[asyncio.AbstractEventLoop, LoopPools] = {}

    def pools(self, loop: asyncio.AbstractEventLoop) -> LoopPools:
        """The pools of a loop."""
        if self._process != os.getpid():
            # A forked child: the parent goes on using the inherited sockets, and its loop.
            self._process = os.getpid()
            inherited, self._loops = self._loops, {}
            for pools in inherited.values():
                pools.forget()
        found = self._loops.get(loop)
        if found is None:
            for other in tuple(self._loops):
                if other.is_closed() and (left := self._loops.pop(other, None)) is not None:
                    left.forget()
            found = self._loops[loop] = LoopPools(loop, self.clock)
        return found

    def close(self) -> None:
        """Close all idle connections."""
        for pools in tuple(self._loops.values()):
            pools.close()

    def __del__(self) -> None:
        self.close()
