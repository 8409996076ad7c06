"""The JSON of a shape: what cannot be read is told piece by piece, and hides nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, ref
from tests.codegen.small_models import BASE, operation

CASES: Cases = {
    "shapes that are no objects, without a type, or of another": (
        {
            **BASE,
            "t#A": [],
            "t#B": {},
            "t#C": {"type": 3},
            "t#D": {"type": "set", "member": ref("String")},
            "t#E": {"type": "member"},
            "Hi": {"type": "string"},
            "t#F$a": {"type": "string"},
        },
        [
            ("Hi", "'Hi' is not a shape id"),
            ("t#A", "is not an object"),
            ("t#B", "has no type"),
            ("t#C/type", "shape type 3 is not known"),
            ("t#D/type", "shape type 'set' is not known"),
            ("t#E/type", "shape type 'member' is not known"),
            ("t#F$a", "is the id of a member, and only apply entries have such"),
        ],
    ),
    "members and their targets": (
        {
            **BASE,
            "t#A": {"type": "structure", "members": []},
            "t#B": {
                "type": "structure",
                "members": {"a": "String", "b": {}, "c": {"target": "String"}, "1d": ref("String")},
            },
            "t#C": {"type": "list", "member": "String"},
            "t#D": {"type": "map", "key": {"target": 3}, "value": ref("String")},
        },
        [
            ("t#A/members", '"members" is not an object'),
            ("t#B/members/1d", "'1d' is not a member name"),
            ("t#B/members/a", "member 'a' is not an object"),
            ("t#B/members/b", "member 'b' has no target"),
            ("t#B/members/c/target", "'String' is not a shape id"),
            ("t#C/member", "member 'member' is not an object"),
            ("t#D/key", "member 'key' has no target"),
        ],
    ),
    "references": (
        {
            **BASE,
            "t#A": {
                "type": "operation",
                "input": "t#GetIn",
                "output": {},
                "errors": ["t#GetIn", {"target": "x"}],
            },
            "t#B": {"type": "operation", "errors": {}},
            "t#C": {
                "type": "resource",
                "create": 3,
                "identifiers": [],
                "properties": {"a": 3},
                "resources": "t#C",
            },
            "t#D": {"type": "structure", "mixins": ["t#E"]},
            "t#E": {"type": "structure", "mixins": {}},
        },
        [
            ("t#A/errors/0", "is not a reference"),
            ("t#A/errors/1/target", "'x' is not a shape id"),
            ("t#A/input", "is not a reference"),
            ("t#A/output", "this reference has no target"),
            ("t#B/errors", '"errors" is not a list'),
            ("t#C/create", "is not a reference"),
            ("t#C/identifiers", '"identifiers" is not an object'),
            ("t#C/properties/a", "is not a reference"),
            ("t#C/resources", '"resources" is not a list'),
            ("t#D/mixins/0", "is not a reference"),
            ("t#E/mixins", '"mixins" is not a list'),
        ],
    ),
    "what a service holds": (
        {
            **BASE,
            "t#A": {"type": "service", "version": 1, "rename": [], "operations": {}},
            "t#B": {"type": "service", "rename": {"x": "Y", "t#GetIn": 3}},
        },
        [
            ("t#A/operations", '"operations" is not a list'),
            ("t#A/rename", '"rename" is not an object'),
            ("t#A/version", '"version" is not a string'),
            ("t#B/rename/t#GetIn", '"t#GetIn" is not a string'),
            ("t#B/rename/x", "'x' is not a shape id"),
        ],
    ),
    "traits": (
        {
            **BASE,
            "t#A": {"type": "string", "traits": []},
            "t#B": {"type": "string", "traits": {"documentation": "x"}},
            "t#C": {
                "type": "structure",
                "members": {
                    "a": {**ref("String"), "traits": 3},
                    "b": {**ref("String"), "traits": {"t#x$y": {}}},
                },
            },
            "t#B$c": {"type": "apply", "traits": 3},
        },
        [
            ("t#A/traits", '"traits" is not an object'),
            ("t#B$c", "traits are applied to a member that t#B has not"),
            ("t#B$c/traits", '"traits" is not an object'),
            ("t#B/traits/documentation", "'documentation' is not the id of a trait"),
            ("t#C/members/a/traits", '"traits" is not an object'),
            ("t#C/members/b/traits/t#x$y", "'t#x$y' is not the id of a trait"),
        ],
    ),
    "a list without a member and a map without both": (
        {
            **BASE,
            "t#A": {"type": "list"},
            "t#B": {"type": "map"},
            "t#C": {"type": "map", "key": ref("String")},
        },
        [
            ("t#A", "this list has no 'member'"),
            ("t#B", "this map has no 'key'"),
            ("t#B", "this map has no 'value'"),
            ("t#C", "this map has no 'value'"),
        ],
    ),
    "what is broken hides nothing else": (
        {
            **bound(
                a="t#A", b="t#B", c=("t#C", {"httpHeader": "c"}), d=("t#GetIn", {"httpHeader": "d"})
            ),
            "t#A": {"type": "tuple"},
            "t#C": {"type": "structure", "members": 3},
            "t#Get": operation("GET /{z}", input="t#GetIn", output="t#C", errors=["t#B"]),
        },
        [
            ("t#A/type", "shape type 'tuple' is not known"),
            ("t#C/members", '"members" is not an object'),
            ("t#Get/errors/0", "refers to t#B, which is not defined"),
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{z}' has the label 'z', which no member is bound to",
            ),
            ("t#GetIn/members/b", "refers to t#B, which is not defined"),
            (
                "t#GetIn/members/d/traits/smithy.api#httpHeader",
                "smithy.api#httpHeader cannot be on type structure",
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
