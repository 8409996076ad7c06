"""Headers of event-stream messages: a block of bytes, and names with typed values.

Smithy, "Amazon Event Stream Specification": each header is the length of its name, the name, a type
and a value, with its length before it where the type has none of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import TYPE_CHECKING, TypeAlias

from drawplate.errors import EventStreamEncodeError, EventStreamParserError

if TYPE_CHECKING:
    from uuid import UUID

#: What a header can hold. A datetime is aware, and exact to the millisecond on the wire.
HeaderValue: TypeAlias = "bool | int | bytes | str | datetime | UUID"

MAX_HEADERS_LENGTH = 128 * 1024
MAX_VALUE_LENGTH = 32767

_U16 = Struct(">H")
_I64 = Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


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
