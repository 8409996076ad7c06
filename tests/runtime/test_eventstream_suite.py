"""The frame codec against outside vectors of whole messages and of header blocks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from drawplate.errors import EventStreamError, EventStreamParserError, TruncatedStreamError
from drawplate.eventstream import (
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

from tests.support import read_json, suite_path

Case = dict[str, Any]


def cases(name: str) -> list[Any]:
    found: list[Case] = read_json(suite_path("event-stream-tests", f"{name}.json"))
    return [pytest.param(case, id=f"event_stream-{name}-{case['id']}") for case in found]


def encoded(case: Case) -> bytes:
    if "generate" in case:
        made = case["generate"]
        filling: bytes = bytes.fromhex(made["fill_byte_hex"]) * made["fill_count"]
        return bytes.fromhex(made["prefix_hex"]) + filling + bytes.fromhex(made["suffix_hex"])
    if "encoded_hex" in case:
        return bytes.fromhex(case["encoded_hex"])
    return base64.b64decode(case["encoded_base64"])


def header_value(kind: str, value: Any) -> HeaderValue:
    match kind:
        case "boolean":
            return bool(value)
        case "byte":
            return Byte(value)
        case "short":
            return Short(value)
        case "integer":
            return Integer(value)
        case "long":
            return Long(value)
        case "blob":
            return base64.b64decode(value)
        case "string":
            return str(value)
        case "timestamp":
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
        case "uuid":
            return UUID(value)
        case _:
            raise LookupError(f"the suite names a header type that is not known: {kind}")


def headers_of(case: Case) -> dict[str, HeaderValue]:
    return {h["name"]: header_value(h["type"], h["value"]) for h in case["headers"]}


def typed(headers: dict[str, HeaderValue]) -> list[tuple[str, type, HeaderValue]]:
    """Spell out types and order, for 1 == True == Byte(1); a plain int is an Integer."""
    return [
        (name, Integer if type(value) is int else type(value), value)
        for name, value in headers.items()
    ]


def decode(data: bytes, step: int) -> list[Frame]:
    """Decode a whole stream that arrives in pieces of `step` bytes."""
    decoder = FrameDecoder()
    frames: list[Frame] = []
    for start in range(0, len(data), step):
        frames += decoder.feed(data[start : start + step])
    decoder.close()
    return frames


@pytest.mark.parametrize("step", [1, 7, 1 << 30])
@pytest.mark.parametrize("case", cases("messages-positive"))
def test_event_stream_message_decodes(case: Case, step: int) -> None:
    frames = decode(encoded(case), step)
    assert frames == [Frame(headers_of(case), base64.b64decode(case["payload_base64"]))]
    assert typed(frames[0].headers) == typed(headers_of(case))


@pytest.mark.parametrize("case", cases("messages-positive"))
def test_event_stream_message_encodes(case: Case) -> None:
    payload = base64.b64decode(case["payload_base64"])
    assert encode_frame(headers_of(case), payload) == encoded(case)
    (frame,) = FrameDecoder().feed(encoded(case))
    assert encode_frame(frame.headers, frame.payload) == encoded(case)


@pytest.mark.parametrize("step", [1, 7, 1 << 30])
@pytest.mark.parametrize("case", cases("messages-negative"))
def test_event_stream_message_is_refused(case: Case, step: int) -> None:
    with pytest.raises(EventStreamError):
        decode(encoded(case), step)


@pytest.mark.parametrize("case", cases("messages-disputed"))
def test_event_stream_disputed_message(case: Case) -> None:
    # The sender's limits are not ours to check: what is whole and sound is taken, of any size.
    data = encoded(case)
    if len(data) < int.from_bytes(data[:4], "big"):
        with pytest.raises(TruncatedStreamError):
            decode(data, 1 << 16)
        return
    headers_end = 12 + int.from_bytes(data[4:8], "big")
    expected = Frame(decode_headers(data[12:headers_end]), data[headers_end:-4])
    assert decode(data, 1 << 16) == [expected]


@pytest.mark.parametrize("case", cases("headers-positive"))
def test_event_stream_headers(case: Case) -> None:
    block = encoded(case)
    assert typed(decode_headers(block)) == typed(headers_of(case))
    assert encode_headers(headers_of(case)) == block
    assert encode_headers(decode_headers(block)) == block


@pytest.mark.parametrize("case", cases("headers-negative"))
def test_event_stream_headers_are_refused(case: Case) -> None:
    if "header" in case:
        header = case["header"]
        with pytest.raises(ValueError, match=r".+"):
            encode_headers({header["name"]: header_value(header["type"], header["value"])})
    else:
        with pytest.raises(EventStreamParserError):
            decode_headers(encoded(case))
