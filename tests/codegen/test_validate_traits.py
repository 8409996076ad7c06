"""Where traits go and what they exclude."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, having, list_of, ref, simple
from tests.codegen.small_models import BASE, SERVICE, api, operation, structure, union

CASES: Cases = {
    "traits of awsQuery": (
        {
            **bound(
                a=("String", {"aws.protocols#ec2QueryName": "1"}),
                b=("String", {"aws.protocols#awsQueryCompatible": {}}),
            ),
            "t#S": {**SERVICE, "traits": {"aws.protocols#awsQuery": {}}},
            "t#E": having(
                structure(), error="client", **{"aws.protocols#awsQueryError": {"code": "E"}}
            ),
            "t#F": having(
                structure(), **{"aws.protocols#awsQueryError": {"code": 1, "httpResponseCode": 4}}
            ),
        },
        [
            (
                "t#E/traits/aws.protocols#awsQueryError",
                "the value of aws.protocols#awsQueryError has no 'httpResponseCode'",
            ),
            (
                "t#F/traits/aws.protocols#awsQueryError",
                "aws.protocols#awsQueryError cannot be on a structure",
            ),
            (
                "t#F/traits/aws.protocols#awsQueryError",
                "the value of aws.protocols#awsQueryError at /code is not a string",
            ),
            (
                "t#GetIn/members/a/traits/aws.protocols#ec2QueryName",
                "the value of aws.protocols#ec2QueryName is not the name of a parameter",
            ),
            (
                "t#GetIn/members/b/traits/aws.protocols#awsQueryCompatible",
                "aws.protocols#awsQueryCompatible cannot be on this member of a structure",
            ),
            (
                "t#S/traits/aws.protocols#awsQuery",
                "aws.protocols#awsQuery cannot be on a service",
            ),
        ],
    ),
    "traits that are not defined": (
        {
            **bound(
                a=(
                    "String",
                    {"x#none": {}, "noSuch": {}, "box": {}, "t#plain": {}, "aws.api#whatever": {}},
                )
            ),
            "t#plain": structure(),
        },
        [
            ("t#GetIn/members/a/traits/smithy.api#box", "smithy.api#box is not in Smithy 2.0"),
            (
                "t#GetIn/members/a/traits/smithy.api#noSuch",
                "trait smithy.api#noSuch is not defined",
            ),
            ("t#GetIn/members/a/traits/t#plain", "t#plain is a shape and no trait"),
            ("t#GetIn/members/a/traits/x#none", "trait x#none is not defined"),
        ],
    ),
    "traits where they do not go": (
        {
            **bound(
                a=(
                    "String",
                    {
                        "sensitive": {},
                        "uniqueItems": {},
                        "error": "client",
                        "streaming": {},
                        "enumValue": "x",
                        "range": {"min": 1},
                        "timestampFormat": "date-time",
                        "eventHeader": {},
                        "xmlFlattened": {},
                        "nestedProperties": {},
                    },
                ),
                b=(
                    "Integer",
                    {
                        "pattern": "x",
                        "length": {"min": 1},
                        "idempotencyToken": {},
                        "hostLabel": {},
                        "resourceIdentifier": "b",
                    },
                ),
            ),
            "t#GetOut": structure(),
            "t#A": simple("string", required={}, readonly={}, sparse={}, mixin={}),
            "t#Get": {
                **operation(input="t#GetIn"),
                "traits": {
                    **api(
                        {
                            "http": {"method": "GET", "uri": "/x"},
                            "httpError": 400,
                            "required": {},
                            "paginated": {},
                            "cors": {},
                        }
                    )
                },
            },
            "t#U": union(a=("String", {"required": {}, "default": ""})),
            "t#L": {
                "type": "list",
                "member": {**ref("String"), "traits": api({"required": {}, "jsonName": "x"})},
            },
            "t#B": simple("blob", requiresLength={}),
            "t#C": having(structure(), retryable={}, httpError=400),
            "t#D": having(
                {
                    "type": "structure",
                    "members": {
                        "x": {
                            **ref("Integer"),
                            "traits": api({"httpResponseCode": {}, "addedDefault": {}}),
                        }
                    },
                },
                input={},
            ),
        },
        [
            ("t#A/traits/smithy.api#readonly", "smithy.api#readonly cannot be on a string"),
            ("t#A/traits/smithy.api#required", "smithy.api#required cannot be on a string"),
            ("t#A/traits/smithy.api#sparse", "smithy.api#sparse cannot be on a string"),
            (
                "t#B/traits/smithy.api#requiresLength",
                "smithy.api#requiresLength cannot be on a blob",
            ),
            ("t#C/traits/smithy.api#httpError", "smithy.api#httpError cannot be on a structure"),
            ("t#C/traits/smithy.api#retryable", "smithy.api#retryable cannot be on a structure"),
            (
                "t#D/members/x/traits/smithy.api#addedDefault",
                "smithy.api#addedDefault cannot be on this member of a structure",
            ),
            (
                "t#D/members/x/traits/smithy.api#httpResponseCode",
                "smithy.api#httpResponseCode cannot be on this member of a structure",
            ),
            ("t#Get/traits/smithy.api#cors", "smithy.api#cors cannot be on an operation"),
            ("t#Get/traits/smithy.api#httpError", "smithy.api#httpError cannot be on an operation"),
            (
                "t#Get/traits/smithy.api#paginated",
                "is paginated without 'inputToken', and so is t#S",
            ),
            (
                "t#Get/traits/smithy.api#paginated",
                "is paginated without 'outputToken', and so is t#S",
            ),
            ("t#Get/traits/smithy.api#required", "smithy.api#required cannot be on an operation"),
            (
                "t#GetIn/members/a/traits/smithy.api#enumValue",
                "smithy.api#enumValue cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#error",
                "smithy.api#error cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#nestedProperties",
                "smithy.api#nestedProperties cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#range",
                "smithy.api#range cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#sensitive",
                "smithy.api#sensitive cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#streaming",
                "smithy.api#streaming cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#timestampFormat",
                "smithy.api#timestampFormat cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#uniqueItems",
                "smithy.api#uniqueItems cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#xmlFlattened",
                "smithy.api#xmlFlattened cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#hostLabel",
                "smithy.api#hostLabel cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#idempotencyToken",
                "smithy.api#idempotencyToken cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#length",
                "smithy.api#length cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#pattern",
                "smithy.api#pattern cannot be on this member of a structure",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#resourceIdentifier",
                "smithy.api#resourceIdentifier cannot be on this member of a structure",
            ),
            (
                "t#L/member/traits/smithy.api#jsonName",
                "smithy.api#jsonName cannot be on this member of a list",
            ),
            (
                "t#L/member/traits/smithy.api#required",
                "smithy.api#required cannot be on this member of a list",
            ),
            (
                "t#U/members/a/traits/smithy.api#default",
                "smithy.api#default cannot be on this member of a union",
            ),
            (
                "t#U/members/a/traits/smithy.api#required",
                "smithy.api#required cannot be on this member of a union",
            ),
        ],
    ),
    "items that cannot be unique": (
        {
            **BASE,
            "t#A": list_of("Float", uniqueItems={}),
            "t#B": list_of("t#C", uniqueItems={}),
            "t#C": structure(d="t#D"),
            "t#D": list_of("Document"),
            "t#E": list_of("String", uniqueItems={}),
        },
        [
            (
                "t#A/traits/smithy.api#uniqueItems",
                "its items are unique, and smithy.api#Float has values that cannot be compared",
            ),
            (
                "t#B/traits/smithy.api#uniqueItems",
                "its items are unique, and smithy.api#Document has values that cannot be compared",
            ),
        ],
    ),
    "traits that exclude each other": (
        {
            **bound(
                a=("String", {"required": {}, "recommended": {}, "t#one": {}, "t#two": {}}),
                b=("Blob", {"eventHeader": {}, "eventPayload": {}}),
            ),
            "t#one": simple("structure", trait={"conflicts": ["t#two"]}),
            "t#two": simple("structure", trait={}),
            "t#Get": operation(input="t#GetIn", traits={"readonly": {}, "idempotent": {}}),
            "t#E": having(structure(), error="client", output={}, input={}),
            "t#L": list_of("String", sparse={}, uniqueItems={}),
        },
        [
            (
                "t#E/traits/smithy.api#input",
                "smithy.api#error and smithy.api#input exclude each other",
            ),
            (
                "t#E/traits/smithy.api#output",
                "smithy.api#error and smithy.api#output exclude each other",
            ),
            (
                "t#E/traits/smithy.api#output",
                "smithy.api#input and smithy.api#output exclude each other",
            ),
            (
                "t#Get/traits/smithy.api#readonly",
                "smithy.api#idempotent and smithy.api#readonly exclude each other",
            ),
            (
                "t#GetIn/members/a",
                "has no place in the event beside the member that is the payload",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#required",
                "smithy.api#recommended and smithy.api#required exclude each other",
            ),
            ("t#GetIn/members/a/traits/t#two", "t#one and t#two exclude each other"),
            (
                "t#GetIn/members/b/traits/smithy.api#eventPayload",
                "smithy.api#eventHeader and smithy.api#eventPayload exclude each other",
            ),
            (
                "t#L/traits/smithy.api#uniqueItems",
                "smithy.api#sparse and smithy.api#uniqueItems exclude each other",
            ),
        ],
    ),
    "traits that a structure has once": (
        {
            **bound(
                a=("String", {"idempotencyToken": {}, "t#once": {}}),
                b=("String", {"idempotencyToken": {}, "t#once": {}}),
                c=("t#Bytes", {"httpPayload": {}, "required": {}}),
                d=("t#Bytes", {"httpHeader": "d", "required": {}}),
            ),
            "t#once": simple("structure", trait={"structurallyExclusive": "member"}),
            "t#Bytes": simple("blob", streaming={}),
        },
        [
            ("t#GetIn", "smithy.api#idempotencyToken is on 2 members: a, b"),
            ("t#GetIn", "smithy.api#streaming is on the targets of 2 members: c, d"),
            ("t#GetIn", "t#once is on 2 members: a, b"),
            ("t#GetIn/members/a", "has no place on the wire beside the member that is the payload"),
            ("t#GetIn/members/b", "has no place on the wire beside the member that is the payload"),
            ("t#GetIn/members/d", "targets the stream t#Bytes and is not the payload"),
            (
                "t#GetIn/members/d/traits/smithy.api#httpHeader",
                "smithy.api#httpHeader cannot be on type blob",
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
