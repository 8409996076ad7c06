"""Models that AWS published, and models made to exercise generators: each becomes a package.

The package is imported, and what its own endpoint tests expect is what its rules resolve to.
"""

from __future__ import annotations

import gzip
import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from drawplate.client import Client
from drawplate.endpoints import Endpoint
from drawplate.errors import EndpointResolutionError

from codegen.faults import GenerationError
from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write
from tests.codegen.shared_models import REFUSED, SharedModel, shared_models
from tests.services.size import lines_and_members
from tests.support import ROOT

_LARGE = 60_000
"""Bytes as they lie on disk."""


def cases() -> Iterator[Any]:
    """Every model; a sample of them, small ones, in each run."""
    history = 0
    for model in shared_models():
        is_old = model.id.startswith("history/")
        history += is_old
        is_in_sample = history % 6 == 1 if is_old else model.path.stat().st_size < _LARGE
        marks = [] if is_in_sample else [pytest.mark.slow]
        yield pytest.param(model, id=model.id, marks=marks)


def generated(model: SharedModel, folder: Path) -> ModuleType:
    """The imported package of a model."""
    loaded = load([model.path], partitions=model.partitions)
    loaded = replace(loaded, config=replace(loaded.config, package=model.package))
    write(generate_package(loaded), folder)
    importlib.invalidate_caches()
    return importlib.import_module(model.package)


@pytest.mark.parametrize("model", list(cases()))
def test_a_published_model_becomes_a_client(
    model: SharedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    if model.id in REFUSED:
        with pytest.raises(GenerationError, match=REFUSED[model.id]):
            generated(model, tmp_path)
        return
    package = generated(model, tmp_path)
    client = next(value for name, value in vars(package).items() if name.endswith("Client"))
    assert issubclass(client, Client)
    for module in sorted((tmp_path / model.package).glob("*.py")):
        importlib.import_module(f"{model.package}.{module.stem}")
    # Data stubs are not written for every protocol.
    if (tmp_path / model.package / "_stubs.py").is_file():
        made: Any = client(stub_responses=True, environ={})
        outputs = [made.stub_data(name) for name in made.operation_names]
        assert [output.metadata.status for output in outputs] == [200] * len(made.operation_names)
    if tests := endpoint_tests(model):
        assert wrong_endpoints(sys.modules[f"{model.package}.endpoints"], tests) == []


def endpoint_tests(model: SharedModel) -> list[Mapping[str, Any]]:
    """What the model itself says about its endpoints."""
    data = model.path.read_bytes()
    content = json.loads(gzip.decompress(data) if model.path.suffix == ".gz" else data)
    traits = [shape["traits"] for shape in content["shapes"].values() if "traits" in shape]
    name = "smithy.rules#endpointTests"
    return [case for held in traits if name in held for case in held[name]["testCases"]]


def wrong_endpoints(module: ModuleType, tests: list[Mapping[str, Any]]) -> list[Any]:
    """Cases whose endpoint, or error, is another one than expected."""
    names = {
        name.replace("_", ""): name
        for name in inspect.signature(module.resolve_endpoint).parameters
    }
    wrong: list[Any] = []
    for case in tests:
        arguments = {names[name.lower()]: value for name, value in case.get("params", {}).items()}
        made = outcome(module, arguments)
        if made != expected(case["expect"]):
            wrong.append((case, made))
    return wrong


def outcome(module: ModuleType, arguments: Mapping[str, Any]) -> Endpoint | str:
    try:
        found: Endpoint = module.resolve_endpoint(**arguments)
    except EndpointResolutionError as error:
        return str(error)
    return found


def expected(expect: Mapping[str, Any]) -> Endpoint | str:
    if "error" in expect:
        return str(expect["error"])
    endpoint = expect["endpoint"]
    return Endpoint(endpoint["url"], endpoint.get("headers"), endpoint.get("properties"))


def test_there_are_models_of_both_dates_and_of_the_past() -> None:
    assert {model.id.partition("/")[0] for model in shared_models()} >= {
        "2025-04",
        "2026-08",
        "codegen",
        "history",
    }


def test_a_member_costs_eight_lines_at_most() -> None:
    lines, members = lines_and_members(ROOT / "generated/sagemaker-runtime/sagemaker_runtime")
    assert 0 < lines <= 8 * members
