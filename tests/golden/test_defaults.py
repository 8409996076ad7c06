"""Runs the expected package of the case `json_body`: members with default values."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from drawplate.http import HttpResponse

from tests.golden.json_body.expected.json_body import JsonBodyClient, types
from tests.golden.wire import Wire

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PEN_JSON: dict[str, object] = {"Color": "black", "Tags": [], "Made": 1768478400}


def answer(pen: object) -> HttpResponse:
    return HttpResponse(200, body=json.dumps({"Mark": {"pen": pen}}).encode())


def read(response: HttpResponse) -> types.DrawOutput:
    return JsonBodyClient(**Wire(response).options).draw(mark={"dot": {}})


def test_defaults_of_a_structure_are_values_and_not_shared() -> None:
    pen = types.Pen()
    assert (pen.color, pen.tags, pen.made, pen.note) == ("black", [], NOON, None)
    pen.tags.append("x")
    assert types.Pen().tags == []
    tags = ["own"]
    assert types.Pen(tags=tags).tags is tags


def test_defaults_are_sent_but_for_those_that_the_service_fills_in() -> None:
    wire = Wire(answer({}))
    JsonBodyClient(**wire.options).draw(mark={"pen": {"color": None}})
    assert json.loads(wire.sent[3]) == {"Mark": {"pen": PEN_JSON}, "Mode": "ink"}


def test_what_is_given_is_sent_even_if_it_is_the_default() -> None:
    wire = Wire(answer({}))
    pen = types.Pen(color="red", tags=["t"], note="n")
    JsonBodyClient(**wire.options).draw(mark=types.MarkPen(pen), copies=1, mode="")
    assert json.loads(wire.sent[3]) == {
        "Mark": {"pen": PEN_JSON | {"Color": "red", "Tags": ["t"], "Note": "n"}},
        "Copies": 1,
        "Mode": "",
    }


def test_what_the_service_leaves_out_is_the_default() -> None:
    out = read(answer({"Color": None}))
    assert out == types.DrawOutput(mark=types.MarkPen(types.Pen()), copies=5)
    assert out.mark == types.MarkPen(types.Pen(color="black", tags=[], made=NOON, note=None))


def test_what_the_service_says_wins_over_the_default() -> None:
    pen = {"Color": "", "Tags": ["t"], "Made": 0, "Note": "n"}
    response = HttpResponse(200, {"x-copies": "0"}, answer(pen).body)
    made = datetime(1970, 1, 1, tzinfo=UTC)
    assert read(response) == types.DrawOutput(
        mark=types.MarkPen(types.Pen(color="", tags=["t"], made=made, note="n")), copies=0
    )
