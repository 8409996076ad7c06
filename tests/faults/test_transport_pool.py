"""Which connection a call gets, and what becomes of it afterwards."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from drawplate.errors import ReadTimeoutError
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.server import (
    OK,
    PATIENCE,
    ScriptedServer,
    close,
    recv_end,
    recv_request,
    send,
    serve,
    signal,
)


def call(transport: AnyTransport, server: ScriptedServer, body: bytes = b"{}") -> bytes:
    return body_of(transport.send(HttpRequest("POST", f"{server.url}/x", body=body))).read()


def echo(request: bytes) -> bytes:
    body = request.partition(b"\r\n\r\n")[2]
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_reuse(transport: AnyTransport) -> None:
    with ScriptedServer([serve(echo)]) as server:
        assert [call(transport, server, body) for body in (b"1", b"", b"3")] == [b"1", b"", b"3"]
        transport.close()
    assert server.accepted == 1


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("POST", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_response_without_a_body_leaves_the_connection_at_once(
    transport: AnyTransport, method: str, answer: bytes
) -> None:
    with ScriptedServer([serve(lambda _: answer)]) as server:
        unread = [transport.send(HttpRequest(method, f"{server.url}/x")) for _ in range(3)]
        assert [list(body_of(response)) for response in unread] == [[], [], []]
        transport.close()
    assert server.accepted == 1


@pytest.mark.parametrize(("method", "status"), [("POST", b"204 No Content"), ("HEAD", b"200 OK")])
def test_response_that_announces_chunks_but_has_no_body(
    transport: AnyTransport, method: str, status: bytes
) -> None:
    answer = b"HTTP/1.1 %b\r\nTransfer-Encoding: chunked\r\n\r\n" % status
    with ScriptedServer([recv_request, send(answer), recv_end], [serve(echo)]) as server:
        assert list(body_of(transport.send(HttpRequest(method, f"{server.url}/x")))) == []
        assert call(transport, server, b"2") == b"2"
        transport.close()


def test_connections_of_two_hosts_are_apart(transport: AnyTransport) -> None:
    with (
        ScriptedServer([serve(lambda _: OK)]) as one,
        ScriptedServer([serve(lambda _: OK)]) as other,
    ):
        for server in (one, other, one, other):
            assert call(transport, server) == b"ok"
        transport.close()
    assert (len(one.requests), len(other.requests)) == (2, 2)


def test_idle_timeout(make_transport: MakeTransport) -> None:
    now = 100.0
    transport = make_transport(TransportSettings(idle_timeout=5), clock=lambda: now)
    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        call(transport, server)
        now += 5.0
        call(transport, server)
        assert server.accepted == 1
        now += 5.1
        call(transport, server)
        transport.close()
    assert server.accepted == 2


def test_connection_that_the_server_closed_while_idle(transport: AnyTransport) -> None:
    closed = Event()
    with ScriptedServer([recv_request, send(OK), close, signal(closed)], [serve(echo)]) as server:
        assert call(transport, server) == b"ok"
        assert closed.wait(PATIENCE)
        assert call(transport, server, b"2") == b"2"
        transport.close()
    assert server.accepted == 2


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n1234",
    ],
    ids=["length", "chunked", "until-close"],
)
@pytest.mark.parametrize("pieces", [0, 1])
@pytest.mark.parametrize("leave", ["close", "drop"])
def test_leaving_a_body_early_closes_its_connection(
    transport: AnyTransport, start: bytes, pieces: int, leave: str
) -> None:
    left = Event()
    with ScriptedServer(
        [recv_request, send(start), recv_end, signal(left)], [serve(echo)]
    ) as server:
        response = transport.send(HttpRequest("POST", f"{server.url}/x"))
        body = body_of(response)
        for _ in range(pieces):
            assert next(iter(body)) == b"1234"
        if leave == "close":
            body.close()
            body.close()
            with pytest.raises(ValueError, match="was closed before its end"):
                next(iter(body))
        del body, response
        assert left.wait(PATIENCE)
        assert call(transport, server, b"2") == b"2"
        transport.close()
    assert server.accepted == 2


def test_body_goes_on_where_a_loop_was_left(transport: AnyTransport) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    # Too long for one arrival.
    content = b"".join(letter * 150_000 for letter in (b"a", b"b", b"c"))
    chunks = [content[at : at + 1000] for at in range(0, len(content), 1000)]
    answer = head + b"".join(b"3e8\r\n%b\r\n" % chunk for chunk in chunks) + b"0\r\n\r\n"
    with ScriptedServer([serve(lambda _: answer)]) as server:
        body = body_of(transport.send(HttpRequest("POST", f"{server.url}/x")))
        read = [b""]
        for piece in body:
            read.append(piece)
            break
        read.append(next(iter(body)))
        read.append(body.read())
        assert (b"".join(read), all(read[1:])) == (content, True)
        body.close()
        assert (body.read(), list(body)) == (b"", [])
        transport.close()


def test_loop_over_a_response_that_nothing_else_holds(transport: AnyTransport) -> None:
    with ScriptedServer([serve(lambda _: OK)]) as server:
        request = HttpRequest("POST", f"{server.url}/x")
        assert list(body_of(transport.send(request))) == [b"ok"]
        transport.close()


def test_close_while_a_call_is_under_way(transport: AnyTransport) -> None:
    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        response = transport.send(HttpRequest("POST", f"{server.url}/x", body=b"1"))
        transport.close()
        assert body_of(response).read() == b"1"
        assert call(transport, server, b"2") == b"2"
        transport.close()
    assert server.accepted == 2


@pytest.mark.parametrize("size", [1, 3])
def test_surplus_connections_are_closed_after_use(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    transport = make_transport(TransportSettings(max_connections=size))
    left = [Event() for _ in range(5)]
    scripts = [[serve(echo), signal(event)] for event in left]
    with caplog.at_level(logging.WARNING), ScriptedServer(*scripts) as server:
        # All at the same time, then given back one after the other.
        bodies = [
            body_of(
                transport.send(HttpRequest("POST", f"{server.url}/x", body=b"%d" % number * MUCH))
            )
            for number in range(5)
        ]
        assert [body.read() for body in bodies] == [b"%d" % number * MUCH for number in range(5)]
        assert all(event.wait(PATIENCE) for event in left[size:])
        assert not any(event.is_set() for event in left[:size])
        transport.close()
        assert all(event.wait(PATIENCE) for event in left)
    assert caplog.records == []


def test_the_size_of_the_pool_by_default() -> None:
    assert TransportSettings().max_connections == 50


def test_threads(make_transport: MakeTransport, caplog: pytest.LogCaptureFixture) -> None:
    # Fewer kept connections than threads: the surplus is closed after use, without a word.
    transport = make_transport(TransportSettings(max_connections=3))

    def calls(thread: int) -> list[bytes]:
        return [call(transport, server, b"%d/%d" % (thread, number)) for number in range(20)]

    with caplog.at_level(logging.WARNING), ScriptedServer([serve(echo)], repeat=True) as server:
        with ThreadPoolExecutor(20) as executor:
            answers = list(executor.map(calls, range(20)))
        transport.close()
    assert answers == [[b"%d/%d" % (thread, n) for n in range(20)] for thread in range(20)]
    assert caplog.records == []


#: More than arrives with a head, so that the connection is in use until the body is read.
MUCH = 200_000

FORKING = """
import os, sys
from drawplate._blocking import SocketTransport
from drawplate.errors import ReadTimeoutError
from drawplate.http import HttpRequest

transport = SocketTransport()

def call(name):
    body = transport.send(HttpRequest("POST", sys.argv[1] + "/x", body=name)).body
    assert (body if isinstance(body, bytes) else body.read()) == name

call(b"before")
child = os.fork()
if child == 0:
    call(b"child")
    transport.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
call(b"after")
transport.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_fork() -> None:
    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        subprocess.run(
            [sys.executable, "-W", "error", "-c", FORKING, server.url],
            check=True,
            timeout=3 * PATIENCE,
        )
    assert server.accepted == 2
    assert [request.rpartition(b"\r\n")[2] for request in server.requests] == [
        b"before",
        b"child",
        b"after",
    ]


def test_copies_with_other_timeouts_share_connections(kind: str, transport: AnyTransport) -> None:
    hasty = transport.with_settings(
        TransportSettings(read_timeout=0.05, http_codec="urllib3" if kind == "urllib3" else "http1")
    )
    with ScriptedServer(
        [recv_request, send(OK), recv_request, send(OK), recv_request, recv_end], [serve(echo)]
    ) as server:
        assert [call(transport, server), call(hasty, server)] == [b"ok", b"ok"]
        with pytest.raises(ReadTimeoutError, match=r"silent for 0\.05 s"):
            call(hasty, server)
        assert call(transport, server, b"1") == b"1"
        hasty.close()
    assert server.accepted == 2


def test_copies_with_other_tls_settings_do_not_share_connections(
    transport: AnyTransport,
) -> None:
    def unverified() -> AnyTransport:
        return transport.with_settings(TransportSettings(verify=False))

    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        for user in (transport, unverified(), transport, unverified()):
            assert call(user, server) == b"{}"
        assert server.accepted == 2
        transport.close()


def test_idle_timeout_is_that_of_the_call(make_transport: MakeTransport) -> None:
    now = 100.0
    patient = make_transport(TransportSettings(idle_timeout=60), clock=lambda: now)
    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        call(patient, server)
        now += 50.0
        call(patient, server)
        assert server.accepted == 1
        now += 50.0
        call(patient.with_settings(TransportSettings(idle_timeout=5)), server)
        patient.close()
    assert server.accepted == 2
