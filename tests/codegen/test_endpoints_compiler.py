"""Compiling endpoint rules: the whole text for small rule sets, and every fault."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.endpoints import EndpointParameter, compile_rule_set
from codegen.partitions import plan_partitions
from tests.codegen.endpoint_modules import render_endpoints, render_partitions
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
from tests.support import read_json, suite_path


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


def test_a_partition_is_asked_for_only_where_there_is_a_region() -> None:
    text = body(
        {"Region": STRING},
        endpoint("https://{Region}", fn("aws.partition", ref("Region"), assign="P")),
        error("no region"),
    )
    assert text == (
        """\
if region is not None:
    return Endpoint(f'https://{region}')
raise EndpointResolutionError('no region')"""
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


@pytest.mark.parametrize("hole", ["{Key}", ""])
@given(before=st.text(), after=st.text(), repeat=st.integers(1, 30))
@example(before="{", after="}", repeat=30)
@example(before="\"'\\N", after="\n\\", repeat=1)
def test_model_text_stays_text(hole: str, before: str, after: str, repeat: int) -> None:
    before, after = f"{before} " * repeat, f" {after}" * repeat
    template = hole.join(text.replace("{", "{{").replace("}", "}}") for text in (before, after))
    scope: dict[str, Any] = {"EndpointResolutionError": ValueError, "key": "KEY"}
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        exec(body({"Key": {**STRING, "required": True}}, error(template)), scope)  # noqa: S102
    assert raised.value.args == (f"{before}{'KEY' if hole else ''}{after}",)
