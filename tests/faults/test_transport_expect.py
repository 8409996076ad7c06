"""Requests that ask before they send their body: `Expect: 100-continue` (RFC 9110 10.1.1)."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from threading import Event

import pytest
from drawplate.bodies import OnePassBody, reader_body
from drawplate.errors import (
    CallTimeoutError,
    ConnectionLostError,
    HttpProtocolError,
    NetworkingError,
    ReadTimeoutError,
)
from drawplate.http import BodySource, Deadline, HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    Step,
    close,
    recv_end,
    recv_request,
    reset,
    send,
    signal,
)

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
REFUSED = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"
HEAD = (
    b"POST /x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 8\r\nexpect: 100-continue\r\n\r\n"
)


def post(server: ScriptedServer, body: bytes | BodySource = b"the body") -> HttpRequest:
    return HttpRequest("POST", f"{server.url}/x", {"expect": "100-continue"}, body)


def call(transport: AnyTransport, request: HttpRequest) -> tuple[int, bytes]:
    response = transport.send(request)
    return response.status, body_of(response).read()


def recv_only_the_head(exchange: Exchange) -> None:
    """Read until the end of the head, behind which nothing may have come."""
    while not exchange.buffer.endswith(b"\r\n\r\n"):
        assert exchange.fill()
    exchange.server.requests.append(exchange.buffer)
    exchange.buffer = b""


def recv_body(exchange: Exchange) -> None:
    while len(exchange.buffer) < 8:
        assert exchange.fill()
    exchange.server.requests.append(exchange.buffer)
    exchange.buffer = b""


def recorded(server: ScriptedServer) -> list[bytes]:
    return [request.replace(b"%d" % server.port, b"PORT") for request in server.requests]


@pytest.mark.parametrize("interim", [GO_ON, EARLY + GO_ON, EARLY + EARLY + GO_ON])
@pytest.mark.parametrize("streamed", [True, False])
def test_the_body_follows_the_word_of_the_service(
    make_transport: MakeTransport, interim: bytes, streamed: bool
) -> None:
    # Only that word lets it go on: the timeout is longer than the server's patience.
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    exchange = [recv_only_the_head, send(interim), recv_body, send(OK)]
    with ScriptedServer([*exchange, *exchange]) as server:
        for _ in range(2):
            body = reader_body(io.BytesIO(b"the body")) if streamed else b"the body"
            assert call(transport, post(server, body)) == (200, b"ok")
        transport.close()
    heads = {request.lower() for request in recorded(server)[::2]}
    assert {frozenset(head.split(b"\r\n")) for head in heads} == {
        frozenset(HEAD.lower().split(b"\r\n"))
    }
    assert recorded(server)[1::2] == [b"the body"] * 2


def test_an_answer_together_with_the_word(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    with ScriptedServer([recv_only_the_head, send(GO_ON + OK), recv_body]) as server:
        assert call(transport, post(server)) == (200, b"ok")
        transport.close()


def test_the_body_is_sent_anyway_to_a_silent_service(
    make_transport: MakeTransport, writes: list[bytes]
) -> None:
    transport = make_transport(TransportSettings(continue_timeout=0.05))
    exchange = [recv_request, send(OK)]
    with ScriptedServer([*exchange, *exchange]) as server:
        assert call(transport, post(server)) == (200, b"ok")
        assert call(transport, post(server)) == (200, b"ok")
        transport.close()
    assert recorded(server) == [HEAD + b"the body"] * 2
    assert writes[1::2] == [b"the body"] * 2
    assert [head + b"the body" for head in writes[::2]] == server.requests


def test_a_word_that_comes_too_late_is_skipped(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(continue_timeout=0.05))
    with ScriptedServer([recv_request, send(GO_ON + OK)]) as server:
        assert call(transport, post(server)) == (200, b"ok")
        transport.close()


@pytest.mark.parametrize("timeout", [None, 0.0])
def test_without_a_timeout_nothing_is_waited_for(
    make_transport: MakeTransport, writes: list[bytes], timeout: float | None
) -> None:
    transport = make_transport(TransportSettings(continue_timeout=timeout))
    with ScriptedServer([recv_request, send(GO_ON + OK)]) as server:
        assert call(transport, post(server)) == (200, b"ok")
        transport.close()
    assert recorded(server) == [HEAD + b"the body"]
    assert writes == server.requests


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("POST", "/x", {"expect": "100-continue"}),
        HttpRequest("POST", "/x", {"expect": "something-else"}, b"{}"),
        HttpRequest("POST", "/x", {}, b"{}"),
    ],
    ids=["no-body", "other-expectation", "no-expectation"],
)
def test_requests_that_do_not_wait(make_transport: MakeTransport, request_: HttpRequest) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    with ScriptedServer([recv_request, send(OK)]) as server:
        request = request_.copy()
        request.url = server.url + request.url
        assert call(transport, request) == (200, b"ok")
        transport.close()


def never() -> bytes:
    raise AssertionError("the body was read")


@pytest.mark.parametrize("before", [b"", EARLY])
@pytest.mark.parametrize("body", [b"the body", OnePassBody(iter(never, b""))])
def test_a_final_answer_keeps_the_body_back(
    make_transport: MakeTransport, before: bytes, body: bytes | BodySource
) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    # The service might take the next request for the body, so it comes over another connection.
    with ScriptedServer(
        [recv_only_the_head, send(before + REFUSED), recv_end], [recv_request, send(OK)]
    ) as server:
        assert call(transport, post(server, body)) == (417, b"no")
        assert call(transport, HttpRequest("GET", f"{server.url}/x")) == (200, b"ok")
        transport.close()
    assert server.accepted == 2


def test_a_final_answer_in_pieces(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    pieces = [send(REFUSED[start : start + 1]) for start in range(len(REFUSED))]
    with ScriptedServer([recv_only_the_head, *pieces, recv_end]) as server:
        assert call(transport, post(server)) == (417, b"no")
        transport.close()


def fail(transport: AnyTransport, *script: Step) -> NetworkingError:
    with ScriptedServer([recv_only_the_head, *script]) as server:
        with pytest.raises(NetworkingError) as raised:
            transport.send(post(server))
        transport.close()
    assert raised.value.request_sent is False
    return raised.value


@pytest.mark.parametrize("ending", [close, reset])
def test_a_service_that_hangs_up(make_transport: MakeTransport, ending: Step) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    error = fail(transport, ending)
    assert type(error) is ConnectionLostError


def test_a_service_that_stops_in_a_head(make_transport: MakeTransport) -> None:
    settings = TransportSettings(continue_timeout=10 * PATIENCE, read_timeout=0.05)
    error = fail(make_transport(settings), send(b"HTTP/1.1 4"), recv_end)
    assert type(error) is ReadTimeoutError


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"SSH-2.0-x\r\n", "its status line is malformed"),
        (b"HTTP/1.1 417 No\r\nx: " + b"x" * 70000, "its head is larger than 65536 bytes"),
    ],
)
def test_an_answer_that_is_not_http(
    make_transport: MakeTransport, answer: bytes, said: str
) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    error = fail(transport, send(answer))
    assert type(error) is HttpProtocolError
    assert said in str(error)


def test_the_deadline_ends_the_waiting(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    with ScriptedServer([recv_only_the_head, recv_end]) as server:
        request = post(server)
        request.deadline = Deadline(time.monotonic() + 0.3, 0.3)
        with pytest.raises(CallTimeoutError) as raised:
            transport.send(request)
    assert raised.value.request_sent is False


def test_a_deadline_that_is_far_off(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(continue_timeout=0.05))
    with ScriptedServer([recv_request, send(OK)]) as server:
        request = post(server)
        request.deadline = Deadline(time.monotonic() + 60, 60)
        assert call(transport, request) == (200, b"ok")
        transport.close()


def test_a_body_that_breaks_off_after_the_word(make_transport: MakeTransport) -> None:
    gone = Event()

    def chunks() -> Iterator[bytes]:
        yield b"first"
        assert gone.wait(PATIENCE)
        while True:
            yield b"x" * 65536

    transport = make_transport(TransportSettings(continue_timeout=10 * PATIENCE))
    with ScriptedServer([recv_only_the_head, send(GO_ON), reset, signal(gone)]) as server:
        with pytest.raises(ConnectionLostError) as raised:
            transport.send(post(server, OnePassBody(chunks())))
        transport.close()
    assert raised.value.request_sent is False
