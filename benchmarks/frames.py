"""Event-stream messages for the server to send and for decoders to take apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import pack, unpack_from
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


def arrivals(count: int, size: int, piece: int) -> list[bytes]:
    """Return the bytes of `count` messages in pieces, as a network hands them over."""
    data = b"".join(payload_parts(count, size))
    return [data[at : at + piece] for at in range(0, len(data), piece)]


class Splitter:
    """The least that tells payloads apart: lengths are believed, nothing is checked."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the payloads of the messages that are complete with these bytes."""
        buffer = self._rest + data if self._rest else data
        at, end = 0, len(buffer)
        while end - at >= 12:
            total, headers = unpack_from(">II", buffer, at)
            if end - at < total:
                break
            yield buffer[at + 12 + headers : at + total - 4]
            at += total
        self._rest = buffer[at:]


def payloads(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the payloads of messages that arrive in chunks."""
    splitter = Splitter()
    for chunk in chunks:
        yield from splitter.feed(chunk)
