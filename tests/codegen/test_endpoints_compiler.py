"""Compiling endpoint rules: the whole text for small rule sets, and every fault."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.endpoints import EndpointParameter, compile_rule_set, plan_endpoints
from codegen.faults import Fault, GenerationError
from codegen.model import Service, Source
from codegen.partitions import plan_partitions
from tests.codegen.endpoint_modules import render_endpoints, render_partitions
from tests.support import read_json, suite_path

STRING = {"type": "string"}
BOOLEAN = {"type": "boolean", "default": False, "required": True}


def ref(name: str) -> dict[str, Any]:
    return {"ref": name}


def fn(name: str, *argv: Any, assign: str = "") -> dict[str, Any]:
    call: dict[str, Any] = {"fn": name, "argv": list(argv)}
    return {**call, "assign": assign} if assign else call


def endpoint(url: Any, *conditions: Any, **more: Any) -> dict[str, Any]:
    return {"type": "endpoint", "conditions": list(conditions), "endpoint": {"url": url, **more}}


def error(text: Any, *conditions: Any) -> dict[str, Any]:
    return {"type": "error", "conditions": list(conditions), "error": text}


def tree(conditions: list[Any], *rules: Any) -> dict[str, Any]:
    return {"type": "tree", "conditions": conditions, "rules": list(rules)}


def rule_set(parameters: Mapping[str, Any], *rules: Any) -> dict[str, Any]:
    return {"version": "1.0", "parameters": dict(parameters), "rules": list(rules)}


def body(parameters: Mapping[str, Any], *rules: Any) -> str:
    text = "\n".join(compile_rule_set(rule_set(parameters, *rules)).body)
    ast.parse(text)
    return text


NO_RULE = "raise EndpointResolutionError('No endpoint rule matches these parameters')"


def test_sagemaker_runtime() -> None:
    suite = read_json(suite_path("endpoint-tests", "sagemaker-runtime-2026-08.json"))
    assert "\n".join(compile_rule_set(suite["ruleSet"]).body) == (
        """\
if endpoint is not None:
    if use_fips:
        raise EndpointResolutionError('Invalid Configuration: FIPS and custom endpoint are not supported')
    if use_dual_stack:
        raise EndpointResolutionError('Invalid Configuration: Dualstack and custom endpoint are not supported')
    return Endpoint(endpoint)
if region is not None:
    partition_result = aws_partition(region, PARTITIONS)
    if use_fips:
        if use_dual_stack:
            if partition_result.supports_fips and partition_result.supports_dual_stack:
                return Endpoint(f'https://runtime.sagemaker-fips.{region}.{partition_result.dual_stack_dns_suffix}')
            raise EndpointResolutionError(
                'FIPS and DualStack are enabled, but this partition does not support one or '
                'both'
            )
        if partition_result.supports_fips:
            if partition_result.name == 'aws':
                return Endpoint(f'https://runtime-fips.sagemaker.{region}.amazonaws.com')
            if partition_result.name == 'aws-us-gov':
                return Endpoint(f'https://runtime.sagemaker.{region}.amazonaws.com')
            return Endpoint(f'https://runtime.sagemaker-fips.{region}.{partition_result.dns_suffix}')
        raise EndpointResolutionError('FIPS is enabled but this partition does not support FIPS')
    if use_dual_stack:
        if partition_result.supports_dual_stack:
            return Endpoint(f'https://runtime.sagemaker.{region}.{partition_result.dual_stack_dns_suffix}')
        raise EndpointResolutionError('DualStack is enabled but this partition does not support DualStack')
    return Endpoint(f'https://runtime.sagemaker.{region}.{partition_result.dns_suffix}')
raise EndpointResolutionError('Invalid Configuration: Missing Region')"""  # noqa: E501
    )


def test_whole_module() -> None:
    rules = rule_set(
        {
            "Region": {"type": "String", "builtIn": "AWS::Region", "documentation": "unused"},
            "UseFIPS": {"builtIn": "AWS::UseFIPS", **BOOLEAN},
            "Names": {"type": "stringArray", "documentation": 'A """hostile\\ text.'},
        },
        endpoint(
            "https://{Region}.{P#dnsSuffix}",
            fn("isSet", ref("Region")),
            fn("aws.partition", ref("Region"), assign="P"),
            fn("booleanEquals", True, ref("UseFIPS")),
            headers={"x-region": ["{Region}", "{{fixed}}"]},
            properties={"authSchemes": [{"name": "sigv4", "signingRegion": "{Region}"}], "n": 1},
        ),
        error("Nothing for {{you}} \"or\" 'me'"),
    )
    plan = compile_rule_set(rules)
    assert plan.auth_schemes == ("sigv4",)
    assert render_endpoints(plan, "# Header.") == (
        '''\
# Header.
"""Endpoint rules of the service, compiled: which URL a configuration leads to."""

from __future__ import annotations

from collections.abc import Sequence

from drawplate.endpoints import Endpoint, aws_partition
from drawplate.errors import EndpointResolutionError

from ._partitions import PARTITIONS

__all__ = ["Endpoint", "resolve_endpoint"]


def resolve_endpoint(
    *,
    region: str | None = None,
    use_fips: bool = False,
    names: Sequence[str] | None = None,
) -> Endpoint:
    """Return where requests go.

    Args:
        region: Region that requests go to.
        use_fips: Use the endpoint with cryptography validated under FIPS 140.
        names: A \\"\\"\\"hostile\\\\ text.

    Raises:
        EndpointResolutionError: the rules refuse these parameters; the text is the model's.
    """
    if region is not None:
        p = aws_partition(region, PARTITIONS)
        if use_fips:
            return Endpoint(f'https://{region}.{p.dns_suffix}', headers={'x-region': [region, '{fixed}']}, properties={'authSchemes': [{'name': 'sigv4', 'signingRegion': region}], 'n': 1})
    raise EndpointResolutionError('Nothing for {you} "or" \\'me\\'')
'''  # noqa: E501
    )


def test_smallest_module_has_no_parameters_and_no_imports_to_spare() -> None:
    assert render_endpoints(compile_rule_set(rule_set({}, endpoint("https://x.com")))) == (
        '''\
# Code generated by a test.
"""Endpoint rules of the service, compiled: which URL a configuration leads to."""

from __future__ import annotations

from drawplate.endpoints import Endpoint

__all__ = ["Endpoint", "resolve_endpoint"]


def resolve_endpoint(
) -> Endpoint:
    """Return where requests go."""
    return Endpoint('https://x.com')
'''
    )


def test_partitions_module() -> None:
    table = {
        "partitions": [
            {
                "id": "aws",
                "regionRegex": r"^us\-\w+$",
                "regions": {"us-one": {"description": "One"}, "us-two": {}},
                "outputs": OUTPUTS,
            }
        ]
    }
    assert render_partitions(plan_partitions(table), "# Header.") == (
        '''\
# Header.
"""Partitions: groups of regions that share DNS suffixes."""

from __future__ import annotations

from drawplate.endpoints import Partition

PARTITIONS = (
    Partition(
        'aws',
        dns_suffix='amazonaws.com',
        dual_stack_dns_suffix='api.aws',
        supports_fips=True,
        supports_dual_stack=False,
        implicit_global_region='us-east-1',
        region_regex='^us\\\\-\\\\w+$',
        regions=('us-one', 'us-two'),
    ),
)
'''
    )


OUTPUTS = {
    "name": "aws",
    "dnsSuffix": "amazonaws.com",
    "dualStackDnsSuffix": "api.aws",
    "implicitGlobalRegion": "us-east-1",
    "supportsFIPS": True,
    "supportsDualStack": False,
}


def test_parameters() -> None:
    plan = compile_rule_set(
        rule_set(
            {
                "HTTPCode": {"type": "string", "required": True},
                "from": {"type": "string", "default": "x", "required": True},
                "Tags": {"type": "StringArray", "default": ["a"], "required": True},
                "UseGlobalEndpoint": {"type": "boolean", "builtIn": "AWS::STS::UseGlobalEndpoint"},
                "Old": {
                    **STRING,
                    "documentation": "Old one.",
                    "deprecated": {"message": "Use new."},
                },
            },
            endpoint("https://x.com"),
        )
    )
    assert plan.parameters == (
        EndpointParameter("HTTPCode", "http_code", "str", None, True, None, ""),
        EndpointParameter("from", "from_", "str", "'x'", True, None, ""),
        EndpointParameter("Tags", "tags", "Sequence[str]", "('a',)", True, None, ""),
        EndpointParameter(
            "UseGlobalEndpoint",
            "use_global_endpoint",
            "bool | None",
            "None",
            False,
            "AWS::STS::UseGlobalEndpoint",
            "Use the global endpoint.",
        ),
        EndpointParameter(
            "Old", "old", "str | None", "None", False, None, "Old one. Deprecated. Use new."
        ),
    )
    assert [parameter.declaration for parameter in plan.parameters[:2]] == [
        "http_code: str",
        "from_: str = 'x'",
    ]


def test_optional_values_are_assigned_where_they_are_tested() -> None:
    text = body(
        {"Bucket": STRING},
        endpoint(
            "{url#scheme}://{id}.{url#authority}{url#normalizedPath}",
            fn("isSet", ref("Bucket")),
            fn("parseURL", "{Bucket}", assign="url"),
            fn("not", fn("booleanEquals", fn("getAttr", ref("url"), "isIp"), True)),
            fn("aws.parseArn", ref("Bucket"), assign="arn"),
            fn("getAttr", ref("arn"), "resourceId[-1]", assign="id"),
            fn("getAttr", ref("arn"), "region", assign="unused"),
            fn("substring", ref("Bucket"), 0, 2, False, assign="alsoUnused"),
        ),
    )
    assert text == (
        """\
if bucket is not None and (url := parse_url(bucket)) is not None and not url.is_ip \
and (arn := aws_parse_arn(bucket)) is not None and (id := item(arn.resource_id, -1)) is not None \
and substring(bucket, 0, 2, False) is not None:
    return Endpoint(f'{url.scheme}://{id}.{url.authority}{url.normalized_path}')
"""
        + NO_RULE
    )


def test_version_1_1() -> None:
    text = body(
        {
            "Fips": BOOLEAN,
            "Region": STRING,
            "Fallback": STRING,
            "Known": {**STRING, "required": True},
        },
        endpoint(
            "https://x{suffix}.{where}.{part}.com",
            fn("ite", ref("Fips"), "-fips", "", assign="suffix"),
            fn("coalesce", ref("Region"), ref("Fallback"), "us-east-1", assign="where"),
            fn("split", ref("Known"), "-", 3, assign="parts"),
            fn("getAttr", ref("parts"), "[-2]", assign="part"),
        ),
        endpoint(
            "https://{region}.com",
            fn("coalesce", ref("Region"), ref("Fallback"), assign="region"),
            fn("isSet", fn("getAttr", fn("split", "{Known}", "--", 0), "[1]")),
            fn("stringEquals", fn("ite", ref("Fips"), "a", "b"), ref("Known")),
            fn("ite", ref("Fips"), fn("isSet", ref("Region")), False),
        ),
    )
    assert text == (
        """\
suffix = '-fips' if fips else ''
where = coalesce(region, coalesce(fallback, 'us-east-1'))
parts = known.split('-', 2)
if (part := item(parts, -2)) is not None:
    return Endpoint(f'https://x{suffix}.{where}.{part}.com')
if (region_ := coalesce(region, fallback)) is not None and item(known.split('--'), 1) is not None \
and ('a' if fips else 'b') == known and ((region is not None) if fips else False):
    return Endpoint(f'https://{region_}.com')
"""
        + NO_RULE
    )


def test_what_is_known_is_not_asked_again() -> None:
    text = body(
        {"Endpoint": STRING, "A": BOOLEAN, "B": BOOLEAN, "Maybe": {"type": "boolean"}},
        tree(
            [fn("isSet", ref("Endpoint"))],
            endpoint(
                ref("Endpoint"), fn("isSet", ref("Endpoint")), fn("booleanEquals", ref("A"), True)
            ),
            endpoint("https://never.com", fn("booleanEquals", ref("A"), True)),
            error("not A", fn("booleanEquals", False, ref("A"))),
            error("unreachable"),
        ),
        error("never", fn("isSet", ref("Endpoint"))),
        error("1", fn("booleanEquals", ref("A"), True), fn("booleanEquals", ref("B"), True)),
        error("2", fn("booleanEquals", ref("A"), True), fn("booleanEquals", ref("B"), False)),
        error("3", fn("isSet", ref("Maybe")), fn("booleanEquals", ref("Maybe"), True)),
        error("4", fn("isSet", ref("Maybe")), fn("booleanEquals", ref("Maybe"), False)),
        error("5", fn("booleanEquals", ref("B"), ref("Maybe"))),
        error("6", fn("booleanEquals", ref("Maybe"), False)),
        error("7", fn("stringEquals", "a", "b")),
    )
    assert text == (
        """\
if endpoint is not None:
    if a:
        return Endpoint(endpoint)
    raise EndpointResolutionError('not A')
if a:
    if b:
        raise EndpointResolutionError('1')
    raise EndpointResolutionError('2')
if maybe:
    raise EndpointResolutionError('3')
if maybe is not None:
    raise EndpointResolutionError('4')
if b == maybe:
    raise EndpointResolutionError('5')
if maybe is False:
    raise EndpointResolutionError('6')
"""
        + NO_RULE
    )


def test_a_tree_without_a_match_is_an_error_and_does_not_fall_through() -> None:
    text = body(
        {"A": BOOLEAN, "Key": {**STRING, "required": True}},
        tree(
            [fn("booleanEquals", ref("A"), True)],
            endpoint("https://local.com", fn("stringEquals", "local", "{Key}")),
        ),
        endpoint("https://else.com"),
    )
    assert text == (
        f"""\
if a:
    if key == 'local':
        return Endpoint('https://local.com')
    {NO_RULE}
return Endpoint('https://else.com')"""
    )


def test_one_name_has_one_type() -> None:
    text = body(
        {"Key": {**STRING, "required": True}, "substring": {**STRING, "required": True}},
        error(
            "{x}",
            fn("parseURL", ref("Key"), assign="url"),
            fn("getAttr", ref("url"), "path", assign="x"),
        ),
        error("{x}", fn("substring", ref("substring"), 0, 1, True, assign="x")),
        error("{x#region}", fn("aws.parseArn", ref("Key"), assign="x")),
        error("{parse_url}", fn("uriEncode", ref("Key"), assign="parse_url")),
    )
    assert text == (
        """\
if (url := parse_url(key)) is not None:
    x = url.path
    raise EndpointResolutionError(x)
if (x_str_or_none := substring(substring_, 0, 1, True)) is not None:
    raise EndpointResolutionError(x_str_or_none)
if (x_arn_or_none := aws_parse_arn(key)) is not None:
    raise EndpointResolutionError(x_arn_or_none.region)
parse_url_ = uri_encode(key)
raise EndpointResolutionError(parse_url_)"""
    )


def test_long_errors_are_divided_at_spaces_outside_of_braces() -> None:
    words = (
        "a somewhat long text for a man to read in one line of eighty columns {{or so}} \\ 'here'"
    )
    text = body({"Key": {**STRING, "required": True}}, error(f"{words} {{Key}}: {words}"))
    assert text == (
        """\
raise EndpointResolutionError(
    f"a somewhat long text for a man to read in one line of eighty columns {{or so}} \\\\ 'here' "
    f"{key}: a somewhat long text for a man to read in one line of eighty columns {{or so}} \\\\ "
    f"'here'"
)"""
    )


@given(before=st.text(), after=st.text(), repeat=st.integers(1, 30))
@example(before="{", after="}", repeat=30)
@example(before="\"'\\N", after="\n\\", repeat=1)
def test_model_text_stays_text(before: str, after: str, repeat: int) -> None:
    before, after = f"{before} " * repeat, f" {after}" * repeat
    template = "{Key}".join(text.replace("{", "{{").replace("}", "}}") for text in (before, after))
    for text, expected in (
        (template, f"{before}KEY{after}"),
        (template.replace("{Key}", ""), before + after),
    ):
        scope: dict[str, Any] = {"EndpointResolutionError": ValueError, "key": "KEY"}
        with pytest.raises(ValueError) as raised:  # noqa: PT011
            exec(body({"Key": {**STRING, "required": True}}, error(text)), scope)  # noqa: S102
        assert raised.value.args == (expected,)


PARAMETERS = {
    "Region": STRING,
    "Flag": BOOLEAN,
    "Key": {**STRING, "required": True},
    "List": {"type": "stringArray", "required": True},
}
UNSET = "put an isSet of it before this"


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
