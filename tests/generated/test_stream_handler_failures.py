"""How calls with handlers fail: errors in the stream, lost connections, what callbacks raise."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from drawplate.errors import (
    ConnectionLostError,
    EventError,
    EventStreamChecksumError,
    EventStreamError,
    NetworkingError,
    TruncatedStreamError,
)
from drawplate.http import HttpResponse
from sagemaker_runtime import errors
from sagemaker_runtime.event_streams import ResponseStream

from tests.faults.server import ScriptedServer, recv_request, reset, send, wait
from tests.generated.stream_calls import (
    ALL,
    ALL_TYPES,
    HEADERS,
    answer,
    client,
    everything,
    nothing,
    request,
    sent,
)
from tests.generated.stream_modes import HEAD, chunk, client_of, parts, stream
from tests.runtime.flows import Body
from tests.runtime.frames import (
    HELLO,
    INTERNAL_STREAM_FAILURE,
    MODEL_STREAM_ERROR,
    UNMODELLED_ERROR,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients


def test_an_error_without_a_callback_is_raised_at_the_end() -> None:
    got: list[Any] = []
    made = client(answer(MODEL_STREAM_ERROR, HELLO, UNMODELLED_ERROR))
    with pytest.raises(errors.ModelStreamError) as raised:
        stream(made, on_stream=lambda handler: handler.on_payload_part_event(got.append))
    assert got == parts(b"Hello")
    assert str(raised.value) == (
        "ModelStreamError: boom (operation InvokeEndpointWithResponseStream, request id 0f1e, "
        "attempts 1)"
    )
    assert (raised.value.attempts, raised.value.possible_runs) == (1, 1)
    assert sent(made) == 1


def test_a_callback_for_other_errors_handles_none_of_these() -> None:
    def register(handler: ResponseStream) -> None:
        handler.on_error_event(nothing)

    with pytest.raises(errors.InternalStreamFailure):
        stream(client(answer(UNMODELLED_ERROR, INTERNAL_STREAM_FAILURE)), on_stream=register)


@pytest.mark.parametrize("mode", ["lazy", "handler", "collected"])
def test_errors_of_the_service_can_be_had_as_events(mode: str) -> None:
    keywords: dict[str, dict[str, Any]] = {
        "lazy": {},
        "handler": {"on_stream": nothing},
        "collected": {"stream": False},
    }
    sending = request(client(answer(*ALL)))
    response = sending.send(raise_stream_errors=False, **keywords[mode])
    events = list(response.body)
    assert [event.event_type for event in events] == ALL_TYPES
    assert isinstance(events[1], errors.ModelStreamError)
    assert response.successful


def test_a_stream_can_be_told_not_to_raise() -> None:
    body = stream(client(answer(MODEL_STREAM_ERROR, HELLO))).body
    body.raise_stream_errors = False
    found: list[Any] = body.collect()
    assert [event.event_type for event in found] == ["model_stream_error", "payload_part"]


BROKEN: dict[str, tuple[bytes, type[EventStreamError]]] = {
    "damaged": (HELLO[:-5] + b"O" + HELLO[-4:], EventStreamChecksumError),
    "cut": (HELLO[:-1], TruncatedStreamError),
}


@pytest.mark.parametrize("raises", [True, False])
@pytest.mark.parametrize(("data", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_stream_is_always_an_error(
    data: bytes, kind: type[EventStreamError], raises: bool
) -> None:
    got: list[Any] = []
    body = Body(HELLO, data)
    made = client(HttpResponse(200, HEADERS, body))
    with pytest.raises(kind) as raised:
        request(made).send(on_stream=everything(got), raise_stream_errors=raises)
    assert type(raised.value) is kind
    assert got == parts(b"Hello")
    assert body.closed
    assert sent(made) == 1
    with pytest.raises(kind):
        request(client(answer(HELLO, data))).send(raise_stream_errors=raises).body.collect()


@pytest.mark.parametrize(
    ("last", "kind", "kept"),
    [
        (
            MODEL_STREAM_ERROR,
            errors.ModelStreamError,
            ["payload_part", "model_stream_error"],
        ),
        (UNMODELLED_ERROR, EventError, ["payload_part", "error"]),
        (HELLO[:-1], TruncatedStreamError, ["payload_part"]),
        (
            ConnectionLostError("reset", request_sent=True),
            ConnectionLostError,
            ["payload_part"],
        ),
    ],
)
def test_the_events_so_far_are_kept_beside_an_error_that_is_not_raised(
    last: bytes | Exception, kind: type[Exception], kept: list[str]
) -> None:
    made = client(answer(HELLO, last), raise_response_errors=False)
    response = request(made).send(stream=False)
    assert type(response.error) is kind
    assert not response.successful
    assert response.body.event_types == kept
    assert next(response.body) == parts(b"Hello")[0]
    with pytest.raises(kind):
        _ = response.output


def lost() -> ConnectionLostError:
    return ConnectionLostError("reset", request_sent=True)


def test_a_connection_lost_before_the_first_event_is_tried_again() -> None:
    got: list[Any] = []
    made = client(answer(HELLO[:-1], lost()), answer(HELLO))
    output = stream(made, on_stream=everything(got))
    assert got == parts(b"Hello")
    assert output.metadata.attempts == 2
    assert output.body.collect() == parts(b"Hello")
    assert sent(made) == 2


def test_a_connection_lost_after_the_first_event_is_not() -> None:
    got: list[Any] = []
    made = client(answer(HELLO + HELLO[:5], lost()), answer(HELLO))
    with pytest.raises(ConnectionLostError) as raised:
        stream(made, on_stream=everything(got))
    assert got == parts(b"Hello")
    assert str(raised.value) == (
        "reset (operation InvokeEndpointWithResponseStream, attempts 1, of which the service may "
        "have acted on 1)"
    )
    assert sent(made) == 1


def test_the_same_over_a_socket() -> None:
    there = Event()
    got: list[Any] = []

    def take(event: object) -> None:
        got.append(event)
        there.set()

    def register(handler: ResponseStream) -> None:
        handler.on_event(take)

    begun = [recv_request, send(HEAD + chunk(HELLO[:20])), reset]
    # What had arrived before a reset may be lost by it, so this one waits for the callback.
    ended = [recv_request, send(HEAD + chunk(HELLO + HELLO[:20])), wait(there), reset]
    with ScriptedServer(begun, ended) as server:
        made = client_of(server.url).with_options(retry_limit=3, retry_base_delay=0)
        with made, pytest.raises(NetworkingError) as raised:
            stream(made, on_stream=register)
    assert got == parts(b"Hello")
    assert raised.value.attempts == 2
    assert server.accepted == 2


def test_without_retries_of_what_was_sent_a_stream_is_read_once() -> None:
    made = client(answer(lost()), answer(HELLO), retry_after_send=False)
    with pytest.raises(ConnectionLostError):
        stream(made, on_stream=nothing)
    assert sent(made) == 1


RAISED = [
    RuntimeError("mine"),
    OSError("mine"),
    TimeoutError("mine"),
    ConnectionLostError("mine"),
    TruncatedStreamError("mine"),
    errors.SageMakerRuntimeError("mine"),
]


@pytest.mark.parametrize("whole", [False, True], ids=["arriving", "whole"])
@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("raises", [True, False], ids=["raises", "keeps"])
def test_what_a_callback_raises_reaches_the_caller_as_it_is(
    error: Exception, whole: bool, raises: bool
) -> None:
    def fail(_: object) -> None:
        raise error

    called: list[Any] = []

    def register(handler: ResponseStream) -> None:
        handler.on_payload_part_event(fail)
        handler.on_payload_part_event(called.append)

    text = str(error)
    body = Body(HELLO, HELLO)
    made = client(
        HttpResponse(200, HEADERS, HELLO * 2 if whole else body), raise_response_errors=raises
    )
    with pytest.raises(type(error)) as raised:
        request(made).send(on_stream=register)
    assert raised.value is error
    assert str(error) == text
    assert body.closed is not whole
    assert called == []
    assert sent(made) == 1


def test_a_callback_may_raise_the_event() -> None:
    def fail(event: EventError) -> None:
        raise event

    made = client(answer(HELLO, UNMODELLED_ERROR))
    with pytest.raises(EventError) as raised:
        stream(made, on_stream=lambda handler: handler.on_error_event(fail))
    assert str(raised.value) == "InternalError: boom"
