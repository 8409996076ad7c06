"""The connections that a client shares with its copies."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from drawplate._blocking import SocketTransport


class TransportPool:
    """One transport, made when the first call needs it; copies with other timeouts share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._transport: SocketTransport | None = None

    def transport(self, settings: TransportSettings) -> SocketTransport:
        """The transport for a client with these settings."""
        from drawplate._blocking import SocketTransport  # sockets are slow to import

        with self._lock:
            if self._transport is None:
                self._transport = SocketTransport(settings)
            if settings == self._transport.settings:
                return self._transport
            return self._transport.with_settings(settings)

    def close(self) -> None:
        """Drop the idle connections."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
