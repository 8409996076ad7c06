"""What generated parsers call: checked reading of headers, JSON and events.

Readers (`as_…`) take a decoded JSON value and return it typed, or raise `ResponseParseError`: a
client whose outputs are typed must not hand over something else. Rules: Smithy HTTP binding,
restJson1.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drawplate.errors import EventStreamParserError, ResponseParseError
from drawplate.http import HttpResponse
from drawplate.serialize import MONTHS

if TYPE_CHECKING:
    from decimal import Decimal

    from drawplate.eventstream import HeaderValue

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Patterns are compiled by `re` at their first use, which few programs get to.
_DECIMAL = r"(-)?([0-9]{1,15})(?:\.([0-9]+))?"
_HTTP_DATE = r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})(\.\d+)? GMT"
_DATE_TIME = r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})"
#: An item of a list in a header field: quoted with backslash escapes, or everything up to a comma.
_LIST_ITEM = r'\s*+(?:"((?:[^"\\]|\\.)*)"\s*|([^",][^,]*|))(?:,|$)'


def payload(response: HttpResponse) -> bytes:
    """The whole body of a response that was read."""
    if isinstance(response.body, bytes):
        return response.body
    raise ResponseParseError("the response body was not read before parsing")


class ExactFloat(float):
    """A number of a JSON document that still knows its digits."""

    __slots__ = ("digits",)

    digits: str

    def __new__(cls, digits: str) -> ExactFloat:
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


def json_value(content: bytes, *, exact: bool = False) -> Any:
    """Decode a JSON document; an empty body is None. `exact` keeps the digits of numbers."""
    if not content:
        return None
    import json  # not all services speak it

    try:
        return json.loads(content, parse_float=ExactFloat if exact else None)
    except (ValueError, RecursionError) as error:
        raise ResponseParseError(f"the response body is not JSON: {_reason(error)}") from None


def json_object(content: bytes, *, exact: bool = False) -> Mapping[str, Any]:
    """Decode a JSON document that has to be an object; an empty body counts as `{}`."""
    value = json_value(content, exact=exact)
    if value is None:
        return {}
    return as_object(value)


def payload_text(response: HttpResponse) -> str:
    """The whole body of a response as text."""
    try:
        return payload(response).decode()
    except UnicodeDecodeError:
        raise ResponseParseError("the response body is not UTF-8 text") from None


def optional_payload(
    response: HttpResponse, read: Callable[[object], T], *, exact: bool = False
) -> T | None:
    """A value that is the whole body, None where the body is empty."""
    content = payload(response)
    return read(json_value(content, exact=exact)) if content else None


def member(body: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T | None:
    """Read a member of a JSON object; None where it is absent or null."""
    value = body.get(name)
    if value is None:
        return None
    return at(name, read, value)


def required_member(
    body: Mapping[str, Any], name: str, read: Callable[[Any], T], correction: object
) -> T:
    """Read a member that is always there; `correction` (JSON) stands in where it is missing."""
    value = body.get(name)
    return at(name, read, correction if value is None else value)


def at(place: str, read: Callable[[Any], T], value: object) -> T:
    """Read a value, saying in the error where it stood."""
    try:
        return read(value)
    except ResponseParseError as error:
        raise ResponseParseError(f"{place}: {error}") from None


def as_str(value: object) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise _unexpected("a string", value)


def as_bool(value: object) -> bool:
    """A boolean."""
    if isinstance(value, bool):
        return value
    raise _unexpected("a boolean", value)


def as_int(value: object) -> int:
    """An integer; `3.0` counts as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _unexpected("an integer", value)


def as_float(value: object) -> float:
    """A number, or one of the strings `NaN`, `Infinity`, `-Infinity`."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ResponseParseError("expected a number, got one out of range") from None
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(str(value))
    raise _unexpected("a number", value)


def as_decimal(value: object) -> Decimal:
    """A number, digit for digit where its document was decoded as `exact`."""
    # Imported here, since hardly any model needs it.
    from decimal import Decimal, InvalidOperation

    if isinstance(value, float | int) and not isinstance(value, bool):
        try:
            made = Decimal(value.digits if isinstance(value, ExactFloat) else repr(value))
        except InvalidOperation:  # its exponent has too many digits
            raise ResponseParseError("expected a number, got one out of range") from None
        if made.is_finite():
            return made
    raise _unexpected("a number", value)


def as_blob(value: object) -> bytes:
    """Bytes from base64 text."""
    try:
        return a2b_base64(as_str(value), strict_mode=True)
    except (Base64Error, ValueError):
        raise ResponseParseError("expected base64 text") from None


def as_document(value: Any) -> Any:
    """Any JSON value, as it is."""
    return value


def as_list(value: object) -> list[Any]:
    """A JSON array."""
    if isinstance(value, list):
        return cast("list[object]", value)
    raise _unexpected("an array", value)


def read_list(value: object, read: Callable[[Any], T]) -> list[T]:
    """The items of a JSON array; nulls are left out, as a list that is not sparse has none."""
    return [at(f"[{i}]", read, v) for i, v in enumerate(as_list(value)) if v is not None]


def read_sparse_list(value: object, read: Callable[[Any], T]) -> list[T | None]:
    """The items of a JSON array that may hold nulls."""
    return [None if v is None else at(f"[{i}]", read, v) for i, v in enumerate(as_list(value))]


def read_map(value: object, read: Callable[[Any], T]) -> dict[str, T]:
    """The entries of a JSON object; nulls are left out, as a map that is not sparse has none."""
    return {k: at(k, read, v) for k, v in as_object(value).items() if v is not None}


def read_sparse_map(value: object, read: Callable[[Any], T]) -> dict[str, T | None]:
    """The entries of a JSON object that may hold nulls."""
    return {k: None if v is None else at(k, read, v) for k, v in as_object(value).items()}


def as_object(value: object) -> Mapping[str, Any]:
    """A JSON object."""
    if isinstance(value, dict):
        return cast("Mapping[str, Any]", value)
    raise _unexpected("an object", value)


#: What a union that is required counts as where it is missing: a member that nobody knows.
NO_MEMBER = {"": ""}


def union_member(value: object) -> tuple[str, Any]:
    """Name and value of the one member of a JSON object that is not null."""
    # Some services put the name of the shape beside it.
    found = [(k, v) for k, v in as_object(value).items() if v is not None and k != "__type"]
    if len(found) != 1:
        raise ResponseParseError(f"expected an object with one member, got {len(found)}")
    return found[0]


def as_epoch_seconds(value: object) -> datetime:
    """A timestamp from seconds since the epoch."""
    seconds = as_float(value)
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        raise ResponseParseError("expected seconds since the epoch, got one out of range") from None


def as_date_time(value: object) -> datetime:
    """A timestamp from RFC 3339 text; the offset is applied, the result is in UTC."""
    match = re.fullmatch(_DATE_TIME, as_str(value), re.ASCII)
    if match is None:
        raise ResponseParseError("expected a date-time such as 2026-01-15T12:34:56Z")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    made = _timestamp(year, int(month), day, hour, minute, second, fraction)
    if offset in "Zz":
        return made
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    try:
        return made - shift if offset[0] == "+" else made + shift
    except OverflowError:
        raise ResponseParseError("expected a date-time in the years 1 to 9999, in UTC") from None


def as_http_date(value: object) -> datetime:
    """A timestamp from IMF-fixdate text."""
    match = re.fullmatch(_HTTP_DATE, as_str(value), re.ASCII)
    if match is None or match[2] not in MONTHS:
        raise ResponseParseError("expected a date such as Thu, 15 Jan 2026 12:34:56 GMT")
    day, month, year, hour, minute, second, fraction = match.groups()
    return _timestamp(year, MONTHS.index(month) + 1, day, hour, minute, second, fraction)


def _timestamp(
    year: str, month: int, day: str, hour: str, minute: str, second: str, fraction: str | None
) -> datetime:
    micros = int((fraction or ".0")[1:7].ljust(6, "0"))
    try:
        return datetime(
            int(year), month, int(day), int(hour), int(minute), int(second), micros, UTC
        )
    except ValueError:
        raise ResponseParseError("expected a date, got one that is not in the calendar") from None


def error_message(body: Mapping[str, Any]) -> str:
    """What the service said of an error, "" when it said nothing."""
    message = body.get("message") or body.get("Message")
    return message if isinstance(message, str) else ""


def header(headers: Mapping[str, str], name: str, read: Callable[[str], T]) -> T | None:
    """Read a header field; None where it is absent."""
    value = headers.get(name)
    if value is None:
        return None
    try:
        return read(value)
    except ResponseParseError as error:
        raise ResponseParseError(f"header {name}: {error}") from None


def required_header(
    headers: Mapping[str, str], name: str, read: Callable[[str], T], correction: T
) -> T:
    """Read a header field that is always there; `correction` stands in where it is missing."""
    value = header(headers, name, read)
    return correction if value is None else value


def prefixed(headers: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The fields whose names begin with `prefix`, without it."""
    return {n[len(prefix) :]: v for n, v in headers.items() if n.startswith(prefix)}


def list_of_text(read: Callable[[str], T]) -> Callable[[str], list[T]]:
    """A reader for a list in one header field; items with a comma are quoted."""

    def items(value: str) -> list[T]:
        found: list[T] = []
        position = 0
        while position < len(value):
            match = re.compile(_LIST_ITEM).match(value, position)
            if match is None:
                raise ResponseParseError("expected a list of values with balanced quotes")
            quoted, plain = match.groups()
            text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip()
            found.append(read(text))
            position = match.end()
        return found

    return items


def http_date_list(value: str) -> list[datetime]:
    """A list of IMF-fixdates in one header field: each has a comma of its own."""
    parts = value.split(",") if value.strip() else []
    return [as_http_date(",".join(parts[i : i + 2]).strip()) for i in range(0, len(parts), 2)]


def base64_header(value: str) -> str:
    """Text of a media type, which travels as base64 in a header field."""
    try:
        return as_blob(value).decode()
    except UnicodeDecodeError:
        raise ResponseParseError("expected base64 of UTF-8 text") from None


def epoch_text(value: str) -> datetime:
    """A timestamp from seconds since the epoch as text; decimals are read to the microsecond."""
    match = re.fullmatch(_DECIMAL, value, re.ASCII)
    if match is None:
        return as_epoch_seconds(float_text(value))
    sign, whole, fraction = match.groups()
    micros = int(whole) * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))
    try:
        return _EPOCH + timedelta(microseconds=-micros if sign else micros)
    except OverflowError:
        raise ResponseParseError("expected seconds since the epoch, got one out of range") from None


def event_header(headers: Mapping[str, HeaderValue], name: str, kind: type[T]) -> T | None:
    """A header of an event; None where it is absent, an error where it is of another type."""
    value = headers.get(name)
    # A bool is an int to Python, but of another type on the wire.
    is_bool = isinstance(value, bool)
    if value is None or (isinstance(value, kind) and is_bool is (kind is bool)):
        return value
    raise EventStreamParserError(
        f"event header {name}: expected {kind.__name__}, got {type(value).__name__}"
    )


def required_event_header(
    headers: Mapping[str, HeaderValue], name: str, kind: type[T], default: T | None = None
) -> T:
    """A header that is always there; without a default it is an error if it is missing."""
    value = event_header(headers, name, kind)
    if value is None:
        value = default
    if value is None:
        raise EventStreamParserError(f"event header {name} is missing")
    return value


def event_text(payload: bytes) -> str:
    """The payload of an event as text."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise EventStreamParserError("the payload of an event is not UTF-8 text") from None


def int_text(value: str) -> int:
    """An integer in a header field."""
    try:
        return int(value)
    except ValueError:
        raise ResponseParseError("expected an integer") from None


def float_text(value: str) -> float:
    """A number in a header field."""
    try:
        return float(value)
    except ValueError:
        raise ResponseParseError("expected a number") from None


def decimal_text(value: str) -> Decimal:
    """A number in a header field, digit for digit."""
    try:
        return as_decimal(ExactFloat(value))
    except ValueError:
        raise ResponseParseError("expected a number") from None


def bool_text(value: str) -> bool:
    """`true` or `false` in a header field."""
    if value in ("true", "false"):
        return value == "true"
    raise ResponseParseError("expected true or false")


def _unexpected(what: str, value: object) -> ResponseParseError:
    # The value may be sensitive: only its type is told.
    return ResponseParseError(f"expected {what}, got {type(value).__name__}")


def _reason(error: Exception) -> str:
    # A JSONDecodeError's text holds position and cause, not the document.
    import json

    return str(error) if isinstance(error, json.JSONDecodeError) else type(error).__name__
