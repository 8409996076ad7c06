"""Server-sent events out of parts: the rules of the standard, and where this differs from it."""

from __future__ import annotations

import pytest
from drawplate.errors import ContentError, LineTooLongError
from drawplate.text_streams import ServerSentEvent, ServerSentEventDecoder
from hypothesis import example, given
from hypothesis import strategies as st

from tests.runtime.text_parts import cuts, outcome, same_however_cut

E = ServerSentEvent

VECTORS: dict[str, tuple[bytes, list[ServerSentEvent]]] = {
    "nothing": (b"", []),
    "one event": (b"data: hi\n\n", [E(data="hi")]),
    "lines of data are joined": (b"data: a\ndata:b\ndata\ndata: c\n\n", [E(data="a\nb\n\nc")]),
    "one space goes, others stay": (b"data:  a \n\n", [E(data=" a ")]),
    "a tab stays": (b"data:\ta\n\n", [E(data="\ta")]),
    "further colons are data": (b"data:a: b:c\n\n", [E(data="a: b:c")]),
    "a type, for one event": (
        b"event: token\ndata: a\n\ndata: b\n\n",
        [E("token", "a"), E("message", "b")],
    ),
    "the last type counts": (b"event: a\nevent: b\ndata: x\n\n", [E("b", "x")]),
    "an empty type is the usual one": (b"event: a\nevent:\ndata: x\n\n", [E("message", "x")]),
    "an id stays": (
        b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\n",
        [E(data="a", id="1"), E(data="b", id="1"), E(data="c", id="2"), E(data="d", id="")],
    ),
    "an id without data counts": (b"id: 7\n\ndata: a\n\n", [E(data="a", id="7")]),
    "an id with NUL does not": (b"id: 1\nid: 2\x00\ndata: a\n\n", [E(data="a", id="1")]),
    "a time to retry": (
        b"retry: 1500\ndata: a\n\ndata: b\n\n",
        [E(data="a", retry=1500), E(data="b")],
    ),
    "a time that is none": (
        b"retry: 1.5\nretry: -1\nretry:\nretry: 1s\nretry: \xd9\xa3\ndata: a\n\n",
        [E(data="a")],
    ),
    "a time beyond all times": (b"retry: " + b"9" * 5000 + b"\ndata: a\n\n", [E(data="a")]),
    "no data is no event": (b"event: a\n\nretry: 5\n\n: only a comment\n\n", []),
    "its type is gone with it": (b"event: a\n\ndata: x\n\n", [E("message", "x")]),
    "empty data is one": (b"data\n\ndata:\n\ndata\ndata\n\n", [E(), E(), E(data="\n")]),
    "comments": (b": one\n:\ndata: a\n:data: b\n\n", [E(data="a")]),
    "fields that are not known": (b"dat: a\nDATA: b\n data: c\nfoo\ndata: d\n\n", [E(data="d")]),
    "many blank lines": (b"\n\n\ndata: a\n\n\n\n", [E(data="a")]),
    "ends of lines": (
        b"data: a\r\n\r\ndata: b\r\rdata: c\n\r\ndata: d\r\n\n",
        [E(data="a"), E(data="b"), E(data="c"), E(data="d")],
    ),
    "a byte order mark goes": (b"\xef\xbb\xbfdata: a\n\n", [E(data="a")]),
    "once": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [E(data="b")]),
    "and only in front": (b"\n\xef\xbb\xbfdata: a\n\n", []),
    "what is no UTF-8 is replaced": (b"data: \xe4\xff\n\n", [E(data="\ufffd\ufffd")]),
    "wide characters": ("data: é日🎉\n\n".encode(), [E(data="é日🎉")]),
    "NUL is data": (b"data: a\x00b\n\n", [E(data="a\x00b")]),
    "other separators are data": (
        "data: a\u2028b\x0bc\x85\n\n".encode(),
        [E(data="a\u2028b\x0bc\x85")],
    ),
    "the last event has no end": (b"data: a\n\ndata: b\ndata: c", [E(data="a"), E(data="b\nc")]),
    "nor has its line": (b"data: a\n", [E(data="a")]),
    "the last event says nothing": (b"data\n\ndata:", [E()]),
    "no more does one without data": (b"data: a\n\nevent: b\nid: 2", [E(data="a")]),
}


@pytest.mark.parametrize("case", VECTORS)
def test_vectors(case: str) -> None:
    content, expected = VECTORS[case]
    assert same_however_cut(content, [2, 7, 8], ServerSentEventDecoder) == (expected, None)


pieces = st.sampled_from(
    [
        *(b"data", b"event", b"id", b"retry", b":", b": ", b"\n", b"\r", b"\n\n", b"\r\n", b"x"),
        *("é🎉".encode(), b"\xe4", b"\x00", b"\xef\xbb\xbf", b"data: a\n", b"[DONE]", b"12"),
    ]
)
streams = st.one_of(st.lists(pieces).map(b"".join), st.binary(max_size=40))


@given(streams, cuts, st.sampled_from([None, "[DONE]", "a", ""]), st.integers(1, 9))
@example(b"data: a\r\n\r\n", [8], None, 9)
@example(b"\xef\xbb\xbfdata: a\n\n", [1, 2], None, 9)
def test_events_are_the_same_however_they_are_cut(
    content: bytes, at: list[int], done: str | None, limit: int
) -> None:
    events, error = same_however_cut(content, at, lambda: ServerSentEventDecoder(done=done))
    assert error is None
    assert done not in [event.data for event in events]
    same_however_cut(content, at, lambda: ServerSentEventDecoder(done=done, max_line=limit))


data = st.text(st.sampled_from("ab: é\n"), min_size=1)
names = st.text(st.sampled_from("ab: é"), max_size=4).filter(bool)
written = st.lists(
    st.builds(ServerSentEvent, names, data, names, st.none() | st.integers(0, 10**6))
)


@given(written, st.sampled_from(["\n", "\r", "\r\n"]), cuts)
def test_what_was_written_is_read(events: list[ServerSentEvent], end: str, at: list[int]) -> None:
    lines: list[str] = []
    for event in events:
        lines += [f"event: {event.event}", f"id: {event.id}"]
        lines += [f"data: {line}" for line in event.data.split("\n")]
        lines += [] if event.retry is None else [f"retry: {event.retry}"]
        lines.append("")
    content = "".join(line + end for line in lines).encode()
    assert same_however_cut(content, at, ServerSentEventDecoder) == (events, None)


def test_what_follows_the_end_is_dropped() -> None:
    content = b"data: a\n\ndata: [DONE]\n\ndata: b\n\n" + b"x" * 100
    items, error = same_however_cut(
        content, [15], lambda: ServerSentEventDecoder(done="[DONE]", max_line=20)
    )
    assert (items, error) == ([E(data="a")], None)
    kept, _ = outcome([content], ServerSentEventDecoder())
    assert [event.data for event in kept] == ["a", "[DONE]", "b"]


def test_an_end_that_no_blank_line_ends_is_an_end() -> None:
    items, _ = outcome([b"data: a\n\ndata: [DONE]"], ServerSentEventDecoder(done="[DONE]"))
    assert items == [E(data="a")]


LIMITED: dict[str, tuple[bytes, int | None]] = {
    "a line of just the size": (b"data: 1234\n\n", None),
    "data of just the size": (b"data: 1234\ndata:56789\n\n", None),
    "a line": (b"data: 12345\n\n", 3),
    "a comment": (b":1234567890\n", 3),
    "a line without end": (b"data: 12345", 3),
    "data": (b"data: 1234\ndata: 5678\ndata: 9\n\n", 5),
    "empty data": (b"data\n" * 20, 14),
}


@pytest.mark.parametrize("case", LIMITED)
def test_lines_and_data_over_the_limit_are_errors_after_the_events_before(case: str) -> None:
    content, line = LIMITED[case]
    events, error = same_however_cut(
        b"data: a\n\n" + content, [3, 12], lambda: ServerSentEventDecoder(max_line=10)
    )
    assert events[0] == E(data="a")
    assert len(events) == 1 + (line is None)
    if line is not None:
        assert error == (LineTooLongError, str(LineTooLongError(line, 10)))


def test_data_may_be_json_and_is_not_printed() -> None:
    event = E("token", '{"text": "secret"}', "3")
    assert event.json() == {"text": "secret"}
    assert repr(event) == "ServerSentEvent(data=<redacted>, event='token', id='3')"
    with pytest.raises(ContentError) as caught:
        E(data="secret").json()
    assert str(caught.value) == (
        "the data of the event is not JSON; its event type tells what it is"
    )
    assert caught.value.__context__ is None
