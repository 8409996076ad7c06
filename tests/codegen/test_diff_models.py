"""What `diff` compares where the two sides are not alike, and after an import of newer facts."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.diff.fields import compare_attributes, compare_parameters
from codegen.diff.models import diff_paths
from codegen.diff.surface import Field, Limits, Text
from codegen.diff.update import effect_of_update, keep_facts
from codegen.diff.verdict import Change
from codegen.importer.cli import run_update_model
from tests.codegen.diff_pairs import GONE, Edits, edited, member
from tests.codegen.small_models import write_model
from tests.support import ROOT

PACKAGE = """\
distribution = "shears"
package = "shears"
client = "Shears"
source = "a test"
title = "Shears"
operations = ["Get", "Listen"]
"""
RULES = "t#Pairs/traits/smithy.rules#endpointRuleSet"
WITH_PARTITIONS: dict[str, Any] = {
    "version": "1.0",
    "parameters": {"Region": {"type": "string", "builtIn": "AWS::Region", "required": True}},
    "rules": [
        {
            "type": "endpoint",
            "conditions": [{"fn": "aws.partition", "argv": [{"ref": "Region"}], "assign": "P"}],
            "endpoint": {"url": "https://t.{P#dnsSuffix}"},
        }
    ],
}
SERVICE_2: dict[str, Any] = {
    "metadata": {
        "apiVersion": "2020-01-01",
        "endpointPrefix": "pairs",
        "protocol": "rest-json",
        "serviceFullName": "Pairs",
        "serviceId": "Pairs",
        "signatureVersion": "v4",
        "uid": "pairs-2020-01-01",
    },
    "operations": {"Get": {"name": "Get", "http": {"method": "GET", "requestUri": "/get"}}},
    "shapes": {},
}


def folder(path: Path, edits: Edits, *, package: str | None = PACKAGE) -> Path:
    """Write a model folder."""
    write_model(path / "service.json", edited(edits))
    if package is not None:
        (path / "package.toml").write_text(package, encoding="utf-8")
    return path


def kinds(old: Path, new: Path) -> list[tuple[str, str]]:
    return [(change.kind, change.python) for change in diff_paths(old, new)[1]]


def test_names_of_one_side_hold_for_both(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {})
    new = write_model(tmp_path / "new.json", edited({"t#GetIn/members/Extra": member("String")}))
    surface, changes = diff_paths(old, new)
    assert surface.client == "ShearsClient"
    assert [change.python for change in changes] == ["ShearsClient.get(extra)"]
    assert kinds(new, old) == [("input-removed", "ShearsClient.get(extra)")]


def test_names_of_both_sides_are_compared(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {})
    new = folder(tmp_path / "new", {}, package=PACKAGE.replace('"shears"', '"clips"'))
    assert diff_paths(old, new)[1] == (
        Change(
            "package-renamed", "t#Pairs", "clips", "the package is now `clips`", "shears", "clips"
        ),
        Change(
            "package-renamed",
            "t#Pairs",
            "clips",
            "the distribution is now `clips`",
            "shears",
            "clips",
        ),
    )


def test_an_operation_that_is_kept_and_not_there_is_gone(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {})
    without = {"t#Listen": GONE, "t#Pairs/operations/1": GONE}
    new = folder(tmp_path / "new", without)
    assert kinds(old, new)[0] == ("operation-removed", "ShearsClient.listen")


def test_partitions_are_those_beside_the_model_folder(tmp_path: Path) -> None:
    partition: dict[str, Any] = {
        "id": "aws",
        "regionRegex": "^us",
        "regions": {},
        "outputs": {
            "name": "aws",
            "dnsSuffix": "a.example",
            "dualStackDnsSuffix": "d.example",
            "implicitGlobalRegion": "us-1",
            "supportsDualStack": True,
            "supportsFIPS": True,
        },
    }
    sides: list[Path] = []
    for side, region in (("old", "us-1"), ("new", "us-2")):
        sides.append(folder(tmp_path / side / "pairs", {RULES: WITH_PARTITIONS}))
        table: dict[str, Any] = {
            "version": "1.1",
            "partitions": [{**partition, "regions": {region: {}}}],
        }
        (tmp_path / side / "partitions.json").write_text(json.dumps(table), encoding="utf-8")
    assert kinds(*sides) == [("partitions", "endpoints.resolve_endpoint")]
    assert kinds(sides[0], sides[0]) == []


def test_rules_that_cannot_be_compiled_have_no_signature(tmp_path: Path) -> None:
    unknown: dict[str, object] = {
        "conditions": [{"fn": "unheardOf", "argv": []}],
        "type": "error",
        "error": "x",
    }
    old = folder(tmp_path / "old", {RULES: {**WITH_PARTITIONS, "rules": [unknown]}})
    new = folder(tmp_path / "new", {})
    assert kinds(old, new) == [("endpoint-rules", "endpoints.resolve_endpoint")]
    assert kinds(old, old) == []


def test_what_a_service_2_json_does_not_hold_is_not_compared(tmp_path: Path) -> None:
    bare = tmp_path / "service-2.json"
    bare.write_text(json.dumps(SERVICE_2), encoding="utf-8")
    ast = tmp_path / "ast.json"
    get = {"type": "operation", "traits": {"smithy.api#http": {"method": "GET", "uri": "/get"}}}
    documented = {"smithy.api#documentation": "Text."}
    service = {
        "type": "service",
        "version": "2020-01-01",
        "operations": [{"target": "com.amazonaws.pairs#Get"}],
        "traits": {
            "aws.api#service": {"sdkId": "Pairs"},
            "aws.auth#sigv4": {"name": "pairs"},
            "aws.protocols#restJson1": {},
            RULES.rpartition("/")[2]: WITH_PARTITIONS,
            **documented,
        },
    }
    write_model(ast, {"com.amazonaws.pairs#P": service, "com.amazonaws.pairs#Get": get})
    assert (kinds(bare, ast), kinds(ast, bare)) == ([], [])
    region = {"type": "String", "required": True, "builtIn": "AWS::Region"}
    rules = WITH_PARTITIONS | {"parameters": {"Region": region}}
    (tmp_path / "endpoint-rule-set-1.json").write_text(json.dumps(rules), encoding="utf-8")
    assert [kind for kind, _ in kinds(ast, bare)] == ["endpoint-rules-rewritten"]


def a_field(name: str, shape: str = "t#In$Close") -> Field:
    return Field(
        shape=shape,
        python=f"types.In.{name}",
        name=name,
        type="str",
        optional=True,
        line=f"{name}: str | None",
        text=Text("", deprecated=False),
        wire={},
        limits=Limits("String", {}, {}),
        sensitive=False,
    )


@pytest.mark.parametrize(
    ("compare", "kind", "named"),
    [
        (compare_attributes, "output-renamed", "`close` of `In`"),
        (compare_parameters, "input-renamed", "optional input `close` of `In`"),
    ],
)
def test_a_member_under_another_name(compare: Any, kind: str, named: str) -> None:
    old, new = {"close": a_field("close")}, {"close_": a_field("close_")}
    text = f"{named} is now `types.In.close_`"
    lines = ("close: str | None", "close_: str | None")
    assert list(compare(old, new, "`In`")) == [
        Change(kind, "t#In$Close", "types.In.close", text, *lines)
    ]
    retyped = {"close_": replace(new["close_"], type="int")}
    assert [change.kind for change in compare(old, retyped, "`In`")] == [
        kind,
        kind.replace("renamed", "retyped"),
    ]


def test_the_effect_of_an_update_ignores_prose(tmp_path: Path) -> None:
    models = tmp_path / "model"
    folder(models / "pairs", {}, package=None)
    apply = {"type": "apply", "traits": {"smithy.api#documentation": "Old."}}
    write_model(models / "pairs/docs.json", {"t#GetIn$Limit": apply})
    keep_facts(["pairs"], models, tmp_path / "old")
    # docs.json now speaks of a member that is gone, which would stop generation.
    folder(models / "pairs", {"t#GetIn/members/Limit": GONE}, package=None)
    keep_facts(["pairs"], models, tmp_path / "new")
    assert effect_of_update("pairs", tmp_path / "old", tmp_path / "new", color=False) == (
        "pairs: major, 1 change, 1 breaks callers\n"
        "\n"
        "breaks callers\n"
        "  input-removed: optional input `limit` of `get` is gone\n"
        "    - limit: int | None = None\n"
    )


def test_a_new_service_has_no_effect(tmp_path: Path) -> None:
    folder(tmp_path / "new/pairs", {})
    assert effect_of_update("pairs", tmp_path / "old", tmp_path / "new", color=False) == ""


def test_an_effect_that_cannot_be_told(tmp_path: Path) -> None:
    folder(tmp_path / "new/pairs", {})
    (tmp_path / "old/pairs").mkdir(parents=True)
    (tmp_path / "old/pairs/service.json").write_text("{}", encoding="utf-8")
    told = effect_of_update("pairs", tmp_path / "old", tmp_path / "new", color=False).splitlines()
    assert told[0] == "pairs: what changes for callers cannot be told"
    assert told[1].startswith(
        f"{tmp_path / 'old/pairs/service.json'}: is neither a Smithy JSON AST"
    )


def test_update_model_ends_with_the_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "model", tmp_path / "model")
    file = tmp_path / "model/sagemaker-runtime/service.json"
    facts = json.loads(file.read_text(encoding="utf-8"))
    del facts["shapes"]["com.amazonaws.sagemakerruntime#InvokeEndpointInput"]["members"][
        "PrefixAwareId"
    ]
    file.write_text(json.dumps(facts), encoding="utf-8")
    arguments = ["sagemaker-runtime", "--model-dir", str(tmp_path / "model")]
    assert run_update_model(arguments) == 0
    assert capsys.readouterr().out.rpartition("\n\nsage")[2] == (
        "maker_runtime: minor, 1 change, none breaks callers\n"
        "\n"
        "compatible\n"
        "  input-added: new optional input `prefix_aware_id` of `invoke_endpoint`\n"
        "    + prefix_aware_id: str | None = None\n"
    )
    assert run_update_model(arguments) == 0
    assert capsys.readouterr().out.endswith("\n\nsagemaker_runtime: none, no changes\n")


def test_facts_are_kept_as_they_are(tmp_path: Path) -> None:
    name = "sagemaker-runtime"
    keep_facts([name], ROOT / "model", tmp_path / "kept")
    assert kinds(tmp_path / "kept" / name, tmp_path / "kept" / name) == []
    kept = {
        path.relative_to(tmp_path / "kept").as_posix(): path.read_bytes()
        for path in (tmp_path / "kept").rglob("*")
        if path.is_file()
    }
    shutil.rmtree(tmp_path / "kept")
    assert kept == {
        place: (ROOT / "model" / place).read_bytes()
        for place in (
            "partitions.json",
            *(
                f"{name}/{file}"
                for file in ("service.json", "overlay.json", "package.toml")
                if (ROOT / "model" / name / file).is_file()
            ),
        )
    }
