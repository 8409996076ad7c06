"""The frame codec: known bytes, limits, and what holds for every stream however it arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast
from uuid import UUID
from zlib import crc32

import pytest
from drawplate._event_messages import MessageDecoder
from drawplate.errors import (
    EventStreamChecksumError,
    EventStreamEncodeError,
    EventStreamParserError,
    TruncatedStreamError,
)
from drawplate.eventstream import (
    MAX_BUFFERED_LENGTH,
    MAX_HEADERS_LENGTH,
    MAX_PAYLOAD_LENGTH,
    MAX_VALUE_LENGTH,
    Byte,
    Frame,
    FrameDecoder,
    HeaderValue,
    Integer,
    Long,
    Short,
    decode_headers,
    encode_frame,
    encode_headers,
)
from hypothesis import given
from hypothesis import strategies as st

EVERY_TYPE: dict[str, HeaderValue] = {
    "t": True,
    "f": False,
    "b": Byte(-1),
    "s": Short(256),
    "i": 70000,
    "l": 4294967294,
    "y": b"\x01\x02",
    "z": "str",
    "d": datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC),
    "u": UUID("01234567-89ab-cdef-0123-456789abcdef"),
}
OCTETS = "application/octet-stream"
JSON = "application/json"
HELLO = Frame(
    {":message-type": "event", ":event-type": "PayloadPart", ":content-type": OCTETS}, b"Hello"
)
VECTORS = {
    "empty": (Frame({}), "000000100000000005c248eb7d98c8ff"),
    "every-type": (
        Frame(EVERY_TYPE, b"p"),
        "0000005f0000004e4e05ebe4017400016601016202ff017303010001690400011170016c0500000000fffffffe"
        "01790600020102017a0700037374720164080000019bc1a6d9800175090123456789abcdef0123456789abcdef"
        "705c9cb89b",
    ),
    "payload-part": (
        HELLO,
        "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
        "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
        "637465742d73747265616d48656c6c6ff7c3a006",
    ),
    "model-stream-error": (
        Frame(
            {
                ":message-type": "exception",
                ":exception-type": "ModelStreamError",
                ":content-type": JSON,
            },
            b'{"Message":"boom","ErrorCode":"StreamBroken"}',
        ),
        "0000009b0000005e4f27b59b0d3a6d6573736167652d74797065070009657863657074696f6e0f3a6578636570"
        "74696f6e2d747970650700104d6f64656c53747265616d4572726f720d3a636f6e74656e742d74797065070010"
        "6170706c69636174696f6e2f6a736f6e7b224d657373616765223a22626f6f6d222c224572726f72436f646522"
        "3a2253747265616d42726f6b656e227d21e3df89",
    ),
    "internal-stream-failure": (
        Frame(
            {
                ":message-type": "exception",
                ":exception-type": "InternalStreamFailure",
                ":content-type": JSON,
            },
            b'{"Message":"oops"}',
        ),
        "0000008500000063c89fd0690d3a6d6573736167652d74797065070009657863657074696f6e0f3a6578636570"
        "74696f6e2d74797065070015496e7465726e616c53747265616d4661696c7572650d3a636f6e74656e742d7479"
        "70650700106170706c69636174696f6e2f6a736f6e7b224d657373616765223a226f6f7073227d6c2df80c",
    ),
    "unmodelled-error": (
        Frame(
            {
                ":message-type": "error",
                ":error-code": "InternalError",
                ":error-message": "boom",
            }
        ),
        "0000005800000048154692c10d3a6d6573736167652d747970650700056572726f720b3a6572726f722d636f64"
        "6507000d496e7465726e616c4572726f720e3a6572726f722d6d657373616765070004626f6f6d961cb456",
    ),
}

TEXT = st.characters(codec="utf-8")
NAMES = st.text(TEXT, min_size=1, max_size=60)
VALUES: st.SearchStrategy[HeaderValue] = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-128, 127).map(Byte),
    st.integers(-(2**15), 2**15 - 1).map(Short),
    st.integers(-(2**63), 2**63 - 1).map(Long),
    st.binary(max_size=50),
    st.text(TEXT, max_size=50),
    st.datetimes(timezones=st.just(UTC)).map(
        lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000)
    ),
    st.uuids(),
)
FRAMES = st.builds(Frame, st.dictionaries(NAMES, VALUES, max_size=5), st.binary(max_size=80))
STREAMS = st.lists(FRAMES, min_size=1, max_size=4)


def feed_in_steps(decoder: FrameDecoder, data: bytes, step: int, frames: list[Frame]) -> None:
    """Feed a whole stream in arrivals of `step` bytes, appending to `frames` what comes."""
    for start in range(0, len(data), step):
        frames += decoder.feed(data[start : start + step])
    decoder.close()


def encode_all(frames: Iterable[Frame]) -> bytes:
    return b"".join(encode_frame(frame.headers, frame.payload) for frame in frames)


def message(prelude: bytes, rest: bytes) -> bytes:
    """Put the right CRCs on a prelude of 8 bytes and on what follows it."""
    body = prelude + crc32(prelude).to_bytes(4, "big") + rest
    return body + crc32(body).to_bytes(4, "big")


def with_headers(block: bytes) -> bytes:
    lengths = (16 + len(block)).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    return message(lengths, block)


def flip(data: bytes, bit: int) -> bytes:
    made = bytearray(data)
    made[bit // 8] ^= 1 << bit % 8
    return bytes(made)


@pytest.mark.parametrize(("frame", "wire"), VECTORS.values(), ids=VECTORS)
def test_known_bytes(frame: Frame, wire: str) -> None:
    assert encode_frame(frame.headers, frame.payload).hex() == wire
    (decoded,) = FrameDecoder().feed(bytes.fromhex(wire))
    assert decoded == frame
    assert list(decoded.headers) == list(frame.headers)


def test_plain_integers_take_the_least_of_two_widths() -> None:
    assert encode_headers({"a": 2**31 - 1, "b": -(2**31), "c": 2**31, "d": Integer(1)}).hex() == (
        "0161047fffffff01620480000000016305000000008000000001640400000001"
    )


def test_time_is_cut_to_milliseconds_of_any_zone() -> None:
    at = datetime(1970, 1, 1, 1, 0, 0, 1999, tzinfo=timezone(timedelta(hours=1)))
    assert encode_headers({"d": at}).hex() == "0164080000000000000001"
    assert decode_headers(encode_headers({"d": at - timedelta(milliseconds=3)})) == {
        "d": datetime(1969, 12, 31, 23, 59, 59, 998000, tzinfo=UTC)
    }


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"": True}, "0 bytes"),
        ({"\u00e9" * 128: True}, "256 bytes"),
        ({"a": b"x" * (MAX_VALUE_LENGTH + 1)}, "32768 bytes"),
        ({"a": "\u00e9" * (MAX_VALUE_LENGTH // 2 + 1)}, "32768 bytes"),
        ({"a": Byte(128)}, "Byte does not fit"),
        ({"a": Byte(-129)}, "Byte does not fit"),
        ({"a": Short(2**15)}, "Short does not fit"),
        ({"a": Integer(2**31)}, "Integer does not fit"),
        ({"a": Long(2**63)}, "Long does not fit"),
        ({"a": -(2**63) - 1}, "int does not fit"),
        ({"a": "\ud800"}, "surrogate"),
        ({"\ud800": "a"}, "surrogate"),
        ({"a": datetime(2026, 1, 15)}, "no time zone"),
        ({"a": 1.5}, "float cannot be a header"),
        ({"a": None}, "NoneType cannot be a header"),
        ({f"{n}": b"x" * 32000 for n in range(5)}, f"at most {MAX_HEADERS_LENGTH}"),
    ],
)
def test_what_does_not_fit_is_refused(headers: dict[str, Any], why: str) -> None:
    with pytest.raises(EventStreamEncodeError, match=why) as caught:
        encode_frame(cast("dict[str, HeaderValue]", headers))
    assert "xxxx" not in str(caught.value)


def test_the_largest_that_fit() -> None:
    name, value = "n" * 255, "v" * MAX_VALUE_LENGTH
    assert decode_headers(encode_headers({name: value})) == {name: value}
    payload = bytes(MAX_PAYLOAD_LENGTH)
    assert FrameDecoder().feed(encode_frame({}, payload)) == [Frame({}, payload)]
    with pytest.raises(EventStreamEncodeError, match=f"at most {MAX_PAYLOAD_LENGTH}"):
        encode_frame({}, payload + b"x")


def test_receiver_takes_values_beyond_the_limit_of_senders() -> None:
    block = b"\x01a\x06\xff\xff" + bytes(0xFFFF)
    assert FrameDecoder().feed(with_headers(block)) == [Frame({"a": bytes(0xFFFF)})]


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("01", "cut off"),
        ("0161", "cut off"),
        ("026161", "cut off"),
        ("ff6100", "cut off"),
        ("016102", "cut off"),
        ("016104000000", "cut off"),
        ("01610500000000000000", "cut off"),
        ("016106", "cut off"),
        ("01610600", "cut off"),
        ("0161070002ff", "cut off"),
        ("016109000102", "cut off"),
        ("0161000162", "cut off"),
        ("01610a", "unknown type 10"),
        ("0161ff", "unknown type 255"),
        ("0000", "empty name"),
        ("016100016101", "name 'a' of an earlier one"),
        ("01ff00", "not UTF-8"),
        ("0161070001c3", "not UTF-8"),
        ("0161087fffffffffffffff", "years 1 to 9999"),
        ("0161088000000000000000", "years 1 to 9999"),
        ("0161080000e677d21fdc00", "years 1 to 9999"),  # the first moment of the year 10000
    ],
)
def test_broken_headers(block: str, why: str) -> None:
    with pytest.raises(EventStreamParserError, match=why):
        decode_headers(bytes.fromhex(block))
    with pytest.raises(EventStreamParserError, match=why):
        FrameDecoder().feed(with_headers(bytes.fromhex(block)))


@pytest.mark.parametrize(
    ("total", "headers_length", "sound"),
    [
        (16, 0, True),
        (15, 0, False),
        (0, 0, False),
        (20, 4, True),
        (20, 5, False),
        (16, 2**32 - 1, False),
        (MAX_BUFFERED_LENGTH, 0, True),
        (MAX_BUFFERED_LENGTH + 1, 0, False),
        (2**32 - 1, 0, False),
    ],
)
def test_lengths_are_checked_once_twelve_bytes_exist(
    total: int, headers_length: int, sound: bool
) -> None:
    lengths = total.to_bytes(4, "big") + headers_length.to_bytes(4, "big")
    prelude = lengths + crc32(lengths).to_bytes(4, "big")
    decoder = FrameDecoder()
    assert decoder.feed(prelude[:11]) == []
    if sound:
        assert decoder.feed(prelude[11:]) == []
    else:
        with pytest.raises(EventStreamParserError, match="announces"):
            decoder.feed(prelude[11:])


def test_checksum_of_the_prelude_comes_before_its_lengths() -> None:
    with pytest.raises(EventStreamChecksumError, match="first 12 bytes"):
        FrameDecoder().feed(b"\xff" * 12)


def test_something_else_than_an_event_stream() -> None:
    with pytest.raises(EventStreamChecksumError, match=r"not application/vnd\.amazon\.eventstream"):
        FrameDecoder().feed(b'{"message": "Not an event stream"}')


@given(STREAMS, st.randoms(use_true_random=False))
def test_any_cut_gives_the_same_frames(frames: list[Frame], random: Any) -> None:
    data = encode_all(frames)
    cuts = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(12)))
    decoder = FrameDecoder()
    decoded: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        decoded += decoder.feed(data[start:end])
    decoder.close()
    assert decoded == frames
    assert encode_all(decoded) == data


def test_two_cuts_at_every_offset() -> None:
    frames = [HELLO, Frame({}, b""), HELLO]
    data = encode_all(frames)
    for cut in range(len(data) + 1):
        decoder = FrameDecoder()
        assert decoder.feed(data[:cut]) + decoder.feed(b"") + decoder.feed(data[cut:]) == frames
        decoder.close()


@given(STREAMS, st.data())
def test_flipped_bit_is_an_error_and_never_a_frame(
    frames: list[Frame], data: st.DataObject
) -> None:
    wire = encode_all(frames)
    bit = data.draw(st.integers(0, len(wire) * 8 - 1))
    step = data.draw(st.integers(1, len(wire)))
    intact, end = 0, 0
    for frame in frames:
        end += len(encode_frame(frame.headers, frame.payload))
        if end > bit // 8:
            break
        intact += 1
    damaged = flip(wire, bit)
    decoded: list[Frame] = []
    with pytest.raises(EventStreamChecksumError):
        feed_in_steps(FrameDecoder(), damaged, step, decoded)
    assert decoded == frames[:intact]


@given(STREAMS, st.data())
def test_cut_stream_is_an_error_at_its_end(frames: list[Frame], data: st.DataObject) -> None:
    last = len(encode_frame(frames[-1].headers, frames[-1].payload))
    missing = data.draw(st.integers(1, last - 1))
    decoder = FrameDecoder()
    assert decoder.feed(encode_all(frames)[:-missing]) == frames[:-1]
    with pytest.raises(TruncatedStreamError) as caught:
        decoder.close()
    assert caught.value.buffered == last - missing


@pytest.mark.parametrize("step", [1, 12, 13, 100])
def test_bytes_of_a_cut_message_are_counted_however_they_came(step: int) -> None:
    frames: list[Frame] = []
    with pytest.raises(TruncatedStreamError, match="109 bytes into it"):
        feed_in_steps(FrameDecoder(), encode_all([HELLO, HELLO])[:-1], step, frames)
    assert frames == [HELLO]


@pytest.mark.parametrize("step", [64 * 1024, 1 << 30])
def test_large_payload(step: int) -> None:
    frames = [Frame({"n": n}, bytes([n]) * (3 << 20)) for n in range(3)]
    decoded: list[Frame] = []
    feed_in_steps(FrameDecoder(), encode_all(frames), step, decoded)
    assert decoded == frames


def test_frames_before_a_broken_one_are_fed_first() -> None:
    broken = flip(encode_all([HELLO]), 400)
    decoder = FrameDecoder()
    assert decoder.feed(encode_all([HELLO]) + broken + encode_all([HELLO])) == [HELLO]
    for _ in range(2):
        with pytest.raises(EventStreamChecksumError, match="does not match its CRC"):
            decoder.feed(encode_all([HELLO]))
        with pytest.raises(EventStreamChecksumError, match="does not match its CRC"):
            decoder.close()


def test_error_after_the_last_frame_is_raised_by_close() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(encode_all([HELLO]) + b"\0" * 12) == [HELLO]
    with pytest.raises(EventStreamChecksumError, match="first 12 bytes"):
        decoder.close()


def test_remembered_headers_cannot_be_changed() -> None:
    decoder = FrameDecoder()
    (frame,) = decoder.feed(encode_all([HELLO]))
    frame.headers[":event-type"] = "Forged"
    assert decoder.feed(encode_all([HELLO])) == [HELLO]
    headers_of = MessageDecoder(lambda _: lambda headers, _: headers, {}, {})
    for headers in headers_of.all_of([encode_all([HELLO, HELLO])]):
        with pytest.raises(TypeError):
            cast("dict[str, HeaderValue]", headers)[":event-type"] = "Forged"


def test_more_kinds_of_messages_than_are_remembered() -> None:
    frames = [Frame({"kind": n % 150, "long": b"x" * (n % 3 * 1000)}, b"p" * n) for n in range(600)]
    decoder = FrameDecoder()
    assert decoder.feed(encode_all(frames) * 2) == frames * 2
    decoder.close()


def test_buffer_of_the_caller_can_be_used_again() -> None:
    data = encode_all([HELLO])
    buffer = bytearray(data[:50])
    decoder = FrameDecoder()
    assert decoder.feed(memoryview(buffer)) == []
    buffer[:] = bytes(50)
    assert decoder.feed(bytearray(data[50:])) == [HELLO]


def test_frame_as_value() -> None:
    assert Frame(dict(HELLO.headers), b"Hello") == HELLO
    assert Frame({}, b"Hello") != Frame({}, b"Hell")
    assert Frame({"a": 1}) != Frame({"a": 2})
    assert Frame({}) != b""
    assert repr(Frame({"a": Byte(1)}, b"secret")) == "Frame({'a': 1}, <6 bytes>)"
