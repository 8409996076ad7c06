"""Enums, unions, names and recursion."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, enum, list_of, map_of, ref, simple
from tests.codegen.small_models import BASE, structure, union

CASES: Cases = {
    "enums without values": (
        {**BASE, "t#E": {"type": "enum", "members": {}}, "t#I": {"type": "intEnum"}},
        [("t#E", "this enum has no values"), ("t#I", "this intEnum has no values")],
    ),
    "enum values": (
        {
            **BASE,
            "t#E": {
                **enum(A=None, B="A", C=3, D=""),
            },
            "t#I": enum("intEnum", A=None, B=1, C=1, D=1.5, E=True, F=2**31, G="x"),
            "t#T": {"type": "enum", "members": {"A": ref("String")}},
        },
        [
            ("t#E/members/B", "has the value 'A', as has 'A'"),
            ("t#E/members/C", "the value of a member of this enum is 3"),
            ("t#E/members/D", "the value of a member of this enum is empty"),
            ("t#I/members/A", "the value of a member of this intEnum is None"),
            ("t#I/members/C", "has the value 1, as has 'B'"),
            ("t#I/members/D", "the value of a member of this intEnum is 1.5"),
            ("t#I/members/E", "the value of a member of this intEnum is True"),
            ("t#I/members/F", "the value 2147483648 has more than 32 bits"),
            ("t#I/members/G", "the value of a member of this intEnum is 'x'"),
            (
                "t#T/members/A",
                "targets smithy.api#String, and members of an enum target smithy.api#Unit",
            ),
        ],
    ),
    "the enum trait": (
        {
            **BASE,
            "t#A": simple(
                "string", enum=[{"value": "a", "name": "A"}, {"value": "a", "name": "A"}]
            ),
            "t#B": simple("string", enum=[{"value": "a", "name": "A"}, {"value": "b"}]),
            "t#C": simple("string", enum=[]),
            "t#D": simple("string", enum=[{"name": "1"}]),
        },
        [
            ("t#A/traits/smithy.api#enum", "smithy.api#enum has the name 'A' twice"),
            ("t#A/traits/smithy.api#enum", "smithy.api#enum has the value 'a' twice"),
            ("t#B/traits/smithy.api#enum", "smithy.api#enum names 1 of 2 values"),
            ("t#C/traits/smithy.api#enum", "the value of smithy.api#enum is empty"),
            ("t#D/traits/smithy.api#enum", "the value of smithy.api#enum at /0 has no 'value'"),
            ("t#D/traits/smithy.api#enum", "the value of smithy.api#enum at /0/name is not a name"),
        ],
    ),
    "a union without members": (
        {**BASE, "t#U": {"type": "union"}},
        [("t#U", "this union has no members")],
    ),
    "names that differ in case": (
        {
            **bound(Name="String", name="String"),
            "t#U": union(a="String", A="String"),
            "t#E": enum(A="1", a="2"),
            "t#Thing": structure(),
            "t#thing": structure(),
            "T#Thing": structure(),
        },
        [
            ("T#Thing", "its id differs from t#Thing in nothing but case"),
            ("t#E/members/a", "its name 'a' differs from that of 'A' in nothing but case"),
            (
                "t#GetIn/members/name",
                "its name 'name' differs from that of 'Name' in nothing but case",
            ),
            ("t#U/members/A", "its name 'A' differs from that of 'a' in nothing but case"),
            ("t#thing", "its id differs from t#Thing in nothing but case"),
        ],
    ),
    "JSON names": (
        {**bound(a=("String", {"jsonName": "b"}), b="String", c=("String", {"jsonName": "B"}))},
        [("t#GetIn/members/b", "its JSON name 'b' is that of 'a' too")],
    ),
    "lists and maps that hold themselves": (
        {
            **BASE,
            "t#A": list_of("t#B"),
            "t#B": map_of("String", "t#A"),
            "t#C": list_of("t#C"),
            "t#D": list_of("t#E"),
            "t#E": structure(d="t#D"),
            "t#F": list_of("t#C"),
        },
        [
            ("t#A", "holds itself without a structure or union between: t#A > t#B > t#A"),
            ("t#B", "holds itself without a structure or union between: t#B > t#A > t#B"),
            ("t#C", "holds itself without a structure or union between: t#C > t#C"),
        ],
    ),
    "structures that need themselves": (
        {
            **BASE,
            "t#A": structure(b=("t#B", {"required": {}})),
            "t#B": structure(a=("t#A", {"required": {}}), c=("t#C", {"required": {}})),
            "t#C": structure(c=("t#C", {"required": {}})),
            "t#D": structure(d="t#D"),
            "t#E": structure(a=("t#A", {"required": {}})),
        },
        [
            ("t#A", "holds itself through required members alone: t#A > t#B > t#A"),
            ("t#B", "holds itself through required members alone: t#B > t#A > t#B"),
            ("t#C", "holds itself through required members alone: t#C > t#C"),
        ],
    ),
    "unions without an end": (
        {
            **BASE,
            "t#A": union(a="t#A"),
            "t#B": union(a="t#B", b="String"),
            "t#C": union(s="t#D"),
            "t#D": structure(c=("t#C", {"required": {}})),
            "t#E": union(s="t#F"),
            "t#F": structure(e="t#E"),
        },
        [
            ("t#A", "has no value that ends: every member leads back to it"),
            ("t#C", "has no value that ends: every member leads back to it"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
