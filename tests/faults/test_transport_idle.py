"""Idle connections that the server closed cost no request: that is noticed before one is sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from threading import Event

import pytest
import trustme
from drawplate.bodies import OnePassBody
from drawplate.http import BodySource, HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import MakeTransport, body_of
from tests.faults.relay import ESTABLISHED, relay
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    Step,
    close,
    handshake,
    recv_request,
    reset,
    send,
    signal,
    wait,
)
from tests.faults.test_transport_upload import recv_chunked
from tests.faults.tls import bundle_of, server_tls

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def hang_up_in_tls(exchange: Exchange) -> None:
    """Say goodbye in TLS, and leave the socket open."""
    assert isinstance(exchange.sock, ssl.SSLSocket)
    exchange.sock.settimeout(0)
    with pytest.raises(OSError):  # noqa: PT011 - the answer to it does not come
        exchange.sock.unwrap()


def say_it_is_too_late(exchange: Exchange) -> None:
    exchange.sock.sendall(TOO_LATE)


VERSIONS = [None, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize(
    ("ending", "version"),
    [
        *product([close, reset, say_it_is_too_late], VERSIONS),
        *product([hang_up_in_tls], VERSIONS[1:]),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_the_body_is_sent_once(
    make_transport: MakeTransport,
    tmp_path: Path,
    ending: Step,
    version: ssl.TLSVersion | None,
    streamed: bool,
) -> None:
    reads = 0

    def chunks() -> Iterator[bytes]:
        nonlocal reads
        reads += 1
        yield b"the body"

    ca = trustme.CA()
    greet: list[Step] = []
    if version is not None:
        tls = server_tls(ca)
        tls.maximum_version = version
        greet = [handshake(tls)]
    transport = make_transport(TransportSettings(ca_bundle=bundle_of(ca, tmp_path)))
    read, ended, done = Event(), Event(), Event()
    first = [*greet, recv_request, send(OK), wait(read), ending, signal(ended)]
    with ScriptedServer(
        [*first, wait(done)], [*greet, recv_chunked if streamed else recv_request, send(OK)]
    ) as server:
        url = f"{server.url if version is None else server.tls_url}/x"
        assert body_of(transport.send(HttpRequest("POST", url))).read() == b"ok"
        read.set()
        assert ended.wait(PATIENCE)
        body: bytes | BodySource = OnePassBody(chunks()) if streamed else b"the body"
        assert body_of(transport.send(HttpRequest("POST", url, {}, body))).read() == b"ok"
        done.set()
        transport.close()
    assert (server.accepted, len(server.requests)) == (2, 2)
    assert reads == (1 if streamed else 0)
    assert b"the body" in server.requests[1]


def test_a_tunnel_that_was_closed(make_transport: MakeTransport, tmp_path: Path) -> None:
    ca = trustme.CA()
    script = [handshake(server_tls(ca, "example.invalid")), recv_request, send(OK)]
    closed = Event()
    with (
        ScriptedServer(script, script) as service,
        ScriptedServer(
            [recv_request, send(ESTABLISHED), relay(service.port), close, signal(closed)],
            [recv_request, send(ESTABLISHED), relay(service.port)],
        ) as proxy,
    ):
        settings = TransportSettings(
            proxy=f"127.0.0.1:{proxy.port}", ca_bundle=bundle_of(ca, tmp_path)
        )
        transport = make_transport(settings)
        request = HttpRequest("POST", "https://example.invalid/x", {}, b"{}")
        assert body_of(transport.send(request)).read() == b"ok"
        assert closed.wait(PATIENCE)
        assert body_of(transport.send(request)).read() == b"ok"
        transport.close()
    assert len(service.requests) == 2
