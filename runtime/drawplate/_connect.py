"""How a blocking connection is made, whoever speaks HTTP over it then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawplate._connect_failures import not_reached, not_secured, not_tunnelled
from drawplate._failures import tunnel_failure
from drawplate._sockets import open_socket, secure, tunnel
from drawplate.errors import NetworkingError

if TYPE_CHECKING:
    import ssl

    from drawplate._exchange import Exchange
    from drawplate._proxy import Proxy


def connect(
    host: str,
    port: int,
    exchange: Exchange,
    *,
    route: Proxy | None,
    tls: ssl.SSLContext | None,
) -> Any:
    """Open a socket, have a proxy connect to the host, do the TLS handshake, as needed.

    `route` is the proxy, `tls` the context of the handshake with the host; None: there is no such.
    Raises a `NetworkingError`.
    """
    sock = _open(host, port, exchange, route)
    if tls is not None:
        if route is not None:
            sock = _through_proxy(sock, host, port, exchange, route)
        sock = _secure(sock, host, f"{host}:{port}", tls, exchange, None)
    return sock


def _open(host: str, port: int, exchange: Exchange, route: Proxy | None) -> Any:
    where = f"{host}:{port}"
    if route is not None:
        host, port, where = route.host, route.port, route.where
    if exchange.trace is not None:
        exchange.trace.say(f"opening connection to {where}...")
    try:
        sock = open_socket(
            host,
            port,
            lambda: exchange.within(exchange.connect_timeout),
            keepalive=exchange.settings.tcp_keepalive,
        )
    except (OSError, UnicodeError) as error:
        failure = not_reached(error, exchange, host, port, route)
    else:
        if exchange.trace is not None:
            exchange.trace.say("opened")
        if route is None or route.scheme == "http":
            return sock
        from drawplate._tls import proxy_context  # few proxies speak TLS

        return _secure(sock, host, where, proxy_context(exchange.settings), exchange, route)
    raise failure


def _secure(
    sock: Any,
    host: str,
    where: str,
    context: ssl.SSLContext,
    exchange: Exchange,
    proxy: Proxy | None,
) -> Any:
    """Do the TLS handshake with the host, or with the proxy."""
    if exchange.trace is not None:
        exchange.trace.say(f"starting TLS with {where}...")
    try:
        sock.settimeout(exchange.within(exchange.handshake_timeout))
        secured = secure(sock, context, host)
    except (OSError, ValueError) as error:
        sock.close()
        failure = not_secured(error, exchange, host, where, proxy)
    else:
        if exchange.trace is not None:
            exchange.trace.say(f"TLS established, {secured.version()}")
        return secured
    raise failure


def _through_proxy(sock: Any, host: str, port: int, exchange: Exchange, proxy: Proxy) -> Any:
    """Have the proxy connect to the host."""
    from drawplate._proxy import authority, connect_status  # few programs have a proxy

    target = authority(host, port)
    countdown = exchange.countdown(exchange.connect_timeout)
    status = None
    try:
        if exchange.trace is not None:
            exchange.trace.sent(proxy.connect_request(target))
        head = tunnel(sock, proxy, target, countdown)
        if exchange.trace is not None:
            exchange.trace.received_head(head)
        status = connect_status(head)
        if status is not None and 200 <= status <= 299:
            return sock
        failure: NetworkingError = tunnel_failure(proxy, target, status)
    except OSError as error:
        failure = not_tunnelled(error, exchange, proxy, target)
    sock.close()
    raise failure
