"""The request side of `drawplate.http1`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from drawplate._http1_fields import NAMES, TCHARS, lower_name
from drawplate.errors import ParamValidationError

#: What ends a body in chunks.
LAST_CHUNK = b"0\r\n\r\n"

#: Methods that mean something by an empty body, so that its length is told (RFC 9110 section 8.6).
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_METHODS = _WITH_BODY | {"GET", "HEAD", "DELETE", "OPTIONS"}
#: Fields that must not be sent twice; the last two must tell the truth about the body as well.
_SINGLE = frozenset({"host", "content-length", "transfer-encoding"})


def encode_head(
    method: str,
    target: str,
    host: str,
    fields: dict[str, str] | Iterable[tuple[str, str]],
    length: int | None = 0,
) -> bytes:
    """Return the head of a request, up to and including the empty line.

    `target` is what stands between method and version: a percent-encoded path with its query, or
    a whole URL for a proxy. `host` is the value of the Host field unless `fields` has one. `length`
    is how many bytes of body follow, None for a body in chunks. Fields that tell it are added
    unless `fields` has them; an empty body is told only where the method expects one. Values go out
    as UTF-8.

    Raises `ParamValidationError`, which shows no value, for a method, a target or a name that is
    none, for a value with CR, LF, NUL or half a surrogate pair, and for fields that contradict
    `length` or are given twice. CONNECT is refused, since its answer is no message.
    """
    if method not in _METHODS and (method.strip(TCHARS) or method in {"", "CONNECT"}):
        raise ParamValidationError(["the method of a request is a token, and not CONNECT"])
    if not target or not target.isascii() or not target.isprintable() or " " in target:
        raise ParamValidationError(
            ["the target of a request is empty, or has a character that is not percent-encoded"]
        )
    if isinstance(fields, dict):
        kept = cast("dict[str, str]", fields)
        names, values = tuple(kept), tuple(kept.values())
    else:
        pairs = list(fields)
        names = tuple([name for name, _ in pairs])
        values = tuple([value for _, value in pairs])
    layout, single = _layout(names)
    before = f"{method} {target} HTTP/1.1\r\n"
    if "host" not in single:
        before = f"{before}Host: {host}\r\n"
    if "content-length" in single or "transfer-encoding" in single:
        _check_framing({name: values[index] for name, index in single.items()}, length)
    elif length is None:
        before = f"{before}Transfer-Encoding: chunked\r\n"
    elif length or method in _WITH_BODY:
        before = f"{before}Content-Length: {length}\r\n"
    # One look at all values: most are right.
    text = "".join(values) if "host" in single else "".join((host, *values))
    if "\n" not in text and "\r" not in text and "\0" not in text:
        try:
            return f"{before}{layout % values}\r\n".encode()
        except UnicodeEncodeError:
            pass
    raise _bad_value([("host", host), *zip(names, values, strict=True)])


@lru_cache(maxsize=256)
def _layout(names: tuple[str, ...]) -> tuple[str, dict[str, int]]:
    """Return the lines of fields, with "%s" for each value, and where the single ones are.

    Names repeat themselves from request to request, and are checked once.
    """
    single: dict[str, int] = {}
    for index, name in enumerate(names):
        lower = NAMES.get(name) or lower_name(name)
        if lower in _SINGLE:
            if lower in single:
                raise _refused(lower, "it is given twice; give it once")
            single[lower] = index
        elif not lower:
            raise ParamValidationError(["a header has a name that is empty or not a token"])
    return "".join([f"{name.replace('%', '%%')}: %s\r\n" for name in names]), single


def encode_chunk(data: bytes | bytearray | memoryview) -> bytes:
    """Return `data` as one chunk of a body; nothing for nothing, since an empty chunk is the end.

    `LAST_CHUNK` follows the last one.
    """
    if type(data) is not bytes:
        data = bytes(data)
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _check_framing(single: dict[str, str], length: int | None) -> None:
    """Refuse fields that are not true of a body of `length` bytes."""
    if length is None:
        if "content-length" in single:
            raise _refused("content-length", "the body has no length that is known; leave it out")
        coding = single["transfer-encoding"]
        if not coding.isascii() or coding.lower() != "chunked":
            raise _refused("transfer-encoding", "the body is sent in chunks; leave it out")
        return
    if "transfer-encoding" in single:
        raise _refused("transfer-encoding", "the body is sent as it is; leave it out")
    if single["content-length"] != str(length):
        raise _refused("content-length", f"the body has {length} bytes; leave it out")


def _bad_value(fields: list[tuple[str, str]]) -> ParamValidationError:
    """Say which of the fields cannot be sent."""
    name = ""
    for name, value in fields:
        if "\r" in value or "\n" in value or "\0" in value:
            return _refused(name.lower(), "the value has a CR, LF or NUL character; remove it")
        if any("\ud800" <= character <= "\udfff" for character in value):
            break
    return _refused(name.lower(), "the value holds half a surrogate pair, which UTF-8 cannot")


def _refused(name: str, problem: str) -> ParamValidationError:
    return ParamValidationError([f"header {name}: {problem}"])
