"""Checked reading of headers, JSON and events: no answer becomes a value of the wrong type."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from drawplate import parse
from drawplate.errors import EventStreamParserError, ResponseParseError
from drawplate.eventstream import Byte, HeaderValue
from drawplate.http import Headers, HttpResponse
from hypothesis import given
from hypothesis import strategies as st

Reader = Callable[[Any], object]

NOON = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
BEFORE_NOON = NOON.replace(microsecond=120000)
DATE_TIME = "expected a date-time such as 2026-01-15T12:34:56Z"
HTTP_DATE = "expected a date such as Thu, 15 Jan 2026 12:34:56 GMT"
CALENDAR = "expected a date, got one that is not in the calendar"

READ: list[tuple[Reader, object, object]] = [
    (parse.as_str, "", ""),
    (parse.as_bool, False, False),
    (parse.as_int, -5, -5),
    (parse.as_int, 3.0, 3),
    (parse.as_int, 10**30, 10**30),
    (parse.as_float, 3, 3.0),
    (parse.as_float, 0.5, 0.5),
    (parse.as_float, "-Infinity", float("-inf")),
    (parse.as_blob, "", b""),
    (parse.as_blob, "aGk=", b"hi"),
    (parse.as_document, {"a": [None]}, {"a": [None]}),
    (parse.as_list, [], []),
    (parse.as_object, {}, {}),
    (parse.as_epoch_seconds, 1768480496, NOON),
    (parse.as_epoch_seconds, 1768480496.12, BEFORE_NOON),
    (parse.as_epoch_seconds, -62135596800, datetime(1, 1, 1, tzinfo=UTC)),
    (parse.as_date_time, "2026-01-15T12:34:56Z", NOON),
    (parse.as_date_time, "2026-01-15t12:34:56z", NOON),
    (parse.as_date_time, "2026-01-15T12:34:56.12Z", BEFORE_NOON),
    (parse.as_date_time, "2026-01-15T12:34:56.1200009Z", BEFORE_NOON),
    (parse.as_date_time, "2026-01-15T14:04:56+01:30", NOON),
    (parse.as_date_time, "2026-01-15T04:34:56-08:00", NOON),
    (parse.as_http_date, "Thu, 15 Jan 2026 12:34:56 GMT", NOON),
    (parse.as_http_date, "Thu, 15 Jan 2026 12:34:56.12 GMT", BEFORE_NOON),
    (parse.as_http_date, "Thu, 1 Jan 2026 00:00:00 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
    (parse.int_text, "-7", -7),
    (parse.float_text, "2.5", 2.5),
    (parse.bool_text, "true", True),
    (parse.bool_text, "false", False),
    (parse.epoch_text, "1768480496.12", BEFORE_NOON),
    (parse.base64_header, "eyJhIjoxfQ==", '{"a":1}'),
    (parse.list_of_text(str), "", []),
    (parse.list_of_text(str), "a", ["a"]),
    (parse.list_of_text(str), "a, b ,c", ["a", "b", "c"]),
    (parse.list_of_text(str), 'a,,b"c', ["a", "", 'b"c']),
    (parse.list_of_text(str), '"a,b", "c\\"d" ,e', ["a,b", 'c"d', "e"]),
    (parse.list_of_text(parse.int_text), "1, 2", [1, 2]),
    (parse.http_date_list, "", []),
    (
        parse.http_date_list,
        "Thu, 15 Jan 2026 12:34:56 GMT, Thu, 15 Jan 2026 12:34:56.12 GMT",
        [NOON, BEFORE_NOON],
    ),
]

REFUSED: list[tuple[Reader, object, str]] = [
    (parse.as_str, 5, "expected a string, got int"),
    (parse.as_str, None, "expected a string, got NoneType"),
    (parse.as_bool, 1, "expected a boolean, got int"),
    (parse.as_int, True, "expected an integer, got bool"),
    (parse.as_int, 3.5, "expected an integer, got float"),
    (parse.as_int, "3", "expected an integer, got str"),
    (parse.as_int, float("inf"), "expected an integer, got float"),
    (parse.as_float, False, "expected a number, got bool"),
    (parse.as_float, "1.0", "expected a number, got str"),
    (parse.as_float, 10**400, "expected a number, got one out of range"),
    (parse.as_blob, "a", "expected base64 text"),
    (parse.as_blob, "aGk=é", "expected base64 text"),
    (parse.as_blob, 5, "expected a string, got int"),
    (parse.as_list, {}, "expected an array, got dict"),
    (parse.as_object, [], "expected an object, got list"),
    (parse.as_epoch_seconds, 1e300, "expected seconds since the epoch, got one out of range"),
    (parse.as_epoch_seconds, "NaN", "expected seconds since the epoch, got one out of range"),
    (parse.as_epoch_seconds, "now", "expected a number, got str"),
    (parse.as_date_time, "2026-01-15 12:34:56Z", DATE_TIME),
    (parse.as_date_time, "2026-01-15T12:34:56", DATE_TIME),
    (parse.as_date_time, "\uff12026-01-15T12:34:56Z", DATE_TIME),
    (parse.as_date_time, "2026-02-30T12:34:56Z", CALENDAR),
    (parse.as_date_time, "2026-01-15T24:00:00Z", CALENDAR),
    (
        parse.as_date_time,
        "0001-01-01T00:00:00+01:00",
        "expected a date-time in the years 1 to 9999, in UTC",
    ),
    (parse.as_http_date, "Thursday, 15-Jan-26 12:34:56 GMT", HTTP_DATE),
    (parse.as_http_date, "Thu, 15 Jän 2026 12:34:56 GMT", HTTP_DATE),
    (parse.as_http_date, "Thu, 15 Foo 2026 12:34:56 GMT", HTTP_DATE),
    (parse.as_http_date, "Thu, 31 Feb 2026 12:34:56 GMT", CALENDAR),
    (parse.int_text, "x", "expected an integer"),
    (parse.float_text, "x", "expected a number"),
    (parse.bool_text, "True", "expected true or false"),
    (parse.epoch_text, "x", "expected a number"),
    (parse.base64_header, "/w==", "expected base64 of UTF-8 text"),
    (parse.base64_header, "?", "expected base64 text"),
    (parse.list_of_text(str), 'a, "b" c', "expected a list of values with balanced quotes"),
    (parse.list_of_text(str), 'a, "b,c', "expected a list of values with balanced quotes"),
    (parse.list_of_text(parse.int_text), "1, x", "expected an integer"),
    (parse.http_date_list, "x", HTTP_DATE),
    (parse.http_date_list, "Thu, 15 Jan 2026 12:34:56 GMT,", HTTP_DATE),
]


def ids(rows: list[tuple[Reader, object, Any]]) -> list[str]:
    names = [reader.__qualname__.partition(".")[0] for reader, _, _ in rows]
    return [f"{name}-{index}" for index, name in enumerate(names)]


@pytest.mark.parametrize(("read", "value", "made"), READ, ids=ids(READ))
def test_read(read: Reader, value: object, made: object) -> None:
    result = read(value)
    assert (type(result), result) == (type(made), made)


@pytest.mark.parametrize(("read", "value", "text"), REFUSED, ids=ids(REFUSED))
def test_refused(read: Reader, value: object, text: str) -> None:
    with pytest.raises(ResponseParseError) as raised:
        read(value)
    assert str(raised.value) == text
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
JSON_READERS: list[Reader] = [
    parse.as_str,
    parse.as_bool,
    parse.as_int,
    parse.as_float,
    parse.as_blob,
    parse.as_list,
    parse.as_object,
    parse.as_epoch_seconds,
    parse.as_date_time,
    parse.as_http_date,
]
TEXT_READERS: list[Reader] = [
    parse.int_text,
    parse.float_text,
    parse.bool_text,
    parse.epoch_text,
    parse.base64_header,
    parse.list_of_text(str),
    parse.http_date_list,
    parse.as_date_time,
    parse.as_http_date,
]


def answers_or_refuses(read: Reader, value: object) -> bool:
    with contextlib.suppress(ResponseParseError):
        read(value)
    return True


@given(JSON_VALUES)
def test_no_json_value_breaks_a_reader(value: object) -> None:
    assert all(answers_or_refuses(read, value) for read in JSON_READERS)


@given(
    st.text()
    | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", fullmatch=True)
)
def test_no_header_text_breaks_a_reader(value: str) -> None:
    assert all(answers_or_refuses(read, value) for read in TEXT_READERS)


@given(JSON_VALUES.filter(lambda value: value is not None))
def test_json_bodies_come_back(value: object) -> None:
    assert repr(parse.json_value(json.dumps(value).encode())) == repr(value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "the response body is not JSON: Expecting property name enclosed in double quotes"),
        (b"<html>", "the response body is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'"\xff"', "the response body is not JSON: UnicodeDecodeError"),
        (b"[" * 100_000, "the response body is not JSON: RecursionError"),
        (b"1" * 5000, "the response body is not JSON: ValueError"),
        (b"[1]", "expected an object, got list"),
        (b'"secret"', "expected an object, got str"),
    ],
    ids=["cut", "html", "not-utf8", "deep", "long-number", "array", "string"],
)
def test_a_body_that_is_no_json_object(content: bytes, text: str) -> None:
    with pytest.raises(ResponseParseError) as raised:
        parse.json_object(content)
    assert str(raised.value).startswith(text)


def test_an_empty_body_is_an_empty_object() -> None:
    assert (parse.json_object(b""), parse.json_object(b"null")) == ({}, {})
    assert (parse.json_value(b""), parse.json_value(b"0")) == (None, 0)


class Unread:
    def __iter__(self) -> Any:
        raise AssertionError("nobody asked for the body")

    def close(self) -> None:
        raise AssertionError("nobody opened the body")


def test_payloads() -> None:
    assert parse.payload(HttpResponse(200, body=b"\xff")) == b"\xff"
    assert parse.payload_text(HttpResponse(200, body="é".encode())) == "é"
    assert parse.optional_payload(HttpResponse(200, body=b""), parse.as_object) is None
    assert parse.optional_payload(HttpResponse(200, body=b"{}"), parse.as_object) == {}


def test_a_payload_that_cannot_be_used() -> None:
    with pytest.raises(ResponseParseError, match="not UTF-8 text"):
        parse.payload_text(HttpResponse(200, body=b"\xff"))
    with pytest.raises(ResponseParseError, match="was not read before parsing"):
        parse.payload(HttpResponse(200, body=Unread()))


def test_members() -> None:
    body = {"A": "x", "N": None, "W": 5}
    assert parse.member(body, "A", parse.as_str) == "x"
    assert parse.member(body, "N", parse.as_str) is None
    assert parse.member(body, "missing", parse.as_str) is None
    assert parse.required_member(body, "N", parse.as_str, "") == ""
    assert parse.required_member(body, "A", parse.as_str, "") == "x"
    with pytest.raises(ResponseParseError) as raised:
        parse.member(body, "W", parse.as_str)
    assert str(raised.value) == "W: expected a string, got int"


def test_collections_leave_nulls_out_unless_they_are_sparse() -> None:
    assert parse.read_list([1, None, 2], parse.as_int) == [1, 2]
    assert parse.read_sparse_list([1, None], parse.as_int) == [1, None]
    assert parse.read_map({"a": 1, "b": None}, parse.as_int) == {"a": 1}
    assert parse.read_sparse_map({"a": 1, "b": None}, parse.as_int) == {"a": 1, "b": None}


def test_the_place_of_a_wrong_value_is_told() -> None:
    with pytest.raises(ResponseParseError) as raised:
        parse.read_map({"k": [1, "x"]}, lambda value: parse.read_list(value, parse.as_int))
    assert str(raised.value) == "k: [1]: expected an integer, got str"


def test_headers() -> None:
    headers = Headers({"X-Count": "5", "X-Meta-A": "1", "X-Meta-B": "2", "x-wrong": "five"})
    assert parse.header(headers, "x-count", parse.int_text) == 5
    assert parse.header(headers, "x-none", parse.int_text) is None
    assert parse.prefixed(headers, "x-meta-") == {"a": "1", "b": "2"}
    with pytest.raises(ResponseParseError) as raised:
        parse.header(headers, "x-wrong", parse.int_text)
    assert str(raised.value) == "header x-wrong: expected an integer"


def test_a_header_that_is_always_there() -> None:
    headers = Headers({"x-zero": "0", "x-wrong": "five"})
    assert parse.required_header(headers, "x-zero", parse.int_text, 5) == 0
    assert parse.required_header(headers, "x-none", parse.int_text, 5) == 5
    with pytest.raises(ResponseParseError, match=r"^header x-wrong: expected an integer$"):
        parse.required_header(headers, "x-wrong", parse.int_text, 5)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "a", "Message": "b"}, "a"),
        ({"message": "", "Message": "b"}, "b"),
        ({"Message": "b"}, "b"),
        ({"message": None}, ""),
        ({"Message": 5}, ""),
        ({"MESSAGE": "x"}, ""),
        ({}, ""),
    ],
)
def test_the_message_of_an_error(body: dict[str, object], message: str) -> None:
    assert parse.error_message(body) == message


EVENT: dict[str, HeaderValue] = {
    "flag": True,
    "count": 5,
    "byte": Byte(1),
    "text": "t",
    "blob": b"b",
    "time": NOON,
    "id": UUID(int=1),
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("flag", bool),
        ("count", int),
        ("byte", int),
        ("text", str),
        ("blob", bytes),
        ("time", datetime),
        ("id", UUID),
    ],
)
def test_a_header_of_an_event(name: str, kind: type) -> None:
    assert parse.event_header(EVENT, name, kind) == EVENT[name]
    assert parse.required_event_header(EVENT, name, kind) == EVENT[name]
    assert parse.event_header({}, name, kind) is None


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("flag", int, "event header flag: expected int, got bool"),
        ("count", bool, "event header count: expected bool, got int"),
        ("text", bytes, "event header text: expected bytes, got str"),
        ("blob", str, "event header blob: expected str, got bytes"),
    ],
)
def test_a_header_of_another_type(name: str, kind: type, text: str) -> None:
    with pytest.raises(EventStreamParserError) as raised:
        parse.event_header(EVENT, name, kind)
    assert str(raised.value) == text


def test_a_header_that_an_event_must_have() -> None:
    with pytest.raises(EventStreamParserError, match="event header size is missing"):
        parse.required_event_header(EVENT, "size", int)
    assert parse.required_event_header(EVENT, "size", int, 7) == 7
    assert parse.required_event_header({"size": 0}, "size", int, 7) == 0


def test_text_of_an_event() -> None:
    assert parse.event_text("é".encode()) == "é"
    with pytest.raises(EventStreamParserError, match="not UTF-8 text"):
        parse.event_text(b"\xff")
