"""Paginators and waiters of botocore as traits of their operations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.codegen.botocore_models import api, imported, operation, service

HTTP = api(http={"method": "POST", "uri": "/clips", "code": 200})
EMPTY: dict[str, Any] = {"type": "structure", "members": {}}


@pytest.mark.parametrize(
    ("paginator", "trait"),
    [
        (
            {
                "input_token": "NextToken",
                "output_token": "Page.NextToken",
                "limit_key": "MaxResults",
                "result_key": "Clips",
                "non_aggregate_keys": ["Total"],
            },
            {
                "inputToken": "NextToken",
                "outputToken": "Page.NextToken",
                "pageSize": "MaxResults",
                "items": "Clips",
            },
        ),
        (
            {"input_token": "Next", "output_token": "Next", "result_key": ["Clips", "Pins"]},
            {"inputToken": "Next", "outputToken": "Next"},
        ),
        (
            {"input_token": ["Next"], "output_token": ["Next"], "result_key": ["Clips"]},
            {"inputToken": "Next", "outputToken": "Next", "items": "Clips"},
        ),
        ({"input_token": ["Key", "Version"], "output_token": ["Key", "Version"]}, None),
        ({"input_token": "Key", "output_token": "Clips[-1].Key || Next"}, None),
    ],
)
def test_paginator(paginator: dict[str, Any], trait: dict[str, Any] | None) -> None:
    made = imported(service({}, operation("Bend")), paginators={"pagination": {"Bend": paginator}})
    assert made["Bend"]["traits"] == {**HTTP, **(api(paginated=trait) if trait else {})}


def output(path: str, expected: str, comparator: str) -> dict[str, Any]:
    return {"output": {"path": path, "expected": expected, "comparator": comparator}}


@pytest.mark.parametrize(
    ("acceptor", "matchers"),
    [
        (
            {"matcher": "path", "argument": "S", "expected": "OK"},
            [output("S", "OK", "stringEquals")],
        ),
        (
            {"matcher": "path", "argument": "S", "expected": True},
            [output("S", "true", "booleanEquals")],
        ),
        (
            {"matcher": "pathAll", "argument": "S[].T", "expected": "OK"},
            [output("S[].T", "OK", "allStringEquals")],
        ),
        (
            {"matcher": "pathAny", "argument": "S[].T", "expected": "OK"},
            [output("S[].T", "OK", "anyStringEquals")],
        ),
        ({"matcher": "error", "expected": "Bent"}, [{"errorType": "Bent"}]),
        ({"matcher": "error", "expected": False}, [{"success": True}]),
        ({"matcher": "error", "expected": True}, [{"success": False}]),
        ({"matcher": "status", "expected": 200}, [{"success": True}]),
        ({"matcher": "status", "expected": 404}, [{"errorType": "Bent"}, {"errorType": "Lost"}]),
    ],
)
def test_waiter(acceptor: dict[str, Any], matchers: list[dict[str, Any]]) -> None:
    error = {**EMPTY, "exception": True, "error": {"httpStatusCode": 404}}
    errors = [{"shape": "Bent"}, {"shape": "Lost"}]
    waiter = {
        "operation": "Bend",
        "description": "Wait until bent",
        "delay": 15,
        "maxAttempts": 40,
        "acceptors": [{"state": "retry", **acceptor}],
    }
    made = imported(
        service({"Bent": error, "Lost": error}, operation("Bend", errors=errors)),
        waiters={"version": 2, "waiters": {"ClipBent": waiter}},
    )
    acceptors = [{"state": "retry", "matcher": matcher} for matcher in matchers]
    assert made["Bend"]["traits"] == {
        **HTTP,
        "smithy.waiters#waitable": {"ClipBent": {"acceptors": acceptors, "minDelay": 15}},
    }


def test_waiter_that_starts_slowly_may_go_on_slowly() -> None:
    acceptor = {"state": "success", "matcher": "status", "expected": 200}
    waiter = {"operation": "Bend", "delay": 600, "maxAttempts": 2, "acceptors": [acceptor]}
    made = imported(service({}, operation("Bend")), waiters={"waiters": {"ClipBent": waiter}})
    assert made["Bend"]["traits"]["smithy.waiters#waitable"] == {
        "ClipBent": {
            "acceptors": [{"state": "success", "matcher": {"success": True}}],
            "minDelay": 600,
            "maxDelay": 600,
        }
    }
