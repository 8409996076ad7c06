"""Runs the expected package of the case `event_stream`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from drawplate.errors import (
    EventStreamEncodeError,
    EventStreamError,
    EventStreamParserError,
    ParamValidationError,
    RequestBodyError,
    UnsupportedTransportError,
)
from drawplate.eventstream import FrameDecoder, HeaderValue
from drawplate.http import HttpRequest, HttpResponse
from drawplate.options import ClientOptions
from drawplate.streams import UnknownEvent

from tests.golden.event_stream.expected.event_stream import (
    EventStreamClient,
    errors,
    event_streams,
    params,
    types,
)
from tests.golden.wire import Frames, Wire, event, exception

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


def options(wire: Wire) -> ClientOptions:
    """Options of a client that can sign, at the time `DAY`."""
    keys: ClientOptions = {"access_key_id": "AKID", "secret_access_key": "secret"}
    return {**wire.options, **keys, "clock": DAY.timestamp}


def talk(wire: Wire, said: Iterable[types.Sounds | params.Sounds | errors.Noise]) -> HttpRequest:
    """The request that carries the events."""
    EventStreamClient(**options(wire)).talk(said=said)
    return wire.requests[-1]


def answer() -> HttpResponse:
    return HttpResponse(200, body=b"")


def sent(said: Iterable[types.Sounds | params.Sounds | errors.Noise]) -> list[bytes]:
    """The messages of a stream, each out of the one that signs it."""
    body = talk(Wire(answer()), said).body
    assert not isinstance(body, bytes)
    frames = [frame for chunk in body.chunks() for frame in FrameDecoder().feed(chunk)]
    assert all(frame.headers[":date"] == DAY for frame in frames)
    assert len({frame.headers[":chunk-signature"] for frame in frames}) == len(frames)
    *messages, end = (frame.payload for frame in frames)
    assert end == b""
    return messages


def listen(*chunks: bytes) -> tuple[types.TalkOutput, Frames]:
    body = Frames(*chunks)
    wire = Wire(HttpResponse(200, body=body))
    return EventStreamClient(**options(wire)).talk(said=[]), body


def test_the_request_opens_a_stream_whose_messages_are_signed() -> None:
    request = talk(Wire(answer()), [])
    assert (request.method, request.url) == ("POST", "https://golden.test/base/talk")
    fields = {"content-type", "x-amz-content-sha256", "x-amz-date"}
    assert {name: request.headers[name] for name in fields} == {
        "content-type": "application/vnd.amazon.eventstream",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-EVENTS",
        "x-amz-date": "20260115T123456Z",
    }
    signed = request.headers["authorization"].split("SignedHeaders=")[1].partition(",")[0]
    assert fields < set(signed.split(";"))


def test_a_member_is_sent_in_each_place_of_an_event() -> None:
    said: list[types.Sounds | errors.Noise] = [
        types.Line(text="grüß", number=1, at=DAY),
        types.Line(text="", number=-1),
        types.Pause(seconds=1.5, key=b"k"),
        types.Pause(seconds=2.0),
        errors.Noise("loud"),
    ]
    plain, json = {":content-type": "text/plain"}, {":content-type": "application/json"}
    assert sent(said) == [
        event("line", "grüß".encode(), {**plain, "Number": 1, "At": DAY}),
        event("line", b"", {**plain, "Number": -1}),
        event("pause", b'{"Seconds":1.5}', {**json, "Key": b"k"}),
        event("pause", b'{"Seconds":2.0}', json),
        exception("noise", b'{"message":"loud"}', json),
    ]


def test_an_event_is_given_by_its_name_as_well() -> None:
    said: list[params.Sounds] = [
        {"chunk": types.Chunk(bytes=b"a")},
        {"echo": {"bytes": "b"}},
        {"pause": {"seconds": 1}, "line": None},
        {"noise": errors.Noise()},
    ]
    octets, json = "application/octet-stream", "application/json"
    assert sent(said) == [
        event("chunk", b"a", {":content-type": octets}),
        event("echo", b"b", {":content-type": octets}),
        event("pause", b'{"Seconds":1.0}', {":content-type": json}),
        exception("noise", b'{"message":""}', {":content-type": json}),
    ]


def test_an_event_that_was_received_can_be_sent_on() -> None:
    first = event("smell", b"rose", {"Strength": 3})
    out, _ = listen(first)
    made = UnknownEvent("taste", {"Strength": 4}, b"sweet")
    assert sent([*out.close_, made]) == [first, event("taste", b"sweet", {"Strength": 4})]


def test_what_is_wrong_with_an_event_is_told_when_it_is_its_turn() -> None:
    wrong: list[Any] = [
        (types.Chunk(bytes=b""), 'to tell which event it is: pass {"chunk": …} or {"echo": …}'),
        ({}, "to have exactly one key of chunk, echo, line, pause, noise; got none"),
        ({"smell": {}}, "to have exactly one key of chunk, echo, line, pause, noise; got smell"),
        ("text", "to be a dict or an event of types.Sounds, got str instead"),
    ]
    for event_, problem in wrong:
        with pytest.raises(EventStreamEncodeError) as caught:
            sent([types.Pause(seconds=1.0), event_])
        assert str(caught.value) == f'expected params["said"][1] {problem}'
    nameless: list[Any] = [{"line": {"text": 5}}]
    with pytest.raises(EventStreamEncodeError) as caught:
        sent(nameless)
    assert str(caught.value) == (
        'missing required parameter params["said"][0]["line"]["number"]; '
        'expected params["said"][0]["line"]["text"] to be a str, got int instead'
    )
    with pytest.raises(EventStreamEncodeError) as caught:
        sent([types.Line(text="", number=1 << 31)])
    assert str(caught.value) == (
        "params[\"said\"][0]: header 'Number': the Integer does not fit into 4 bytes"
    )


def test_a_stream_has_to_be_one_and_is_not_read_before_it_is_sent() -> None:
    given: list[Any] = [5, b"bytes", {"line": {}}, "text"]
    for value in given:
        with pytest.raises(ParamValidationError) as caught:
            talk(Wire(), value)
        got = type(value).__name__
        assert str(caught.value) == (
            f'expected params["said"] to be an iterable of events, got {got} instead'
        )
    said = iter([types.Pause(seconds=float(n)) for n in range(3)])
    request = talk(Wire(answer()), said)
    assert not isinstance(request.body, bytes)
    next(request.body.chunks())
    assert [pause.seconds for pause in said] == [1.0, 2.0]


def test_a_transport_that_cannot_do_it_is_refused_before_anything_is_sent() -> None:
    class OneWay:
        requests = 0

        def send(self, request: HttpRequest) -> HttpResponse:
            self.requests += 1
            return answer()

    transport = OneWay()
    said = iter([types.Pause(seconds=1.0)])
    with pytest.raises(UnsupportedTransportError, match=r"^Talk sends a stream of events, which"):
        EventStreamClient(region="us-west-2", environ={}, transport=transport).talk(said=said)
    assert transport.requests == 0
    assert len(list(said)) == 1


def test_a_list_of_events_is_sent_again_and_an_iterator_is_not() -> None:
    pause = types.Pause(seconds=1.0)
    wire = Wire(HttpResponse(503, body=b"{}"), answer())
    talk(wire, [pause])
    first, second = (request.body for request in wire.requests)
    assert not isinstance(first, bytes)
    assert not isinstance(second, bytes)
    assert list(first.chunks()) == list(second.chunks())
    wire = Wire(HttpResponse(503, body=b"{}"), answer())
    with pytest.raises(errors.EventStreamError_):
        talk(wire, iter([pause]))
    (request,) = wire.requests
    assert not isinstance(request.body, bytes)
    assert len(list(request.body.chunks())) == 2
    with pytest.raises(RequestBodyError, match=r"^the events to be sent were read before"):
        list(request.body.chunks())


def test_a_member_is_read_from_each_place_in_an_event() -> None:
    out, body = listen(
        event("chunk", b"\x00\xff"),
        event("echo", b""),
        event("line", "grüß".encode(), {"Number": 1, "At": DAY}),
        event("line", b"", {"Number": 0}),
        event("pause", b'{"Seconds": 1.5}', {"Key": b"k"}),
        event("pause", b""),
    )
    with out:
        assert list(out.close_) == [
            types.Chunk(bytes=b"\x00\xff"),
            types.Chunk(bytes=b""),
            types.Line(text="grüß", number=1, at=DAY),
            types.Line(text="", number=0),
            types.Pause(seconds=1.5, key=b"k"),
            types.Pause(seconds=0.0),
        ]
    assert body.closed


def test_each_event_tells_the_member_that_it_came_as() -> None:
    frames = [event("echo", b"a"), event("chunk", b"a"), event("pause", b"")]
    out, _ = listen(*frames, exception("noise", b"{}"))
    out.close_.raise_stream_errors = False
    assert [heard.event_type for heard in out.close_] == ["echo", "chunk", "pause", "noise"]
    assert types.Chunk(bytes=b"a").event_type == "chunk"


def test_a_handler_has_a_method_for_each_member() -> None:
    heard: list[tuple[str, object]] = []
    handler = event_streams.Sounds()
    handler.on_chunk_event(lambda chunk: heard.append(("chunk", chunk)))
    handler.on_echo_event(lambda chunk: heard.append(("echo", chunk)))
    handler.on_line_event(lambda line: heard.append(("line", line)))
    handler.on_pause_event(lambda pause: heard.append(("pause", pause)))
    handler.on_noise_event(lambda noise: heard.append(("noise", noise.message)))
    body = Frames(
        event("echo", b"a"),
        exception("noise", b'{"message": "loud"}'),
        event("pause", b'{"Seconds": 1.5}'),
        event("line", b"l", {"Number": 1}),
        event("chunk", b"b"),
    )
    wire = Wire(HttpResponse(200, body=body))
    out = EventStreamClient(**options(wire)).talk(said=[], event_stream_handler=handler)
    assert heard == [
        ("echo", types.Chunk(bytes=b"a")),
        ("noise", "loud"),
        ("pause", types.Pause(seconds=1.5)),
        ("line", types.Line(text="l", number=1)),
        ("chunk", types.Chunk(bytes=b"b")),
    ]
    assert out.close_.event_types == [name for name, _ in heard]


def test_an_event_of_a_newer_service_is_handed_over_as_it_is() -> None:
    out, _ = listen(event("smell", b"rose", {"Strength": 3}))
    (made,) = out.close_
    headers: dict[str, HeaderValue] = {
        ":message-type": "event",
        ":event-type": "smell",
        "Strength": 3,
    }
    assert made == UnknownEvent("smell", headers, b"rose")


def test_an_error_of_the_stream_is_raised_after_the_events_before_it() -> None:
    frames = event("chunk", b"a") + exception("noise", b'{"message": "loud"}')
    out, body = listen(frames)
    assert next(out.close_) == types.Chunk(bytes=b"a")
    with pytest.raises(errors.Noise) as caught:
        next(out.close_)
    assert isinstance(caught.value, EventStreamError)
    assert str(caught.value) == "Noise: loud (operation Talk)"
    assert body.closed


def test_a_header_that_is_missing_or_of_another_type_is_an_error() -> None:
    out, _ = listen(event("line", b""))
    with pytest.raises(EventStreamParserError, match=r"^event header Number is missing$"):
        next(out.close_)
    out, _ = listen(event("line", b"", {"Number": "1"}))
    message = r"^event header Number: expected int, got str$"
    with pytest.raises(EventStreamParserError, match=message):
        next(out.close_)


def test_events_are_handed_over_as_they_arrive_and_leaving_early_closes() -> None:
    first, second = event("chunk", b"a"), event("chunk", b"b")
    whole = first + second
    out, body = listen(whole[:5], whole[5 : len(first)], whole[len(first) :])
    assert next(out.close_) == types.Chunk(bytes=b"a")
    assert not body.closed
    out.close()
    assert body.closed
