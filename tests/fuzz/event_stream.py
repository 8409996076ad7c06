"""Event streams: the same however cut, encoded again to the same bytes, and as botocore reads them.

What both clients make of them is the same however cut, too.

Input: choice of cuts, how to read the rest, and the rest: a stream as it is, or header blocks that
are put into frames whose checksums are right, since no mutation finds these.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from zlib import crc32

from drawplate.errors import DrawplateError, EventStreamError
from drawplate.eventstream import Frame, FrameDecoder, encode_frame
from drawplate.http import HttpResponse
from sagemaker_runtime._operations import (
    ASYNC_INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

from tests.fuzz.target import Target, bytewise, collect, finished, pieces
from tests.runtime.frames import EMPTY, HELLO, MODEL_STREAM_ERROR, UNMODELLED_ERROR

#: The frames that came, and the class and text of the error behind them.
Seen = tuple[list[Frame], tuple[type[EventStreamError], str] | None]

Typed = tuple[list[object], tuple[type[DrawplateError], str] | None]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check(data: bytes) -> None:
    """Read one stream in three ways, and hold it against botocore and our own encoder."""
    if len(data) < 2:
        return
    stream = data[2:] if data[1] % 2 else b"".join(map(_framed, data[2:].split(b"\0\xff\0")))
    frames, failure = _read([stream])
    assert _read(pieces(stream, data[0])) == (frames, failure)
    assert _read(bytewise(stream)) == (frames, failure)
    typed = _typed([stream])
    assert _typed(pieces(stream, data[0])) == typed
    assert _typed(bytewise(stream)) == typed
    assert _awaited(pieces(stream, data[0])) == typed
    again = b"".join(encode_frame(frame.headers, frame.payload) for frame in frames)
    assert stream.startswith(again)
    assert [(_plain(frame.headers), frame.payload) for frame in frames] == _by_botocore(again)


def _framed(content: bytes) -> bytes:
    """A message: the first byte says how much of the rest is headers."""
    split = content[0] if content else 0
    block, payload = content[1 : 1 + split], content[1 + split :]
    lengths = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    message = lengths + struct.pack(">I", crc32(lengths)) + block + payload
    return message + struct.pack(">I", crc32(message))


def _read(arrivals: Iterable[bytes]) -> Seen:
    decoder = FrameDecoder()
    frames: list[Frame] = []
    try:
        for data in arrivals:
            frames += decoder.feed(data)
        decoder.close()
    except EventStreamError as error:
        return frames, (type(error), str(error))
    return frames, None


class _Reader:
    """A body whose pieces are those that arrive."""

    def __init__(self, arrivals: Sequence[bytes]) -> None:
        self._arrivals = arrivals

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._arrivals)

    def close(self) -> None:
        pass


def _typed(arrivals: Sequence[bytes]) -> Typed:
    """The events of a call whose answer this is."""
    events: list[object] = []
    parse = INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.parse
    try:
        events.extend(parse(HttpResponse(200, {}, _Reader(arrivals))).body)
    except DrawplateError as error:
        return events, (type(error), str(error))
    return events, None


class _AsyncReader:
    """The same for an async client."""

    def __init__(self, arrivals: Sequence[bytes]) -> None:
        self._arrivals = arrivals

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._arrivals:
            yield piece

    async def aclose(self) -> None:
        pass


def _awaited(arrivals: Sequence[bytes]) -> Typed:
    events: list[object] = []
    parse = ASYNC_INVOKE_ENDPOINT_WITH_RESPONSE_STREAM.parse
    try:
        finished(collect(parse(HttpResponse(200, {}, _AsyncReader(arrivals))).body, events))
    except DrawplateError as error:
        return events, (type(error), str(error))
    return events, None


def _by_botocore(stream: bytes) -> list[tuple[dict[str, object], bytes]]:
    # By name, since it has no types.
    buffer: Any = import_module("botocore.eventstream").EventStreamBuffer()
    buffer.add_data(stream)
    return [(message.headers, message.payload) for message in buffer]


def _plain(headers: dict[str, Any]) -> dict[str, object]:
    """The headers with the types that botocore gives them."""
    return {name: _plain_value(value) for name, value in headers.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(milliseconds=1)
    return value.bytes if isinstance(value, uuid.UUID) else value


_ALL_TYPES = bytes.fromhex(
    "017400016601016202ff017303010001690400011170016c0500000000fffffffe0179060002"
    "0102017a0700037374720164080000019bc1a6d980017509"
    "0123456789abcdef0123456789abcdef"
)
_EVENT = HELLO[12 : 12 + 0x59]

TARGET = Target(
    check,
    [
        b"\x01\x01" + EMPTY + HELLO + MODEL_STREAM_ERROR + UNMODELLED_ERROR,
        b"\x02\x01" + HELLO[:-1],
        b"\x03\x00" + bytes((len(_ALL_TYPES),)) + _ALL_TYPES + b"p",
        b"\x04\x00" + bytes((len(_EVENT),)) + _EVENT + b"Hello\0\xff\0\x00x",
    ],
    [
        b"\0\xff\0",
        b":message-type\x07\x00\x05event",
        b":event-type\x07\x00\x0bPayloadPart",
        *(bytes((kind,)) for kind in range(10)),
        b"\x07\x00\x00",
        b"\x06\xff\xff",
        b"\x08\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x08\x80\x00\x00\x00\x00\x00\x00\x00",
    ],
)
