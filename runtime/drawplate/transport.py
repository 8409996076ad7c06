"""How a client connects: timeouts, pool, proxy, TLS, as one value that transports are made from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

from drawplate.errors import ConfigurationError

if TYPE_CHECKING:
    import logging
    import ssl
    from collections.abc import Mapping

    from drawplate._proxy import Proxies
    from drawplate.config import Config
    from drawplate.http import OnChunk

    Path = str | os.PathLike[str]

#: Environment variables that name a proxy, in the order in which they are asked for a scheme.
PROXY_VARIABLES = {
    "http": ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    "https": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
}
# What does not make connections differ; see `TransportSettings.connection_key`.
_OF_A_CALL = (
    "connect_timeout",
    "handshake_timeout",
    "read_timeout",
    "http_codec",
    "idle_timeout",
    "continue_timeout",
    "wire_log",
    "wire_log_bodies",
    "on_chunk_sent",
    "on_chunk_received",
)


class TransportSettings:
    """Timeouts in seconds, size of the pool, the proxy, what TLS trusts and presents, what is told.

    A value: equal settings compare and hash equal, so transports and TLS contexts can be shared by
    them. Raises `ConfigurationError` for the URL of a proxy that cannot be used, for a client key
    without its certificate, and for an `ssl_context` together with a setting that it would have to
    be changed for.
    """

    __slots__ = (
        "ca_bundle",
        "ca_directory",
        "client_cert",
        "client_key",
        "connect_timeout",
        "continue_timeout",
        "handshake_timeout",
        "http_codec",
        "idle_timeout",
        "max_connections",
        "on_chunk_received",
        "on_chunk_sent",
        "proxies",
        "read_timeout",
        "ssl_context",
        "tcp_keepalive",
        "verify",
        "wire_log",
        "wire_log_bodies",
    )

    #: Wait for a TCP connection, and for a proxy to make one.
    connect_timeout: float
    #: Wait for a TLS handshake; None: as long as for the connection.
    handshake_timeout: float | None
    #: Wait for each read, not for the whole answer; likewise for each write of a request.
    read_timeout: float
    #: A pooled connection that was unused for longer is closed instead of used again.
    idle_timeout: float
    #: Wait for a word of the service before the body of a request with `Expect: 100-continue` is
    #: sent all the same; None and 0: do not wait.
    continue_timeout: float | None
    #: Idle connections kept for each host; more may be open, the surplus is closed after use.
    max_connections: int
    #: What keeps connections and takes messages apart: this library itself, or urllib3.
    http_codec: Literal["http1", "urllib3"]
    #: Let the system probe idle connections, which tells routers in between that they are in use.
    tcp_keepalive: bool
    #: Which requests go through which proxy; None: none does.
    proxies: Proxies | None
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
    #: Where what goes over the wire is logged, at level DEBUG and with secrets masked.
    wire_log: logging.Logger | None
    #: Log bodies, too, instead of their sizes.
    wire_log_bodies: bool
    #: Told about the pieces of bodies; a request may have its own instead.
    on_chunk_sent: OnChunk | None
    on_chunk_received: OnChunk | None

    def __init__(
        self,
        *,
        connect_timeout: float = 15.0,
        handshake_timeout: float | None = None,
        read_timeout: float = 60.0,
        idle_timeout: float = 5.0,
        continue_timeout: float | None = 1.0,
        max_connections: int = 50,
        http_codec: Literal["http1", "urllib3"] = "http1",
        tcp_keepalive: bool = True,
        proxy: str | None = None,
        proxies_from: Mapping[str, str] | None = None,
        verify: bool = True,
        ca_bundle: Path | None = None,
        ca_directory: Path | None = None,
        ssl_context: ssl.SSLContext | None = None,
        client_cert: Path | None = None,
        client_key: Path | None = None,
        wire_log: logging.Logger | None = None,
        wire_log_bodies: bool = False,
        on_chunk_sent: OnChunk | None = None,
        on_chunk_received: OnChunk | None = None,
    ) -> None:
        """`proxy` is for all hosts; without it the environment `proxies_from` decides."""
        self.connect_timeout = connect_timeout
        self.handshake_timeout = handshake_timeout
        self.read_timeout = read_timeout
        self.idle_timeout = idle_timeout
        self.continue_timeout = continue_timeout
        self.max_connections = max_connections
        self.http_codec: Literal["http1", "urllib3"] = http_codec
        self.tcp_keepalive = tcp_keepalive
        self.verify = verify
        self.ca_bundle = None if ca_bundle is None else os.fspath(ca_bundle)
        self.ca_directory = None if ca_directory is None else os.fspath(ca_directory)
        self.ssl_context = ssl_context
        self.client_cert = None if client_cert is None else os.fspath(client_cert)
        self.client_key = None if client_key is None else os.fspath(client_key)
        self.wire_log = wire_log
        self.wire_log_bodies = wire_log_bodies
        self.on_chunk_sent = on_chunk_sent
        self.on_chunk_received = on_chunk_received
        if client_key is not None and client_cert is None:
            raise ConfigurationError("ssl_key was given without ssl_cert; give the certificate too")
        if ssl_context is not None and self.tls_key != (True, None, None, None, None):
            raise ConfigurationError(
                "ssl_context is used as it is: give no other ssl_* option with it, "
                "set up the context instead"
            )
        self.proxies = _proxies(proxy, proxies_from)

    @property
    def tls_key(self) -> tuple[bool, str | None, str | None, str | None, str | None]:
        """Everything that a TLS context made from these settings depends on."""
        return self.verify, self.ca_bundle, self.ca_directory, self.client_cert, self.client_key

    @property
    def connection_key(self) -> tuple[object, ...]:
        """Everything that an open connection, or where it is kept, depends on."""
        return (
            self.max_connections,
            self.tcp_keepalive,
            self.proxies,
            self.ssl_context,
            *self.tls_key,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TransportSettings):
            return NotImplemented
        return self.connection_key == other.connection_key and all(
            getattr(self, name) == getattr(other, name) for name in _OF_A_CALL
        )

    def __hash__(self) -> int:
        return hash((self.connection_key, self.connect_timeout, self.read_timeout))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_shown(getattr(self, name))}" for name in self.__slots__)
        return f"TransportSettings({fields})"


def transport_settings(config: Config, *, observed: bool = True) -> TransportSettings:
    """How a client with this configuration connects.

    Without `observed`, nobody is told what goes over the wire, whatever the configuration says.
    """
    return TransportSettings(
        connect_timeout=config.http_open_timeout,
        handshake_timeout=config.ssl_timeout,
        read_timeout=config.http_read_timeout,
        idle_timeout=config.http_idle_timeout,
        continue_timeout=config.http_continue_timeout,
        max_connections=config.max_pool_connections,
        tcp_keepalive=config.tcp_keepalive,
        proxy=config.http_proxy,
        proxies_from=config.environ,
        http_codec=config.http_codec,
        verify=config.ssl_verify_peer,
        ca_bundle=config.ssl_ca_bundle,
        ca_directory=config.ssl_ca_directory,
        ssl_context=config.ssl_context,
        client_cert=config.ssl_cert,
        client_key=config.ssl_key,
        wire_log=_wire_log(config) if observed and config.http_wire_trace else None,
        on_chunk_sent=config.on_chunk_sent if observed else None,
        on_chunk_received=config.on_chunk_received if observed else None,
    )


def _wire_log(config: Config) -> logging.Logger:
    """Where the wire trace goes: the logger of the client, else the standard output."""
    import logging

    if config.logger is not None:
        return config.logger
    logger = logging.getLogger("drawplate.http.wire")
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler(sys.stdout))
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    return logger


def _shown(value: object) -> str:
    # The repr of a function may show what is bound to it.
    return f"<{type(value).__name__}>" if callable(value) else repr(value)


def _proxies(explicit: str | None, environ: Mapping[str, str] | None) -> Proxies | None:
    if explicit is None:
        environ = environ or {}
        variables = (name for names in PROXY_VARIABLES.values() for name in names)
        if not any(name in environ for name in variables):
            return None
    from drawplate._proxy import Proxies  # most programs have no proxy

    return Proxies(explicit, environ or {})
