"""Endpoint parameters that operations fill: literals, members, and paths into the input."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from drawplate.http import HttpRequest, HttpResponse

from codegen.faults import GenerationError
from codegen.pipeline import generate_package
from codegen.write import write
from tests.codegen.small_models import SERVICE, Shapes, load_shapes, operation, structure

CONTEXT = "smithy.rules#contextParam"
STATIC = "smithy.rules#staticContextParams"
PATHS = "smithy.rules#operationContextParams"

FIRST = {"fn": "getAttr", "argv": [{"ref": "Names"}, "[0]"], "assign": "First"}
RULES: dict[str, Any] = {
    "version": "1.0",
    "parameters": {
        "Region": {"type": "string", "builtIn": "AWS::Region"},
        "Table": {"type": "string", "default": "none", "required": True},
        "Names": {"type": "stringArray", "default": ["plain"], "required": True},
        "Quick": {"type": "boolean"},
    },
    "rules": [
        {
            "type": "endpoint",
            "conditions": [
                {"fn": "isSet", "argv": [{"ref": "Quick"}]},
                {"fn": "booleanEquals", "argv": [{"ref": "Quick"}, True]},
                FIRST,
            ],
            "endpoint": {"url": "https://quick.{Table}.{First}.test"},
        },
        {
            "type": "endpoint",
            "conditions": [FIRST],
            "endpoint": {"url": "https://{Table}.{First}.test"},
        },
    ],
}


def model(**traits: Any) -> Shapes:
    names = ["Write", "Read"]
    return {
        "t#S": {
            **SERVICE,
            "operations": [{"target": f"t#{name}"} for name in names],
            "traits": {**SERVICE["traits"], "smithy.rules#endpointRuleSet": RULES},
        },
        "t#Write": operation("POST /write", input="t#WriteInput", traits=traits),
        "t#Read": operation(
            "POST /read", input="t#ReadInput", traits={STATIC: {"Names": {"value": ["fixed"]}}}
        ),
        "t#WriteInput": structure(
            Target="t#Target", Batches="t#Batches", Puts="t#Puts", Region="String"
        ),
        "t#ReadInput": structure(Table=("String", {CONTEXT: {"name": "Table"}})),
        "t#Target": structure(Name="String", Quick="Boolean", Size="Integer"),
        "t#Batches": {
            "type": "map",
            "key": {"target": "smithy.api#String"},
            "value": {"target": "t#Target"},
        },
        "t#Puts": {"type": "list", "member": {"target": "t#Put"}},
        "t#Put": structure(Left="t#Target", Right="t#Target"),
    }


WRITE = {
    PATHS: {
        "Table": {"path": "Target.Name"},
        "Quick": {"path": "Target.Quick"},
        "Names": {"path": "Puts[*].[Left.Name, Right.Name][]"},
    }
}


class Wire:
    def __init__(self) -> None:
        self.urls: list[str] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.urls.append(request.url)
        return HttpResponse(200, {}, b"{}")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("operation_params")
    made = generate_package(load_shapes(folder / "model.json", model(**WRITE)))
    write(made, folder / "made")
    sys.path.insert(0, str(folder / "made"))
    yield importlib.import_module("s")
    sys.path.remove(str(folder / "made"))


def url(package: Any, method: str, params: Mapping[str, object]) -> str:
    wire = Wire()
    client = package.SClient(region="us-west-2", environ={}, transport=wire)
    getattr(client, method)(**params)
    return wire.urls[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "https://none.plain.test/write"),
        ({"target": {"name": "a"}}, "https://a.plain.test/write"),
        ({"target": {"name": "a", "quick": True}}, "https://quick.a.plain.test/write"),
        ({"puts": [{"right": {"name": "r"}}]}, "https://none.r.test/write"),
        ({"puts": [{}, {"left": {"name": "l"}}]}, "https://none.l.test/write"),
    ],
)
def test_paths_into_the_input(package: Any, params: Mapping[str, object], expected: str) -> None:
    assert url(package, "write", params) == expected


def test_members_and_literals(package: Any) -> None:
    assert url(package, "read", {}) == "https://none.fixed.test/read"
    assert url(package, "read", {"table": "t"}) == "https://t.fixed.test/read"


def test_the_function_is_one_expression_an_argument(tmp_path: Path) -> None:
    traits = {PATHS: {**WRITE[PATHS], "Names": {"path": "keys(Batches)"}}}
    files = generate_package(load_shapes(tmp_path / "model.json", model(**traits)))
    text = files["s/_operations.py"]
    start = text.index("def _endpoint_of_write")
    assert (
        text[start : text.index("def _endpoint_of_read")].strip()
        == """\
def _endpoint_of_write(config: Config, params: types.WriteInput) -> Endpoint:
    return resolve_endpoint(
        region=config.region,
        table=params.target.name
        if params.target is not None and params.target.name is not None
        else "none",
        names=list(params.batches) if params.batches is not None else ("plain",),
        quick=params.target.quick if params.target is not None else None,
    )"""
    )


def test_a_client_alone_has_no_endpoint_where_only_operations_fill_a_parameter(
    tmp_path: Path,
) -> None:
    parameters = {**RULES["parameters"], "Names": {"type": "stringArray", "required": True}}
    shapes = {**model(**{STATIC: {"Names": {"value": ["a"]}}})}
    rules = {**RULES, "parameters": parameters}
    service = shapes["t#S"]
    traits = {**service["traits"], "smithy.rules#endpointRuleSet": rules}
    shapes["t#S"] = {**service, "traits": traits}
    text = generate_package(load_shapes(tmp_path / "model.json", shapes))["s/client.py"]
    assert text.endswith("-> Endpoint:\n        return custom_endpoint(config.endpoint)\n")


def test_what_does_not_fit_is_told_with_its_place(tmp_path: Path) -> None:
    traits = {
        PATHS: {
            "Table": {"path": "Target.Size"},
            "Quick": {"path": "Target.Nowhere"},
            "Names": {"path": "Puts[].Left"},
        }
    }
    with pytest.raises(GenerationError) as caught:
        generate_package(load_shapes(tmp_path / "model.json", model(**traits)))
    place = f"{tmp_path}/model.json#/shapes/t#Write/traits/{PATHS}"
    assert [str(fault) for fault in caught.value.faults] == [
        f"{place}/Names/path: path 'Puts[].Left': it yields a list of structures, and parameter "
        "Names is a list of strings (on t#Write); correct the path",
        f"{place}/Quick/path: path 'Target.Nowhere': there is no 'Nowhere' in a structure "
        "(t#Target) (on t#Write); correct the path",
        f"{place}/Table/path: path 'Target.Size': it yields a number, and parameter Table is a "
        "string (on t#Write); correct the path",
    ]
