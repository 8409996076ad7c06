"""What goes over the wire, as lines of a log, with everything masked that may be secret.

`<-` is sent and `->` received, as in the log that Ruby's client writes. Of header fields, only
those of a short list show their value: what the others hold is known to service and model alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drawplate.http import REDACTED

if TYPE_CHECKING:
    import logging

# Fields that tell how messages are framed, routed, dated and numbered.
_SHOWN = frozenset(
    {
        b"accept",
        b"accept-charset",
        b"accept-encoding",
        b"accept-language",
        b"accept-ranges",
        b"amz-sdk-invocation-id",
        b"amz-sdk-request",
        b"connection",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"date",
        b"expect",
        b"host",
        b"keep-alive",
        b"retry-after",
        b"server",
        b"trailer",
        b"transfer-encoding",
        b"user-agent",
        b"via",
        b"x-amz-date",
        b"x-amz-id-2",
        b"x-amz-request-id",
        b"x-amz-retry-after",
        b"x-amzn-errortype",
        b"x-amzn-requestid",
    }
)
_REDACTED = REDACTED.encode()
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_SIGNATURE = re.compile(
    rb"(AWS4-[A-Z0-9-]+ Credential=)[^, ]+(, ?SignedHeaders=[a-z0-9;_.-]+, ?Signature=)[0-9a-f]+"
)
_SCHEME = re.compile(rb"(Basic|Bearer|Digest|Negotiate|NTLM) ", re.IGNORECASE)
# Lines may end in LF alone (RFC 9112 section 2.2).
_HEAD_END = re.compile(rb"\n\r?\n")
# Another answer follows, except after 101.
_INFORMATIONAL = re.compile(rb"HTTP/1\.[01] 1(?!01)")
_QUERY = re.compile(rb"\?[^ \r\n]*")


class WireTrace:
    """Writes to one logger, at level DEBUG; with `bodies` also what bodies say."""

    __slots__ = ("_bodies", "_log")

    def __init__(self, log: logging.Logger, *, bodies: bool) -> None:
        self._log = log
        self._bodies = bodies

    def say(self, text: str) -> None:
        """Log something about the connection."""
        self._log.debug("%s", text)

    def sent(self, head: bytes, *body: bytes) -> None:
        """Log a head that was sent, or b"", and the pieces of the body that went with it."""
        if head:
            self._log.debug("<- %s", _quoted(masked_head(head)))
        for piece in body:
            self._log.debug("<- %s", self._shown(piece))

    def received_head(self, head: bytes) -> None:
        """Log the head of an answer, a line each."""
        for line in _LINE.findall(masked_head(head)):
            self._log.debug("-> %s", _quoted(line))

    def tap(self) -> HeadTap:
        """What is shown all that arrives, and logs the heads in it."""
        return HeadTap(self)

    def received(self, piece: bytes) -> None:
        """Log a piece of the body of an answer."""
        self._log.debug("-> %s", self._shown(piece))

    def _shown(self, body: bytes) -> str:
        return _quoted(body) if self._bodies else f"<{len(body)} bytes>"


class HeadTap:
    """Logs the heads in what arrives for a decoder, up to and including the final one."""

    __slots__ = ("_done", "_held", "_trace")

    def __init__(self, trace: WireTrace) -> None:
        self._trace = trace
        self._held = b""
        self._done = False

    def feed(self, data: bytes) -> None:
        """Look at what arrived. Of an answer that is not HTTP the first line is logged."""
        if self._done:
            return
        held = self._held + data
        while not self._done:
            if held.startswith(b"HTTP/"[: len(held)]):
                found = _HEAD_END.search(held)
                end = found.end() if found else 0
            else:
                end = held.find(b"\n") + 1
            if not end:
                break
            head, held = held[:end], held[end:]
            self._trace.received_head(head)
            self._done = not _INFORMATIONAL.match(head)
        self._held = b"" if self._done else held


def masked_head(head: bytes) -> bytes:
    """The head of a message without values that may be secret, nor the query of its target.

    Of a signature the names of the signed fields stay. What is no head of HTTP/1 is masked whole.
    """
    first, *fields = _LINE.findall(head)
    if b"HTTP/" not in first:
        return _REDACTED
    return b"".join([_QUERY.sub(b"?" + _REDACTED, first), *map(_masked_field, fields)])


def _masked_field(line: bytes) -> bytes:
    end = line[len(line.rstrip(b"\r\n")) :]
    if line == end:
        return line
    name, colon, value = line[: len(line) - len(end)].partition(b":")
    if not colon or name[:1].isspace():
        return _REDACTED + end  # goes on with the field before it
    shown = name.lower()
    value = value.strip()
    if shown not in _SHOWN:
        value = _masked_credentials(value) if shown == b"authorization" else _REDACTED
    return name + b": " + value + end


def _masked_credentials(value: bytes) -> bytes:
    signed = _SIGNATURE.fullmatch(value)
    if signed:
        return signed[1] + _REDACTED + signed[2] + _REDACTED
    scheme = _SCHEME.match(value)
    return (scheme[0] if scheme else b"") + _REDACTED


def _quoted(text: bytes) -> str:
    escaped = text.decode("latin-1").encode("unicode_escape").decode("ascii")
    return '"' + escaped.replace('"', '\\"') + '"'
