"""Heads of answers: whole or not at all, and without the informational ones before them."""

from __future__ import annotations

from http.client import HTTPResponse, LineTooLong, RemoteDisconnected
from io import BufferedReader, BytesIO
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from drawplate._wire_trace import WireTrace

MAX_HEAD = 65536
_INFORMATIONAL = b"HTTP/1.1 1"
# The one of them that no other answer follows.
_SWITCHING = b"HTTP/1.1 101"


class Answer(HTTPResponse):
    """A response whose head must be complete: http.client takes a cut head for a whole one."""

    _read_before = b""
    _trace: WireTrace | None = None

    def begin(self) -> None:
        connection = self.fp
        if not self._read_before and self._trace is None:
            arrived = connection.peek(1)
            if b"\r\n\r\n" in arrived and not arrived.startswith(_INFORMATIONAL):
                super().begin()
                return
        # http.client needs lines only, and a head that is complete in memory has the same ones.
        head = self._read_before or _final_head(connection, self._trace)
        self.fp = cast("BufferedReader", BytesIO(head))
        try:
            super().begin()
        finally:
            self.fp = connection


class WatchedAnswer(Answer):
    """The same, taken from a reader instead of a socket: first `head`, which came from there."""

    def __init__(
        self,
        _: object,
        *args: Any,
        reader: BufferedReader,
        head: bytes,
        trace: WireTrace | None,
        **options: Any,
    ) -> None:
        source: Any = _Opened(reader)
        super().__init__(source, *args, **options)
        self._read_before = head
        self._trace = trace


class _Opened:
    """A socket of which http.client asks nothing but to be read."""

    def __init__(self, reader: BufferedReader) -> None:
        self._reader = reader

    def makefile(self, _: str) -> BufferedReader:
        return self._reader


def is_informational(head: bytes) -> bool:
    """Whether another answer follows (1xx, RFC 9110 section 15.2)."""
    return head.startswith(_INFORMATIONAL) and not head.startswith(_SWITCHING)


def read_head(connection: BufferedReader, trace: WireTrace | None) -> bytes:
    """Read the bytes of a head; of an answer that is not HTTP, its first line."""
    lines: list[bytes] = []
    size = 0
    while True:
        line = connection.readline(MAX_HEAD + 1)
        if not line:
            raise RemoteDisconnected("closed in the head" if lines else "closed without an answer")
        size += len(line)
        if size > MAX_HEAD:
            raise LineTooLong("response head")
        lines.append(line)
        if line in {b"\r\n", b"\n"} or not lines[0].startswith(b"HTTP/"):
            break  # the head of another protocol may never end
    head = b"".join(lines)
    if trace is not None:
        trace.received_head(head)
    return head


def _final_head(connection: BufferedReader, trace: WireTrace | None) -> bytes:
    while True:
        head = read_head(connection, trace)
        if not is_informational(head):
            return head
