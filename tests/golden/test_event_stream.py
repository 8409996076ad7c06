"""Runs the expected package of the case `event_stream`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from drawplate.errors import EventStreamError, EventStreamParserError
from drawplate.eventstream import HeaderValue
from drawplate.http import HttpResponse
from drawplate.streams import UnknownEvent

from tests.golden.event_stream.expected.event_stream import EventStreamClient, errors, types
from tests.golden.wire import Frames, Wire, event, exception

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


def listen(*chunks: bytes) -> tuple[types.ListenOutput, Frames]:
    body = Frames(*chunks)
    wire = Wire(HttpResponse(200, body=body))
    out = EventStreamClient(**wire.options).listen()
    assert wire.sent == ("GET", "https://golden.test/base/listen", {}, b"")
    return out, body


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
        assert list(out.sounds) == [
            types.Chunk(bytes=b"\x00\xff"),
            types.Chunk(bytes=b""),
            types.Line(text="grüß", number=1, at=DAY),
            types.Line(text="", number=0),
            types.Pause(seconds=1.5, key=b"k"),
            types.Pause(seconds=0.0),
        ]
    assert body.closed


def test_another_stream_shares_an_event_and_has_one_of_a_structure() -> None:
    frames = event("pause", b'{"Seconds": 2}') + event("mark", b'{"X": 3}') + event("mark", b"")
    wire = Wire(HttpResponse(200, body=frames))
    with EventStreamClient(**wire.options).watch() as out:
        assert out.close_.collect() == [
            types.Pause(seconds=2.0),
            types.Mark(point=types.Point(x=3)),
            types.Mark(point=types.Point()),
        ]


def test_an_event_of_a_newer_service_is_handed_over_as_it_is() -> None:
    out, _ = listen(event("smell", b"rose", {"Strength": 3}))
    (made,) = out.sounds
    headers: dict[str, HeaderValue] = {
        ":message-type": "event",
        ":event-type": "smell",
        "Strength": 3,
    }
    assert made == UnknownEvent("smell", headers, b"rose")


def test_an_error_of_the_stream_is_raised_after_the_events_before_it() -> None:
    frames = event("chunk", b"a") + exception("noise", b'{"message": "loud", "Decibels": 90}')
    out, body = listen(frames)
    assert next(out.sounds) == types.Chunk(bytes=b"a")
    with pytest.raises(errors.Noise) as caught:
        next(out.sounds)
    assert isinstance(caught.value, EventStreamError)
    assert (caught.value.message, caught.value.decibels) == ("loud", 90)
    assert str(caught.value) == "Noise: loud (operation Listen)"
    assert body.closed


def test_a_header_that_is_missing_or_of_another_type_is_an_error() -> None:
    out, _ = listen(event("line", b""))
    with pytest.raises(EventStreamParserError, match=r"^event header Number is missing$"):
        next(out.sounds)
    out, _ = listen(event("line", b"", {"Number": "1"}))
    message = r"^event header Number: expected int, got str$"
    with pytest.raises(EventStreamParserError, match=message):
        next(out.sounds)


def test_events_are_handed_over_as_they_arrive_and_leaving_early_closes() -> None:
    first, second = event("chunk", b"a"), event("chunk", b"b")
    whole = first + second
    out, body = listen(whole[:5], whole[5 : len(first)], whole[len(first) :])
    assert next(out.sounds) == types.Chunk(bytes=b"a")
    assert not body.closed
    out.close()
    assert body.closed
