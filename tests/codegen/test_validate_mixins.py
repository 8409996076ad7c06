"""Rules of mixins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, having, ref, refs, simple
from tests.codegen.small_models import API, BASE, SERVICE, api, operation, structure, union

CASES: Cases = {
    "what is no mixin, or of another type": (
        {
            **BASE,
            "t#A": {**structure(a="String"), "mixins": refs("t#B", "t#C", "String")},
            "t#B": structure(),
            "t#C": having(union(x="String"), mixin={}),
        },
        [
            ("t#A", "this structure uses the union t#C as a mixin"),
            ("t#A", "uses smithy.api#String, which is no mixin"),
            ("t#A", "uses t#B, which is no mixin"),
        ],
    ),
    "circles of mixins": (
        {
            **BASE,
            "t#A": having({"type": "structure", "mixins": refs("t#B")}, mixin={}),
            "t#B": having({"type": "structure", "mixins": refs("t#A")}, mixin={}),
            "t#C": {"type": "structure", "mixins": refs("t#A")},
            "t#D": having({"type": "string", "mixins": refs("t#D")}, mixin={}),
        },
        [
            ("t#A", "is its own mixin: t#A > t#B > t#A"),
            ("t#B", "is its own mixin: t#A > t#B > t#A"),
            ("t#D", "is its own mixin: t#D > t#D"),
        ],
    ),
    "members with other targets": (
        {
            **BASE,
            "t#A": having(structure(a="String", b="String"), mixin={}),
            "t#B": having(structure(a="Integer", b="String"), mixin={}),
            "t#C": {
                "type": "structure",
                "mixins": refs("t#A", "t#B"),
                "members": {"b": ref("Blob")},
            },
        },
        [
            ("t#C", "has 'a' from t#A and t#B, with different targets"),
            ("t#C/members/b", "targets smithy.api#Blob, and smithy.api#String in the mixin t#A"),
        ],
    ),
    "operations and resources that are mixins": (
        {
            **BASE,
            "t#A": having(operation(input="t#GetIn", output="smithy.api#Unit"), mixin={}),
            "t#B": {
                "type": "resource",
                "read": ref("t#Read"),
                "identifiers": {"id": ref("String")},
                "traits": api({"mixin": {}}),
            },
            "t#Read": operation("GET /r", input="t#ReadIn", traits={"readonly": {}}),
            "t#ReadIn": structure(id=("String", {"required": {}})),
        },
        [
            ("t#A", "is a mixin, and a mixin of type operation has no input"),
            ("t#B", "is a mixin, and a mixin of type resource has no read or identifiers"),
        ],
    ),
    "mixins that are referred to": (
        {
            **bound(a="t#A"),
            "t#A": having(structure(), mixin={}),
            "t#S": {**SERVICE, "operations": refs("t#Get", "t#Op")},
            "t#Op": having(operation("GET /o"), mixin={}),
        },
        [
            ("t#GetIn/members/a", "refers to t#A, which is a mixin"),
            ("t#S", "refers to t#Op, which is a mixin"),
        ],
    ),
    "mixins used as traits, and local traits": (
        {
            **bound(a=("String", {"t#A": {}})),
            "t#A": having(
                structure(), mixin={"localTraits": ["t#none", f"{API}none", f"{API}tags"]}, trait={}
            ),
        },
        [
            ("t#A/traits/smithy.api#mixin", "its local trait smithy.api#none is not defined"),
            ("t#A/traits/smithy.api#mixin", "its local trait t#none is not defined"),
            ("t#GetIn/members/a/traits/t#A", "t#A is a mixin and cannot be applied"),
        ],
    ),
    "private mixins and shapes of another namespace": (
        {
            **bound(a="u#P"),
            "u#P": simple("string", private={}),
            "u#M": having(structure(), mixin={}, private={}),
            "t#U": {"type": "structure", "mixins": refs("u#M")},
        },
        [
            ("t#GetIn/members/a", "refers to u#P, which is private to u"),
            ("t#U", "uses u#M, which is private to u"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
