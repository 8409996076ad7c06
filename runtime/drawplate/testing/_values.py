"""What handlers of a local endpoint are given, and what they give back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeGuard, cast

from drawplate.testing._frames import Frame, as_frame
from drawplate.testing._http import Reply

Operation = Literal["InvokeEndpoint", "InvokeEndpointAsync", "InvokeEndpointWithResponseStream"]

Part = bytes | str | Frame

#: A result: bytes, text, a mapping (sent as JSON), or parts that follow one another.
Body = bytes | str | Mapping[str, object] | Iterable[Part] | AsyncIterable[Part]


class InvocationRequest:
    """One invocation of an endpoint, with the members of the operation's input.

    A member that was not sent is None. `headers` holds every header field under its lower-case
    name, for the members that have no attribute here; `request_id` is the one of the answer.
    """

    __slots__ = (
        "accept",
        "body",
        "content_type",
        "custom_attributes",
        "endpoint_name",
        "headers",
        "inference_component_name",
        "inference_id",
        "operation",
        "request_id",
        "session_id",
        "target_model",
        "target_variant",
    )

    def __init__(
        self,
        operation: Operation,
        endpoint_name: str,
        body: bytes,
        headers: Mapping[str, str],
        request_id: str,
    ) -> None:
        own = "x-amzn-sagemaker-"
        self.operation: Operation = operation
        self.endpoint_name = endpoint_name
        self.body = body
        self.headers = headers
        self.request_id = request_id
        is_async = operation == "InvokeEndpointAsync"
        self.content_type = headers.get(f"{own}content-type" if is_async else "content-type")
        plain_accept = operation == "InvokeEndpoint"
        self.accept = headers.get("accept" if plain_accept else f"{own}accept")
        self.custom_attributes = headers.get(f"{own}custom-attributes")
        self.inference_component_name = headers.get(f"{own}inference-component")
        self.inference_id = headers.get(f"{own}inference-id")
        self.session_id = headers.get(f"{own}session-id")
        self.target_model = headers.get(f"{own}target-model")
        self.target_variant = headers.get(f"{own}target-variant")

    def __repr__(self) -> str:
        shown = f"{self.operation!r}, {self.endpoint_name!r}, <{len(self.body)} bytes>"
        return f"InvocationRequest({shown}, request_id={self.request_id!r})"


class Answer:
    """A result with the other members of an operation's output.

    `content_type` follows from the body when it is None: JSON for a mapping, plain text for a
    string, octets for the rest. `status` None is 202 for an asynchronous invocation, else 200.
    """

    __slots__ = (
        "body",
        "closed_session_id",
        "content_type",
        "custom_attributes",
        "invoked_production_variant",
        "new_session_id",
        "status",
    )

    def __init__(
        self,
        body: Body = b"",
        *,
        content_type: str | None = None,
        custom_attributes: str | None = None,
        invoked_production_variant: str | None = "AllTraffic",
        new_session_id: str | None = None,
        closed_session_id: str | None = None,
        status: int | None = None,
    ) -> None:
        self.body = body
        self.content_type = content_type or _content_type(body)
        self.custom_attributes = custom_attributes
        self.invoked_production_variant = invoked_production_variant
        self.new_session_id = new_session_id
        self.closed_session_id = closed_session_id
        self.status = status

    def __repr__(self) -> str:
        return f"Answer(<{type(self.body).__name__}>, content_type={self.content_type!r})"

    def headers(self) -> dict[str, str]:
        """Return the members that every operation's output has in headers."""
        members = {
            "x-Amzn-Invoked-Production-Variant": self.invoked_production_variant,
            "X-Amzn-SageMaker-Custom-Attributes": self.custom_attributes,
            "X-Amzn-SageMaker-New-Session-Id": self.new_session_id,
            "X-Amzn-SageMaker-Closed-Session-Id": self.closed_session_id,
        }
        return {name: value for name, value in members.items() if value is not None}

    def whole(self) -> bytes:
        """Return the body in one piece. A `Frame` has no place in it: `TypeError`."""
        return b"".join(_payload(part) for part in self.parts())

    def frames(self) -> Iterator[Frame]:
        """Return the body as frames: one PayloadPart a part, explicit frames as they are."""
        return map(as_frame, self.parts())

    def with_body(self, body: Body) -> Answer:
        """Return the same answer with another body."""
        return Answer(
            body,
            content_type=self.content_type,
            custom_attributes=self.custom_attributes,
            invoked_production_variant=self.invoked_production_variant,
            new_session_id=self.new_session_id,
            closed_session_id=self.closed_session_id,
            status=self.status,
        )

    def parts(self) -> Iterator[Part]:
        """Return the parts of the body; bytes, text and JSON are one part."""
        if isinstance(self.body, bytes | str):
            yield self.body
        elif _is_json(self.body):
            yield json.dumps(self.body)
        else:
            yield from cast("Iterable[Part]", self.body)  # the endpoint has seen to async ones


#: A function, a coroutine function, or a generator function of either kind.
Handler = Callable[[InvocationRequest], Body | Answer | Awaitable[Body | Answer]]


class EndpointError(Exception):
    """Raised by a handler: the service answers with this error.

    `members` are the error's members beside its message, by their names on the wire.
    """

    def __init__(self, status: int, code: str, message: str = "", **members: object) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.members = members

    def reply(self) -> Reply:
        """Return the answer that carries this error."""
        body = json.dumps({"Message": self.message, **self.members}).encode()
        headers = {"x-amzn-ErrorType": self.code, "Content-Type": "application/json"}
        return Reply(self.status, headers, body)


class ModelFailedError(EndpointError):
    """Raised by a handler: the model answered with `original_status`, the service with ModelError.

    Once a stream has begun, it becomes a ModelStreamError with `error_code` inside the stream.
    """

    def __init__(
        self,
        original_status: int,
        original_message: str,
        *,
        error_code: str = "StreamBroken",
        log_stream_arn: str | None = None,
    ) -> None:
        located = {} if log_stream_arn is None else {"LogStreamArn": log_stream_arn}
        super().__init__(
            424,
            "ModelError",
            f"the model answered {original_status}: {original_message}",
            OriginalStatusCode=original_status,
            OriginalMessage=original_message,
            **located,
        )
        self.error_code = error_code


def _payload(part: Part) -> bytes:
    if isinstance(part, Frame):
        raise TypeError("a Frame can only be a part of a streamed answer")
    return part.encode() if isinstance(part, str) else part


def _is_json(body: Body) -> TypeGuard[Mapping[str, object]]:
    return isinstance(body, Mapping)


def _content_type(body: Body) -> str:
    if _is_json(body):
        return "application/json"
    return "text/plain; charset=utf-8" if isinstance(body, str) else "application/octet-stream"
