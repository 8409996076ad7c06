"""Rules of HTTP bindings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, having, list_of, map_of
from tests.codegen.small_models import BASE, operation, structure

LABEL: Any = ("String", {"httpLabel": {}, "required": {}})

CASES: Cases = {
    "one header twice": (
        bound(
            a=("String", {"httpHeader": "X-A"}),
            b=("String", {"httpHeader": "x-a"}),
            c=("String", {"httpHeader": "X B"}),
            d=("String", {"httpHeader": "X-A"}),
        ),
        [
            ("t#GetIn/members/b", "its header 'x-a' differs from that of 'a' in nothing but case"),
            ("t#GetIn/members/d", "its header 'X-A' is that of 'a' too"),
            ("t#GetIn/members/c/traits/smithy.api#httpHeader", "'X B' is not the name of a header"),
        ],
    ),
    "one query parameter twice": (
        {
            **bound(
                a=("String", {"httpQuery": "q"}),
                b=("String", {"httpQuery": "q"}),
                c=("String", {"httpQuery": "k"}),
            ),
            "t#Get": operation("GET /x?k=1", input="t#GetIn"),
        },
        [
            ("t#GetIn/members/b", "its query parameter 'q' is that of 'a' too"),
            (
                "t#GetIn/members/c/traits/smithy.api#httpQuery",
                "is bound to 'k', which the uri of t#Get has in its query",
            ),
        ],
    ),
    "headers below a prefix": (
        bound(a=("t#Map", {"httpPrefixHeaders": "X-"}), b=("String", {"httpHeader": "x-b"}))
        | {
            "t#Map": map_of("String", "String"),
            "t#Free": structure(
                a=("t#Map", {"httpPrefixHeaders": ""}), b=("String", {"httpHeader": "x-b"})
            ),
        },
        [
            (
                "t#GetIn/members/b/traits/smithy.api#httpHeader",
                "its header 'x-b' begins with 'X-', the prefix of 'a'",
            )
        ],
    ),
    "URIs": (
        {
            **BASE,
            **{
                f"t#O{i}": operation(f"GET {u}")
                for i, u in enumerate(
                    [
                        "x",
                        "/a?",
                        "/a#b",
                        "/ä",
                        "/a//b",
                        "/a{b}",
                        "/{1}",
                        "/{}",
                        "/a?k=1&k=2",
                        "/",
                        "/a/",
                    ]
                )
            },
        },
        [
            ("t#O0/traits/smithy.api#http", "its uri 'x' does not start with '/'"),
            ("t#O1/traits/smithy.api#http", "its uri '/a?' ends with '?'"),
            ("t#O2/traits/smithy.api#http", "its uri '/a#b' has a fragment"),
            ("t#O3/traits/smithy.api#http", "its uri '/ä' has characters that are not ASCII"),
            ("t#O4/traits/smithy.api#http", "its uri '/a//b' has an empty segment"),
            (
                "t#O5/traits/smithy.api#http",
                "its uri '/a{b}' has the segment 'a{b}', which is neither a label nor plain",
            ),
            ("t#O6/traits/smithy.api#http", "its uri '/{1}' has the label '1', which is no name"),
            ("t#O7/traits/smithy.api#http", "its uri '/{}' has the label '', which is no name"),
            ("t#O8/traits/smithy.api#http", "its uri '/a?k=1&k=2' has 'k' twice in its query"),
        ],
    ),
    "labels without members and members without labels": (
        {
            **bound(a=LABEL, b=("String", {"httpLabel": {}})),
            "t#Get": operation("GET /{c}/{b}/{B}?q={d}", input="t#GetIn"),
        },
        [
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{c}/{b}/{B}?q={d}' has a label in its query",
            ),
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{c}/{b}/{B}?q={d}' has the label 'B', which no member is bound to",
            ),
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{c}/{b}/{B}?q={d}' has the label 'b' 2 times",
            ),
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{c}/{b}/{B}?q={d}' has the label 'c', which no member is bound to",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#httpLabel",
                "is bound to a label that the uri '/{c}/{b}/{B}?q={d}' of t#Get has not",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#httpLabel",
                "is a label of the uri and not required",
            ),
        ],
    ),
    "greedy labels": (
        {
            **bound(a=LABEL, b=("Integer", {"httpLabel": {}, "required": {}})),
            "t#Get": operation("GET /{a+}/{b+}", input="t#GetIn"),
        },
        [
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{a+}/{b+}' has a greedy label that is not its only and last one",
            ),
            (
                "t#Get/traits/smithy.api#http",
                "its uri '/{a+}/{b+}' has the greedy label 'b+' on type integer",
            ),
        ],
    ),
    "two payloads, and a member without a place": (
        bound(
            a=("Blob", {"httpPayload": {}}),
            b=("String", {"httpPayload": {}}),
            c="String",
            d=("String", {"httpQuery": "d"}),
        ),
        [
            ("t#GetIn", "smithy.api#httpPayload is on 2 members: a, b"),
            ("t#GetIn/members/c", "has no place on the wire beside the member that is the payload"),
        ],
    ),
    "an error with a payload": (
        {
            **BASE,
            "t#E": having(structure(a=("String", {"httpPayload": {}}), b="String"), error="client"),
        },
        [("t#E/members/b", "has no place on the wire beside the member that is the payload")],
    ),
    "one member in two places": (
        bound(a=("String", {"httpHeader": "a", "httpQuery": "a"})),
        [("t#GetIn/members/a", "is bound to 2 places: httpQuery, httpHeader")],
    ),
    "bindings on wrong types": (
        {
            **bound(
                a=("t#GetIn", {"httpHeader": "a"}),
                b=("t#Map", {"httpQuery": "b"}),
                c=("t#Map", {"httpPrefixHeaders": "c-"}),
                d=("t#Map", {"httpQueryParams": {}}),
                f=("Blob", {"httpHeader": "f"}),
                g=("t#Lists", {"httpQuery": "g"}),
            ),
            "t#GetOut": structure(
                e=("String", {"httpResponseCode": {}}), s=("t#Sparse", {"httpPrefixHeaders": "s-"})
            ),
            "t#Map": map_of("String", "Integer"),
            "t#Lists": list_of("t#Strings"),
            "t#Strings": list_of("String"),
            "t#Sparse": map_of("String", "String", sparse={}),
            "t#Numbers": list_of("Integer"),
            "t#Deep": map_of("String", "t#Numbers"),
            "t#X": structure(a=("t#Deep", {"httpQueryParams": {}})),
        },
        [
            (
                "t#GetIn/members/a/traits/smithy.api#httpHeader",
                "smithy.api#httpHeader cannot be on type structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#httpQuery",
                "smithy.api#httpQuery cannot be on type map of integer",
            ),
            (
                "t#GetIn/members/c/traits/smithy.api#httpPrefixHeaders",
                "smithy.api#httpPrefixHeaders cannot be on type map of integer",
            ),
            (
                "t#GetIn/members/d/traits/smithy.api#httpQueryParams",
                "smithy.api#httpQueryParams cannot be on type map of integer",
            ),
            (
                "t#GetIn/members/f/traits/smithy.api#httpHeader",
                "smithy.api#httpHeader cannot be on type blob",
            ),
            (
                "t#GetIn/members/g/traits/smithy.api#httpQuery",
                "smithy.api#httpQuery cannot be on type list of list",
            ),
            (
                "t#GetOut/members/e/traits/smithy.api#httpResponseCode",
                "smithy.api#httpResponseCode cannot be on type string",
            ),
            (
                "t#GetOut/members/s/traits/smithy.api#httpPrefixHeaders",
                "smithy.api#httpPrefixHeaders cannot be on a sparse map",
            ),
            (
                "t#X/members/a/traits/smithy.api#httpQueryParams",
                "smithy.api#httpQueryParams cannot be on type map of list",
            ),
        ],
    ),
    "a payload on a wrong type": (
        bound(a=("Timestamp", {"httpPayload": {}})),
        [
            (
                "t#GetIn/members/a/traits/smithy.api#httpPayload",
                "smithy.api#httpPayload cannot be on type timestamp",
            )
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
