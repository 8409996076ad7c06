"""Connections that cannot be made: nothing was sent, so every such call may be repeated."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from drawplate._urllib3 import Urllib3Transport
from drawplate.errors import (
    ConfigurationError,
    ConnectError,
    ConnectTimeoutError,
    NoSuchEndpointError,
)
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import MakeTransport
from tests.faults.server import ScriptedServer, recv_end


@pytest.fixture
def closed_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that further ones are not answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        yield port
        for sock in waiting:
            sock.close()


def test_refused_connection(transport: Urllib3Transport, closed_port: int) -> None:
    with pytest.raises(ConnectError) as raised:
        transport.send(HttpRequest("POST", f"http://127.0.0.1:{closed_port}/", body=b"{}"))
    assert type(raised.value) is ConnectError
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        f"no connection to 127.0.0.1:{closed_port} (Connection refused); "
        "check endpoint, network and proxy"
    )
    assert isinstance(raised.value.__cause__, ConnectionRefusedError)


def test_host_without_address(transport: Urllib3Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, *_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, f"no {host} here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NoSuchEndpointError) as raised:
        transport.send(HttpRequest("POST", "http://name.invalid/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        "no address was found for the host of name.invalid:80 (no name.invalid here); "
        "check region and endpoint"
    )


def test_impossible_host_name(transport: Urllib3Transport) -> None:
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


def test_handshake_timeout(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(connect_timeout=0.05))
    with ScriptedServer([recv_end]) as server, pytest.raises(ConnectTimeoutError) as raised:
        transport.send(HttpRequest("POST", f"{server.tls_url}/"))
    assert raised.value.request_sent is False
    assert str(raised.value) == (
        f"no TLS handshake with 127.0.0.1:{server.port} within 0.05 s; "
        "check network, firewall and proxy"
    )


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http:///x", "http://127.0.0.1?x=1", "//127.0.0.1/", "http://h:99999/"],
)
def test_unusable_url(transport: Urllib3Transport, url: str) -> None:
    with pytest.raises(ConfigurationError):
        transport.send(HttpRequest("GET", url))
