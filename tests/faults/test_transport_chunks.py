"""The functions that are told about the pieces of bodies."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from drawplate.bodies import OnePassBody, reader_body
from drawplate.errors import ConnectionLostError, RequestBodyError
from drawplate.http import BodySource, HttpRequest
from drawplate.transport import TransportSettings
from urllib3.exceptions import HTTPError

from tests.faults.conftest import AnyTransport, Body, MakeTransport, body_of, read_all
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    recv_end,
    recv_request,
    recv_some,
    reset,
    send,
    serve,
    wait,
)
from tests.faults.test_transport_upload import recv_chunked
from tests.faults.test_transport_wire import framed


class Told:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int, int | None]] = []
        self.data = b""

    def __call__(self, chunk: bytes, so_far: int, total: int | None) -> None:
        self.sizes.append((len(chunk), so_far, total))
        self.data += chunk


BODY = bytes(range(250)) * 160  # 40,000 bytes


def post(server: ScriptedServer, body: bytes | BodySource = BODY) -> HttpRequest:
    return HttpRequest("POST", f"{server.url}/x", {}, body)


@pytest.mark.parametrize("per_call", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_sent(make_transport: MakeTransport, per_call: bool, streamed: bool) -> None:
    told, other = Told(), Told()
    transport = make_transport(TransportSettings(on_chunk_sent=other if per_call else told))
    with ScriptedServer([serve(lambda _: OK)]) as server:
        for _ in range(2):  # each attempt begins anew
            request = post(server, reader_body(io.BytesIO(BODY)) if streamed else BODY)
            request.on_chunk_sent = told if per_call else None
            assert body_of(transport.send(request.copy())).read() == b"ok"
        transport.close()
    assert told.sizes == [(16384, 16384, 40000), (16384, 32768, 40000), (7232, 40000, 40000)] * 2
    assert told.data == BODY * 2
    assert other.sizes == []
    assert [request.partition(b"\r\n\r\n")[2] for request in server.requests] == [BODY] * 2


def test_what_is_sent_in_chunks(make_transport: MakeTransport) -> None:
    told = Told()
    transport = make_transport(TransportSettings(on_chunk_sent=told))
    with ScriptedServer([recv_chunked, send(OK)]) as server:
        body = OnePassBody(iter([b"a" * 20000, b"", b"b"]))
        assert body_of(transport.send(post(server, body))).read() == b"ok"
        transport.close()
    assert told.sizes == [(16384, 16384, None), (3616, 20000, None), (1, 20001, None)]
    # The framing is none of the caller's business.
    assert told.data == b"a" * 20000 + b"b"
    assert server.requests[0].partition(b"\r\n\r\n")[2] == (
        b"4000\r\n" + b"a" * 16384 + b"\r\ne20\r\n" + b"a" * 3616 + b"\r\n1\r\nb\r\n0\r\n\r\n"
    )


def test_head_and_first_piece_leave_together(
    make_transport: MakeTransport, writes: list[bytes]
) -> None:
    transport = make_transport(TransportSettings(on_chunk_sent=Told()))
    with ScriptedServer([recv_request, send(OK)]) as server:
        assert body_of(transport.send(post(server, b"{}"))).read() == b"ok"
        transport.close()
    assert writes == server.requests


def test_an_empty_body_is_not_told_about(make_transport: MakeTransport) -> None:
    sent, received = Told(), Told()
    settings = TransportSettings(on_chunk_sent=sent, on_chunk_received=received)
    transport = make_transport(settings)
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with ScriptedServer([serve(lambda _: empty)]) as server:
        for body in (b"", reader_body(io.BytesIO())):
            assert body_of(transport.send(post(server, body))).read() == b""
        transport.close()
    assert (sent.sizes, received.sizes) == ([], [])


def iterate(body: Body) -> bytes:
    return b"".join(body)


@pytest.mark.parametrize("per_call", [True, False])
@pytest.mark.parametrize("read", [iterate, read_all])
@pytest.mark.parametrize("framing", ["chunked", "length", "until-close"])
def test_what_is_received(
    make_transport: MakeTransport,
    read: Callable[[Body], bytes],
    framing: str,
    per_call: bool,
) -> None:
    told, other, seen = Told(), Told(), Event()
    transport = make_transport(TransportSettings(on_chunk_received=other if per_call else told))
    head, second, end = framed(framing, b"first", b"the second")
    with ScriptedServer([recv_request, send(head), wait(seen), send(second + end)]) as server:
        request = post(server, b"")
        if per_call:
            request.on_chunk_received = told
        body = body_of(transport.send(request.copy()))
        assert next(body) == b"first"
        assert told.sizes == [(5, 5, 15 if framing == "length" else None)]
        seen.set()
        assert read(body) == b"the second"
        transport.close()
    assert told.data == b"firstthe second"
    assert told.sizes[-1][1:] == (15, 15 if framing == "length" else None)
    assert other.sizes == []


def test_bodies_of_error_answers_and_undecoded_ones(make_transport: MakeTransport) -> None:
    told = Told()
    transport = make_transport(TransportSettings(on_chunk_received=told))
    answer = b"HTTP/1.1 424 Failed\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip"
    with ScriptedServer([recv_request, send(answer)]) as server:
        assert body_of(transport.send(post(server, b""))).read() == b"not gzip"
        transport.close()
    assert (told.data, told.sizes[-1][1:]) == (b"not gzip", (8, 8))


FAILURES = [
    ValueError("own"),
    OSError("own"),
    ConnectionResetError("own"),
    BrokenPipeError("own"),
    TimeoutError("own"),
    HTTPError("own"),
    ConnectionLostError("of another client"),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
@pytest.mark.parametrize("streamed", [True, False])
def test_what_a_function_raises_while_sending_is_raised_as_it_is(
    make_transport: MakeTransport, failure: BaseException, streamed: bool
) -> None:
    def raises(*_: object) -> None:
        raise failure

    transport = make_transport(TransportSettings())
    # The request was cut off: its connection is closed, and another one is opened.
    with ScriptedServer([recv_some, until_gone], [recv_request, send(OK)]) as server:
        request = post(server, reader_body(io.BytesIO(BODY)) if streamed else BODY)
        request.on_chunk_sent = raises
        with pytest.raises(type(failure)) as raised:
            transport.send(request)
        assert raised.value is failure
        assert raised.value.__cause__ is None
        assert body_of(transport.send(post(server))).read() == b"ok"
        transport.close()


def until_gone(exchange: Exchange) -> None:
    with contextlib.suppress(ConnectionError):
        recv_end(exchange)


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
@pytest.mark.parametrize("framing", ["chunked", "length", "until-close"])
@pytest.mark.parametrize("read", [iterate, read_all])
def test_what_a_function_raises_while_receiving_is_raised_as_it_is(
    make_transport: MakeTransport,
    failure: BaseException,
    framing: str,
    read: Callable[[Body], bytes],
) -> None:
    def raises(*_: object) -> None:
        raise failure

    transport = make_transport(TransportSettings(on_chunk_received=raises))
    answer = framed(framing, b"first", b"second")[0]
    with ScriptedServer([recv_request, send(answer), until_gone]) as server:
        body = body_of(transport.send(post(server, b"")))
        with pytest.raises(type(failure)) as raised:
            read(body)
        assert raised.value is failure
        with pytest.raises(ValueError, match="was closed before its end"):
            read(body)


def test_a_body_that_fails_is_not_taken_for_the_function(make_transport: MakeTransport) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise RequestBodyError("disk")

    told = Told()
    transport = make_transport(TransportSettings(on_chunk_sent=told))
    with ScriptedServer([recv_some, until_gone]) as server, pytest.raises(RequestBodyError):
        transport.send(post(server, OnePassBody(chunks())))
    assert told.data == b"first"


def test_a_connection_that_breaks_while_somebody_is_told(make_transport: MakeTransport) -> None:
    gone = Event()

    def waits(*_: object) -> None:
        assert gone.wait(PATIENCE)

    transport = make_transport(TransportSettings(on_chunk_sent=waits))
    with ScriptedServer([recv_some, reset, lambda _: gone.set()]) as server:
        with pytest.raises(ConnectionLostError) as raised:
            transport.send(post(server, bytes(32 << 20)))
        transport.close()
    assert raised.value.request_sent is False


def test_nobody_is_told_by_other_calls(transport: AnyTransport) -> None:
    told = Told()
    with ScriptedServer([serve(lambda _: OK)], repeat=True) as server:
        request = post(server)
        request.on_chunk_sent = request.on_chunk_received = told
        for sent in (request, post(server)):
            assert body_of(transport.send(sent)).read() == b"ok"
        transport.close()
    assert told.data == BODY + b"ok"
