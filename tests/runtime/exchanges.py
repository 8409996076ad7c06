"""One response through the decoder of `drawplate.http1`, in the arrivals of a test's choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from drawplate.errors import NetworkingError, TruncatedBodyError
from drawplate.http1 import ResponseDecoder

WHERE = "host.example:443"
ADVICE = "check that the endpoint, and a proxy in between, speak HTTP/1.1"
BROKEN_CHUNKS = (
    TruncatedBodyError,
    f"http response body truncated, broken off inside its chunks (from {WHERE})",
)
CHUNKED = {"transfer-encoding": "chunked"}


@dataclass(frozen=True)
class Seen:
    """Everything that a decoder tells of a response."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    trailers: Mapping[str, str] = field(default_factory=dict[str, str])
    interim: tuple[int, ...] = ()
    ended: bool = True
    reusable: bool = True
    error: tuple[type[NetworkingError], str] | None = None


def read(arrivals: Iterable[bytes], method: str = "POST", *, closes: bool = False) -> Seen:
    """Read one response as a transport would; `closes` says what the peer does after it."""
    decoder = ResponseDecoder(method, WHERE)
    body = b""
    failure: tuple[type[NetworkingError], str] | None = None
    try:
        for data in arrivals:
            body += b"".join(decoder.feed(data))
            if decoder.error is not None:
                raise decoder.error
        if closes:
            assert decoder.eof() == []
    except NetworkingError as error:
        failure = (type(error), str(error))
    kept = decoder.error
    assert failure == (None if kept is None else (type(kept), str(kept)))
    return Seen(
        decoder.status,
        decoder.headers,
        body,
        decoder.trailers,
        decoder.interim,
        decoder.ended,
        decoder.reusable,
        failure,
    )


def bytewise(wire: bytes) -> list[bytes]:
    return [wire[i : i + 1] for i in range(len(wire))]


def cuts(wire: bytes) -> Iterator[list[bytes]]:
    """The wire whole, byte by byte, with nothing in between, and in every two parts."""
    yield [wire]
    yield bytewise(wire)
    yield [b"", *[part for byte in bytewise(wire) for part in (byte, b"")]]
    for at in range(1, len(wire)):
        yield [wire[:at], wire[at:]]


def head(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join([status, *lines, b"", b""])


def chunked(*parts: bytes) -> bytes:
    return head(b"Transfer-Encoding: chunked") + b"".join(parts)


def length(value: bytes) -> bytes:
    return head(b"Content-Length: " + value)


def halves(wire: bytes) -> list[list[bytes]]:
    """Fewer cuts for longer ones."""
    bounds = [60, len(wire) // 2, *range(len(wire) - 9, len(wire))]
    return [[wire], bytewise(wire), *([wire[:at], wire[at:]] for at in bounds)]
