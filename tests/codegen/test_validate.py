"""Rules of Smithy: every breach in a model is a fault, all of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.faults import Fault, GenerationError
from codegen.load import load
from codegen.read import read_bytes
from tests.codegen.small_models import (
    API,
    BASE,
    GET,
    SERVICE,
    Shapes,
    operation,
    structure,
    union,
    write_model,
)
from tests.support import suite_path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(GenerationError) as caught:
        load([path])
    return caught.value.faults


def faults_in(folder: Path, shapes: Shapes) -> list[tuple[str, str, str]]:
    """Pointer below /shapes, shape and message of each fault of one file."""
    path = write_model(folder / "m.json", shapes)
    found = faults_of(path)
    assert {fault.file for fault in found} == {str(path)}
    assert all(fault.advice for fault in found)
    return [(fault.pointer.removeprefix("/shapes/"), fault.shape, fault.message) for fault in found]


def test_all_dangling_targets_and_applies_are_reported(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **BASE,
        "t#S": {**SERVICE, "rename": {"t#R": "Q"}},
        "t#Get": {**GET, "output": {"target": "t#Out"}, "errors": [{"target": "t#E"}]},
        "t#GetIn": structure(a="t#A", b="String"),
        "t#List": {"type": "list", "member": {"target": "t#B"}, "mixins": [{"target": "t#M"}]},
        "t#Odd": {"type": "tuple"},
        "t#Nobody": {"type": "apply", "traits": {f"{API}tags": []}},
        "t#GetIn$c": {"type": "apply", "traits": {f"{API}tags": []}},
        f"{API}String": {"type": "apply", "traits": {f"{API}tags": []}},
    }
    assert faults_in(tmp_path, shapes) == [
        ("smithy.api#String", f"{API}String", "shapes of Smithy's prelude cannot be changed"),
        ("t#Get", "t#Get", "refers to t#E, which is not defined"),
        ("t#Get", "t#Get", "refers to t#Out, which is not defined"),
        ("t#GetIn$c", "t#GetIn$c", "traits are applied to a member that t#GetIn has not"),
        ("t#GetIn/members/a", "t#GetIn$a", "refers to t#A, which is not defined"),
        ("t#List", "t#List", "refers to t#M, which is not defined"),
        ("t#List/member", "t#List$member", "refers to t#B, which is not defined"),
        ("t#Nobody", "t#Nobody", "traits are applied to a shape that is not there"),
        ("t#Odd", "t#Odd", "shape type 'tuple' is not known"),
        ("t#S", "t#S", "refers to t#R, which is not defined"),
    ]


def bound(**members: Any) -> dict[str, Any]:
    """A model whose one operation has this input, at the uri /x."""
    return {**BASE, "t#GetIn": structure(**members)}


VALIDATION: dict[str, tuple[Shapes, list[tuple[str, str, str]]]] = {
    "enum without values": (
        {**BASE, "t#E": {"type": "enum", "members": {}}, "t#I": {"type": "intEnum"}},
        [
            ("t#E", "t#E", "this enum has no values"),
            ("t#I", "t#I", "this intEnum has no values"),
        ],
    ),
    "enum values of a wrong type or given twice": (
        {
            **BASE,
            "t#E": {
                "type": "enum",
                "members": {
                    "A": {"target": f"{API}Unit"},
                    "B": {"target": f"{API}Unit", "traits": {f"{API}enumValue": "A"}},
                    "C": {"target": f"{API}Unit", "traits": {f"{API}enumValue": 3}},
                },
            },
            "t#I": {"type": "intEnum", "members": {"A": {"target": f"{API}Unit"}}},
        },
        [
            ("t#E/members/B", "t#E$B", "has the value 'A', as has 'A'"),
            ("t#E/members/C", "t#E$C", "the value of a member of this enum is 3"),
            ("t#I/members/A", "t#I$A", "the value of a member of this intEnum is None"),
        ],
    ),
    "members that differ in case": (
        {**bound(Name="String", name="String"), "t#U": union(a="String", A="String")},
        [
            (
                "t#GetIn/members/name",
                "t#GetIn$name",
                "its name 'name' differs from that of 'Name' in nothing but case",
            ),
            (
                "t#U/members/A",
                "t#U$A",
                "its name 'A' differs from that of 'a' in nothing but case",
            ),
        ],
    ),
    "one header twice": (
        bound(a=("String", {"httpHeader": "X-A"}), b=("String", {"httpHeader": "x-a"})),
        [
            (
                "t#GetIn/members/b",
                "t#GetIn$b",
                "its header 'x-a' differs from that of 'a' in nothing but case",
            )
        ],
    ),
    "errors as input and others as errors": (
        {
            **BASE,
            "t#GetIn": {"type": "structure", "traits": {f"{API}error": "client"}},
            "t#Get": operation(input="t#GetIn", output="t#List", errors=["t#Plain"]),
            "t#Plain": structure(),
            "t#List": {"type": "list", "member": {"target": f"{API}String"}},
        },
        [
            ("t#Get", "t#Get", "its error t#Plain is not a structure with smithy.api#error"),
            ("t#Get", "t#Get", "its input t#GetIn is an error"),
            ("t#Get", "t#Get", "its output t#List is not a structure"),
        ],
    ),
    "labels without members and members without labels": (
        {
            **bound(
                a=("String", {"httpLabel": {}, "required": {}}),
                b=("String", {"httpLabel": {}}),
            ),
            "t#Get": operation("GET /{c}/{b}/{b}?q={d}", input="t#GetIn"),
        },
        [
            (
                f"t#Get/traits/{API}http",
                "t#Get",
                "its uri '/{c}/{b}/{b}?q={d}' has a label in its query",
            ),
            (
                f"t#Get/traits/{API}http",
                "t#Get",
                "its uri '/{c}/{b}/{b}?q={d}' has the label 'b' 2 times",
            ),
            (
                f"t#Get/traits/{API}http",
                "t#Get",
                "its uri '/{c}/{b}/{b}?q={d}' has the label 'c', which no member is bound to",
            ),
            (
                f"t#GetIn/members/a/traits/{API}httpLabel",
                "t#GetIn$a",
                "is bound to a label that the uri '/{c}/{b}/{b}?q={d}' of t#Get has not",
            ),
            (
                f"t#GetIn/members/b/traits/{API}httpLabel",
                "t#GetIn$b",
                "is a label of the uri and not required",
            ),
        ],
    ),
    "greedy labels": (
        {
            **bound(
                a=("String", {"httpLabel": {}, "required": {}}),
                b=("Integer", {"httpLabel": {}, "required": {}}),
            ),
            "t#Get": operation("GET /{a+}/{b+}", input="t#GetIn"),
        },
        [
            (
                f"t#Get/traits/{API}http",
                "t#Get",
                "its uri '/{a+}/{b+}' has a greedy label that is not its only and last one",
            ),
            (
                f"t#Get/traits/{API}http",
                "t#Get",
                "its uri '/{a+}/{b+}' has the greedy label 'b+' on type integer",
            ),
        ],
    ),
    "two payloads, and a member without a place": (
        bound(
            a=("Blob", {"httpPayload": {}}),
            b=("String", {"httpPayload": {}}),
            c="String",
            d=("String", {"httpQuery": "d"}),
        ),
        [
            ("t#GetIn", "t#GetIn", "smithy.api#httpPayload is on 2 members: a, b"),
            (
                "t#GetIn/members/c",
                "t#GetIn$c",
                "has no place on the wire beside the member that is the payload",
            ),
        ],
    ),
    "one member in two places": (
        bound(a=("String", {"httpHeader": "a", "httpQuery": "a"})),
        [("t#GetIn/members/a", "t#GetIn$a", "is bound to 2 places: httpQuery, httpHeader")],
    ),
    "bindings on wrong types": (
        {
            **bound(
                a=("t#GetIn", {"httpHeader": "a"}),
                b=("t#Map", {"httpQuery": "b"}),
                c=("t#Map", {"httpPrefixHeaders": "c"}),
                d=("t#Map", {"httpQueryParams": {}}),
                e=("String", {"httpResponseCode": {}}),
                f=("Blob", {"httpHeader": "f"}),
            ),
            "t#Map": {
                "type": "map",
                "key": {"target": f"{API}String"},
                "value": {"target": f"{API}Integer"},
            },
        },
        [
            (
                f"t#GetIn/members/{name}/traits/{API}{trait}",
                f"t#GetIn${name}",
                f"smithy.api#{trait} cannot be on type {kind}",
            )
            for name, trait, kind in (
                ("a", "httpHeader", "structure"),
                ("b", "httpQuery", "map of integer"),
                ("c", "httpPrefixHeaders", "map of integer"),
                ("d", "httpQueryParams", "map of integer"),
                ("e", "httpResponseCode", "string"),
                ("f", "httpHeader", "blob"),
            )
        ],
    ),
    "a payload on a wrong type": (
        bound(a=("Timestamp", {"httpPayload": {}})),
        [
            (
                f"t#GetIn/members/a/traits/{API}httpPayload",
                "t#GetIn$a",
                "smithy.api#httpPayload cannot be on type timestamp",
            )
        ],
    ),
    "trait values of a wrong type": (
        bound(
            a=("String", {"jsonName": 3}),
            b=("Timestamp", {"timestampFormat": "roman"}),
            c=("String", {"httpHeader": {}}),
        )
        | {"t#E": {"type": "structure", "traits": {f"{API}httpError": "400"}}},
        [
            (f"t#E/traits/{API}httpError", "t#E", "smithy.api#httpError cannot be '400'"),
            (
                f"t#GetIn/members/a/traits/{API}jsonName",
                "t#GetIn$a",
                "the value of smithy.api#jsonName is not a string",
            ),
            (
                f"t#GetIn/members/b/traits/{API}timestampFormat",
                "t#GetIn$b",
                "smithy.api#timestampFormat cannot be 'roman'",
            ),
            (
                f"t#GetIn/members/c/traits/{API}httpHeader",
                "t#GetIn$c",
                "the value of smithy.api#httpHeader is not a string",
            ),
        ],
    ),
    "an http trait without a uri": (
        {**BASE, "t#Get": {**GET, "traits": {f"{API}http": {"method": "GET", "uri": "x"}}}},
        [(f"t#Get/traits/{API}http", "t#Get", "its http trait has no method or no uri")],
    ),
}


@pytest.mark.parametrize("case", VALIDATION)
def test_rules_of_smithy(tmp_path: Path, case: str) -> None:
    shapes, expected = VALIDATION[case]
    assert sorted(faults_in(tmp_path, shapes)) == sorted(expected)


def test_faults_of_docs_and_overlay_point_at_them(tmp_path: Path) -> None:
    write_model(tmp_path / "service.json", bound(a="t#GetIn"))
    traits = {f"{API}httpHeader": "X-A"}
    overlay = write_model(
        tmp_path / "overlay.json",
        {"t#GetIn$a": {"type": "apply", "reason": "sent so", "traits": traits}},
    )
    assert faults_of(tmp_path) == [
        Fault(
            str(overlay),
            f"/shapes/t#GetIn$a/traits/{API}httpHeader",
            "t#GetIn$a",
            "smithy.api#httpHeader cannot be on type structure",
            "it takes a string, number, boolean, timestamp, or a list of these",
        )
    ]


def smithy_models() -> list[Path]:
    """The Smithy 2.0 models of the outside suites."""
    folders = [suite_path("models"), suite_path("protocol-tests")]
    found: list[Path] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.json*")):
        head = read_bytes(path)[:200]
        if b'"smithy"' in head and b'"2.' in head:
            found.append(path)
    return found


@pytest.mark.parametrize(
    "path", smithy_models(), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_published_models_load_without_a_fault(path: Path) -> None:
    loaded = load([path], partitions=suite_path("models", "partitions-2026-08.json"))
    assert loaded.shapes[loaded.service].type == "service"
    assert all(shape.source.file in (str(path), "smithy.api") for shape in loaded.shapes.values())
