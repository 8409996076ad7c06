"""The behaviour suite model-loader: what Smithy flattens and refuses, we flatten and refuse so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.load import load_shapes
from codegen.loaded import PRELUDE, LoadedShape
from codegen.model import Node
from codegen.read import freeze
from codegen.validation.structure import LIFECYCLE
from tests.support import read_json, suite_path

FLATTEN: list[dict[str, Any]] = read_json(
    suite_path("behaviour-tests", "model-loader", "flatten.json")
)
INVALID: list[dict[str, Any]] = read_json(
    suite_path("behaviour-tests", "model-loader", "invalid.json")
)

RELATIONS = ("operations", "collectionOperations", "resources", "errors")

type Facts = dict[str, Node]


def case_id(case: dict[str, Any]) -> str:
    return f"behaviour-model-loader-{case['id']}"


def expected_facts(node: dict[str, Any]) -> Facts:
    """Everything that the AST says of a shape; references are a set, members are in order."""
    members = dict(node.get("members", {}))
    members |= {name: node[name] for name in ("member", "key", "value") if name in node}
    facts: dict[str, Any] = {
        "type": node["type"],
        "traits": node.get("traits", {}),
        "members": [
            [name, member["target"], member.get("traits", {})] for name, member in members.items()
        ],
        "version": node.get("version", ""),
        "rename": node.get("rename", {}),
        "lifecycle": {name: node[name]["target"] for name in LIFECYCLE if name in node},
    }
    for key in ("identifiers", "properties"):
        facts[key] = {name: item["target"] for name, item in node.get(key, {}).items()}
    for key in RELATIONS:
        facts[key] = sorted(item["target"] for item in node.get(key, []))
    for key in ("input", "output"):
        facts[key] = [node[key]["target"]] if key in node else []
    return {key: freeze(value) for key, value in facts.items()}


def loaded_facts(shape: LoadedShape) -> Facts:
    facts: Facts = {
        "type": shape.type,
        "traits": shape.traits,
        "members": tuple(
            (member.name, member.target, member.traits) for member in shape.members.values()
        ),
        "version": shape.version,
        "rename": dict(shape.renames),
        "lifecycle": dict(shape.lifecycle),
        "identifiers": dict(shape.identifiers),
        "properties": dict(shape.properties),
        "input": shape.ref("input"),
        "output": shape.ref("output"),
    }
    facts |= {key: tuple(sorted(shape.ref(key))) for key in RELATIONS}
    return facts


@pytest.mark.parametrize("case", FLATTEN, ids=case_id)
def test_flattens_as_smithy_does(tmp_path: Path, case: dict[str, Any]) -> None:
    paths = [tmp_path / "model.json"]
    paths[0].write_text(json.dumps(case["model"]))
    if case["also_load"]:
        paths.append(tmp_path / "also.json")
        paths[1].write_text(json.dumps({"smithy": "2.0", "shapes": case["also_load"]}))

    shapes = load_shapes(paths)

    # Smithy takes mixins out once they are merged.
    found = {
        shape.id: loaded_facts(shape)
        for shape in shapes.values()
        if shape.source != PRELUDE and "smithy.api#mixin" not in shape.traits
    }
    wanted = {
        shape_id: expected_facts(node) for shape_id, node in case["flattened"]["shapes"].items()
    }
    assert found == wanted


@pytest.mark.parametrize("case", INVALID, ids=case_id)
def test_refuses_what_smithy_refuses(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "model.json"
    path.write_text(case["text"])
    with pytest.raises(GenerationError) as caught:
        load_shapes([path])
    found = caught.value.faults
    assert {fault.file for fault in found} == {str(path)}
    assert all(fault.message and fault.advice for fault in found)
    # Refused for the same reason: one of the shapes that Smithy names is named, or the whole file
    # is refused.
    named = {event["shape"].partition("$")[0] for event in case["events"]} - {"-"}
    told = " ".join(f"{fault.shape} {fault.message}" for fault in found)
    whole = any(not fault.shape for fault in found)
    assert whole or not named or any(shape_id in told for shape_id in named)
