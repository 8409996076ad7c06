"""What goes over the wire, and when it arrives."""

from __future__ import annotations

import socket
from threading import Event
from typing import Any

import pytest
from drawplate.http import Headers, HttpRequest, HttpResponse

from tests.faults.conftest import AnyTransport, body_of
from tests.faults.server import OK, ScriptedServer, recv_request, send, wait


def exchange(transport: AnyTransport, request: HttpRequest, answer: bytes) -> HttpResponse:
    """One call; the URL of the request is only a path."""
    response, _ = recorded(transport, request, answer)
    return response


def recorded(
    transport: AnyTransport, request: HttpRequest, answer: bytes
) -> tuple[HttpResponse, bytes]:
    with ScriptedServer([recv_request, send(answer)]) as server:
        request.url = server.url + request.url
        response = transport.send(request)
        response.body = body_of(response).read()
        transport.close()
    return response, server.requests[0].replace(b"%d" % server.port, b"PORT")


def test_request_with_all_its_headers(transport: AnyTransport) -> None:
    request = HttpRequest(
        "POST",
        "/endpoints/a%20b/invocations?x=%2F&y",
        {
            "host": "service.example",
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "app/1.0",
            "x-note": "grün \N{SNOWMAN}",
            "authorization": "AWS4-HMAC-SHA256 …",
        },
        b'{"inputs": "hi"}',
    )
    response, sent = recorded(transport, request, OK)
    assert (response.status, response.body) == (200, b"ok")
    assert (
        sent
        == (
            "POST /endpoints/a%20b/invocations?x=%2F&y HTTP/1.1\r\n"
            "Content-Length: 16\r\n"
            "host: service.example\r\n"
            "content-type: application/json\r\n"
            "accept-encoding: identity\r\n"
            "user-agent: app/1.0\r\n"
            "x-note: grün \N{SNOWMAN}\r\n"
            "authorization: AWS4-HMAC-SHA256 …\r\n"
            "\r\n"
            '{"inputs": "hi"}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (
            HttpRequest("POST", "/x"),
            b"POST /x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n",
        ),
        (HttpRequest("GET", ""), b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        (
            HttpRequest("PUT", "/x", {"content-length": "2"}, b"{}"),
            b"PUT /x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\ncontent-length: 2\r\n\r\n{}",
        ),
    ],
    ids=["empty", "no-path", "own-length"],
)
def test_request_without_headers(
    transport: AnyTransport, request_: HttpRequest, sent: bytes
) -> None:
    assert recorded(transport, request_.copy(), OK)[1] == sent


def test_large_body_arrives_whole(transport: AnyTransport) -> None:
    body = bytes(range(256)) * 4096
    _, sent = recorded(transport, HttpRequest("POST", "/x", {"host": "h"}, body), OK)
    assert sent == b"POST /x HTTP/1.1\r\nContent-Length: 1048576\r\nhost: h\r\n\r\n" + body


def test_head_and_small_body_leave_together_and_at_once(
    transport: AnyTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[tuple[bytes, bool]] = []

    class Watched(socket.socket):
        def sendall(self, data: Any, *flags: Any) -> None:
            at_once = bool(self.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writes.append((bytes(data), at_once))
            super().sendall(data, *flags)

        def send(self, data: Any, *flags: Any) -> int:
            at_once = bool(self.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writes.append((bytes(data), at_once))
            return super().send(data, *flags)

    with ScriptedServer([recv_request, send(OK)]) as server:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", Watched)
            request = HttpRequest("POST", f"{server.url}/x", {"host": "h"}, b"{}")
            response = transport.send(request)
        assert body_of(response).read() == b"ok"
        transport.close()
    # The server writes with the same class; its answer comes last.
    assert writes[:-1] == [(b"POST /x HTTP/1.1\r\nContent-Length: 2\r\nhost: h\r\n\r\n{}", True)]


def test_response_headers(transport: AnyTransport) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nX-Two: a\r\nContent-Length: 0\r\nx-two: b\r\n"
        b"X-Utf-8: gr\xc3\xbcn\r\nX-Latin: gr\xfcn\r\nContent-Encoding: gzip\r\n\r\n"
    )
    response = exchange(transport, HttpRequest("POST", "/x"), answer)
    assert response.headers == Headers(
        {
            "x-two": "a, b",
            "content-length": "0",
            "x-utf-8": "grün",
            "x-latin": "grün",
            "content-encoding": "gzip",
        }
    )


def test_body_is_not_decoded(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nnot"
    assert exchange(transport, HttpRequest("POST", "/x"), answer).body == b"not"


def test_redirect_is_not_followed(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert exchange(transport, HttpRequest("POST", "/x"), answer).status == 302


def test_error_with_retry_after_is_not_repeated(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 503 Slow Down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    assert exchange(transport, HttpRequest("GET", "/x"), answer).status == 503


@pytest.mark.parametrize("status", [b"100 Continue", b"102 Processing", b"103 Early Hints"])
def test_informational_heads_are_skipped(transport: AnyTransport, status: bytes) -> None:
    answer = b"HTTP/1.1 %b\r\nLink: x\r\n\r\n" % status
    response = exchange(transport, HttpRequest("POST", "/x"), 2 * answer + OK)
    assert (response.status, response.headers) == (200, Headers({"content-length": "2"}))
    assert response.body == b"ok"


def test_head_with_bare_line_feeds(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"
    assert exchange(transport, HttpRequest("POST", "/x"), answer).body == b"ok"


def test_head_that_arrives_in_pieces(transport: AnyTransport) -> None:
    with ScriptedServer([recv_request, *(send(OK[i : i + 1]) for i in range(len(OK)))]) as server:
        response = transport.send(HttpRequest("POST", f"{server.url}/x"))
        assert (response.status, body_of(response).read()) == (200, b"ok")
        transport.close()


def framed(framing: str, first: bytes, second: bytes) -> tuple[bytes, bytes, bytes]:
    """What to send for a body of two parts: head and first part, second part, end."""
    start = b"HTTP/1.1 200 OK\r\n"
    if framing == "chunked":
        start += b"Transfer-Encoding: chunked\r\n\r\n"
        chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (first, second)]
        return start + chunks[0], chunks[1], b"0\r\n\r\n"
    if framing == "length":
        start += b"Content-Length: %d\r\n" % len(first + second)
    return start + b"\r\n" + first, second, b""


@pytest.mark.parametrize("framing", ["chunked", "length", "until-close"])
@pytest.mark.parametrize("size", [1, 1000, 30000])
def test_parts_are_handed_over_as_they_arrive(
    transport: AnyTransport, framing: str, size: int
) -> None:
    parts = b"a" * size, b"b" * size
    head, second, end = framed(framing, *parts)
    seen = Event(), Event()
    script = [recv_request, send(head), wait(seen[0]), send(second), wait(seen[1]), send(end)]
    with ScriptedServer(script) as server:
        body = iter(body_of(transport.send(HttpRequest("POST", f"{server.url}/x"))))
        # The server waits until the first part was seen here, so a reader that waits for more
        # than has arrived runs into its timeout.
        for part, event in zip(parts, seen, strict=True):
            received = b""
            while len(received) < size:
                received += next(body)
            assert received == part
            event.set()
        assert list(body) == []
        transport.close()


@pytest.mark.parametrize("framing", ["chunked", "length", "until-close"])
def test_reading_a_large_body_at_once(transport: AnyTransport, framing: str) -> None:
    half = bytes(range(256)) * 1024
    answer = b"".join(framed(framing, half, half))
    assert exchange(transport, HttpRequest("POST", "/x"), answer).body == half + half
