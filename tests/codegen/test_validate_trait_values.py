"""What the values of traits look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.codegen.rule_models import Cases, bound, check_rule, having, list_of, map_of, simple
from tests.codegen.small_models import BASE, GET, SERVICE, api, operation, structure, union

CASES: Cases = {
    "values of a wrong type": (
        {
            **bound(
                a=(
                    "String",
                    {
                        "jsonName": 3,
                        "required": True,
                        "tags": ["a", 1],
                        "deprecated": {"message": 1},
                        "documentation": {},
                    },
                ),
                b=("Timestamp", {"timestampFormat": "roman"}),
                c=("String", {"httpHeader": {}}),
                d=("String", {"httpQuery": ""}),
                e=("String", {"externalDocumentation": {}}),
            ),
            "t#E": having(structure(), error="mine", httpError="400", retryable={"throttling": 1}),
            "t#F": having(structure(), error="client", httpError=99),
            "t#L": list_of("String", length={"min": -1}),
            "t#M": list_of("String", length={}),
            "t#N": simple("string", length={"min": 2, "max": 1}),
            "t#O": simple("integer", range={"min": 0.5}),
            "t#P": simple("float", range={"min": "1"}),
            "t#Q": simple("string", externalDocumentation={"x": "here"}, pattern=3, xmlName="1"),
            "t#R": simple("string", externalDocumentation=[]),
            "t#S": {
                **SERVICE,
                "traits": {
                    "aws.protocols#restJson1": {"http": "h2"},
                    "aws.auth#sigv4": {},
                    "aws.auth#sigv4a": {"name": ""},
                    "aws.api#service": {"sdkId": 3},
                    **api({"auth": ["aws.auth#sigv4", "aws.auth#sigv4"], "xmlNamespace": {}}),
                },
            },
        },
        [
            (
                "t#E/traits/smithy.api#error",
                "the value of smithy.api#error is not one of client, server",
            ),
            (
                "t#E/traits/smithy.api#httpError",
                "the value of smithy.api#httpError is not a whole number from 100 to 599",
            ),
            (
                "t#E/traits/smithy.api#retryable",
                "the value of smithy.api#retryable at /throttling is not true or false",
            ),
            (
                "t#F/traits/smithy.api#httpError",
                "the value of smithy.api#httpError is not a whole number from 100 to 599",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#deprecated",
                "the value of smithy.api#deprecated at /message is not a string",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#documentation",
                "the value of smithy.api#documentation is not a string",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#jsonName",
                "the value of smithy.api#jsonName is not a string",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#required",
                "the value of smithy.api#required is not an object",
            ),
            (
                "t#GetIn/members/a/traits/smithy.api#tags",
                "the value of smithy.api#tags at /1 is not a string",
            ),
            (
                "t#GetIn/members/b/traits/smithy.api#timestampFormat",
                "the value of smithy.api#timestampFormat is not one of "
                "date-time, http-date, epoch-seconds",
            ),
            (
                "t#GetIn/members/c/traits/smithy.api#httpHeader",
                "the value of smithy.api#httpHeader is not a string",
            ),
            (
                "t#GetIn/members/d/traits/smithy.api#httpQuery",
                "the value of smithy.api#httpQuery is empty",
            ),
            (
                "t#GetIn/members/e/traits/smithy.api#externalDocumentation",
                "the value of smithy.api#externalDocumentation is empty",
            ),
            (
                "t#L/traits/smithy.api#length",
                "the value of smithy.api#length at /min is not a whole number from 0",
            ),
            (
                "t#M/traits/smithy.api#length",
                "the value of smithy.api#length has neither 'min' nor 'max'",
            ),
            (
                "t#N/traits/smithy.api#length",
                "the value of smithy.api#length has a 'min' above its 'max'",
            ),
            ("t#O/traits/smithy.api#range", "its min 0.5 is no whole number, as its values are"),
            (
                "t#P/traits/smithy.api#range",
                "the value of smithy.api#range at /min is not a number",
            ),
            (
                "t#Q/traits/smithy.api#externalDocumentation",
                "the value of smithy.api#externalDocumentation at /x is not a URL",
            ),
            ("t#Q/traits/smithy.api#pattern", "the value of smithy.api#pattern is not a string"),
            ("t#Q/traits/smithy.api#xmlName", "smithy.api#xmlName cannot be on a string"),
            (
                "t#Q/traits/smithy.api#xmlName",
                "the value of smithy.api#xmlName is not the name of an XML element",
            ),
            (
                "t#R/traits/smithy.api#externalDocumentation",
                "the value of smithy.api#externalDocumentation is not an object",
            ),
            (
                "t#S/traits/aws.api#service",
                "the value of aws.api#service at /sdkId is not a string",
            ),
            ("t#S/traits/aws.auth#sigv4", "the value of aws.auth#sigv4 has no 'name'"),
            (
                "t#S/traits/aws.auth#sigv4a",
                "the value of aws.auth#sigv4a at /name is empty",
            ),
            (
                "t#S/traits/aws.protocols#restJson1",
                "the value of aws.protocols#restJson1 at /http is not a list",
            ),
            ("t#S/traits/smithy.api#auth", "the value of smithy.api#auth has an element twice"),
            (
                "t#S/traits/smithy.api#xmlNamespace",
                "the value of smithy.api#xmlNamespace has no 'uri'",
            ),
        ],
    ),
    "what an http trait lacks": (
        {
            **BASE,
            "t#Get": {**GET, "traits": api({"http": {"method": "GET"}})},
            "t#A": {
                **operation(),
                "traits": api({"http": {"method": "", "uri": "/a", "code": 99}}),
            },
            "t#B": {**operation(), "traits": api({"http": "GET /b"})},
        },
        [
            (
                "t#A/traits/smithy.api#http",
                "the value of smithy.api#http at /code is not a whole number from 100 to 999",
            ),
            ("t#A/traits/smithy.api#http", "the value of smithy.api#http at /method is empty"),
            ("t#B/traits/smithy.api#http", "the value of smithy.api#http is not an object"),
            ("t#Get/traits/smithy.api#http", "the value of smithy.api#http has no 'uri'"),
        ],
    ),
    "values of the model's own traits": (
        {
            **bound(
                a=(
                    "String",
                    {
                        "t#count": "x",
                        "t#both": {"a": 1, "b": [None], "z": {}},
                        "t#which": {"x": 1, "y": 2},
                        "t#pick": {"z": 1},
                        "t#sparse": {"k": None},
                    },
                )
            ),
            "t#count": simple("integer", trait={}),
            "t#both": having(
                structure(a="String", b="t#Texts", c=("String", {"required": {}})), trait={}
            ),
            "t#which": having(union(x="Integer", y="Integer"), trait={}),
            "t#pick": having(union(x="Integer"), trait={}),
            "t#Texts": list_of("String"),
            "t#sparse": map_of("t#Short", "String", trait={}, sparse={}),
            "t#Short": simple("string", length={"min": 2}),
            "t#set": list_of("Integer", trait={}, uniqueItems={}, length={"min": 1, "max": 2}),
            "t#X": simple("string", **{"t#set": [1, 1, 2]}),
            "t#Y": simple("string", **{"t#set": []}),
        },
        [
            ("t#GetIn/members/a/traits/t#both", "the value of t#both at /a is not a string"),
            ("t#GetIn/members/a/traits/t#both", "the value of t#both at /b/0 is not a string"),
            ("t#GetIn/members/a/traits/t#both", "the value of t#both has no 'c'"),
            ("t#GetIn/members/a/traits/t#count", "the value of t#count is not a whole number"),
            (
                "t#GetIn/members/a/traits/t#pick",
                "the value of t#pick at /z is no member of the union",
            ),
            (
                "t#GetIn/members/a/traits/t#sparse",
                "the value of t#sparse at /k (the key) has the length 1, and the least is 2",
            ),
            (
                "t#GetIn/members/a/traits/t#which",
                "the value of t#which has more than one member of a union",
            ),
            ("t#X/traits/t#set", "the value of t#set has an element twice"),
            ("t#X/traits/t#set", "the value of t#set has the length 3, and the most is 2"),
            ("t#Y/traits/t#set", "the value of t#set has the length 0, and the least is 1"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
