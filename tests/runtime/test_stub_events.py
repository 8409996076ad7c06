"""Streams of events as stubs: really encoded and decoded. event-streams.md section 7."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate.errors import (
    ConnectionLostError,
    DrawplateError,
    EventError,
    EventStreamChecksumError,
    ParamValidationError,
    TruncatedStreamError,
)
from drawplate.eventstream import HeaderValue, encode_frame
from drawplate.http import HttpResponse, blocking_body
from drawplate.request import Response
from drawplate.streams import UnknownEvent
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.stubbed import stubbed

pytestmark = pytest.mark.usefixtures("face")  # both clients

Part = types.PayloadPart


def streaming(body: Any) -> SageMakerRuntimeClient:
    """A client whose stream is made of this."""
    client = stubbed()
    client.stub_responses("invoke_endpoint_with_response_stream", {"body": body})
    return client


def events(client: SageMakerRuntimeClient) -> tuple[list[object], Exception | None]:
    """The events of a call, and the error that ended them."""
    found: list[object] = []
    with client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x") as out:
        try:
            for event in out.body:
                found.append(event)
        except DrawplateError as error:
            return found, error
    return found, None


def received(body: Any) -> list[object]:
    """The events of a stream that ends well."""
    found, error = events(streaming(body))
    assert error is None
    return found


def failure(body: Any) -> Exception:
    """What ends a stream after the event b"first"."""
    found, error = events(streaming([Part(bytes=b"first"), body]))
    assert found == [Part(bytes=b"first")]
    assert error is not None
    return error


@pytest.mark.parametrize(
    "event",
    [
        {"message_type": "event", "event_type": "payload_part", "bytes": b"x"},
        {"message_type": "event", "event_type": "PayloadPart", "bytes": "x"},
        {"event_type": "payload_part", "bytes": bytearray(b"x")},
        {"payload_part": {"bytes": b"x"}},
        {"payload_part": Part(bytes=b"x")},
        Part(bytes=b"x"),
        b"x",
        "x",
    ],
)
def test_an_event_can_be_told_in_many_ways(event: object) -> None:
    assert received([event, event]) == [Part(bytes=b"x")] * 2


def test_a_stream_is_any_iterable_and_each_call_reads_it_anew() -> None:
    client = streaming(Part(bytes=b"%d" % n) for n in range(3))
    expected = [Part(bytes=b"0"), Part(bytes=b"1"), Part(bytes=b"2")]
    assert events(client) == (expected, None)
    assert events(client) == (expected, None)


def test_an_event_that_the_model_lacks_is_an_unknown_one() -> None:
    facts: dict[str, HeaderValue] = {":message-type": "event", ":event-type": "smell"}
    rose = UnknownEvent("smell", {**facts, "Strength": 3}, b"rose")
    told = {
        "message_type": "event",
        "event_type": "smell",
        "headers": {"Strength": 3},
        "payload": "rose",
    }
    assert received([told, rose, UnknownEvent("smell", {}, b"")]) == [
        rose,
        rose,
        UnknownEvent("smell", facts, b""),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {
            "message_type": "exception",
            "exception_type": "model_stream_error",
            "message": "m",
            "error_code": "c",
        },
        {"exception_type": "ModelStreamError", "message": "m", "error_code": "c"},
        {
            "message_type": "exception",
            "event_type": "ModelStreamError",
            "message": "m",
            "error_code": "c",
        },
        {"model_stream_error": {"message": "m", "error_code": "c"}},
        errors.ModelStreamError("m", error_code="c"),
    ],
)
def test_a_modelled_error_ends_the_stream(event: object) -> None:
    error = failure(event)
    assert isinstance(error, errors.ModelStreamError)
    assert (error.message, error.error_code) == ("m", "c")
    assert (error.operation, error.request_id) == (
        "InvokeEndpointWithResponseStream",
        "stubbed-request-id",
    )


def test_an_error_by_its_class_has_no_members() -> None:
    error = failure(errors.ModelStreamError)
    assert isinstance(error, errors.ModelStreamError)
    assert (error.message, error.error_code) == ("", None)


@pytest.mark.parametrize(
    "event",
    [
        {"message_type": "error", "error_code": "Busy", "error_message": "later"},
        {"error_code": "Busy", "error_message": "later"},
        EventError("Busy", "later"),
        {"message_type": "exception", "exception_type": "Busy", "message": "later"},
    ],
)
def test_an_error_that_is_not_modelled_ends_the_stream(event: object) -> None:
    error = failure(event)
    assert isinstance(error, EventError)
    assert (error.error_code, error.error_message) == ("Busy", "later")


def test_a_connection_can_fail_in_the_middle() -> None:
    client = streaming([Part(bytes=b"first"), ConnectionLostError("lost"), Part(bytes=b"no")])
    for _ in range(2):
        found, error = events(client)
        assert found == [Part(bytes=b"first")]
        assert isinstance(error, ConnectionLostError)


def test_the_stream_of_another_answer_is_a_stub_with_its_error() -> None:
    stream = streaming([Part(bytes=b"a"), errors.ModelStreamError("m")])
    with stream.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"") as out:
        client = stubbed(stub_responses={"invoke_endpoint_with_response_stream": out})
    found, error = events(client)
    assert found == [Part(bytes=b"a")]
    assert isinstance(error, errors.ModelStreamError)


def test_encoded_bytes_are_taken_as_they_are() -> None:
    frame = encode_frame({":message-type": "event", ":event-type": "PayloadPart"}, b"x")
    assert received(frame * 2) == [Part(bytes=b"x")] * 2
    _, error = events(streaming(frame[:-1]))
    assert isinstance(error, TruncatedStreamError)
    client = stubbed()
    damaged = frame[:-1] + bytes([frame[-1] ^ 1])
    client.stub_responses(
        "invoke_endpoint_with_response_stream",
        HttpResponse(200, {}, frame + damaged),
        {"status_code": 200, "headers": {}, "body": [frame[:5], frame[5:]]},
    )
    found, error = events(client)
    assert found == [Part(bytes=b"x")]
    assert isinstance(error, EventStreamChecksumError)
    assert events(client) == ([Part(bytes=b"x")], None)


def test_events_arrive_one_by_one() -> None:
    client = streaming([Part(bytes=b"1"), Part(bytes=b"2")])
    chunks: list[bytes] = []

    def keep(response: Response[Any]) -> None:
        answer = response.context.http_response
        assert answer is not None
        body = blocking_body(answer)
        assert not isinstance(body, bytes)
        chunks.extend(body)

    request = client.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "e", "body": b""}
    )
    request.handle_response(keep, step="send")
    request.send()
    expected = encode_frame(
        {
            ":message-type": "event",
            ":event-type": "PayloadPart",
            ":content-type": "application/octet-stream",
        },
        b"1",
    )
    assert (len(chunks), chunks[0]) == (2, expected)


def test_a_stream_that_was_closed_reads_no_more() -> None:
    client = streaming([Part(bytes=b"1"), Part(bytes=b"2")])
    with client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x") as out:
        assert next(out.body) == Part(bytes=b"1")
    assert events(client) == ([Part(bytes=b"1"), Part(bytes=b"2")], None)


WRONG: list[tuple[Any, str]] = [
    (5, "expected data[BODY][0] to be a dict or an event of types.ResponseStream, got int instead"),
    (
        {"event_type": "payload_part", "bytes": 5, "x": 1},
        "expected data[BODY][0]['bytes'] to be bytes, a str, a path or a file-like object, "
        "got int instead\nunexpected value at data[BODY][0]['x']",
    ),
    (
        {"payload_part": {"bytesx": b""}},
        "unexpected value at data[BODY][0]['payload_part']['bytesx']",
    ),
    (
        {"message_type": "thing"},
        "expected data[BODY][0]['message_type'] to be one of event, exception, error",
    ),
    ({"message_type": "event"}, "missing data[BODY][0]['event_type']"),
    ({}, "missing data[BODY][0]['event_type']"),
    ({"message_type": "error"}, "missing data[BODY][0]['error_code']"),
    ({"message_type": "exception"}, "missing data[BODY][0]['event_type']"),
    (
        {"error_code": 5},
        "expected data[BODY][0]['error_code'] to be a str, got int instead",
    ),
    ({"error_code": "c", "x": 1}, "unexpected value at data[BODY][0]['x']"),
    ({"event_type": "smell", "x": 1}, "unexpected value at data[BODY][0]['x']"),
    ({"event_type": "smell", "headers": 5}, "expected data[BODY][0]['headers'] to be a dict"),
    (
        {"event_type": "smell", "payload": 5},
        "expected data[BODY][0]['payload'] to be bytes, a str, a path or a file-like object, "
        "got int instead",
    ),
    ({"exception_type": "Odd", "x": 1}, "unexpected value at data[BODY][0]['x']"),
    (
        {"event_type": "smell", "headers": {"": 1}},
        "cannot encode data[BODY][0]: header '': the name has 0 bytes in UTF-8; 1 to 255 fit",
    ),
]


@pytest.mark.parametrize(("event", "problems"), WRONG)
def test_what_is_wrong_with_an_event_is_told_with_its_place(event: Any, problems: str) -> None:
    with pytest.raises(ParamValidationError) as caught:
        streaming([event])
    expected = problems.replace("BODY", "'body'").replace("['", '["').replace("']", '"]')
    assert caught.value.errors == expected.split("\n")


@pytest.mark.parametrize("body", ["text", {"a": 1}, 5])
def test_a_stream_has_to_be_an_iterable_of_events(body: object) -> None:
    with pytest.raises(ParamValidationError) as caught:
        streaming(body)
    got = type(body).__name__
    assert caught.value.errors == [
        'expected data["body"] to be an iterable of events, or their encoded bytes, '
        f"got {got} instead"
    ]


def test_a_stream_that_is_required_is_missed() -> None:
    client = stubbed()
    with pytest.raises(ParamValidationError, match=r'^missing required member data\["body"\]$'):
        client.stub_responses("invoke_endpoint_with_response_stream", {})
