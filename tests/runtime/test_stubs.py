"""Clients whose answers are stubs. requests.md section 12, options.md number 43."""

from __future__ import annotations

import io
import pickle
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from drawplate.context import RequestContext
from drawplate.errors import NetworkingError, ParamValidationError, ReadTimeoutError
from drawplate.http import HttpResponse
from drawplate.stub_shapes import HTTP_DATE, Answer, header
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.clients import invoke
from tests.runtime.stubbed import answered, bodies, stubbed

pytestmark = pytest.mark.usefixtures("face")  # both clients


# What is made up.


def test_without_a_stub_each_member_is_made_up_by_its_shape() -> None:
    client = stubbed()
    assert invoke(client) == types.InvokeEndpointOutput(
        body=b"",
        content_type="Header",
        invoked_production_variant="Header",
        custom_attributes="CustomAttributesHeader",
        new_session_id="NewSessionResponseHeader",
        closed_session_id="SessionIdHeader",
    )
    assert client.invoke_endpoint_async(endpoint_name="ep") == types.InvokeEndpointAsyncOutput(
        inference_id="Header", output_location="Header", failure_location="Header"
    )
    with client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x") as out:
        assert out.content_type == "Header"
        assert out.body.collect() == []


def test_an_answer_that_is_made_up_is_told_as_any_other() -> None:
    metadata = invoke(stubbed()).metadata
    assert (metadata.status, metadata.request_id, metadata.attempts) == (
        200,
        "stubbed-request-id",
        1,
    )
    assert metadata.headers["content-type"] == "Header"


# Kinds of stubs.


def test_data_is_an_output_and_what_it_leaves_out_is_not_there() -> None:
    expected = types.InvokeEndpointOutput(body=b"1", content_type="text/csv")
    data = {"body": io.BytesIO(b"1"), "content_type": "text/csv", "new_session_id": None}
    assert invoke(answered(data)) == expected
    assert invoke(answered(expected)) == expected


def test_everything_that_is_wrong_with_data_is_told_at_once() -> None:
    with pytest.raises(ParamValidationError) as caught:
        answered({"content_type": 5, "custom_attributes": b"", "bodyx": b""})
    assert caught.value.errors == [
        'missing required member data["body"]',
        'expected data["content_type"] to be a str, got int instead',
        'expected data["custom_attributes"] to be a str, got bytes instead',
        'unexpected value at data["bodyx"]',
    ]
    with pytest.raises(ParamValidationError) as caught:
        answered(types.InvokeEndpointAsyncOutput())
    assert caught.value.errors == [
        "expected data to be a dict or InvokeEndpointOutput, got InvokeEndpointAsyncOutput instead"
    ]
    with pytest.raises(ParamValidationError, match=r"^header content-type: the value has a CR"):
        invoke(answered({"body": b"", "content_type": "a\r\nb"}))


@pytest.mark.parametrize(
    "body",
    [
        lambda: "[1]",
        lambda: b"[1]",
        lambda: bytearray(b"[1]"),
        lambda: io.BytesIO(b"[1]"),
        lambda: [b"[", b"1]"],
        lambda: iter([b"[1]"]),
    ],
)
def test_an_answer_can_be_given_as_it_is(body: Callable[[], object]) -> None:
    stub = {"status_code": 299, "headers": {"Content-Type": "text/plain"}, "body": body()}
    client = answered(stub)
    for _ in range(2):
        out = invoke(client)
        assert out == types.InvokeEndpointOutput(body=b"[1]", content_type="text/plain")
        assert (out.metadata.status, out.metadata.request_id) == (299, None)


def test_an_answer_as_it_is_may_be_an_error() -> None:
    text = b'{"Message": "no", "OriginalStatusCode": 500}'
    stub = HttpResponse(424, {"x-amzn-errortype": "ModelError:http://x/"}, text)
    with pytest.raises(errors.ModelError) as caught:
        invoke(answered(stub))
    error = caught.value
    assert (error.status, error.message, error.original_status_code) == (424, "no", 500)


@pytest.mark.parametrize(
    ("stub", "problem"),
    [
        (
            {"status_code": "x", "headers": {}, "body": b""},
            "expected status_code to be an int, got str instead",
        ),
        (
            {"status_code": 200, "headers": {}, "body": 5},
            "expected body to be bytes, a str, a path or a file-like object, got int instead",
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(stub: object, problem: str) -> None:
    with pytest.raises(ParamValidationError) as caught:
        answered(stub)
    assert caught.value.errors == [problem]


def test_header_fields_of_an_answer_have_to_be_a_dict() -> None:
    with pytest.raises(TypeError, match="headers of a stub must be a dict, got list"):
        answered({"status_code": 200, "headers": [], "body": b""})


def test_text_is_the_code_of_an_error() -> None:
    with pytest.raises(errors.ModelError) as caught:
        invoke(answered("ModelError"))
    assert str(caught.value) == (
        "ModelError: stubbed-response-error-message (operation InvokeEndpoint, status 400, "
        "request id stubbed-request-id, attempts 1)"
    )
    with pytest.raises(errors.SageMakerRuntimeError) as plain:
        invoke(answered("Strange"))
    assert (type(plain.value), plain.value.code) == (errors.error_class("Strange"), "Strange")


def test_an_error_keeps_its_members_and_each_call_has_its_own() -> None:
    client = answered(errors.ModelError("m", original_status_code=500, log_stream_arn="arn"))
    caught: list[errors.ModelError] = []
    for _ in range(2):
        with pytest.raises(errors.ModelError) as info:
            invoke(client)
        caught.append(info.value)
    first, second = caught
    assert first is not second
    facts = (second.message, second.original_status_code, second.log_stream_arn, second.operation)
    assert facts == ("m", 500, "arn", "InvokeEndpoint")


class Broken(NetworkingError):
    """An error that cannot be copied by its arguments."""

    def __init__(self) -> None:
        super().__init__("broken")


@pytest.mark.parametrize(
    ("stub", "kind"),
    [
        (errors.ModelError("m"), errors.ModelError),
        (errors.InternalFailure, errors.InternalFailure),
        (ReadTimeoutError("slow", request_sent=True), ReadTimeoutError),
        (Broken, Broken),
        (Broken(), Broken),
    ],
)
def test_an_error_of_service_or_network_is_that_of_the_response(
    stub: object, kind: type[Exception]
) -> None:
    client = answered(stub, raise_response_errors=False)
    response = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b""}).send()
    assert (response.successful, type(response.error), response.data) == (False, kind, None)
    with pytest.raises(kind):
        invoke(client)


@pytest.mark.parametrize("stub", [ZeroDivisionError("x"), ZeroDivisionError, KeyboardInterrupt])
def test_any_other_exception_is_raised(stub: Any) -> None:
    client = answered(stub, raise_response_errors=False)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b""})
    with pytest.raises(stub if isinstance(stub, type) else type(stub)):
        request.send()


def test_a_function_is_asked_at_each_call() -> None:
    def function(_: RequestContext) -> object:
        return {"body": b"function"}

    seen: list[RequestContext] = []
    kinds: list[Any] = [
        {"body": b"data"},
        types.InvokeEndpointOutput(body=b"output"),
        "ModelError",
        HttpResponse(200, {}, b"http"),
        errors.ModelNotReadyException("n"),
        function,
    ]

    def stub(context: RequestContext) -> object:
        seen.append(context)
        return kinds[len(seen) - 1]

    expected = [b"data", b"output", "ModelError", b"http", "ModelNotReadyException", b"function"]
    assert bodies(answered(stub), 6) == expected
    assert [context.parameters.endpoint_name for context in seen] == ["ep"] * 6


def test_what_is_wrong_with_what_a_function_returns_is_raised_by_the_call() -> None:
    def nothing(_: RequestContext) -> object:
        return {}

    def none(_: RequestContext) -> object:
        return None

    with pytest.raises(ParamValidationError, match=r'^missing required member data\["body"\]$'):
        invoke(answered(nothing))
    with pytest.raises(TypeError, match="a stub of invoke_endpoint must be a dict of output memb"):
        invoke(answered(none))


def test_what_is_no_stub_is_refused_and_not_shown() -> None:
    with pytest.raises(TypeError) as caught:
        answered({"body": b""}, 5)
    assert str(caught.value) == (
        "a stub of invoke_endpoint must be a dict of output members, an output, a dict of "
        "status_code, headers and body, an HttpResponse, an error code, an exception, or a "
        "function that returns one of these; got an object of type int"
    )


# Several stubs.


@pytest.mark.parametrize("row", ['stub list ["ModelError", {"body": b"2"}]'], ids=str)
def test_requests_md_section_16(row: str) -> None:
    assert row
    client = answered(["ModelError", {"body": b"2"}])
    assert bodies(client, 4) == ["ModelError", b"2", b"2", b"2"]


def test_stubs_are_taken_in_order_and_new_ones_replace_them() -> None:
    client = answered({"body": b"1"}, [{"body": b"2"}, [{"body": b"3"}]], ({"body": b"4"},))
    assert bodies(client, 2) == [b"1", b"2"]
    client.stub_responses("invoke_endpoint", {"body": b"5"})
    assert bodies(client, 2) == [b"5", b"5"]
    client.stub_responses("invoke_endpoint")
    assert bodies(client, 1) == [b""]
    with pytest.raises(ParamValidationError):
        client.stub_responses("invoke_endpoint", {"body": b"6"}, {})
    assert bodies(client, 1) == [b""]


def test_stubs_of_the_constructor() -> None:
    client = stubbed(
        stub_responses={
            "invoke_endpoint": [{"body": b"1"}, "ModelError"],
            "invoke_endpoint_async": {"inference_id": "i"},
        }
    )
    assert bodies(client, 3) == [b"1", "ModelError", "ModelError"]
    assert client.invoke_endpoint_async(endpoint_name="ep") == types.InvokeEndpointAsyncOutput(
        inference_id="i"
    )
    copy = pickle.loads(  # noqa: S301 - the test's own
        pickle.dumps(stubbed(stub_responses={"invoke_endpoint": "ModelError"}))
    )
    assert bodies(copy, 1) == ["ModelError"]


def test_threads_share_the_stubs() -> None:
    client = answered([{"body": str(n).encode()} for n in range(1001)])
    found: list[bytes | str] = []
    threads = [threading.Thread(target=lambda: found.extend(bodies(client, 50))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(str(n).encode() for n in range(1000))
    assert len(client.api_requests()) == 1000


def test_a_copy_with_other_options_shares_stubs_and_requests() -> None:
    client = answered({"body": b"1"}, {"body": b"2"})
    copy = client.with_options(http_read_timeout=1)
    assert bodies(copy, 1) + bodies(client, 1) == [b"1", b"2"]
    assert len(client.api_requests()) == len(copy.api_requests()) == 2


# Who may have stubs.


def test_a_client_without_stubs_says_how_to_have_them() -> None:
    client = SageMakerRuntimeClient(region="us-east-1", environ={})
    uses: list[Callable[[], object]] = [
        lambda: client.stub_responses("invoke_endpoint", {"body": b""}),
        client.api_requests,
    ]
    for use in uses:
        with pytest.raises(RuntimeError) as caught:
            use()
        assert str(caught.value) == (
            "stubbing is not enabled; make the client as "
            "SageMakerRuntimeClient(stub_responses=True)"
        )


def test_an_operation_has_to_be_one() -> None:
    expected = (
        "unknown operation 'invoke'; there is invoke_endpoint, invoke_endpoint_async, "
        "invoke_endpoint_with_response_stream"
    )
    name: Any = "invoke"
    client: Any = stubbed()
    uses: list[Callable[[], object]] = [
        lambda: client.stub_responses(name, "ModelError"),
        lambda: client.stub_data(name),
        lambda: stubbed(stub_responses={name: "ModelError"}),
    ]
    for use in uses:
        with pytest.raises(ValueError, match="unknown operation") as caught:
            use()
        assert str(caught.value) == expected


# Made-up data.


def test_stub_data_is_what_is_made_up_with_other_values_over_it() -> None:
    client = stubbed()
    out = client.stub_data("invoke_endpoint", {"body": "b", "content_type": "text/csv"})
    assert out == types.InvokeEndpointOutput(
        body=b"b",
        content_type="text/csv",
        invoked_production_variant="Header",
        custom_attributes="CustomAttributesHeader",
        new_session_id="NewSessionResponseHeader",
        closed_session_id="SessionIdHeader",
    )
    assert (out.metadata.status, out.metadata.attempts) == (200, 0)
    assert client.stub_data("invoke_endpoint") == invoke(client)
    assert client.stub_data("invoke_endpoint_with_response_stream").body.collect() == []
    with pytest.raises(ParamValidationError) as caught:
        client.stub_data("invoke_endpoint", {"bodyx": b"", "content_type": 5})
    assert caught.value.errors == [
        'unexpected value at data["bodyx"]',
        'expected data["content_type"] to be a str, got int instead',
    ]


def test_stub_data_needs_no_client_with_stubs_and_is_a_stub_itself() -> None:
    plain = SageMakerRuntimeClient(region="us-east-1", environ={})
    out = plain.stub_data("invoke_endpoint", {"body": b"1"})
    assert invoke(answered(out)) == out


def test_a_time_is_now() -> None:
    answer = Answer(types.InvokeEndpointAsyncOutput, {"at": header("x-at", HTTP_DATE)})
    response = answer.response(answer.sample(datetime(2026, 1, 15, tzinfo=UTC)))
    assert response.headers["x-at"] == "Thu, 15 Jan 2026 00:00:00 GMT"
