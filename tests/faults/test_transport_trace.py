"""What the wire log says, and what it does not."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest
import trustme
from drawplate._wire_trace import masked_head
from drawplate.bodies import OnePassBody
from drawplate.errors import NetworkingError
from drawplate.http import BodySource, HttpRequest
from drawplate.transport import TransportSettings
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.relay import ESTABLISHED, relay
from tests.faults.server import (
    OK,
    ScriptedServer,
    handshake,
    recv_end,
    recv_request,
    reset,
    send,
    serve,
)
from tests.faults.test_transport_upload import recv_chunked
from tests.faults.tls import bundle_of, server_tls

SECRET = "hunter2marker"
SIGNED = (
    f"AWS4-HMAC-SHA256 Credential=AKIA{SECRET}/20261125/us-west-2/sagemaker/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=5f3c0a"
)
NAME = "test.wire"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> logging.Logger:
    caplog.set_level(logging.DEBUG, NAME)
    return logging.getLogger(NAME)


def lines(caplog: pytest.LogCaptureFixture, *servers: ScriptedServer) -> list[str]:
    said = [record.getMessage() for record in caplog.records if record.name == NAME]
    for number, server in enumerate(servers):
        said = [line.replace(str(server.port), f"PORT{number or ''}") for line in said]
    return said


def post(url: str, body: bytes | BodySource = b"{}") -> HttpRequest:
    fields = {
        "host": "h",
        "content-type": "application/json",
        "x-amzn-sagemaker-custom-attributes": SECRET,
        "x-amz-security-token": SECRET,
        "cookie": SECRET,
        "authorization": SIGNED,
    }
    return HttpRequest("POST", f"{url}/x?key={SECRET}", fields, body)


def read(transport: AnyTransport, request: HttpRequest) -> bytes:
    return body_of(transport.send(request)).read()


SENT = (
    r'<- "POST /x?<redacted> HTTP/1.1\r\n'
    r"Content-Length: {length}\r\nhost: h\r\ncontent-type: application/json\r\n"
    r"x-amzn-sagemaker-custom-attributes: <redacted>\r\nx-amz-security-token: <redacted>\r\n"
    r"cookie: <redacted>\r\nauthorization: AWS4-HMAC-SHA256 Credential=<redacted>, "
    r'SignedHeaders=host;x-amz-date, Signature=<redacted>\r\n\r\n"'
)


def test_a_whole_exchange(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nSet-Cookie: %b\r\n"
        b"x-Amzn-RequestId: 0f1e\r\nContent-Length: 13\r\n\r\n%b" % ((SECRET.encode(),) * 2)
    )
    with ScriptedServer([serve(lambda _: answer)]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        for _ in range(2):
            assert read(transport, post(server.url, SECRET.encode())) == SECRET.encode()
        transport.close()
    exchange = [
        SENT.format(length=13),
        "<- <13 bytes>",
        r'-> "HTTP/1.1 200 OK\r\n"',
        r'-> "Content-Type: text/csv\r\n"',
        r'-> "Set-Cookie: <redacted>\r\n"',
        r'-> "x-Amzn-RequestId: 0f1e\r\n"',
        r'-> "Content-Length: 13\r\n"',
        r'-> "\r\n"',
        "reading 13 bytes...",
        "-> <13 bytes>",
        "read 13 bytes",
        "Conn keep-alive",
    ]
    opened = ["opening connection to 127.0.0.1:PORT...", "opened"]
    assert lines(caplog, server) == [*opened, *exchange, *exchange]
    # Not in the arguments of the records either.
    assert SECRET not in "".join(str(vars(record)) for record in caplog.records)
    assert {record.levelno for record in caplog.records if record.name == NAME} == {logging.DEBUG}


def test_bodies_when_asked_for(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x00\xff"quoted'
    with ScriptedServer([recv_request, send(answer)]) as server:
        transport = make_transport(TransportSettings(wire_log=log, wire_log_bodies=True))
        assert read(transport, post(server.url, b'{"a":\n1}\\')) == b'\x00\xff"quoted'
        transport.close()
    said = lines(caplog, server)
    assert r'<- "{\"a\":\n1}\\"' in said
    assert r'-> "\x00\xff\"quoted"' in said
    assert SECRET not in caplog.text


def test_no_body_either_way(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    with ScriptedServer([recv_request, send(b"HTTP/1.1 204 No Content\r\n\r\n")]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        assert read(transport, HttpRequest("GET", f"{server.url}/x", {"host": "h"})) == b""
        transport.close()
    assert lines(caplog)[2:] == [
        r'<- "GET /x HTTP/1.1\r\nhost: h\r\n\r\n"',
        r'-> "HTTP/1.1 204 No Content\r\n"',
        r'-> "\r\n"',
        "Conn keep-alive",
    ]


def test_chunks_both_ways(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n3\r\nend\r\n0\r\n\r\n"
    )
    with ScriptedServer([recv_chunked, send(answer)]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        assert read(transport, post(server.url, OnePassBody([b"one", b"three"]))) == b"firstend"
        transport.close()
    said = lines(caplog, server)
    assert said[3:5] == ["<- <3 bytes>", "<- <5 bytes>"]
    assert said[-5:] == [
        "reading chunks...",
        "-> <5 bytes>",
        "-> <3 bytes>",
        "read 8 bytes",
        "Conn keep-alive",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_connections_that_are_not_kept(
    make_transport: MakeTransport,
    caplog: pytest.LogCaptureFixture,
    log: logging.Logger,
    answer: bytes,
) -> None:
    with ScriptedServer([recv_request, send(answer)]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        read(transport, post(server.url))
        transport.close()
    assert lines(caplog)[-1] == "Conn close"


def test_bodies_that_are_left(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    with ScriptedServer([recv_request, send(OK), recv_end]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        body = body_of(transport.send(post(server.url)))
        body.close()
        body.close()
    assert lines(caplog)[-2:] == ["reading 2 bytes...", "Conn close"]


def test_asking_before_the_body(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    refusal = b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"
    with ScriptedServer([recv_request, send(refusal), recv_end]) as server:
        transport = make_transport(TransportSettings(wire_log=log, continue_timeout=60))
        request = HttpRequest("PUT", f"{server.url}/x", {"host": "h", "expect": "100-continue"})
        request.body = OnePassBody([b"x"])
        assert read(transport, request) == b""
    assert lines(caplog, server)[2:] == [
        r'<- "PUT /x HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\n'
        r'transfer-encoding: chunked\r\n\r\n"',
        r'-> "HTTP/1.1 103 Hints\r\n"',
        r'-> "\r\n"',
        r'-> "HTTP/1.1 417 No\r\n"',
        r'-> "Content-Length: 0\r\n"',
        r'-> "\r\n"',
        "Conn close",
    ]


def test_tls_through_a_proxy(
    make_transport: MakeTransport,
    caplog: pytest.LogCaptureFixture,
    log: logging.Logger,
    tmp_path: Path,
) -> None:
    ca = trustme.CA()
    with (
        ScriptedServer(
            [handshake(server_tls(ca, "example.invalid")), recv_request, send(OK)]
        ) as service,
        ScriptedServer([recv_request, send(ESTABLISHED), relay(service.port)]) as proxy,
    ):
        settings = TransportSettings(
            proxy=f"http://user:{SECRET}@127.0.0.1:{proxy.port}",
            ca_bundle=bundle_of(ca, tmp_path),
            wire_log=log,
        )
        transport = make_transport(settings)
        assert read(transport, post("https://example.invalid")) == b"ok"
        transport.close()
    said = lines(caplog, proxy)
    assert said[:8] == [
        "opening connection to 127.0.0.1:PORT...",
        "opened",
        r'<- "CONNECT example.invalid:443 HTTP/1.1\r\nHost: example.invalid:443\r\n'
        r'Proxy-Authorization: <redacted>\r\n\r\n"',
        r'-> "HTTP/1.1 200 Connection established\r\n"',
        r'-> "Proxy-Agent: <redacted>\r\n"',
        r'-> "\r\n"',
        "starting TLS with example.invalid:443...",
        "TLS established, TLSv1.3",
    ]
    everything = "".join(str(vars(record)) for record in caplog.records)
    for secret in (SECRET, base64.b64encode(f"user:{SECRET}".encode()).decode()):
        assert secret not in everything


def test_exchanges_that_break_off(
    make_transport: MakeTransport, caplog: pytest.LogCaptureFixture, log: logging.Logger
) -> None:
    with ScriptedServer([recv_request, send(b"SSH-%b\r\n" % SECRET.encode())]) as server:
        transport = make_transport(TransportSettings(wire_log=log))
        with pytest.raises(NetworkingError):
            transport.send(post(server.url))
    assert lines(caplog)[-1] == '-> "<redacted>"'
    with ScriptedServer([recv_request, reset]) as server, pytest.raises(NetworkingError):
        transport.send(post(server.url))
    assert SECRET not in caplog.text


def test_nothing_is_logged_without_a_logger(
    transport: AnyTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer([recv_request, send(OK)]) as server:
        assert read(transport, HttpRequest("POST", f"{server.url}/x", {}, b"{}")) == b"ok"
        transport.close()
    assert {record.name for record in caplog.records} <= {"urllib3.connectionpool"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (SIGNED, "AWS4-HMAC-SHA256 Credential=<redacted>, SignedHeaders=host;x-amz-date, "
         "Signature=<redacted>"),
        ("AWS4-ECDSA-P256-SHA256 Credential=a/b, SignedHeaders=host, Signature=00ff",
         "AWS4-ECDSA-P256-SHA256 Credential=<redacted>, SignedHeaders=host, Signature=<redacted>"),
        (f"{SIGNED}{SECRET}", "<redacted>"),
        (f"Bearer {SECRET}", "Bearer <redacted>"),
        (f"basic {SECRET} {SECRET}", "basic <redacted>"),
        (SECRET, "<redacted>"),
        (f"{SECRET} Bearer", "<redacted>"),
    ],
)  # fmt: skip
def test_what_shows_of_credentials(value: str, shown: str) -> None:
    head = f"GET / HTTP/1.1\r\nAuthorization:  {value} \r\n\r\n".encode()
    assert masked_head(head).decode() == f"GET / HTTP/1.1\r\nAuthorization: {shown}\r\n\r\n"


def test_fields_that_go_on_in_another_line() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: b\r\n %b\r\nServer: x\n\n" % SECRET.encode()
    assert masked_head(head) == (
        b"HTTP/1.1 200 OK\r\nX-A: <redacted>\r\n<redacted>\r\nServer: x\n\n"
    )


@given(st.text(st.characters(codec="latin-1")), st.from_regex(r"x-[a-z-]{1,20}", fullmatch=True))
def test_no_other_value_shows(value: str, name: str) -> None:
    marked = f"{value}{SECRET}{value}".encode("latin-1").replace(b"\n", b"\n ")
    head = b"POST / HTTP/1.1\r\nhost: h\r\nx-o-%b: %b\r\n\r\n" % (name.encode(), marked)
    assert SECRET.encode() not in masked_head(head)
