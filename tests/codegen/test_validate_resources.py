"""Rules of resources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.codegen.rule_models import Cases, check_rule, ref, refs, simple
from tests.codegen.small_models import BASE, SERVICE, operation, structure

ID: Any = ("String", {"required": {}})

CASES: Cases = {
    "circles": (
        {
            **BASE,
            "t#S": {**SERVICE, "resources": refs("t#A")},
            "t#A": {"type": "resource", "resources": refs("t#B")},
            "t#B": {"type": "resource", "resources": refs("t#A")},
            "t#C": {"type": "resource", "resources": refs("t#C")},
        },
        [
            ("t#A", "is below itself: t#A > t#B > t#A"),
            ("t#B", "is below itself: t#B > t#A > t#B"),
            ("t#C", "is below itself: t#C > t#C"),
        ],
    ),
    "bound twice": (
        {
            **BASE,
            "t#S": {**SERVICE, "resources": refs("t#A", "t#B", "t#C")},
            "t#A": {"type": "resource", "operations": refs("t#Get"), "resources": refs("t#C")},
            "t#B": {"type": "resource", "read": ref("t#R"), "operations": refs("t#R")},
            "t#C": {"type": "resource"},
            "t#R": operation("GET /r", traits={"readonly": {}}),
        },
        [
            ("t#C", "is bound 2 times in t#S: by t#S, t#A"),
            ("t#Get", "is bound 2 times in t#S: by t#S, t#A"),
        ],
    ),
    "lifecycle": (
        {
            **BASE,
            "t#R": {
                "type": "resource",
                **{n: ref("t#Plain") for n in ("put", "read", "update", "delete")},
            },
            "t#Q": {
                "type": "resource",
                **{n: ref("t#Safe") for n in ("put", "read", "update", "delete")},
            },
            "t#Plain": operation("POST /p"),
            "t#Safe": operation("GET /s", traits={"readonly": {}}),
        },
        [
            ("t#Q", "its delete operation t#Safe has no smithy.api#idempotent"),
            ("t#Q", "its delete operation t#Safe has smithy.api#readonly"),
            ("t#Q", "its put operation t#Safe has no smithy.api#idempotent"),
            ("t#Q", "its put operation t#Safe has smithy.api#readonly"),
            ("t#Q", "its update operation t#Safe has smithy.api#readonly"),
            ("t#R", "its delete operation t#Plain has no smithy.api#idempotent"),
            ("t#R", "its put operation t#Plain has no smithy.api#idempotent"),
            ("t#R", "its read operation t#Plain has no smithy.api#readonly"),
        ],
    ),
    "identifiers of children": (
        {
            **BASE,
            "t#R": {
                "type": "resource",
                "identifiers": {"a": ref("String"), "b": ref("String"), "c": ref("String")},
                "resources": refs("t#K"),
            },
            "t#K": {
                "type": "resource",
                "identifiers": {"a": ref("t#Id"), "b": ref("String"), "d": ref("String")},
                "operations": refs("t#Op"),
            },
            "t#Id": simple("string"),
            "t#Op": operation("GET /o", input="t#OpIn"),
            "t#OpIn": structure(a=("t#Id", {"required": {}}), b=ID, d=ID),
        },
        [
            ("t#K", "has no identifier 'c', which its parent t#R has"),
            ("t#K", "its identifier 'a' is not smithy.api#String, as in its parent t#R"),
            ("t#Op", "does not bind c of t#R, the parent of t#K"),
        ],
    ),
    "what operations bind": (
        {
            **BASE,
            "t#R": {
                "type": "resource",
                "identifiers": {"id": ref("String")},
                "read": ref("t#Read"),
                "list": ref("t#List"),
                "create": ref("t#Make"),
                "operations": refs("t#Right"),
                "collectionOperations": refs("t#Both"),
            },
            "t#Read": operation("GET /r", traits={"readonly": {}}),
            "t#List": operation("GET /l", input="t#One", traits={"readonly": {}}),
            "t#Make": operation("POST /m", input="t#Free"),
            "t#Right": operation("POST /x", input="t#Named"),
            "t#Both": operation("POST /b", input="t#Twice"),
            "t#One": structure(id=ID),
            "t#Free": structure(id="String"),
            "t#Named": structure(x=("String", {"required": {}, "resourceIdentifier": "id"})),
            "t#Twice": structure(
                x=("String", {"required": {}, "resourceIdentifier": "id"}),
                y=("String", {"required": {}, "resourceIdentifier": "id"}),
            ),
        },
        [
            ("t#Both", "is bound to the collection of t#R and binds all of its identifiers"),
            ("t#List", "is bound to the collection of t#R and binds all of its identifiers"),
            ("t#Read", "is bound to one t#R and its input lacks id"),
            ("t#Twice/members/y", "binds the identifier 'id', as does 'x'"),
        ],
    ),
    "properties": (
        {
            **BASE,
            "t#R": {
                "type": "resource",
                "identifiers": {"id": ref("String"), "Size": ref("String")},
                "properties": {
                    "name": ref("String"),
                    "size": ref("Integer"),
                    "lost": ref("String"),
                },
                "read": ref("t#Read"),
                "put": ref("t#Put"),
            },
            "t#Read": operation("GET /r", input="t#Ids", output="t#Out", traits={"readonly": {}}),
            "t#Put": operation("PUT /p", input="t#PutIn", traits={"idempotent": {}}),
            "t#Ids": structure(id=ID, Size=ID),
            "t#Out": structure(nested=("t#Body", {"nestedProperties": {}}), beside="String"),
            "t#Body": structure(
                name="Integer",
                other="String",
                alias=("Integer", {"property": {"name": "size"}}),
                size="Integer",
                plain=("String", {"notProperty": {}}),
                own=("String", {"t#own": {}}),
            ),
            "t#own": simple("structure", trait={}, notProperty={}),
            "t#PutIn": structure(id=ID, Size=ID, token=("String", {"idempotencyToken": {}})),
        },
        [
            ("t#Body/members/name", "is the property 'name' of t#R and has another target"),
            ("t#Body/members/other", "is neither a property nor an identifier of t#R"),
            ("t#Body/members/size", "is the property 'size' of t#R, as is 'alias'"),
            ("t#R", "its identifier 'Size' is a property too"),
            ("t#R", "its property 'lost' is in no input and output of its operations"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
