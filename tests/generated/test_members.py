"""Members to headers and back, errors to classes: the tables of operations.md sections 2 to 7."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.http import Headers, HttpRequest, HttpResponse
from sagemaker_runtime import errors, types

from tests.generated.conftest import INVOCATION_ID
from tests.runtime.clients import Recorder, make

pytestmark = pytest.mark.usefixtures("face", "fixed")

HOST = "runtime.sagemaker.us-east-1.amazonaws.com"
PREFIX = "x-amzn-sagemaker-"

#: Of each operation: every optional member with a value of its own, and the headers that are sent.
MEMBERS: dict[str, tuple[dict[str, object], dict[str, str]]] = {
    "invoke_endpoint": (
        {
            "body": b"the body",
            "content_type": "v-content-type",
            "accept": "v-accept",
            "custom_attributes": "v-custom-attributes",
            "target_model": "v-target-model",
            "target_variant": "v-target-variant",
            "target_container_hostname": "v-hostname",
            "inference_id": "v-inference-id",
            "enable_explanations": "v-explanations",
            "inference_component_name": "v-component",
            "session_id": "v-session",
            "prefix_aware_id": "v-prefix",
        },
        {
            "content-type": "v-content-type",
            "accept": "v-accept",
            f"{PREFIX}custom-attributes": "v-custom-attributes",
            f"{PREFIX}target-model": "v-target-model",
            f"{PREFIX}target-variant": "v-target-variant",
            f"{PREFIX}target-container-hostname": "v-hostname",
            f"{PREFIX}inference-id": "v-inference-id",
            f"{PREFIX}enable-explanations": "v-explanations",
            f"{PREFIX}inference-component": "v-component",
            f"{PREFIX}session-id": "v-session",
            f"{PREFIX}prefix-aware-id": "v-prefix",
        },
    ),
    "invoke_endpoint_with_response_stream": (
        {
            "body": b"the body",
            "content_type": "v-content-type",
            "accept": "v-accept",
            "custom_attributes": "v-custom-attributes",
            "target_variant": "v-target-variant",
            "target_container_hostname": "v-hostname",
            "inference_id": "v-inference-id",
            "inference_component_name": "v-component",
            "session_id": "v-session",
            "prefix_aware_id": "v-prefix",
        },
        {
            "content-type": "v-content-type",
            f"{PREFIX}accept": "v-accept",
            f"{PREFIX}custom-attributes": "v-custom-attributes",
            f"{PREFIX}target-variant": "v-target-variant",
            f"{PREFIX}target-container-hostname": "v-hostname",
            f"{PREFIX}inference-id": "v-inference-id",
            f"{PREFIX}inference-component": "v-component",
            f"{PREFIX}session-id": "v-session",
            f"{PREFIX}prefix-aware-id": "v-prefix",
        },
    ),
    "invoke_endpoint_async": (
        {
            "body": b"the body",
            "content_type": "v-content-type",
            "accept": "v-accept",
            "custom_attributes": "v-custom-attributes",
            "inference_id": "v-inference-id",
            "input_location": "v-input",
            "s3_output_path_extension": "v-extension",
            "filename": "v-filename",
            "request_ttl_seconds": 60,
            "invocation_timeout_seconds": 30,
        },
        {
            "content-type": "application/octet-stream",
            f"{PREFIX}content-type": "v-content-type",
            f"{PREFIX}accept": "v-accept",
            f"{PREFIX}custom-attributes": "v-custom-attributes",
            f"{PREFIX}inference-id": "v-inference-id",
            f"{PREFIX}inputlocation": "v-input",
            f"{PREFIX}s3outputpathextension": "v-extension",
            f"{PREFIX}filename": "v-filename",
            f"{PREFIX}requestttlseconds": "60",
            f"{PREFIX}invocationtimeoutseconds": "30",
        },
    ),
}
PATHS = {
    "invoke_endpoint": "invocations",
    "invoke_endpoint_async": "async-invocations",
    "invoke_endpoint_with_response_stream": "invocations-response-stream",
}
#: What every request carries; the authorization besides.
COMMON = {
    "accept-encoding": "identity",
    "amz-sdk-invocation-id": INVOCATION_ID,
    "amz-sdk-request": "attempt=1; max=3",
    "host": HOST,
    "user-agent": "example/1.0",
    "x-amz-date": "20260115T123456Z",
}


def invoke(operation: str, **params: object) -> HttpRequest:
    """Send an operation and return its request; `params` may be of any type."""
    transport = Recorder()
    call: Any = getattr(make(transport=transport, retry_mode="standard"), operation)
    call(endpoint_name="ep", **params)
    return transport.request


def sent(operation: str, **params: object) -> dict[str, str]:
    """The headers that come from members."""
    headers = dict(invoke(operation, **params).headers)
    assert headers.pop("authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert len(headers.pop("x-amz-content-sha256")) == 64
    for name, value in COMMON.items():
        assert headers.pop(name) == value
    return headers


@pytest.mark.parametrize("operation", MEMBERS)
def test_every_member_has_its_own_header_and_nothing_else_is_sent(operation: str) -> None:
    given, expected = MEMBERS[operation]
    assert sent(operation, **given) == expected
    request = invoke(operation, **given)
    assert request.url == f"https://{HOST}/endpoints/ep/{PATHS[operation]}"
    assert request.body == b"the body"


@pytest.mark.parametrize("operation", MEMBERS)
def test_members_that_are_none_are_not_sent(operation: str) -> None:
    given = dict.fromkeys(MEMBERS[operation][0]) | {"body": b""}
    assert sent(operation, **given) == {"content-type": "application/octet-stream"}


@pytest.mark.parametrize("operation", MEMBERS)
def test_empty_text_is_sent(operation: str) -> None:
    assert (
        sent(operation, body=b"", custom_attributes="", content_type="")[
            f"{PREFIX}custom-attributes"
        ]
        == ""
    )


def test_async_without_a_body_has_no_content_type_of_its_own() -> None:
    given = {"input_location": "s3://b/in", "content_type": "text/csv"}
    assert sent("invoke_endpoint_async", **given) == {
        f"{PREFIX}inputlocation": "s3://b/in",
        f"{PREFIX}content-type": "text/csv",
    }


def test_async_with_an_empty_body_says_what_it_is() -> None:
    assert sent("invoke_endpoint_async", body=b"") == {"content-type": "application/octet-stream"}


@pytest.mark.parametrize("value", [60, 60.0, "60"])
def test_integers_are_decimal_text(value: object) -> None:
    assert sent("invoke_endpoint_async", request_ttl_seconds=value) == {
        f"{PREFIX}requestttlseconds": "60"
    }


@pytest.mark.parametrize(("value", "got"), [("abc", "str"), (True, "bool"), (60.5, "float")])
def test_what_is_no_integer_is_refused(value: object, got: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        sent("invoke_endpoint_async", request_ttl_seconds=value)
    assert str(raised.value) == (
        f'expected params["request_ttl_seconds"] to be an int, got {got} instead'
    )


@pytest.mark.parametrize("operation", MEMBERS)
def test_an_empty_endpoint_name_is_refused(operation: str) -> None:
    call: Any = getattr(make(transport=Recorder()), operation)
    with pytest.raises(ParamValidationError) as raised:
        call(endpoint_name="", body=b"")
    assert str(raised.value) == (
        'params["endpoint_name"] must not be blank: it is part of the path'
    )


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\0b"])
def test_a_header_cannot_be_injected(value: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        sent("invoke_endpoint", body=b"", custom_attributes=value)
    assert str(raised.value) == (
        f"header {PREFIX}custom-attributes: the value has a CR, LF or NUL character; remove it"
    )


def test_text_beyond_ascii_is_sent_as_it_is_and_signed_as_utf8() -> None:
    request = invoke("invoke_endpoint", body="é", custom_attributes="naïve")
    assert request.body == "é".encode()
    assert request.headers[f"{PREFIX}custom-attributes"] == "naïve"


def answered(operation: str, response: HttpResponse, **params: object) -> Any:
    call: Any = getattr(make(transport=Recorder(response), retry_mode="standard"), operation)
    return call(endpoint_name="ep", body=b"", **params)


def test_every_header_of_an_answer_has_its_member() -> None:
    headers = Headers(
        {
            "Content-Type": "v-content-type",
            "x-Amzn-Invoked-Production-Variant": "v-variant",
            "X-Amzn-SageMaker-Custom-Attributes": "v-custom",
            "X-Amzn-SageMaker-New-Session-Id": "v-new",
            "X-Amzn-SageMaker-Closed-Session-Id": "v-closed",
            "X-Amzn-SageMaker-Unknown": "ignored",
        }
    )
    assert answered("invoke_endpoint", HttpResponse(200, headers, b"b")) == (
        types.InvokeEndpointOutput(
            body=b"b",
            content_type="v-content-type",
            invoked_production_variant="v-variant",
            custom_attributes="v-custom",
            new_session_id="v-new",
            closed_session_id="v-closed",
        )
    )


def test_absent_headers_are_none_and_an_empty_body_is_empty_bytes() -> None:
    assert answered("invoke_endpoint", HttpResponse(200)) == types.InvokeEndpointOutput(body=b"")


@pytest.mark.parametrize("status", [200, 202, 299])
def test_async_succeeds_with_every_2xx(status: int) -> None:
    output = answered("invoke_endpoint_async", HttpResponse(status, {}, b'{"InferenceId":"abc"}'))
    assert output == types.InvokeEndpointAsyncOutput(inference_id="abc")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"InferenceId":null}', b'{"Other":1}'])
def test_async_without_an_inference_id(body: bytes) -> None:
    output = answered("invoke_endpoint_async", HttpResponse(202, {}, body))
    assert output == types.InvokeEndpointAsyncOutput()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"<html>", "the response body is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"[]", "expected an object, got list"),
        (b'{"InferenceId":5}', "InferenceId: expected a string, got int"),
    ],
)
def test_async_with_another_body_than_the_models(body: bytes, text: str) -> None:
    with pytest.raises(ResponseParseError) as raised:
        answered("invoke_endpoint_async", HttpResponse(202, {}, body))
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("name", "status", "attempts"),
    [
        ("ValidationError", 400, 1),
        ("ModelError", 424, 1),
        ("ModelNotReadyException", 429, 3),
        ("InternalFailure", 500, 3),
        ("ServiceUnavailable", 503, 3),
        ("InternalDependencyException", 530, 3),
    ],
)
@pytest.mark.parametrize("operation", MEMBERS)
def test_every_error_has_its_class(
    operation: str, name: str, status: int, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drawplate.client.time.sleep", float)
    response = HttpResponse(status, {"x-amzn-ErrorType": name}, b'{"Message":"said"}')
    with pytest.raises(errors.SageMakerRuntimeError) as raised:
        answered(operation, response)
    error = raised.value
    assert type(error) is getattr(errors, name)
    assert (error.code, error.message, error.status) == (name, "said", status)
    assert error.attempts == attempts


def test_an_error_that_the_model_does_not_know() -> None:
    response = HttpResponse(403, {"x-amzn-ErrorType": "AccessDeniedException"}, b'{"message":"no"}')
    with pytest.raises(errors.SageMakerRuntimeError) as raised:
        answered("invoke_endpoint", response)
    assert type(raised.value) is errors.error_class("AccessDeniedException")
    assert str(raised.value) == (
        "AccessDeniedException: no (operation InvokeEndpoint, status 403, attempts 1)"
    )
