"""Defaults of shapes and members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, enum, list_of, map_of, simple
from tests.codegen.small_models import Shapes, load_shapes


def with_defaults(*pairs: tuple[str, Any]) -> dict[str, Any]:
    """Members m0, m1, …, each with a target and a default."""
    return {f"m{index}": (kind, {"default": value}) for index, (kind, value) in enumerate(pairs)}


CASES: Cases = {
    "defaults of a wrong type": (
        bound(
            **with_defaults(
                ("String", 3),
                ("Blob", []),
                ("Boolean", 0),
                ("Integer", 1.5),
                ("Byte", 128),
                ("Long", True),
                ("Float", "x"),
                ("Double", False),
                ("BigDecimal", "NaN"),
                ("BigInteger", 1.0),
                ("Timestamp", True),
                ("Timestamp", "x"),
                ("t#List", {}),
                ("t#List", ["a"]),
                ("t#Map", {"a": "b"}),
                ("Document", [1]),
                ("Document", {"a": 1}),
                ("t#Color", "red"),
                ("t#Level", 3),
            )
        )
        | {
            "t#List": list_of("String"),
            "t#Map": map_of("String", "String"),
            "t#Color": enum(RED="RED"),
            "t#Level": enum("intEnum", ONE=1),
        },
        [
            ("t#GetIn/members/m0/traits/smithy.api#default", "its default is not a string"),
            ("t#GetIn/members/m1/traits/smithy.api#default", "its default is not a string"),
            (
                "t#GetIn/members/m10/traits/smithy.api#default",
                "its default is not a time such as 1985-04-12T23:20:50Z",
            ),
            (
                "t#GetIn/members/m11/traits/smithy.api#default",
                "its default is not a time such as 1985-04-12T23:20:50Z",
            ),
            ("t#GetIn/members/m12/traits/smithy.api#default", "its default is not a list"),
            (
                "t#GetIn/members/m13/traits/smithy.api#default",
                "its default is a list that is not empty",
            ),
            (
                "t#GetIn/members/m14/traits/smithy.api#default",
                "its default is a map that is not empty",
            ),
            (
                "t#GetIn/members/m15/traits/smithy.api#default",
                "its default is a document that is not empty",
            ),
            (
                "t#GetIn/members/m16/traits/smithy.api#default",
                "its default is a document that is not empty",
            ),
            ("t#GetIn/members/m17/traits/smithy.api#default", "its default is not one of RED"),
            ("t#GetIn/members/m18/traits/smithy.api#default", "its default is not one of 1"),
            ("t#GetIn/members/m2/traits/smithy.api#default", "its default is not true or false"),
            ("t#GetIn/members/m3/traits/smithy.api#default", "its default is not a whole number"),
            (
                "t#GetIn/members/m4/traits/smithy.api#default",
                "its default is not a number of 8 bits",
            ),
            ("t#GetIn/members/m5/traits/smithy.api#default", "its default is not a whole number"),
            ("t#GetIn/members/m6/traits/smithy.api#default", "its default is not a number"),
            ("t#GetIn/members/m7/traits/smithy.api#default", "its default is not a number"),
            ("t#GetIn/members/m8/traits/smithy.api#default", "its default is not a number"),
            ("t#GetIn/members/m9/traits/smithy.api#default", "its default is not a whole number"),
        ],
    ),
    "defaults out of bounds": (
        bound(
            a=("String", {"default": "abc", "length": {"max": 2}, "pattern": "^x"}),
            b=("t#N", {"default": 1, "range": {"max": 0}}),
            c=("Timestamp", {"default": "x", "timestampFormat": "http-date"}),
            d=(
                "Timestamp",
                {"default": "1985-04-12T23:20:50Z", "timestampFormat": "epoch-seconds"},
            ),
            e=("t#L", {"default": []}),
            f=("Timestamp", {"default": 3, "timestampFormat": "date-time"}),
        )
        | {"t#N": simple("integer", range={"min": 5}), "t#L": list_of("String", length={"min": 1})},
        [
            ("t#GetIn/members/a/traits/smithy.api#default", "its default does not match ^x"),
            (
                "t#GetIn/members/a/traits/smithy.api#default",
                "its default has the length 3, and the most is 2",
            ),
            ("t#GetIn/members/b/traits/smithy.api#default", "its default is 1, and the least is 5"),
            ("t#GetIn/members/b/traits/smithy.api#default", "its default is 1, and the most is 0"),
            (
                "t#GetIn/members/c/traits/smithy.api#default",
                "its default is not a date such as Tue, 29 Apr 2014 18:30:38 GMT",
            ),
            (
                "t#GetIn/members/d/traits/smithy.api#default",
                "its default is not a number of seconds",
            ),
            (
                "t#GetIn/members/e/traits/smithy.api#default",
                "its default has the length 0, and the least is 1",
            ),
            (
                "t#GetIn/members/f/traits/smithy.api#default",
                "its default is not a time such as 1985-04-12T23:20:50Z",
            ),
        ],
    ),
    "defaults of shapes": (
        {
            **bound(
                a="t#One",
                b=("t#One", {"default": 2}),
                c=("t#One", {"default": None}),
                d=("t#One", {"default": 1}),
                e="PrimitiveBoolean",
                f=("PrimitiveBoolean", {"default": 0}),
            ),
            "t#One": simple("integer", default=1),
            "t#Null": simple("integer", default=None),
            "t#Text": simple("string", default=1),
        },
        [
            ("t#GetIn/members/a", "has no default, and its target t#One has 1"),
            (
                "t#GetIn/members/b/traits/smithy.api#default",
                "its default is not that of its target t#One, 1",
            ),
            (
                "t#GetIn/members/e",
                "has no default, and its target smithy.api#PrimitiveBoolean has false",
            ),
            (
                "t#GetIn/members/f/traits/smithy.api#default",
                "its default is not that of its target smithy.api#PrimitiveBoolean, false",
            ),
            ("t#GetIn/members/f/traits/smithy.api#default", "its default is not true or false"),
            ("t#Null/traits/smithy.api#default", "its default is null, and only members have that"),
            ("t#Text/traits/smithy.api#default", "its default is not a string"),
        ],
    ),
}

FINE: dict[str, Shapes] = {
    "defaults that are right": bound(
        **with_defaults(
            ("String", ""),
            ("Blob", ""),
            ("Boolean", False),
            ("Byte", -128),
            ("Float", "NaN"),
            ("Double", 1),
            ("Timestamp", 0),
            ("Timestamp", "1985-04-12T23:20:50.52Z"),
            ("Document", None),
            ("Document", {}),
            ("t#List", []),
            ("t#Odd", "b"),
            ("t#Zero", 0),
        )
        | {
            "d": (
                "Timestamp",
                {"default": "Tue, 29 Apr 2014 18:30:38 GMT", "timestampFormat": "http-date"},
            )
        }
    )
    | {
        "t#List": list_of("String"),
        "t#Odd": simple("string", pattern="\\p{L}"),
        "t#Zero": simple("integer", range={"min": 5}),
    },
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])


@pytest.mark.parametrize("case", FINE)
def test_is_accepted(tmp_path: Path, case: str) -> None:
    assert load_shapes(tmp_path / "m.json", FINE[case]).shapes.keys() >= FINE[case].keys()
