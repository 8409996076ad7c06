"""Frames to events through the client: the rows of event-streams.md sections 1, 2, 3 and 6."""

from __future__ import annotations

import pytest
from drawplate.errors import (
    ConnectionLostError,
    DrawplateError,
    EventError,
    EventStreamChecksumError,
    EventStreamError,
    EventStreamParserError,
    TruncatedStreamError,
)
from drawplate.http import HttpResponse
from drawplate.streams import InitialResponseEvent, UnknownEvent
from sagemaker_runtime import errors, types

from tests.runtime.clients import Recorder, make
from tests.runtime.flows import Body
from tests.runtime.frames import (
    EMPTY,
    HELLO,
    INTERNAL_STREAM_FAILURE,
    MODEL_STREAM_ERROR,
    UNMODELLED_ERROR,
    message,
    part,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

HEADERS = {
    "Content-Type": "application/vnd.amazon.eventstream",
    "X-Amzn-SageMaker-Content-Type": "application/jsonlines",
    "x-Amzn-Invoked-Production-Variant": "AllTraffic",
    "X-Amzn-SageMaker-Custom-Attributes": "trace",
    "x-amzn-RequestId": "0f1e",
}


def answered(body: Body) -> types.InvokeEndpointWithResponseStreamOutput:
    client = make(transport=Recorder(HttpResponse(200, HEADERS, body)))
    return client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")


def read(
    *pieces: bytes | Exception,
) -> tuple[list[types.ResponseStream], DrawplateError | None]:
    """The events of an answer, and the error that ended it; the body has to be closed by then."""
    body = Body(*pieces)
    events: list[types.ResponseStream] = []
    failure: DrawplateError | None = None
    try:
        events.extend(answered(body).body)
    except DrawplateError as error:
        failure = error
    assert body.closed
    return events, failure


def test_the_answer_of_section_6_3() -> None:
    events, failure = read(HELLO, MODEL_STREAM_ERROR)
    assert events == [types.PayloadPart(bytes=b"Hello")]
    assert isinstance(failure, errors.ModelStreamError)
    assert (failure.message, failure.error_code) == ("boom", "StreamBroken")
    assert isinstance(failure, EventStreamError)
    assert str(failure) == (
        "ModelStreamError: boom (operation InvokeEndpointWithResponseStream, request id 0f1e)"
    )


def test_members_come_from_headers_before_any_event() -> None:
    body = Body(AssertionError("read before it was asked for"))
    output = answered(body)
    assert (output.content_type, output.invoked_production_variant, output.custom_attributes) == (
        "application/jsonlines",
        "AllTraffic",
        "trace",
    )
    assert (output.metadata.status, output.metadata.request_id) == (200, "0f1e")
    assert not body.closed
    output.close()
    assert body.closed


def test_the_content_type_is_not_that_of_the_http_message() -> None:
    response = HttpResponse(200, {"Content-Type": "application/vnd.amazon.eventstream"}, b"")
    client = make(transport=Recorder(response))
    output = client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
    assert output.content_type is None
    assert output.body.collect() == []


EVENT, TYPE, EXCEPTION = ":event-type", ":message-type", ":exception-type"

EVENTS: dict[str, tuple[bytes, types.ResponseStream]] = {
    "payload-part": (HELLO, types.PayloadPart(bytes=b"Hello")),
    "empty-payload-part": (part(b""), types.PayloadPart(bytes=b"")),
    "payload-of-any-content": (
        message({TYPE: "event", EVENT: "PayloadPart", ":content-type": "application/json"}, b"{"),
        types.PayloadPart(bytes=b"{"),
    ),
    "unknown": (
        message({TYPE: "event", EVENT: "Newer"}, b"?"),
        UnknownEvent("Newer", {TYPE: "event", EVENT: "Newer"}, b"?"),
    ),
    "initial-response": (
        message({TYPE: "event", EVENT: "initial-response"}, b"{}"),
        InitialResponseEvent("initial-response", {TYPE: "event", EVENT: "initial-response"}, b"{}"),
    ),
}

FAILURES: dict[str, tuple[bytes, type[DrawplateError], str]] = {
    "model-stream-error": (MODEL_STREAM_ERROR, errors.ModelStreamError, "ModelStreamError: boom"),
    "internal-stream-failure": (
        INTERNAL_STREAM_FAILURE,
        errors.InternalStreamFailure,
        "InternalStreamFailure: oops",
    ),
    "unmodelled-error": (UNMODELLED_ERROR, EventError, "InternalError: boom"),
    "unmodelled-exception": (
        message({TYPE: "exception", EXCEPTION: "Newer"}, b'{"Message":"said"}'),
        EventError,
        "Newer: said",
    ),
    "service-error-that-is-no-member": (
        message({TYPE: "exception", EXCEPTION: "ModelError"}, b'{"Message":"said"}'),
        EventError,
        "ModelError: said",
    ),
    "no-headers": (EMPTY, EventStreamParserError, "a message has no :message-type header"),
    "odd-message-type": (
        message({TYPE: "other", EVENT: "PayloadPart"}),
        EventStreamParserError,
        "unrecognized :message-type value 'other'",
    ),
    "no-event-type": (message({TYPE: "event"}), EventStreamParserError, "an event has no"),
    "flipped-prelude": (
        HELLO[:3] + b"\x6f" + HELLO[4:],
        EventStreamChecksumError,
        "the first 12 bytes",
    ),
    "flipped-payload": (
        HELLO[:-5] + b"O" + HELLO[-4:],
        EventStreamChecksumError,
        "a message of 110 bytes does not match its CRC",
    ),
}


@pytest.mark.parametrize(("frame", "event"), EVENTS.values(), ids=EVENTS)
def test_events(frame: bytes, event: types.ResponseStream) -> None:
    around = types.PayloadPart(bytes=b"around")
    assert read(part(b"around") + frame + part(b"around")) == ([around, event, around], None)


@pytest.mark.parametrize(("frame", "kind", "text"), FAILURES.values(), ids=FAILURES)
def test_failures_come_after_the_events_before_them(
    frame: bytes, kind: type[DrawplateError], text: str
) -> None:
    events, failure = read(part(b"earlier"), frame + part(b"later"))
    assert events == [types.PayloadPart(bytes=b"earlier")]
    assert type(failure) is kind
    assert str(failure).startswith(text)


def test_a_body_one_byte_short() -> None:
    events, failure = read(part(b"earlier"), HELLO[:-1])
    assert events == [types.PayloadPart(bytes=b"earlier")]
    assert isinstance(failure, TruncatedStreamError)
    assert failure.buffered == 109


def test_a_lost_connection() -> None:
    lost = ConnectionLostError("reset", request_sent=True)
    assert read(part(b"earlier"), HELLO[:5], lost) == ([types.PayloadPart(bytes=b"earlier")], lost)


def test_nothing_is_sent_again_once_the_answer_has_begun() -> None:
    transport = Recorder(HttpResponse(200, HEADERS, Body(ConnectionLostError("reset"))))
    client = make(transport=transport)
    output = client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
    with pytest.raises(ConnectionLostError):
        output.body.collect()
    assert len(transport.requests) == 1


def test_an_error_answer_is_an_error_of_the_call() -> None:
    body = Body(b'{"Message":"bad model"}')
    transport = Recorder(HttpResponse(424, {"x-amzn-ErrorType": "ModelError"}, body))
    with pytest.raises(errors.ModelError) as raised:
        make(transport=transport).invoke_endpoint_with_response_stream(endpoint_name="e", body=b"")
    assert raised.value.message == "bad model"
    assert body.closed


def test_an_error_answer_and_then_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drawplate.client.time.sleep", float)
    transport = Recorder(HttpResponse(500), HttpResponse(200, HEADERS, Body(HELLO)))
    output = make(transport=transport).invoke_endpoint_with_response_stream(
        endpoint_name="ep", body=b"x"
    )
    assert output.metadata.attempts == 2
    assert output.body.collect() == [types.PayloadPart(bytes=b"Hello")]


@pytest.mark.parametrize("status", [201, 204, 206])
def test_any_success_is_a_stream_even_an_empty_one(status: int) -> None:
    # An answer that is something else tells it by its first bytes.
    for body, expected in ((b"", []), (HELLO, [types.PayloadPart(bytes=b"Hello")])):
        client = make(transport=Recorder(HttpResponse(status, HEADERS, Body(body))))
        output = client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
        assert output.body.collect() == expected
    client = make(transport=Recorder(HttpResponse(status, HEADERS, Body(b'{"status": "started"}'))))
    output = client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
    with pytest.raises(EventStreamChecksumError, match=r"or the stream is not application/vnd"):
        output.body.collect()


def test_events_can_be_told_by_their_type() -> None:
    found: list[bytes | str] = []
    events, _ = read(HELLO, message({TYPE: "event", EVENT: "Newer"}, b"?"))
    for event in events:
        if event.event_type == "payload_part":
            found.append(event.bytes)
        else:
            found.append(event.raw_event_type)
    assert found == [b"Hello", "Newer"]


def test_events_can_be_matched_by_class() -> None:
    found: list[str] = []
    events, _ = read(HELLO, message({TYPE: "event", EVENT: "Newer"}, b"?"))
    for event in events:
        match event:
            case types.PayloadPart(bytes=payload):
                found.append(payload.decode())
            case UnknownEvent(raw_event_type=name):
                found.append(name)
    assert found == ["Hello", "Newer"]


def test_a_part_does_not_print_its_bytes() -> None:
    assert repr(types.PayloadPart(bytes=b"marker")) == "PayloadPart(bytes=<redacted>)"
