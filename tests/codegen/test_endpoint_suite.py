"""Published endpoint cases against compiled rules, and botocore's resolver as a second opinion."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import mypy.api
import pytest
from drawplate.endpoints import Endpoint
from drawplate.errors import EndpointResolutionError
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.endpoints import compile_rule_set
from codegen.names import snake_case
from codegen.partitions import plan_partitions
from tests.codegen.endpoint_modules import Suite, render_endpoints, render_partitions, suites
from tests.support import ROOT, read_json, suite_path

EndpointProvider: Any = importlib.import_module("botocore.endpoint_provider").EndpointProvider
ProviderError: Any = importlib.import_module("botocore.exceptions").EndpointProviderError

SUITES = {suite.name: suite for suite in suites()}

#: Turns parameters, by their names in the model, into an endpoint.
Resolver = Callable[[Mapping[str, Any]], Endpoint]
Build = Callable[[Suite], Resolver]


def partitions_of(suite: Suite) -> Any:
    return read_json(suite_path("models", f"partitions-{suite.partitions}.json"))


def write_package(suite: Suite, folder: Path) -> Path:
    package = folder / f"rules_{snake_case(suite.name)}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "endpoints.py").write_text(render_endpoints(compile_rule_set(suite.rule_set)))
    (package / "_partitions.py").write_text(
        render_partitions(plan_partitions(partitions_of(suite)))
    )
    return package


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    folder = tmp_path_factory.mktemp("endpoints")
    made: dict[str, Resolver] = {}

    def build(suite: Suite) -> Resolver:
        if suite.name not in made:
            package = write_package(suite, folder)
            module = importlib.import_module(f"{package.name}.endpoints")
            plan = compile_rule_set(suite.rule_set)
            names = {parameter.model_name: parameter.name for parameter in plan.parameters}
            made[suite.name] = lambda params: module.resolve_endpoint(
                **{names[name]: value for name, value in params.items()}
            )
        return made[suite.name]

    sys.path.insert(0, str(folder))
    yield build
    sys.path.remove(str(folder))


@pytest.mark.parametrize(
    ("suite", "case"),
    [
        pytest.param(suite, case, id=f"endpoint-{suite.name}-{index}")
        for suite in SUITES.values()
        for index, case in enumerate(suite.cases)
    ],
)
def test_published_case(suite: Suite, case: Mapping[str, Any], build: Build) -> None:
    resolve = build(suite)
    params, expect = case.get("params", {}), case["expect"]
    if "error" in expect:
        with pytest.raises(EndpointResolutionError) as raised:
            resolve(params)
        assert str(raised.value) == expect["error"]
    else:
        endpoint = expect["endpoint"]
        assert resolve(params) == Endpoint(
            endpoint["url"], endpoint.get("headers"), endpoint.get("properties")
        )


def outcome(resolve: Resolver, params: Mapping[str, Any]) -> Endpoint | str:
    try:
        return resolve(params)
    except EndpointResolutionError as error:
        return str(error)


def botocore_outcome(suite: Suite, table: Any, params: Mapping[str, Any]) -> Endpoint | str:
    try:
        found = EndpointProvider(suite.rule_set, table).resolve_endpoint(**params)
    except ProviderError as error:
        return str(error.kwargs["msg"])
    return Endpoint(found.url, found.headers, found.properties)


REGIONS = st.sampled_from(
    [
        "us-east-1",
        "us-gov-west-1",
        "cn-north-1",
        "us-iso-east-1",
        "eusc-de-east-1",
        "mars-1",
        "aws-global",
    ]
)


@pytest.mark.parametrize(
    "name", [name for name in SUITES if "sagemaker" in name or "-sts" in name or "-iam" in name]
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_agrees_with_botocore(name: str, data: st.DataObject, build: Build) -> None:
    suite = SUITES[name]
    params: dict[str, Any] = data.draw(
        st.fixed_dictionaries(
            {"UseFIPS": st.booleans(), "UseDualStack": st.booleans()},
            optional={"Region": REGIONS, "Endpoint": st.just("https://example.com/base")},
        )
    )
    table = partitions_of(suite)
    assert outcome(build(suite), params) == botocore_outcome(suite, table, params)


def test_every_date_of_sagemaker_has_cases() -> None:
    assert [name for name in SUITES if name.startswith("endpoint-tests-sagemaker")] == [
        "endpoint-tests-sagemaker-runtime-2025-04",
        "endpoint-tests-sagemaker-runtime-2026-08",
        "endpoint-tests-sagemaker-runtime-http2-2025-10",
    ]


def test_rendered_modules_are_clean_under_mypy(tmp_path: Path) -> None:
    wanted = ("sagemaker", "s3", "dynamodb", "functions")
    for suite in SUITES.values():
        if any(part in suite.name for part in wanted):
            write_package(suite, tmp_path)
    options = ["--strict", "--warn-unreachable", "--python-version", "3.11"]
    options += [
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        str(tmp_path / "cache"),
    ]
    report, errors, _ = mypy.api.run([*options, str(tmp_path)])
    assert (report.partition(":")[0], errors) == ("Success", ""), report + errors
