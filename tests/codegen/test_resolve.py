"""Resolving: closure, effective traits, made-up ends, and every refusal at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.faults import Fault, GenerationError
from codegen.load import load
from codegen.loaded import LoadedModel
from codegen.model import Member, Operation, Service, Shape, Source
from codegen.resolve import resolve
from tests.codegen.small_models import (
    API,
    BASE,
    SERVICE,
    Shapes,
    api,
    load_shapes,
    operation,
    structure,
    write_model,
)


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


def test_a_service_is_resolved_to_what_it_reaches(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    shapes = {
        **BASE,
        "t#S": {
            **SERVICE,
            "errors": [{"target": "t#Busy"}],
            "rename": {"u#Item": "OtherItem", "t#Unused": "Gone"},
            "resources": [{"target": "t#R"}],
        },
        "t#Get": operation(input="t#GetIn", errors=["t#Wrong", "t#Busy"]),
        "t#GetIn": structure(item="u#Item", color=("t#Color", {"documentation": "Its own."})),
        "t#Color": {
            "type": "enum",
            "traits": api({"documentation": "A color.", "sensitive": {"x": 1}}),
            "members": {
                "RED": {"target": f"{API}Unit"},
                "BLUE": {"target": f"{API}Unit", "traits": api({"enumValue": "blue"})},
            },
        },
        "u#Item": structure(again="u#Item"),
        "t#Wrong": {"type": "structure", "traits": api({"error": "client"})},
        "t#Busy": {"type": "structure", "traits": api({"error": "server"})},
        "t#R": {"type": "resource", "identifiers": {"id": {"target": "t#Unused"}}},
        "t#Unused": {"type": "string"},
    }

    def at(pointer: str) -> Source:
        return Source(str(path), f"/shapes/{pointer}")

    def value(name: str, own: dict[str, Any], written: str) -> Member:
        source = at(f"t#Color/members/{name}")
        return Member(name, f"{API}Unit", api({"enumValue": written}), own, source)

    color = api({"documentation": "A color.", "sensitive": {"x": 1}})
    expected = [
        Shape("t#Busy", "structure", api({"error": "server"}), (), at("t#Busy")),
        Shape(
            "t#Color",
            "enum",
            color,
            (value("RED", {}, "RED"), value("BLUE", api({"enumValue": "blue"}), "blue")),
            at("t#Color"),
        ),
        Shape(
            "t#GetIn",
            "structure",
            {},
            (
                Member("item", "u#Item", {}, {}, at("t#GetIn/members/item")),
                Member(
                    "color",
                    "t#Color",
                    api({"documentation": "Its own.", "sensitive": {"x": 1}}),
                    api({"documentation": "Its own."}),
                    at("t#GetIn/members/color"),
                ),
            ),
            at("t#GetIn"),
        ),
        Shape("t#GetOutput", "structure", api({"output": {}}), (), at("t#Get")),
        Shape("t#Wrong", "structure", api({"error": "client"}), (), at("t#Wrong")),
        Shape(
            "u#Item",
            "structure",
            {},
            (Member("again", "u#Item", {}, {}, at("u#Item/members/again")),),
            at("u#Item"),
        ),
    ]
    service = resolve(load_shapes(path, shapes))
    assert list(service.shapes.values()) == expected
    assert service == Service(
        id="t#S",
        version="2020-01-01",
        traits={"aws.protocols#restJson1": {}},
        operations=(
            Operation(
                id="t#Get",
                traits=api({"http": {"method": "GET", "uri": "/x"}}),
                input="t#GetIn",
                output="t#GetOutput",
                errors=("t#Wrong", "t#Busy"),
                source=at("t#Get"),
            ),
        ),
        shapes={shape.id: shape for shape in expected},
        errors=("t#Busy", "t#Wrong"),
        renames={"u#Item": "OtherItem"},
        source=at("t#S"),
        files=("m.json",),
    )


def test_prelude_shapes_are_part_of_the_closure(tmp_path: Path) -> None:
    shapes = {**BASE, "t#GetIn": structure(a="String", b=("PrimitiveInteger", {"default": 0}))}
    service = resolve(load_shapes(tmp_path / "m.json", shapes))
    assert list(service.shapes) == [
        f"{API}PrimitiveInteger",
        f"{API}String",
        "t#GetIn",
        "t#GetOutput",
    ]
    assert service.shapes["t#GetIn"].members[1].traits == {f"{API}default": 0}


def test_operations_of_resources_come_after_those_of_the_service(tmp_path: Path) -> None:
    text = {"target": f"{API}String"}
    one: Any = ("String", {"required": {}, "httpQuery": "id"})
    shapes: dict[str, Any] = {
        "t#Id": structure(id=one),
        "t#Ids": structure(id=one, sub=("String", {"required": {}, "httpQuery": "sub"})),
        "t#Read": operation("GET /Read", input="t#Id", traits={"readonly": {}}),
        "t#List": operation("GET /List", traits={"readonly": {}}),
        "t#Extra": operation("GET /Extra", input="t#Id"),
        "t#Inner": operation("GET /Inner", input="t#Id"),
        "t#Look": operation("GET /Look", input="t#Ids", traits={"readonly": {}}),
        "t#Get": operation("GET /Get"),
    }
    shapes["t#S"] = {**SERVICE, "resources": [{"target": "t#R"}]}
    shapes["t#R"] = {
        "type": "resource",
        "identifiers": {"id": text},
        "read": {"target": "t#Read"},
        "list": {"target": "t#List"},
        "operations": [{"target": "t#Extra"}],
        "resources": [{"target": "t#Nested"}],
    }
    shapes["t#Nested"] = {
        "type": "resource",
        "identifiers": {"id": text, "sub": text},
        "collectionOperations": [{"target": "t#Inner"}],
        "read": {"target": "t#Look"},
    }
    service = resolve(load_shapes(tmp_path / "m.json", shapes))
    names = [item.name for item in service.operations]
    assert names == ["Get", "Read", "List", "Extra", "Look", "Inner"]


def test_a_made_up_end_gives_way_to_a_shape_of_the_same_name(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#Get": operation(output="t#GetInput"),
        "t#GetInput": structure(a="String"),
    }
    (get,) = resolve(load_shapes(tmp_path / "m.json", shapes)).operations
    assert (get.input, get.output) == ("t#GetRequest", "t#GetInput")

    shapes["t#GetInput"] = structure(a="t#GetRequest")
    shapes["t#GetRequest"] = structure()
    assert refusals(tmp_path / "m.json", shapes) == [
        (
            "t#Get",
            "t#Get",
            "has no input, and the names for an empty one, GetInput and GetRequest, are taken",
            "give the operation an input of its own",
        )
    ]


def test_package_toml_selects_operations(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#S": {**SERVICE, "operations": [{"target": "t#Get"}, {"target": "t#Put"}]},
        "t#Put": operation("PUT /y", input="t#PutIn", traits={"aws.x#odd": {}}),
        "t#PutIn": structure(),
    }
    write_model(tmp_path / "service.json", shapes)
    (tmp_path / "package.toml").write_text(
        'distribution = "tiny"\npackage = "tiny"\nclient = "Tiny"\ntitle = "Tiny"\n'
        'source = "made up"\noperations = ["Get"]\n'
    )
    loaded = load([tmp_path])
    service = resolve(loaded)
    assert [item.name for item in service.operations] == ["Get"]
    assert list(service.shapes) == ["t#GetIn", "t#GetOutput"]

    config = replace(loaded.config, operations=("Get", "Put", "Post"))
    assert faults_of(replace(loaded, config=config)) == [
        Fault(
            str(tmp_path / "package.toml"),
            "",
            "",
            "keeps the operation 'Post', which the service has not",
            "it has Get, Put",
        ),
        Fault(
            str(tmp_path / "service.json"),
            "/shapes/t#Put/traits/aws.x#odd",
            "t#Put",
            "trait aws.x#odd is not known",
            "add it to codegen/traits.py once its meaning is clear",
        ),
    ]
