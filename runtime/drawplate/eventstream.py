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

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from drawplate.errors import (
    EventStreamChecksumError,
    EventStreamEncodeError,
    EventStreamError,
    EventStreamParserError,
    TruncatedStreamError,
)

if TYPE_CHECKING:
    from uuid import UUID

#: What a header can hold. A datetime is aware, and exact to the millisecond on the wire.
HeaderValue: TypeAlias = "bool | int | bytes | str | datetime | UUID"

MAX_HEADERS_LENGTH = 128 * 1024
MAX_PAYLOAD_LENGTH = 16 * 1024 * 1024
MAX_VALUE_LENGTH = 32767
#: The longest message that a decoder will buffer, in bytes.
MAX_BUFFERED_LENGTH = 24 * 1024 * 1024 + MAX_HEADERS_LENGTH + 16

_PRELUDE = Struct(">III")
_LENGTHS = Struct(">II")
_U16 = Struct(">H")
_U32 = Struct(">I")
_I64 = Struct(">q")
_PRELUDE_LENGTH = 12
_OVERHEAD = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_REMEMBERED_PRELUDES = 256
_REMEMBERED_HEADERS = 64
_LONGEST_REMEMBERED = 1024


class Byte(int):
    """An int that is one byte on the wire (type 2): -128 to 127."""

    __slots__ = ()


class Short(int):
    """An int that is two bytes on the wire (type 3): -32768 to 32767."""

    __slots__ = ()


class Integer(int):
    """An int that is four bytes on the wire (type 4), as any plain int that fits."""

    __slots__ = ()


class Long(int):
    """An int that is eight bytes on the wire (type 5), as any plain int beyond 32 bits."""

    __slots__ = ()


class Frame:
    """One message: headers by name, in the order of the wire, and the payload."""

    __slots__ = ("headers", "payload")

    def __init__(self, headers: dict[str, HeaderValue], payload: bytes = b"") -> None:
        self.headers = headers
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        return self.headers == other.headers and self.payload == other.payload

    def __repr__(self) -> str:
        return f"Frame({self.headers!r}, <{len(self.payload)} bytes>)"


class FrameDecoder:
    """Takes a stream apart into frames, however it was cut into arrivals.

    A message that breaks the format ends the stream: nothing after it can be trusted. The frames
    before it are always handed over first. `messages` yields them and then raises; `feed` returns
    them and leaves the error to the next call of `feed` or `close`, so do call `close` at the end
    of the stream. A decoder that failed raises its error again from every later call.

    Raises `EventStreamChecksumError` for a wrong CRC, `EventStreamParserError` for anything else
    that breaks the format, and, from `close` alone, `TruncatedStreamError`.
    """

    __slots__ = ("_arrivals", "_buffer", "_error", "_headers", "_missing", "_position", "_preludes")

    def __init__(self) -> None:
        #: The next message begins at `_buffer[_position]`; `_arrivals` come after the buffer.
        self._buffer = b""
        self._position = 0
        self._arrivals: list[bytes] = []
        #: How many more bytes have to arrive before it pays to look again.
        self._missing = _PRELUDE_LENGTH
        self._error: EventStreamError | None = None
        #: Streams repeat themselves: a prelude is checked once and a header block parsed once.
        self._preludes: dict[bytes, tuple[int, int, int]] = {}
        self._headers: dict[bytes, MappingProxyType[str, HeaderValue]] = {}

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Take in `data` and return the frames that are complete now, maybe none.

        An empty `data` is nothing, not the end. Raises if the first message to come is broken; if
        there are frames before the broken one, returns them, and the next call raises.
        """
        frames: list[Frame] = []
        try:
            for headers, payload in self.messages(data):
                frames.append(Frame(headers.copy(), payload))
        except EventStreamError:
            if not frames:
                raise
        return frames

    def messages(
        self, data: bytes | bytearray | memoryview
    ) -> Iterator[tuple[MappingProxyType[str, HeaderValue], bytes]]:
        """Take in `data` and return an iterator over headers and payload of each complete message.

        Cheaper than `feed`: headers are read-only, and messages with equal headers share them. An
        iterator that is dropped loses nothing: the next one begins with what it did not yield.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)
        if type(data) is not bytes:
            data = bytes(data)
        self._missing -= len(data)
        if self._missing > 0:
            if data:
                self._arrivals.append(data)
        elif self._buffer or self._arrivals:
            self._buffer = b"".join((self._buffer[self._position :], *self._arrivals, data))
            self._position = 0
            self._arrivals.clear()
        else:
            self._buffer = data
        return self._read()

    def close(self) -> None:
        """Say that the stream has ended, once every frame was taken.

        Raises the error that broke the stream, or `TruncatedStreamError` if it was cut.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)
        buffered = len(self._buffer) - self._position + sum(map(len, self._arrivals))
        if buffered:
            raise TruncatedStreamError(
                f"the event stream ended inside a message, {buffered} bytes into it",
                buffered=buffered,
            )

    def _read(self) -> Iterator[tuple[MappingProxyType[str, HeaderValue], bytes]]:
        try:
            # All state is read anew after each yield, for another iterator may have moved on.
            while self._missing <= 0:
                buffer, start = self._buffer, self._position
                available = len(buffer) - start
                if available < _PRELUDE_LENGTH:
                    self._missing = _PRELUDE_LENGTH - available
                    if not available:
                        self._buffer, self._position = b"", 0
                    return
                prelude = buffer[start : start + _PRELUDE_LENGTH]
                checked = self._preludes.get(prelude) or self._check_prelude(prelude)
                total, headers_length, crc = checked
                if available < total:
                    self._missing = total - available
                    return
                headers_end = start + _PRELUDE_LENGTH + headers_length
                payload_end = start + total - 4
                block = buffer[start + _PRELUDE_LENGTH : headers_end]
                payload = buffer[headers_end:payload_end]
                if crc32(payload, crc32(block, crc)) != _U32.unpack_from(buffer, payload_end)[0]:
                    raise EventStreamChecksumError(
                        f"a message of {total} bytes does not match its CRC: "
                        "it was damaged on its way, so the stream cannot be read on"
                    )
                headers = self._headers.get(block)
                if headers is None:
                    headers = self._parse_headers(block)
                self._position = start + total
                yield headers, payload
        except EventStreamError as error:
            self._error = error
            raise

    def _check_prelude(self, prelude: bytes) -> tuple[int, int, int]:
        """Return total length, length of the headers, and the message's CRC so far."""
        total, headers_length, expected = _PRELUDE.unpack(prelude)
        if crc32(prelude[:8]) != expected:
            raise EventStreamChecksumError(
                "the first 12 bytes of a message do not match their CRC: they were damaged "
                "on the way, or the stream is not application/vnd.amazon.eventstream"
            )
        if not _OVERHEAD <= total <= MAX_BUFFERED_LENGTH:
            raise EventStreamParserError(
                f"a message announces {total} bytes; "
                f"{_OVERHEAD} to {MAX_BUFFERED_LENGTH} can be taken in"
            )
        if headers_length > total - _OVERHEAD:
            raise EventStreamParserError(
                f"a message of {total} bytes announces {headers_length} bytes of headers"
            )
        if len(self._preludes) >= _REMEMBERED_PRELUDES:
            self._preludes.clear()
        checked = self._preludes[prelude] = (total, headers_length, crc32(prelude))
        return checked

    def _parse_headers(self, block: bytes) -> MappingProxyType[str, HeaderValue]:
        headers = MappingProxyType(decode_headers(block))
        if len(block) <= _LONGEST_REMEMBERED:
            if len(self._headers) >= _REMEMBERED_HEADERS:
                self._headers.clear()
            self._headers[block] = headers
        return headers


def decode_headers(block: bytes) -> dict[str, HeaderValue]:
    """Return the headers of an encoded header block.

    Integers other than of type 4 come back as `Byte`, `Short` and `Long`, so that encoding them
    again gives the same bytes. Raises `EventStreamParserError` for a block that is cut off, a type
    that is unknown, a name that is empty or given twice, and a value that its type cannot mean.
    """
    headers: dict[str, HeaderValue] = {}
    position, end = 0, len(block)
    while position < end:
        start = position
        type_at = start + 1 + block[start]
        if type_at >= end:
            raise EventStreamParserError(f"the header at byte {start} of the headers is cut off")
        kind = block[type_at]
        position = type_at + 1
        if kind not in _VALUES:
            raise EventStreamParserError(
                f"the header at byte {start} of the headers has the unknown type {kind}"
            )
        size, decode = _VALUES[kind]
        if size is None:
            size = int.from_bytes(block[position : position + 2], "big")
            position += 2
        if position + size > end:
            raise EventStreamParserError(f"the header at byte {start} of the headers is cut off")
        try:
            name = block[start + 1 : type_at].decode()
            value = decode(block[position : position + size])
        except (UnicodeDecodeError, OverflowError):
            raise EventStreamParserError(
                f"the header at byte {start} of the headers has a name or text that is not UTF-8, "
                "or a timestamp outside the years 1 to 9999"
            ) from None
        if not name or name in headers:
            raise EventStreamParserError(
                f"the header at byte {start} of the headers has "
                + (f"the name {name!r} of an earlier one" if name else "an empty name")
            )
        headers[name] = value
        position += size
    return headers


def encode_headers(headers: Mapping[str, HeaderValue]) -> bytes:
    """Return the header block for `headers`, the inverse of `decode_headers`.

    A plain int takes four bytes if it fits and else eight; `Byte`, `Short`, `Integer` and `Long`
    choose. Datetimes are cut to whole milliseconds. Raises `EventStreamEncodeError` for a name or
    value that the format cannot hold, and for more than 128 KiB in all.
    """
    parts: list[bytes] = []
    for name, value in headers.items():
        octets = _encode_text(name, name)
        if not 1 <= len(octets) <= 255:
            raise EventStreamEncodeError(
                f"header {name[:40]!r}: the name has {len(octets)} bytes in UTF-8; 1 to 255 fit"
            )
        parts += (bytes((len(octets),)), octets, _encode_value(name, value))
    block = b"".join(parts)
    if len(block) > MAX_HEADERS_LENGTH:
        raise EventStreamEncodeError(
            f"the headers take {len(block)} bytes; at most {MAX_HEADERS_LENGTH} fit into a message"
        )
    return block


def encode_frame(headers: Mapping[str, HeaderValue], payload: bytes = b"") -> bytes:
    """Return one whole message.

    Raises `EventStreamEncodeError` as `encode_headers` does, and for more than 16 MiB of payload.
    """
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise EventStreamEncodeError(
            f"the payload has {len(payload)} bytes; at most {MAX_PAYLOAD_LENGTH} fit into a message"
        )
    block = encode_headers(headers)
    lengths = _LENGTHS.pack(_OVERHEAD + len(block) + len(payload), len(block))
    prelude = lengths + _U32.pack(crc32(lengths))
    crc = crc32(payload, crc32(block, crc32(prelude)))
    return b"".join((prelude, block, payload, _U32.pack(crc)))


def _encode_value(name: str, value: object) -> bytes:
    """Return the type and the value, as they follow the name."""
    if isinstance(value, bool):
        return b"\0" if value else b"\1"
    if isinstance(value, int):
        kind, width = _WIDTHS.get(type(value)) or ((4, 4) if -(2**31) <= value < 2**31 else (5, 8))
        try:
            return bytes((kind,)) + value.to_bytes(width, "big", signed=True)
        except OverflowError:
            raise EventStreamEncodeError(
                f"header {name!r}: the {type(value).__name__} does not fit into {width} bytes"
            ) from None
    if isinstance(value, bytes):
        return _encode_sized(6, name, value)
    if isinstance(value, str):
        return _encode_sized(7, name, _encode_text(name, value))
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise EventStreamEncodeError(
                f"header {name!r}: the datetime has no time zone; pass an aware one"
            )
        return b"\x08" + _I64.pack((value - _EPOCH) // _MILLISECOND)
    # Imported here, for a header is almost never a UUID.
    from uuid import UUID

    if isinstance(value, UUID):
        return b"\x09" + value.bytes
    raise EventStreamEncodeError(
        f"header {name!r}: a {type(value).__name__} cannot be a header; "
        "bool, int, bytes, str, datetime and UUID can"
    )


def _encode_sized(kind: int, name: str, octets: bytes) -> bytes:
    if len(octets) > MAX_VALUE_LENGTH:
        raise EventStreamEncodeError(
            f"header {name!r}: the value has {len(octets)} bytes; at most {MAX_VALUE_LENGTH} fit"
        )
    return bytes((kind,)) + _U16.pack(len(octets)) + octets


def _encode_text(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EventStreamEncodeError(
            f"header {name!r}: the text holds half a surrogate pair, which UTF-8 cannot"
        ) from None


def _decode_timestamp(octets: bytes) -> datetime:
    return _EPOCH + int.from_bytes(octets, "big", signed=True) * _MILLISECOND


def _decode_uuid(octets: bytes) -> UUID:
    # Imported here, for a header is almost never a UUID.
    from uuid import UUID

    return UUID(bytes=octets)


#: By type: how many bytes a value takes, None where a length stands before it, and what it means.
_VALUES: dict[int, tuple[int | None, Callable[[bytes], HeaderValue]]] = {
    0: (0, lambda _: True),
    1: (0, lambda _: False),
    2: (1, lambda octets: Byte.from_bytes(octets, "big", signed=True)),
    3: (2, lambda octets: Short.from_bytes(octets, "big", signed=True)),
    4: (4, lambda octets: int.from_bytes(octets, "big", signed=True)),
    5: (8, lambda octets: Long.from_bytes(octets, "big", signed=True)),
    6: (None, bytes),
    7: (None, bytes.decode),
    8: (8, _decode_timestamp),
    9: (16, _decode_uuid),
}
_WIDTHS: dict[type, tuple[int, int]] = {Byte: (2, 1), Short: (3, 2), Integer: (4, 4), Long: (5, 8)}
