"""Who looks on while a stream is read: what is told, and that the stream stays what it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from drawplate import _debug
from drawplate.context import RequestContext
from drawplate.errors import ConnectionLostError
from drawplate.http import HttpResponse
from drawplate.streams import EventStream, StreamingBody, stream_of
from drawplate.structures import Structure
from sagemaker_runtime import types

from tests.runtime.clients import Recorder, make
from tests.runtime.flows import Body
from tests.runtime.observing import event, stream, streamed

pytestmark = pytest.mark.usefixtures("face")  # both clients


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def item(self) -> None:
        self.told.append("item")

    def ended(self, error: Exception | None, *, complete: bool) -> None:
        self.told.append(f"{type(error).__name__} {complete}")


def observed(body: Body) -> tuple[StreamingBody, Notes]:
    made, notes = StreamingBody(HttpResponse(200, {}, body)), Notes()
    made.observe(notes)
    return made, notes


def test_a_body_that_is_read() -> None:
    body, notes = observed(Body(b"ab", b"c"))
    assert body.read() == b"abc"
    assert notes.told == ["item", "item", "NoneType True"]


def test_a_body_that_is_closed() -> None:
    body, notes = observed(Body(b"ab", b"c"))
    assert body.read(1) == b"a"
    body.close()
    assert notes.told == ["item", "NoneType False"]


def test_a_body_that_breaks() -> None:
    body, notes = observed(Body(b"ab", ConnectionLostError("reset")))
    with pytest.raises(ConnectionLostError):
        body.read()
    assert notes.told == ["item", "ConnectionLostError False"]


def test_a_body_that_was_closed_before() -> None:
    body = StreamingBody(HttpResponse(200, {}, Body(b"ab")))
    body.close()
    body.observe(Notes())
    with pytest.raises(ValueError, match="the body was closed"):
        body.read()


def events() -> EventStream[types.ResponseStream]:
    return stream(make(transport=Recorder(streamed(event(b"a"), event(b"b"))))).body


def test_events_come_as_they_do_without_observers() -> None:
    first, second, made = Notes(), Notes(), events()
    made.observe(first)
    made.observe(second)
    assert made.collect() == [types.PayloadPart(bytes=b"a"), types.PayloadPart(bytes=b"b")]
    assert first.told == second.told == ["item", "item", "NoneType True"]
    with pytest.raises(Exception, match="is closed or was read to its end"):
        iter(made)
    made.close()
    assert first.told[3:] == ["NoneType False"]


@pytest.mark.blocks
def test_an_output_without_a_stream() -> None:
    class Plain(Structure):
        __slots__ = ("a",)

        def __init__(self, a: object) -> None:
            self.a = a

    assert stream_of(None) is None
    assert stream_of(Plain(5)) is None
    made = events()
    assert stream_of(Plain(made)) is made


@pytest.fixture
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, "drawplate.streams"):
        yield caplog


def test_lines_and_an_observer_of_a_handler(listening: pytest.LogCaptureFixture) -> None:
    notes = Notes()
    client = make(transport=Recorder(streamed(event(b"a"))))
    request = client.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )

    def leave(context: RequestContext) -> None:
        context[_debug.OBSERVER] = notes

    request.handle_request(leave)
    response = request.send()
    assert response.context.get(_debug.OBSERVER) is None
    response.output.body.collect()
    assert notes.told == ["item", "NoneType True"]
    assert [found.getMessage() for found in listening.records] == [
        "the stream of InvokeEndpointWithResponseStream was read to its end, after 1 items"
    ]
