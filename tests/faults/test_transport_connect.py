"""Connections that cannot be made: nothing was sent, so every such call may be repeated."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import trustme
from drawplate import _asyncio_connect, _connect, _sockets
from drawplate._failures import exchange_failure
from drawplate._sockets import secure, set_options
from drawplate.errors import (
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    NoSuchEndpointError,
    ReadTimeoutError,
)
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.awaiting import finding
from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.server import OK, ScriptedServer, handshake, recv_end, recv_request, send, wait
from tests.faults.tls import bundle_of, server_tls


@pytest.fixture
def closed_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_refused_connection(transport: AnyTransport, closed_port: int) -> None:
    with pytest.raises(ConnectError) as raised:
        transport.send(HttpRequest("POST", f"http://127.0.0.1:{closed_port}/", body=b"{}"))
    assert type(raised.value) is ConnectError
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        f"no connection to 127.0.0.1:{closed_port} (Connection refused); "
        "check endpoint, network and proxy"
    )
    assert isinstance(raised.value.__cause__, ConnectionRefusedError)


@pytest.mark.parametrize("kind", ["http1", "urllib3"], indirect=True)
def test_a_handshake_may_take_longer_than_connecting(
    make_transport: MakeTransport, tmp_path: Path
) -> None:
    ca = trustme.CA()
    limits: list[float | None] = []

    def watched(sock: socket.socket, context: ssl.SSLContext, host: str) -> Any:
        limits.append(sock.gettimeout())
        return secure(sock, context, host)

    settings = TransportSettings(
        connect_timeout=5, handshake_timeout=7, ca_bundle=bundle_of(ca, tmp_path)
    )
    with ScriptedServer([handshake(server_tls(ca)), recv_request, send(OK)]) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_connect, "secure", watched)
            response = make_transport(settings).send(HttpRequest("POST", f"{server.tls_url}/"))
        assert body_of(response).read() == b"ok"
        body_of(response).close()
    assert limits == [7.0]


def test_addresses_are_tried_in_turn(
    transport: AnyTransport, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer([recv_request, send(OK)]) as server:
        ports = [closed_port, server.port]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", finding(*found))
            response = transport.send(HttpRequest("POST", "http://two.invalid/"))
        assert body_of(response).read() == b"ok"
        transport.close()


def test_a_host_whose_name_has_no_address_at_all(
    transport: AnyTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", finding())
    with pytest.raises(ConnectError, match="the name of the host has no address"):
        transport.send(HttpRequest("POST", "http://name.invalid/"))


@pytest.mark.parametrize("option", ["connect_timeout", "read_timeout"])
def test_a_timeout_of_zero_ends_at_once(
    make_transport: MakeTransport, full_port: int, option: str
) -> None:
    if option == "connect_timeout":
        transport = make_transport(TransportSettings(connect_timeout=0))
        with pytest.raises(ConnectTimeoutError):
            transport.send(HttpRequest("POST", f"http://127.0.0.1:{full_port}/"))
        return
    transport = make_transport(TransportSettings(read_timeout=0))
    with ScriptedServer([recv_request, recv_end]) as server, pytest.raises(ReadTimeoutError):
        transport.send(HttpRequest("POST", f"{server.url}/"))


def options_of(transport: AnyTransport, *names: str) -> list[int]:
    """Socket options of the one connection that the next call opens."""
    made: list[socket.socket] = []

    def watched(sock: socket.socket, *, keepalive: bool) -> None:
        made.append(sock)
        set_options(sock, keepalive=keepalive)

    looked = Event()
    with ScriptedServer([recv_request, send(OK), wait(looked)]) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_sockets, "set_options", watched)
            patch.setattr(_asyncio_connect, "set_options", watched)
            body = body_of(transport.send(HttpRequest("POST", f"{server.url}/")))
        found = [
            made[0].getsockopt(
                socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP,
                getattr(socket, name),
            )
            for name in names
        ]
        looked.set()
        assert body.read() == b"ok"
        transport.close()
    return found


def test_connections_are_kept_alive(make_transport: MakeTransport) -> None:
    probing = ["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"]
    probing = [name for name in probing if hasattr(socket, name)]
    transport = make_transport(TransportSettings())
    keepalive, nodelay, *found = options_of(transport, "SO_KEEPALIVE", "TCP_NODELAY", *probing)
    assert (bool(keepalive), bool(nodelay)) == (True, True)
    assert found == [60, 15, 4][: len(probing)]


def test_connections_that_are_not_kept_alive(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(tcp_keepalive=False))
    keepalive, nodelay = options_of(transport, "SO_KEEPALIVE", "TCP_NODELAY")
    assert (bool(keepalive), bool(nodelay)) == (False, True)


def test_a_peer_that_the_system_gave_up() -> None:
    # What a probe without an answer ends in; no timeout of ours has passed.
    gone = OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    error = exchange_failure(gone, "h:1", "waiting", timeout=60, request_sent=True)
    assert type(error) is ConnectionLostError
    assert str(error) == "the connection to h:1 was lost while waiting (Connection timed out)"


def test_host_without_address(transport: AnyTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: bytes, *_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, f"no {host.decode()} here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NoSuchEndpointError) as raised:
        transport.send(HttpRequest("POST", "http://name.invalid/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        "no address was found for the host of name.invalid:80 (no name.invalid here); "
        "check region and endpoint"
    )


def test_impossible_host_name(transport: AnyTransport) -> None:
    with pytest.raises(NoSuchEndpointError) as raised:
        transport.send(HttpRequest("POST", "http://a..b/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == "'a..b' is not a host name; check region and endpoint"


def test_connect_timeout(make_transport: MakeTransport, full_port: int) -> None:
    transport = make_transport(TransportSettings(connect_timeout=0.05))
    with pytest.raises(ConnectTimeoutError) as raised:
        transport.send(HttpRequest("POST", f"http://127.0.0.1:{full_port}/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        f"no connection to 127.0.0.1:{full_port} within 0.05 s; check network, firewall and proxy"
    )


@pytest.mark.parametrize(
    "settings",
    [
        TransportSettings(connect_timeout=0.25),
        TransportSettings(connect_timeout=60, handshake_timeout=0.25),
    ],
)
def test_handshake_timeout(make_transport: MakeTransport, settings: TransportSettings) -> None:
    transport = make_transport(settings)
    with ScriptedServer([recv_end]) as server, pytest.raises(ConnectTimeoutError) as raised:
        transport.send(HttpRequest("POST", f"{server.tls_url}/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        f"no TLS handshake with 127.0.0.1:{server.port} within 0.25 s; "
        "check network, firewall and proxy"
    )


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http:///x", "http://127.0.0.1?x=1", "//127.0.0.1/", "http://h:99999/"],
)
def test_unusable_url(transport: AnyTransport, url: str) -> None:
    with pytest.raises(ConfigurationError):
        transport.send(HttpRequest("GET", url))
