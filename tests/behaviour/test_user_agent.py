"""The suite behaviour/user-agent: parts of the header, for what a client is given."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from drawplate import __version__
from drawplate._call import CallNext, Flow
from drawplate.context import RequestContext
from drawplate.response import Response
from sagemaker_runtime import SageMakerRuntimeClient

from tests.runtime.clients import KEY, SECRET, Recorder
from tests.support import read_json, suite_path

CASES: list[dict[str, Any]] = read_json(
    suite_path("behaviour-tests", "user-agent", "user_agent_tests.json")
)
SYSTEMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}
PYTHON = ".".join(map(str, sys.version_info[:3]))


def _ours(part: str) -> str:
    """A part that the suite expects, by the names that this library has for itself."""
    if part.startswith("aws-sdk-{language}"):
        return part.replace("aws-sdk-{language}", "drawplate").replace("{version}", __version__)
    return part.replace("{language}", "python").replace("{version}", PYTHON)


def _pretend(system: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = os.uname_result((system["family"], "", system["version"], "", "x86_64"))
    monkeypatch.setattr(os, "uname", lambda: told)
    monkeypatch.setattr(sys, "platform", SYSTEMS[system["family"].lower()])


def _sent(given: dict[str, Any], folder: Path) -> Recorder:
    environ: dict[str, str] = dict(given.pop("environmentVariables", {}))
    if profile := given.pop("sharedConfigFile", {}):
        path = folder / "config"
        lines = ["[default]", *(f"{name} = {value}" for name, value in profile.items())]
        path.write_text("\n".join(lines), encoding="utf-8")
        environ["AWS_CONFIG_FILE"] = str(path)
    frameworks: list[str] = []
    if framework := given.pop("framework", None):
        name, version = framework["name"], framework.get("version", "")
        frameworks.append(f"{name}#{version}" if version else name)
    metric: str | None = given.pop("metric", None)
    transport = Recorder()
    client = SageMakerRuntimeClient(
        region="us-east-1",
        environ=environ,
        access_key_id=KEY,
        secret_access_key=SECRET,
        sdk_ua_app_id=given.pop("clientAppId", None),
        user_agent_frameworks=frameworks,
        transport=transport,
    )

    def count(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        if metric is not None:
            context.metrics = (*context.metrics, metric)
        return (yield from call_next(context))

    client.handlers.add(count, step="validate")
    client.invoke_endpoint(endpoint_name="ep", body=b"x")
    return transport


@pytest.mark.parametrize("case", CASES, ids=[f"user_agent-{case['description']}" for case in CASES])
def test_user_agent(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = dict(case["given"])
    if "os" in given:
        _pretend(given.pop("os"), monkeypatch)
    given.pop("language", None)  # this is Python, as it is
    transport = _sent(given, tmp_path)
    assert given == {}, "the suite gives something that this test does not know"
    for name, expected in case["expectedRequestHeaders"].items():
        _check(transport.request.headers[name], dict(expected))


def _check(value: str, expected: dict[str, list[str]]) -> None:
    parts = value.split(" ")
    for rule in ("contains", "containsInAnyOrder", "containsInExactOrder"):
        wanted = [_ours(part) for part in expected.pop(rule, [])]
        places = [_place(part, parts) for part in wanted]
        assert None not in places, (wanted, value)
        if rule == "containsInExactOrder":
            assert places == sorted(place for place in places if place is not None), value
    for part in expected.pop("doesNotContain", []):
        assert _ours(part) not in value
    assert expected == {}, "the suite expects something that this test does not know"


def _place(wanted: str, parts: list[str]) -> int | None:
    """Where a part stands; of metrics the code may be one among others."""
    for index, part in enumerate(parts):
        if part == wanted or (wanted.startswith("m/") and wanted[2:] in part[2:].split(",")):
            return index
    return None
