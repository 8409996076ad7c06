"""The local endpoint's own frames, against known bytes and another decoder."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import drawplate.testing
import pytest
from drawplate.testing import (
    Frame,
    error_frame,
    event_frame,
    event_stream_body,
    exception_frame,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.wire import botocore_eventstream

# event-streams.md section 1
VECTORS = {
    "empty": (Frame({}), "000000100000000005c248eb7d98c8ff"),
    "all types": (
        Frame(
            {
                "t": True,
                "f": False,
                "b": -1,
                "s": 256,
                "i": 70000,
                "l": 4294967294,
                "y": b"\x01\x02",
                "z": "str",
                "d": datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC),
                "u": UUID("0123456789abcdef0123456789abcdef"),
            },
            b"p",
        ),
        "0000005f0000004e4e05ebe4017400016601016202ff017303010001690400011170016c0500000000fffffffe"
        "01790600020102017a0700037374720164080000019bc1a6d9800175090123456789abcdef0123456789abcdef"
        "705c9cb89b",
    ),
    "part": (
        event_frame("PayloadPart", b"Hello"),
        "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
        "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
        "637465742d73747265616d48656c6c6ff7c3a006",
    ),
    "model error": (
        exception_frame("ModelStreamError", {"Message": "boom", "ErrorCode": "StreamBroken"}),
        "0000009b0000005e4f27b59b0d3a6d6573736167652d74797065070009657863657074696f6e0f3a6578636570"
        "74696f6e2d747970650700104d6f64656c53747265616d4572726f720d3a636f6e74656e742d74797065070010"
        "6170706c69636174696f6e2f6a736f6e7b224d657373616765223a22626f6f6d222c224572726f72436f646522"
        "3a2253747265616d42726f6b656e227d21e3df89",
    ),
    "internal failure": (
        exception_frame("InternalStreamFailure", {"Message": "oops"}),
        "0000008500000063c89fd0690d3a6d6573736167652d74797065070009657863657074696f6e0f3a6578636570"
        "74696f6e2d74797065070015496e7465726e616c53747265616d4661696c7572650d3a636f6e74656e742d7479"
        "70650700106170706c69636174696f6e2f6a736f6e7b224d657373616765223a226f6f7073227d6c2df80c",
    ),
    "unmodelled error": (
        error_frame("InternalError", "boom"),
        "0000005800000048154692c10d3a6d6573736167652d747970650700056572726f720b3a6572726f722d636f64"
        "6507000d496e7465726e616c4572726f720e3a6572726f722d6d657373616765070004626f6f6d961cb456",
    ),
}

INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1)
HEADERS = st.dictionaries(
    st.text(min_size=1, max_size=40),
    st.booleans() | INTEGERS | st.binary(max_size=40) | st.text(max_size=40),
    max_size=6,
)


@pytest.mark.parametrize("name", VECTORS)
def test_event_stream_vectors_are_met_byte_for_byte(name: str) -> None:
    frame, expected = VECTORS[name]
    assert frame.encode().hex() == expected


@given(headers=HEADERS, payload=st.binary(max_size=200))
def test_another_decoder_reads_what_was_written(
    headers: dict[str, bool | int | bytes | str], payload: bytes
) -> None:
    buffer = botocore_eventstream.EventStreamBuffer()
    buffer.add_data(Frame(headers, payload).encode())
    (event,) = buffer
    assert (event.headers, event.payload) == (headers, payload)


@given(
    moment=st.datetimes(
        datetime(1900, 1, 1),
        datetime(2200, 1, 1),
        timezones=st.just(UTC),
    )
)
def test_a_time_is_written_in_whole_milliseconds(moment: datetime) -> None:
    buffer = botocore_eventstream.EventStreamBuffer()
    buffer.add_data(Frame({"at": moment}).encode())
    (event,) = buffer
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert timedelta(0) <= moment - epoch - timedelta(milliseconds=event.headers["at"])
    assert moment - epoch - timedelta(milliseconds=event.headers["at"]) < timedelta(milliseconds=1)


def test_an_integer_of_more_than_64_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        Frame({"n": 1 << 63}).encode()


def test_frames_are_equal_by_headers_and_payload() -> None:
    assert event_frame("PayloadPart", b"a") == event_frame("PayloadPart", b"a")
    assert event_frame("PayloadPart", b"a") != event_frame("PayloadPart", b"b")
    assert repr(Frame({"a": 1}, b"secret")) == "Frame({'a': 1}, <6 bytes>)"


def test_a_whole_stream_is_made_of_parts_and_frames() -> None:
    parts: list[bytes | str | Frame]
    parts = [b"Hello", "Hello", error_frame("InternalError", "boom"), Frame({})]
    expected = [VECTORS[name][1] for name in ("part", "part", "unmodelled error", "empty")]
    assert event_stream_body(parts) == bytes.fromhex("".join(expected))
    assert event_stream_body([]) == b""


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            yield node.module


def test_the_local_endpoint_shares_no_code_with_the_client() -> None:
    folder = Path(drawplate.testing.__file__).parent
    imports = {name for path in folder.glob("*.py") for name in imported_modules(path)}
    foreign = {name for name in imports if name.split(".")[0] not in sys.stdlib_module_names}
    own = {f"drawplate.testing.{path.stem}" for path in folder.glob("_[a-z]*.py")}
    assert foreign == own
