"""Request bodies that are streams, on the wire: framing, retries' second pass, and failures."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawplate.bodies import OnePassBody, PathBody, reader_body
from drawplate.errors import ConnectionLostError, RequestBodyError
from drawplate.http import BodySource, HttpRequest
from urllib3.exceptions import HTTPError

from tests.faults.conftest import AnyTransport, body_of
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    close,
    recv_head,
    recv_request,
    recv_some,
    reset,
    send,
    serve,
)

HEAD = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n%b\r\n\r\n"


def recv_chunked(exchange: Exchange) -> None:
    """Read a whole request that ends with an empty chunk into `server.requests`."""
    while not exchange.buffer.endswith(b"0\r\n\r\n"):
        if not exchange.fill():
            raise ConnectionError("the client closed inside its request")
    exchange.server.requests.append(exchange.buffer)
    exchange.buffer = b""


def post(server: ScriptedServer, body: bytes | BodySource) -> HttpRequest:
    return HttpRequest("POST", f"{server.url}/x", {}, body)


def recorded(server: ScriptedServer) -> list[bytes]:
    return [request.replace(b"%d" % server.port, b"PORT") for request in server.requests]


def test_a_stream_of_known_length_looks_like_bytes(transport: AnyTransport) -> None:
    # They may go over different connections.
    with ScriptedServer([serve(lambda _: OK)], repeat=True) as server:
        for body in (b"the body", reader_body(io.BytesIO(b"the body"))):
            assert body_of(transport.send(post(server, body))).read() == b"ok"
        transport.close()
    plain, streamed = (sorted(request.lower().split(b"\r\n")) for request in recorded(server))
    assert plain == streamed
    assert b"content-length: 8" in plain


def test_a_stream_of_unknown_length_goes_out_in_chunks(transport: AnyTransport) -> None:
    chunks = OnePassBody(iter([b"", b"one", b"", b"x" * 26, b""]))
    with ScriptedServer([recv_chunked, send(OK)]) as server:
        assert body_of(transport.send(post(server, chunks))).read() == b"ok"
        transport.close()
    assert recorded(server) == [
        HEAD % b"transfer-encoding: chunked" + b"3\r\none\r\n1a\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n"
    ]


@pytest.mark.parametrize("value", [b"", b"x" * 1_000_000])
def test_a_file_of_any_size(transport: AnyTransport, tmp_path: Path, value: bytes) -> None:
    path = tmp_path / "body"
    path.write_bytes(value)
    with ScriptedServer([recv_request, send(OK)]) as server:
        assert body_of(transport.send(post(server, PathBody(path)))).read() == b"ok"
        transport.close()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert f"content-length: {len(value)}".encode() in head.split(b"\r\n")
    assert body == value


def test_each_chunk_is_sent_before_the_next_one_is_read(transport: AnyTransport) -> None:
    arrived = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first"
        assert arrived.wait(PATIENCE)
        yield b"second"

    def first_arrives(exchange: Exchange) -> None:
        while b"first" not in exchange.buffer:
            exchange.fill()
        arrived.set()

    with ScriptedServer([first_arrives, recv_chunked, send(OK)]) as server:
        assert body_of(transport.send(post(server, OnePassBody(chunks())))).read() == b"ok"
        transport.close()


@pytest.mark.parametrize(
    "failure", [OSError("disk"), ValueError("odd"), HTTPError("upstream"), TimeoutError()]
)
def test_what_reading_raises_is_raised_as_it_is(
    transport: AnyTransport, failure: Exception
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise failure

    # The request was cut off: its connection is closed, and another one is opened.
    with ScriptedServer([recv_some, close], [recv_request, send(OK)]) as server:
        with pytest.raises(type(failure)) as caught:
            transport.send(post(server, OnePassBody(chunks())))
        assert caught.value is failure
        assert body_of(transport.send(post(server, b""))).read() == b"ok"
        transport.close()


def test_a_file_that_became_shorter_is_not_padded(transport: AnyTransport) -> None:
    file = io.BytesIO(b"body")
    body = reader_body(file)
    file.truncate(2)
    with ScriptedServer([recv_some, close]) as server:
        with pytest.raises(RequestBodyError):
            transport.send(post(server, body))
        transport.close()


def test_a_connection_that_breaks_in_the_upload(transport: AnyTransport) -> None:
    gone = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first"
        assert gone.wait(PATIENCE)
        while True:
            yield b"x" * 65536

    with ScriptedServer([recv_head, reset, lambda _: gone.set()]) as server:
        with pytest.raises(ConnectionLostError) as caught:
            transport.send(post(server, OnePassBody(chunks())))
        assert not caught.value.request_sent
        transport.close()
