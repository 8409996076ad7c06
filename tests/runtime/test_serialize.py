"""Values as text and JSON on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from drawplate import parse, serialize
from drawplate.errors import ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
MOMENTS = st.datetimes(timezones=st.just(UTC))
NOON = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("my-endpoint", "my-endpoint"),
        ("AZaz09-._~", "AZaz09-._~"),
        ("my ep~/$", "my%20ep~%2F%24"),
        ("100%", "100%25"),
        ("é", "%C3%A9"),
        ("a+b:c?#", "a%2Bb%3Ac%3F%23"),
    ],
)
def test_label(value: str, encoded: str) -> None:
    assert serialize.label("endpoint_name", value) == encoded
    assert serialize.greedy_label("endpoint_name", value) == encoded.replace("%2F", "/")


@given(TEXT)
def test_a_label_is_one_segment_that_decodes_to_the_value(value: str) -> None:
    encoded = serialize.label("name", value)
    assert unquote(encoded, errors="strict") == value
    assert not set(encoded) - set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"
    )


@pytest.mark.parametrize("function", [serialize.label, serialize.greedy_label])
def test_an_empty_label_is_refused(function: Callable[[str, str], str]) -> None:
    with pytest.raises(ParamValidationError) as raised:
        function("endpoint_name", "")
    assert raised.value.errors == [
        'params["endpoint_name"] must not be blank: it is part of the path'
    ]


def test_query() -> None:
    assert serialize.with_query("/p", []) == "/p"
    assert serialize.with_query("/p", [("a b", "1&2"), ("c", ""), ("c", "é/")]) == (
        "/p?a%20b=1%262&c=&c=%C3%A9%2F"
    )
    assert serialize.with_query("/p?x&y=1", [("a", "b")]) == "/p?x&y=1&a=b"


def test_a_map_of_query_parameters_keeps_what_is_there() -> None:
    query = [("a", "kept")]
    serialize.add_query_params(query, {"a": "lost", "b": "1"})
    serialize.add_query_params(query, {"b": ["lost"], "c": ["2", "3"]})
    serialize.add_query_params(query, {"in path": "lost"}, ["in path"])
    assert query == [("a", "kept"), ("b", "1"), ("c", "2"), ("c", "3")]


def test_booleans() -> None:
    assert [serialize.boolean_text(value) for value in (True, False)] == ["true", "false"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e15, "1000000000000000"),
        (1e16, "1e+16"),
        (5e-324, "5e-324"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_numbers_as_text(value: float, text: str) -> None:
    assert serialize.number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_from_its_text(value: float) -> None:
    assert float(serialize.number_text(value)) == value
    assert serialize.number_json(value) == value


def test_numbers_that_json_lacks_are_strings() -> None:
    values = [float("nan"), float("inf"), float("-inf")]
    assert [serialize.number_json(v) for v in values] == ["NaN", "Infinity", "-Infinity"]


@given(st.binary())
def test_a_blob_comes_back_from_base64(value: bytes) -> None:
    assert parse.as_blob(serialize.base64_text(value)) == value


def test_header_lists_quote_what_would_end_an_item() -> None:
    assert serialize.header_list(["a", "b c", "d,e", 'f"g', "h\\i", 'j\\"k']) == (
        'a, b c, "d,e", "f\\"g", h\\i, "j\\\\\\"k"'
    )


@given(st.lists(st.text("ab,\"' ;", min_size=1).filter(lambda text: text == text.strip())))
def test_a_header_list_comes_back(values: list[str]) -> None:
    read = parse.list_of_text(str)
    assert read(serialize.header_list(values)) == values


@pytest.mark.parametrize(
    ("value", "seconds", "date_time", "http_date"),
    [
        (NOON, "1768480496", "2026-01-15T12:34:56Z", "Thu, 15 Jan 2026 12:34:56 GMT"),
        (
            NOON.replace(microsecond=120000),
            "1768480496.12",
            "2026-01-15T12:34:56.12Z",
            "Thu, 15 Jan 2026 12:34:56 GMT",
        ),
        (
            NOON.astimezone(timezone(timedelta(hours=14))),
            "1768480496",
            "2026-01-15T12:34:56Z",
            "Thu, 15 Jan 2026 12:34:56 GMT",
        ),
        (
            datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC),
            "-62132730894",
            "0001-02-03T04:05:06Z",
            "Sat, 03 Feb 0001 04:05:06 GMT",
        ),
    ],
)
def test_timestamps(value: datetime, seconds: str, date_time: str, http_date: str) -> None:
    assert serialize.epoch_seconds_text(value) == seconds
    assert serialize.date_time(value) == date_time
    assert serialize.http_date(value) == http_date


@given(MOMENTS)
def test_timestamps_come_back(value: datetime) -> None:
    assert parse.as_date_time(serialize.date_time(value)) == value
    whole = value.replace(microsecond=0)
    assert parse.as_http_date(serialize.http_date(value)) == whole
    assert parse.as_epoch_seconds(serialize.epoch_seconds(whole)) == whole
    assert parse.epoch_text(serialize.epoch_seconds_text(value)) == value


def test_whole_seconds_are_ints() -> None:
    assert [repr(serialize.epoch_seconds(m)) for m in (NOON, NOON.replace(microsecond=500000))] == [
        "1768480496",
        "1768480496.5",
    ]


def test_json_is_compact_utf8() -> None:
    assert serialize.json_body({"é": [1, 2.5, None, True, "\n"]}) == (
        b'{"\xc3\xa9":[1,2.5,null,true,"\\n"]}'
    )


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        serialize.json_body(float("nan"))


@given(st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT))
def test_json_comes_back(value: dict[str, object]) -> None:
    assert json.loads(serialize.json_body(value)) == value
