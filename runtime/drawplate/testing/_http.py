"""HTTP/1.1 as a server sees it: strict reading of requests, and answers as blocks of bytes.

Source: RFC 9112. A request that breaks the format is refused and never repaired, since a client
that sends it has a fault to find.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Literal

#: Most bytes that a request line and its header fields may take together.
HEAD_LIMIT = 65536

#: How an answer whose body is an iterator ends: by chunks, by Content-Length, by closing.
Framing = Literal["chunked", "length", "close"]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9]+")
_HEX = re.compile(rb"[0-9A-Fa-f]+")


class ReceivedRequest:
    """One request as it arrived.

    `target` is path and query as they stood in the request line. `fields` holds the header fields
    in order and with their own case; `headers` has lower-case names, with repeated fields joined
    by ", ". Bytes outside ASCII are one character each (Latin-1). `body` is free of chunk framing.
    """

    __slots__ = ("body", "fields", "headers", "method", "target", "version")

    def __init__(
        self, method: str, target: str, version: str, fields: tuple[tuple[str, str], ...]
    ) -> None:
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
        self.headers: dict[str, str] = {}
        for name, value in fields:
            before = self.headers.get(name.lower())
            self.headers[name.lower()] = value if before is None else f"{before}, {value}"
        self.body = b""

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def persistent(self) -> bool:
        """Whether the client leaves the connection open after the answer."""
        options = self.headers.get("connection", "").lower()
        return self.version == "HTTP/1.1" and "close" not in options

    def __repr__(self) -> str:
        return f"ReceivedRequest({self.method!r}, {self.target!r}, <{len(self.body)} bytes>)"


class HttpError(Exception):
    """A request that is not acceptable as HTTP; `status` answers it and the connection closes."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class RequestReader:
    """Reads one request after another from a connection."""

    def __init__(self, connection: socket.socket, body_limit: int) -> None:
        self._connection = connection
        self._body_limit = body_limit
        self._buffer = bytearray()

    def read(self) -> ReceivedRequest | None:
        """Return the next request, or None when the client has closed before its head was whole.

        Raises `HttpError`, and `ConnectionError` when the client closes inside a body.
        """
        while (end := self._buffer.find(b"\r\n\r\n")) < 0 and len(self._buffer) <= HEAD_LIMIT:
            try:
                self._fill()
            except ConnectionError:
                return None
        if not 0 <= end <= HEAD_LIMIT:
            raise HttpError(431)
        request = _parse_head(self._take(end))
        self._take(4)
        length = self._announced_length(request)
        if length != 0 and "expect" in request.headers:
            if request.headers["expect"].lower() != "100-continue":
                raise HttpError(417)
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = self._chunks() if length is None else self._exactly(length)
        return request

    def _announced_length(self, request: ReceivedRequest) -> int | None:
        """Length of the body, None for a chunked one."""
        coding = request.headers.get("transfer-encoding")
        length = request.headers.get("content-length")
        if coding is not None:
            if length is not None:
                raise HttpError(400)
            if coding.lower() != "chunked":
                raise HttpError(501)
            return None
        if length is None:
            return 0
        if not _DIGITS.fullmatch(length):
            raise HttpError(400)
        if int(length) > self._body_limit:
            raise HttpError(413)
        return int(length)

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > self._body_limit:
                raise HttpError(413)
            body += self._exactly(size)
            if self._exactly(2) != b"\r\n":
                raise HttpError(400)
        while self._line():
            pass  # trailer fields mean nothing here
        return bytes(body)

    def _chunk_size(self) -> int:
        digits = self._line().partition(b";")[0].strip(b" \t")
        if not _HEX.fullmatch(digits):
            raise HttpError(400)
        return int(digits, 16)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > HEAD_LIMIT:
                raise HttpError(431)
            self._fill()
        line = self._take(end)
        self._take(2)
        return line

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._fill()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _fill(self) -> None:
        received = self._connection.recv(65536)
        if not received:
            raise ConnectionError("the client closed the connection")
        self._buffer += received


def _parse_head(head: bytes) -> ReceivedRequest:
    request_line, *lines = head.split(b"\r\n")
    parts = request_line.split(b" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or _CONTROL.search(request_line):
        raise HttpError(400)
    method, target, version = (part.decode("latin-1") for part in parts)
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise HttpError(505)
    if method in ("HEAD", "CONNECT"):  # their answers are framed differently
        raise HttpError(501)
    if target.lower().startswith("http://"):  # RFC 9112 section 3.2.2
        target = "/" + target[7:].partition("/")[2]
    if not target.startswith("/"):
        raise HttpError(400)
    request = ReceivedRequest(method, target, version, tuple(map(_parse_field, lines)))
    hosts = [value for name, value in request.fields if name.lower() == "host"]
    if len(hosts) != 1 and version == "HTTP/1.1":
        raise HttpError(400)
    return request


def _parse_field(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise HttpError(400)
    return name.decode("latin-1"), value.strip(b" \t").decode("latin-1")


class Pause:
    """A step of an answer: nothing is sent until `until` is set. `reached` is set on arrival."""

    __slots__ = ("reached", "until")

    def __init__(self, until: threading.Event, reached: threading.Event) -> None:
        self.until = until
        self.reached = reached


class Wait:
    """A step of an answer: nothing is sent for so many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class HangUp:
    """A step of an answer: the connection ends here, in order or with a reset.

    With `refuse` all others end as well, and the endpoint listens no more.
    """

    __slots__ = ("refuse", "reset")

    def __init__(self, *, reset: bool, refuse: bool = False) -> None:
        self.reset = reset
        self.refuse = refuse


Step = bytes | Pause | Wait | HangUp


class Reply:
    """One answer. A body of bytes goes out with its length, an iterator as `framing` says.

    `on_wire` rewrites the blocks that are sent (the head first, then the body as framed);
    `on_done` is called once when the answer is over, however it ended. A header value that does
    not fit into a field raises `ValueError`.
    """

    __slots__ = ("body", "framing", "headers", "on_done", "on_wire", "status")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes] = b"",
        *,
        framing: Framing = "length",
    ) -> None:
        for name, value in headers.items():
            if _CONTROL.search(value.encode("latin-1")):
                raise ValueError(f"header {name} has a control character in its value")
        self.status = status
        self.headers = dict(headers)
        self.body = body
        self.framing: Framing = framing
        self.on_wire: Callable[[Iterator[bytes]], Iterator[Step]] | None = None
        self.on_done: Callable[[], None] | None = None

    def pieces(self) -> Iterator[bytes]:
        """Return the body piece by piece, before framing: the frames of a stream."""
        return iter((self.body,)) if isinstance(self.body, bytes) else self.body

    def blocks(self, *, persistent: bool) -> Iterator[bytes]:
        """Return what goes on the wire: the head, then the body as framed."""
        headers = dict(self.headers)
        pieces = self.pieces()
        if self.framing == "length":
            body = b"".join(pieces)
            headers.setdefault("Content-Length", str(len(body)))
            pieces = iter((body,))
        elif self.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
        if not persistent:
            headers["Connection"] = "close"
        yield _encode_head(self.status, headers)
        if self.framing != "chunked":
            yield from pieces
            return
        for piece in pieces:
            if piece:  # an empty chunk would end the body
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"


def refusal(status: int) -> bytes:
    """Return the whole answer to a request that is not acceptable as HTTP."""
    return _encode_head(status, {"Content-Length": "0", "Connection": "close"})


def _encode_head(status: int, headers: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unassigned"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{n}: {v}" for n, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")
