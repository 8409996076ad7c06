"""Frames of `application/vnd.amazon.eventstream`: bytes in, frames out, and the other way round.

No socket is touched here. A consumer hands over whatever arrived and gets back the frames that are
complete by then:

    decoder = FrameDecoder()
    for data in arrivals:
        for frame in decoder.feed(data):
            print(frame.headers[":event-type"], frame.payload)
    decoder.close()

A frame on the wire, integers in network order (Smithy, "Amazon Event Stream Specification"):

    total length u32, headers length u32, CRC-32 of these 8 bytes,
    headers, payload, CRC-32 of everything before

Checks that the format asks of a receiver are made; limits that it leaves to the sender (16 MiB of
payload, 128 KiB of headers, 32767 bytes a value) are held by `encode_frame` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from zlib import crc32

from drawplate._event_headers import (
    MAX_HEADERS_LENGTH,
    MAX_VALUE_LENGTH,
    Byte,
    HeaderValue,
    Integer,
    Long,
    Short,
    decode_headers,
    encode_headers,
)
from drawplate._event_messages import MAX_BUFFERED_LENGTH, OVERHEAD, Arrivals, MessageDecoder
from drawplate.errors import EventStreamEncodeError, EventStreamError

__all__ = [
    "MAX_BUFFERED_LENGTH",
    "MAX_HEADERS_LENGTH",
    "MAX_PAYLOAD_LENGTH",
    "MAX_VALUE_LENGTH",
    "Byte",
    "Frame",
    "FrameDecoder",
    "HeaderValue",
    "Integer",
    "Long",
    "Short",
    "decode_headers",
    "encode_frame",
    "encode_headers",
]

MAX_PAYLOAD_LENGTH = 16 * 1024 * 1024

_LENGTHS = Struct(">II")
_U32 = Struct(">I")


class Frame:
    """One message: headers by name, in the order of the wire, and the payload."""

    __slots__ = ("_headers", "payload")

    #: Read-only while nobody has asked for them: other frames may have the same ones.
    _headers: Mapping[str, HeaderValue]
    payload: bytes

    def __init__(self, headers: dict[str, HeaderValue], payload: bytes = b"") -> None:
        self._headers = headers
        self.payload = payload

    @classmethod
    def sharing(cls, headers: Mapping[str, HeaderValue], payload: bytes) -> Frame:
        """A frame whose headers others have as well; it gets its own when they are asked for."""
        frame = object.__new__(cls)
        frame._headers = headers
        frame.payload = payload
        return frame

    @property
    def headers(self) -> dict[str, HeaderValue]:
        """The headers of this frame alone."""
        headers = self._headers
        if not isinstance(headers, dict):
            headers = self._headers = dict(headers)
        return headers

    @headers.setter
    def headers(self, headers: dict[str, HeaderValue]) -> None:
        self._headers = headers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return self.headers == other.headers and self.payload == other.payload

    def __repr__(self) -> str:
        return f"Frame({self.headers!r}, <{len(self.payload)} bytes>)"


class FrameDecoder:
    """Takes a stream apart into frames, however it was cut into arrivals.

    A message that breaks the format ends the stream: nothing after it can be trusted. The frames
    before it are always handed over first: `feed` returns them and leaves the error to the next
    call of `feed` or `close`, so do call `close` at the end of the stream. A decoder that failed
    raises its error again from every later call.

    Raises `EventStreamChecksumError` for a wrong CRC, `EventStreamParserError` for anything else
    that breaks the format, and, from `close` alone, `TruncatedStreamError`.
    """

    __slots__ = ("_arrivals", "_decoder", "_error", "_frames")

    def __init__(self) -> None:
        self._arrivals = Arrivals()
        self._decoder = MessageDecoder(lambda _: Frame.sharing, {}, {})
        self._frames = self._decoder.decode(self._arrivals)
        self._error: EventStreamError | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Take in `data` and return the frames that are complete now, maybe none.

        An empty `data` is nothing, not the end. Raises if the first message to come is broken; if
        there are frames before the broken one, returns them, and the next call raises.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)
        self._arrivals.put(data if type(data) is bytes else bytes(data))
        frames: list[Frame] = []
        try:
            for frame in self._frames:
                if frame is None:
                    break
                frames.append(frame)
        except EventStreamError as error:
            self._error = error
            if not frames:
                raise
        return frames

    def close(self) -> None:
        """Say that the stream has ended, once every frame was taken.

        Raises the error that broke the stream, or `TruncatedStreamError` if it was cut.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)
        self._decoder.check_end()


def encode_frame(headers: Mapping[str, HeaderValue], payload: bytes = b"") -> bytes:
    """Return one whole message.

    Raises `EventStreamEncodeError` as `encode_headers` does, and for more than 16 MiB of payload.
    """
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise EventStreamEncodeError(
            f"the payload has {len(payload)} bytes; at most {MAX_PAYLOAD_LENGTH} fit into a message"
        )
    block = encode_headers(headers)
    lengths = _LENGTHS.pack(OVERHEAD + len(block) + len(payload), len(block))
    prelude = lengths + _U32.pack(crc32(lengths))
    crc = crc32(payload, crc32(block, crc32(prelude)))
    return b"".join((prelude, block, payload, _U32.pack(crc)))
