"""Connections on an event loop, made: names looked up, addresses raced, proxies asked, TLS set up.

Nothing here blocks the loop, and whatever is under way when it is cancelled is closed.
"""

from __future__ import annotations

import asyncio
import os
import socket
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from drawplate._asyncio_connection import Connection
from drawplate._connect_failures import not_reached, not_secured, not_tunnelled
from drawplate._failures import tunnel_failure
from drawplate._sockets import (
    MAX_TUNNEL_HEAD,
    NO_ADDRESS,
    Address,
    addresses_of,
    set_options,
)

if TYPE_CHECKING:
    import ssl

    from drawplate._asyncio_pool import Pool
    from drawplate._exchange import Exchange
    from drawplate._proxy import Proxy

# Seconds before the next address is tried as well (RFC 8305 section 5).
_HEAD_START = 0.25


async def connect(pool: Pool, exchange: Exchange) -> Connection:
    """Open a connection to the host of a pool, through its proxy and with TLS as needed."""
    route = pool.route
    loop = asyncio.get_running_loop()
    through_tls = route is not None and route.scheme == "https"
    # First, so that files which cannot be read are told about whether or not the host answers.
    proxy_tls = await pool.tls(for_proxy=True) if through_tls else None
    tls = await pool.tls() if pool.is_secure else None
    sock = await _reach(pool, exchange)
    connection = Connection(loop, pool.where, pool.clock, pool.opened, pool.room())
    try:
        await connection.attach(sock)
        if route is not None and proxy_tls is not None:
            await _secure(connection, exchange, proxy_tls, route.host, route)
        if tls is not None:
            if route is not None:
                await _tunnel(connection, pool, exchange, route)
            await _secure(connection, exchange, tls, pool.host, None)
    except BaseException:
        connection.abort()
        raise
    return connection


async def _reach(pool: Pool, exchange: Exchange) -> socket.socket:
    route, trace = pool.route, exchange.trace
    host, port = (pool.host, pool.port) if route is None else (route.host, route.port)
    where = pool.where if route is None else route.where
    if trace is not None:
        trace.say(f"opening connection to {where}...")
    try:
        sock = await open_socket(host, port, exchange)
    except (OSError, UnicodeError) as error:
        failure = not_reached(error, exchange, host, port, route)
        raise failure from failure.__cause__
    if trace is not None:
        trace.say("opened")
    return sock


async def open_socket(host: str, port: int, exchange: Exchange) -> socket.socket:
    """Connect to the first address of a host that answers (RFC 8305).

    Raises what connecting to the last one raised, and `UnicodeError` for what is no host name.
    """
    async with asyncio.timeout(exchange.within(exchange.connect_timeout)):
        found = in_turn(await _look_up(host, port))
    if len(found) == 1:
        return await _open(found[0], exchange)
    if not found:
        raise OSError(NO_ADDRESS)
    return await _race(found, exchange)


async def _look_up(host: str, port: int) -> list[Address]:
    """Ask the system where a host is, in a thread unless it is written as an address."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except (OSError, ValueError):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, addresses_of, host, port)
    return addresses_of(host, port)


def in_turn(found: list[Address]) -> list[Address]:
    """Addresses of both families in turn, so that one which leads nowhere costs little time."""
    first = [address for address in found if address[0] == found[0][0]]
    rest = [address for address in found if address[0] != found[0][0]]
    return [address for address in chain(*zip_longest(first, rest)) if address is not None]


async def _open(address: Address, exchange: Exchange) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        set_options(sock, keepalive=exchange.settings.tcp_keepalive)
        sock.setblocking(False)
        async with asyncio.timeout(exchange.within(exchange.connect_timeout)):
            await asyncio.get_running_loop().sock_connect(sock, target)
    except OSError as error:
        sock.close()
        if error.errno is None:
            raise
        # asyncio puts words of its own in place of the system's.
        raise OSError(error.errno, os.strerror(error.errno)) from None
    except BaseException:
        sock.close()
        raise
    return sock


async def _race(found: list[Address], exchange: Exchange) -> socket.socket:
    """Try one address after the other, each with a head start; the first that answers wins."""
    loop = asyncio.get_running_loop()
    coming = iter(found)
    failure: BaseException = OSError(NO_ADDRESS)
    running: set[asyncio.Task[socket.socket]] = set()
    try:
        while True:
            address = next(coming, None)
            if address is not None:
                running.add(loop.create_task(_open(address, exchange)))
            if not running:
                raise failure
            head_start = None if address is None else _HEAD_START
            done, _ = await asyncio.wait(
                running, timeout=head_start, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                running.discard(task)
                error = task.exception()
                if error is None:
                    return task.result()
                failure = error
    finally:
        for task in running:
            task.add_done_callback(_close_result)
            task.cancel()


def _close_result(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _tunnel(connection: Connection, pool: Pool, exchange: Exchange, proxy: Proxy) -> None:
    """Have the proxy connect to the host."""
    from drawplate._proxy import authority, connect_status

    target = authority(pool.host, pool.port)
    asking = proxy.connect_request(target)
    countdown = exchange.countdown(exchange.connect_timeout)
    connection.begun = b""
    try:
        connection.write(asking)
        if exchange.trace is not None:
            exchange.trace.sent(asking)
        while not (end := _head_end(connection.begun)) and not connection.lost:
            await connection.wait(countdown())
        if connection.failure is not None:
            raise connection.failure
    except OSError as error:
        failure = not_tunnelled(error, exchange, proxy, target)
        raise failure from failure.__cause__
    head, rest = connection.begun[:end], connection.begun[end:]
    connection.begun = None
    head = head or rest
    if exchange.trace is not None:
        exchange.trace.received_head(head)
    status = connect_status(head)
    if status is None or not 200 <= status <= 299 or (rest and rest is not head):
        raise tunnel_failure(proxy, target, status)


def _head_end(begun: bytes) -> int:
    """Where the answer of a proxy ends, 0 if it goes on."""
    ends = [begun.find(end) + len(end) for end in (b"\r\n\r\n", b"\n\n") if end in begun]
    return min(ends, default=len(begun) if len(begun) >= MAX_TUNNEL_HEAD else 0)


async def _secure(
    connection: Connection,
    exchange: Exchange,
    context: ssl.SSLContext,
    host: str,
    proxy: Proxy | None,
) -> None:
    """Do the TLS handshake with the host, or with the proxy."""
    from drawplate._tls_layer import TlsLayer  # nothing of TLS is needed for plain http

    where = connection.where if proxy is None else proxy.where
    if exchange.trace is not None:
        exchange.trace.say(f"starting TLS with {where}...")
    try:
        layer = TlsLayer(context, host, connection.layer)
        connection.secure(layer)
        countdown = exchange.countdown(exchange.handshake_timeout)
        while not layer.shake_hands():
            connection.flush()
            if connection.failure is not None:
                raise connection.failure
            await connection.wait(countdown())
        connection.flush()
    except (OSError, ValueError) as error:
        connection.flush()
        failure = not_secured(error, exchange, host, where, proxy)
        raise failure from failure.__cause__
    if exchange.trace is not None:
        exchange.trace.say(f"TLS established, {layer.version}")
