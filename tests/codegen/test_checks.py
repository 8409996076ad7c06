"""Limits of the generator: protocol, authentication, traits, names and streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.faults import Fault, GenerationError
from codegen.loaded import LoadedModel
from codegen.plan.protocols import PROTOCOLS as WRITTEN
from codegen.resolve import resolve
from codegen.traits import (
    AUTH_SCHEMES,
    IGNORED,
    PROTOCOLS,
    READ_BY,
    SPOKEN,
    SUPPORTED,
    spoken,
)
from tests.codegen.small_models import (
    API,
    BASE,
    SERVICE,
    Shapes,
    api,
    load_shapes,
    operation,
    structure,
)

LEAVE = "until it is supported, leave such operations out: list the others in package.toml"


def with_traits(**traits: Any) -> dict[str, Any]:
    """The service of the base model with more traits."""
    return {**SERVICE, "traits": {**SERVICE["traits"], **api(traits)}}


def faults_of(loaded: LoadedModel) -> list[Fault]:
    with pytest.raises(GenerationError) as caught:
        resolve(loaded)
    return caught.value.faults


def refusals(path: Path, shapes: Shapes) -> list[tuple[str, str, str, str]]:
    """Pointer below /shapes, shape, message and advice of each fault."""
    found = faults_of(load_shapes(path, shapes))
    assert {fault.file for fault in found} == {str(path)}
    return [
        (fault.pointer.removeprefix("/shapes/"), fault.shape, fault.message, fault.advice)
        for fault in found
    ]


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"aws.protocols#ec2Query": {}, "t#own": {}}, "speaks aws.protocols#ec2Query, t#own"),
        ({}, "names no protocol"),
    ],
)
def test_another_protocol_is_the_only_fault(
    tmp_path: Path, traits: dict[str, Any], said: str
) -> None:
    shapes = {
        **BASE,
        "t#S": {**SERVICE, "traits": traits},
        "t#own": {"type": "structure", "traits": api({"trait": {}, "protocolDefinition": {}})},
        "t#GetIn": structure(a=("String", {"aws.x#unknown": {}})),
    }
    assert refusals(tmp_path / "m.json", shapes) == [
        (
            "t#S",
            "t#S",
            f"the service {said}, and clients are generated for aws.protocols#restJson1 and "
            "aws.protocols#awsQuery and aws.protocols#restXml only",
            "add one of these if the service has it",
        )
    ]


def test_a_protocol_beside_rest_json_does_no_harm(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#S": with_traits(**{"t#own": {}, "aws.protocols#restXml": {}}),
        "t#own": {"type": "structure", "traits": api({"trait": {}, "protocolDefinition": {}})},
    }
    assert resolve(load_shapes(tmp_path / "m.json", shapes)).name == "S"


def test_the_first_known_protocol_is_spoken() -> None:
    assert spoken(["aws.protocols#restXml", "aws.protocols#awsQuery"]) == SPOKEN[1]
    assert spoken(reversed(SPOKEN)) == SPOKEN[0]
    assert spoken(["aws.protocols#ec2Query"]) is None
    assert (*READ_BY,) == (*WRITTEN,) == SPOKEN


def test_three_faults_are_three_faults(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#S": with_traits(**{"aws.x#other": {}}),
        "t#Get": operation(input="t#GetIn", traits={"aws.x#odd": {}}),
        "t#GetIn": structure(a=("String", {"t#mine": {}, "tags": []})),
        "t#mine": {"type": "structure", "traits": api({"trait": {}})},
        "t#Elsewhere": structure(a=("String", {"aws.x#unknown": {}})),
    }
    assert refusals(tmp_path / "m.json", shapes) == [
        (
            "t#Get/traits/aws.x#odd",
            "t#Get",
            "trait aws.x#odd is not known",
            "add it to codegen/traits.py once its meaning is clear",
        ),
        (
            "t#GetIn/members/a/traits/t#mine",
            "t#GetIn$a",
            "trait t#mine is the model's own, and what it means for the wire is not known",
            "remove it, or add its namespace to IGNORED_NAMESPACES with a reason",
        ),
        (
            "t#S/traits/aws.x#other",
            "t#S",
            "trait aws.x#other is not known",
            "add it to codegen/traits.py once its meaning is clear",
        ),
    ]


def test_the_lists_of_traits_do_not_overlap() -> None:
    read = frozenset[str]().union(*READ_BY.values())
    lists = [SUPPORTED, read, frozenset(IGNORED), PROTOCOLS]
    assert sum(map(len, lists)) == len(frozenset[str]().union(*lists))
    assert SUPPORTED | frozenset(IGNORED) >= AUTH_SCHEMES
    assert all(reason and not reason.endswith(".") for reason in IGNORED.values())


KNOWN = f"clients know aws.auth#sigv4, aws.auth#sigv4a, {API}httpBearerAuth, {API}httpApiKeyAuth"


@pytest.mark.parametrize(
    ("service", "operation_traits", "refused"),
    [
        ({}, {}, None),
        ({"aws.auth#sigv4": {"name": "t"}, "httpBearerAuth": {}}, {}, None),
        ({"httpBearerAuth": {}}, {}, None),
        ({"httpApiKeyAuth": {"name": "k", "in": "header"}, "httpBasicAuth": {}}, {}, None),
        ({"httpBasicAuth": {}}, {"optionalAuth": {}}, None),
        ({"httpBasicAuth": {}}, {"auth": []}, None),
        ({"httpBasicAuth": {}}, {}, ("t#S", f"{API}httpBasicAuth", KNOWN)),
        (
            {"aws.auth#sigv4": {"name": "t"}, "httpDigestAuth": {}},
            {"auth": [f"{API}httpDigestAuth"]},
            (
                f"t#Get/traits/{API}auth",
                f"{API}httpDigestAuth",
                f"{KNOWN}; leave the operation out",
            ),
        ),
        ({"aws.auth#sigv4a": {"name": "t"}}, {}, None),
        (
            {"aws.auth#sigv4": {"name": "t"}, "aws.auth#sigv4a": {"name": "t"}},
            {"auth": ["aws.auth#sigv4a"]},
            None,
        ),
    ],
)
def test_operations_must_take_a_known_scheme_or_none(
    tmp_path: Path,
    service: dict[str, Any],
    operation_traits: dict[str, Any],
    refused: tuple[str, str, str] | None,
) -> None:
    shapes = {
        **BASE,
        "t#S": with_traits(**service),
        "t#Get": operation(input="t#GetIn", traits=operation_traits),
    }
    if refused is None:
        loaded = load_shapes(tmp_path / "m.json", shapes)
        assert [item.id for item in resolve(loaded).operations] == ["t#Get"]
    else:
        pointer, scheme, advice = refused
        message = f"takes no calls but those that authenticate with {scheme}"
        assert refusals(tmp_path / "m.json", shapes) == [
            (pointer, pointer.partition("/")[0], message, advice)
        ]


def test_both_signatures_have_one_name(tmp_path: Path) -> None:
    traits = {"aws.auth#sigv4": {"name": "t"}, "aws.auth#sigv4a": {"name": "s"}}
    assert refusals(tmp_path / "m.json", {**BASE, "t#S": with_traits(**traits)}) == [
        (
            "t#S",
            "t#S",
            "signatures are made for s and for t, and clients know one name",
            "give aws.auth#sigv4 and aws.auth#sigv4a the same name",
        )
    ]


def test_what_the_service_and_its_operations_lack(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#S": with_traits(**{"smithy.rules#endpointBdd": {}}),
        "t#Get": {"type": "operation"},
        "t#GetIn": structure(),
    }
    assert refusals(tmp_path / "m.json", shapes) == [
        (
            "t#Get",
            "t#Get",
            "has no HTTP binding, which aws.protocols#restJson1 needs",
            'add smithy.api#http: {"method": ..., "uri": ...}',
        ),
        (
            "t#S/traits/smithy.rules#endpointBdd",
            "t#S",
            "the endpoints are told by smithy.rules#endpointBdd only",
            "add smithy.rules#endpointRuleSet, which says the same",
        ),
    ]


def test_enums_of_one_name_need_a_rename(tmp_path: Path) -> None:
    # Smithy lets simple shapes share a name; classes cannot.
    word = {"type": "enum", "members": {"A": {"target": f"{API}Unit"}}}
    shapes = {
        **BASE,
        "t#GetIn": structure(a="t#Item", b="u#item"),
        "t#Item": word,
        "u#item": word,
    }
    assert refusals(tmp_path / "m.json", shapes) == [
        (
            "u#item",
            "u#item",
            "its name item clashes with that of t#Item",
            'rename one of them under "rename" of t#S',
        )
    ]
    shapes["t#S"] = {**SERVICE, "rename": {"u#item": "OtherItem"}}
    assert resolve(load_shapes(tmp_path / "m.json", shapes)).renames == {"u#item": "OtherItem"}
