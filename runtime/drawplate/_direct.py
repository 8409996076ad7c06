"""The connections of the blocking transport that speak the library's own HTTP/1.1.

Pools keep connections without locks, forget those that were idle for too long, and are silent when
full.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drawplate._connect import connect
from drawplate._origin import host_field, parse_origin
from drawplate._sockets import Readiness, readiness

if TYPE_CHECKING:
    from drawplate._exchange import Exchange
    from drawplate.transport import TransportSettings


class Connection:
    """A connection, open or not. It knows nothing of its pool, which ends when nobody needs it."""

    __slots__ = ("idle_since", "ready", "sock", "where")

    #: None while it is not open.
    sock: Any
    #: What tells whether there is something to read.
    ready: Readiness | None
    #: Host and port, for messages.
    where: str
    #: By the clock of the pool.
    idle_since: float

    def __init__(self, where: str) -> None:
        self.where = where
        self.sock = None
        self.ready = None
        self.idle_since = 0.0

    def close(self) -> None:
        """Close the socket. Idempotent."""
        sock, self.sock = self.sock, None
        self.ready = None
        if sock is not None:
            sock.close()


class Pool:
    """The idle connections to one host and port, the latest last, and how to open others.

    As many are opened as are needed at a time; what is beyond `max_connections` is closed after
    use. Appending to a list and popping from it are atomic, so there is no lock, which a fork could
    leave locked for ever. Raises `ConfigurationError` for an origin that is none, and for a
    certificate file that cannot be read.
    """

    __slots__ = (
        "_clock",
        "_idle",
        "_is_closed",
        "_route",
        "_size",
        "_tls",
        "host",
        "host_field",
        "is_direct",
        "port",
        "where",
    )

    #: What requests say in the field Host.
    host_field: str
    #: Whether requests go to the host itself, or through it all: not to a proxy that forwards them.
    is_direct: bool

    def __init__(
        self, origin: str, settings: TransportSettings, clock: Callable[[], float]
    ) -> None:
        # First of all, for it is also looked at when nothing else was made.
        self._idle: list[Connection] = []
        scheme, self.host, self.port = parse_origin(origin)
        self.where = f"{self.host}:{self.port}"
        self.host_field = host_field(scheme, self.host, self.port)
        proxies = settings.proxies
        self._route = None if proxies is None else proxies.route(scheme, self.host, self.port)
        self.is_direct = scheme == "https" or self._route is None
        self._tls = None
        if scheme == "https":
            from drawplate._tls import tls_context  # nothing of TLS is needed for plain http

            self._tls = tls_context(settings)
        self._size = settings.max_connections
        self._clock = clock
        self._is_closed = False

    def take(self, exchange: Exchange) -> Connection:
        """An idle connection that the peer has not closed, or one that is not open yet."""
        idle = self._idle
        while idle:
            try:
                connection = idle.pop()
            except IndexError:
                break  # another thread was faster
            if (
                connection.ready is not None
                and self._clock() - connection.idle_since <= exchange.settings.idle_timeout
                and not connection.ready.poll(0)
            ):
                return connection
            connection.close()
        return Connection(self.where)

    def open(self, connection: Connection, exchange: Exchange) -> Any:
        """Connect as an exchange has it; returns the socket. Raises a `NetworkingError`."""
        sock = connect(self.host, self.port, exchange, route=self._route, tls=self._tls)
        connection.sock = sock
        connection.ready = readiness(sock)
        return sock

    def give_back(self, connection: Connection) -> None:
        """Take a connection back whose exchange was read to its end."""
        if self._is_closed or len(self._idle) >= self._size:
            connection.close()
            return
        connection.idle_since = self._clock()
        # Where a close() comes in between, it is closed together with the pool.
        self._idle.append(connection)

    def close(self) -> None:
        """Close the idle connections, and those in use once they are given back."""
        self._is_closed = True
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                break

    def __del__(self) -> None:
        for connection in self._idle:
            connection.close()
