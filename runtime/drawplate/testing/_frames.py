"""Writes `application/vnd.amazon.eventstream` messages, from the format's description alone.

The client under test has a codec of its own. This one shares no line with it, so that a mistake in
either shows up as a disagreement.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

HeaderValue = bool | int | bytes | str | datetime | UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Type byte and struct format of the integer types, narrowest first.
_INTEGERS = ((2, "b"), (3, "h"), (4, "i"), (5, "q"))


class Frame:
    """One event-stream message: headers in order, and a payload. Nothing about it is checked.

    An `int` header takes the narrowest of the four integer types that holds it; a `datetime` must
    be aware and is cut to milliseconds.
    """

    __slots__ = ("headers", "payload")

    def __init__(self, headers: Mapping[str, HeaderValue], payload: bytes = b"") -> None:
        self.headers = dict(headers)
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return self.headers == other.headers and self.payload == other.payload

    def __repr__(self) -> str:
        return f"Frame({self.headers}, <{len(self.payload)} bytes>)"

    def encode(self) -> bytes:
        """Return the message as it stands on the wire, both checksums included."""
        headers = b"".join(_header(name, value) for name, value in self.headers.items())
        prelude = struct.pack(">II", 16 + len(headers) + len(self.payload), len(headers))
        message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + self.payload
        return message + struct.pack(">I", zlib.crc32(message))


def event_frame(
    event_type: str, payload: bytes = b"", content_type: str = "application/octet-stream"
) -> Frame:
    """Return an event, such as `event_frame("PayloadPart", b"token")`."""
    headers = {":message-type": "event", ":event-type": event_type, ":content-type": content_type}
    return Frame(headers, payload)


def exception_frame(exception_type: str, members: Mapping[str, object]) -> Frame:
    """Return a modelled error inside a stream; `members` becomes its JSON payload."""
    headers = {
        ":message-type": "exception",
        ":exception-type": exception_type,
        ":content-type": "application/json",
    }
    return Frame(headers, json.dumps(members, separators=(",", ":")).encode())


def error_frame(code: str, message: str = "") -> Frame:
    """Return an error inside a stream that the service's model does not describe."""
    return Frame({":message-type": "error", ":error-code": code, ":error-message": message})


def event_stream_body(parts: Iterable[bytes | str | Frame]) -> bytes:
    """Return a whole stream of events: a PayloadPart for bytes and text, frames as they are.

    What the body of an answer with content type `application/vnd.amazon.eventstream` looks like.
    """
    return b"".join(as_frame(part).encode() for part in parts)


def as_frame(part: bytes | str | Frame) -> Frame:
    """Return a part of a stream as the frame that carries it."""
    if isinstance(part, Frame):
        return part
    return event_frame("PayloadPart", part.encode() if isinstance(part, str) else part)


def _header(name: str, value: HeaderValue) -> bytes:
    encoded = name.encode()
    return struct.pack(">B", len(encoded)) + encoded + _value(value)


def _value(value: HeaderValue) -> bytes:
    if isinstance(value, bool):
        return b"\x00" if value else b"\x01"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, bytes):
        return struct.pack(">BH", 6, len(value)) + value
    if isinstance(value, str):
        encoded = value.encode()
        return struct.pack(">BH", 7, len(encoded)) + encoded
    if isinstance(value, datetime):
        return struct.pack(">Bq", 8, (value - _EPOCH) // timedelta(milliseconds=1))
    return b"\x09" + value.bytes


def _integer(value: int) -> bytes:
    for kind, width in _INTEGERS:
        bits = struct.calcsize(width) * 8 - 1
        if -(1 << bits) <= value < 1 << bits:
            return struct.pack(f">B{width}", kind, value)
    raise ValueError(f"{value} does not fit into the 64 bits of an event-stream integer")
