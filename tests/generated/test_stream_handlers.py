"""Calls with handlers: who is called with what and in which order, and how such a call ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
from drawplate.errors import (
    EventError,
    EventStreamError,
)
from drawplate.http import HttpResponse
from drawplate.stream_handlers import StreamHandler
from drawplate.streams import InitialResponseEvent, UnknownEvent
from drawplate.testing import InvocationRequest, LocalEndpoint, ModelFailedError
from sagemaker_runtime import errors, event_streams, types
from sagemaker_runtime.event_streams import ResponseStream

from tests.generated.stream_calls import (
    ALL,
    ALL_TYPES,
    HEADERS,
    UNKNOWN,
    Register,
    answer,
    client,
    everything,
    nothing,
    request,
    sent,
)
from tests.generated.stream_modes import parts, stream
from tests.runtime.clients import local, make
from tests.runtime.flows import Body
from tests.runtime.frames import (
    HELLO,
    MODEL_STREAM_ERROR,
    part,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients


def test_each_method_gets_its_kind_of_event() -> None:
    got: list[tuple[str, Any]] = []
    handler = ResponseStream()

    @handler.on_payload_part_event
    def part_(event: types.PayloadPart) -> None:
        got.append(("part", event.bytes))

    @handler.on_model_stream_error_event
    def broken(event: errors.ModelStreamError) -> None:
        got.append(("broken", (event.message, event.error_code, event.request_id)))

    @handler.on_internal_stream_failure_event
    def failed(event: errors.InternalStreamFailure) -> None:
        got.append(("failed", event.message))

    @handler.on_error_event
    def error(event: EventError) -> None:
        got.append(("error", (event.error_code, event.error_message)))

    @handler.on_unknown_event
    def unknown(event: UnknownEvent) -> None:
        got.append(("unknown", (event.raw_event_type, event.raw_event.payload)))

    @handler.on_initial_response_event
    def initial(event: InitialResponseEvent) -> None:
        got.append(("initial", event.response))

    output = stream(client(answer(*ALL)), event_stream_handler=handler)
    assert got == [
        ("part", b"Hello"),
        ("broken", ("boom", "StreamBroken", "0f1e")),
        ("error", ("InternalError", "boom")),
        ("unknown", ("Newer", b"?")),
        ("initial", {"A": 1}),
        ("failed", "oops"),
    ]
    assert output.body.event_types == ALL_TYPES
    assert output.metadata.request_id == "0f1e"


def test_on_event_gets_all_of_them_and_handles_errors_too() -> None:
    got: list[Any] = []
    output = stream(client(answer(*ALL)), on_stream=everything(got))
    assert [event.event_type for event in got] == ALL_TYPES
    assert output.body.collect() == got


def test_callbacks_are_called_in_the_order_in_which_they_were_added() -> None:
    called: list[str] = []
    handler = ResponseStream()
    handler.on_event(lambda _: called.append("any 1"))
    handler.on_payload_part_event(lambda _: called.append("part 1"))
    handler.on_error_event(lambda _: called.append("error"))
    handler.on_event(lambda _: called.append("any 2"))
    handler.on_payload_part_event(lambda _: called.append("part 2"))
    stream(client(answer(HELLO, UNKNOWN)), event_stream_handler=handler)
    assert called == ["any 1", "part 1", "any 2", "part 2", "any 1", "any 2"]


def naming(names: list[str], name: str) -> Register:
    return lambda handler: handler.on_payload_part_event(lambda _: names.append(name))


def handling(names: list[str], name: str) -> ResponseStream:
    handler = ResponseStream()
    naming(names, name)(handler)
    return handler


def test_the_call_patterns() -> None:
    names: list[str] = []
    patterns: list[tuple[dict[str, Any], list[str]]] = [
        ({"on_stream": naming(names, "a")}, ["a"]),
        ({"event_stream_handler": handling(names, "b1")}, ["b1"]),
        ({"event_stream_handler": naming(names, "b2")}, ["b2"]),
        (
            {
                "event_stream_handler": handling(names, "handler"),
                "on_stream": naming(names, "on_stream"),
            },
            ["handler", "on_stream"],
        ),
        (
            {
                "event_stream_handler": naming(names, "function"),
                "on_stream": naming(names, "on_stream"),
            },
            ["function", "on_stream"],
        ),
    ]
    for given, expected in patterns:
        names.clear()
        stream(client(answer(HELLO)), **given)
        assert names == expected
        names.clear()
        request(client(answer(HELLO))).send(**given)
        assert names == expected


def test_what_on_stream_adds_is_for_one_call() -> None:
    names: list[str] = []
    handler = handling(names, "handler")
    for call in ("first", "second"):
        given: Register = naming(names, call)
        stream(client(answer(HELLO)), event_stream_handler=handler, on_stream=given)
    assert names == ["handler", "first", "handler", "second"]
    assert repr(handler) == "<ResponseStream, 1 callbacks>"


def test_the_option_is_the_default_and_a_call_replaces_it() -> None:
    names: list[str] = []
    for default in (handling(names, "option"), naming(names, "option")):
        made = client(*(answer(HELLO) for _ in range(4)), event_stream_handler=default)
        output = stream(made)
        assert names == ["option"]
        assert list(output.body) == parts(b"Hello")
        stream(made, event_stream_handler=handling(names, "call"))
        assert names == ["option", "call"]
        stream(made, on_stream=naming(names, "on_stream"))
        assert names == ["option", "call", "option", "on_stream"]
        request(made).send()
        assert names == ["option", "call", "option", "on_stream", "option"]
        names.clear()


def test_the_option_does_not_matter_to_other_operations() -> None:
    made = client(HttpResponse(200, {}, b"plain"), event_stream_handler=nothing)
    assert made.invoke_endpoint(endpoint_name="ep", body=b"").body == b"plain"
    sending = made.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b""})
    assert sending.send().output.body == b"plain"


def test_an_option_for_the_events_of_another_operation_is_left_out() -> None:
    class OtherStream(StreamHandler[types.PayloadPart]):
        pass

    output = stream(client(answer(HELLO), event_stream_handler=OtherStream()))
    assert next(output.body) == parts(b"Hello")[0]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"event_stream_handler": 5},
            "expected event_stream_handler to be a callable or ResponseStream, got 5",
        ),
        (
            {"event_stream_handler": ResponseStream},
            "expected event_stream_handler to be a callable or ResponseStream, "
            "got an object of type type",
        ),
        (
            {"event_stream_handler": StreamHandler[Any]()},
            "expected event_stream_handler to be a callable or ResponseStream, "
            "got an object of type StreamHandler",
        ),
        ({"on_stream": "text"}, "expected on_stream to be a callable, got 'text'"),
        (
            {"on_stream": ResponseStream()},
            "expected on_stream to be a callable, got an object of type ResponseStream",
        ),
    ],
)
def test_what_cannot_handle_events_is_refused_before_anything_is_sent(
    given: dict[str, Any], problem: str
) -> None:
    made = client(answer(HELLO))
    for call in (lambda: stream(made, **given), lambda: request(made).send(**given)):
        with pytest.raises(TypeError) as raised:
            call()
        assert str(raised.value) == problem
    assert sent(made) == 0


def test_an_operation_without_events_takes_no_handler() -> None:
    made = client()
    sending = made.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b""})
    given: list[dict[str, Any]] = [
        {"event_stream_handler": ResponseStream()},
        {"on_stream": nothing},
        {"stream": False},
        {"raise_stream_errors": False},
    ]
    for keywords in given:
        with pytest.raises(TypeError, match=r"^InvokeEndpoint does not answer with a stream of"):
            sending.send(**keywords)
    assert sent(made) == 0


def test_an_error_while_callbacks_are_added_is_that_of_the_caller() -> None:
    def register(handler: ResponseStream) -> None:
        wrong: Any = 5
        handler.on_payload_part_event(wrong)

    made = client(answer(HELLO))
    with pytest.raises(TypeError) as raised:
        stream(made, on_stream=register)
    assert str(raised.value) == (
        "a callback must be a function that takes an event; got an object of type int"
    )
    assert sent(made) == 0


@pytest.mark.blocks
def test_events_that_were_read_can_be_had_again() -> None:
    output = stream(client(answer(HELLO + part(b"two"))), on_stream=nothing)
    expected = parts(b"Hello", b"two")
    with output, output.body as events:
        assert list(events) == expected
        assert list(events) == expected
    assert output.body.collect() == expected
    output.body.collect().clear()
    assert (next(output.body), next(output.body)) == tuple(expected)
    with pytest.raises(StopIteration):
        next(output.body)
    assert output.body.event_types == ["payload_part", "payload_part"]
    assert repr(output.body) == "<CollectedEvents, 2>"


def test_a_stream_that_is_read_as_it_arrives_does_not_know_its_types() -> None:
    body = stream(client(answer(HELLO))).body
    with pytest.raises(EventStreamError) as raised:
        _ = body.event_types
    assert str(raised.value) == (
        "the event stream of InvokeEndpointWithResponseStream is read as it arrives: take "
        "event_type from its events, or give the call an event_stream_handler"
    )
    assert body.collect() == parts(b"Hello")


def test_reading_to_the_end_without_a_handler() -> None:
    body = Body(HELLO, part(b"two"))
    response = request(client(HttpResponse(200, HEADERS, body))).send(stream=False)
    assert body.closed
    assert list(response.body) == list(response.body) == parts(b"Hello", b"two")
    with pytest.raises(errors.ModelStreamError):
        request(client(answer(HELLO, MODEL_STREAM_ERROR))).send(stream=False)


def test_one_handler_for_many_calls_at_a_time() -> None:
    def model(request: InvocationRequest) -> Any:
        yield from (b"one", b"two", b"three")
        raise ModelFailedError(500, "oops")

    counts: dict[str, int] = {"part": 0, "any": 0, "error": 0}
    lock = Lock()

    def count(name: str) -> None:
        with lock:
            counts[name] += 1

    handler = event_streams.ResponseStream()
    handler.on_payload_part_event(lambda _: count("part"))
    handler.on_event(lambda _: count("any"))
    handler.on_model_stream_error_event(lambda _: count("error"))

    with LocalEndpoint({"ep": model}) as server, local(server) as made:

        def calls(_: int) -> list[list[str]]:
            return [stream(made, event_stream_handler=handler).body.event_types for _ in range(20)]

        with ThreadPoolExecutor(8) as pool:
            found = [types_ for thread in pool.map(calls, range(8)) for types_ in thread]
    assert found == [["payload_part"] * 3 + ["model_stream_error"]] * 160
    assert counts == {"part": 480, "any": 640, "error": 160}


def test_a_callback_may_add_another() -> None:
    got: list[Any] = []
    handler = ResponseStream()

    @handler.on_payload_part_event
    def first(event: types.PayloadPart) -> None:
        if event.bytes == b"Hello":
            handler.on_payload_part_event(got.append)

    stream(client(answer(HELLO + part(b"two"))), event_stream_handler=handler)
    assert got == parts(b"two")


def test_a_test_may_call_the_callbacks_itself() -> None:
    got: list[Any] = []
    handler = ResponseStream()
    handler.on_payload_part_event(got.append)
    assert handler.emit(types.PayloadPart(bytes=b"x"))
    assert not handler.emit(errors.ModelStreamError("boom"))
    assert got == parts(b"x")


@pytest.mark.parametrize(
    "name",
    ["event_stream_handler", "input_event_stream_handler", "output_event_stream_handler"],
)
def test_the_constructor_refuses_what_cannot_handle_events(name: str) -> None:
    wrong: Any = {name: 5}
    with pytest.raises(TypeError) as raised:
        make(**wrong)
    assert str(raised.value) == f"expected {name} to be a callable or ResponseStream, got 5"
    for taken in (ResponseStream(), nothing):
        given: Any = {name: taken}
        assert getattr(make(**given).config, name) is taken
