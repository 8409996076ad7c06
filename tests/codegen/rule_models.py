"""Words to write a model of a few lines that breaks one rule of Smithy, and to see that it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.load import load
from tests.codegen.small_models import API, BASE, api, structure, write_model

type Cases = dict[str, tuple[Mapping[str, Any], list[tuple[str, str]]]]
"""By name of the rule: a model, and the pointer below /shapes and the message of each fault."""

UNIT: dict[str, Any] = {"target": f"{API}Unit"}


def ref(target: str) -> dict[str, Any]:
    """A reference; shapes without a namespace are those of the prelude."""
    return {"target": target if "#" in target else API + target}


def refs(*targets: str) -> list[dict[str, Any]]:
    """A list of references."""
    return [ref(target) for target in targets]


def having(node: dict[str, Any], **traits: Any) -> dict[str, Any]:
    """A shape with more traits."""
    return {**node, "traits": {**node.get("traits", {}), **api(traits)}}


def simple(kind: str, **traits: Any) -> dict[str, Any]:
    """A shape without members."""
    return having({"type": kind}, **traits)


def list_of(target: str, **traits: Any) -> dict[str, Any]:
    """A list."""
    return having({"type": "list", "member": ref(target)}, **traits)


def map_of(key: str, value: str, **traits: Any) -> dict[str, Any]:
    """A map."""
    return having({"type": "map", "key": ref(key), "value": ref(value)}, **traits)


def enum(kind: str = "enum", **values: Any) -> dict[str, Any]:
    """An enum; None is a member without a value."""
    members = {
        name: UNIT if value is None else having(UNIT, enumValue=value)
        for name, value in values.items()
    }
    return {"type": kind, "members": members}


def bound(**members: Any) -> dict[str, Any]:
    """A model whose one operation has this input, at the uri /x."""
    return {**BASE, "t#GetIn": structure(**members)}


def check_rule(
    folder: Path, shapes: Mapping[str, Any], expected: Iterable[tuple[str, str]]
) -> None:
    """Load a model and compare its faults, each of which says what to do."""
    path = write_model(folder / "m.json", shapes)
    with pytest.raises(GenerationError) as caught:
        load([path])
    found = caught.value.faults
    assert {fault.file for fault in found} == {str(path)}
    assert all(fault.advice for fault in found)
    assert sorted(
        (fault.pointer.removeprefix("/shapes/"), fault.shape, fault.message) for fault in found
    ) == sorted((pointer, _owner(pointer), message) for pointer, message in expected)


def _owner(pointer: str) -> str:
    """The shape or member that a pointer leads to, or into."""
    shape, first, second = (*pointer.split("/"), "", "")[:3]
    member = second if first == "members" else first
    is_member = (first == "members" and second) or first in ("member", "key", "value")
    return f"{shape}${member}" if is_member else shape
