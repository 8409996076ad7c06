"""Rules of endpoint discovery, and what the plan refuses of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.load import load
from codegen.model import PYTHON_NAME
from codegen.pipeline import generate_package
from codegen.plan.context import Context
from codegen.plan.discovery import discovery_faults, plan_teller
from codegen.plan.operations import plan_operations
from codegen.resolve import resolve
from tests.codegen.rule_models import Cases, check_rule, having, list_of, map_of
from tests.codegen.small_models import SERVICE, load_shapes, operation, structure, write_model

DISCOVERY = "aws.api#clientEndpointDiscovery"
DISCOVERED = "aws.api#clientDiscoveredEndpoint"
DISCOVERY_ID = "aws.api#clientEndpointDiscoveryId"

TOLD: Mapping[str, Any] = {
    "t#S": {
        **having(SERVICE, **{DISCOVERY: {"operation": "t#Tell", "error": "t#Gone"}}),
        "operations": [{"target": "t#Get"}, {"target": "t#Tell"}],
    },
    "t#Get": operation(
        "POST /get",
        input="t#GetIn",
        errors=["t#Gone"],
        traits={DISCOVERED: {"required": True}},
    ),
    "t#GetIn": structure(Name=("String", {"required": {}, DISCOVERY_ID: {}})),
    "t#Gone": having(structure(), error="client"),
    "t#Tell": operation("POST /tell", input="t#TellIn", output="t#TellOut"),
    "t#TellIn": structure(Operation="String", Identifiers="t#Ids"),
    "t#Ids": map_of("String", "String"),
    "t#TellOut": structure(Endpoints="t#Endpoints"),
    "t#Endpoints": list_of("t#Endpoint"),
    "t#Endpoint": structure(Address="String", CachePeriodInMinutes="Long"),
}

CASES: Cases = {
    "an operation that is not there": (
        {**TOLD, "t#S": {**TOLD["t#S"], "operations": [{"target": "t#Get"}]}},
        [(f"t#S/traits/{DISCOVERY}", "its operation t#Tell is none of the service's")],
    ),
    "questions and answers of another form": (
        {
            **TOLD,
            "t#TellIn": structure(Operation="Integer", More="String"),
            "t#TellOut": structure(Endpoint="t#Endpoint"),
        },
        [
            ("t#Tell", "tells endpoints, and its Operation is an integer"),
            ("t#Tell", "tells endpoints, and its input has 'More'"),
            ("t#Tell", "tells endpoints, and t#TellOut has none"),
        ],
    ),
    "endpoints without an address": (
        {**TOLD, "t#Endpoint": structure(CachePeriodInMinutes="Long")},
        [("t#Tell", "tells endpoints, and t#TellOut has none")],
    ),
    "a period that is no number": (
        {**TOLD, "t#Endpoint": structure(Address="String", CachePeriodInMinutes="String")},
        [("t#Tell", "tells endpoints, and their CachePeriodInMinutes is a string")],
    ),
    "an error that the operation has not": (
        {
            **TOLD,
            "t#Get": operation(
                "POST /get", input="t#GetIn", traits={DISCOVERED: {"required": True}}
            ),
        },
        [
            (
                f"t#Get/traits/{DISCOVERED}",
                "asks for its endpoint, and t#Gone of t#S is none of its errors",
            )
        ],
    ),
    "a service that tells nothing": (
        {**TOLD, "t#S": SERVICE},
        [
            (
                f"t#Get/traits/{DISCOVERED}",
                "asks for its endpoint, and its service has no operation that tells it",
            )
        ],
    ),
    "an identifier elsewhere": (
        {
            **TOLD,
            "t#Gone": having(
                structure(x=("String", {"required": {}, DISCOVERY_ID: {}})), error="client"
            ),
        },
        [
            (
                f"t#Gone/members/x/traits/{DISCOVERY_ID}",
                f"is no member of the input of an operation with {DISCOVERED}",
            )
        ],
    ),
    "values of another form": (
        {
            **TOLD,
            "t#S": {
                **having(SERVICE, **{DISCOVERY: {"error": 1}}),
                "operations": TOLD["t#S"]["operations"],
            },
            "t#Get": operation(
                "POST /get",
                input="t#GetIn",
                errors=["t#Gone"],
                traits={DISCOVERED: {"required": "yes"}},
            ),
            "t#GetIn": structure(Name=("Integer", {"required": {}, DISCOVERY_ID: {}})),
        },
        [
            (
                f"t#Get/traits/{DISCOVERED}",
                f"the value of {DISCOVERED} at /required is not true or false",
            ),
            (
                f"t#GetIn/members/Name/traits/{DISCOVERY_ID}",
                f"{DISCOVERY_ID} cannot be on this member of a structure",
            ),
            (f"t#S/traits/{DISCOVERY}", f"the value of {DISCOVERY} at /error is not a shape id"),
            (f"t#S/traits/{DISCOVERY}", f"the value of {DISCOVERY} has no 'operation'"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])


NAMES = """\
distribution = "told"
package = "told"
client = "Told"
title = "Told"
source = "here"
"""


def refused(folder: Path, shapes: Mapping[str, Any], package: str = "") -> list[str]:
    write_model(folder / "told" / "service.json", shapes)
    (folder / "told" / "package.toml").write_text(NAMES + package, encoding="utf-8")
    with pytest.raises(GenerationError) as caught:
        generate_package(load([folder / "told"]))
    return [f"{fault.shape}: {fault.message}; {fault.advice}" for fault in caught.value.faults]


def test_an_operation_that_asks_needs_the_one_that_tells(tmp_path: Path) -> None:
    assert refused(tmp_path, TOLD, 'operations = ["Get"]') == [
        "t#Get: asks for its endpoint, and the operation Tell, which tells it, is left out; "
        "add Tell to package.toml's `operations`"
    ]


def test_members_that_the_library_reads_keep_their_names(tmp_path: Path) -> None:
    renamed = {
        **TOLD,
        "t#Endpoint": structure(
            Address=("String", {PYTHON_NAME: "Host"}), Other=("String", {PYTHON_NAME: "Port"})
        ),
    }
    assert refused(tmp_path, renamed) == [
        "t#Endpoint$Address: the library reads this member, and has one name for it; "
        "take drawplate#pythonName off"
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {},
            "Discovery(_operation_that_tells_endpoints, required=True, "
            "identifiers=(('name', 'Name'),), error='Gone')",
        ),
        (
            {"t#TellIn": structure()},
            "Discovery(_operation_that_tells_endpoints, required=True, error='Gone')",
        ),
        (
            {
                "t#S": {
                    **having(SERVICE, **{DISCOVERY: {"operation": "t#Tell"}}),
                    "operations": [{"target": "t#Get"}, {"target": "t#Tell"}],
                },
                "t#Get": operation(input="t#GetIn", traits={DISCOVERED: {"required": False}}),
                "t#GetIn": structure(Name="String"),
            },
            "Discovery(_operation_that_tells_endpoints)",
        ),
    ],
)
def test_what_operations_are_told(
    tmp_path: Path, changed: Mapping[str, Any], expected: str
) -> None:
    loaded = load_shapes(tmp_path / "m.json", {**TOLD, **changed})
    get, tell = plan_operations(Context(resolve(loaded), loaded.config))
    assert (get.discovery, get.api_version) == (expected, None)
    assert (tell.discovery, tell.api_version) == (None, "'2020-01-01'")


def test_a_service_whose_operations_do_not_ask(tmp_path: Path) -> None:
    loaded = load_shapes(
        tmp_path / "m.json", {**TOLD, "t#Get": operation("POST /get"), "t#GetIn": structure()}
    )
    context = Context(resolve(loaded), loaded.config)
    assert (list(plan_teller(context)), list(discovery_faults(context))) == ([], [])
