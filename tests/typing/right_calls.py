"""Calls that type checkers have to accept, and what they have to make of the results.

Nothing here is run: `test_calls.py` and the session `types` check it with mypy and pyright.
"""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypedDict, assert_never, assert_type

from drawplate import codecs
from drawplate.async_streams import AsyncByteEventStream
from drawplate.byte_streams import ByteEventStream
from drawplate.credentials import CredentialProvider
from drawplate.errors import EventStreamError, NetworkingError, ServiceError
from drawplate.http import AsyncTransport, Headers, HttpResponse, Transport
from drawplate.jobs import AsyncInferenceJob, InferenceJob, JobResult, inference_job
from drawplate.request import AsyncRequest, Request, Response
from drawplate.streams import UnknownEvent
from drawplate.structures import ResponseMetadata
from drawplate.stubs import ApiRequest
from drawplate.text_streams import ServerSentEvent
from sagemaker_runtime import (
    AsyncSageMakerRuntimeClient,
    SageMakerRuntimeClient,
    errors,
    event_streams,
    params,
    types,
)


def construction(provider: CredentialProvider, transport: Transport) -> None:
    SageMakerRuntimeClient()
    SageMakerRuntimeClient(region="us-west-2", credentials=provider, transport=transport)
    SageMakerRuntimeClient(access_key_id="a", secret_access_key="s", session_token=None)
    SageMakerRuntimeClient(retry_mode="standard", max_attempts=5, retry_jitter="full")
    SageMakerRuntimeClient(retry_jitter=lambda delay: delay / 2, http_read_timeout=5)
    SageMakerRuntimeClient(ssl_context=ssl.create_default_context(), ssl_ca_bundle=Path("ca.pem"))
    with SageMakerRuntimeClient(region="us-west-2") as client:
        assert_type(client, SageMakerRuntimeClient)
        assert_type(client.with_options(retry_after_send=False), SageMakerRuntimeClient)
        assert_type(client.operation_names, list[str])


def plain_call(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint(endpoint_name="e", body=b"x", content_type="text/csv", accept=None)
    assert_type(out, types.InvokeEndpointOutput)
    assert_type(out.body, bytes)
    assert_type(out.content_type, str | None)
    assert_type(out.metadata, ResponseMetadata)
    assert_type(out.metadata.headers, Headers)
    assert_type(out.metadata.request_id, str | None)


def every_kind_of_body(client: SageMakerRuntimeClient) -> None:
    client.invoke_endpoint(endpoint_name="e", body="text")
    client.invoke_endpoint(endpoint_name="e", body=bytearray(b"x"))
    client.invoke_endpoint(endpoint_name="e", body=memoryview(b"x"))
    client.invoke_endpoint(endpoint_name="e", body=Path("input.json"))
    client.invoke_endpoint(endpoint_name="e", body=io.BytesIO(b"x"))


def queued_call(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_async(endpoint_name="e", request_ttl_seconds=60)
    assert_type(out, types.InvokeEndpointAsyncOutput)
    assert_type(out.inference_id, str | None)


def streaming_call(client: SageMakerRuntimeClient) -> bytes:
    made = b""
    with client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x") as out:
        assert_type(out, types.InvokeEndpointWithResponseStreamOutput)
        assert_type(out.body, ByteEventStream[types.PayloadPart | UnknownEvent])
        for event in out.body:
            assert_type(event, types.PayloadPart | UnknownEvent)
            match event:
                case types.PayloadPart():
                    assert_type(event.bytes, bytes)
                    made += event.bytes
                case UnknownEvent():
                    assert_type(event.raw_event_type, str)
                case _:
                    assert_never(event)
        assert_type(out.body.collect(), list[types.PayloadPart | UnknownEvent])
    return made


def streaming_call_with_handlers(client: SageMakerRuntimeClient) -> list[str]:
    handler = event_streams.ResponseStream()

    @handler.on_payload_part_event
    def part(event: types.PayloadPart) -> int:
        return len(event.bytes)

    assert_type(part(types.PayloadPart(bytes=b"")), int)

    @handler.on_event
    def count(event: object) -> None: ...

    @handler.on_unknown_event
    def unknown(event: UnknownEvent) -> None: ...

    handler.on_model_stream_error_event(lambda error: assert_type(error.error_code, str | None))
    handler.on_internal_stream_failure_event(lambda error: assert_type(error.message, str))
    handler.on_error_event(lambda error: assert_type(error.error_code, str))
    handler.on_initial_response_event(lambda event: event.response["a"])
    handler.on_event(lambda event: event.event_type)

    def register(stream: event_streams.ResponseStream) -> None:
        stream.on_payload_part_event(part)

    invoke = client.invoke_endpoint_with_response_stream
    invoke(endpoint_name="e", body=b"x", on_stream=register)
    invoke(endpoint_name="e", body=b"x", event_stream_handler=register, on_stream=None)
    out = invoke(endpoint_name="e", body=b"x", event_stream_handler=handler, on_stream=register)
    assert_type(out, types.InvokeEndpointWithResponseStreamOutput)
    for event in out.body:
        if event.event_type == "payload_part":
            assert_type(event, types.PayloadPart)
        else:
            assert_type(event, UnknownEvent)
    request = client.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "e", "body": b"x"}
    )
    request.send(event_stream_handler=handler, on_stream=register, raise_stream_errors=False)
    return out.body.event_types


class Token(TypedDict):
    text: str


def token(line: bytes) -> Token:
    return {"text": line.decode()}


def content_of_a_stream(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x")
    with out.body as stream:
        assert_type(stream, ByteEventStream[types.PayloadPart | UnknownEvent])
        assert_type(stream.iter_bytes(), Iterator[bytes])
        assert_type(stream.iter_text("latin-1", errors="replace"), Iterator[str])
        assert_type(stream.iter_lines(), Iterator[str])
        assert_type(stream.iter_lines("utf-16", "strict", max_line=5), Iterator[str])
        assert_type(stream.iter_lines(None), Iterator[bytes])
        assert_type(stream.iter_json_lines(), Iterator[Any])
        assert_type(stream.iter_json_lines(max_line=80), Iterator[Any])
        assert_type(stream.iter_json_lines(int), Iterator[int])
        assert_type(stream.iter_json_lines(token), Iterator[Token])
        for event in stream.iter_sse(done="[DONE]"):
            assert_type(event, ServerSentEvent)
            assert_type(event.data, str)
            assert_type(event.retry, int | None)
        assert_type(stream.read(), bytes)
    assert_type(out.metadata.events_received, int)
    assert_type(out.metadata.time_to_first_event, float | None)


def content_of_calls(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint(endpoint_name="e", **codecs.JSON.request({"inputs": "hi"}))
    client.invoke_endpoint_async(endpoint_name="e", **codecs.CSV.request([[1, "a"]]))
    given = codecs.JSON_LINES.request([1, 2], accept=codecs.CSV)
    client.invoke_endpoint_with_response_stream(endpoint_name="e", target_variant="v", **given)
    assert_type(given, codecs.Content)
    assert_type(out.text(), str)
    assert_type(out.json(), Any)
    assert_type(codecs.decode(out), Any)
    assert_type(codecs.CSV.read(out), list[list[str]])
    assert_type(codecs.TEXT.read(out), str)
    assert_type(codecs.JSON.read(out), Any)
    assert_type(codecs.JSON_LINES.decode(b""), list[Any])
    assert_type(codecs.JsonCodec(token).read(out), Token)
    assert_type(codecs.JsonLinesCodec(token).read(out), list[Token])


def call_as_an_object(client: SageMakerRuntimeClient) -> None:
    given: params.InvokeEndpointInput = {"endpoint_name": "e", "body": b"x", "accept": None}
    request = client.build_request("invoke_endpoint", given)
    assert_type(request, Request[types.InvokeEndpointOutput])
    response = request.send()
    assert_type(response, Response[types.InvokeEndpointOutput])
    assert_type(response.data, types.InvokeEndpointOutput | None)
    assert_type(response.error, ServiceError | NetworkingError | EventStreamError | None)
    queued = client.build_request("invoke_endpoint_async", {"endpoint_name": "e"})
    assert_type(queued.send().data, types.InvokeEndpointAsyncOutput | None)


def stubs(client: SageMakerRuntimeClient) -> None:
    SageMakerRuntimeClient(stub_responses=True)
    SageMakerRuntimeClient(stub_responses={"invoke_endpoint": ["ModelError", {"body": b"2"}]})
    client.stub_responses("invoke_endpoint", {"body": b"1"}, "ModelError", errors.ModelError())
    client.stub_responses("invoke_endpoint", [types.InvokeEndpointOutput(body=b""), OSError])
    client.stub_responses("invoke_endpoint", lambda context: {"body": context.parameters.body})
    client.stub_responses("invoke_endpoint", HttpResponse(500), NetworkingError("lost"))
    parts = [types.PayloadPart(bytes=b"x"), {"event_type": "payload_part", "bytes": "y"}]
    client.stub_responses("invoke_endpoint_with_response_stream", {"body": parts})
    out = client.stub_data("invoke_endpoint", {"body": b"1"})
    assert_type(out, types.InvokeEndpointOutput)
    queued = client.stub_data("invoke_endpoint_async")
    assert_type(queued, types.InvokeEndpointAsyncOutput)
    stream = client.stub_data("invoke_endpoint_with_response_stream")
    assert_type(stream.body, ByteEventStream[types.PayloadPart | UnknownEvent])
    assert_type(client.api_requests(), list[ApiRequest])
    assert_type(client.api_requests()[0].operation_name, str)


def failing_call(client: SageMakerRuntimeClient) -> int | None:
    try:
        client.invoke_endpoint(endpoint_name="e", body=b"x")
    except errors.ModelError as error:
        assert_type(error.original_status_code, int | None)
        assert_type(error.log_stream_arn, str | None)
        return error.original_status_code
    except errors.SageMakerRuntimeError as error:
        assert_type(error.message, str)
        return error.status
    return None


def jobs(client: SageMakerRuntimeClient, out: types.InvokeEndpointAsyncOutput) -> None:
    job = inference_job(client, out, request_ttl_seconds=60)
    assert_type(job, InferenceJob)
    assert_type(job.wait(timeout=1.5), JobResult)
    assert_type(job.poll(), Literal["running", "succeeded", "failed"])
    assert_type(codecs.CSV.read(job.result()), list[list[str]])


async def async_jobs(
    client: AsyncSageMakerRuntimeClient, out: types.InvokeEndpointAsyncOutput
) -> None:
    job = inference_job(client, out)
    assert_type(job, AsyncInferenceJob)
    assert_type(await job, JobResult)
    assert_type(await job.wait(timeout=1.5), JobResult)


def sessions(client: SageMakerRuntimeClient) -> None:
    with client.session(endpoint_name="e", closing=lambda session: session.id) as session:
        assert_type(session.invoke_endpoint(body=b"x"), types.InvokeEndpointOutput)
        assert_type(session.id, str | None)
        assert_type(session.expires_at, datetime | None)


def async_construction(transport: AsyncTransport) -> AsyncSageMakerRuntimeClient:
    client = AsyncSageMakerRuntimeClient(region="us-west-2", transport=transport)
    assert_type(client.with_options(retry_limit=0), AsyncSageMakerRuntimeClient)
    assert_type(client.api_requests(), list[ApiRequest])
    client.stub_responses("invoke_endpoint", {"body": b"x"}, "ModelError")
    assert_type(client.stub_data("invoke_endpoint"), types.InvokeEndpointOutput)
    return client


async def async_calls(client: AsyncSageMakerRuntimeClient) -> None:
    async with client as entered:
        assert_type(entered, AsyncSageMakerRuntimeClient)
    out = await client.invoke_endpoint(endpoint_name="e", body=Path("f"), accept=None)
    assert_type(out, types.InvokeEndpointOutput)
    assert_type(out.body, bytes)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b"x"})
    assert_type(request, AsyncRequest[types.InvokeEndpointOutput])
    assert_type(await request.send(target="f"), Response[types.InvokeEndpointOutput])
    async with client.session(endpoint_name="e") as session:
        assert_type(await session.invoke_endpoint(body=b"x"), types.InvokeEndpointOutput)
    await client.aclose()


async def async_streams(client: AsyncSageMakerRuntimeClient) -> None:
    out = await client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x")
    assert_type(out, types.AsyncInvokeEndpointWithResponseStreamOutput)
    async with out as entered:
        assert_type(entered, types.AsyncInvokeEndpointWithResponseStreamOutput)
    assert_type(out.body, AsyncByteEventStream[types.PayloadPart | UnknownEvent])
    async for event in out.body:
        assert_type(event, types.PayloadPart | UnknownEvent)
    async for line in out.body.iter_lines():
        assert_type(line, str)
    async for number in out.body.iter_json_lines(int):
        assert_type(number, int)
    async for sent in out.body.iter_sse(done="[DONE]"):
        assert_type(sent, ServerSentEvent)
    assert_type(await out.body.read(), bytes)
    assert_type(await out.body.collect(), list[types.PayloadPart | UnknownEvent])
    await out.aclose()
