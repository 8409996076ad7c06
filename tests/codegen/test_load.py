"""Loading: merging of files, sources, and every fault of a model at once."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.faults import Fault, GenerationError
from codegen.load import load
from codegen.loaded import LoadedMember, LoadedShape, ModelFile
from codegen.model import Source
from codegen.read import pointer
from tests.codegen.small_models import (
    API,
    BASE,
    SERVICE,
    structure,
    write_model,
)

RULES: dict[str, Any] = {"version": "1.0", "parameters": {}, "rules": []}


def faults_of(*paths: Path, service: str | None = None) -> list[Fault]:
    with pytest.raises(GenerationError) as caught:
        load(paths, service=service)
    return caught.value.faults


def test_folder_merges_docs_and_overlay_and_keeps_every_source(tmp_path: Path) -> None:
    folder = tmp_path / "model" / "tiny"
    item = structure(name=("String", {"tags": ["a"], "required": {}}))
    service = write_model(folder / "service.json", {**BASE, "t#GetIn": item})
    docs = write_model(
        folder / "docs.json",
        {
            "t#GetIn": {"type": "apply", "traits": {f"{API}documentation": "In."}},
            "t#GetIn$name": {
                "type": "apply",
                "traits": {f"{API}documentation": "A name.", f"{API}tags": ["b"]},
            },
        },
    )
    overlay = write_model(
        folder / "overlay.json",
        {
            "t#GetIn": {
                "type": "apply",
                "reason": "the service says so",
                "traits": {f"{API}documentation": "Input."},
            },
        },
    )

    loaded = load([folder])

    file, text = str(service), f"{API}documentation"
    at_member = "/shapes/t#GetIn/members/name"
    name = LoadedMember(
        name="name",
        target=f"{API}String",
        traits={f"{API}tags": ("a", "b"), f"{API}required": {}, text: "A name."},
        source=Source(file, at_member),
        trait_sources={
            f"{API}tags": Source(str(docs), f"/shapes/t#GetIn$name/traits/{API}tags"),
            f"{API}required": Source(file, f"{at_member}/traits/{API}required"),
            text: Source(str(docs), f"/shapes/t#GetIn$name/traits/{text}"),
        },
    )
    assert loaded.shapes["t#GetIn"] == LoadedShape(
        id="t#GetIn",
        type="structure",
        traits={text: "Input."},
        members={"name": name},
        source=Source(file, "/shapes/t#GetIn"),
        trait_sources={text: Source(str(overlay), f"/shapes/t#GetIn/traits/{text}")},
    )
    assert loaded.service == "t#S"
    assert loaded.files == tuple(
        ModelFile(f"model/tiny/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
        for path in (service, docs, overlay)
    )


def test_an_overlay_replaces_a_list_and_other_files_add_to_it(tmp_path: Path) -> None:
    def tags(values: list[str]) -> dict[str, Any]:
        return {"type": "apply", "reason": "wrong", "traits": {f"{API}tags": values}}

    shapes = {**BASE, "t#GetIn": {"type": "structure", "traits": {f"{API}tags": ["a"]}}}
    first = write_model(tmp_path / "service.json", shapes)
    second = write_model(tmp_path / "more.json", {"t#GetIn": tags(["b"])})
    third = write_model(tmp_path / "overlay.json", {"t#GetIn": tags(["c"])})
    assert load([first, second]).shapes["t#GetIn"].traits == {f"{API}tags": ("a", "b")}
    assert load([first, second, third]).shapes["t#GetIn"].traits == {f"{API}tags": ("c",)}


def test_what_comes_from_a_mixin_points_at_the_mixin(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **BASE,
        "t#Base": {
            **structure(a=("String", {"required": {}})),
            "traits": {f"{API}mixin": {}, f"{API}sensitive": {}},
        },
        "t#GetIn": {"type": "structure", "mixins": [{"target": "t#Base"}]},
        "t#GetIn$a": {"type": "apply", "traits": {f"{API}documentation": "A."}},
    }
    path = write_model(tmp_path / "m.json", shapes)
    shape = load([path]).shapes["t#GetIn"]
    assert shape.members["a"].source == Source(str(path), "/shapes/t#Base/members/a")
    assert shape.members["a"].trait_sources == {
        f"{API}required": Source(str(path), f"/shapes/t#Base/members/a/traits/{API}required"),
        f"{API}documentation": Source(str(path), f"/shapes/t#GetIn$a/traits/{API}documentation"),
    }
    assert shape.trait_sources == {
        f"{API}sensitive": Source(str(path), f"/shapes/t#Base/traits/{API}sensitive")
    }


@given(st.lists(st.text()))
def test_a_pointer_can_be_read_back(parts: list[str]) -> None:
    written = pointer(*parts).split("/")[1:]
    assert [part.replace("~1", "/").replace("~0", "~") for part in written] == parts


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        pytest.param(
            '{\n  "smithy": "2.0",\n  "shapes": {,}\n}',
            "is not JSON: Expecting property name enclosed in double quotes at line 3, column 14",
            "correct the text there",
            id="syntax",
        ),
        pytest.param(
            '{"smithy": "2.0", "metadata": NaN}',
            "is not JSON: NaN is no JSON number",
            "correct the text there",
            id="NaN",
        ),
        pytest.param(
            "[]",
            "is not a JSON object",
            "give a Smithy JSON AST or a service-2.json",
            id="array",
        ),
        pytest.param(
            "[" * 200_000,
            "is nested too deeply to be a model",
            "check what wrote it",
            id="too deep",
        ),
        pytest.param(
            "{}",
            "is neither a Smithy JSON AST nor a botocore service-2.json",
            'a Smithy model has "smithy" and "shapes", a botocore one "metadata" and "operations"',
            id="something else",
        ),
    ],
)
def test_a_file_that_is_no_model(tmp_path: Path, text: str, message: str, advice: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(text)
    assert faults_of(path) == [Fault(str(path), "", "", message, advice)]


def test_a_smithy_1_model_says_how_to_convert_it(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"smithy": "1.0", "shapes": {}}')
    assert faults_of(path) == [
        Fault(
            str(path),
            "/smithy",
            "",
            "is a Smithy 1.0 model, and those mean other things by defaults and sets",
            "convert it with the Smithy CLI: smithy ast OLD.json > NEW.json writes Smithy 2.0",
        )
    ]


def test_every_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    missing, folder, damaged, text = (tmp_path / name for name in ("a", "b", "c.gz", "d"))
    folder.mkdir()
    damaged.write_bytes(gzip.compress(b"{}")[:-4])
    text.write_bytes(b'{"a": "\xff"}')
    assert faults_of(missing, folder, damaged, text) == [
        Fault(str(missing), "", "", "there is no such file", "check the path"),
        Fault(
            str(folder),
            "",
            "",
            "this folder has no service.json",
            "give a model folder, or the model files themselves",
        ),
        Fault(
            str(damaged),
            "",
            "",
            "this gzip file is damaged: "
            "Compressed file ended before the end-of-stream marker was reached",
            "fetch it again",
        ),
        Fault(str(text), "", "", "is not UTF-8: byte 7", "save it as UTF-8"),
    ]


def test_what_smithy_itself_refuses_points_at_the_shape(tmp_path: Path) -> None:
    shapes: dict[str, Any] = {
        **BASE,
        "t#GetIn": structure(a="t#Missing"),
        "t#Base": {"type": "structure", "traits": {f"{API}mixin": {"localTraits": ["odd"]}}},
        "t#User": {"type": "structure", "mixins": [{"target": "t#Base"}]},
    }
    path = write_model(tmp_path / "m.json", shapes)
    assert faults_of(path) == [
        Fault(
            str(path),
            "/shapes/t#Base",
            "t#Base",
            "Mixin t#Base: localTraits: Invalid shape ID 'odd': "
            "expected an absolute shape ID of the form namespace#Name",
            "correct the model",
        ),
        Fault(
            str(path),
            "/shapes/t#GetIn/members/a",
            "t#GetIn$a",
            "refers to t#Missing, which is not defined",
            "add that shape or correct the id",
        ),
    ]


def test_keys_written_twice_are_reported_with_all_else(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(
        """{"smithy": "2.0", "metadata": [], "shapes": {
            "t#S": {"type": "service", "version": "1", "version": "2"},
            "t#A": {"type": "structure", "members": {
                "a": {"target": "t#B", "traits": {"smithy.api#tags": [{"x": 1, "x": 2}]}}}},
            "t#C": {"type": "string", "traits": {"smithy.api#enum": {"y": 1, "y": 2}}},
            "t#C": {"type": "string"}
        }}"""
    )

    def twice(pointer: str, key: str) -> Fault:
        message = f"has the key {key!r} twice in one object"
        return Fault(str(path), pointer, "", message, "keep one of the two")

    assert faults_of(path) == [
        # The first t#C is nowhere any more, and with it what was written in it.
        twice("", "y"),
        Fault(str(path), "/metadata", "", '"metadata" is not an object', "write {key: value}"),
        twice("/shapes", "t#C"),
        Fault(
            str(path),
            "/shapes/t#A/members/a",
            "t#A$a",
            "refers to t#B, which is not defined",
            "add that shape or correct the id",
        ),
        Fault(
            str(path),
            "/shapes/t#A/members/a/traits/smithy.api#tags",
            "t#A$a",
            "the value of smithy.api#tags at /0 is not a string",
            "write a string",
        ),
        twice("/shapes/t#A/members/a/traits/smithy.api#tags/0", "x"),
        twice("/shapes/t#S", "version"),
    ]


def test_two_files_may_say_the_same_and_not_different_things(tmp_path: Path) -> None:
    first = write_model(tmp_path / "a.json", BASE)
    same = write_model(tmp_path / "b.json", {"t#GetIn": BASE["t#GetIn"]})
    other = write_model(tmp_path / "c.json", {"t#GetIn": structure(a="String")})
    assert load([first, same]).shapes["t#GetIn"].source == Source(str(first), "/shapes/t#GetIn")
    assert faults_of(first, same, other) == [
        Fault(
            str(other),
            "/shapes/t#GetIn",
            "t#GetIn",
            f"is defined differently in {first}#/shapes/t#GetIn",
            "keep one of the two definitions",
        )
    ]


def test_an_overlay_entry_needs_a_reason(tmp_path: Path) -> None:
    write_model(tmp_path / "service.json", BASE)
    entry: dict[str, Any] = {"type": "apply", "traits": {f"{API}sensitive": {}}}
    overlay = write_model(tmp_path / "overlay.json", {"t#GetIn": entry})
    assert faults_of(tmp_path) == [
        Fault(
            str(overlay),
            "/shapes/t#GetIn",
            "t#GetIn",
            "this overlay entry gives no reason",
            'add "reason": one sentence',
        )
    ]


def test_one_service_is_chosen(tmp_path: Path) -> None:
    none = write_model(tmp_path / "none.json", {"t#A": structure()})
    two = write_model(tmp_path / "two.json", {**BASE, "t#Other": {**SERVICE}})
    assert faults_of(none) == [
        Fault(str(none), "", "", "the model has no service", "add the file that defines it")
    ]
    assert faults_of(two) == [
        Fault(
            str(two),
            "",
            "",
            "the model has 2 services",
            "choose one with --service: t#S, t#Other",
        )
    ]
    assert faults_of(two, service="Third") == [
        Fault(str(two), "", "", "the model has no service 'Third'", "it has t#S, t#Other")
    ]
    assert load([two], service="t#Other").service == "t#Other"
    assert load([two], service="S").service == "t#S"


def test_partitions_are_given_or_lie_beside_the_model(tmp_path: Path) -> None:
    def table(path: Path, name: str) -> Path:
        path.write_text(json.dumps({"partitions": [{"id": name}], "version": "1.1"}))
        return path

    traits = {**SERVICE["traits"], "smithy.rules#endpointRuleSet": RULES}
    write_model(tmp_path / "service.json", {**BASE, "t#S": {**SERVICE, "traits": traits}})
    table(tmp_path / "partitions.json", "beside")
    given = table(tmp_path / "other.json", "given")
    beside = load([tmp_path])
    assert beside.partitions == {"partitions": ({"id": "beside"},), "version": "1.1"}
    assert [file.name for file in beside.files] == [
        f"{tmp_path.name}/service.json",
        f"{tmp_path.name}/partitions.json",
    ]
    assert load([tmp_path], partitions=given).partitions["partitions"] == ({"id": "given"},)
    alone = load([tmp_path / "service.json"])
    assert alone.partitions == {}
    assert [file.name for file in alone.files] == [f"{tmp_path.name}/service.json"]

    given.write_text("{}")
    with pytest.raises(GenerationError) as caught:
        load([tmp_path], partitions=given)
    assert caught.value.faults == [
        Fault(
            str(given),
            "",
            "",
            'has no list "partitions"',
            'give a partitions.json: {"partitions": [...], "version": ...}',
        )
    ]


def test_a_model_without_endpoint_rules_needs_no_partitions(tmp_path: Path) -> None:
    loaded = load([write_model(tmp_path / "m.json", BASE)], partitions=tmp_path / "not there")
    assert loaded.partitions == {}


BOTOCORE: dict[str, Any] = {
    "version": "2.0",
    "metadata": {
        "apiVersion": "2020-01-01",
        "endpointPrefix": "tiny",
        "protocol": "rest-json",
        "serviceFullName": "Tiny Service",
        "serviceId": "Tiny",
        "signatureVersion": "v4",
        "signingName": "tiny",
        "uid": "tiny-2020-01-01",
    },
    "operations": {
        "Get": {
            "name": "Get",
            "http": {"method": "GET", "requestUri": "/x/{Name}"},
            "input": {"shape": "GetInput"},
        }
    },
    "shapes": {
        "GetInput": {
            "type": "structure",
            "required": ["Name"],
            "members": {"Name": {"shape": "Text", "location": "uri", "locationName": "Name"}},
        },
        "Text": {"type": "string"},
    },
}


def test_botocore_models_are_converted_and_faults_point_into_them(tmp_path: Path) -> None:
    path = tmp_path / "service-2.json.gz"
    path.write_bytes(gzip.compress(json.dumps(BOTOCORE).encode()))
    loaded = load([tmp_path])
    (get,) = (shape for shape in loaded.shapes.values() if shape.name == "Get")
    shape = loaded.shapes[get.ref("input")[0]]
    assert get.source == Source(str(path), "/operations/Get")
    assert {trait for trait in shape.members["Name"].traits if trait.startswith(API)} == {
        f"{API}httpLabel",
        f"{API}required",
    }
    assert shape.members["Name"].source == Source(str(path), "/shapes/GetInput/members/Name")

    broken = json.loads(json.dumps(BOTOCORE))
    broken["operations"]["Put"] = {
        "name": "Put",
        "http": {"method": "PUT", "requestUri": "/y"},
        "input": {"shape": "PutInput"},
    }
    broken["shapes"]["PutInput"] = {
        "type": "structure",
        "members": {
            "First": {"shape": "Text", "location": "header", "locationName": "X-A"},
            "Second": {"shape": "Text", "location": "header", "locationName": "x-a"},
        },
    }
    path.write_bytes(gzip.compress(json.dumps(broken).encode()))
    assert faults_of(path) == [
        Fault(
            str(path),
            "/shapes/PutInput/members/Second",
            f"{loaded.service.partition('#')[0]}#PutInput$Second",
            "its header 'x-a' differs from that of 'First' in nothing but case",
            "rename one of the two",
        )
    ]


def test_the_endpoint_rules_beside_a_botocore_model_are_read(tmp_path: Path) -> None:
    (tmp_path / "service-2.json").write_text(json.dumps(BOTOCORE))
    rules = tmp_path / "endpoint-rule-set-1.json.gz"
    rules.write_bytes(gzip.compress(json.dumps(RULES).encode()))
    (tmp_path / "partitions.json").write_text('{"partitions": []}')
    loaded = load([tmp_path])
    service = loaded.shapes[loaded.service]
    assert service.traits["smithy.rules#endpointRuleSet"] == {
        "version": "1.0",
        "parameters": {},
        "rules": (),
    }
    assert [file.name for file in loaded.files] == [
        "service-2.json",
        "endpoint-rule-set-1.json.gz",
        f"{tmp_path.name}/partitions.json",
    ]
