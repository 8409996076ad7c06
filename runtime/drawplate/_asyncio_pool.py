"""The connections of one event loop, kept by the host that they lead to."""

from __future__ import annotations

import asyncio
import sys
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING

from drawplate._asyncio_connect import connect
from drawplate._asyncio_connection import Connection
from drawplate._origin import host_field, parse_origin
from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    import ssl

    from drawplate._exchange import Exchange
    from drawplate._proxy import Proxy

# Bytes of the place where connections receive, for all of a loop and for one.
_SHARED_ROOM = 262144
_OWN_ROOM = 65536


class Pool:
    """The connections to one host and port: idle ones, the latest first, and how to open others.

    As many are opened as are needed at a time; what is beyond `max_connections` is closed after
    use. Raises `ConfigurationError` for an origin that is none.
    """

    __slots__ = (
        "_idle",
        "_loop_pools",
        "_settings",
        "_size",
        "clock",
        "host",
        "host_field",
        "is_closed",
        "is_direct",
        "is_secure",
        "opened",
        "port",
        "room",
        "route",
        "where",
    )

    #: What requests say in the field Host.
    host_field: str
    #: The proxy on the way.
    route: Proxy | None
    #: Whether requests go to the host itself, or through it all: not to a proxy that forwards them.
    is_direct: bool

    def __init__(self, origin: str, settings: TransportSettings, loop_pools: LoopPools) -> None:
        scheme, host, port = parse_origin(origin)
        proxies = settings.proxies
        self.host, self.port = host, port
        self.where = f"{host}:{port}"
        self.host_field = host_field(scheme, host, port)
        self.is_secure = scheme == "https"
        self.route = None if proxies is None else proxies.route(scheme, host, port)
        self.is_direct = self.is_secure or self.route is None
        self.is_closed = False
        self.clock = loop_pools.clock
        self.opened = loop_pools.opened
        self.room = loop_pools.room
        # It lives as long as somebody can give a connection back.
        self._loop_pools = loop_pools
        self._settings = settings
        self._size = settings.max_connections
        self._idle: list[Connection] = []

    def take(self, idle_timeout: float) -> Connection | None:
        """An idle connection that the peer has not closed, if there is one."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.is_usable(idle_timeout):
                return connection
            connection.abort()
        return None

    async def open(self, exchange: Exchange) -> Connection:
        """Another connection."""
        self._loop_pools.watch()
        return await connect(self, exchange)

    def give_back(self, connection: Connection, idle_timeout: float) -> None:
        """Take a connection back whose exchange was read to its end."""
        idle = self._idle
        if len(idle) >= self._size:
            idle[:] = [kept for kept in idle if not kept.lost]
        if self.is_closed or connection.lost or len(idle) >= self._size:
            connection.abort()
            return
        connection.rest(idle_timeout)
        idle.append(connection)

    def close(self) -> None:
        """Close the idle connections, and those in use once they are given back."""
        self.is_closed = True
        while self._idle:
            self._idle.pop().drop()

    async def tls(self, *, for_proxy: bool = False) -> ssl.SSLContext:
        """What the handshake with the host is done with, or that with the proxy; see `_tls.py`."""
        from drawplate import _tls  # nothing of TLS is needed for plain http

        load = _tls.proxy_context if for_proxy else _tls.tls_context
        if _tls.is_loaded(self._settings, for_proxy=for_proxy):
            return load(self._settings)
        # It reads files, and takes some 30 ms for the system's certificates.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, load, self._settings)


class LoopPools:
    """All pools of one loop. Connections are closed when the loop ends, or nobody needs them."""

    __slots__ = ("__weakref__", "_farewell", "_room", "by_key", "clock", "loop", "opened")

    loop: asyncio.AbstractEventLoop
    #: By origin and kind; see `AsyncioTransport`.
    by_key: dict[object, Pool]
    #: All connections, whether in use or idle.
    opened: set[Connection]

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float]) -> None:
        self.loop = loop
        self.clock = clock
        self.by_key = {}
        self.opened = set()
        self._farewell: AsyncGenerator[None, None] | None = None
        self._room: memoryview | None = None

    def room(self) -> memoryview:
        """Where a connection receives: what is there is taken out before another one receives.

        Not so on Windows, where reads begin before there is something to read.
        """
        if sys.platform == "win32":
            return memoryview(bytearray(_OWN_ROOM))
        if self._room is None:
            self._room = memoryview(bytearray(_SHARED_ROOM))
        return self._room

    def watch(self) -> None:
        """Have the connections closed when the loop ends.

        A loop tells nobody that it ends, but it closes the asynchronous generators that were begun
        on it, as `asyncio.run` has it do. So one of them waits for that.
        """
        if self._farewell is None:
            self._farewell = _farewell(weakref.ref(self))
            _step(self._farewell.__anext__())

    def loop_ends(self) -> None:
        """Close all connections, from a callback of the loop."""
        self._farewell = None
        for connection in tuple(self.opened):
            connection.abort()

    def close(self) -> None:
        """Drop the idle connections, from any thread. Calls under way go on."""
        pools, self.by_key = self.by_key, {}
        for pool in pools.values():
            pool.close()

    def forget(self) -> None:
        """Close the sockets without the loop, which is closed or that of another process."""
        opened = tuple(self.opened)
        self.opened.clear()
        self._dismiss()
        for connection in opened:
            connection.forget()

    def _dismiss(self) -> None:
        farewell, self._farewell = self._farewell, None
        if farewell is not None:
            with suppress(RuntimeError):  # the loop is just about to close it
                _step(farewell.aclose())

    def __del__(self) -> None:
        self._dismiss()
        for connection in tuple(self.opened):
            connection.drop()


async def _farewell(pools: weakref.ref[LoopPools]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        alive = pools()
        if alive is not None:
            alive.loop_ends()


def _step(step: Coroutine[object, None, None]) -> None:
    """Run one step of a generator, which waits for nothing."""
    with suppress(StopIteration, StopAsyncIteration):
        step.send(None)
