"""Request heads of HTTP/1.1, and that h11 as a server reads them back as they were meant."""

from __future__ import annotations

import string
from collections.abc import Iterable

import h11
import pytest
from drawplate.errors import ParamValidationError
from drawplate.http import Headers
from drawplate.http1 import LAST_CHUNK, encode_chunk, encode_head
from hypothesis import given
from hypothesis import strategies as st

TOKENS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=80)
FRAMING = {"host", "content-length", "transfer-encoding"}
#: h11 refuses what it takes for white space inside of a value, and drops what stands around it.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n\x0b\x0c"), max_size=40)
VALUES = TEXT.map(lambda text: text.strip(" \t"))
FIELDS = st.lists(
    st.tuples(TOKENS.filter(lambda name: name.lower() not in FRAMING), VALUES), max_size=10
)
TARGETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40).map(
    lambda text: f"/{text}"
)


@pytest.mark.parametrize(
    ("method", "fields", "length", "head"),
    [
        ("POST", {"x-a": "1", "X-B": "2"}, 5, "Host: h:1\r\nContent-Length: 5\r\nx-a: 1\r\nX-B: 2"),
        ("POST", {}, 0, "Host: h:1\r\nContent-Length: 0"),
        ("PUT", {}, 0, "Host: h:1\r\nContent-Length: 0"),
        ("PATCH", {}, 0, "Host: h:1\r\nContent-Length: 0"),
        ("GET", {}, 0, "Host: h:1"),
        ("DELETE", {}, 0, "Host: h:1"),
        ("OPTIONS", {}, 0, "Host: h:1"),
        ("HEAD", {}, 0, "Host: h:1"),
        ("PURGE", {}, 0, "Host: h:1"),
        ("GET", {}, 2, "Host: h:1\r\nContent-Length: 2"),
        ("PUT", {}, None, "Host: h:1\r\nTransfer-Encoding: chunked"),
        ("POST", {"Host": "other"}, 5, "Content-Length: 5\r\nHost: other"),
        ("POST", {"host": "o", "content-length": "5"}, 5, "host: o\r\ncontent-length: 5"),
        ("GET", {"Content-Length": "0"}, 0, "Host: h:1\r\nContent-Length: 0"),
        ("PUT", {"transfer-encoding": "Chunked"}, None, "Host: h:1\r\ntransfer-encoding: Chunked"),
        ("GET", {"x": "grün\ta", "y": ""}, 0, "Host: h:1\r\nx: grün\ta\r\ny: "),
        ("GET", {"%s%%d": "%s", "z": "%"}, 0, "Host: h:1\r\n%s%%d: %s\r\nz: %"),
    ],
)
def test_head(method: str, fields: dict[str, str], length: int | None, head: str) -> None:
    sent = encode_head(method, "/a%20b?c=d", "h:1", fields.items(), length)
    assert sent == f"{method} /a%20b?c=d HTTP/1.1\r\n{head}\r\n\r\n".encode()
    assert encode_head(method, "/a%20b?c=d", "h:1", fields, length) == sent
    assert encode_head(method, "/a%20b?c=d", "h:1", Headers(fields).items(), length)


@pytest.mark.parametrize("target", ["*", "/", "//", "http://example.com/x?y", "/%00'\"<>|{}^`"])
def test_targets(target: str) -> None:
    sent = encode_head("OPTIONS", target, "h", ())
    assert sent == f"OPTIONS {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()


@pytest.mark.parametrize("method", ["", "GET ", " GET", "G\r\nET", "GÉT", "G/T", "CONNECT", "G\0"])
def test_wrong_method(method: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        encode_head(method, "/", "h", ())
    assert raised.value.errors == ["the method of a request is a token, and not CONNECT"]


@pytest.mark.parametrize(
    "target", ["", "/a b", "/a\tb", "/a\r\nX: y", "/a\0", "/grün", "/\x7f", "/\ud800"]
)
def test_wrong_target(target: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        encode_head("GET", target, "h", ())
    assert raised.value.errors == [
        "the target of a request is empty, or has a character that is not percent-encoded"
    ]


@pytest.mark.parametrize(
    "name", ["", " ", "a ", " a", "a:", "a:b", "a\r\nb", "a\n", "\0", "grün", "a/b", "K\u212a"]
)
def test_wrong_name(name: str) -> None:
    for fields in ([(name, "Marker")], [("x", "y"), (name, "Marker"), ("z", "")]):
        with pytest.raises(ParamValidationError) as raised:
            encode_head("GET", "/", "h", fields)
        assert raised.value.errors == ["a header has a name that is empty or not a token"]


CUT = "the value has a CR, LF or NUL character; remove it"
HALF = "the value holds half a surrogate pair, which UTF-8 cannot"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("Mar\rker", CUT),
        ("Mar\nker", CUT),
        ("Mar\0ker", CUT),
        ("Marker\r\n", CUT),
        ("Marker\r\nY: z", CUT),
        ("Marker\r\n Y", CUT),
        ("\r\n", CUT),
        ("\rMarker\n", CUT),
        ("Mar\ud800ker", HALF),
    ],
)
def test_wrong_value(value: str, problem: str) -> None:
    for fields in ([("X-A", value)], [("y", "a: b"), ("X-A", value), ("z", "")]):
        with pytest.raises(ParamValidationError) as raised:
            encode_head("GET", "/", "h", fields)
        assert raised.value.errors == [f"header x-a: {problem}"]
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None
    with pytest.raises(ParamValidationError) as raised:
        encode_head("GET", "/", value, [("X-A", "b")])
    assert raised.value.errors == [f"header host: {problem}"]


@pytest.mark.parametrize(
    ("fields", "length", "problem"),
    [
        (
            [("Content-Length", "4")],
            5,
            "header content-length: the body has 5 bytes; leave it out",
        ),
        (
            [("Content-Length", "05")],
            5,
            "header content-length: the body has 5 bytes; leave it out",
        ),
        (
            [("content-length", "5"), ("Content-Length", "5")],
            5,
            "header content-length: it is given twice; give it once",
        ),
        (
            [("content-length", "5")],
            None,
            "header content-length: the body has no length that is known; leave it out",
        ),
        (
            [("transfer-encoding", "chunked"), ("content-length", "5")],
            None,
            "header content-length: the body has no length that is known; leave it out",
        ),
        (
            [("Transfer-Encoding", "chunked")],
            5,
            "header transfer-encoding: the body is sent as it is; leave it out",
        ),
        (
            [("Transfer-Encoding", "chunked"), ("content-length", "5")],
            5,
            "header transfer-encoding: the body is sent as it is; leave it out",
        ),
        (
            [("Transfer-Encoding", "gzip, chunked")],
            None,
            "header transfer-encoding: the body is sent in chunks; leave it out",
        ),
        (
            [("Transfer-Encoding", "chun\u212aed")],
            None,
            "header transfer-encoding: the body is sent in chunks; leave it out",
        ),
        ([("Host", "a"), ("host", "a")], 0, "header host: it is given twice; give it once"),
    ],
)
def test_fields_that_contradict(
    fields: list[tuple[str, str]], length: int | None, problem: str
) -> None:
    with pytest.raises(ParamValidationError) as raised:
        encode_head("POST", "/", "h", fields, length)
    assert raised.value.errors == [problem]


def test_chunks() -> None:
    assert encode_chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert encode_chunk(bytearray(b"ab")) == b"2\r\nab\r\n"
    assert encode_chunk(memoryview(b"\1\0\2\0").cast("H")) == b"4\r\n\1\0\2\0\r\n"
    assert encode_chunk(b"") == b""


def received(sent: bytes) -> tuple[h11.Request, bytes]:
    """What a server of h11 reads."""
    server = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    server.receive_data(sent)
    request = server.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := server.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    assert server.trailing_data == (b"", False)
    return request, body


def pairs(fields: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in fields]


@given(TOKENS.filter(lambda method: method != "CONNECT"), TARGETS, FIELDS, st.binary(max_size=50))
def test_h11_reads_a_known_length(
    method: str, target: str, fields: list[tuple[str, str]], body: bytes
) -> None:
    request, got = received(encode_head(method, target, "h:1", fields, len(body)) + body)
    expected = [(b"host", b"h:1")]
    if body or method in {"POST", "PUT", "PATCH"}:
        expected.append((b"content-length", b"%d" % len(body)))
    assert (request.method, request.target) == (method.encode(), target.encode())
    assert list(request.headers) == [*expected, *pairs(fields)]
    assert (request.http_version, got) == (b"1.1", body)


@given(FIELDS, st.lists(st.binary(max_size=50), max_size=5))
def test_h11_reads_chunks(fields: list[tuple[str, str]], parts: list[bytes]) -> None:
    sent = encode_head("PUT", "/", "h", fields, None) + b"".join(map(encode_chunk, parts))
    request, got = received(sent + LAST_CHUNK)
    expected = [(b"host", b"h"), (b"transfer-encoding", b"chunked")]
    assert list(request.headers) == [*expected, *pairs(fields)]
    assert got == b"".join(parts)


@given(
    st.text(max_size=6),
    st.text(max_size=10),
    st.text(max_size=10),
    st.lists(
        st.tuples(
            st.text(max_size=6) | st.sampled_from(["Host", "content-length", "Transfer-Encoding"]),
            st.text(max_size=10) | st.sampled_from(["chunked", "5"]),
        ),
        max_size=3,
    ),
    st.sampled_from([0, 5, None]),
)
def test_a_head_is_refused_or_has_as_many_lines_as_fields(
    method: str, target: str, host: str, fields: list[tuple[str, str]], length: int | None
) -> None:
    try:
        sent = encode_head(method, target, host, fields, length)
    except ParamValidationError:
        return
    lines = sent.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (f"{method} {target} HTTP/1.1".encode(), [b"", b""])
    names = [line.partition(b":")[0].lower() for line in lines[1:-2]]
    assert names.count(b"host") == 1
    assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert all(f"{name}: {value}".encode() in lines for name, value in fields)
    assert not any(byte in line for line in lines for byte in (b"\r", b"\n", b"\0"))
