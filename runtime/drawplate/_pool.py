"""The connections that a client shares with its copies."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from drawplate._urllib3 import Urllib3Transport


class TransportPool:
    """One transport, made when the first call needs it; copies with other timeouts share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._transport: Urllib3Transport | None = None

    def transport(self, settings: TransportSettings) -> Urllib3Transport:
        """The transport for a client with these settings."""
        from drawplate._urllib3 import Urllib3Transport  # urllib3 is half of a cold start

        with self._lock:
            if self._transport is None:
                self._transport = Urllib3Transport(settings)
            if settings == self._transport.settings:
                return self._transport
            return self._transport.with_settings(settings)

    def close(self) -> None:
        """Drop the idle connections."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
