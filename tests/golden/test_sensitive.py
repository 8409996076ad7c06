"""Runs the expected package of the case `sensitive`."""

from __future__ import annotations

import json

from drawplate.http import HttpResponse

from tests.golden.sensitive.expected.sensitive import SensitiveClient, types
from tests.golden.wire import Wire

SECRET = "hush-4711"


def test_secrets_travel_and_are_not_printed() -> None:
    answer = {"Pins": [SECRET], "ByDoor": {"front": [SECRET]}, "Card": {"Number": SECRET}}
    wire = Wire(HttpResponse(200, body=json.dumps(answer).encode()))
    client = SensitiveClient(**wire.options)
    out = client.unlock(door="front", pin=SECRET, card={"number": SECRET})
    assert json.loads(wire.sent[3]) == {
        "Door": "front",
        "Pin": SECRET,
        "Card": {"Number": SECRET},
    }
    assert out == types.UnlockOutput(
        pins=[SECRET], by_door={"front": [SECRET]}, card=types.Card(number=SECRET)
    )
    hidden = "<redacted>"
    assert repr(out) == f"UnlockOutput(pins={hidden}, by_door={hidden}, card={hidden})"
    assert repr(out.card) == f"Card(number={hidden})"


def test_the_input_hides_its_secrets_too() -> None:
    made = types.UnlockInput(door="front", pin=SECRET, card=types.Card(number=SECRET))
    assert repr(made) == "UnlockInput(door='front', pin=<redacted>, card=<redacted>)"


def test_a_secret_that_is_not_set_is_not_printed_as_if_it_were() -> None:
    assert repr(types.UnlockOutput(pins=[])) == "UnlockOutput(pins=<redacted>)"
    assert repr(types.Card()) == "Card()"
