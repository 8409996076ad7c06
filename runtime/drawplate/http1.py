"""HTTP/1.1 as a client speaks it: requests to bytes, and bytes to responses (RFC 9112).

No socket is touched here; both transports stand on this. One decoder takes one response apart,
however it was cut into arrivals:

    connection.sendall(encode_head("POST", "/x", "example.com", fields, len(body)) + body)
    decoder = ResponseDecoder("POST", "example.com:443")
    while not decoder.ended:
        if decoder.error is not None:
            raise decoder.error
        data = connection.recv(65536)
        for piece in decoder.feed(data) if data else decoder.eof():
            print(decoder.status, decoder.headers["content-type"], piece)

It is strict, so that it never sees another message than a proxy on the way did: what follows a
fault is not read, and its connection is not used again. A head may have lines that end in LF
alone; other than that, everything that RFC 9112 lets a client refuse is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from drawplate._http1_fields import (
    CONTROLS,
    LONGEST_LENGTH,
    MAX_FIELDS,
    MAX_HEAD,
    STATUSES,
    MalformedError,
    check_begun,
    loose_head,
    parse_fields,
    parse_length,
    parse_status,
    says_close,
)
from drawplate._http1_requests import LAST_CHUNK, encode_chunk, encode_head
from drawplate.errors import (
    ConnectionLostError,
    HttpProtocolError,
    NetworkingError,
    TruncatedBodyError,
)

__all__ = [
    "LAST_CHUNK",
    "MAX_CHUNK_LINE",
    "MAX_FIELDS",
    "MAX_HEAD",
    "MAX_INTERIM",
    "MAX_IN_PLACE",
    "BodyBuffer",
    "ResponseDecoder",
    "encode_chunk",
    "encode_head",
    "whole_response",
]

#: Informational answers (1xx) before the final one.
MAX_INTERIM = 100
#: Bytes of the line before a chunk, extensions included.
MAX_CHUNK_LINE = 1024
#: The longest body that a `BodyBuffer` takes, for a peer can announce anything.
MAX_IN_PLACE = 64 * 1024 * 1024

_LONGEST_SIZE = 16
_HEX = b"0123456789abcdefABCDEF"
#: The line and both line ends.
_LINE_SPAN = MAX_CHUNK_LINE + 4
_REMEMBERED_SIZES = 512
#: Sizes by the line, with the CR LF after the last chunk and its own. As `NAMES`, without a lock.
_SIZES: dict[bytes, int] = {}

_HEAD, _LENGTH, _CHUNKS, _TRAILERS, _CLOSE, _ENDED = range(6)


def whole_response(method: str, data: bytes) -> tuple[int, dict[str, str], bytes] | None:
    """Return status, fields and body if `data` is exactly one response, of the most common kind.

    That is one of HTTP/1.1 with a head in ASCII and a Content-Length, after which the connection
    stays open. None for anything else: a `ResponseDecoder` tells what it is, and would find the
    same in what is accepted here, which takes half as long.
    """
    end = data.find(b"\r\n\r\n", 0, MAX_HEAD)
    head = data[:end]
    if end < 0 or not head.isascii():
        return None
    lines = head.decode("ascii").split("\r\n")
    if len(head) - len(head.translate(None, CONTROLS)) != 2 * len(lines) - 2:
        return None
    line = lines.pop(0)
    status = STATUSES.get(line[:13], 0)
    if line[7:8] != "1" or status < 200 or method == "HEAD" or status in {204, 304}:
        return None
    try:
        fields = parse_fields(lines, True)
    except MalformedError:
        return None
    length = fields.get("content-length", "")
    if (
        length.isdigit()
        and len(length) <= LONGEST_LENGTH
        and int(length) == len(data) - end - 4
        and "transfer-encoding" not in fields
        and fields.get("connection", "keep-alive") == "keep-alive"
    ):
        return status, fields, data[end + 4 :]
    return None


class ResponseDecoder:
    """Takes one response apart; what it found so far is in its attributes.

    The outcome does not depend on how the response was cut: what comes before a fault is always
    handed over first. `feed` raises if nothing does; else it leaves the fault in `error`, so look
    at it before waiting for more. A decoder that failed raises its error again from every call.

    Raises `HttpProtocolError` for a head that is not one of HTTP/1.1; `TruncatedBodyError` for
    chunks and trailers that break the format; and, from `eof` alone, `TruncatedBodyError` for a
    body and `ConnectionLostError` for a head that was cut. No error quotes the answer.
    """

    __slots__ = (
        "_held",
        "_keep_alive",
        "_left",
        "_length",
        "_no_body",
        "_state",
        "_where",
        "ended",
        "error",
        "headers",
        "interim",
        "remaining",
        "request_sent",
        "reusable",
        "status",
        "trailers",
    )

    #: Status of the response, 0 until its head is complete.
    status: int
    #: Header fields: names in lower case, values of repeated fields joined with ", ".
    headers: dict[str, str]
    #: Statuses of the informational answers (1xx) that came before; 101 is refused.
    interim: tuple[int, ...]
    #: Fields after the chunks.
    trailers: dict[str, str]
    #: How many bytes of a body of known length are still to come; None where that is not known.
    remaining: int | None
    #: Whether the response was read to its end.
    ended: bool
    #: Whether the connection can carry another exchange, as far as the response tells.
    reusable: bool
    #: What broke the response, to be raised once what came before it was handed over.
    error: NetworkingError | None
    #: Whether the whole request is on its way; see `NetworkingError`.
    request_sent: bool

    def __init__(self, method: str, where: str, *, request_sent: bool = True) -> None:
        """`method` is the request's; `where` is the peer, a "host:port", for messages."""
        self.status = 0
        self.headers = {}
        self.interim = ()
        self.trailers = {}
        self.remaining = None
        self.ended = self.reusable = False
        self.error = None
        self.request_sent = request_sent
        self._where = where
        self._no_body = method == "HEAD"
        self._keep_alive = False
        self._state = _HEAD
        #: The beginning of a head, of the line before a chunk, or of the trailers.
        self._held = b""
        #: How many bytes of the current chunk are still to come.
        self._left = 0
        self._length = 0

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Take in `data` and return the pieces of the body that are in it, maybe none.

        An empty `data` is nothing, not the end. A `bytes` that is all body is returned as it is.
        """
        if self.error is not None:
            raise self.error.with_traceback(None)
        if type(data) is not bytes:
            data = bytes(data)
        pieces: list[bytes] = []
        state = self._state
        try:
            if state == _HEAD:
                self._read_head(data, pieces)
            elif state == _CHUNKS:
                self._read_chunks(data, 0, pieces)
            elif state == _LENGTH:
                self._read_length(data, 0, pieces)
            elif state == _TRAILERS:
                self._read_trailers(data)
            elif state == _CLOSE:
                if data:
                    pieces.append(data)
            elif data:
                self.reusable = False
            return pieces
        except MalformedError as malformed:
            said = malformed.args[0]
        error = self.error = self._failure(said)
        # A head that is complete is handed over as well.
        if pieces or (state == _HEAD and self.status):
            return pieces
        raise error

    def received(self, count: int) -> None:
        """Say that the next `count` bytes of a body of known length went elsewhere.

        The way past `feed` for those who read into memory of their own. `ValueError` if they are
        more than `remaining`.
        """
        remaining = self.remaining
        if remaining is None or not 0 <= count <= remaining:
            raise ValueError(f"{count} bytes were received, {remaining} are left of the body")
        self.remaining = remaining - count
        if self._state == _LENGTH and count == remaining:
            self._end(True)

    def eof(self) -> list[bytes]:
        """Say that the peer closed the connection. Returns no pieces, for loops over them.

        Ends a body that has neither length nor chunks; raises if the response was cut.
        """
        if self.error is not None:
            raise self.error.with_traceback(None)
        if self._state == _CLOSE:
            self._end(False)
        self.reusable = False
        if self.ended:
            return []
        if self._state == _HEAD:
            said = "closed in the head" if self._held else "closed without an answer"
            self.error = ConnectionLostError(
                f"the connection to {self._where} was lost while waiting for the response ({said})",
                request_sent=self.request_sent,
            )
        elif self.remaining is not None:
            received = self._length - self.remaining
            self.error = self._truncated(
                f"expected {self._length} bytes, received {received} bytes"
            )
        else:
            self.error = self._truncated("broken off inside its chunks")
        raise self.error

    def _read_head(self, data: bytes, pieces: list[bytes]) -> None:
        if self._held:
            begun = self._held + data
            if b"\n" not in data:
                check_begun(begun)
                self._held = begun
                return
            data = begun
        start = 0
        while True:
            end = data.find(b"\r\n\r\n", start, start + MAX_HEAD)
            head = data[start:end] if end >= 0 else b""
            text = head.decode("latin-1")
            ascii_only = text.isascii()
            lines = text.split("\r\n")
            after = end + 4
            if len(head) - len(head.translate(None, CONTROLS)) != 2 * len(lines) - 2 or not head:
                # Not complete, or with lines that end in LF alone, or malformed.
                lines, after = loose_head(data, start)
                ascii_only = False
                if not after:
                    self._held = data[start:]
                    return
            line = lines.pop(0)
            status = STATUSES.get(line[:13]) or parse_status(line)
            fields = parse_fields(lines, ascii_only)
            self._set_framing(status, line[7] == "1", fields)
            if status >= 200:
                break
            self._skip(status)
            start = after
        self._held = b""
        self.status = status
        self.headers = fields
        if self._state == _LENGTH:
            self._read_length(data, after, pieces)
        elif self._state == _CHUNKS:
            # The line before a chunk is taken with the CR LF before it: for the first, the head's.
            if data.startswith(b"\r\n", after - 2):
                self._read_chunks(data, after - 2, pieces)
            else:
                self._read_chunks(b"\r\n" + data[after:], 0, pieces)
        elif self._state == _CLOSE and after < len(data):
            pieces.append(data[after:])

    def _set_framing(self, status: int, is_1_1: bool, fields: dict[str, str]) -> None:
        """Find out how the body ends (RFC 9112 section 6.3)."""
        length: int | None = None
        text = fields.get("content-length")
        if text is not None:
            known = text.isascii() and text.isdigit() and len(text) <= LONGEST_LENGTH
            length = int(text) if known else parse_length(fields)
        coding = fields.get("transfer-encoding")
        if coding is not None:
            if length is not None:
                raise MalformedError("it has both Content-Length and Transfer-Encoding")
            # Beyond ASCII there are letters whose lower case is an ASCII one.
            if not coding.isascii() or coding.lower() != "chunked":
                raise MalformedError("its Transfer-Encoding is not chunked")
            if not is_1_1:
                raise MalformedError("it is HTTP/1.0 and has a Transfer-Encoding")
        connection = fields.get("connection", "keep-alive")
        self._keep_alive = is_1_1 and (connection == "keep-alive" or not says_close(connection))
        if status < 200:
            if length or coding is not None:
                raise MalformedError("an informational answer (1xx) announces a body")
        elif self._no_body or status in {204, 304}:
            # Where chunks are announced, or a body that cannot be, nobody knows what follows.
            if coding is not None or (status == 204 and length):
                self._keep_alive = False
            self._length = self.remaining = 0
            self._state = _LENGTH
        elif length is not None:
            self._length = self.remaining = length
            self._state = _LENGTH
        elif coding is not None:
            self._state = _CHUNKS
        else:
            self._state = _CLOSE

    def _skip(self, status: int) -> None:
        if status == 101:
            raise MalformedError("it changes the protocol (101), which was not asked for")
        self.interim = (*self.interim, status)
        if len(self.interim) > MAX_INTERIM:
            raise MalformedError(f"more than {MAX_INTERIM} informational answers (1xx) precede it")

    def _read_length(self, data: bytes, start: int, pieces: list[bytes]) -> None:
        available = len(data) - start
        remaining = self.remaining or 0
        if available < remaining:
            if available:
                pieces.append(data[start:])
            self.remaining = remaining - available
            return
        if remaining:
            pieces.append(data[start : start + remaining])
            self.remaining = 0
        self._end(available == remaining)

    def _read_chunks(self, data: bytes, start: int, pieces: list[bytes]) -> None:
        find = _SIZES.get
        end = len(data)
        #: The line before the chunk, with the CR LF before it and its own, and how long that is.
        line = b""
        span = 0
        if self._held == b"\r\n":
            # Often an arrival is one chunk: of a model that writes one token after the other.
            line_end = data.find(b"\r\n", 0, _LINE_SPAN)
            size = find(b"\r\n" + data[: line_end + 2])
            if size and line_end + 4 + size == end and data.endswith(b"\r\n"):
                pieces.append(data[line_end + 2 : -2])
                return
        if self._held:
            # Only the line is put together, not all that arrived.
            line = self._held + data[:_LINE_SPAN]
            line_end = line.find(b"\r\n", 2, _LINE_SPAN)
            if line_end < 0:
                self._hold_line(line)
                return
            span = line_end + 2
            start = span - len(self._held)
            self._held = b""
            line = line[:span]
            size = find(line)
            stop = start + (_chunk_size(line) if size is None else size)
        else:
            stop = start + self._left
        while stop <= end:
            if stop > start:
                pieces.append(data[start:stop])
            elif line:
                self._state = _TRAILERS
                # They are taken with the CR LF of the line before.
                self._read_trailers(b"\r\n" + data[start:])
                return
            # Most lines are as long as the one before, so that nothing has to be looked for.
            line = data[stop : stop + span]
            size = find(line)
            if size is None:
                # Arrivals often end with a chunk; then there is no line to look for.
                line_end = (
                    -1 if stop + 2 == end else data.find(b"\r\n", stop + 2, stop + _LINE_SPAN)
                )
                if line_end < 0:
                    self._left = 0
                    self._hold_line(data[stop:])
                    return
                line = data[stop : line_end + 2]
                size = find(line)
                if size is None:
                    size = _chunk_size(line)
            span = len(line)
            start = stop + span
            stop = start + size
        if start < end:
            pieces.append(data[start:])
            start = end
        self._left = stop - start

    def _hold_line(self, begun: bytes) -> None:
        self._held = begun
        if begun != b"\r\n" and (begun[:2] != b"\r\n"[: len(begun)] or len(begun) >= _LINE_SPAN):
            raise MalformedError("")

    def _read_trailers(self, data: bytes) -> None:
        ends = b"\n" in data
        data = self._held + data
        # They begin with the CR LF of the last chunk's line, which alone may be all before the end.
        end = data.find(b"\r\n\r\n", 0, MAX_HEAD) if ends else -1
        if end < 0:
            if len(data) >= MAX_HEAD:
                raise MalformedError("")
            self._held = data
            return
        if end:
            section = data[2:end]
            lines = section.decode("latin-1").split("\r\n")
            if len(section) - len(section.translate(None, CONTROLS)) != 2 * len(lines) - 2:
                raise MalformedError("")
            trailers = parse_fields(lines, section.isascii())
            if "content-length" in trailers or "transfer-encoding" in trailers:
                raise MalformedError("")
            self.trailers = trailers
        self._held = b""
        self._end(len(data) == end + 4)

    def _end(self, clean: bool) -> None:
        self._state = _ENDED
        self.ended = True
        self.reusable = clean and self._keep_alive

    def _failure(self, said: str) -> NetworkingError:
        if self._state != _HEAD:
            return self._truncated("broken off inside its chunks")
        return HttpProtocolError(
            f"the answer of {self._where} is not valid HTTP/1.1: {said}; "
            "check that the endpoint, and a proxy in between, speak HTTP/1.1",
            request_sent=self.request_sent,
        )

    def _truncated(self, said: str) -> TruncatedBodyError:
        return TruncatedBodyError(
            f"http response body truncated, {said} (from {self._where})", request_sent=True
        )


class BodyBuffer:
    """Receives the rest of a body of known length in place: in memory once, and never copied.

        buffer = BodyBuffer(decoder, pieces)
        while buffer.free:
            buffer.received(connection.recv_into(buffer.free))
        body = buffer.getvalue()

    Raises `ValueError` for a body whose length is not known, or more than `MAX_IN_PLACE`: take
    that one in pieces. If the peer closes the connection, call the decoder's `eof`.
    """

    __slots__ = ("_decoder", "_store", "_view", "free")

    #: What is missing; empty at the end.
    free: memoryview

    def __init__(self, decoder: ResponseDecoder, pieces: Iterable[bytes] = ()) -> None:
        """`pieces` are what `feed` returned of the body so far."""
        begun = b"".join(pieces)
        remaining = decoder.remaining
        if remaining is None or len(begun) + remaining > MAX_IN_PLACE:
            raise ValueError(f"a body of {remaining} more bytes cannot be received in place")
        self._decoder = decoder
        # It hands over its memory as bytes if nothing else uses it, and does not copy it then.
        self._store = BytesIO(bytes(len(begun) + remaining))
        self._view = self._store.getbuffer()
        self._view[: len(begun)] = begun
        self.free = self._view[len(begun) :]

    def received(self, count: int) -> None:
        """Say that the first `count` bytes of `free` were filled; 0 is nothing, not the end."""
        self._decoder.received(count)
        filled = self.free
        self.free = filled[count:]
        filled.release()

    def release(self) -> None:
        """Let go of the memory, whatever was received; to be called when something went wrong.

        A view that is still held when its memory is collected, as part of a cycle that a traceback
        makes, crashes some versions of Python 3.12.
        """
        self.free.release()
        self._view.release()

    def getvalue(self) -> bytes:
        """The whole body, once `free` is empty. Nothing can be received after that."""
        if self.free:
            raise ValueError(f"{len(self.free)} bytes of the body are missing")
        self.release()
        return self._store.getvalue()


def _chunk_size(line: bytes) -> int:
    """Return the size in the line before a chunk, which stands after the CR LF of the last one."""
    digits, semicolon, extensions = line[2:-2].partition(b";")
    if (
        not line.startswith(b"\r\n")
        or not 1 <= len(digits) <= _LONGEST_SIZE
        or digits.strip(_HEX)
        or len(extensions.translate(None, CONTROLS)) != len(extensions)
    ):
        raise MalformedError("")
    size = int(digits, 16)
    if not semicolon and len(_SIZES) < _REMEMBERED_SIZES:
        _SIZES[line] = size
    return size
