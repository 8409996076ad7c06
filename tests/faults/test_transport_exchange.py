"""Exchanges that break off, and what each says about whether the service may have acted."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from drawplate.errors import (
    ConnectionLostError,
    HttpProtocolError,
    NetworkingError,
    ReadTimeoutError,
    TruncatedBodyError,
)
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, Body, MakeTransport, body_of, read_all
from tests.faults.server import (
    OK,
    Script,
    ScriptedServer,
    Step,
    close,
    recv_end,
    recv_head,
    recv_request,
    reset,
    send,
    serve,
    wait,
)

SECRET = "AKIAMARKER"
ADVICE = "check that the endpoint, and a proxy in between, speak HTTP/1.1"


def post(server: ScriptedServer, body: bytes = b"{}") -> HttpRequest:
    return HttpRequest("POST", f"{server.url}/x", {"authorization": SECRET}, body)


def iterate(body: Body) -> bytes:
    return b"".join(body)


def texts(error: BaseException | None) -> str:
    """All that a log of the error and of everything behind it could show."""
    said = ""
    while error is not None:
        said += f"{error} {error!r} {error.args} "
        error = error.__cause__ or error.__context__
    return said


def fail(transport: AnyTransport, *script: Step, body: bytes = b"{}") -> NetworkingError:
    """The error of a call whose response never began."""
    with ScriptedServer(script) as server:
        with pytest.raises(NetworkingError) as raised:
            transport.send(post(server, body))
        assert SECRET not in texts(raised.value)
        assert f"127.0.0.1:{server.port}" in str(raised.value)
    return raised.value


def test_read_timeout_before_the_head(make_transport: MakeTransport) -> None:
    error = fail(make_transport(TransportSettings(read_timeout=0.05)), recv_request, recv_end)
    assert type(error) is ReadTimeoutError
    assert error.request_sent is True
    assert "was silent for 0.05 s while waiting for the response" in str(error)
    assert "http_read_timeout" in str(error)


@pytest.mark.parametrize("ending", [reset, close])
def test_connection_lost_before_the_head(transport: AnyTransport, ending: Step) -> None:
    error = fail(transport, recv_request, ending)
    assert type(error) is ConnectionLostError
    assert error.request_sent is True
    assert "was lost while waiting for the response" in str(error)


def test_head_that_is_cut(transport: AnyTransport) -> None:
    error = fail(transport, recv_request, send(b"HTTP/1.1 200 OK\r\nContent-Ty"))
    assert type(error) is ConnectionLostError
    assert error.request_sent is True
    assert "(closed in the head)" in str(error)


def test_connection_lost_while_sending(transport: AnyTransport) -> None:
    error = fail(transport, recv_head, reset, body=bytes(32 << 20))
    assert type(error) is ConnectionLostError
    assert error.request_sent is False


def test_server_that_takes_no_data(make_transport: MakeTransport) -> None:
    done = Event()
    transport = make_transport(TransportSettings(read_timeout=0.05))
    with ScriptedServer([recv_head, wait(done)]) as server:
        with pytest.raises(ReadTimeoutError) as raised:
            transport.send(post(server, bytes(32 << 20)))
        done.set()
    assert raised.value.request_sent is False
    assert "while sending the request" in str(raised.value)


#: The one codec sees more than the other.
MANY_FIELDS = ("its head is malformed or has too many fields", "it has more than 256 fields")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"SSH-2.0-Marker 200\r\n\r\n", "its status line is malformed"),
        (b"HTTP/1.1 abc Marker\r\n\r\n", "its status line is malformed"),
        (b"HTTP/2.0 200 Marker\r\n\r\n", "it is of another version of HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"Marker" * 20000, "its head is larger than 65536 bytes"),
        (
            b"HTTP/1.1 200 OK\r\n" + b"x: Marker\r\n" * 257 + b"\r\n",
            MANY_FIELDS[0],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: Marker\r\n\r\n",
            "its Content-Length is not a number",
        ),
        (b"HTTP/1.1 200 OK\r\nx: Mar\0ker\r\n\r\n", "a header value has a control character"),
    ],
)
def test_answer_that_is_not_http(transport: AnyTransport, answer: bytes, said: str) -> None:
    error = fail(transport, recv_request, send(answer))
    assert type(error) is HttpProtocolError
    assert error.request_sent is True
    words = MANY_FIELDS if said in MANY_FIELDS else (said,)
    texts_of_codecs = tuple(f"is not valid HTTP/1.1: {said}; {ADVICE}" for said in words)
    assert str(error).endswith(texts_of_codecs)
    assert "ker" not in texts(error)


def head(*fields: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *fields, b"", b""])


CHUNKED = head(b"Transfer-Encoding: chunked")


def test_server_of_another_protocol_that_goes_on_waiting(transport: AnyTransport) -> None:
    error = fail(transport, recv_request, send(b"SSH-2.0-Marker\r\n"), recv_end)
    assert type(error) is HttpProtocolError
    assert "its status line is malformed" in str(error)


@pytest.mark.parametrize("read", [iterate, read_all])
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([send(head(b"Content-Length: 10") + b"1234")], "expected 10 bytes, received 4 bytes"),
        ([send(head(b"Content-Length: 10"))], "expected 10 bytes, received 0 bytes"),
        ([send(CHUNKED + b"4\r\n1234\r\n")], "broken off inside its chunks"),
        ([send(CHUNKED + b"a\r\n1234")], "broken off inside its chunks"),
        ([send(CHUNKED)], "broken off inside its chunks"),
        ([send(CHUNKED + b"4\r\n1234\r\nMarker\r\n")], "broken off inside its chunks"),
        ([send(CHUNKED + b"-4\r\n1234\r\n")], "broken off inside its chunks"),
    ],
    ids=["length", "no-body", "no-last-chunk", "in-chunk", "no-chunk", "bad-size", "negative-size"],
)
def test_truncated_body(
    transport: AnyTransport, read: Callable[[Body], bytes], script: Script, said: str
) -> None:
    with ScriptedServer([recv_request, *script]) as server:
        body = body_of(transport.send(post(server)))
        with pytest.raises(TruncatedBodyError) as raised:
            read(body)
    assert raised.value.request_sent is True
    where = f"(from 127.0.0.1:{server.port})"
    assert str(raised.value) == f"http response body truncated, {said} {where}"
    assert "Marker" not in texts(raised.value)
    with pytest.raises(ValueError, match="was closed before its end"):
        read(body)


@pytest.mark.parametrize("read", [iterate, read_all])
@pytest.mark.parametrize(
    "start", [head(b"Content-Length: 10") + b"1234", CHUNKED + b"4\r\n1234\r\n", head() + b"1234"]
)
def test_reset_in_the_body(
    transport: AnyTransport, read: Callable[[Body], bytes], start: bytes
) -> None:
    arrived = Event()
    with ScriptedServer([recv_request, send(start), wait(arrived), reset]) as server:
        body = body_of(transport.send(post(server)))
        assert next(iter(body)) == b"1234"
        arrived.set()
        with pytest.raises(ConnectionLostError) as raised:
            read(body)
    assert raised.value.request_sent is True
    assert "was lost while reading the response body (Connection reset" in str(raised.value)


@pytest.mark.parametrize("read", [iterate, read_all])
@pytest.mark.parametrize("fields", [[b"Content-Length: 9"], [b"Transfer-Encoding: chunked"], []])
def test_read_timeout_in_the_body(
    make_transport: MakeTransport, read: Callable[[Body], bytes], fields: list[bytes]
) -> None:
    transport = make_transport(TransportSettings(read_timeout=0.2))
    with ScriptedServer([recv_request, send(head(*fields)), recv_end]) as server:
        body = body_of(transport.send(post(server)))
        with pytest.raises(ReadTimeoutError) as raised:
            read(body)
    assert raised.value.request_sent is True
    assert "was silent for 0.2 s while reading the response body" in str(raised.value)


def test_reset_on_a_reused_connection(transport: AnyTransport) -> None:
    with ScriptedServer([recv_request, send(OK), recv_request, reset]) as server:
        assert body_of(transport.send(post(server))).read() == b"ok"
        with pytest.raises(ConnectionLostError) as raised:
            transport.send(post(server))
    assert raised.value.request_sent is True
    assert server.accepted == 1


def test_next_call_after_a_failure(transport: AnyTransport) -> None:
    with ScriptedServer([recv_request, reset], [serve(lambda _: OK)]) as server:
        with pytest.raises(ConnectionLostError):
            transport.send(post(server))
        assert body_of(transport.send(post(server))).read() == b"ok"
        transport.close()
    assert server.accepted == 2
