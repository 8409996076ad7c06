"""The importer against AWS itself: both forms of SageMaker Runtime, state by state.

AWS publishes each state of a service as service-2.json and as Smithy JSON AST. What the importer
makes of the first must be the second, but for what is listed here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from codegen.importer import import_service
from tests.support import read_json, suite_path

NAMESPACE = "com.amazonaws.sagemakerruntime"

ONLY_PUBLISHED = {
    "smithy.api#documentation": "prose",
    "smithy.api#clientOptional": "service-2.json does not have it",
    "aws.protocols#awsQueryError": "the service-2.json of this service does not have it",
    "smithy.rules#endpointRuleSet": "a file of its own, which the history does not hold",
    "smithy.rules#endpointTests": "test cases",
}
"""Traits that the published models have and service-2.json does not say."""

ONLY_PUBLISHED_IDENTITY = {"arnNamespace", "cloudFormationName", "cloudTrailEventSource"}
"""Keys of aws.api#service that service-2.json does not have."""

FIRST_WITH_INPUT_AND_OUTPUT = "2023-03-16"
"""Published models mark inputs and outputs since then."""
FIRST_WITH_DOC_ID = "2023-08-31"
"""Published models have docId since then; service-2.json always had it, as `uid`."""


def history(*folders: str, suffix: str) -> list[Path]:
    paths = [path for folder in folders for path in suite_path("models/history", folder).iterdir()]
    return sorted(
        (path for path in paths if path.name.endswith(suffix)), key=lambda path: path.name
    )


def date(path: Path) -> str:
    return path.name[:10]


@cache
def published() -> list[Path]:
    """The ASTs of Smithy 2.0, oldest first."""
    paths = history("ast", "ast-derived", suffix=".json")
    return [path for path in paths if read_json(path)["smithy"].startswith("2")]


def names(path: Path) -> set[str]:
    """Names of operations and shapes in a model of either form, the service's apart."""
    model = read_json(path)
    if "smithy" not in model:
        return {*model["operations"], *model["shapes"]}
    shapes = model["shapes"].items()
    return {name.partition("#")[2] for name, shape in shapes if shape["type"] != "service"}


def same_state(ast: Path) -> Path:
    """The newest service-2.json that is not younger than an AST and has its shapes.

    On the day of a change an AST may still be the one from before it.
    """
    older = [path for path in history("c2j", suffix=".service-2.json") if date(path) <= date(ast)]
    return next(path for path in reversed(older) if names(path) == names(ast))


def pairs() -> list[Any]:
    """Each AST with its service-2.json, and the Ruby SDK's file with its AST."""
    found = [(same_state(ast), ast) for ast in published()]
    found += [
        (path, next(ast for ast in reversed(published()) if date(ast) <= date(path)))
        for path in history("c2j", suffix=".api-2.json")
    ]
    return [pytest.param(*pair, id=f"{date(pair[0])}-{date(pair[1])}") for pair in found]


def without(value: dict[str, Any], keys: Any) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in keys}


def comparable(shape_id: str, shape: dict[str, Any], since: str) -> dict[str, Any]:
    """A shape without what cannot agree; `since` is the date of the published model."""
    traits = without(shape.get("traits", {}), ONLY_PUBLISHED)
    if since < FIRST_WITH_INPUT_AND_OUTPUT:
        traits = without(traits, ("smithy.api#input", "smithy.api#output"))
    if "aws.api#service" in traits:
        dropped = {*ONLY_PUBLISHED_IDENTITY, *(("docId",) if since < FIRST_WITH_DOC_ID else ())}
        traits["aws.api#service"] = without(traits["aws.api#service"], dropped)
    if "smithy.api#length" in traits:
        # Published lengths begin at 0 even where nobody wrote that.
        traits["smithy.api#length"] = {"min": 0, **traits["smithy.api#length"]}
    made = {**shape, "traits": traits}
    if "errors" in shape:
        # The two forms list the errors of an operation in different orders.
        made["errors"] = sorted(shape["errors"], key=lambda error: str(error["target"]))
    if "members" in shape:
        made["members"] = [
            (name, member["target"], without(member.get("traits", {}), ONLY_PUBLISHED))
            for name, member in shape["members"].items()
        ]
    return {"id": shape_id, **made}


@pytest.mark.parametrize(("botocore", "ast"), pairs())
def test_imported_model_is_the_published_one(botocore: Path, ast: Path) -> None:
    made = import_service(
        read_json(botocore), namespace=NAMESPACE, service_name="AmazonSageMakerRuntime"
    )
    imported = cast("dict[str, Any]", made["shapes"])
    shapes = {
        shape_id: shape
        for shape_id, shape in read_json(ast)["shapes"].items()
        if shape["type"] != "apply"
    }
    assert imported.keys() == shapes.keys()
    since = date(ast)
    assert [comparable(name, shape, since) for name, shape in imported.items()] == [
        comparable(name, shapes[name], since) for name in imported
    ]


@pytest.mark.parametrize("path", history("c2j", suffix=".json"), ids=lambda path: path.name[:10])
def test_every_state_can_be_imported(path: Path) -> None:
    model = read_json(path)
    shapes = cast("dict[str, Any]", import_service(model)["shapes"])
    assert {name.partition("#")[2] for name in shapes} == {
        *model["shapes"],
        *model["operations"],
        "SageMakerRuntime",
    }
