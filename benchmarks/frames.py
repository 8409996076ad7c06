"""Event-stream messages for the server to send and for decoders to take apart."""

from __future__ import annotations

from struct import pack
from zlib import crc32

_HEADERS = {
    ":event-type": "PayloadPart",
    ":content-type": "application/octet-stream",
    ":message-type": "event",
}
_BLOCK = b"".join(
    pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), 7, len(value), value.encode())
    for name, value in _HEADERS.items()
)


def payload_part(payload: bytes) -> bytes:
    """Return one whole `PayloadPart` message."""
    lengths = pack(">II", 16 + len(_BLOCK) + len(payload), len(_BLOCK))
    message = lengths + pack(">I", crc32(lengths)) + _BLOCK + payload
    return message + pack(">I", crc32(message))


def payload_parts(count: int, size: int) -> list[bytes]:
    """Return messages with payloads of `size` bytes, no two of them alike."""
    return [payload_part((b"%d " % number).ljust(size, b"x")[:size]) for number in range(count)]
