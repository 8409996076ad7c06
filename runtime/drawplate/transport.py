"""How a client connects: timeouts, pool and TLS, as one value that transports are made from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from drawplate.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    Path = str | os.PathLike[str]


class TransportSettings:
    """Timeouts in seconds, size of the pool, and what TLS trusts and presents.

    A value: equal settings compare and hash equal, so transports and TLS contexts can be shared by
    them. Raises `ConfigurationError` for a client key without its certificate, and for an
    `ssl_context` together with a setting that it would have to be changed for.
    """

    __slots__ = (
        "ca_bundle",
        "ca_directory",
        "client_cert",
        "client_key",
        "connect_timeout",
        "idle_timeout",
        "max_connections",
        "read_timeout",
        "ssl_context",
        "verify",
    )

    #: Wait for a TCP connection, and then again for its TLS handshake.
    connect_timeout: float
    #: Wait for each read, not for the whole answer; likewise for each write of a request.
    read_timeout: float
    #: A pooled connection that was unused for longer is closed instead of used again.
    idle_timeout: float
    #: Idle connections kept for each host; more may be open, the surplus is closed after use.
    max_connections: int
    #: Check chain and host name of the service's certificate.
    verify: bool
    #: File (PEM) and folder (hashed names) of trusted certificates; None and None: the system's.
    ca_bundle: str | None
    ca_directory: str | None
    #: Used as it is instead of one made from the other settings.
    ssl_context: ssl.SSLContext | None
    #: Client certificate (PEM), which may hold its key, and the key when it does not.
    client_cert: str | None
    client_key: str | None

    def __init__(
        self,
        *,
        connect_timeout: float = 15.0,
        read_timeout: float = 60.0,
        idle_timeout: float = 5.0,
        max_connections: int = 50,
        verify: bool = True,
        ca_bundle: Path | None = None,
        ca_directory: Path | None = None,
        ssl_context: ssl.SSLContext | None = None,
        client_cert: Path | None = None,
        client_key: Path | None = None,
    ) -> None:
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.idle_timeout = idle_timeout
        self.max_connections = max_connections
        self.verify = verify
        self.ca_bundle = None if ca_bundle is None else os.fspath(ca_bundle)
        self.ca_directory = None if ca_directory is None else os.fspath(ca_directory)
        self.ssl_context = ssl_context
        self.client_cert = None if client_cert is None else os.fspath(client_cert)
        self.client_key = None if client_key is None else os.fspath(client_key)
        if client_key is not None and client_cert is None:
            raise ConfigurationError("ssl_key was given without ssl_cert; give the certificate too")
        if ssl_context is not None and self.tls_key != (True, None, None, None, None):
            raise ConfigurationError(
                "ssl_context is used as it is: give no other ssl_* option with it, "
                "set up the context instead"
            )

    @property
    def tls_key(self) -> tuple[bool, str | None, str | None, str | None, str | None]:
        """Everything that a TLS context made from these settings depends on."""
        return self.verify, self.ca_bundle, self.ca_directory, self.client_cert, self.client_key

    def _key(self) -> tuple[object, ...]:
        return (
            self.connect_timeout,
            self.read_timeout,
            self.idle_timeout,
            self.max_connections,
            self.ssl_context,
            *self.tls_key,
        )

    def __eq__(self, other: object) -> bool:
        return (
            self._key() == other._key() if isinstance(other, TransportSettings) else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"TransportSettings({fields})"
