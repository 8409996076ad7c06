"""What calls that a stub answers do: requests that are kept, handlers, no transport."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate._stubbing import NoTransport
from drawplate.context import RequestContext
from drawplate.errors import ConnectionLostError, ParamValidationError, ServiceError
from drawplate.handlers import Step
from drawplate.http import HttpRequest
from drawplate.request import Response
from sagemaker_runtime import errors

from tests.runtime.clients import Recorder, invoke
from tests.runtime.stubbed import answered, bodies, stubbed

pytestmark = pytest.mark.usefixtures("face")  # both clients


def test_requests_are_kept_in_order_with_their_parameters() -> None:
    client = stubbed()
    assert client.api_requests() == []
    client.invoke_endpoint(endpoint_name="a", body="text", accept=None)
    client.invoke_endpoint_async(endpoint_name="b", request_ttl_seconds=60.0)  # type: ignore[arg-type]
    with pytest.raises(ParamValidationError):
        client.invoke_endpoint(endpoint_name="c", body=5)  # type: ignore[arg-type]
    first, second = client.api_requests()
    assert (first.operation_name, first.params) == (
        "invoke_endpoint",
        {"endpoint_name": "a", "body": b"text"},
    )
    assert (second.operation_name, second.params) == (
        "invoke_endpoint_async",
        {"endpoint_name": "b", "request_ttl_seconds": 60},
    )
    assert repr(first) == "<ApiRequest invoke_endpoint(endpoint_name, body)>"
    second.context["presigned_url"] = True
    assert [r.operation_name for r in client.api_requests(exclude_presign=True)] == [
        "invoke_endpoint"
    ]


def test_a_request_is_built_resolved_and_signed() -> None:
    client = stubbed(access_key_id="real", secret_access_key="real")
    invoke(client)
    request = client.api_requests()[0].context.request
    assert request.url == (
        "https://runtime.sagemaker.us-stubbed-1.amazonaws.com/endpoints/ep/invocations"
    )
    assert request.headers["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=stubbed-akid/20260115/us-stubbed-1/sagemaker/aws4_request"
    )
    assert "amz-sdk-request" not in request.headers
    other = stubbed(region="us-west-2")
    invoke(other)
    assert other.api_requests()[0].context.request.url.startswith(
        "https://runtime.sagemaker.us-west-2.amazonaws.com/"
    )


@pytest.mark.parametrize("retry_mode", ["legacy", "standard"])
def test_nothing_is_repeated(retry_mode: Any) -> None:
    stub: dict[str, object] = {"status_code": 500, "headers": {}, "body": b""}
    client = answered(stub, {"body": b"2"}, retry_mode=retry_mode, max_attempts=5)
    with pytest.raises(ServiceError) as caught:
        invoke(client)
    assert (caught.value.status, caught.value.attempts) == (500, 1)
    lost = answered(ConnectionLostError("lost"), {"body": b"2"}, retry_mode=retry_mode)
    with pytest.raises(ConnectionLostError):
        invoke(lost)


def test_nothing_is_sent_not_even_by_a_transport_of_ones_own() -> None:
    sys.modules.pop("drawplate._blocking", None)
    transport = Recorder()
    client = answered({"body": b"1"}, transport=transport, on_chunk_received=print)
    assert bodies(client, 1) == [b"1"]
    assert bodies(client.with_options(transport=transport), 1) == [b"1"]
    assert transport.requests == []
    assert "drawplate._blocking" not in sys.modules


@pytest.mark.parametrize("step", ["initialize", "validate", "build", "sign", "send"])
def test_handlers_see_the_answer(step: Step) -> None:
    client = answered({"body": b"1"}, "ModelError", errors.ModelError)
    seen: list[object] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        response = yield from call_next(context)
        seen.append(response.status)
        return response

    client.handlers.add(handle, step=step, priority=0)
    assert bodies(client, 2) == [b"1", "ModelError"]
    assert seen == [200, 400]


def test_a_handler_around_sending_may_make_another_answer_of_an_error() -> None:
    client = answered(errors.ModelError("m"))

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        try:
            return (yield from call_next(context))
        except errors.ModelError:
            context.metadata["seen"] = True
            raise

    client.handlers.add(handle, step="send", priority=0)
    assert bodies(client, 1) == ["ModelError"]
    assert client.api_requests()[0].context["seen"]


def test_an_error_that_a_handler_raises_is_raised() -> None:
    client = answered({"body": b"1"}, raise_response_errors=False)

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        yield from call_next(context)
        raise errors.ModelError("mine")

    client.handlers.add(handle, step="send", priority=0)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b""})
    with pytest.raises(errors.ModelError, match="mine"):
        request.send()


def test_a_target_takes_the_body() -> None:
    client = answered({"status_code": 200, "headers": {}, "body": [b"a", b"b"]})
    request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b""})
    file = io.BytesIO()
    request.send(target=file)
    assert file.getvalue() == b"ab"


def test_the_transport_of_stubs_refuses_to_send() -> None:
    with pytest.raises(RuntimeError, match="a client with stubs sends nothing"):
        NoTransport().send(HttpRequest("GET", "https://example.com"))
