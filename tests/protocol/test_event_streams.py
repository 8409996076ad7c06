"""Event streams of the protocol compliance tests: what clients make of the events they receive."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import pytest
from drawplate.errors import EventStreamError, ServiceError

from tests.protocol.cases import Case, cases
from tests.protocol.conftest import Packages
from tests.protocol.package import Package, SlowBody, answer

CASES = cases("eventStreamTests")


def events(case: Case, direction: str) -> list[Mapping[str, Any]]:
    """The events that go one way."""
    return [event for event in case.node.get("events", ()) if event["type"] == direction]


def failure(case: Case) -> Mapping[str, Any] | None:
    """What is said about the failure that a case expects, None where it expects success."""
    found: Mapping[str, Any] | None = case.node.get("expectation", {}).get("failure")
    return found


def receives(case: Case) -> bool:
    """Whether the client is sent something that it can read."""
    return failure(case) is None and bool(
        events(case, "response") or "initialResponse" in case.node
    )


def receive(package: Package, case: Case) -> tuple[Any, list[Any]]:
    """The output of the operation, and the events of its stream."""
    operation = package.operation(case.shape)
    response = answer(case.node.get("initialResponse", {"code": 200}))
    if frames := [b64decode(event["bytes"]) for event in events(case, "response")]:
        response.body = SlowBody(b"".join(frames))
    with package.output(operation, response) as output:
        return output, package.values.stream(operation.output, output).collect()


@pytest.mark.parametrize("case", [case for case in CASES if receives(case)], ids=str)
def test_received_events(case: Case, packages: Packages) -> None:
    package = packages(case.service)
    values, shape_id = package.values, package.operation(case.shape).output
    output, received = receive(package, case)
    assert values.found(shape_id, output) == values.expected(
        shape_id, case.node.get("initialResponseParams", {})
    )
    assert values.events(shape_id, received) == values.expected_events(
        shape_id, [event["params"] for event in events(case, "response")]
    )


@pytest.mark.parametrize("case", [case for case in CASES if failure(case) is not None], ids=str)
def test_failure(case: Case, packages: Packages) -> None:
    package = packages(case.service)
    with pytest.raises((EventStreamError, ServiceError)) as caught:
        receive(package, case)
    if (error_id := (failure(case) or {}).get("errorId")) is None:
        return
    assert type(caught.value) is package.error_class(error_id)
    for event in events(case, "response"):
        (node,) = event["params"].values()
        found = package.values.error(error_id, caught.value)
        assert found == package.values.expected(error_id, node)


def test_every_case_is_looked_at() -> None:
    assert [case for case in CASES if not receives(case) and failure(case) is None] == []
