"""Calls with handlers whose answers come from memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drawplate.http import HttpResponse
from sagemaker_runtime import SageMakerRuntimeClient
from sagemaker_runtime.event_streams import ResponseStream

from tests.runtime.clients import Recorder, make
from tests.runtime.flows import Body
from tests.runtime.frames import (
    HELLO,
    INTERNAL_STREAM_FAILURE,
    MODEL_STREAM_ERROR,
    UNMODELLED_ERROR,
    message,
)

Register = Callable[[ResponseStream], object]

HEADERS = {"x-amzn-RequestId": "0f1e"}
UNKNOWN = message({":message-type": "event", ":event-type": "Newer"}, b"?")
INITIAL = message({":message-type": "event", ":event-type": "initial-response"}, b'{"A":1}')
ALL = HELLO, MODEL_STREAM_ERROR, UNMODELLED_ERROR, UNKNOWN, INITIAL, INTERNAL_STREAM_FAILURE
ALL_TYPES = [
    "payload_part",
    "model_stream_error",
    "error",
    "unknown_event",
    "initial_response",
    "internal_stream_failure",
]


def answer(*pieces: bytes | Exception) -> HttpResponse:
    return HttpResponse(200, HEADERS, Body(*pieces))


def client(*answers: HttpResponse, **options: Any) -> SageMakerRuntimeClient:
    return make(transport=Recorder(*answers), retry_base_delay=0, **options)


def request(made: SageMakerRuntimeClient) -> Any:
    return made.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )


def sent(made: SageMakerRuntimeClient) -> int:
    """How many requests a client has sent."""
    transport = made.config.transport
    assert isinstance(transport, Recorder)
    return len(transport.requests)


def nothing(_: object) -> None:
    """A callback, or registers none."""


def everything(into: list[Any]) -> Register:
    """Registers a callback that keeps all events."""
    return lambda handler: handler.on_event(into.append)
