"""Rules of Smithy: every breach in a model is a fault, all of them at once, and no other is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.faults import Fault, GenerationError
from codegen.load import load
from codegen.read import read_bytes
from tests.codegen.rule_models import bound, check_rule, having, list_of, ref, refs
from tests.codegen.small_models import (
    API,
    BASE,
    GET,
    SERVICE,
    api,
    load_shapes,
    operation,
    structure,
    write_model,
)
from tests.support import ROOT, suite_path


def faults_of(*paths: Path) -> list[Fault]:
    with pytest.raises(GenerationError) as caught:
        load(paths)
    return caught.value.faults


def applied(**traits: Any) -> dict[str, Any]:
    return {"type": "apply", "traits": api(traits)}


def test_all_dangling_targets_and_applies_are_reported(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **BASE,
        "t#S": {**SERVICE, "rename": {"t#R": "Q"}},
        "t#Get": {**GET, "output": ref("t#Out"), "errors": refs("t#E", "t#F")},
        "t#GetIn": structure(a="t#A", b="String"),
        "t#List": {**list_of("t#B"), "mixins": refs("t#M")},
        "t#Resource": {
            "type": "resource",
            "create": ref("t#Make"),
            "identifiers": {"id": ref("t#Id")},
        },
        "t#Odd": {"type": "tuple"},
        "t#Nobody": applied(tags=[]),
        "t#GetIn$c": applied(tags=[]),
        "t#Odd$c": applied(tags=[]),
        "t#List$c": applied(tags=[]),
        f"{API}String": applied(tags=[]),
    }
    missing = {
        "t#Get/errors/0": "t#E",
        "t#Get/errors/1": "t#F",
        "t#Get/output": "t#Out",
        "t#GetIn/members/a": "t#A",
        "t#List/member": "t#B",
        "t#List/mixins/0": "t#M",
        "t#Resource/create": "t#Make",
        "t#Resource/identifiers/id": "t#Id",
        "t#S/rename/t#R": "t#R",
    }
    check_rule(
        tmp_path,
        shapes,
        [
            *((at, f"refers to {target}, which is not defined") for at, target in missing.items()),
            (f"{API}String", "shapes of Smithy's prelude cannot be changed"),
            ("t#GetIn$c", "traits are applied to a member that t#GetIn has not"),
            ("t#Nobody", "traits are applied to a shape that is not there"),
            ("t#Odd/type", "shape type 'tuple' is not known"),
        ],
    )


def test_three_faults_of_three_kinds_are_three(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **bound(a="t#Missing"),
        "t#Get": operation(input="t#GetIn", output="t#Oops"),
        "t#Oops": having(structure(), error="client"),
        "t#E": {"type": "enum"},
    }
    check_rule(
        tmp_path,
        shapes,
        [
            ("t#E", "this enum has no values"),
            ("t#Get", "its output t#Oops is an error"),
            ("t#GetIn/members/a", "refers to t#Missing, which is not defined"),
        ],
    )


def test_applied_traits_join_lists_and_do_not_change_what_is_there(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **BASE,
        "t#GetIn": having(structure(), tags=["a"], title="A", sensitive={}),
    }
    first = write_model(tmp_path / "a.json", shapes)
    fine = write_model(
        tmp_path / "b.json", {"t#GetIn": applied(tags=["b"], title="A", since="now")}
    )
    wrong = write_model(tmp_path / "c.json", {"t#GetIn": applied(title="B", since="then")})
    assert load([first, fine]).shapes["t#GetIn"].traits == api(
        {"tags": ("a", "b"), "title": "A", "sensitive": {}, "since": "now"}
    )

    def conflict(trait: str, path: Path) -> Fault:
        at = f"/shapes/t#GetIn/traits/{API}{trait}"
        return Fault(
            str(wrong),
            at,
            "t#GetIn",
            f"{API}{trait} has another value in {path}#{at}",
            "keep one of the two; an overlay.json may replace a value",
        )

    assert faults_of(first, fine, wrong) == [conflict("since", fine), conflict("title", fine)]


def test_what_is_applied_to_an_inherited_member_takes_the_place_of_the_mixins(
    tmp_path: Path,
) -> None:
    base = having(structure(a=("String", {"tags": ["mixin"], "title": "A"})), mixin={})
    shapes: dict[str, Any] = {
        **BASE,
        "t#Base": base,
        "t#Between": having({"type": "structure", "mixins": refs("t#Base")}, mixin={}),
        "t#GetIn": {"type": "structure", "mixins": refs("t#Between"), "members": {}},
        "t#GetIn$a": applied(tags=["own"]),
        "t#Texts": having(list_of("String"), mixin={}),
        "t#More": {"type": "list", "mixins": refs("t#Texts")},
        "t#More$member": applied(tags=["own"]),
    }
    loaded = load_shapes(tmp_path / "m.json", shapes).shapes
    found = {
        shape_id: loaded[shape_id].members[name].traits
        for shape_id, name in (("t#GetIn", "a"), ("t#Between", "a"), ("t#More", "member"))
    }
    assert found == {
        "t#GetIn": api({"tags": ("own",), "title": "A"}),
        "t#Between": api({"tags": ("mixin",), "title": "A"}),
        "t#More": api({"tags": ("own",)}),
    }


def test_metadata(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    write_model(first, BASE)
    first.write_text(
        first.read_text().replace('"shapes"', '"metadata": {"a": 1, "b": [1], "c": 1}, "shapes"', 1)
    )
    second.write_text(
        """{"smithy": "2", "metadata": {"a": 2, "b": [2], "c": 1, "suppressions": {},
        "severityOverrides": [{"id": "x", "namespace": "*", "severity": "ERROR"}],
        "validators": [{"severity": "BAD"}]}}"""
    )

    def fault(at: str, message: str, advice: str) -> Fault:
        return Fault(str(second), f"/metadata/{at}", "", message, advice)

    assert faults_of(first, second) == [
        fault(
            "a",
            f"metadata 'a' has another value in {first}#/metadata/a",
            "keep one of the two values",
        ),
        fault(
            "severityOverrides/0", "severity 'ERROR' is not known", "write one of WARNING, DANGER"
        ),
        fault("suppressions", '"suppressions" is not a list', "write a list of objects"),
        fault("validators/0", 'an entry of "validators" has no string name', "give name"),
        fault("validators/0", "severity 'BAD' is not known", "write one of NOTE, WARNING, DANGER"),
    ]


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


def models_of(version: bytes) -> list[Path]:
    """The Smithy models of the outside suites, of this project and of its goldens."""
    folders = [suite_path("models"), suite_path("protocol-tests")]
    found = sorted(path for folder in folders for path in folder.rglob("*.json*"))
    found += sorted([*ROOT.glob("model/*/service.json"), *ROOT.glob("tests/golden/*/model.json")])
    heads = {path: b"".join(read_bytes(path)[:200].split()) for path in found}
    return [path for path, head in heads.items() if b'"smithy":"' + version in head]


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", models_of(b"2"), ids=name_of)
def test_published_models_load_without_a_fault(path: Path) -> None:
    loaded = load([path], partitions=suite_path("models", "partitions-2026-08.json"))
    assert loaded.shapes[loaded.service].type == "service"
    assert all(shape.source.file in (str(path), "smithy.api") for shape in loaded.shapes.values())


@pytest.mark.parametrize("path", models_of(b"1"), ids=name_of)
def test_models_of_smithy_1_say_what_to_do(path: Path) -> None:
    assert [(fault.pointer, fault.advice) for fault in faults_of(path)] == [
        (
            "/smithy",
            "convert it with the Smithy CLI: smithy ast OLD.json > NEW.json writes Smithy 2.0",
        )
    ]
