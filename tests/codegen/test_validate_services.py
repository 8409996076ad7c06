"""Names and requests within a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, check_rule, list_of, refs, simple
from tests.codegen.small_models import (
    BASE,
    SERVICE,
    Shapes,
    load_shapes,
    operation,
    structure,
)

CASES: Cases = {
    "names": (
        {
            **BASE,
            "t#GetIn": structure(
                a="t#Item",
                b="u#item",
                c="t#Word",
                d="u#Word",
                e="t#Count",
                f="u#Count",
                g="t#List",
                h="u#List",
                i="t#Texts",
                j="u#Texts",
                k="t#Tag",
                l="u#Tag",
            ),
            "t#Item": structure(),
            "u#item": structure(),
            "t#Word": simple("string"),
            "u#Word": simple("string"),
            "t#Count": simple("integer"),
            "u#Count": simple("long"),
            "t#List": list_of("t#Count"),
            "u#List": list_of("u#Count"),
            "t#Texts": list_of("t#Word"),
            "u#Texts": list_of("u#Word"),
            "t#Tag": simple("string"),
            "u#Tag": simple("string", sensitive={}),
            "u#S": structure(),
        },
        [
            ("u#Count", "its name 'Count' is that of t#Count in t#S too"),
            ("u#List", "its name 'List' is that of t#List in t#S too"),
            ("u#Tag", "its name 'Tag' is that of t#Tag in t#S too"),
            ("u#item", "its name 'item' is that of t#Item in t#S too"),
        ],
    ),
    "renames": (
        {
            **BASE,
            "t#S": {
                **SERVICE,
                "rename": {"t#Word": "1st", "t#Far": "Near", "t#GetIn": "GetIn", "t#Get": "Fetch"},
            },
            "t#GetIn": structure(a="t#Word"),
            "t#Word": simple("string"),
            "t#Far": simple("string"),
        },
        [
            ("t#S", "renames t#Far, which the service does not reach"),
            ("t#S", "renames t#GetIn to its own name"),
            ("t#S", "renames t#Word to '1st', which is no name"),
            ("t#S", "renames the operation t#Get"),
        ],
    ),
    "a rename that clashes": (
        {
            **BASE,
            "t#S": {**SERVICE, "rename": {"t#Item": "Thing"}},
            "t#GetIn": structure(a="t#Item", b="t#THING"),
            "t#Item": structure(),
            "t#THING": structure(),
        },
        [("t#THING", "its name 'THING' is that of t#Item in t#S too")],
    ),
    "requests that look alike": (
        {
            **BASE,
            "t#S": {**SERVICE, "operations": refs("t#A", "t#B", "t#C", "t#D", "t#E", "t#F", "t#G")},
            "t#A": operation("GET /x/{a}?k=1", input="t#In"),
            "t#B": operation("GET /x/{b}?k=1", input="t#In2"),
            "t#C": operation("PUT /x/{a}?k=1", input="t#In"),
            "t#D": operation("GET /x/{a}?k=2", input="t#In"),
            "t#E": operation("GET /x/a?k=1"),
            "t#F": operation("GET /x/{a+}?k=1", input="t#In"),
            "t#G": operation(
                "GET /x/{a}?k=1", input="t#In", traits={"endpoint": {"hostPrefix": "a."}}
            ),
            "t#In": structure(a=("String", {"httpLabel": {}, "required": {}})),
            "t#In2": structure(b=("String", {"httpLabel": {}, "required": {}})),
        },
        [("t#B/traits/smithy.api#http", "its method and uri '/x/{b}?k=1' are those of t#A")],
    ),
}
FINE: dict[str, Shapes] = {
    "a renamed shape": {
        **BASE,
        "t#S": {**SERVICE, "rename": {"u#Item": "Other"}},
        "t#GetIn": structure(a="t#Item", b="u#Item"),
        "t#Item": structure(),
        "u#Item": structure(),
    },
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])


@pytest.mark.parametrize("case", FINE)
def test_is_accepted(tmp_path: Path, case: str) -> None:
    assert load_shapes(tmp_path / "m.json", FINE[case]).shapes.keys() >= FINE[case].keys()
