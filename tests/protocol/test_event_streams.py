"""Event streams of the protocol compliance tests: events that clients send and receive."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from drawplate.errors import EventStreamError, ServiceError
from drawplate.eventstream import Byte, Frame, FrameDecoder, Long, Short
from drawplate.http import HttpRequest

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


def sends(case: Case) -> bool:
    """Whether the client sends something that can be looked at."""
    return bool(events(case, "request") or "initialRequest" in case.node)


def receives(case: Case) -> bool:
    """Whether the client is sent something that it can read."""
    return failure(case) is None and bool(
        events(case, "response") or "initialResponse" in case.node
    )


def receive(package: Package, case: Case, face: str) -> tuple[Any, list[Any]]:
    """The output of the operation, and the events of its stream."""
    operation = package.operation(case.shape)
    response = answer(case.node.get("initialResponse", {"code": 200}))
    if frames := [b64decode(event["bytes"]) for event in events(case, "response")]:
        response.body = SlowBody(b"".join(frames))
    with package.output(operation, response, face) as output:
        return output, package.values.stream(operation.output, output).collect()


@pytest.mark.parametrize("case", [case for case in CASES if receives(case)], ids=str)
def test_received_events(case: Case, packages: Packages, face: str) -> None:
    package = packages(case.service)
    values, shape_id = package.values, package.operation(case.shape).output
    output, received = receive(package, case, face)
    assert values.found(shape_id, output) == values.expected(
        shape_id, case.node.get("initialResponseParams", {})
    )
    assert values.events(shape_id, received) == values.expected_events(
        shape_id, [event["params"] for event in events(case, "response")]
    )


@pytest.mark.parametrize("case", [case for case in CASES if failure(case) is not None], ids=str)
def test_failure(case: Case, packages: Packages, face: str) -> None:
    package = packages(case.service)
    with pytest.raises((EventStreamError, ServiceError)) as caught:
        receive(package, case, face)
    if (error_id := (failure(case) or {}).get("errorId")) is None:
        return
    assert type(caught.value) is package.error_class(error_id)
    for event in events(case, "response"):
        (node,) = event["params"].values()
        found = package.values.error(error_id, caught.value)
        assert found == package.values.expected(error_id, node)


@pytest.mark.parametrize("case", [case for case in CASES if sends(case)], ids=str)
def test_sent_events(case: Case, packages: Packages) -> None:
    package = packages(case.service)
    request = package.stream(package.operation(case.shape), case.node)
    sent = sent_frames(request)
    expected = events(case, "request")
    assert [observed(frame, event) for frame, event in zip(sent, expected, strict=True)] == [
        told(event) for event in expected
    ]
    if (initial := case.node.get("initialRequest")) is not None:
        headers = {name.lower(): value for name, value in initial.get("headers", {}).items()}
        assert request.method == initial["method"]
        assert urlsplit(request.url).path == initial["uri"]
        assert {name: request.headers.get(name) for name in headers} == headers


def sent_frames(request: HttpRequest) -> list[Frame]:
    """The events of a request, out of the messages that sign them; the last one ends the stream."""
    assert request.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert not isinstance(request.body, bytes)
    signed = FrameDecoder().feed(b"".join(request.body.chunks()))
    assert all(frame.headers.keys() == {":date", ":chunk-signature"} for frame in signed)
    *messages, end = (frame.payload for frame in signed)
    assert end == b""
    return FrameDecoder().feed(b"".join(messages))


def told(event: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a case says about an event that is sent."""
    expected: dict[str, Any] = {
        "headers": {name: header(value) for name, value in event.get("headers", {}).items()},
        "forbidden": [],
        "required": event.get("requireHeaders", []),
    }
    if "body" in event:
        expected["body"] = content(event, event["body"].encode())
    if "bytes" in event:
        (frame,) = FrameDecoder().feed(b64decode(event["bytes"]))
        expected["bytes"] = typed(frame), content(event, frame.payload)
    return expected


def observed(frame: Frame, event: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an event that was sent."""
    found: dict[str, Any] = {
        "headers": {n: v for n, v in typed(frame).items() if n in event.get("headers", {})},
        "forbidden": [name for name in event.get("forbidHeaders", ()) if name in frame.headers],
        "required": [name for name in event.get("requireHeaders", ()) if name in frame.headers],
    }
    if "body" in event:
        found["body"] = content(event, frame.payload)
    if "bytes" in event:
        found["bytes"] = typed(frame), content(event, frame.payload)
    return found


def typed(frame: Frame) -> dict[str, tuple[type, object]]:
    """Headers with their types: those of integers tell their width."""
    return {name: (type(value), value) for name, value in frame.headers.items()}


def header(node: Mapping[str, Any]) -> tuple[type, object]:
    """A header of a case as `typed` has it."""
    ((kind, value),) = node.items()
    if kind == "blob":
        return bytes, b64decode(value)
    if kind == "timestamp":
        return datetime, datetime.fromisoformat(value)
    types = {"boolean": bool, "byte": Byte, "short": Short, "integer": int, "long": Long}
    return types.get(kind, str), value


def content(event: Mapping[str, Any], body: bytes) -> object:
    """A payload, as a value where it is JSON."""
    is_json = body and event.get("bodyMediaType") == "application/json"
    return json.loads(body) if is_json else body


def test_every_case_is_looked_at() -> None:
    seen = [case for case in CASES if sends(case) or receives(case) or failure(case) is not None]
    assert seen == CASES
