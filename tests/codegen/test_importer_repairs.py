"""What the importer adds or takes out so that botocore's models are valid Smithy models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegen.load import load
from tests.codegen.botocore_models import api, imported, operation, ref, service

TEXT = {"type": "string"}


def structure(**members: Any) -> dict[str, Any]:
    """A botocore structure; a member is the name of its shape, or all of it."""
    written = {
        name: {"shape": member} if isinstance(member, str) else member
        for name, member in members.items()
    }
    return {"type": "structure", "members": written}


def test_a_stream_of_bytes_that_may_be_missing_is_empty() -> None:
    streamed = {"shape": "Bytes", "streaming": True}
    made = imported(
        service(
            {
                "Get": {**structure(a=streamed, b="Live", c="Bytes"), "required": []},
                "Put": {**structure(a=streamed, b="Live"), "required": ["a", "b"]},
                "Bytes": {"type": "blob"},
                "Live": {"type": "blob", "streaming": True},
            }
        )
    )
    assert made["Get"]["members"] == {
        "a": ref("StreamingBytes", default=""),
        "b": ref("Live", default=""),
        "c": ref("Bytes"),
    }
    assert made["Put"]["members"] == {
        "a": ref("StreamingBytes", required={}),
        "b": ref("Live", required={}),
    }


@pytest.mark.parametrize(("kind", "kept"), [("integer", True), ("long", True), ("string", False)])
def test_a_page_size_that_is_text_is_none(kind: str, kept: bool) -> None:
    pages = {"input_token": "Next", "output_token": "Next", "limit_key": "Size"}
    made = imported(
        service(
            {"In": structure(Next="Text", Size="Size"), "Size": {"type": kind}, "Text": TEXT},
            operation("List", input={"shape": "In"}),
        ),
        paginators={"pagination": {"List": pages}},
    )
    expected = {"inputToken": "Next", "outputToken": "Next"}
    expected |= {"pageSize": "Size"} if kept else {}
    assert made["List"]["traits"]["smithy.api#paginated"] == expected


def test_simple_shapes_whose_names_differ_in_case_alone_are_parted() -> None:
    made = imported(
        service(
            {
                "string": TEXT,
                "String": TEXT,
                "STRING": TEXT,
                "In": structure(a="string", b="String", c="STRING"),
            }
        )
    )
    assert made["In"]["members"] == {
        "a": ref("string__"),
        "b": ref("String_"),
        "c": ref("STRING"),
    }


def test_a_unit_of_the_models_own_keeps_its_name(tmp_path: Path) -> None:
    model = service(
        {
            "In": structure(Unit="Unit"),
            "Unit": {"type": "string", "enum": ["INCH"]},
        },
        operation("Bend", input={"shape": "In"}),
    )
    made = imported(model)
    assert made["In"]["members"] == {"Unit": ref("Unit")}
    assert made["PaperClip"]["rename"] == {"smithy.api#Unit": "NoValue"}
    file = tmp_path / "service-2.json"
    file.write_text(json.dumps(model))
    assert (
        load([file]).shapes["com.amazonaws.paperclip#PaperClip"].renames
        == made["PaperClip"]["rename"]
    )


def test_other_models_rename_nothing() -> None:
    assert "rename" not in imported(service({"In": structure(a="Text"), "Text": TEXT}))["PaperClip"]


def test_a_name_in_json_may_be_that_of_a_label(tmp_path: Path) -> None:
    label = {"shape": "Text", "location": "uri", "locationName": "method"}
    renamed = {"shape": "Text", "locationName": "httpMethod"}
    model = service(
        {
            "In": {**structure(httpMethod=label, integration=renamed), "required": ["httpMethod"]},
            "Text": TEXT,
        },
        operation("Bend", "/clips/{method}", input={"shape": "In"}),
    )
    file = tmp_path / "service-2.json"
    file.write_text(json.dumps(model))
    members = load([file]).shapes["com.amazonaws.paperclip#In"].members
    assert dict(members["integration"].traits) == api(jsonName="httpMethod")
