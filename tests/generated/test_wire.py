"""The client on the wire: the byte-exact examples of operations.md section 6."""

from __future__ import annotations

import pytest
from drawplate.http import HttpRequest, HttpResponse
from sagemaker_runtime import errors, types

from tests.generated.conftest import INVOCATION_ID
from tests.runtime.clients import Recorder, make

pytestmark = pytest.mark.usefixtures("face", "fixed")

HOST = "runtime.sagemaker.us-east-1.amazonaws.com"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def example(
    path: str,
    headers: dict[str, str],
    body: bytes,
    *,
    sha256: str,
    signed: str,
    signature: str,
) -> HttpRequest:
    return HttpRequest(
        "POST",
        f"https://{HOST}{path}",
        {
            "Host": HOST,
            "Accept-Encoding": "identity",
            "amz-sdk-invocation-id": INVOCATION_ID,
            "amz-sdk-request": "attempt=1; max=3",
            "User-Agent": "example/1.0",
            "X-Amz-Date": "20260115T123456Z",
            "X-Amz-Content-SHA256": sha256,
            "Authorization": (
                "AWS4-HMAC-SHA256 "
                "Credential=AKIDEXAMPLE/20260115/us-east-1/sagemaker/aws4_request, "
                f"SignedHeaders={signed}, Signature={signature}"
            ),
            **headers,
        },
        body,
    )


def test_invoke_endpoint() -> None:
    transport = Recorder(
        HttpResponse(
            200,
            {
                "x-amzn-RequestId": "0f1e2d3c-0000-4000-8000-000000000001",
                "x-Amzn-Invoked-Production-Variant": "AllTraffic",
                "X-Amzn-SageMaker-New-Session-Id": "abc-123; Expires=2026-01-15T13:34:56Z",
                "Content-Type": "application/json",
                "Content-Length": "14",
            },
            b'{"score":0.99}',
        )
    )
    output = make(transport=transport, retry_mode="standard").invoke_endpoint(
        endpoint_name="my-endpoint",
        body=b'{"inputs":"hi"}',
        content_type="application/json",
        accept="application/json",
        custom_attributes="trace  id=1",
        inference_id="req-1",
    )
    assert transport.request == example(
        "/endpoints/my-endpoint/invocations",
        {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-Amzn-SageMaker-Custom-Attributes": "trace  id=1",
            "X-Amzn-SageMaker-Inference-Id": "req-1",
        },
        b'{"inputs":"hi"}',
        sha256="488d8b76651689aa401681fd5c5da49ab30742dd8ec292bd19a48143dc7245aa",
        signed=(
            "accept;amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-content-sha256;"
            "x-amz-date;x-amzn-sagemaker-custom-attributes;x-amzn-sagemaker-inference-id"
        ),
        signature="2cbf3e6adf5a62bcf7d62153818823be82cdcae9cf07850c0758ef3606223a6f",
    )
    assert output == types.InvokeEndpointOutput(
        body=b'{"score":0.99}',
        content_type="application/json",
        invoked_production_variant="AllTraffic",
        new_session_id="abc-123; Expires=2026-01-15T13:34:56Z",
    )
    assert output.metadata.request_id == "0f1e2d3c-0000-4000-8000-000000000001"
    assert (output.metadata.status, output.metadata.attempts) == (200, 1)


def test_an_error_answer() -> None:
    transport = Recorder(
        HttpResponse(
            424,
            {
                "x-amzn-RequestId": "0f1e2d3c-0000-4000-8000-000000000002",
                "x-amzn-ErrorType": "ModelError:http://internal.amazon.com/coral/com.amazon.sagemaker/",
                "Content-Type": "application/json",
                "Content-Length": "105",
            },
            b'{"Message":"bad model","OriginalStatusCode":500,"OriginalMessage":"oops",'
            b'"LogStreamArn":"arn:aws:logs:x"}',
        )
    )
    with pytest.raises(errors.ModelError) as raised:
        make(transport=transport, retry_mode="standard").invoke_endpoint(
            endpoint_name="my-endpoint", body=b""
        )
    error = raised.value
    assert (error.code, error.message, error.status) == ("ModelError", "bad model", 424)
    assert (error.original_status_code, error.original_message, error.log_stream_arn) == (
        500,
        "oops",
        "arn:aws:logs:x",
    )
    assert error.request_id == "0f1e2d3c-0000-4000-8000-000000000002"
    assert (error.operation, error.attempts, len(transport.requests)) == ("InvokeEndpoint", 1, 1)


def test_invoke_endpoint_async() -> None:
    transport = Recorder(
        HttpResponse(
            202,
            {
                "X-Amzn-SageMaker-OutputLocation": "s3://bucket/out/abc.out",
                "X-Amzn-SageMaker-FailureLocation": "s3://bucket/fail/abc.out",
                "Content-Type": "application/json",
                "Content-Length": "21",
            },
            b'{"InferenceId":"abc"}',
        )
    )
    output = make(
        transport=transport, retry_mode="standard", session_token="SESSIONTOKEN"
    ).invoke_endpoint_async(
        endpoint_name="my-endpoint",
        input_location="s3://bucket/in.json",
        request_ttl_seconds=60,
        invocation_timeout_seconds=30,
    )
    assert transport.request == example(
        "/endpoints/my-endpoint/async-invocations",
        {
            "X-Amzn-SageMaker-InputLocation": "s3://bucket/in.json",
            "X-Amzn-SageMaker-RequestTTLSeconds": "60",
            "X-Amzn-SageMaker-InvocationTimeoutSeconds": "30",
            "X-Amz-Security-Token": "SESSIONTOKEN",
        },
        b"",
        sha256=EMPTY_SHA256,
        signed=(
            "amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;"
            "x-amz-security-token;x-amzn-sagemaker-inputlocation;"
            "x-amzn-sagemaker-invocationtimeoutseconds;x-amzn-sagemaker-requestttlseconds"
        ),
        signature="3ab45b82041492cecc08c2744135a14843244304c5ddfc003eaaa867b374a7d3",
    )
    assert output == types.InvokeEndpointAsyncOutput(
        inference_id="abc",
        output_location="s3://bucket/out/abc.out",
        failure_location="s3://bucket/fail/abc.out",
    )
    assert output.metadata.status == 202


def test_invoke_endpoint_with_response_stream() -> None:
    transport = Recorder()
    make(transport=transport, retry_mode="standard").invoke_endpoint_with_response_stream(
        endpoint_name="my-endpoint", body=b"x"
    )
    assert transport.request == example(
        "/endpoints/my-endpoint/invocations-response-stream",
        {"Content-Type": "application/octet-stream"},
        b"x",
        sha256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        signed=(
            "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-content-sha256;x-amz-date"
        ),
        signature="440415e8cfbdc3864e140dc10eb75ebec894a6a2611944b31161f1d56dac1f19",
    )


def test_path_encoding() -> None:
    transport = Recorder()
    make(transport=transport, retry_mode="standard").invoke_endpoint(
        endpoint_name="my ep~/$", body=b"x"
    )
    assert transport.request == example(
        "/endpoints/my%20ep~%2F%24/invocations",
        {"Content-Type": "application/octet-stream"},
        b"x",
        sha256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        signed=(
            "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-content-sha256;x-amz-date"
        ),
        signature="f9367490cd4655f841307f1fe1d95d00c3e1ba5e4d2a8fd4c18ec80e097f4ca4",
    )
