"""The installed botocore: `model/` holds what comes out of it, and all its REST services import."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from smithy_python.model import load_model

from codegen.faults import GenerationError
from codegen.importer.botocore import installed_models, read_partitions, read_service
from codegen.importer.update import dump, needing_text
from codegen.package import PackageConfig, read_package_config
from tests.support import ROOT, read_json

MODEL = ROOT / "model"
FOLDER = MODEL / "sagemaker-runtime"

DIVERSE = [
    "apigateway",  # outputs shared by operations and nested elsewhere; queries in URIs
    "apigatewayv2",  # enum values on members
    "bedrock-runtime",  # event streams both ways, two authentication schemes
    "chime",  # deprecated as a whole
    "codecatalyst",  # bearer tokens only
    "ebs",  # unsigned payloads
    "eks",  # sdk-extras for service-2.json
    "glacier",  # waiters for an HTTP status
    "iot",  # a shape named like an operation
    "lex-runtime",  # JSON in headers
    "lexv2-runtime",  # HTTP/2
    "neptune-graph",  # host labels, static context parameters
    "omics",  # a stream that needs its length
    "sso-oidc",  # operations without authentication
    "sustainability",  # SigV4a
    "cloudwatch",  # a query service whose first protocol is another
    "iam",  # a query service with unions and waiters for an HTTP status
    "rds",  # a query service with pages of text
    "sts",  # a query service, operations without authentication
]


def names_of_rest_services() -> list[str]:
    data = installed_models().data
    found = sorted(path.name for path in data.iterdir() if path.is_dir())
    return [name for name in found if protocol(data / name) == "rest-json"]


def protocol(folder: Path) -> str:
    path = max(folder.glob("*/service-2.json*"))
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return str(json.loads(text)["metadata"]["protocol"])


@pytest.mark.parametrize("name", DIVERSE)
def test_service_imports_and_loads(name: str) -> None:
    ast = read_service(installed_models(), name).ast
    shapes = ast["shapes"]
    assert isinstance(shapes, dict)
    loaded = load_model(ast)
    assert {str(shape.id) for shape in loaded.iter_shapes()} == shapes.keys()
    assert len(loaded.services()) == 1


@pytest.mark.slow
def test_every_rest_service_imports_and_loads() -> None:
    names = names_of_rest_services()
    assert len(names) > 150
    refused: dict[str, str] = {}
    for name in names:
        try:
            load_model(read_service(installed_models(), name).ast)
        except (GenerationError, ValueError) as error:
            refused[name] = str(error)
    assert refused == {}


def test_service_json_is_what_the_import_makes() -> None:
    config = read_package_config(FOLDER / "package.toml")
    imported = read_service(
        installed_models(), "sagemaker-runtime", service_name=config.service_name
    )
    assert (FOLDER / "service.json").read_text(encoding="utf-8") == dump(imported.ast)


def test_service_json_holds_no_prose() -> None:
    assert "documentation" not in {key.lower() for key in keys(read_json(FOLDER / "service.json"))}


def keys(value: object) -> Iterator[str]:
    """Every key of a JSON value, trait ids without their namespace."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            yield key.rpartition("#")[2]
            yield from keys(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from keys(item)


def test_partitions_json_is_what_the_import_makes() -> None:
    made = dump(read_partitions(installed_models()))
    assert (MODEL / "partitions.json").read_text(encoding="utf-8") == made


def test_package_toml() -> None:
    config = read_package_config(FOLDER / "package.toml")
    assert config == PackageConfig(
        distribution="sagemaker-runtime",
        package="sagemaker_runtime",
        client="SageMakerRuntime",
        operations=None,
        source=f"botocore {installed_models().version}, sagemaker-runtime/2017-05-13, "
        "facts of 21 October 2026",
        title="Amazon SageMaker Runtime",
        service_name="AmazonSageMakerRuntime",
    )


def test_docs_cover_everything_and_nothing_else() -> None:
    docs = read_json(FOLDER / "docs.json")["shapes"]
    assert list(docs) == [*dict.fromkeys(docs)]
    assert docs.keys() == {*needing_text(read_json(FOLDER / "service.json"))}
    for shape_id, entry in docs.items():
        assert entry.keys() == {"type", "traits"}, shape_id
        assert entry["traits"].keys() == {"smithy.api#documentation"}, shape_id
        text = entry["traits"]["smithy.api#documentation"]
        assert text == text.strip(), shape_id
        assert text.endswith("."), shape_id
        assert len(text) <= 330, shape_id
        assert not {"<", ">", "\n"} & {*text}, shape_id
