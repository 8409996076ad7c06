"""The timestamps of the behaviour suite: three formats, written and read.

The suite counts nanoseconds in years from -9999 on; a `datetime` holds microseconds in the years 1
to 9999. What lies outside has to be refused, and digits that it has no place for are cut.

Before 1970 the suite puts the fraction of a timestamp, which counts forwards, behind the negative
number of whole seconds. As a decimal that is another number: here the decimal counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from drawplate.errors import ResponseParseError
from drawplate.parse import as_date_time, as_http_date, epoch_text
from drawplate.serialize import date_time, epoch_seconds_text, http_date

from tests.support import read_json, suite_path

SUITE: dict[str, Any] = {
    name: cases
    for path in sorted(suite_path("behaviour-tests", "timestamps").glob("*.json"))
    for name, cases in read_json(path).items()
    if name != "description"
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WRITERS: dict[str, Callable[[datetime], str]] = {
    "epoch_seconds": epoch_seconds_text,
    "http_date": http_date,
    "date_time": date_time,
}
READERS: dict[str, Callable[[str], datetime]] = {
    "epoch_seconds": epoch_text,
    "http_date": as_http_date,
    "date_time": as_date_time,
}


def cases(kind: str) -> Iterator[Any]:
    for section, rows in SUITE.items():
        if section.startswith(f"{kind}_"):
            name = section.partition("_")[2]
            for row in rows:
                yield pytest.param(name, row, id=f"behaviour-{section}-{row['iso8601']}")


def moment(row: dict[str, Any]) -> datetime | None:
    """The timestamp of a row; None where a datetime cannot hold it."""
    try:
        return EPOCH + timedelta(
            seconds=int(row["canonical_seconds"]), microseconds=row["canonical_nanos"] // 1000
        )
    except OverflowError:
        return None


def cut(text: str) -> str:
    """The text of a timestamp with at most six digits of a fraction, and no zeros at its end."""
    whole, dot, rest = text.partition(".")
    digits = rest.rstrip("Z GMT")
    fraction = digits[:6].rstrip("0")
    return whole + (dot + fraction if fraction else "") + rest[len(digits) :]


@pytest.mark.parametrize(("name", "row"), [*cases("format")])
def test_timestamps_are_written(name: str, row: dict[str, Any]) -> None:
    value = moment(row)
    if value is None:
        assert row["error"] or not 1 <= int(row["iso8601"].rpartition("T")[0][:-6] or 0) <= 9999
        return
    assert not row["error"]
    written = WRITERS[name](value)
    if name == "epoch_seconds" and value < EPOCH:
        assert Decimal(written) == (value - EPOCH) // timedelta(microseconds=1) / Decimal(10**6)
    else:
        assert written == cut(row["smithy_format_value"])


@pytest.mark.parametrize(("name", "row"), [*cases("parse")])
def test_timestamps_are_read(name: str, row: dict[str, Any]) -> None:
    text: str = row["smithy_format_value"]
    value = moment(row)
    if row["error"] or value is None:
        with pytest.raises(ResponseParseError):
            READERS[name](text)
        return
    if name == "epoch_seconds" and value < EPOCH:
        micros = int(Decimal(text) * 10**6)
        assert READERS[name](text) == EPOCH + timedelta(microseconds=micros)
    else:
        assert READERS[name](text) == value
