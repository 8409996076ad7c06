"""Typed streams: every row of event-streams.md sections 2 and 6, whatever the cuts in the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import pytest
from drawplate.async_streams import AsyncEventStream
from drawplate.errors import (
    ConnectionLostError,
    DrawplateError,
    EventError,
    EventStreamChecksumError,
    EventStreamError,
    EventStreamParserError,
    ResponseParseError,
    ServiceError,
    TruncatedStreamError,
)
from drawplate.eventstream import Frame
from drawplate.http import AsyncBodyReader, BodyReader, HttpResponse
from drawplate.operation import error_event
from drawplate.parse import as_str, error_message, member
from drawplate.streams import (
    EventHeaders,
    EventStream,
    EventUnion,
    InitialResponseEvent,
    UnknownEvent,
)
from drawplate.structures import Structure
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.awaiting import AsyncBody, Blocking
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


class Part(Structure):
    __slots__ = ("payload",)

    def __init__(self, payload: bytes) -> None:
        self.payload = payload


class ModelStreamError(ServiceError):
    code = "ModelStreamError"

    def __init__(self, message: str | None = None, *, error_code: str | None = None) -> None:
        super().__init__(message)
        self.error_code = error_code


class InternalStreamFailure(ServiceError):
    code = "InternalStreamFailure"


Event = Part | UnknownEvent


def _part(headers: EventHeaders, payload: bytes) -> Event:
    return Part(payload)


UNION: EventUnion[Event] = EventUnion(
    events={"PayloadPart": _part},
    exceptions={
        "ModelStreamError": error_event(
            lambda headers, body: ModelStreamError(
                error_message(body), error_code=member(body, "ErrorCode", as_str)
            )
        ),
        "InternalStreamFailure": error_event(
            lambda headers, body: InternalStreamFailure(error_message(body))
        ),
    },
    unknown=UnknownEvent,
)


@pytest.fixture(scope="module", params=["sync", "async"], autouse=True)
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """All tests are about the stream of both clients."""
    asked: str = request.param
    WAYS.append(asked)
    yield asked
    WAYS.pop()


WAYS: list[str] = []


def stream_of(*pieces: bytes | Exception, whole: bool = False) -> tuple[EventStream[Event], Body]:
    content = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    if WAYS[-1] == "sync":
        body = Body(*pieces)
        return EventStream(answer(content if whole else body), UNION, operation=NAME), body
    awaited = AsyncBody(*pieces)
    made = AsyncEventStream(answer(content if whole else awaited), UNION, operation=NAME)
    return cast("EventStream[Event]", Blocking(made)), cast("Body", awaited)


NAME = "InvokeThings"


def answer(body: bytes | BodyReader | AsyncBodyReader) -> HttpResponse:
    return HttpResponse(200, {"x-amzn-RequestId": "r-1"}, body)


def drain(pieces: Sequence[bytes | Exception]) -> tuple[list[Event], Exception | None]:
    """The events that come, and the error that ends them; the stream has to be closed by then."""
    stream, body = stream_of(*pieces)
    events: list[Event] = []
    failure: Exception | None = None
    try:
        events.extend(stream)
    except DrawplateError as error:
        failure = error
    assert body.closed
    return events, failure


EVENT = ":event-type"
TYPE = ":message-type"
EXCEPTION = ":exception-type"

#: A message after one good part, and what it leads to: an event, or the class and text of an error.
ROWS: dict[str, tuple[bytes, Event | tuple[type[Exception], str]]] = {
    "event": (HELLO, Part(b"Hello")),
    "event-without-payload": (part(b""), Part(b"")),
    "unknown-event": (
        message({TYPE: "event", EVENT: "Newer", "n": 5}, b"?"),
        UnknownEvent("Newer", {TYPE: "event", EVENT: "Newer", "n": 5}, b"?"),
    ),
    "initial-response": (
        message({TYPE: "event", EVENT: "initial-response"}, b"{}"),
        InitialResponseEvent("initial-response", {TYPE: "event", EVENT: "initial-response"}, b"{}"),
    ),
    "modelled-exception": (MODEL_STREAM_ERROR, (ModelStreamError, "ModelStreamError: boom")),
    "other-modelled-exception": (
        INTERNAL_STREAM_FAILURE,
        (InternalStreamFailure, "InternalStreamFailure: oops"),
    ),
    "exception-without-payload": (
        message({TYPE: "exception", EXCEPTION: "ModelStreamError"}),
        (ModelStreamError, "ModelStreamError"),
    ),
    "exception-with-wrong-members": (
        message(
            {TYPE: "exception", EXCEPTION: "ModelStreamError"}, b'{"message":"m","ErrorCode":5}'
        ),
        (ModelStreamError, "ModelStreamError: m"),
    ),
    "exception-with-broken-payload": (
        message({TYPE: "exception", EXCEPTION: "ModelStreamError"}, b"{"),
        (ModelStreamError, "ModelStreamError"),
    ),
    "unknown-exception": (
        message({TYPE: "exception", EXCEPTION: "Newer"}, b'{"Message":"said"}'),
        (EventError, "Newer: said"),
    ),
    "unknown-exception-with-broken-payload": (
        message({TYPE: "exception", EXCEPTION: "Newer"}, b"<"),
        (EventError, "Newer"),
    ),
    "error": (UNMODELLED_ERROR, (EventError, "InternalError: boom")),
    "error-without-message": (
        message({TYPE: "error", ":error-code": "Code"}, b"payload is ignored"),
        (EventError, "Code"),
    ),
    "no-headers": (
        EMPTY,
        (EventStreamParserError, "a message has no :message-type header of text"),
    ),
    "no-message-type": (
        message({EVENT: "PayloadPart"}, b"x"),
        (EventStreamParserError, "a message has no :message-type header of text"),
    ),
    "message-type-of-bytes": (
        message({TYPE: b"event", EVENT: "PayloadPart"}, b"x"),
        (EventStreamParserError, "a message has no :message-type header of text"),
    ),
    "odd-message-type": (
        message({TYPE: "Event", EVENT: "PayloadPart"}, b"x"),
        (EventStreamParserError, "unrecognized :message-type value 'Event'"),
    ),
    "no-event-type": (
        message({TYPE: "event"}, b"x"),
        (EventStreamParserError, "an event has no :event-type header of text"),
    ),
    "event-type-of-bytes": (
        message({TYPE: "event", EVENT: b"PayloadPart"}, b"x"),
        (EventStreamParserError, "an event has no :event-type header of text"),
    ),
    "no-exception-type": (
        message({TYPE: "exception"}, b"{}"),
        (EventStreamParserError, "a message has no :exception-type header of text"),
    ),
    "no-error-code": (
        message({TYPE: "error", ":error-message": "m"}),
        (EventStreamParserError, "a message has no :error-code header of text"),
    ),
    "error-code-of-int": (
        message({TYPE: "error", ":error-code": 5}),
        (EventStreamParserError, "a message has no :error-code header of text"),
    ),
}


@pytest.mark.parametrize(("data", "expected"), ROWS.values(), ids=ROWS)
def test_message_semantics(data: bytes, expected: Event | tuple[type[Exception], str]) -> None:
    events, failure = drain([part(b"earlier") + data + part(b"later")])
    if isinstance(expected, tuple):
        kind, text = expected
        assert events == [Part(b"earlier")]
        assert type(failure) is kind
        assert str(failure).startswith(text)
    else:
        assert (events, failure) == ([Part(b"earlier"), expected, Part(b"later")], None)


def test_members_and_origin_of_a_modelled_exception() -> None:
    _, failure = drain([MODEL_STREAM_ERROR])
    assert isinstance(failure, ModelStreamError)
    assert (failure.message, failure.error_code) == ("boom", "StreamBroken")
    assert (failure.operation, failure.request_id, failure.status) == ("InvokeThings", "r-1", 0)


def test_members_of_an_unmodelled_error() -> None:
    _, failure = drain([UNMODELLED_ERROR])
    assert isinstance(failure, EventError)
    assert (failure.error_code, failure.error_message) == ("InternalError", "boom")


THREE = part(b"one"), HELLO, part(b"\xe2\x82")
THREE_EVENTS = [Part(b"one"), Part(b"Hello"), Part(b"\xe2\x82")]


def test_a_stream_cut_in_two_at_every_byte() -> None:
    data = b"".join(THREE)
    for cut in range(len(data) + 1):
        assert drain([data[:cut], data[cut:]]) == (THREE_EVENTS, None)


def test_a_stream_of_single_bytes() -> None:
    data = b"".join(THREE)
    assert drain([data[at : at + 1] for at in range(len(data))]) == (THREE_EVENTS, None)


def test_empty_reads_are_not_the_end() -> None:
    assert drain([b"", THREE[0], b"", b"", *THREE[1:], b""]) == (THREE_EVENTS, None)


def test_a_stream_may_be_empty() -> None:
    assert drain([]) == ([], None)


@given(st.lists(st.binary(max_size=40), max_size=6), st.data())
def test_cuts_never_change_the_events(payloads: list[bytes], data: st.DataObject) -> None:
    content = b"".join(map(part, payloads))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert drain(pieces) == ([Part(payload) for payload in payloads], None)


def test_a_body_that_was_read_already() -> None:
    stream, _ = stream_of(*THREE, whole=True)
    assert stream.collect() == THREE_EVENTS


@pytest.mark.parametrize("missing", range(1, len(HELLO)))
def test_an_end_inside_a_message(missing: int) -> None:
    events, failure = drain([part(b"earlier"), HELLO[:-missing]])
    assert events == [Part(b"earlier")]
    assert isinstance(failure, TruncatedStreamError)
    assert failure.buffered == len(HELLO) - missing


def test_a_flipped_bit_is_an_error_and_never_another_event() -> None:
    for bit in range(8 * len(HELLO)):
        damaged = bytearray(HELLO)
        damaged[bit // 8] ^= 1 << bit % 8
        events, failure = drain([part(b"earlier") + bytes(damaged), part(b"later")])
        assert events == [Part(b"earlier")]
        assert isinstance(failure, EventStreamChecksumError)


def test_a_connection_lost_in_the_middle() -> None:
    lost = ConnectionLostError("reset", request_sent=True)
    assert drain([part(b"earlier"), HELLO[:20], lost]) == ([Part(b"earlier")], lost)


def test_an_event_is_handed_over_before_the_next_byte_is_asked_for() -> None:
    never = ConnectionLostError("asked for too early")
    stream, _ = stream_of(THREE[0], THREE[1], never)
    assert next(stream) == THREE_EVENTS[0]
    assert next(iter(stream)) == THREE_EVENTS[1]
    with pytest.raises(ConnectionLostError):
        next(stream)


CLOSED = (
    "the event stream of InvokeThings is closed or was read to its end; "
    "events can be read once: keep them, or call collect()"
)


def refuses(stream: EventStream[Event]) -> None:
    for read in (lambda: iter(stream), stream.collect):
        with pytest.raises(EventStreamError) as raised:
            read()
        assert str(raised.value) == CLOSED


def test_a_second_iteration_is_an_error() -> None:
    stream, _ = stream_of(*THREE)
    assert list(stream) == THREE_EVENTS
    refuses(stream)


def test_iteration_after_an_error_is_an_error() -> None:
    stream, _ = stream_of(MODEL_STREAM_ERROR)
    with pytest.raises(ModelStreamError):
        next(stream)
    refuses(stream)


def test_iteration_can_be_interrupted_and_taken_up_again() -> None:
    stream, body = stream_of(b"".join(THREE))
    for event in stream:
        assert event == THREE_EVENTS[0]
        break
    assert not body.closed
    assert list(stream) == THREE_EVENTS[1:]


@pytest.mark.parametrize("whole", [False, True])
def test_a_closed_stream_hands_over_nothing_more(whole: bool) -> None:
    stream, body = stream_of(b"".join(THREE), whole=whole)
    events = iter(stream)
    assert next(events) == THREE_EVENTS[0]
    stream.close()
    assert body.closed is not whole
    with pytest.raises(EventStreamError) as raised:
        next(events)
    assert str(raised.value) == CLOSED
    refuses(stream)


@pytest.mark.parametrize("whole", [False, True])
def test_a_stream_closed_before_its_first_event(whole: bool) -> None:
    stream, body = stream_of(b"".join(THREE), whole=whole)
    stream.close()
    stream.close()
    assert body.closed is not whole
    with pytest.raises(EventStreamError) as raised:
        next(stream)
    assert str(raised.value) == CLOSED
    refuses(stream)


def test_closing_inside_of_the_loop_is_told_by_the_next_round() -> None:
    stream, _ = stream_of(b"".join(THREE))
    events: list[Event] = []

    def read_and_close() -> None:
        for event in stream:
            events.append(event)
            stream.close()

    with pytest.raises(EventStreamError) as raised:
        read_and_close()
    assert (events, str(raised.value)) == (THREE_EVENTS[:1], CLOSED)


def test_a_with_statement_closes() -> None:
    stream, body = stream_of(*THREE)
    with stream as entered:
        assert entered is stream
        assert next(entered) == THREE_EVENTS[0]
    assert body.closed
    refuses(stream)


def test_closing_after_the_end_is_harmless() -> None:
    stream, body = stream_of(*THREE)
    with stream:
        assert stream.collect() == THREE_EVENTS
        assert body.closed


def test_unknown_events_are_values() -> None:
    event = UnknownEvent("Newer", {"n": 5}, b"payload")
    assert event == UnknownEvent("Newer", {"n": 5}, b"payload")
    assert event != UnknownEvent("Newest", {"n": 5}, b"payload")
    assert event != UnknownEvent("Newer", {"n": 6}, b"payload")
    assert event != UnknownEvent("Newer", {"n": 5}, b"")
    assert event != "Newer"
    assert repr(event) == "UnknownEvent('Newer', <7 bytes>)"
    assert event.event_type == "unknown_event"
    assert event.raw_event == Frame({"n": 5}, b"payload")


def test_an_initial_response_is_no_unknown_event() -> None:
    event = InitialResponseEvent("initial-response", {}, b'{"a": 1}')
    assert event == InitialResponseEvent("initial-response", {}, b'{"a": 1}')
    assert event != UnknownEvent("initial-response", {}, b'{"a": 1}')
    assert UnknownEvent("initial-response", {}, b'{"a": 1}') != event
    assert event.event_type == "initial_response"
    assert event.response == {"a": 1}
    assert repr(event) == "InitialResponseEvent('initial-response', <8 bytes>)"
    with pytest.raises(ResponseParseError):
        _ = InitialResponseEvent("initial-response", {}, b"<").response


def test_errors_of_the_service_are_events_if_one_wants() -> None:
    stream, body = stream_of(HELLO, UNMODELLED_ERROR, MODEL_STREAM_ERROR, part(b"x"))
    stream.raise_stream_errors = False
    found: list[object] = list(stream)
    assert [type(event) for event in found] == [Part, EventError, ModelStreamError, Part]
    assert body.closed


@pytest.mark.parametrize("data", [EMPTY, message({TYPE: "Event"}), message({TYPE: "event"})])
def test_what_is_no_message_is_always_an_error(data: bytes) -> None:
    stream, _ = stream_of(HELLO, data)
    stream.raise_stream_errors = False
    assert next(stream) == Part(b"Hello")
    with pytest.raises(EventStreamParserError):
        next(stream)
