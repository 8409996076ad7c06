"""What shapes may refer to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import (
    Cases,
    bound,
    check_rule,
    enum,
    having,
    list_of,
    map_of,
    ref,
    refs,
    simple,
)
from tests.codegen.small_models import BASE, SERVICE, operation, structure, union

CASES: Cases = {
    "members": (
        {
            **bound(a="t#Get", b="t#S", c="t#R", d="Unit", e="t#mark"),
            "t#R": {"type": "resource"},
            "t#mark": simple("string", trait={}),
            "t#L": list_of("t#Get"),
            "t#U": union(x="Unit"),
        },
        [
            ("t#GetIn/members/a", "its target t#Get is an operation"),
            ("t#GetIn/members/b", "its target t#S is a service"),
            ("t#GetIn/members/c", "its target t#R is a resource"),
            ("t#GetIn/members/d", "its target is smithy.api#Unit"),
            ("t#GetIn/members/e", "refers to t#mark, which is a trait"),
            ("t#L/member", "its target t#Get is an operation"),
        ],
    ),
    "keys of maps": (
        {
            **BASE,
            "t#A": map_of("Integer", "String"),
            "t#B": map_of("t#E", "String"),
            "t#E": enum(A=None),
        },
        [("t#A/key", "its target smithy.api#Integer is not a string but an integer")],
    ),
    "operations, resources and errors": (
        {
            **BASE,
            "t#S": {
                **SERVICE,
                "operations": refs("t#Get", "t#GetIn"),
                "resources": refs("t#Get", "t#R"),
                "errors": refs("String"),
            },
            "t#R": {
                "type": "resource",
                "read": ref("String"),
                "put": ref("t#GetIn"),
                "operations": refs("t#S"),
                "collectionOperations": refs("String"),
                "identifiers": {"id": ref("Integer")},
                "properties": {"p": ref("t#Get")},
            },
        },
        [
            ("t#R", "its collection operation smithy.api#String is not an operation"),
            ("t#R", "its identifier 'id' smithy.api#Integer is not a string but an integer"),
            ("t#R", "its operation t#S is not an operation"),
            ("t#R", "its property 'p' is in no input and output of its operations"),
            ("t#R", "its property 'p' t#Get is an operation"),
            ("t#R", "its put operation t#GetIn is not an operation"),
            ("t#R", "its read operation smithy.api#String is not an operation"),
            ("t#S", "its error smithy.api#String is not a structure"),
            ("t#S", "its operation t#GetIn is not an operation"),
            ("t#S", "its resource t#Get is not a resource"),
        ],
    ),
    "inputs, outputs and errors": (
        {
            **BASE,
            "t#GetIn": having(structure(), error="client"),
            "t#Get": operation(
                input="t#GetIn", output="t#List", errors=["t#Plain", "smithy.api#Unit", "t#List"]
            ),
            "t#Plain": structure(),
            "t#List": list_of("String"),
        },
        [
            ("t#Get", "its error is smithy.api#Unit"),
            ("t#Get", "its error smithy.api#Unit is not a structure with smithy.api#error"),
            ("t#Get", "its error t#List is not a structure"),
            ("t#Get", "its error t#Plain is not a structure with smithy.api#error"),
            ("t#Get", "its input t#GetIn is an error"),
            ("t#Get", "its output t#List is not a structure"),
        ],
    ),
    "what is marked as input or output": (
        {
            **BASE,
            "t#In": having(structure(), input={}),
            "t#Out": having(structure(), output={}),
            "t#A": operation("GET /a", input="t#In", output="t#Out"),
            "t#B": operation("GET /b", input="t#In", output="t#In"),
            "t#C": structure(a="t#In", b="t#Out"),
        },
        [
            ("t#B", "its output t#In is marked as input"),
            ("t#C/members/a", "targets t#In, which is marked as input"),
            ("t#C/members/b", "targets t#Out, which is marked as output"),
            ("t#In", "is marked as input and is that of 2 operations: t#A, t#B"),
        ],
    ),
    "members of other shapes": (
        {
            **BASE,
            "t#L": list_of("t#GetIn$a"),
            "t#GetIn": structure(a="String"),
            "t#Get": operation(input="t#GetIn$a"),
        },
        [
            ("t#Get/input", "refers to the member t#GetIn$a"),
            ("t#L/member", "refers to the member t#GetIn$a"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
