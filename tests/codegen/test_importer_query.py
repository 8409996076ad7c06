"""Query services of botocore: protocol, names of elements, results, errors, waiters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from codegen.importer import ImportFault, import_service
from codegen.importer.botocore import installed_models
from codegen.load import load
from codegen.loaded import LoadedModel
from codegen.pipeline import generate_package
from tests.codegen.botocore_models import api, imported, operation, ref, service
from tests.support import ROOT

QUERY: dict[str, Any] = {
    "protocol": "query",
    "protocols": ["query"],
    "xmlNamespace": "https://clips.example/doc/",
}
TEXT = {"type": "string"}


def structure(**members: Any) -> dict[str, Any]:
    """A botocore structure; a member is the name of its shape, or all of it."""
    written = {
        name: {"shape": member} if isinstance(member, str) else member
        for name, member in members.items()
    }
    return {"type": "structure", "members": written}


def test_a_query_service_has_a_namespace_and_its_operations_no_http_binding() -> None:
    bend = operation(
        "Bend",
        "/",
        input={"shape": "BendInput"},
        output={"shape": "BendOutput", "resultWrapper": "BendResult"},
        errors=[{"shape": "Broken"}],
        authtype="none",
        auth=["smithy.api#noAuth"],
    )
    made = imported(
        service(
            {
                "BendInput": structure(Size="Text"),
                "BendOutput": structure(Size="Text"),
                "Broken": {
                    **structure(message="Text"),
                    "error": {"code": "Broke", "httpStatusCode": 409, "senderFault": True},
                    "exception": True,
                },
                "Text": TEXT,
            },
            bend,
            **QUERY,
        )
    )
    assert made["PaperClip"]["traits"] == {
        "aws.api#service": {
            "sdkId": "Paper Clip",
            "endpointPrefix": "clips",
            "docId": "clips-2024-02-29",
        },
        "aws.auth#sigv4": {"name": "clip"},
        "aws.protocols#awsQuery": {},
        **api(title="Amazon Paper Clip", xmlNamespace={"uri": "https://clips.example/doc/"}),
    }
    assert made["Bend"] == {
        "type": "operation",
        "input": ref("BendInput"),
        "output": ref("BendOutput"),
        "errors": [ref("Broken")],
        "traits": api(auth=[], optionalAuth={}),
    }
    assert made["Broken"]["traits"] == {
        "aws.protocols#awsQueryError": {"code": "Broke", "httpResponseCode": 409},
        **api(error="client", httpError=409),
    }


def test_names_of_elements() -> None:
    made = imported(
        service(
            {
                "Clip": structure(
                    Name={"shape": "Text", "locationName": "ClipName"},
                    Same={"shape": "Text", "locationName": "Same"},
                    Kind={"shape": "Text", "locationName": "kind", "xmlAttribute": True},
                    Flat="FlatList",
                    Renamed={"shape": "FlatList", "locationName": "Other"},
                    Plain={"shape": "PlainFlatList", "locationName": "Own"},
                    Wrapped="List",
                    Marks="Map",
                    FlatMarks={"shape": "FlatMap", "locationName": "Mark"},
                    OwnFlat={"shape": "List", "flattened": True},
                ),
                "FlatList": {
                    "type": "list",
                    "member": {"shape": "Text", "locationName": "Item"},
                    "flattened": True,
                },
                "PlainFlatList": {"type": "list", "member": {"shape": "Text"}, "flattened": True},
                "List": {"type": "list", "member": {"shape": "Text", "locationName": "item"}},
                "Map": {
                    "type": "map",
                    "key": {"shape": "Text", "locationName": "Name"},
                    "value": {"shape": "Text", "locationName": "value"},
                },
                "FlatMap": {
                    "type": "map",
                    "key": {"shape": "Text"},
                    "value": {"shape": "Text", "locationName": "Value"},
                    "flattened": True,
                },
                "Text": TEXT,
            },
            **QUERY,
        )
    )
    assert made["Clip"]["members"] == {
        "Name": ref("Text", xmlName="ClipName"),
        "Same": ref("Text"),
        "Kind": ref("Text", xmlAttribute={}, xmlName="kind"),
        # A flattened list is called after its items, whatever the member is called.
        "Flat": ref("FlatList", xmlFlattened={}, xmlName="Item"),
        "Renamed": ref("FlatList", xmlFlattened={}, xmlName="Item"),
        "Plain": ref("PlainFlatList", xmlFlattened={}, xmlName="Own"),
        "Wrapped": ref("List"),
        "Marks": ref("Map"),
        "FlatMarks": ref("FlatMap", xmlFlattened={}, xmlName="Mark"),
        "OwnFlat": ref("List", xmlFlattened={}),
    }
    assert made["List"]["member"] == ref("Text", xmlName="item")
    assert made["Map"]["key"] == ref("Text", xmlName="Name")
    assert made["Map"]["value"] == ref("Text")
    assert made["FlatMap"]["value"] == ref("Text", xmlName="Value")


def test_names_of_elements_mean_nothing_in_json() -> None:
    shapes = {
        "Clip": structure(Flat={"shape": "List", "locationName": "flat"}),
        "List": {
            "type": "list",
            "member": {"shape": "Text", "locationName": "item"},
            "flattened": True,
        },
        "Text": TEXT,
    }
    made = imported(service(shapes))
    assert made["Clip"]["members"] == {"Flat": ref("List", jsonName="flat")}
    assert made["List"] == {"type": "list", "member": ref("Text")}


def test_query_is_chosen_where_the_first_protocol_is_not_known() -> None:
    metadata: dict[str, Any] = {
        **QUERY,
        "protocol": "smithy-rpc-v2-cbor",
        "protocols": ["smithy-rpc-v2-cbor", "query"],
        "awsQueryCompatible": {},
        "targetPrefix": "Clips",
        "jsonVersion": "1.0",
    }
    made = imported(service({}, **metadata))
    protocols = [name for name in made["PaperClip"]["traits"] if name.startswith("aws.protocols#")]
    assert protocols == ["aws.protocols#awsQuery"]


def test_what_a_query_service_cannot_have() -> None:
    model = service(
        {"Out": structure(), "Text": TEXT},
        {
            **operation("Bend", "/bend"),
            **operation("Cut", "/", output={"shape": "Out", "resultWrapper": "Cuts"}),
        },
        **{**QUERY, "xmlNamespace": None, "signatureVersion": "v2"},
    )
    with pytest.raises(ImportFault) as caught:
        import_service(model, file="clip.json")
    assert [str(fault) for fault in caught.value.faults] == [
        "clip.json#/metadata: has no 'xmlNamespace'",
        "clip.json#/metadata/signatureVersion: 'v2' is not a known signature",
        "clip.json#/operations/Bend/http: POST /bend is no request of a query service; "
        "it is POST /",
        "clip.json#/operations/Cut/output/resultWrapper: is not CutResult; "
        "awsQuery has no trait for it",
    ]


def test_a_waiter_may_wait_for_a_status() -> None:
    acceptors = [
        {"state": "success", "matcher": "status", "expected": 200},
        {"state": "retry", "matcher": "error", "expected": "Broke"},
    ]
    waiter = {"operation": "Bend", "delay": 1, "maxAttempts": 2, "acceptors": acceptors}
    made = imported(
        service({}, operation("Bend", "/"), **QUERY),
        waiters={"version": 2, "waiters": {"Bent": waiter}},
    )
    assert made["Bend"]["traits"]["smithy.waiters#waitable"]["Bent"]["acceptors"] == [
        {"state": "success", "matcher": {"success": True}},
        {"state": "retry", "matcher": {"errorType": "Broke"}},
    ]


def test_pages_of_text_have_no_items() -> None:
    pages = {"input_token": "Next", "output_token": "Next", "result_key": "Log"}
    made = imported(
        service(
            {"In": structure(Next="Text"), "Out": structure(Next="Text", Log="Text"), "Text": TEXT},
            operation("Read", "/", input={"shape": "In"}, output={"shape": "Out"}),
            **QUERY,
        ),
        paginators={"pagination": {"Read": pages}},
    )
    expected = {"inputToken": "Next", "outputToken": "Next"}
    assert made["Read"]["traits"]["smithy.api#paginated"] == expected


def load_botocore(name: str) -> LoadedModel:
    """A service of the installed botocore."""
    folder = max((installed_models().data / name).iterdir())
    return load([folder], partitions=ROOT / "model" / "partitions.json")


@pytest.mark.parametrize("name", ["sts", "sns", "elb", "cloudsearch"])
def test_services_of_botocore_are_generated(name: str) -> None:
    loaded = load_botocore(name)
    files = generate_package(loaded)
    assert f"{loaded.config.package}/_serializers.py" in files


def test_operations_that_are_left_out_take_their_shapes_along() -> None:
    loaded = load_botocore("sts")
    assert loaded.config.operations is None
    config = replace(loaded.config, operations=("GetCallerIdentity",))
    files = generate_package(replace(loaded, config=config))
    for path, text in files.items():
        assert "AssumeRole" not in text, path
        assert "Federat" not in text, path
    assert "class GetCallerIdentityResponse(Output):" in files["sts/types.py"]
