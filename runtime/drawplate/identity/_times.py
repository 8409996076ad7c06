"""Times in answers and files, as seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime

#: The last second of the year 9999.
_LAST = 253402300799


def parse_time(text: object) -> float:
    """Read ISO 8601 with `Z`, an offset, or the old suffix `UTC`; without any it is UTC.

    Raises `ValueError` for anything else, whose text never shows what was given.
    """
    if not isinstance(text, str):
        raise ValueError("it is not a time")
    plain = text.strip()
    if plain.endswith("UTC"):
        plain = plain[:-3].rstrip() + "+00:00"
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError("it is not a time in ISO 8601") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found.timestamp()


def format_time(seconds: float) -> str:
    """The form that all tools read: `2026-01-15T12:34:56Z`."""
    return as_datetime(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_datetime(seconds: float) -> datetime:
    """An aware datetime in UTC; the last one there is for anything later, and 1970 for earlier."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)
