"""Models of a few lines for tests of the generator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codegen.load import load
from codegen.loaded import LoadedModel

API = "smithy.api#"

_NO_TRAITS: dict[str, Any] = {}

type Shapes = Mapping[str, Mapping[str, Any]]

SERVICE: dict[str, Any] = {
    "type": "service",
    "version": "2020-01-01",
    "operations": [{"target": "t#Get"}],
    "traits": {"aws.protocols#restJson1": {}},
}
GET: dict[str, Any] = {
    "type": "operation",
    "input": {"target": "t#GetIn"},
    "traits": {f"{API}http": {"method": "GET", "uri": "/x"}},
}
BASE: dict[str, Any] = {"t#S": SERVICE, "t#Get": GET, "t#GetIn": {"type": "structure"}}
"""A service with one operation whose input is empty."""


def structure(**members: Any) -> dict[str, Any]:
    """A structure; a member is the id of its target, or (target, {trait: value})."""
    return {"type": "structure", "members": _members(members)}


def union(**members: Any) -> dict[str, Any]:
    """A union; members as in `structure`."""
    return {"type": "union", "members": _members(members)}


def _members(members: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, member in members.items():
        target, traits = (member, _NO_TRAITS) if isinstance(member, str) else member
        target = target if "#" in target else f"{API}{target}"
        written[name] = {"target": target} | ({"traits": api(traits)} if traits else {})
    return written


def api(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Trait values with the namespace of Smithy where they have none."""
    return {name if "#" in name else API + name: value for name, value in traits.items()}


def operation(http: str = "GET /x", **keys: Any) -> dict[str, Any]:
    """An operation; `input` and `output` are ids, `errors` a list of ids."""
    method, _, uri = http.partition(" ")
    node: dict[str, Any] = {"type": "operation"}
    for key, value in keys.items():
        if key == "errors":
            node[key] = [{"target": target} for target in value]
        elif key != "traits":
            node[key] = {"target": value}
    traits = api(keys.get("traits", {}))
    return node | {"traits": {f"{API}http": {"method": method, "uri": uri}} | traits}


def write_model(path: Path, shapes: Shapes) -> Path:
    """Write shapes as a Smithy 2.0 JSON AST."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"smithy": "2.0", "shapes": shapes}))
    return path


def load_shapes(path: Path, shapes: Shapes) -> LoadedModel:
    """Write a model to a file and load it."""
    return load([write_model(path, shapes)])
