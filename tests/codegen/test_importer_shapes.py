"""Shapes and members of a botocore model, feature by feature: each whole result is compared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.importer.enums import member_names
from tests.codegen.botocore_models import api, imported, imported_shape, ref, service

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(
            {"type": "string", "max": 9, "pattern": "[a-z]+", "sensitive": True},
            {
                "type": "string",
                "traits": api(length={"max": 9}, pattern="^[a-z]+$", sensitive={}),
            },
            id="string",
        ),
        pytest.param(
            {"type": "string", "pattern": "a|^b$|c"},
            {"type": "string", "traits": api(pattern="^a|^b$|c$")},
            id="pattern-of-alternatives",
        ),
        pytest.param(
            {"type": "string", "pattern": r"^cost\$"},
            {"type": "string", "traits": api(pattern=r"^cost\$$")},
            id="pattern-that-ends-in-a-dollar",
        ),
        pytest.param(
            {"type": "string", "pattern": ".*"},
            {"type": "string", "traits": api(pattern=".*")},
            id="pattern-that-matches-anything",
        ),
        pytest.param(
            {"type": "integer", "min": 1, "max": 7, "box": True},
            {"type": "integer", "traits": api(range={"min": 1, "max": 7})},
            id="integer",
        ),
        pytest.param(
            {"type": "double", "min": 0.5},
            {"type": "double", "traits": api(range={"min": 0.5})},
            id="double",
        ),
        pytest.param({"type": "long"}, {"type": "long"}, id="long"),
        pytest.param({"type": "float", "box": True}, {"type": "float"}, id="float"),
        pytest.param(
            {"type": "boolean", "documentation": "<p>No.</p>"}, {"type": "boolean"}, id="boolean"
        ),
        pytest.param(
            {"type": "blob", "streaming": True, "requiresLength": True, "min": 0, "max": 10},
            {
                "type": "blob",
                "traits": api(length={"min": 0, "max": 10}, requiresLength={}, streaming={}),
            },
            id="blob",
        ),
        *(
            pytest.param(
                {"type": "timestamp", "timestampFormat": theirs},
                {"type": "timestamp", "traits": api(timestampFormat=smithys)},
                id=f"timestamp-{theirs}",
            )
            for theirs, smithys in (
                ("iso8601", "date-time"),
                ("unixTimestamp", "epoch-seconds"),
                ("rfc822", "http-date"),
            )
        ),
        pytest.param(
            {"type": "list", "member": {"shape": "Text"}, "min": 1, "sparse": True},
            {"type": "list", "member": ref("Text"), "traits": api(length={"min": 1}, sparse={})},
            id="list",
        ),
        pytest.param(
            {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}, "max": 3},
            {
                "type": "map",
                "key": ref("Text"),
                "value": ref("Text"),
                "traits": api(length={"max": 3}),
            },
            id="map",
        ),
        pytest.param(
            {"type": "structure", "members": {}, "document": True},
            {"type": "document"},
            id="document",
        ),
        pytest.param(
            {"type": "structure", "members": {"A": {"shape": "Text"}}, "union": True},
            {"type": "union", "members": {"A": ref("Text")}},
            id="union",
        ),
        pytest.param(
            {
                "type": "structure",
                "members": {},
                "deprecated": True,
                "deprecatedMessage": "Use Clip.",
                "deprecatedSince": "2024-05-01",
            },
            {
                "type": "structure",
                "members": {},
                "traits": api(deprecated={"message": "Use Clip.", "since": "2024-05-01"}),
            },
            id="deprecated",
        ),
    ],
)
def test_shape(shape: dict[str, Any], expected: dict[str, Any]) -> None:
    assert imported_shape("Shape", Shape=shape, Text=TEXT) == expected


def test_enum_has_a_name_for_each_value() -> None:
    shape = {"type": "string", "enum": ["InProgress", "us-east-1", "*"], "max": 20}
    unit = "smithy.api#Unit"
    assert imported_shape("Shape", Shape=shape) == {
        "type": "enum",
        "members": {
            "IN_PROGRESS": {"target": unit, "traits": api(enumValue="InProgress")},
            "US_EAST_1": {"target": unit, "traits": api(enumValue="us-east-1")},
            "ASTERISK": {"target": unit, "traits": api(enumValue="*")},
        },
        "traits": api(length={"max": 20}),
    }


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("READ_ACP", "READ_ACP"),
        ("public-read", "PUBLIC_READ"),
        ("AWS::S3::Bucket", "AWS_S3_BUCKET"),
        ("HTTPServer", "HTTP_SERVER"),
        ("IPv4", "IPV4"),
        ("SHA256withRSA", "SHA256WITH_RSA"),
        ("2018-05-10", "V2018_05_10"),
        ("", "EMPTY"),
        (">=", "GREATER_THAN_SIGN_EQUALS_SIGN"),
    ],
)
def test_enum_member_name(value: str, name: str) -> None:
    assert member_names([value]) == {value: name}


def test_enum_values_that_share_a_name_are_told_apart_by_their_text() -> None:
    assert member_names(["a.b", "c", "a-b"]) == {
        "a.b": "A_B_2E7336DC",
        "c": "C",
        "a-b": "A_B_D44362D6",
    }


@given(st.lists(st.text(max_size=4), unique=True, max_size=8), st.randoms())
def test_enum_member_names_are_unique_valid_and_free_of_order(
    values: list[str], random: Any
) -> None:
    names = member_names(values)
    assert len({*names.values()}) == len(values)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names.values())
    shuffled = [*values]
    random.shuffle(shuffled)
    assert member_names(shuffled) == names


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ({"location": "uri", "locationName": "clip-id"}, api(httpLabel={})),
        ({"location": "header", "locationName": "X-Clip"}, api(httpHeader="X-Clip")),
        ({"location": "headers", "locationName": "x-meta-"}, api(httpPrefixHeaders="x-meta-")),
        ({"location": "headers"}, api(httpPrefixHeaders="")),
        ({"location": "querystring", "locationName": "clip"}, api(httpQuery="clip")),
        ({"location": "statusCode"}, api(httpResponseCode={})),
        ({"locationName": "clip"}, api(jsonName="clip")),
        ({"locationName": "Clip"}, {}),
        ({"timestampFormat": "iso8601"}, api(timestampFormat="date-time")),
        ({"idempotencyToken": True}, api(idempotencyToken={})),
        ({"hostLabel": True}, api(hostLabel={})),
        ({"eventpayload": True}, api(eventPayload={})),
        ({"eventheader": True}, api(eventHeader={})),
        ({"endpointdiscoveryid": True}, {"aws.api#clientEndpointDiscoveryId": {}}),
        ({"contextParam": {"name": "ClipArn"}}, {"smithy.rules#contextParam": {"name": "ClipArn"}}),
        ({"deprecated": True, "deprecatedMessage": "No."}, api(deprecated={"message": "No."})),
        ({"box": True, "documentation": "<p>A clip.</p>", "flattened": True}, {}),
    ],
    ids=lambda value: "-".join(value) or "nothing",
)
def test_member(member: dict[str, Any], expected: dict[str, Any]) -> None:
    shape = {"type": "structure", "members": {"Clip": {"shape": "Text", **member}}}
    traits = {"traits": expected} if expected else {}
    assert imported_shape("Shape", Shape=shape, Text=TEXT) == {
        "type": "structure",
        "members": {"Clip": {**ref("Text"), **traits}},
    }


def test_a_map_in_the_query_string_is_all_of_its_parameters() -> None:
    filters = {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}}
    member = {"shape": "Filters", "location": "querystring", "locationName": "filters"}
    shape = {"type": "structure", "members": {"Filters": member}}
    assert imported_shape("Shape", Shape=shape, Filters=filters, Text=TEXT) == {
        "type": "structure",
        "members": {"Filters": ref("Filters", httpQueryParams={})},
    }


def test_payload_and_required_members_keep_the_order_of_the_model() -> None:
    shape = {
        "type": "structure",
        "required": ["Body", "Zone"],
        "payload": "Body",
        "members": {
            "Zone": {"shape": "Text", "location": "header"},
            "Body": {"shape": "Bytes", "locationName": "body"},
            "Age": {"shape": "Text"},
        },
    }
    made = imported_shape("Shape", Shape=shape, Text=TEXT, Bytes={"type": "blob"})
    assert list(made["members"]) == ["Zone", "Body", "Age"]
    assert made == {
        "type": "structure",
        "members": {
            "Zone": ref("Text", httpHeader="Zone", required={}),
            "Body": ref("Bytes", httpPayload={}, required={}),
            "Age": ref("Text"),
        },
    }


def test_event_stream() -> None:
    shapes: dict[str, Any] = {
        "Stream": {
            "type": "structure",
            "eventstream": True,
            "members": {"Part": {"shape": "Part"}, "Broken": {"shape": "Broken"}},
        },
        "Part": {
            "type": "structure",
            "event": True,
            "members": {
                "Kind": {"shape": "Text", "eventheader": True},
                "Bytes": {"shape": "Bytes", "eventpayload": True},
            },
        },
        "Broken": {"type": "structure", "members": {}, "exception": True, "synthetic": True},
        "Bytes": {"type": "blob"},
        "Text": TEXT,
    }
    made = imported(service(shapes))
    assert made["Stream"] == {
        "type": "union",
        "members": {"Part": ref("Part"), "Broken": ref("Broken")},
        "traits": api(streaming={}),
    }
    assert made["Part"] == {
        "type": "structure",
        "members": {"Kind": ref("Text", eventHeader={}), "Bytes": ref("Bytes", eventPayload={})},
    }
    assert made["Broken"] == {"type": "structure", "members": {}, "traits": api(error="client")}


@pytest.mark.parametrize(
    ("facts", "traits"),
    [
        (
            {"error": {"httpStatusCode": 400, "senderFault": True}},
            api(error="client", httpError=400),
        ),
        ({"error": {"httpStatusCode": 404}}, api(error="client", httpError=404)),
        ({"error": {"httpStatusCode": 500}, "fault": True}, api(error="server", httpError=500)),
        ({"error": {"httpStatusCode": 503}}, api(error="server", httpError=503)),
        ({"fault": True}, api(error="server")),
        (
            {"error": {"httpStatusCode": 429}, "retryable": {"throttling": True}},
            api(error="client", httpError=429, retryable={"throttling": True}),
        ),
        ({"retryable": {"throttling": False}}, api(error="client", retryable={})),
        (
            {"error": {"code": "Slow", "httpStatusCode": 400}},
            {
                "aws.protocols#awsQueryError": {"code": "Slow", "httpResponseCode": 400},
                **api(error="client", httpError=400),
            },
        ),
    ],
)
def test_error(facts: dict[str, Any], traits: dict[str, Any]) -> None:
    shape: dict[str, Any] = {"type": "structure", "members": {}, "exception": True, **facts}
    expected = {"type": "structure", "members": {}, "traits": traits}
    assert imported_shape("Shape", Shape=shape) == expected


def test_marks_that_smithy_has_on_shapes_only_make_a_shape_of_their_own() -> None:
    shapes: dict[str, Any] = {
        "Export": {
            "type": "structure",
            "members": {
                "Policy": {"shape": "Text", "jsonvalue": True},
                "Body": {"shape": "Bytes", "jsonvalue": True},
                "outputType": {"shape": "Text", "enum": ["YAML"]},
                "Data": {"shape": "Bytes", "streaming": True},
                "Sized": {"shape": "Bytes", "streaming": True, "requiresLength": True},
                "Plain": {"shape": "Text"},
            },
        },
        "Text": {"type": "string", "sensitive": True},
        "Bytes": {"type": "blob"},
    }
    made = imported(service(shapes))
    assert made["Export"]["members"] == {
        "Policy": ref("SynthesizedJsonText"),
        "Body": ref("SynthesizedJsonBytes"),
        "outputType": ref("ExportOutputType"),
        "Data": ref("StreamingBytes", default=""),
        "Sized": ref("SizedStreamingBytes", default=""),
        "Plain": ref("Text"),
    }
    assert made["SynthesizedJsonText"] == {
        "type": "string",
        "traits": api(mediaType="application/json", sensitive={}),
    }
    assert made["SynthesizedJsonBytes"] == {
        "type": "blob",
        "traits": api(mediaType="application/json"),
    }
    assert made["ExportOutputType"] == {
        "type": "enum",
        "members": {"YAML": {"target": "smithy.api#Unit", "traits": api(enumValue="YAML")}},
        "traits": api(sensitive={}),
    }
    assert made["StreamingBytes"] == {"type": "blob", "traits": api(streaming={})}
    assert made["SizedStreamingBytes"] == {
        "type": "blob",
        "traits": api(requiresLength={}, streaming={}),
    }
    assert made["Text"] == {"type": "string", "traits": api(sensitive={})}
