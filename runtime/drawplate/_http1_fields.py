"""Heads of HTTP/1.1: names and lines of fields, and what their values say about the message."""

from __future__ import annotations

#: Bytes of one head, or of the trailers, up to and including the empty line.
MAX_HEAD = 65536
#: Fields of one head, or of the trailers.
MAX_FIELDS = 256
#: Digits of a Content-Length.
LONGEST_LENGTH = 19

#: Characters of a token, which names and methods are (RFC 9110 section 5.6.2).
TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: What no line may hold: all control characters but the tab.
CONTROLS = bytes((*range(9), *range(10, 32), 127))

_REMEMBERED_NAMES = 512
_LONGEST_REMEMBERED = 64
#: Peers repeat themselves: a name is checked once. Without a lock, for a lost entry is no loss.
NAMES: dict[str, str] = {}
#: Statuses by the first 13 characters of their line, which are a few thousand at most.
STATUSES: dict[str, int] = {}


class MalformedError(Exception):
    """A message that breaks the format; the text says how, and quotes nothing of it."""


def lower_name(name: str) -> str:
    """Return a field name in lower case, "" if it is none. Look into `NAMES` first."""
    if not name or name.strip(TCHARS):
        return ""
    lower = name.lower()
    if len(name) <= _LONGEST_REMEMBERED and len(NAMES) < _REMEMBERED_NAMES:
        NAMES[name] = lower
    return lower


def parse_fields(lines: list[str], ascii_only: bool) -> dict[str, str]:
    """Return the fields of lines that were decoded as Latin-1 and have no control characters.

    Names are in lower case, in the order of their first line; values of lines with the same name
    are joined with ", ". Unless `ascii_only`, what is UTF-8 on the wire is meant to be UTF-8, and
    anything else stays Latin-1. Raises `MalformedError`.
    """
    if len(lines) > MAX_FIELDS:
        raise MalformedError(f"it has more than {MAX_FIELDS} fields")
    fields: dict[str, str] = {}
    names = NAMES
    for line in lines:
        name, colon, value = line.partition(":")
        # A folded line begins with a space, which no name has.
        lower = names.get(name) or lower_name(name)
        if not lower or not colon:
            raise MalformedError("a header field is malformed")
        value = value.strip(" \t")
        if lower in fields:
            value = f"{fields[lower]}, {value}"
        fields[lower] = value
    if not ascii_only:
        for lower, value in fields.items():
            fields[lower] = _text(value)
    return fields


def loose_head(data: bytes, start: int) -> tuple[list[str], int]:
    """Return the lines of the head, and where what follows begins; 0 if it is not complete.

    Here lines may end in LF alone (RFC 9112 section 2.2).
    """
    stop = start + MAX_HEAD
    end = data.find(b"\n\n", start, stop)
    after = end + 2
    if (other := data.find(b"\n\r\n", start, stop if end < 0 else after)) >= 0:
        end, after = other, other + 3
    if end < 0:
        check_begun(data[start:])
        return [], 0
    head = data[start : end + 1].replace(b"\r\n", b"\n")[:-1]
    lines = head.decode("latin-1").split("\n")
    if len(head) - len(head.translate(None, CONTROLS)) != len(lines) - 1:
        first = head.partition(b"\n")[0]
        if first.translate(None, CONTROLS) != first or not first.startswith(b"HTTP/"):
            raise MalformedError(status_fault(""))
        raise MalformedError("a header value has a control character")
    return lines, after


def check_begun(head: bytes) -> None:
    """Refuse the beginning of a head that can become none."""
    # Not everything that another protocol sends has an end that could be waited for.
    if not head.startswith(b"HTTP/"[: len(head)]):
        raise MalformedError(status_fault(""))
    if len(head) >= MAX_HEAD:
        raise MalformedError(f"its head is larger than {MAX_HEAD} bytes")


def parse_status(line: str) -> int:
    """Return the status of a status line. Look into `STATUSES` first. Raises `MalformedError`."""
    start = line[:13]
    code = start[9:12]
    if (
        start[:9] in {"HTTP/1.1 ", "HTTP/1.0 "}
        and len(code) == 3
        and code.isascii()
        and code.isdigit()
        and code >= "100"
        and start[12:] in {" ", ""}
    ):
        status = STATUSES[start] = int(code)
        return status
    raise MalformedError(status_fault(line))


def status_fault(line: str) -> str:
    if line.startswith("HTTP/") and line[5:8] not in {"1.1", "1.0"}:
        return "it is of another version of HTTP"
    return "its status line is malformed"


def parse_length(fields: dict[str, str]) -> int:
    """Return what Content-Length says. Repeating it is no fault, and makes no other value of it."""
    text = fields["content-length"]
    if not (text.isascii() and text.isdigit()):
        lengths = {length.strip(" \t") for length in text.split(",")}
        text = lengths.pop()
        if lengths:
            raise MalformedError("its Content-Length has several values")
        if not (text.isascii() and text.isdigit()):
            raise MalformedError("its Content-Length is not a number")
        fields["content-length"] = text
    if len(text) > LONGEST_LENGTH:
        raise MalformedError("its Content-Length is too large")
    return int(text)


def says_close(connection: str) -> bool:
    return "close" in {option.strip(" \t") for option in connection.lower().split(",")}


def _text(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
