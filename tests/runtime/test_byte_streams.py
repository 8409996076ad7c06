"""Helpers of streams that carry one content: events cut anywhere, and every end."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, cast

import pytest
from drawplate.async_streams import AsyncByteEventStream
from drawplate.byte_streams import ByteEventStream, ByteEventUnion
from drawplate.errors import (
    ConnectionLostError,
    DrawplateError,
    EventError,
    EventStreamChecksumError,
    EventStreamError,
    JsonLineError,
    LineTooLongError,
    NetworkingError,
    TextDecodeError,
    TruncatedStreamError,
)
from drawplate.http import HttpResponse
from drawplate.streams import EventHeaders, UnknownEvent
from drawplate.structures import Structure
from drawplate.text_streams import ServerSentEvent
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.awaiting import AsyncBody, Blocking, finalize_at_once
from tests.runtime.flows import Body
from tests.runtime.frames import UNMODELLED_ERROR, message, part
from tests.runtime.text_parts import cut, cuts


class Part(Structure):
    __slots__ = ("payload",)

    def __init__(self, payload: bytes) -> None:
        self.payload = payload


Event = Part | UnknownEvent
NEWER = message({":message-type": "event", ":event-type": "Newer"}, b"not content")


def _part(headers: EventHeaders, payload: bytes) -> Event:
    return Part(payload)


UNION: ByteEventUnion[Event] = ByteEventUnion(
    events={"PayloadPart": _part},
    exceptions={},
    unknown=UnknownEvent,
    content=lambda event: event.payload if isinstance(event, Part) else None,
)


@pytest.fixture(scope="module", params=["sync", "async"], autouse=True)
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """All tests are about the stream of both clients."""
    asked: str = request.param
    WAYS.append(asked)
    undo = finalize_at_once()
    yield asked
    undo()
    WAYS.pop()


WAYS: list[str] = []


def stream_of(*pieces: bytes | Exception) -> tuple[ByteEventStream[Event], Body]:
    if WAYS[-1] == "sync":
        body = Body(*pieces)
        return ByteEventStream(HttpResponse(200, body=body), UNION, operation="InvokeThings"), body
    awaited = AsyncBody(*pieces)
    made = AsyncByteEventStream(HttpResponse(200, body=awaited), UNION, operation="InvokeThings")
    return cast("ByteEventStream[Event]", Blocking(made)), cast("Body", awaited)


Helper = Callable[[ByteEventStream[Event]], Iterator[Any]]
HELPERS: dict[str, Helper] = {
    "bytes": lambda stream: stream.iter_bytes(),
    "text": lambda stream: stream.iter_text(errors="replace"),
    "lines": lambda stream: stream.iter_lines(errors="replace"),
    "lines of bytes": lambda stream: stream.iter_lines(None),
    "json lines": lambda stream: stream.iter_json_lines(),
    "sse": lambda stream: stream.iter_sse(done="[DONE]"),
}
JOINED: dict[str, Callable[[list[Any]], object]] = {"bytes": b"".join, "text": "".join}


def outcome(helper: str, *pieces: bytes | Exception) -> tuple[Any, str | None]:
    """What a helper gives, and the text of the error that ends it; the stream is closed by then."""
    stream, body = stream_of(*pieces)
    items: list[Any] = []
    failure = None
    try:
        items.extend(HELPERS[helper](stream))
    except DrawplateError as error:
        failure = str(error)
    assert body.closed
    return JOINED.get(helper, list)(items), failure


contents = st.one_of(
    st.binary(max_size=40),
    st.lists(st.sampled_from(['{"a": "é"}', "1", "data: x", "", "🎉", "[1, 2]"])).map(
        lambda rows: "\n".join(rows).encode()
    ),
    st.lists(st.sampled_from([b"data: a\n\n", b"data: [DONE]\n\n", b":c\r\n", b"id: 1\r"])).map(
        b"".join
    ),
)


@pytest.mark.parametrize("helper", HELPERS)
@given(content=contents, at=cuts, wire=cuts, others=st.booleans())
def test_a_helper_gives_the_same_however_events_and_messages_are_cut(
    helper: str, content: bytes, at: list[int], wire: list[int], others: bool
) -> None:
    expected = outcome(helper, part(content))
    parts = [part(payload) for payload in cut(content, at)]
    sent = b"".join([NEWER + payload for payload in parts] if others else parts)
    assert outcome(helper, sent) == expected
    assert outcome(helper, *cut(sent, wire)) == expected
    single = b"".join(part(content[i : i + 1]) for i in range(len(content)))
    assert outcome(helper, *(single[i : i + 1] for i in range(len(single)))) == expected


def test_each_helper_on_one_content() -> None:
    sent = b"".join(part(payload) for payload in (b'{"a": "\xc3', b"", b'\xa9"}\n', b"[1,", b"2]"))
    assert outcome("bytes", sent) == ('{"a": "é"}\n[1,2]'.encode(), None)
    assert outcome("text", sent) == ('{"a": "é"}\n[1,2]', None)
    assert outcome("lines", sent) == (['{"a": "é"}', "[1,2]"], None)
    assert outcome("lines of bytes", sent) == (['{"a": "é"}'.encode(), b"[1,2]"], None)
    assert outcome("json lines", sent) == ([{"a": "é"}, [1, 2]], None)
    stream, body = stream_of(sent)
    assert stream.read() == '{"a": "é"}\n[1,2]'.encode()
    assert body.closed
    stream, _ = stream_of(sent)
    assert list(stream.iter_bytes()) == [b'{"a": "\xc3', b'\xa9"}\n', b"[1,", b"2]"]


def test_events_of_a_server() -> None:
    sent = part(b"event: token\ndata: a\r") + part(b"\n\r\nda") + part(b"ta: [DONE]\n\n")
    stream, _ = stream_of(sent + part(b"data: after"))
    assert list(stream.iter_sse(done="[DONE]")) == [ServerSentEvent("token", "a")]
    assert stream.facts.events_received == 4


def keep_all(found: Iterator[Any], items: list[Any]) -> None:
    """Keep each item, and what came before an error."""
    for item in found:
        items.append(item)


CUT_OFF: dict[str, tuple[list[bytes | Exception], type[DrawplateError]]] = {
    "inside a message": ([part(b"3\n")[:-1]], TruncatedStreamError),
    "by a broken message": ([part(b"3\n")[:-1] + b"\x00"], EventStreamChecksumError),
    "by the service": ([UNMODELLED_ERROR], EventError),
    "by the network": ([ConnectionLostError("reset")], ConnectionLostError),
}


@pytest.mark.parametrize("case", CUT_OFF)
@pytest.mark.parametrize("helper", HELPERS)
def test_what_was_complete_is_handed_over_before_the_error(case: str, helper: str) -> None:
    pieces, kind = CUT_OFF[case]
    stream, body = stream_of(part(b"1\n2\n2") + part(b""), *pieces)
    items: list[Any] = []
    with pytest.raises(kind) as caught:
        keep_all(HELPERS[helper](stream), items)
    assert (
        items
        == {
            "bytes": [b"1\n2\n2"],
            "text": ["1\n2\n2"],
            "lines": ["1", "2"],
            "lines of bytes": [b"1", b"2"],
            "json lines": [1, 2],
            "sse": [],
        }[helper]
    )
    assert body.closed
    if isinstance(caught.value, EventStreamError):
        assert caught.value.events_received == 2
        assert caught.value.bytes_received == stream.facts.bytes_received > 0
    else:
        assert isinstance(caught.value, NetworkingError)
        assert caught.value.operation == "InvokeThings"


WRONG: dict[str, tuple[Helper, bytes, list[Any], type[DrawplateError]]] = {
    "text": (lambda stream: stream.iter_text(), b"good\xff", ["good"], TextDecodeError),
    "a line of text": (lambda stream: stream.iter_lines(), b"a\nb\xff", ["a"], TextDecodeError),
    "json": (lambda stream: stream.iter_json_lines(), b"1\n2\nno\n3\n", [1, 2], JsonLineError),
    "a line": (lambda stream: stream.iter_lines(max_line=3), b"a\nlong", ["a"], LineTooLongError),
    "bytes": (
        lambda stream: stream.iter_lines(None, max_line=3),
        b"a\nlong",
        [b"a"],
        LineTooLongError,
    ),
    "a line of json": (
        lambda stream: stream.iter_json_lines(max_line=3),
        b"1\n[1,2]",
        [1],
        LineTooLongError,
    ),
    "an event": (
        lambda stream: stream.iter_sse(max_line=7),
        b"data: a\n\ndata: bc",
        [ServerSentEvent(data="a")],
        LineTooLongError,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_content_of_another_format_ends_the_stream(case: str) -> None:
    helper, content, expected, kind = WRONG[case]
    stream, body = stream_of(part(content), part(b"never read"))
    items: list[Any] = []
    with pytest.raises(kind):
        keep_all(helper(stream), items)
    assert items == expected
    assert body.closed
    with pytest.raises(EventStreamError, match="is closed or was read to its end"):
        list(stream.iter_bytes())


def test_lines_may_be_read_by_a_function_of_the_callers() -> None:
    stream, body = stream_of(part(b"1\n2") + part(b"3\nx\n"))
    numbers = stream.iter_json_lines(int)
    assert [next(numbers), next(numbers)] == [1, 23]
    with pytest.raises(ValueError, match="invalid literal") as caught:
        next(numbers)
    assert caught.value.__notes__ == ["in line 3 of the content"]
    assert body.closed


def test_an_unknown_encoding_is_refused_before_anything_is_read() -> None:
    stream, body = stream_of(part(b"a\n"))
    with pytest.raises(LookupError):
        stream.iter_text("utf-9")
    with pytest.raises(LookupError):
        stream.iter_lines("utf-9")
    with pytest.raises(ValueError, match="max_line"):
        stream.iter_sse(max_line=0)
    assert not body.closed
    assert list(stream.iter_lines()) == ["a"]


def test_only_one_reader_has_the_content() -> None:
    stream, body = stream_of(part(b"a\nb\nc\n"))
    lines = stream.iter_lines()
    assert next(lines) == "a"
    for other in (stream.iter_lines(), stream.iter_bytes(), iter(stream)):
        with pytest.raises(EventStreamError, match=r"is being read by iter_lines\(\)"):
            next(other)
    for _ in range(2):
        with pytest.raises(EventStreamError, match="go on with what that returned"):
            next(stream)
    assert not body.closed
    assert list(lines) == ["b", "c"]
    assert body.closed


def test_dropping_a_helper_closes_the_stream() -> None:
    stream, body = stream_of(part(b"a\nb\n"), part(b"c\n"))
    for line in stream.iter_lines():
        assert line == "a"
        break
    gc.collect()
    assert body.closed
    with pytest.raises(EventStreamError, match="is closed"):
        list(stream.iter_lines())


def test_leaving_the_block_closes_the_stream_under_a_helper() -> None:
    stream, body = stream_of(part(b"a\n"), part(b"b\n"))
    with stream as entered:
        lines = entered.iter_lines()
        assert next(lines) == "a"
    assert body.closed
    with pytest.raises(EventStreamError, match="is closed"):
        next(lines)


def test_a_helper_that_was_not_begun_takes_nothing() -> None:
    stream, _ = stream_of(part(b"a\n"))
    unused = stream.iter_lines()
    assert list(stream) == [Part(b"a\n")]
    del unused


def test_reading_goes_on_after_events_and_after_bytes() -> None:
    stream, body = stream_of(*(part(payload) for payload in (b"x", b"y", b"a\nb", b"c\n")))
    assert next(stream) == Part(b"x")
    for data in stream.iter_bytes():
        assert data == b"y"
        break
    assert not body.closed
    assert list(stream.iter_lines()) == ["a", "bc"]


def test_errors_cut_the_content_off_even_where_they_are_events() -> None:
    stream, _ = stream_of(part(b"a\n") + UNMODELLED_ERROR + part(b"b\n"))
    stream.raise_stream_errors = False
    lines = stream.iter_lines()
    assert next(lines) == "a"
    with pytest.raises(EventError) as caught:
        next(lines)
    assert caught.value.events_received == 1


def test_facts_grow_as_the_stream_is_read() -> None:
    stream, _ = stream_of(part(b"ab") + NEWER, part(b"c"))
    first, last = len(part(b"ab") + NEWER), len(part(b"c"))
    ticks = count(10)
    facts = stream.facts.since(4.0, lambda: next(ticks))

    def told() -> tuple[int, int, float | None]:
        return facts.events_received, facts.bytes_received, facts.time_to_first_event

    assert told() == (0, 0, None)
    next(stream)
    assert told() == (1, first, 6)
    stream.collect()
    assert told() == (3, first + last, 6)
    assert repr(facts) == f"<StreamFacts, 3 events, {first + last} bytes>"


def test_long_lines_in_very_many_events() -> None:
    row = {"text": "é" * 50_000}
    sent = json.dumps(row, ensure_ascii=False).encode()
    stream, _ = stream_of(*(part(sent[i : i + 7]) for i in range(0, len(sent), 7)))
    assert list(stream.iter_json_lines()) == [row]
