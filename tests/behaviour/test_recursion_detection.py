"""The suite behaviour/recursion-detection: traces that requests carry on inside of AWS Lambda."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.clients import Recorder, make
from tests.support import read_json, suite_path

CASES: list[dict[str, Any]] = read_json(suite_path("behaviour-tests", "recursion-detection.json"))


def _fields(lines: list[str]) -> dict[str, str]:
    return {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }


def _described(case: dict[str, Any]) -> str:
    # One case of the suite misspells the key.
    lines: list[str] = case.get("description") or case.get("desciption") or ["?"]
    return " ".join(lines)[:100]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"recursion_detection-{index}" for index in range(len(CASES))]
)
def test_traces(case: dict[str, Any]) -> None:
    transport = Recorder()
    client = make(transport=transport, environ=case["env"])
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"x"})
    request.handle_request(
        lambda context: context.request.headers.update(_fields(case["requestHeadersBefore"]))
    )
    request.send()
    expected = _fields(case["requestHeadersAfter"])
    sent = transport.request.headers
    assert {name: sent.get(name) for name in {"x-amzn-trace-id", *expected}} == {
        "x-amzn-trace-id": None,
        **expected,
    }, _described(case)
    assert "x-amzn-trace-id" not in sent["authorization"]
