"""Service, operations and endpoint rules of a botocore model."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from codegen.importer import import_service
from tests.codegen.botocore_models import (
    NAMESPACE,
    api,
    imported,
    operation,
    ref,
    service,
)

UNIT = {"target": "smithy.api#Unit"}
HTTP = api(http={"method": "POST", "uri": "/clips", "code": 200})
IDENTITY = {
    "aws.api#service": {
        "sdkId": "Paper Clip",
        "endpointPrefix": "clips",
        "docId": "clips-2024-02-29",
    },
    "aws.auth#sigv4": {"name": "clip"},
    "aws.protocols#restJson1": {},
    **api(title="Amazon Paper Clip"),
}
EMPTY: dict[str, Any] = {"type": "structure", "members": {}}


def test_whole_model() -> None:
    model = service(
        {
            "BendInput": {
                "type": "structure",
                "required": ["ClipId"],
                "members": {
                    "ClipId": {"shape": "Text", "location": "uri", "locationName": "clip-id"}
                },
                "documentation": "<p>Input.</p>",
            },
            "Text": {"type": "string"},
        },
        operation(
            "Bend",
            "/clips/{clip-id+}?mode=bend",
            input={"shape": "BendInput"},
            documentation="<p>Bends.</p>",
        ),
    )
    before = copy.deepcopy(model)
    assert import_service(model) == {
        "smithy": "2.0",
        "shapes": {
            f"{NAMESPACE}#Bend": {
                "type": "operation",
                "input": ref("BendInput"),
                "output": UNIT,
                "traits": api(
                    http={"method": "POST", "uri": "/clips/{ClipId+}?mode=bend", "code": 200}
                ),
            },
            f"{NAMESPACE}#BendInput": {
                "type": "structure",
                "members": {"ClipId": ref("Text", httpLabel={}, required={})},
                "traits": api(input={}),
            },
            f"{NAMESPACE}#PaperClip": {
                "type": "service",
                "version": "2024-02-29",
                "operations": [ref("Bend")],
                "traits": IDENTITY,
            },
            f"{NAMESPACE}#Text": {"type": "string"},
        },
    }
    assert model == before


def test_shapes_are_sorted_by_name() -> None:
    shapes = import_service(service({"Zinc": {"type": "long"}, "Alloy": {"type": "long"}}))[
        "shapes"
    ]
    assert isinstance(shapes, dict)
    assert list(shapes) == [f"{NAMESPACE}#{name}" for name in ("Alloy", "PaperClip", "Zinc")]


def test_names_can_be_given() -> None:
    ast = import_service(service(), namespace="org.example", service_name="Clips")
    assert ast["shapes"] == {
        "org.example#Clips": {
            "type": "service",
            "version": "2024-02-29",
            "operations": [],
            "traits": IDENTITY,
        }
    }


def test_default_service_name_gives_way_to_a_shape() -> None:
    made = imported(service({"PaperClip": {"type": "string"}}))
    assert made["PaperClip"] == {"type": "string"}
    assert made["PaperClipService"]["type"] == "service"


def test_shape_that_shares_its_name_with_an_operation_gets_an_underscore() -> None:
    holder = {"type": "structure", "members": {"Bend": {"shape": "Bend"}}}
    made = imported(service({"Bend": {"type": "boolean"}, "Holder": holder}, operation("Bend")))
    assert made["Bend"]["type"] == "operation"
    assert made["Bend_"] == {"type": "boolean"}
    assert made["Holder"]["members"] == {"Bend": ref("Bend_")}


@pytest.mark.parametrize(
    ("metadata", "traits"),
    [
        pytest.param(
            {"uid": None},
            {"aws.api#service": {"sdkId": "Paper Clip", "endpointPrefix": "clips"}},
            id="no-uid",
        ),
        pytest.param(
            {"signingName": None}, {"aws.auth#sigv4": {"name": "clips"}}, id="no-signing-name"
        ),
        pytest.param(
            {"auth": ["aws.auth#sigv4", "smithy.api#httpBearerAuth"]},
            api(auth=["aws.auth#sigv4", "smithy.api#httpBearerAuth"], httpBearerAuth={}),
            id="two-schemes",
        ),
        pytest.param(
            {"auth": ["aws.auth#sigv4a", "aws.auth#sigv4"]},
            {
                "aws.auth#sigv4a": {"name": "clip"},
                **api(auth=["aws.auth#sigv4a", "aws.auth#sigv4"]),
            },
            id="sigv4a-first",
        ),
        pytest.param({"auth": ["aws.auth#sigv4"]}, {}, id="one-scheme"),
        pytest.param(
            {"protocolSettings": {"h2": "eventstream"}},
            {"aws.protocols#restJson1": {"http": ["http/1.1", "h2"], "eventStreamHttp": ["h2"]}},
            id="h2-for-event-streams",
        ),
        pytest.param(
            {"protocolSettings": {"h2": "optional"}},
            {
                "aws.protocols#restJson1": {
                    "http": ["h2", "http/1.1"],
                    "eventStreamHttp": ["h2", "http/1.1"],
                }
            },
            id="h2-optional",
        ),
        pytest.param(
            {
                "jsonVersion": "1.1",
                "protocols": ["rest-json"],
                "serviceAbbreviation": "Clip",
                "targetPrefix": "Clip",
            },
            {},
            id="left-behind",
        ),
    ],
)
def test_service_traits(metadata: dict[str, Any], traits: dict[str, Any]) -> None:
    assert imported(service(**metadata))["PaperClip"]["traits"] == {**IDENTITY, **traits}


def test_bearer_service_does_not_sign() -> None:
    expected = {key: value for key, value in IDENTITY.items() if key != "aws.auth#sigv4"}
    expected |= api(httpBearerAuth={})
    assert imported(service(signatureVersion="bearer"))["PaperClip"]["traits"] == expected


def test_traits_from_the_top_of_the_file() -> None:
    model = {
        **service(),
        "deprecated": True,
        "deprecatedMessage": "Use staples.",
        "clientContextParams": {"Mode": {"documentation": "A mode.", "type": "boolean"}},
    }
    assert imported(model)["PaperClip"]["traits"] == {
        **IDENTITY,
        **api(deprecated={"message": "Use staples."}),
        "smithy.rules#clientContextParams": {"Mode": {"type": "boolean"}},
    }


@pytest.mark.parametrize(
    ("properties", "traits"),
    [
        ({"idempotent": True}, api(idempotent={})),
        ({"readonly": True}, api(readonly={})),
        ({"httpChecksumRequired": True}, api(httpChecksumRequired={})),
        ({"endpoint": {"hostPrefix": "{Clip}."}}, api(endpoint={"hostPrefix": "{Clip}."})),
        (
            {"requestcompression": {"encodings": ["gzip"]}},
            api(requestCompression={"encodings": ["gzip"]}),
        ),
        (
            {
                "httpChecksum": {
                    "requestAlgorithmMember": "Algorithm",
                    "requestChecksumRequired": True,
                    "requestValidationModeMember": "Mode",
                    "responseAlgorithms": ["CRC32"],
                }
            },
            {
                "aws.protocols#httpChecksum": {
                    "requestAlgorithmMember": "Algorithm",
                    "requestChecksumRequired": True,
                    "requestValidationModeMember": "Mode",
                    "responseAlgorithms": ["CRC32"],
                }
            },
        ),
        (
            {"staticContextParams": {"Kind": {"value": ["a", "b"]}}},
            {"smithy.rules#staticContextParams": {"Kind": {"value": ["a", "b"]}}},
        ),
        (
            {"operationContextParams": {"Arns": {"path": "Items[*].Arn"}}},
            {"smithy.rules#operationContextParams": {"Arns": {"path": "Items[*].Arn"}}},
        ),
        (
            {"endpointdiscovery": {"required": True}},
            {"aws.api#clientDiscoveredEndpoint": {"required": True}},
        ),
        ({"endpointdiscovery": {}}, {"aws.api#clientDiscoveredEndpoint": {"required": False}}),
        ({"authtype": "none"}, api(auth=[], optionalAuth={})),
        ({"authtype": "none", "auth": ["smithy.api#noAuth"]}, api(auth=[], optionalAuth={})),
        (
            {"auth": ["aws.auth#sigv4", "smithy.api#noAuth"]},
            api(auth=["aws.auth#sigv4"], optionalAuth={}),
        ),
        ({"authtype": "bearer"}, api(auth=["smithy.api#httpBearerAuth"])),
        ({"authtype": "v4"}, {}),
        ({"authtype": "v4-unsigned-body"}, {"aws.auth#unsignedPayload": {}}),
        ({"unsignedPayload": True}, {"aws.auth#unsignedPayload": {}}),
        (
            {"deprecated": True, "deprecatedSince": "2024-05-01"},
            api(deprecated={"since": "2024-05-01"}),
        ),
    ],
)
def test_operation_traits(properties: dict[str, Any], traits: dict[str, Any]) -> None:
    assert imported(service({}, operation("Bend", **properties)))["Bend"] == {
        "type": "operation",
        "input": UNIT,
        "output": UNIT,
        "traits": {**HTTP, **traits},
    }


def test_endpoint_discovery_of_a_service() -> None:
    shapes: dict[str, Any] = {"InvalidEndpointException": {**EMPTY, "exception": True}}
    operations = operation("DescribeEndpoints", endpointoperation=True)
    assert imported(service(shapes, operations))["PaperClip"]["traits"] == {
        **IDENTITY,
        "aws.api#clientEndpointDiscovery": {
            "operation": f"{NAMESPACE}#DescribeEndpoints",
            "error": f"{NAMESPACE}#InvalidEndpointException",
        },
    }


def test_errors_and_response_code() -> None:
    model = service({"Bent": {**EMPTY, "exception": True}}, operation("Bend"))
    model["operations"]["Bend"]["http"]["responseCode"] = 202
    model["operations"]["Bend"]["errors"] = [{"shape": "Bent", "documentation": "<p>Bent.</p>"}]
    assert imported(model)["Bend"] == {
        "type": "operation",
        "input": UNIT,
        "output": UNIT,
        "errors": [ref("Bent")],
        "traits": api(http={"method": "POST", "uri": "/clips", "code": 202}),
    }


def test_input_and_output_that_are_used_elsewhere_are_not_marked() -> None:
    names = ["OnlyInput", "OnlyOutput", "TwoOutputs", "BothWays", "Nested"]
    shapes: dict[str, Any] = dict.fromkeys(names, EMPTY)
    shapes["Holder"] = {"type": "structure", "members": {"Nested": {"shape": "Nested"}}}
    pairs = [
        ("OnlyInput", "TwoOutputs"),
        ("Nested", "TwoOutputs"),
        ("BothWays", "OnlyOutput"),
        ("Holder", "BothWays"),
    ]
    operations: dict[str, Any] = {}
    for index, (taken, given) in enumerate(pairs):
        operations |= operation(f"Op{index}", input={"shape": taken}, output={"shape": given})
    made = imported(service(shapes, operations))
    assert {name: made[name].get("traits") for name in shapes} == {
        "OnlyInput": api(input={}),
        "OnlyOutput": api(output={}),
        "TwoOutputs": None,
        "BothWays": None,
        "Nested": None,
        "Holder": api(input={}),
    }


def test_endpoint_rules_come_without_documentation() -> None:
    rule: dict[str, Any] = {"conditions": [], "error": "no", "type": "error"}
    rules: dict[str, Any] = {
        "version": "1.0",
        "parameters": {"Region": {"type": "string", "documentation": "A region."}},
        "rules": [
            {
                "conditions": [],
                "documentation": "All.",
                "type": "tree",
                "rules": [{**rule, "documentation": "No."}],
            }
        ],
    }
    before = copy.deepcopy(rules)
    assert imported(service(), rule_set=rules)["PaperClip"]["traits"] == {
        **IDENTITY,
        "smithy.rules#endpointRuleSet": {
            "version": "1.0",
            "parameters": {"Region": {"type": "string"}},
            "rules": [{"conditions": [], "type": "tree", "rules": [rule]}],
        },
    }
    assert rules == before
