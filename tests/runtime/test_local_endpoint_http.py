"""The local endpoint as an HTTP/1.1 server: what it reads, what it refuses, when it closes."""

from __future__ import annotations

import threading

import pytest
from drawplate.testing import InvocationRequest, LocalEndpoint, PauseInBody, event_frame
from drawplate.testing._http import HEAD_LIMIT
from drawplate.testing._sagemaker import BODY_LIMIT
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.wire import connect, field, post, read_all, status_and_body, talk

PATH = "/endpoints/ep/invocations"
STREAM = "/endpoints/ep/invocations-response-stream"


def echo(request: InvocationRequest) -> bytes:
    return request.body


def endpoint() -> LocalEndpoint:
    return LocalEndpoint({"ep": echo}, credentials=None)


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunked(*fields: str) -> bytes:
    start = (f"POST {PATH} HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
    return head(*start, *fields)


def test_a_connection_carries_one_request_after_another() -> None:
    with endpoint() as server:
        answer = talk(server, post(PATH, b"one") + post(PATH, b"two") + post(PATH, b"three"))
        assert server.connections == 1
        assert [request.body for request in server.requests] == [b"one", b"two", b"three"]
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert [part.partition(b"HTTP")[0] for part in answer.split(b"\r\n\r\n")[1:]] == [
        b"one",
        b"two",
        b"three",
    ]


def test_the_client_can_ask_to_close() -> None:
    with endpoint() as server, connect(server) as connection:
        connection.sendall(post(PATH, b"1", "Connection: close"))
        answer = read_all(connection)
    assert (field(answer, "connection"), status_and_body(answer)) == ("close", (200, b"1"))


def test_a_client_of_http_1_0_gets_a_plain_body_and_a_close() -> None:
    request = post(STREAM, b"1").replace(b"HTTP/1.1", b"HTTP/1.0")
    with endpoint() as server, connect(server) as connection:
        connection.sendall(request)
        answer = read_all(connection)
    assert (field(answer, "connection"), field(answer, "transfer-encoding")) == ("close", None)
    assert status_and_body(answer) == (200, event_frame("PayloadPart", b"1").encode())


def test_a_target_may_be_absolute() -> None:
    request = post(PATH, b"1").replace(b" /", b" http://elsewhere:1/")
    with endpoint() as server:
        assert status_and_body(talk(server, request)) == (200, b"1")
        assert server.requests[0].target == PATH


def test_the_query_is_not_part_of_the_path() -> None:
    with endpoint() as server:
        assert status_and_body(talk(server, post(f"{PATH}?a=b", b"1"))) == (200, b"1")
        assert (server.requests[0].path, server.requests[0].target) == (PATH, f"{PATH}?a=b")


def test_fields_are_kept_as_they_came() -> None:
    with endpoint() as server:
        talk(server, post(PATH, b"1", "X-Two: a", "x-two:\t\xe9  b ", "Empty:"))
        (request,) = server.requests
    assert request.fields == (
        ("Host", "here"),
        ("Content-Length", "1"),
        ("X-Two", "a"),
        ("x-two", "\xe9  b"),
        ("Empty", ""),
    )
    assert request.headers["x-two"] == "a, \xe9  b"


@given(pieces=st.lists(st.binary(min_size=1, max_size=20), max_size=5))
def test_a_chunked_body_is_put_together(pieces: list[bytes]) -> None:
    body = b"".join(b"%X;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    with endpoint() as server:
        answer = talk(server, chunked() + body + b"0\r\nTrailer: x\r\n\r\n" + post(PATH, b"next"))
        assert [request.body for request in server.requests] == [b"".join(pieces), b"next"]
    assert answer.endswith(b"next")


def test_a_request_may_arrive_byte_by_byte() -> None:
    with endpoint() as server, connect(server) as connection:
        for byte in post(PATH, b"slow", "Connection: close"):
            connection.sendall(bytes((byte,)))
        assert status_and_body(read_all(connection)) == (200, b"slow")


@pytest.mark.parametrize("coding", ["Content-Length: 2", "Transfer-Encoding: chunked"])
def test_a_client_that_waits_for_100_continue_gets_it(coding: str) -> None:
    fields = ("Host: h", coding, "Expect: 100-Continue", "Connection: close")
    with endpoint() as server, connect(server) as connection:
        connection.sendall(head(f"POST {PATH} HTTP/1.1", *fields))
        interim = b""
        while not interim.endswith(b"\r\n\r\n"):
            interim += connection.recv(1)
        connection.sendall(b"ab" if "Length" in coding else b"2\r\nab\r\n0\r\n\r\n")
        final = read_all(connection)
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert status_and_body(final) == (200, b"ab")


def test_a_body_that_is_too_long_is_refused_before_it_is_sent() -> None:
    fields = ("Host: h", f"Content-Length: {BODY_LIMIT + 1}", "Expect: 100-continue")
    with endpoint() as server:
        answer = talk(server, head(f"POST {PATH} HTTP/1.1", *fields))
        assert server.requests == []
    assert status_and_body(answer) == (413, b"")


def test_a_refusal_reaches_a_client_that_is_still_sending() -> None:
    body = bytes(BODY_LIMIT + 1)
    with endpoint() as server:
        assert status_and_body(talk(server, post(PATH, body))) == (413, b"")
        assert status_and_body(talk(server, post(PATH, body[1:])))[0] == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (head("POST /"), 400),
        (head("POST / HTTP/1.1 more", "Host: h"), 400),
        (head("PO ST", "Host: h"), 400),
        (head("P(ST / HTTP/1.1", "Host: h"), 400),
        (head("POST * HTTP/1.1", "Host: h"), 400),
        (head("POST /\x07 HTTP/1.1", "Host: h"), 400),
        (head("POST / HTTP/2.0", "Host: h"), 505),
        (head("HEAD / HTTP/1.1", "Host: h"), 501),
        (head("POST / HTTP/1.1"), 400),
        (head("POST / HTTP/1.1", "Host: a", "Host: b"), 400),
        (head("POST / HTTP/1.1", "Host: h", "No colon"), 400),
        (head("POST / HTTP/1.1", "Host: h", "Space : x"), 400),
        (head("POST / HTTP/1.1", "Host: h", "A: x", " folded"), 400),
        (head("POST / HTTP/1.1", "Host: h", "A: x\ny"), 400),
        (head("POST / HTTP/1.1", "Host: h", "Content-Length: -1"), 400),
        (head("POST / HTTP/1.1", "Host: h", "Content-Length: 1_0"), 400),
        (head("POST / HTTP/1.1", "Host: h", "Content-Length: 1", "Content-Length: 2"), 400),
        (head("POST / HTTP/1.1", "Host: h", "Content-Length: 1", "Expect: 200-ok"), 417),
        (head("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: gzip"), 501),
        (chunked("Content-Length: 3"), 400),
        (chunked() + b"xyz\r\n", 400),
        (chunked() + b"-1\r\n", 400),
        (chunked() + b"1\r\nabc", 400),
        (chunked() + b"%x\r\n" % (BODY_LIMIT + 1), 413),
        (chunked() + b"1;" + b"x" * (HEAD_LIMIT + 1), 431),
        (head("POST / HTTP/1.1", f"A: {'x' * HEAD_LIMIT}"), 431),
        (b"x" * (HEAD_LIMIT + 1), 431),
    ],
)
def test_what_is_not_http_is_refused(request_bytes: bytes, status: int) -> None:
    with endpoint() as server:
        answer = talk(server, request_bytes)
        assert server.requests == []
    assert status_and_body(answer) == (status, b"")
    assert (field(answer, "connection"), field(answer, "content-length")) == ("close", "0")


@pytest.mark.parametrize("cut", [0, 10, -1])
def test_a_request_that_ends_early_gets_no_answer(cut: int) -> None:
    with endpoint() as server:
        assert talk(server, post(PATH, b"body")[:cut]) == b""
        assert server.requests == []
        assert status_and_body(talk(server, post(PATH, b"body"))) == (200, b"body")


def test_closing_ends_an_answer_that_is_paused() -> None:
    pause = PauseInBody(threading.Event(), after=1)
    endpoint = LocalEndpoint({"ep": echo}, credentials=None, faults=[pause])
    with endpoint as server, connect(server) as connection:
        connection.sendall(post(PATH, b"body"))
        assert pause.reached.wait(10)
        server.close()
        assert status_and_body(read_all(connection))[1][:1] == b"b"
