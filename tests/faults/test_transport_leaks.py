"""No failure leaves a socket open, whether or not the transport is ever closed."""

from __future__ import annotations

import gc
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from drawplate.bodies import OnePassBody
from drawplate.http import Deadline, HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of, open_files
from tests.faults.relay import ESTABLISHED
from tests.faults.server import (
    Exchange,
    Script,
    ScriptedServer,
    handshake,
    recv_end,
    recv_head,
    recv_request,
    recv_some,
    reset,
    send,
)
from tests.faults.tls import bundle_of, server_tls

CA = trustme.CA()


def until_gone(exchange: Exchange) -> None:
    with suppress(OSError):  # gone with a reset, or inside TLS
        recv_end(exchange)


def greet(host: str) -> Callable[[Exchange], None]:
    def step(exchange: Exchange) -> None:
        with suppress(ssl.SSLError, ConnectionError):  # that is what the client is to see
            handshake(server_tls(CA, host))(exchange)

    return step


def fails(*_: object) -> None:
    raise OSError("own")


def post(**attributes: object) -> HttpRequest:
    request = HttpRequest("POST", "/x", {}, b"{}")
    for name, value in attributes.items():
        if name == "headers":
            request.headers["expect"] = str(value)
        else:
            setattr(request, name, value)
    return request


REFUSED = b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"
ANSWERING = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"
#: By name: what the server does, what is connected to, and the request.
CASES: dict[str, tuple[Script, str, Callable[[], HttpRequest]]] = {
    "reset": ([recv_request, reset], "http", post),
    "cut-head": ([recv_request, send(b"HTTP/1.1 2")], "http", post),
    "no-http": ([recv_request, send(b"SSH\r\n")], "http", post),
    "bad-value": ([recv_request, send(b"HTTP/1.1 200 OK\r\nx: \0\r\n\r\n")], "http", post),
    "silent": ([recv_request, until_gone], "http", post),
    "truncated": ([recv_request, send(ANSWERING)], "http", post),
    "body-silent": ([recv_request, send(ANSWERING), until_gone], "http", post),
    "lost-in-body": ([recv_request, send(ANSWERING), reset], "http", post),
    "lost-in-upload": ([recv_head, reset], "http", lambda: post(body=bytes(32 << 20))),
    "body-of-the-caller": (
        [recv_some, until_gone],
        "http",
        lambda: post(body=OnePassBody(iter([b"x", 1]))),
    ),
    "told-sent": ([recv_some, until_gone], "http", lambda: post(on_chunk_sent=fails)),
    "told-received": (
        [recv_request, send(ANSWERING), until_gone],
        "http",
        lambda: post(on_chunk_received=fails),
    ),
    "deadline": (
        [recv_request, until_gone],
        "http",
        lambda: post(deadline=Deadline(time.monotonic() + 0.3, 0.3)),
    ),
    "deadline-in-body": (
        [recv_request, send(ANSWERING), until_gone],
        "http",
        lambda: post(deadline=Deadline(time.monotonic() + 0.3, 0.3)),
    ),
    "expect-reset": ([recv_head, reset], "http", lambda: post(headers="100-continue")),
    "expect-silent": (
        [recv_head, send(b"HTTP/1.1 4"), until_gone],
        "http",
        lambda: post(headers="100-continue"),
    ),
    "expect-told": (
        [recv_head, send(b"HTTP/1.1 100 Go\r\n\r\n"), until_gone],
        "http",
        lambda: post(headers="100-continue", on_chunk_sent=fails),
    ),
    "tls-silent": ([until_gone], "https", post),
    "tls-not": ([recv_some, send(b"HTTP/1.1 400 No\r\n\r\n"), until_gone], "https", post),
    "tls-name": ([greet("other.invalid"), until_gone], "https", post),
    "tls-reset": ([greet("127.0.0.1"), recv_request, reset], "https", post),
    "tls-body": ([greet("127.0.0.1"), recv_request, send(ANSWERING)], "https", post),
    "proxy-refuses": ([recv_request, send(REFUSED)], "proxied", post),
    "proxy-silent": ([recv_request, until_gone], "proxied", post),
    "proxy-reset": ([recv_request, reset], "proxied", post),
    "tunnel-tls-silent": (
        [greet("127.0.0.1"), recv_request, send(ESTABLISHED), until_gone],
        "tls-proxied",
        post,
    ),
    "proxy-tls": ([recv_request, send(ESTABLISHED), until_gone], "proxied", post),
}


@pytest.mark.parametrize("name", CASES)
def test_no_socket_is_left(make_transport: MakeTransport, name: str, tmp_path: Path) -> None:
    script, kind, make = CASES[name]
    bundle = bundle_of(CA, tmp_path)

    def attempt() -> None:
        with ScriptedServer(script) as server:
            transport = make_transport(
                TransportSettings(
                    read_timeout=0.05 if name.endswith("silent") else 60,
                    connect_timeout=0.3 if name.endswith(("silent", "tls")) else 5,
                    continue_timeout=60,
                    ca_bundle=bundle,
                    proxy={
                        "proxied": f"127.0.0.1:{server.port}",
                        "tls-proxied": f"https://127.0.0.1:{server.port}",
                    }.get(kind),
                )
            )
            request = make()
            request.url = {
                "http": f"{server.url}/x",
                "https": f"{server.tls_url}/x",
            }.get(kind, "https://example.invalid/x")
            kept.append(transport)
            with pytest.raises(Exception) as raised:  # noqa: PT011 - each is tested elsewhere
                body_of(transport.send(request)).read()
            errors.append(raised.value)

    kept: list[AnyTransport] = []
    # An error holds frames, and so whatever they hold.
    errors: list[BaseException] = []
    attempt()
    before = open_files()
    for _ in range(3):
        attempt()
    assert open_files() == before
    assert len({type(error) for error in errors}) == 1


def test_refused_connections_leave_no_socket(make_transport: MakeTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    before = open_files()
    transport = make_transport()
    for _ in range(3):
        with pytest.raises(Exception, match="no connection to"):
            transport.send(HttpRequest("POST", f"http://127.0.0.1:{port}/"))
    assert open_files() == before


def test_a_response_that_is_dropped_unread_leaves_no_socket(make_transport: MakeTransport) -> None:
    before = open_files()
    with ScriptedServer([recv_request, send(ANSWERING), until_gone]) as server:
        transport = make_transport()
        request = HttpRequest("POST", f"{server.url}/x")
        request.deadline = Deadline(time.monotonic() + 60, 60)
        transport.send(request)
        gc.collect()
    assert open_files() == before
