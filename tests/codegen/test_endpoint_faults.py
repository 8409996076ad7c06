"""Every fault of endpoint rules and partition tables, with its place."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from codegen.endpoints import compile_rule_set, plan_endpoints
from codegen.faults import Fault, GenerationError
from codegen.model import Service, Source
from codegen.partitions import plan_partitions
from tests.codegen.endpoint_rules import (
    BOOLEAN,
    OUTPUTS,
    STRING,
    endpoint,
    error,
    fn,
    ref,
    rule_set,
    tree,
)

PARAMETERS = {
    "Region": STRING,
    "Flag": BOOLEAN,
    "Key": {**STRING, "required": True},
    "List": {"type": "stringArray", "required": True},
}


@pytest.mark.parametrize(
    ("condition", "pointer", "message"),
    [
        (fn("frobnicate", "x"), "/fn", "function frobnicate is unknown"),
        ({"fn": "isSet"}, "", "function isSet has no argv"),
        ({"ref": "Flag"}, "", "a condition must be a function call"),
        ("Flag", "", "a condition must be a function call"),
        ({**fn("isSet", ref("Region")), "then": 1}, "", "a function call has no key then"),
        (fn("isSet"), "", "isSet does not take 0 arguments"),
        (fn("not", True, True), "", "not does not take 2 arguments"),
        (fn("booleanEquals", True), "", "booleanEquals does not take 1 arguments"),
        (fn("stringEquals", "a"), "", "stringEquals does not take 1 arguments"),
        (fn("getAttr", ref("Key")), "", "getAttr does not take 1 arguments"),
        (fn("ite", ref("Flag")), "", "ite does not take 1 arguments"),
        (fn("coalesce", "a"), "", "coalesce does not take 1 arguments"),
        (fn("split", "a"), "", "split does not take 1 arguments"),
        (fn("uriEncode"), "", "uriEncode does not take 0 arguments"),
        (
            fn("isSet", ref("Nobody")),
            "/argv/0",
            "'Nobody' is neither a parameter nor assigned before",
        ),
        (fn("isSet", None), "/argv/0", "None is no endpoint rule expression"),
        (fn("uriEncode", ref("Flag")), "/argv/0", "flag is not a string"),
        (fn("substring", "a", "0", 1, True), "/argv/1", "'0' is not a number"),
        (fn("parseURL", ref("Region")), "/argv/0", "region may be unset here"),
        (fn("parseURL", "{Region}!"), "/argv/0", "{Region} is not a string that is set here"),
        (fn("parseURL", "{Flag}!"), "/argv/0", "{Flag} is not a string that is set here"),
        (fn("parseURL", "a}b"), "/argv/0", "template 'a}b' has a brace without partner"),
        (fn("not", ref("Key")), "/argv/0", "key is not a boolean"),
        (fn("booleanEquals", ref("Key"), True), "/argv/0", "key is not a boolean"),
        (fn("stringEquals", ref("Flag"), "x"), "/argv/0", "flag is not a string"),
        (
            fn("stringEquals", ref("Region"), ref("Region")),
            "/argv",
            "region and region may be unset here",
        ),
        (fn("getAttr", ref("Key"), 1), "/argv/1", "1 is not a path of attributes"),
        (fn("getAttr", ref("Key"), "a-b"), "/argv/1", "'a-b' is not a path of attributes"),
        (fn("getAttr", ref("Key"), ""), "/argv/1", "'' is not a path of attributes"),
        (fn("getAttr", ref("Key"), "length"), "/argv/1", "key has no attribute length"),
        (fn("getAttr", ref("Key"), "[0]"), "/argv/1", "key is not a list"),
        (fn("getAttr", fn("parseURL", "x"), "path"), "/argv/1", "parse_url('x') may be unset here"),
        (fn("ite", ref("Flag"), "a", True), "/argv", "ite chooses between 'a' and True: two types"),
        (
            fn("coalesce", ref("Region"), True),
            "/argv",
            "coalesce chooses between values of different types",
        ),
        (fn("split", ref("Key"), "", 0), "/argv/1", "an empty string does not divide a string"),
        (fn("split", ref("Key"), "-", -1), "/argv/2", "-1 is not a number of parts"),
        (fn("uriEncode", "x", assign="Key"), "/assign", "Key has a value already"),
        (
            fn("isSet", fn("uriEncode", "x", assign="y")),
            "/argv/0",
            "a function call has no key assign",
        ),
    ],
)
def test_fault_in_a_condition(condition: Any, pointer: str, message: str) -> None:
    with pytest.raises(GenerationError) as raised:
        compile_rule_set(rule_set(PARAMETERS, error("x", condition)), file="m.json", shape="a#B")
    assert [
        (fault.file, fault.shape, fault.pointer, fault.message) for fault in raised.value.faults
    ] == [("m.json", "a#B", "/rules/0/conditions/0" + pointer, message)]


BAD_RULES: list[tuple[Any, str, str]] = [
    ([], "", "there are no rules"),
    ({}, "", "{} is not a list"),
    ([{"type": "loop"}], "/0/type", "rule type 'loop' is not known"),
    ([{**error("x"), "endpoint": {}}], "/0/endpoint", "endpoint is not known here"),
    ([error("x"), error(1)], "/1/error", "1 is not a string"),
    ([error("{Region}")], "/0/error", "region may be unset here"),
    ([tree([])], "/0/rules", "there are no rules"),
    ([{"type": "error", "error": "x", "conditions": {}}], "/0/conditions", "{} is not a list"),
    ([{"type": "endpoint"}], "/0/endpoint", "None is not an object"),
    ([endpoint(True)], "/0/endpoint/url", "True is not a string"),
    ([endpoint("x", port=1)], "/0/endpoint/port", "port is not known here"),
    ([endpoint("x", headers={"a/b": "c"})], "/0/endpoint/headers/a~1b", "'c' is not a list"),
    ([endpoint("x", headers={"a": [1]})], "/0/endpoint/headers/a/0", "1 is not a string"),
    (
        [endpoint("x", properties={"a": [None]})],
        "/0/endpoint/properties/a/0",
        "None cannot be a property of an endpoint",
    ),
    (
        [endpoint("x", properties={"a": {"b": "{Region}"}})],
        "/0/endpoint/properties/a/b",
        "region may be unset here",
    ),
]


@pytest.mark.parametrize(
    ("rules", "pointer", "message"),
    BAD_RULES,
)
def test_fault_in_a_rule(rules: Any, pointer: str, message: str) -> None:
    document = {"version": "1.0", "parameters": PARAMETERS, "rules": rules}
    with pytest.raises(GenerationError) as raised:
        compile_rule_set(document)
    assert [(fault.pointer, fault.message) for fault in raised.value.faults] == [
        ("/rules" + pointer, message)
    ]


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"version": "2.0"}, "/version", "rule set version '2.0' is not 1.0 or 1.1"),
        ({"bdd": {}}, "/bdd", "bdd is not known here"),
        ({"parameters": {"A": {"type": "map"}}}, "/parameters/A/type", "type 'map' is not known"),
        (
            {"parameters": {"A": {"type": "string", "builtIn": "X::Y"}}},
            "/parameters/A/builtIn",
            "built-in 'X::Y' is not known",
        ),
        (
            {"parameters": {"A": {"type": "boolean", "default": "yes"}}},
            "/parameters/A/default",
            "default 'yes' does not fit type bool",
        ),
        ({"parameters": {"A": {**STRING, "min": 1}}}, "/parameters/A/min", "min is not known here"),
        (
            {"parameters": {"aKey": STRING, "AKey": STRING}},
            "/parameters/AKey",
            "parameters aKey and AKey are both a_key",
        ),
    ],
)
def test_fault_in_the_head(change: dict[str, Any], pointer: str, message: str) -> None:
    with pytest.raises(GenerationError) as raised:
        compile_rule_set({**rule_set({}, endpoint("https://x.com")), **change}, pointer="/here")
    assert [(fault.pointer, fault.message) for fault in raised.value.faults] == [
        ("/here" + pointer, message)
    ]


def test_all_faults_at_once_even_in_rules_that_are_never_reached() -> None:
    rules = rule_set(
        {"Region": {"type": "text"}},
        endpoint("{Region}"),
        error(
            "x", fn("nope"), fn("parseURL", ref("What"), assign="u"), fn("getAttr", ref("u"), "pth")
        ),
    )
    with pytest.raises(GenerationError) as raised:
        compile_rule_set(rules)
    assert [fault.message for fault in raised.value.faults] == [
        "type 'text' is not known",
        "function nope is unknown",
        "'What' is neither a parameter nor assigned before",
        "u has no attribute pth",
    ]


def service(traits: dict[str, Any]) -> Service:
    return Service(
        id="a#S",
        version="1",
        traits=MappingProxyType(traits),
        operations=(),
        shapes={},
        errors=(),
        renames={},
        source=Source("m.json", "/shapes/a#S"),
    )


def test_service_without_rules_has_no_plan() -> None:
    assert plan_endpoints(service({})) is None


def test_service_with_rules_and_decision_diagram_takes_the_rules() -> None:
    rules = rule_set({}, endpoint("https://x.com"))
    traits = {"smithy.rules#endpointBdd": {}, "smithy.rules#endpointRuleSet": rules}
    plan = plan_endpoints(service(traits))
    assert plan == compile_rule_set(rules)


def test_service_with_only_a_decision_diagram_is_a_fault() -> None:
    with pytest.raises(GenerationError) as raised:
        plan_endpoints(service({"smithy.rules#endpointBdd": {}}))
    assert raised.value.faults == [
        Fault(
            "m.json",
            "/shapes/a#S/traits/smithy.rules#endpointBdd",
            "a#S",
            "endpoint rules are only there as a decision diagram",
            "add the rule set that it was made from, trait smithy.rules#endpointRuleSet",
        )
    ]


def test_faults_of_a_partition_table() -> None:
    table = {
        "partitions": [
            {
                "regionRegex": "(",
                "regions": {"us-one": {"dnsSuffix": "x"}},
                "outputs": {**OUTPUTS, "name": "aws-x", "supportsFIPS": "yes"},
            }
        ]
    }
    with pytest.raises(GenerationError) as raised:
        plan_partitions(table, file="p.json")
    assert [
        (fault.file, fault.pointer, fault.message.split(":")[0]) for fault in raised.value.faults
    ] == [
        ("p.json", "/partitions", 'there is no partition "aws"'),
        ("p.json", "/partitions/0/outputs/supportsFIPS", "output supportsFIPS is not a boolean"),
        (
            "p.json",
            "/partitions/0/regionRegex",
            "regionRegex '(' is not a regular expression of Python's",
        ),
        ("p.json", "/partitions/0/regions/us-one", "region us-one has dnsSuffix of its own"),
    ]
