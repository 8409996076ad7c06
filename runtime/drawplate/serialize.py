"""What generated serializers call: values as text and JSON (Smithy HTTP binding, restJson1)."""

from __future__ import annotations

import math
from binascii import b2a_base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from drawplate.errors import ParamValidationError

if TYPE_CHECKING:
    from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label(name: str, value: str) -> str:
    """A path label, percent-encoded but for `A-Z a-z 0-9 - . _ ~`. An empty one is refused."""
    if not value:
        raise ParamValidationError([f'params["{name}"] must not be blank: it is part of the path'])
    # Most names are such, and `quote` takes five times as long to find out.
    return value if value.isascii() and value.replace("-", "").isalnum() else _quote(value)


def _quote(value: str, safe: str = "") -> str:
    from urllib.parse import quote  # most labels need none, and it is slow to import

    return quote(value, safe=safe)


def greedy_label(name: str, value: str) -> str:
    """A greedy path label `{name+}`: as `label`, but slashes stay."""
    if not value:
        raise ParamValidationError([f'params["{name}"] must not be blank: it is part of the path'])
    return _quote(value, safe="/")


def host_label(name: str, value: str | None) -> str:
    """A label of a host name (RFC 1123 section 2.1); one that is none is refused."""
    text = value or "-"
    letters = text.replace("-", "")
    if letters.isalnum() and letters.isascii() and len(text) < 64 and "-" not in text[0] + text[-1]:
        return text
    raise ParamValidationError(
        [
            f'params["{name}"] must be a host label, 1 to 63 letters, digits and inner hyphens, as '
            "it is part of the host name; with disable_host_prefix_injection it is not"
        ]
    )


def with_query(path: str, query: list[tuple[str, str]]) -> str:
    """A path with more pairs in its query string; names and values are percent-encoded here."""
    if not query:
        return path
    pairs = "&".join(f"{_quote(name)}={_quote(text)}" for name, text in query)
    return f"{path}{'&' if '?' in path else '?'}{pairs}"


def add_query_params(
    query: list[tuple[str, str]],
    given: Mapping[str, str] | Mapping[str, list[str]],
    taken: Iterable[str] = (),
) -> None:
    """Add the entries of a map to a query; names that are there already, or taken, stay as is."""
    present = {*taken, *(name for name, _ in query)}
    for name, value in given.items():
        if name not in present:
            values = [value] if isinstance(value, str) else value
            query += [(name, text) for text in values]


def boolean_text(value: bool) -> str:
    """`true` or `false`."""
    return "true" if value else "false"


def number_text(value: float) -> str:
    """A float as text; the three values that JSON lacks are `NaN`, `Infinity` and `-Infinity`."""
    if math.isfinite(value):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def number_json(value: float) -> float | str:
    """A float as a JSON value; the three values that JSON lacks are strings."""
    return value if math.isfinite(value) else number_text(value)


class JsonNumber(str):
    """The digits of a number as JSON has them, for `exact_json_body`."""

    __slots__ = ()


def exact_number(value: Decimal) -> JsonNumber:
    """A finite Decimal as a JSON value, digit for digit."""
    return JsonNumber(value)


def base64_text(value: bytes) -> str:
    """A blob inside of text or JSON."""
    return b2a_base64(value, newline=False).decode("ascii")


def header_list(values: list[str]) -> str:
    """Strings of a list in one header field: those with a comma or quote are quoted."""
    return ", ".join(
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if "," in value or '"' in value
        else value
        for value in values
    )


def epoch_seconds(value: datetime) -> int | float:
    """A timestamp as seconds since the epoch, with a fraction only where it has one."""
    since = value - _EPOCH
    whole = since.days * 86400 + since.seconds
    return whole + since.microseconds / 1e6 if since.microseconds else whole


def epoch_seconds_text(value: datetime) -> str:
    """A timestamp as seconds since the epoch in decimal, exact to the microsecond."""
    micros = (value - _EPOCH) // timedelta(microseconds=1)
    whole, part = divmod(abs(micros), 1_000_000)
    fraction = f".{part:06d}".rstrip("0") if part else ""
    return f"{'-' if micros < 0 else ''}{whole}{fraction}"


def date_time(value: datetime) -> str:
    """A timestamp as RFC 3339 text in UTC, with a fraction only where it has one."""
    utc = value.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}".rstrip("0") if utc.microsecond else ""
    return (
        f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}"
        f"T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}{fraction}Z"
    )


def http_date(value: datetime) -> str:
    """A timestamp as IMF-fixdate (RFC 9110 section 5.6.7), which has no place for a fraction."""
    utc = value.astimezone(UTC)
    return (
        f"{_DAYS[utc.weekday()]}, {utc.day:02d} {MONTHS[utc.month - 1]} {utc.year:04d}"
        f" {utc.hour:02d}:{utc.minute:02d}:{utc.second:02d} GMT"
    )


def json_body(value: object) -> bytes:
    """A JSON document as it goes on the wire."""
    import json  # not all services speak it

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def exact_json_body(value: object) -> bytes:
    """`json_body` of a document that has a `JsonNumber` in it."""
    return _exact_text(value).encode()


def _exact_text(value: object) -> str:
    if isinstance(value, JsonNumber):
        return value
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value).items()
        members = (f"{_exact_text(name)}:{_exact_text(item)}" for name, item in entries)
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_exact_text, cast('list[object]', value)))}]"
    import json

    return json.dumps(value, ensure_ascii=False, allow_nan=False)
