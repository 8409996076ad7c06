"""botocore and this client agree: on requests, signatures, answers, errors and streams."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from drawplate.errors import EventError, ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.sigv4 import UNSIGNED_HEADERS
from drawplate.streams import UnknownEvent
from drawplate.testing import Frame, error_frame, event_frame, exception_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_runtime import errors, types

from tests.generated.oracles import Boto, authorization, botocore_exceptions
from tests.runtime.clients import Recorder, make

QUICK = settings(max_examples=60, deadline=None)

#: Visible ASCII and spaces, as headers take it; often what is encoded or folded.
TEXT = st.text(
    st.sampled_from("   a$/%~") | st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    max_size=30,
)
NAMES = st.one_of(TEXT.filter(bool), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
BODIES = st.binary(max_size=100)

#: Members of the model and what they are called in Python.
COMMON = {
    "CustomAttributes": "custom_attributes",
    "InferenceId": "inference_id",
    "ContentType": "content_type",
    "Accept": "accept",
}
MEMBERS: Mapping[str, Mapping[str, str]] = {
    "invoke_endpoint": {
        **COMMON,
        "TargetModel": "target_model",
        "TargetVariant": "target_variant",
        "TargetContainerHostname": "target_container_hostname",
        "EnableExplanations": "enable_explanations",
        "InferenceComponentName": "inference_component_name",
        "SessionId": "session_id",
        "PrefixAwareId": "prefix_aware_id",
    },
    "invoke_endpoint_with_response_stream": {
        **COMMON,
        "TargetVariant": "target_variant",
        "TargetContainerHostname": "target_container_hostname",
        "InferenceComponentName": "inference_component_name",
        "SessionId": "session_id",
        "PrefixAwareId": "prefix_aware_id",
    },
    "invoke_endpoint_async": {
        **COMMON,
        "InputLocation": "input_location",
        "S3OutputPathExtension": "s3_output_path_extension",
        "Filename": "filename",
        "RequestTTLSeconds": "request_ttl_seconds",
        "InvocationTimeoutSeconds": "invocation_timeout_seconds",
    },
}


@cache
def boto() -> Boto:
    return Boto()  # made once, for it takes its time


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operation with random members, by their names in the model."""
    operation = draw(st.sampled_from(list(MEMBERS)))
    members: dict[str, Any] = {"EndpointName": draw(NAMES)}
    for name in MEMBERS[operation]:
        if draw(st.booleans()):
            seconds = name.endswith("Seconds")
            members[name] = draw(st.integers(-(2**31), 2**31 - 1) if seconds else TEXT)
    if operation != "invoke_endpoint_async" or draw(st.booleans()):
        members["Body"] = draw(BODIES)
    return operation, members


def sent(operation: str, members: Mapping[str, Any]) -> HttpRequest:
    """The request of this client."""
    transport = Recorder()
    names = {"EndpointName": "endpoint_name", "Body": "body", **MEMBERS[operation]}
    call: Any = getattr(make(transport=transport), operation)
    call(**{names[name]: value for name, value in members.items()})
    return transport.request


#: Where the two differ on purpose (requests.md section 6), or by chance.
DIFFERENT = {
    "accept-encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "host",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
}


def comparable(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name not in DIFFERENT}


@QUICK
@given(calls())
def test_requests(call: tuple[str, dict[str, Any]]) -> None:
    ours, theirs = sent(*call), boto().request(*call)
    assert (ours.method, ours.url, ours.body) == (theirs.method, theirs.url, theirs.body)
    expected = comparable(theirs)
    assert expected.pop("content-length") == str(len(call[1].get("Body", b"")))
    if "Body" in call[1]:
        # botocore leaves out the type of a blob.
        expected.setdefault("content-type", "application/octet-stream")
    assert comparable(ours) == expected


@QUICK
@given(calls())
def test_signatures(call: tuple[str, dict[str, Any]]) -> None:
    request = sent(*call)
    signed = request.copy()
    for name in UNSIGNED_HEADERS & set(signed.headers):
        del signed.headers[name]
    assert request.headers["authorization"] == authorization(signed, "20260115T123456Z")


OUTPUTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "invoke_endpoint": {
        "ContentType": ("Content-Type", "content_type"),
        "InvokedProductionVariant": (
            "x-Amzn-Invoked-Production-Variant",
            "invoked_production_variant",
        ),
        "CustomAttributes": ("X-Amzn-SageMaker-Custom-Attributes", "custom_attributes"),
        "NewSessionId": ("X-Amzn-SageMaker-New-Session-Id", "new_session_id"),
        "ClosedSessionId": ("X-Amzn-SageMaker-Closed-Session-Id", "closed_session_id"),
    },
    "invoke_endpoint_async": {
        "OutputLocation": ("X-Amzn-SageMaker-OutputLocation", "output_location"),
        "FailureLocation": ("X-Amzn-SageMaker-FailureLocation", "failure_location"),
    },
    "invoke_endpoint_with_response_stream": {
        "ContentType": ("X-Amzn-SageMaker-Content-Type", "content_type"),
        "InvokedProductionVariant": (
            "x-Amzn-Invoked-Production-Variant",
            "invoked_production_variant",
        ),
        "CustomAttributes": ("X-Amzn-SageMaker-Custom-Attributes", "custom_attributes"),
    },
}


def parsed(operation: str, response: HttpResponse) -> Any:
    call: Any = getattr(make(transport=Recorder(response), retry_limit=0), operation)
    return call(endpoint_name="ep", body=b"")


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, HttpResponse]:
    """A successful answer with random members in its headers."""
    operation = draw(st.sampled_from(list(OUTPUTS)))
    fields = OUTPUTS[operation].values()
    headers = {field: draw(TEXT) for field, _ in fields if draw(st.booleans())}
    body = draw(BODIES)
    if operation == "invoke_endpoint_async":
        document = draw(st.dictionaries(st.sampled_from(["InferenceId", "Other"]), TEXT))
        body = json.dumps(document).encode()
    elif operation == "invoke_endpoint_with_response_stream":
        body = b""
    return operation, HttpResponse(draw(st.integers(200, 299)), headers, body)


@QUICK
@given(answers())
def test_answers(answer: tuple[str, HttpResponse]) -> None:
    operation, response = answer
    ours, theirs = parsed(operation, response), boto().parse(operation, response)
    body = theirs.pop("Body", None)
    if operation == "invoke_endpoint":
        assert ours.body == body.read()
    elif operation == "invoke_endpoint_async":
        assert ours.inference_id == theirs.pop("InferenceId", None)
    else:
        assert ours.body.collect() == list(body)
    found = {name: getattr(ours, python) for name, (_, python) in OUTPUTS[operation].items()}
    assert {name: value for name, value in found.items() if value is not None} == theirs


ERRORS = [name for name in errors.__all__ if name != "SageMakerRuntimeError"]


@st.composite
def refusals(draw: st.DrawFn) -> HttpResponse:
    """An error answer: the code in header or body, decorated or not, and members."""
    code = draw(st.sampled_from([*ERRORS, "AccessDeniedException", "SomeOther"]))
    before, after = (
        draw(st.sampled_from(["", "com.amazon#"])),
        draw(st.sampled_from(["", ":http://internal.amazon.com/"])),
    )
    document: dict[str, object] = {}
    headers: dict[str, str] = {}
    if draw(st.booleans()):
        headers["x-amzn-ErrorType"] = f"{before}{code}{after}"
    else:
        document[draw(st.sampled_from(["code", "__type"]))] = f"{before}{code}"
    for name in ("OriginalMessage", "LogStreamArn", "ErrorCode"):
        if draw(st.booleans()):
            document[name] = draw(TEXT)
    if draw(st.booleans()):
        document["OriginalStatusCode"] = draw(st.integers(100, 599))
    document[draw(st.sampled_from(["message", "Message"]))] = draw(TEXT)
    return HttpResponse(draw(st.integers(400, 599)), headers, json.dumps(document).encode())


def ours_raised(response: HttpResponse) -> ServiceError:
    try:
        parsed("invoke_endpoint", response)
    except ServiceError as error:
        return error
    raise AssertionError("no error was raised")


def theirs_raised(response: HttpResponse) -> dict[str, Any]:
    try:
        boto().parse("invoke_endpoint", response)
    except botocore_exceptions.ClientError as error:
        found: dict[str, Any] = error.response
        return found
    raise AssertionError("no error was raised")


ERROR_MEMBERS = {
    "OriginalStatusCode": "original_status_code",
    "OriginalMessage": "original_message",
    "LogStreamArn": "log_stream_arn",
    "ErrorCode": "error_code",
}


@QUICK
@given(refusals())
def test_errors(response: HttpResponse) -> None:
    ours, theirs = ours_raised(response), theirs_raised(response)
    error = theirs["Error"]
    assert (ours.code, ours.message) == (error["Code"], error["Message"])
    assert ours.status == theirs["ResponseMetadata"]["HTTPStatusCode"]
    for name, python in ERROR_MEMBERS.items():
        assert getattr(ours, python, None) == theirs.get(name)


FRAMES = st.one_of(
    st.builds(event_frame, st.just("PayloadPart"), st.binary(max_size=40)),
    st.builds(event_frame, st.just("Newer"), st.binary(max_size=10)),
)
ENDS = st.one_of(
    st.none(),
    st.builds(
        exception_frame,
        st.sampled_from(["ModelStreamError", "InternalStreamFailure"]),
        st.fixed_dictionaries({"Message": TEXT}),
    ),
    st.builds(error_frame, TEXT, TEXT),
)


@QUICK
@given(st.lists(FRAMES, max_size=6), ENDS)
def test_streams(frames: list[Frame], end: Frame | None) -> None:
    data = b"".join(frame.encode() for frame in [*frames, *([end] if end else [])])
    operation = "invoke_endpoint_with_response_stream"
    theirs, their_end = their_events(boto().parse(operation, HttpResponse(200, {}, data))["Body"])
    ours, our_end = our_events(parsed(operation, HttpResponse(200, {}, data)).body)
    assert ours == theirs
    assert our_end == their_end


def their_events(stream: Any) -> tuple[list[bytes], tuple[str, str] | None]:
    events: list[bytes] = []
    try:
        # An event that botocore does not know is an empty dict to it.
        events.extend(event["PayloadPart"]["Bytes"] for event in stream if event)
    except botocore_exceptions.EventStreamError as error:
        return events, (error.response["Error"]["Code"], error.response["Error"]["Message"])
    return events, None


def our_events(stream: Any) -> tuple[list[bytes], tuple[str, str] | None]:
    events: list[bytes] = []
    try:
        for event in stream:
            if not isinstance(event, UnknownEvent):
                assert isinstance(event, types.PayloadPart)
                events.append(event.bytes)
    except ServiceError as error:
        return events, (error.code, error.message)
    except EventError as error:
        return events, (error.error_code, error.error_message)
    return events, None
