"""Bodies of HTTP/1.1: chunks, good and broken, and what is received in place."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from drawplate.errors import TruncatedBodyError
from drawplate.http1 import MAX_CHUNK_LINE, MAX_HEAD, MAX_IN_PLACE, BodyBuffer, ResponseDecoder

from tests.runtime.exchanges import (
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

BROKEN = {
    "negative": b"-2\r\nok\r\n",
    "plus": b"+2\r\nok\r\n",
    "0x": b"0x2\r\nok\r\n",
    "underscore": b"0_2\r\nok\r\n",
    "space-first": b" 2\r\nok\r\n",
    "space-last": b"2 \r\nok\r\n",
    "space-before-extension": b"2 ;a\r\nok\r\n",
    "tab": b"\t2\r\nok\r\n",
    "letter": b"g\r\nok\r\n",
    "empty-size": b"\r\nok\r\n",
    "only-extension": b";a\r\nok\r\n",
    "unicode": "\u0662\r\nok\r\n".encode(),
    "17-digits": b"00000000000000002\r\nok\r\n",
    "line-feed": b"2\nok\r\n",
    "carriage-return": b"2\r\rok\r\n",
    "carriage-return-in-extension": b"2;a\rb\r\nok\r\n",
    "nul-in-extension": b"2;\0\r\nok\r\n",
    "long-extension": b"2;" + b"a" * MAX_CHUNK_LINE + b"\r\nok\r\n",
    "endless-extension": b"2;" + b"a" * MAX_CHUNK_LINE * 2,
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("before", [b"", b"4\r\ngood\r\n"], ids=["first", "second"])
def test_broken_chunk(name: str, before: bytes) -> None:
    wire = chunked(before, BROKEN[name], b"0\r\n\r\n")
    body = b"good" if before else b""
    for arrivals in cuts(wire) if len(wire) < 200 else halves(wire):
        seen = read(arrivals)
        assert seen == Seen(200, CHUNKED, body, ended=False, reusable=False, error=BROKEN_CHUNKS)


@pytest.mark.parametrize("after", [b"X\r\n", b"\n", b"\r", b"\rX", b"\r\r\n", b"0\r\n\r\n", b"\nX"])
def test_chunk_without_its_line_end(after: bytes) -> None:
    wire = chunked(b"4\r\ngood", after, b"0\r\n\r\n")
    for arrivals in cuts(wire):
        seen = read(arrivals)
        assert seen == Seen(200, CHUNKED, b"good", ended=False, reusable=False, error=BROKEN_CHUNKS)


@pytest.mark.parametrize("after", [b"X", b"\n", b"\rX", b"\r\n;" + b"a" * MAX_CHUNK_LINE + b"\r"])
def test_a_broken_chunk_is_noticed_at_once(after: bytes) -> None:
    for arrivals in halves(chunked(b"4\r\ngood", after)):
        assert read(arrivals).error == BROKEN_CHUNKS
    assert read([chunked(b"4\r\ngood", after[:-1])]).error is None


def test_longest_line_before_a_chunk() -> None:
    wire = chunked(b"2;", b"a" * (MAX_CHUNK_LINE - 2), b"\r\nok\r\n0;", b"b" * 1022, b"\r\n\r\n")
    for arrivals in cuts(wire):
        assert read(arrivals) == Seen(200, CHUNKED, b"ok")


@pytest.mark.parametrize(
    "trailers",
    [
        b"Marker\r\n\r\n",
        b": x\r\n\r\n",
        b" x: y\r\n\r\n",
        b"x : y\r\n\r\n",
        b"x: y\r\n z\r\n\r\n",
        b"x: \0\r\n\r\n",
        b"x: y\n\r\n\r\n",
        b"\n\r\n\r\n",
        b"x: a\rb\r\n\r\n",
        b"Content-Length: 2\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"x: " + b"y" * MAX_HEAD,
    ],
)
def test_broken_trailers(trailers: bytes) -> None:
    wire = chunked(b"2\r\nok\r\n0\r\n", trailers)
    for arrivals in cuts(wire) if len(wire) < 200 else [[wire], bytewise(wire)]:
        seen = read(arrivals)
        assert seen == Seen(200, CHUNKED, b"ok", ended=False, reusable=False, error=BROKEN_CHUNKS)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_arrivals_of_any_kind(kind: Callable[[bytearray], bytearray | memoryview]) -> None:
    wire = chunked(b"2\r\nok\r\n", b"0\r\nx: y\r\n\r\n")
    decoder = ResponseDecoder("POST", WHERE)
    buffer = bytearray(wire)
    pieces = decoder.feed(kind(buffer))
    buffer[:] = bytes(len(buffer))
    assert (pieces, decoder.headers, decoder.trailers) == ([b"ok"], CHUNKED, {"x": "y"})


def test_pieces_are_not_copied_when_an_arrival_is_all_body() -> None:
    data = b"x" * 1000
    for start in (length(b"5000"), chunked(b"1388\r\n"), head()):
        decoder = ResponseDecoder("POST", WHERE)
        decoder.feed(start)
        (piece,) = decoder.feed(data)
        assert piece is data


def test_remaining() -> None:
    decoder = ResponseDecoder("POST", WHERE)
    assert (decoder.remaining, decoder.ended) == (None, False)
    assert decoder.feed(length(b"10") + b"123") == [b"123"]
    assert decoder.remaining == 7
    for wrong in (-1, 8):
        with pytest.raises(ValueError, match=f"{wrong} bytes were received, 7 are left"):
            decoder.received(wrong)
    decoder.received(4)
    assert (decoder.remaining, decoder.ended) == (3, False)
    assert decoder.feed(b"8") == [b"8"]
    decoder.received(2)
    assert (decoder.remaining, decoder.ended, decoder.reusable) == (0, True, True)
    decoder.received(0)
    assert decoder.eof() == []
    assert decoder.reusable is False


def test_received_bytes_count_as_received() -> None:
    decoder = ResponseDecoder("POST", WHERE)
    decoder.feed(length(b"10"))
    decoder.received(4)
    with pytest.raises(TruncatedBodyError, match="expected 10 bytes, received 4 bytes"):
        decoder.eof()


@pytest.mark.parametrize("start", [head(), chunked()])
def test_only_a_known_length_can_be_received_elsewhere(start: bytes) -> None:
    decoder = ResponseDecoder("POST", WHERE)
    decoder.feed(start)
    with pytest.raises(ValueError, match="1 bytes were received, None are left"):
        decoder.received(1)
    with pytest.raises(ValueError, match="cannot be received in place"):
        BodyBuffer(decoder)


@pytest.mark.parametrize("begun", [b"", b"012", b"0123456789"])
def test_body_buffer(begun: bytes) -> None:
    decoder = ResponseDecoder("POST", WHERE)
    buffer = BodyBuffer(decoder, decoder.feed(length(b"10") + begun))
    rest = b"0123456789"[len(begun) :]
    if rest:
        with pytest.raises(ValueError, match=f"{len(rest)} bytes of the body are missing"):
            buffer.getvalue()
    for byte in bytewise(rest):
        buffer.received(0)
        buffer.free[:1] = byte
        buffer.received(1)
    assert not buffer.free
    assert buffer.getvalue() == b"0123456789"
    assert (decoder.ended, decoder.reusable) == (True, True)


def test_body_buffer_does_not_trust_the_peer() -> None:
    decoder = ResponseDecoder("POST", WHERE)
    decoder.feed(length(b"9" * 18))
    with pytest.raises(ValueError, match="cannot be received in place"):
        BodyBuffer(decoder)
    decoder = ResponseDecoder("POST", WHERE)
    pieces = decoder.feed(length(b"%d" % (MAX_IN_PLACE + 1)) + b"x")
    with pytest.raises(ValueError, match="cannot be received in place"):
        BodyBuffer(decoder, pieces)


def test_body_buffer_holds_the_body_once() -> None:
    size = 5 * 1024 * 1024
    decoder = ResponseDecoder("POST", WHERE)
    first = b"x" * 60000
    part = b"y" * 100000
    tracemalloc.start()
    try:
        buffer = BodyBuffer(decoder, decoder.feed(length(b"%d" % size) + first))
        while buffer.free:
            count = min(len(part), len(buffer.free))
            buffer.free[:count] = part[:count]
            buffer.received(count)
        body = buffer.getvalue()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body == first + b"y" * (size - len(first))
    assert peak < size + 500_000
