"""Runs the expected package of the case `json_body`: unions and secrets."""

from __future__ import annotations

import json
from typing import Any, assert_never

import pytest
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.http import HttpResponse
from drawplate.structures import UnknownMember

from tests.golden.json_body.expected.json_body import JsonBodyClient, types
from tests.golden.wire import Wire

SECRET = "hush-4711"
NO_MARK: Any = types.Pen()


def answer(mark: object) -> HttpResponse:
    return HttpResponse(200, body=json.dumps({"Mark": mark}).encode())


def read(mark: object) -> types.Mark:
    return JsonBodyClient(**Wire(answer(mark)).options).draw(mark={"dot": {}}).mark


def sent(mark: Any) -> object:
    wire = Wire(answer({"dot": {}}))
    JsonBodyClient(**wire.options).draw(mark=mark)
    return json.loads(wire.sent[3])["Mark"]


def problems(mark: Any) -> list[str]:
    wire = Wire()
    with pytest.raises(ParamValidationError) as caught:
        JsonBodyClient(**wire.options).draw(mark=mark)
    assert wire.requests == []
    return caught.value.errors


MEMBERS: list[tuple[types.Mark, object, object]] = [
    (types.MarkDot(), {"dot": {}}, {"dot": {}}),
    (types.MarkText("x"), {"text": "x"}, {"t": "x"}),
    (types.MarkPin(SECRET), {"pin": SECRET}, {"pin": SECRET}),
    (
        types.MarkGroup([types.MarkDot(), types.MarkGroup([types.MarkText("y")])]),
        {"group": [{"dot": {}}, types.MarkGroup([types.MarkText("y")])]},
        {"group": [{"dot": {}}, {"group": [{"t": "y"}]}]},
    ),
]


@pytest.mark.parametrize(("made", "given", "wire"), MEMBERS)
def test_each_member_is_sent_from_class_and_mapping_and_read_back(
    made: types.Mark, given: object, wire: object
) -> None:
    assert sent(made) == wire
    assert sent(given) == wire
    assert read(wire) == made


def describe(mark: types.Mark) -> str:
    match mark:
        case types.MarkDot():
            return "dot"
        case types.MarkText(text):
            return text.upper()
        case types.MarkGroup(items):
            return ",".join(map(describe, items))
        case types.MarkPin(_) | types.MarkPen(_):
            return "other"
        case UnknownMember(name, _):
            return f"new: {name}"
        case _:
            assert_never(mark)


def test_match_takes_members_apart() -> None:
    marks: list[object] = [{"t": "a"}, {"dot": {}}, {"arc": [1]}, {"pin": "p"}]
    assert describe(read({"group": marks})) == "A,dot,new: arc,other"


def test_a_member_that_only_the_service_knows_is_kept_and_sent_as_it_came() -> None:
    mark = read({"arc": {"r": [1, None]}})
    assert mark == UnknownMember("arc", {"r": [1, None]})
    assert repr(mark) == "UnknownMember(name='arc', value=<redacted>)"
    assert sent(mark) == {"arc": {"r": [1, None]}}


def test_nulls_and_the_name_of_the_shape_are_no_members() -> None:
    assert read({"__type": "x#Mark", "t": "x", "pin": None, "new": None}) == types.MarkText("x")


def test_a_union_that_is_required_and_missing_is_a_member_without_a_name() -> None:
    assert read(None) == UnknownMember("", "")


WRONG: list[tuple[object, str]] = [
    ({}, "Mark: expected an object with one member, got 0"),
    ({"t": None}, "Mark: expected an object with one member, got 0"),
    ({"t": "x", "dot": {}}, "Mark: expected an object with one member, got 2"),
    ("t", "Mark: expected an object, got str"),
    ({"t": 1}, "Mark: t: expected a string, got int"),
    ({"group": [{"pin": 1}]}, "Mark: group: [0]: pin: expected a string, got int"),
]


@pytest.mark.parametrize(("mark", "message"), WRONG)
def test_an_answer_that_is_no_union_is_an_error_that_says_where(mark: object, message: str) -> None:
    with pytest.raises(ResponseParseError) as caught:
        read(mark)
    assert str(caught.value) == message


KEYS = "one key of dot, text, pin, pen, group"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ({}, [f'expected params["mark"] to have exactly {KEYS}; got none']),
        ({"text": None}, [f'expected params["mark"] to have exactly {KEYS}; got none']),
        (
            {"text": "x", "new": 1},
            [f'expected params["mark"] to have exactly {KEYS}; got text, new'],
        ),
        ({"t": "x"}, [f'unexpected value at params["mark"]["t"]; expected {KEYS}']),
        ({"dot": {"x": 1}}, ['expected params["mark"]["dot"] to be an empty dict']),
        ({"text": 1}, ['expected params["mark"]["text"] to be a str, got int instead']),
        (
            types.MarkGroup([types.MarkText("x"), NO_MARK]),
            [
                'expected params["mark"]["group"][1] to be a dict or types.Mark, got Pen instead',
            ],
        ),
        ([], ['expected params["mark"] to be a dict or types.Mark, got list instead']),
    ],
)
def test_what_is_no_union_is_refused_with_its_place(mark: object, expected: list[str]) -> None:
    assert problems(mark) == expected


def test_secrets_travel_and_are_not_printed() -> None:
    body = {"Mark": {"pin": SECRET}, "ByDoor": {"front": [SECRET]}}
    wire = Wire(HttpResponse(200, body=json.dumps(body).encode()))
    pen = types.Pen(card=types.Card(number=SECRET), note="n")
    out = JsonBodyClient(**wire.options).draw(mark=types.MarkPen(pen))
    assert json.loads(wire.sent[3])["Mark"]["pen"]["Card"] == {"Number": SECRET}
    assert out == types.DrawOutput(mark=types.MarkPin(SECRET), by_door={"front": [SECRET]})
    hidden = "<redacted>"
    assert repr(out) == f"DrawOutput(mark=MarkPin(value={hidden}), copies=5, by_door={hidden})"
    assert repr(pen.card) == f"Card(number={hidden})"
    assert repr(types.MarkPen(pen)) == (
        "MarkPen(value=Pen(color='black', tags=[], made=datetime.datetime(2026, 1, 15, 12, 0, "
        f"tzinfo=datetime.timezone.utc), note='n', card={hidden}))"
    )


def test_a_secret_that_is_not_set_is_not_printed_as_if_it_were() -> None:
    assert repr(types.Card()) == "Card()"
