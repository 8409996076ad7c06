"""Runs the expected package of the case `json_body`."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.json_body.expected.json_body import JsonBodyClient, types
from tests.golden.wire import Wire

DAY = datetime(2026, 1, 15, 12, 34, 56, 500000, tzinfo=UTC)
URL = "https://golden.test/base/store"
JSON_FIELDS = {"content-type": "application/json"}

THING = types.Thing(
    name="ü",
    parts=[types.Thing(name="inner", parts=[])],
    ratio=-math.inf,
    gaps=[b"\x00\xff", None],
    made=DAY,
    seen={"here": DAY, "there": None},
    color=types.Color.RED,
    size=types.Size.SMALL,
    any={"a": [True, None, "x"]},
)
THING_JSON: dict[str, object] = {
    "n": "ü",
    "Parts": [{"n": "inner", "Parts": []}],
    "Ratio": "-Infinity",
    "Gaps": ["AP8=", None],
    "Made": 1768480496.5,
    "Seen": {"here": "2026-01-15T12:34:56.5Z", "there": None},
    "Color": "red",
    "Size": 1,
    "Any": {"a": [True, None, "x"]},
}


def answer(thing: object) -> HttpResponse:
    return HttpResponse(200, body=json.dumps({"Thing": thing}).encode())


def read(thing: object) -> types.Thing:
    return JsonBodyClient(**Wire(answer(thing)).options).store(thing={"name": "x"}, token="t").thing


def test_every_kind_of_value_is_written_and_read() -> None:
    wire = Wire(answer(THING_JSON))
    out = JsonBodyClient(**wire.options).store(thing=THING, token="t")
    method, url, fields, body = wire.sent
    assert (method, url, fields) == ("POST", URL, JSON_FIELDS)
    assert json.loads(body) == {"Thing": THING_JSON, "Token": "t"}
    assert out == types.StoreOutput(thing=THING)


def test_the_body_is_compact_and_utf_8() -> None:
    wire = Wire(answer({}))
    JsonBodyClient(**wire.options).store(thing={"name": "ü", "size": 1}, token="t")
    body = '{"Thing":{"n":"ü","Size":1},"Token":"t"}'.encode()
    assert wire.sent == ("POST", URL, JSON_FIELDS, body)


def test_dictionaries_and_classes_send_the_same() -> None:
    wire = Wire(answer({}))
    JsonBodyClient(**wire.options).store(
        thing={
            "name": "ü",
            "parts": [types.Thing(name="inner", parts=[])],
            "ratio": -math.inf,
            "gaps": [bytearray(b"\x00\xff"), None],
            "made": DAY,
            "seen": {"here": DAY, "there": None},
            "color": "red",
            "size": 1,
            "any": {"a": (True, None, "x")},
        },
        token="t",
    )
    assert json.loads(wire.sent[3]) == {"Thing": THING_JSON, "Token": "t"}


def test_a_token_is_made_up_for_each_call() -> None:
    wire = Wire(answer({}), answer({}))
    client = JsonBodyClient(**wire.options)
    client.store(thing={"name": "x"})
    client.store(thing={"name": "x"})
    bodies = [request.body for request in wire.requests]
    first, second = (json.loads(body)["Token"] for body in bodies if isinstance(body, bytes))
    assert len(first) == len(second) == 36
    assert first != second


def test_nan_is_read_and_written_as_text() -> None:
    wire = Wire(answer({"n": "x", "Ratio": "NaN"}))
    out = JsonBodyClient(**wire.options).store(thing={"name": "x", "ratio": math.nan}, token="t")
    assert wire.sent[3] == b'{"Thing":{"n":"x","Ratio":"NaN"},"Token":"t"}'
    assert out.thing.ratio is not None
    assert math.isnan(out.thing.ratio)


def test_what_is_required_and_missing_is_corrected() -> None:
    assert read({}) == types.Thing(name="")
    assert read(None) == types.Thing(name="")


def test_nulls_and_unknown_members_are_dropped() -> None:
    thing = {"n": "x", "Ratio": None, "Parts": [None, {"n": "y"}], "New": 1}
    assert read(thing) == types.Thing(name="x", parts=[types.Thing(name="y")])


def test_an_enum_value_of_a_newer_service_is_kept() -> None:
    assert read({"n": "x", "Color": "violet", "Size": 7}) == types.Thing(
        name="x", color="violet", size=7
    )


WRONG: list[tuple[object, str]] = [
    ({"n": 1}, "Thing: n: expected a string, got int"),
    ({"n": "x", "Parts": [{"Parts": {}}]}, "Thing: Parts: [0]: Parts: expected an array, got"),
    ({"n": "x", "Ratio": "1"}, "Thing: Ratio: expected a number, got str"),
    ({"n": "x", "Size": True}, "Thing: Size: expected an integer, got bool"),
    ({"n": "x", "Gaps": ["="]}, "Thing: Gaps: [0]: expected base64 text"),
    ({"n": "x", "Seen": {"k": "today"}}, "Thing: Seen: k: expected a date-time such as"),
    ([], "Thing: expected an object, got list"),
]


@pytest.mark.parametrize(("thing", "message"), WRONG)
def test_a_value_of_another_type_is_an_error_that_says_where(thing: object, message: str) -> None:
    with pytest.raises(ResponseParseError) as caught:
        read(thing)
    assert str(caught.value).startswith(message)


def test_all_wrong_parameters_are_told_at_once() -> None:
    wire = Wire()
    thing: Any = {"parts": [{"name": 1}, 2], "seen": {"k": "v"}, "nam": "x"}
    with pytest.raises(ParamValidationError) as caught:
        JsonBodyClient(**wire.options).store(thing=thing)
    assert caught.value.errors == [
        'missing required parameter params["thing"]["name"]',
        'expected params["thing"]["parts"][0]["name"] to be a str, got int instead',
        'expected params["thing"]["parts"][1] to be a dict or types.Thing, got int instead',
        'expected params["thing"]["seen"]["k"] to be a datetime, got str instead',
        'unexpected value at params["thing"]["nam"]',
    ]
    assert wire.requests == []
