"""Why there is no connection, for both transports: the end of the call, or what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate._failures import connect_failure, handshake_failure, proxy_failure

if TYPE_CHECKING:
    from drawplate._exchange import Exchange
    from drawplate._proxy import Proxy
    from drawplate.errors import NetworkingError


def not_reached(
    error: Exception, exchange: Exchange, host: str, port: int, route: Proxy | None
) -> NetworkingError:
    """No socket was connected to a host, or to the proxy on the way to it."""
    where = f"{host}:{port}" if route is None else route.where
    timeout = exchange.settings.connect_timeout
    return exchange.overdue(error, where, "connecting to", request_sent=False) or (
        connect_failure(error, host, port, timeout=timeout)
        if route is None
        else proxy_failure(error, route, timeout=timeout)
    )


def not_secured(
    error: Exception, exchange: Exchange, host: str, where: str, proxy: Proxy | None
) -> NetworkingError:
    """The TLS handshake with a host failed, or that with a proxy."""
    given = exchange.settings.handshake_timeout
    timeout = exchange.settings.connect_timeout if given is None else given
    return exchange.overdue(
        error, where, "in the TLS handshake with", request_sent=False
    ) or handshake_failure(error, host, where, proxy, timeout=timeout)


def not_tunnelled(
    error: Exception, exchange: Exchange, proxy: Proxy, target: str
) -> NetworkingError:
    """A proxy that was asked to connect to `target` gave no answer."""
    return exchange.overdue(
        error, proxy.where, "waiting for the proxy", request_sent=False
    ) or proxy_failure(error, proxy, timeout=exchange.settings.connect_timeout, to=target)
