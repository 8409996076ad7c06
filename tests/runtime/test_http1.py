"""Responses of HTTP/1.1, good and broken, each cut in every way."""

from __future__ import annotations

import pytest
from drawplate.errors import (
    ConnectionLostError,
    HttpProtocolError,
    NetworkingError,
    TruncatedBodyError,
)
from drawplate.http1 import MAX_FIELDS, MAX_HEAD, MAX_INTERIM, ResponseDecoder

from tests.runtime.exchanges import (
    ADVICE,
    BROKEN_CHUNKS,
    CHUNKED,
    WHERE,
    Seen,
    bytewise,
    chunked,
    cuts,
    halves,
    head,
    length,
    read,
)

GOOD: dict[str, tuple[bytes, Seen]] = {
    "length": (length(b"2") + b"ok", Seen(200, {"content-length": "2"}, b"ok")),
    "no-bytes": (length(b"0"), Seen(200, {"content-length": "0"})),
    "leading-zeros": (length(b"0002") + b"ok", Seen(200, {"content-length": "0002"}, b"ok")),
    "length-twice": (
        head(b"Content-Length: 2", b"content-length:2") + b"ok",
        Seen(200, {"content-length": "2"}, b"ok"),
    ),
    "length-list": (length(b"2,2 , 2") + b"ok", Seen(200, {"content-length": "2"}, b"ok")),
    "fields": (
        head(
            b"X-Two: a",
            b"Content-Length:  0\t ",
            b"x-two:b",
            b"X-Empty:",
            b"X-Utf-8: gr\xc3\xbcn",
            b"X-Latin: gr\xfcn",
            b"X-Tab: a\tb",
            b"X:a:b: c",
            b"!#$%&'*+-.^_`|~09AZaz: odd",
        ),
        Seen(
            200,
            {
                "x-two": "a, b",
                "content-length": "0",
                "x-empty": "",
                "x-utf-8": "grün",
                "x-latin": "grün",
                "x-tab": "a\tb",
                "x": "a:b: c",
                "!#$%&'*+-.^_`|~09azaz": "odd",
            },
        ),
    ),
    "no-reason": (
        head(b"Content-Length: 0", status=b"HTTP/1.1 404"),
        Seen(404, {"content-length": "0"}),
    ),
    "empty-reason": (
        head(b"Content-Length: 0", status=b"HTTP/1.1 599 "),
        Seen(599, {"content-length": "0"}),
    ),
    "long-reason": (
        head(b"Content-Length: 0", status=b"HTTP/1.1 400 Gr\xfcn  is\tbad"),
        Seen(400, {"content-length": "0"}),
    ),
    "line-feeds": (
        b"HTTP/1.1 200 OK\nContent-Length: 6\nX: \xc3\xbc\n\n\r\n\r\nok",
        Seen(200, {"content-length": "6", "x": "ü"}, b"\r\n\r\nok"),
    ),
    "mixed-line-ends": (
        b"HTTP/1.1 200 OK\nContent-Length: 4\r\nX: 1\n\r\no\n\nk",
        Seen(200, {"content-length": "4", "x": "1"}, b"o\n\nk"),
    ),
    "line-feeds-before-chunks": (
        b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\r\nok\r\n0\r\n\r\n",
        Seen(200, CHUNKED, b"ok"),
    ),
    "chunks": (
        chunked(b"2\r\nok\r\n", b"A\r\n0123456789\r\n", b"00c\r\n\r\n0\r\n\r\n0\r\n\r\n\r\n")
        + b"0\r\n\r\n",
        Seen(200, CHUNKED, b"ok0123456789\r\n0\r\n\r\n0\r\n\r\n"),
    ),
    "no-chunks": (chunked(b"0\r\n\r\n"), Seen(200, CHUNKED)),
    "many-zeros": (chunked(b"0000000000000002\r\nok\r\n000\r\n\r\n"), Seen(200, CHUNKED, b"ok")),
    "extensions": (
        chunked(b'2;a=b;c="d\t\xff"\r\nok\r\n0;\r\n\r\n'),
        Seen(200, CHUNKED, b"ok"),
    ),
    "trailers": (
        chunked(b"2\r\nok\r\n0\r\nX-Sum: 1\r\nx-sum:2 \r\nY: \xc3\xbc\r\n\r\n"),
        Seen(200, CHUNKED, b"ok", {"x-sum": "1, 2", "y": "ü"}),
    ),
    "coding-in-capitals": (
        head(b"TRANSFER-ENCODING: Chunked") + b"0\r\n\r\n",
        Seen(200, {"transfer-encoding": "Chunked"}),
    ),
    "interim": (
        head(status=b"HTTP/1.1 100 Continue")
        + head(b"Link: x", b"Connection: close", status=b"HTTP/1.1 103 Early Hints")
        + head(b"Content-Length: 0", status=b"HTTP/1.1 102")
        + length(b"2")
        + b"ok",
        Seen(200, {"content-length": "2"}, b"ok", interim=(100, 103, 102)),
    ),
    "no-content": (head(status=b"HTTP/1.1 204 No Content"), Seen(204)),
    "no-content-of-no-bytes": (
        head(b"Content-Length: 0", status=b"HTTP/1.1 204 No Content"),
        Seen(204, {"content-length": "0"}),
    ),
    "not-modified": (
        head(b"Content-Length: 5", status=b"HTTP/1.1 304 Not Modified"),
        Seen(304, {"content-length": "5"}),
    ),
    "keep-alive": (
        head(b"Connection: Keep-Alive, x-closed", b"Content-Length: 0"),
        Seen(200, {"connection": "Keep-Alive, x-closed", "content-length": "0"}),
    ),
    "connection-close": (
        head(b"Connection: x ,\tClose", b"Content-Length: 2") + b"ok",
        Seen(200, {"connection": "x ,\tClose", "content-length": "2"}, b"ok", reusable=False),
    ),
    "connection-close-in-chunks": (
        head(b"Connection: y", b"Connection: close", b"Transfer-Encoding: chunked")
        + b"2\r\nok\r\n0\r\n\r\n",
        Seen(200, {"connection": "y, close", **CHUNKED}, b"ok", reusable=False),
    ),
    "http-1.0": (
        head(b"Connection: keep-alive", b"Content-Length: 2", status=b"HTTP/1.0 200 OK") + b"ok",
        Seen(200, {"connection": "keep-alive", "content-length": "2"}, b"ok", reusable=False),
    ),
    "leftover": (length(b"2") + b"okHTTP/1.1 200", Seen(200, {"content-length": "2"}, b"ok")),
    "leftover-after-no-bytes": (length(b"0") + b"\n", Seen(200, {"content-length": "0"})),
    "leftover-after-chunks": (chunked(b"2\r\nok\r\n0\r\n\r\n\0"), Seen(200, CHUNKED, b"ok")),
    "leftover-after-trailers": (
        chunked(b"0\r\nx: y\r\n\r\n0\r\n\r\n"),
        Seen(200, CHUNKED, b"", {"x": "y"}),
    ),
    "leftover-after-no-content": (head(status=b"HTTP/1.1 204 No Content") + b"ok", Seen(204)),
    "no-content-of-chunks": (
        head(b"Transfer-Encoding: chunked", status=b"HTTP/1.1 204 No Content"),
        Seen(204, CHUNKED, reusable=False),
    ),
    "no-content-of-two-bytes": (
        head(b"Content-Length: 2", status=b"HTTP/1.1 204 No Content"),
        Seen(204, {"content-length": "2"}, reusable=False),
    ),
}

#: Heads that say themselves what is wrong with them; by what the error says.
MALFORMED: dict[str, dict[str, bytes]] = {
    "its status line is malformed": {
        "another-protocol": b"SSH-2.0-Marker 200\r\n\r\n",
        "another-protocol-without-lines": b"\x16\x03\x01\x02Marker",
        "empty-line": b"\r\n" + length(b"0"),
        "empty-line-feed": b"\n" + length(b"0"),
        "space-first": b" HTTP/1.1 200 OK\r\n\r\n",
        "lower-case": b"http/1.1 200 OK\r\n\r\n",
        "no-code": b"HTTP/1.1\r\n\r\n",
        "empty-code": b"HTTP/1.1 \r\n\r\n",
        "short-code": b"HTTP/1.1 20\r\n\r\n",
        "long-code": b"HTTP/1.1 2000 OK\r\n\r\n",
        "low-code": b"HTTP/1.1 099 OK\r\n\r\n",
        "word-code": b"HTTP/1.1 abc Marker\r\n\r\n",
        "signed-code": b"HTTP/1.1 +20 OK\r\n\r\n",
        "unicode-code": b"HTTP/1.1 20\xb2 OK\r\n\r\n",
        "two-spaces": b"HTTP/1.1  200 OK\r\n\r\n",
        "tab": b"HTTP/1.1\t200 OK\r\n\r\n",
        "tab-after-code": b"HTTP/1.1 200\tOK\r\n\r\n",
        "long-version": b"HTTP/1.15 200 OK\r\n\r\n",
        "nul-in-reason": b"HTTP/1.1 200 O\0K\r\nMarker: x\r\n\r\n",
        "carriage-return-in-reason": b"HTTP/1.1 200 O\rK\r\n\r\n",
        "carriage-return-after-reason": b"HTTP/1.1 200 OK\r\r\n\r\n",
        "delete-in-reason": b"HTTP/1.1 200 \x7f\n\n",
    },
    "it is of another version of HTTP": {
        "2.0": b"HTTP/2.0 200 Marker\r\n\r\n",
        "1.2": b"HTTP/1.2 200 OK\r\n\r\n",
        "0.9": b"HTTP/0.9 200 OK\r\n\r\n",
        "2": b"HTTP/2 200\r\n\r\n",
    },
    "a header field is malformed": {
        "no-colon": head(b"Content-Length: 0", b"Marker"),
        "known-name-without-colon": head(b"content-length: 0", b"content-length"),
        "empty-name": head(b": Marker"),
        "only-a-colon": head(b":"),
        "space-before-colon": head(b"X : Marker"),
        "tab-before-colon": head(b"X\t: Marker"),
        "folded": head(b"X: a", b" Marker: b"),
        "folded-with-tab": head(b"X: a", b"\tMarker: b"),
        "folded-first": head(b" X: a"),
        "folded-empty": head(b"X: a", b" "),
        "space-in-name": head(b"a b: Marker"),
        "slash-in-name": head(b"a/b: Marker"),
        "latin-name": head(b"gr\xfcn: Marker"),
        "unicode-name": head("Kelvin-\u212a: Marker".encode()),
        "quoted-name": head(b'"x": Marker'),
        "empty-field-of-line-feeds": b"HTTP/1.1 200 OK\nMarker\n\n",
    },
    "a header value has a control character": {
        "nul": head(b"x: Mar\0ker"),
        "carriage-return": head(b"x: Mar\rker"),
        "carriage-return-last": head(b"x: Marker\r"),
        "carriage-return-first": head(b"x:\rMarker"),
        "escape": head(b"x: \x1bMarker"),
        "form-feed": head(b"x: \x0cMarker"),
        "vertical-tab": head(b"x: \x0b"),
        "delete": head(b"x: Marker\x7f"),
        "in-a-name": head(b"x\x01: Marker"),
        "nul-between-line-feeds": b"HTTP/1.1 200 OK\nx: Mar\0ker\n\n",
    },
    "its Content-Length is not a number": {
        "word": length(b"Marker"),
        "empty": length(b""),
        "plus": length(b"+5"),
        "minus": length(b"-5"),
        "point": length(b"5.0"),
        "hexadecimal": length(b"0x5"),
        "underscore": length(b"1_0"),
        "space": length(b"1 0"),
        "superscript": length(b"\xb2"),
        "arabic": length("\u0665".encode()),
    },
    "its Content-Length has several values": {
        "two": head(b"Content-Length: 5", b"Content-Length: 6"),
        "list": length(b"5, 6"),
        "zero-before": head(b"Content-Length: 5", b"Content-Length: 05"),
        "trailing-comma": length(b"5,"),
    },
    "its Content-Length is too large": {"20-digits": length(b"00000000000000000005")},
    "it has both Content-Length and Transfer-Encoding": {
        "both": head(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        "both-the-other-way": head(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        "both-and-no-body": head(
            b"Content-Length: 0", b"Transfer-Encoding: chunked", status=b"HTTP/1.1 204 x"
        ),
    },
    "its Transfer-Encoding is not chunked": {
        "gzip": head(b"Transfer-Encoding: gzip"),
        "identity": head(b"Transfer-Encoding: identity"),
        "empty-coding": head(b"Transfer-Encoding:"),
        "before": head(b"Transfer-Encoding: gzip, chunked"),
        "after": head(b"Transfer-Encoding: chunked, gzip"),
        "twice": head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
        "parameter": head(b"Transfer-Encoding: chunked;q=1"),
        "look-alike": head(b"Transfer-Encoding: xchunked"),
        "kelvin": head("Transfer-Encoding: chun\u212aed".encode()),
        "quoted": head(b'Transfer-Encoding: "chunked"'),
        "non-breaking-space": head(b"Transfer-Encoding: \xa0chunked"),
    },
    "it is HTTP/1.0 and has a Transfer-Encoding": {
        "old": head(b"Transfer-Encoding: chunked", status=b"HTTP/1.0 200 OK"),
    },
    "an informational answer (1xx) announces a body": {
        "interim-length": head(b"Content-Length: 2", status=b"HTTP/1.1 100 Continue"),
        "interim-chunks": head(b"Transfer-Encoding: chunked", status=b"HTTP/1.1 103 Hints"),
    },
    "it changes the protocol (101), which was not asked for": {
        "switching": head(b"Upgrade: Marker", status=b"HTTP/1.1 101 Switching Protocols"),
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    wire, seen = GOOD[name]
    if name.startswith("leftover"):
        seen = _unusable(seen)
    for arrivals in cuts(wire):
        assert read(arrivals) == seen
    # What the peer does after the end changes nothing, but its connection is gone.
    assert read([wire], closes=True) == _unusable(seen)


def _unusable(seen: Seen) -> Seen:
    return Seen(
        seen.status, seen.headers, seen.body, seen.trailers, seen.interim, seen.ended, False
    )


@pytest.mark.parametrize("name", [name for name in GOOD if not name.startswith("leftover")])
def test_good_with_more_behind(name: str) -> None:
    wire, seen = GOOD[name]
    more = wire + b"HTTP/1.1 200 OK\r\n"
    for arrivals in ([more], bytewise(more), [wire, more[len(wire) :]]):
        assert read(arrivals) == _unusable(seen)


@pytest.mark.parametrize("name", GOOD)
def test_good_cut_short(name: str) -> None:
    wire, seen = GOOD[name]
    if name.startswith("leftover"):
        return
    for at in range(len(wire)):
        cut = read([wire[:at]], closes=True)
        assert cut.error is not None
        assert not cut.ended
        assert seen.body.startswith(cut.body)
        if not cut.status:
            ending = wire[:at].endswith((b"\r\n\r\n", b"\n\n")) or not at
            said = "closed without an answer" if ending else "closed in the head"
            assert cut.error == (
                ConnectionLostError,
                f"the connection to {WHERE} was lost while waiting for the response ({said})",
            )
        elif "transfer-encoding" in cut.headers:
            assert cut.error == BROKEN_CHUNKS
        else:
            said = f"expected {len(seen.body)} bytes, received {len(cut.body)} bytes"
            assert cut.error == (
                TruncatedBodyError,
                f"http response body truncated, {said} (from {WHERE})",
            )


@pytest.mark.parametrize("status", [b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK"])
def test_body_that_ends_with_the_connection(status: bytes) -> None:
    wire = head(b"X: y", status=status) + b"\r\n\r\nuntil\r\n\r\nclose"
    open_ = Seen(200, {"x": "y"}, b"\r\n\r\nuntil\r\n\r\nclose", ended=False, reusable=False)
    for arrivals in cuts(wire):
        assert read(arrivals) == open_
        assert read(arrivals, closes=True) == Seen(200, {"x": "y"}, open_.body, reusable=False)
    assert read([head(status=status)], closes=True) == Seen(200, reusable=False)


@pytest.mark.parametrize(
    ("fields", "reusable"),
    [
        ((b"Content-Length: 5",), True),
        ((), True),
        ((b"Content-Length: 5", b"Connection: close"), False),
        ((b"Transfer-Encoding: chunked",), False),
    ],
)
def test_head_has_no_body(fields: tuple[bytes, ...], reusable: bool) -> None:
    wire = head(*fields)
    for arrivals in cuts(wire):
        seen = read(arrivals, "HEAD")
        assert (seen.body, seen.ended, seen.reusable, seen.error) == (b"", True, reusable, None)
    assert read([wire, b"12345"], "HEAD").reusable is False


@pytest.mark.parametrize(
    ("said", "wire"),
    [
        pytest.param(said, wire, id=name)
        for said, wires in MALFORMED.items()
        for name, wire in wires.items()
    ],
)
def test_malformed_head(said: str, wire: bytes) -> None:
    error = (HttpProtocolError, f"the answer of {WHERE} is not valid HTTP/1.1: {said}; {ADVICE}")
    for behind in (b"", b"HTTP/1.1 200 OK\r\n\r\n\r\n"):
        for arrivals in cuts(wire + behind):
            assert read(arrivals) == Seen(ended=False, reusable=False, error=error)
    assert "arker" not in str(error)
    interim = read([b"HTTP/1.1 100 Continue\r\n\r\n" + wire])
    assert interim == Seen(interim=(100,), ended=False, reusable=False, error=error)


def too_large(extra: int) -> bytes:
    filler = MAX_HEAD - len(head(b"X: ", b"Content-Length: 0"))
    return head(b"X: " + b"x" * (filler + extra), b"Content-Length: 0")


def test_largest_head() -> None:
    wire = too_large(0)
    assert len(wire) == MAX_HEAD
    for arrivals in halves(wire):
        seen = read(arrivals)
        assert (seen.error, seen.ended, len(seen.headers["x"])) == (None, True, MAX_HEAD - 43)
    wire = too_large(4).replace(b"\r\n", b"\n")
    assert len(wire) == MAX_HEAD
    for arrivals in halves(wire):
        assert read(arrivals).ended


def test_head_that_is_too_large() -> None:
    error = (
        HttpProtocolError,
        f"the answer of {WHERE} is not valid HTTP/1.1: its head is larger than 65536 bytes; "
        + ADVICE,
    )
    endless = b"HTTP/1.1 200 OK\r\nx: " + b"Marker" * 20000
    for wire in (too_large(1), too_large(9), endless, too_large(5).replace(b"\r\n", b"\n")):
        for arrivals in halves(wire):
            assert read(arrivals) == Seen(ended=False, reusable=False, error=error)
    # It is noticed as soon as it is certain.
    assert read([too_large(1)[:MAX_HEAD]]).error == error
    assert read([too_large(1)[: MAX_HEAD - 1]]).error is None


def test_number_of_fields() -> None:
    most = [b"x-%d: %d" % (i, i) for i in range(MAX_FIELDS - 1)]
    seen = read([head(*most, b"content-length: 0")])
    assert (len(seen.headers), seen.error) == (MAX_FIELDS, None)
    seen = read([head(*most, b"y: z", b"content-length: 0")])
    assert seen.error is not None
    assert "it has more than 256 fields;" in seen.error[1]
    trailers = b"0\r\n" + b"".join(line + b"\r\n" for line in most)
    assert len(read([chunked(trailers, b"y: z\r\n\r\n")]).trailers) == MAX_FIELDS
    assert read([chunked(trailers, b"y: z\r\ny: z\r\n\r\n")]).error == BROKEN_CHUNKS


def test_number_of_informational_answers() -> None:
    interim = b"HTTP/1.1 102 \r\n\r\n"
    seen = read([interim * MAX_INTERIM + length(b"0")])
    assert (seen.status, seen.interim, seen.error) == (200, (102,) * MAX_INTERIM, None)
    for arrivals in ([interim * 1000], [interim] * 1000):
        error = read(arrivals).error
        assert error is not None
        assert error[0] is HttpProtocolError
        assert "more than 100 informational answers (1xx) precede it" in error[1]


def test_what_comes_before_a_fault_is_handed_over_first() -> None:
    decoder = ResponseDecoder("POST", WHERE)
    assert decoder.feed(chunked(b"z\r\n")) == []
    assert (decoder.status, type(decoder.error)) == (200, TruncatedBodyError)
    for again in (decoder.eof, lambda: decoder.feed(b"")):
        with pytest.raises(TruncatedBodyError) as raised:
            again()
        assert raised.value is decoder.error


@pytest.mark.parametrize("sent", [True, False])
def test_whether_the_service_may_have_acted(sent: bool) -> None:
    def error_of(*arrivals: bytes) -> NetworkingError | None:
        decoder = ResponseDecoder("POST", WHERE, request_sent=sent)
        with pytest.raises(NetworkingError) as raised:
            any(decoder.feed(data) if data else decoder.eof() for data in arrivals)
        assert raised.value is decoder.error
        return decoder.error

    # One that answers with a body has read the request as far as it wanted to.
    for arrivals, said in (([b"x"], sent), ([b""], sent), ([length(b"2"), b""], True)):
        error = error_of(*arrivals)
        assert error is not None
        assert error.request_sent is said


def test_errors_quote_nothing() -> None:
    wire = head(b"X-Secret: gr\xfcn Marker", b"Content-Length: Marker")
    decoder = ResponseDecoder("POST", WHERE)
    with pytest.raises(HttpProtocolError) as raised:
        decoder.feed(wire)
    error: BaseException | None = raised.value
    assert error is not None
    assert error.__cause__ is None
    assert "arker" not in repr(error.__context__)
    assert "arker" not in repr(decoder) + repr(error)
