"""The total timeout of a call: it ends every kind of waiting, and says what may have happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import pytest
import trustme
from drawplate.bodies import OnePassBody
from drawplate.errors import CallTimeoutError, ConnectTimeoutError, ReadTimeoutError
from drawplate.http import BodySource, Deadline, HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, Body, MakeTransport, body_of, read_all
from tests.faults.server import (
    OK,
    Exchange,
    ScriptedServer,
    Step,
    handshake,
    recv_end,
    recv_head,
    recv_request,
    send,
    serve,
    wait,
)
from tests.faults.tls import server_tls

#: Long enough for a busy machine to come to the point where the waiting begins.
LIMIT = 0.3


def post(url: str, body: bytes | BodySource = b"{}", seconds: float = LIMIT) -> HttpRequest:
    request = HttpRequest("POST", f"{url}/x", {}, body)
    request.deadline = Deadline(time.monotonic() + seconds, seconds)
    return request


def fail(transport: AnyTransport, request: HttpRequest) -> CallTimeoutError:
    with pytest.raises(CallTimeoutError) as raised:
        transport.send(request)
    assert str(raised.value).startswith("the call took longer than 0.3 s: it was ended while ")
    assert str(raised.value).endswith("; raise the option timeout if it may take longer")
    return raised.value


def drip(data: bytes) -> Step:
    """Send something again and again, each time before the other side runs out of patience."""

    def step(exchange: Exchange) -> None:
        exchange.sock.settimeout(0.01)
        while True:
            try:
                exchange.sock.sendall(data)
                if not exchange.sock.recv(65536):
                    return
            except TimeoutError:
                pass
            except ConnectionError:
                return

    return step


def test_connecting(make_transport: MakeTransport, full_port: int) -> None:
    error = fail(make_transport(TransportSettings()), post(f"http://127.0.0.1:{full_port}"))
    assert error.request_sent is False
    assert f"while connecting to 127.0.0.1:{full_port};" in str(error)


def test_a_shorter_timeout_goes_first(make_transport: MakeTransport, full_port: int) -> None:
    transport = make_transport(TransportSettings(connect_timeout=0.05))
    with pytest.raises(ConnectTimeoutError):
        transport.send(post(f"http://127.0.0.1:{full_port}", seconds=60))


def test_tls(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(connect_timeout=60, verify=False))
    with ScriptedServer([recv_end]) as server:
        error = fail(transport, post(server.tls_url))
    assert error.request_sent is False
    assert f"while in the TLS handshake with 127.0.0.1:{server.port};" in str(error)


def test_a_proxy_that_is_silent(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, recv_end]) as proxy:
        transport = make_transport(TransportSettings(proxy=f"127.0.0.1:{proxy.port}", verify=False))
        error = fail(transport, post("https://example.invalid"))
    assert error.request_sent is False
    assert f"while waiting for the proxy 127.0.0.1:{proxy.port};" in str(error)


def test_a_proxy_that_speaks_slowly(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, drip(b"x")]) as proxy:
        transport = make_transport(TransportSettings(proxy=f"127.0.0.1:{proxy.port}", verify=False))
        fail(transport, post("https://example.invalid"))


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
def test_a_service_that_takes_no_data(
    make_transport: MakeTransport, secure: bool, streamed: bool
) -> None:
    big = bytes(32 << 20)
    done = Event()
    script = [recv_head, wait(done)]
    tls = server_tls(trustme.CA())
    transport = make_transport(TransportSettings(verify=False))
    with ScriptedServer([handshake(tls), *script] if secure else script) as server:
        url = server.tls_url if secure else server.url
        request = post(url, OnePassBody([big]) if streamed else big, seconds=0.5)
        with pytest.raises(CallTimeoutError) as raised:
            transport.send(request)
        done.set()
    assert raised.value.request_sent is False
    assert "while sending the request of" in str(raised.value)


def test_a_silent_service(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, recv_end]) as server:
        error = fail(make_transport(TransportSettings()), post(server.url))
    assert error.request_sent is True
    assert f"while waiting for the response of 127.0.0.1:{server.port};" in str(error)


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nx: ", b"y"),
    ],
)
def test_a_head_that_does_not_end(
    make_transport: MakeTransport, begun: bytes, piece: bytes
) -> None:
    # Every read is in time; only together they are not.
    with ScriptedServer([recv_request, send(begun), drip(piece)]) as server:
        error = fail(make_transport(TransportSettings()), post(server.url))
    assert error.request_sent is True


def iterate(body: Body) -> bytes:
    return b"".join(body)


@pytest.mark.parametrize("read", [iterate, read_all])
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"Content-Length: 1000000", b"x"),
        (b"Transfer-Encoding: chunked", b"1\r\nx\r\n"),
        (b"Transfer-Encoding: chunked", b"f"),
        (b"Server: x", b"x"),
        (b"Content-Length: 1000000", b""),
    ],
)
def test_a_body_that_does_not_end(
    make_transport: MakeTransport, read: Callable[[Body], bytes], head: bytes, piece: bytes
) -> None:
    answer = b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % head
    with ScriptedServer([recv_request, send(answer), drip(piece)]) as server:
        body = body_of(make_transport(TransportSettings()).send(post(server.url, seconds=0.5)))
        with pytest.raises(CallTimeoutError) as raised:
            read(body)
        with pytest.raises(ValueError, match="was closed before its end"):
            read(body)
    assert raised.value.request_sent is True
    assert f"while reading the response body of 127.0.0.1:{server.port};" in str(raised.value)


def test_silence_within_the_deadline_is_a_read_timeout(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(read_timeout=0.05))
    with ScriptedServer([recv_request, recv_end]) as server, pytest.raises(ReadTimeoutError):
        transport.send(post(server.url, seconds=60))


def test_a_deadline_that_has_passed(make_transport: MakeTransport) -> None:
    now = 100.0
    transport = make_transport(clock=lambda: now)
    request = HttpRequest("POST", "http://127.0.0.1:1/x")
    request.deadline = Deadline(99.0, LIMIT)
    error = fail(transport, request)
    assert error.request_sent is False
    transport.close()


def test_the_transports_clock_counts(make_transport: MakeTransport) -> None:
    now = 100.0

    def clock() -> float:
        return now

    transport = make_transport(clock=clock)
    with ScriptedServer([recv_request, send(OK), recv_request, recv_end]) as server:
        for at in (101.0, 100.0 + LIMIT):
            request = HttpRequest("POST", f"{server.url}/x")
            request.deadline = Deadline(at, LIMIT)
            if at == 101.0:
                assert body_of(transport.send(request)).read() == b"ok"
            else:
                fail(transport, request)
        transport.close()


def test_calls_in_time_reuse_their_connection(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(read_timeout=60))
    with ScriptedServer([serve(lambda _: OK)]) as server:
        for seconds in (60.0, 30.0):
            assert body_of(transport.send(post(server.url, seconds=seconds))).read() == b"ok"
        plain = HttpRequest("POST", f"{server.url}/x")
        assert body_of(transport.send(plain)).read() == b"ok"
        transport.close()
    assert server.accepted == 1


@pytest.mark.parametrize("kind", ["http1", "urllib3"], indirect=True)
def test_a_call_inside_a_call_keeps_its_own_deadline(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings())
    with ScriptedServer([recv_request, recv_end], [serve(lambda _: OK)]) as server:

        def ask(*_: object) -> None:
            inner = HttpRequest("POST", f"{server.url}/inner")
            assert body_of(transport.send(inner)).read() == b"ok"

        request = post(server.url)
        request.on_chunk_sent = ask
        request.deadline = Deadline(time.monotonic() + 0.5, LIMIT)
        error = fail(transport, request)
        assert error.request_sent is True
        transport.close()
    assert server.accepted == 2
