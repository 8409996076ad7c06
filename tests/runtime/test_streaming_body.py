"""The payload of an answer as a stream."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest
from drawplate.async_streams import AsyncStreamingBody
from drawplate.bodies import scan
from drawplate.errors import TruncatedBodyError
from drawplate.http import HttpResponse
from drawplate.params import stream
from drawplate.streams import StreamingBody
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.awaiting import Blocking, Pause


class Wire:
    """A body that is still on the wire; counts what was taken from it."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = iter(pieces)
        self.taken = 0
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            self.taken += 1
            yield piece

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(scope="module", params=["sync", "async"], autouse=True)
def kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """All tests are about the body of both clients."""
    asked: str = request.param
    WAYS.append(asked)
    yield asked
    WAYS.pop()


WAYS: list[str] = []


def body_of(body: Wire | bytes, headers: dict[str, str] | None = None) -> StreamingBody:
    if WAYS[-1] == "sync":
        return StreamingBody(HttpResponse(200, headers, body))
    given = body if isinstance(body, bytes) else Awaited(body)
    return cast("StreamingBody", Blocking(AsyncStreamingBody(HttpResponse(200, headers, given))))


class Awaited:
    """The same where it has to be awaited."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._wire:
            await Pause()
            yield piece

    async def aclose(self) -> None:
        self._wire.close()


def test_chunks_come_as_they_arrive() -> None:
    wire = Wire(b"one", b"two")
    body = body_of(wire, {"content-length": "6"})
    assert (wire.taken, body.length) == (0, 6)
    assert (next(body), wire.taken, body.length) == (b"one", 1, 3)
    assert (list(body), body.length) == ([b"two"], 0)
    assert (list(body), body.read(), wire.closed) == ([], b"", 0)


@given(st.lists(st.binary(min_size=1, max_size=9)), st.lists(st.integers(0, 7)))
def test_reading_in_any_sizes_loses_nothing(pieces: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(pieces)
    body = body_of(Wire(*pieces), {"content-length": str(len(whole))})
    read = b""
    for size in sizes:
        part = body.read(size)
        assert len(part) <= size
        read += part
        assert body.length == len(whole) - len(read)
    assert read + body.read() == whole


def test_reading_some_waits_for_no_more_than_one_chunk() -> None:
    wire = Wire(b"one", TruncatedBodyError("cut"))
    body = body_of(wire)
    assert (body.read(100), wire.taken, body.length) == (b"one", 1, None)
    with pytest.raises(TruncatedBodyError):
        body.read(1)


def test_it_is_a_context_manager_that_closes() -> None:
    wire = Wire(b"one", b"two")
    with body_of(wire) as body:
        assert body.read(1) == b"o"
    assert wire.closed == 1
    with pytest.raises(ValueError, match="the body was closed; read it before it is closed"):
        body.read()


def test_a_body_in_memory_reads_the_same() -> None:
    body = body_of(b"whole")
    assert (body.length, body.read(2), body.read(), body.read()) == (5, b"wh", b"ole", b"")
    assert body_of(b"").read() == b""
    body.close()


def test_it_shows_nothing_of_its_content() -> None:
    name = {"sync": "StreamingBody", "async": "AsyncStreamingBody"}[WAYS[-1]]
    assert repr(body_of(b"secret")) == f"<{name}, 6 bytes left>"
    assert repr(body_of(Wire())) == f"<{name}, ? bytes left>"


def test_it_can_be_copied_like_a_file() -> None:
    import shutil

    target = io.BytesIO()
    shutil.copyfileobj(body_of(Wire(b"one", b"two")), target, 2)
    assert target.getvalue() == b"onetwo"


def test_it_can_be_sent_on() -> None:
    body = StreamingBody(HttpResponse(200, {"content-length": "6"}, Wire(b"one", b"two")))
    assert body.read(1) == b"o"
    source = stream(body)
    assert not isinstance(source, bytes)
    assert source is body
    assert (source.length, source.repeatable) == (5, False)
    copy = scan(source, [])
    assert (copy.length, b"".join(copy.chunks()), copy.repeatable) == (5, b"netwo", True)
