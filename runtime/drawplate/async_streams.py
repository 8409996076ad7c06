"""Streams of async clients: what `drawplate.streams` and `drawplate.byte_streams` have, awaited.

Waiting is all that differs, so what is said there about order, ends and errors holds here too. A
task that is cancelled while it waits closes the stream: its connection is dropped, never used again
half-read. Nothing here belongs to one event loop, or to asyncio at all.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from drawplate._event_messages import Arrivals
from drawplate.byte_streams import (
    ByteEventUnion,
    Taken,
    json_line_decoder,
    line_decoder,
    sse_decoder,
    text_decoder,
)
from drawplate.http import HttpResponse, blocking, is_awaited
from drawplate.streams import (
    BaseEventStream,
    EventT,
    EventUnion,
    Observable,
    StreamObserver,
    observed,
)

if TYPE_CHECKING:
    from drawplate.http import AsyncBodyReader, BodyReader
    from drawplate.text_streams import Decoder, ServerSentEvent

T = TypeVar("T")


class _Source:
    """Where the chunks of a body come from, for one reader at a time."""

    __slots__ = ("_body", "_chunks", "_is_awaited", "_pieces")

    def __init__(self, body: bytes | BodyReader | AsyncBodyReader) -> None:
        self._body: bytes | BodyReader | AsyncBodyReader | None = body
        self._pieces: Iterator[bytes] | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._is_awaited = False

    def check_free(self) -> None:
        """Raise `RuntimeError` if a task is waiting for the next chunk."""
        if self._is_awaited:
            raise RuntimeError(
                "another task is waiting for the next bytes of this stream; read it in one task"
            )

    async def next(self) -> bytes:
        """The next chunk; raises `StopAsyncIteration` at the end."""
        body = self._body
        if self._pieces is None and self._chunks is None and body is not None:
            if is_awaited(body):
                self._chunks = aiter(body)
            else:
                # A body in memory, or a reader that never blocks, as of a stub.
                self._pieces = iter((body,) if isinstance(body, bytes) else blocking(body))
        if self._pieces is not None:
            for piece in self._pieces:
                return piece
            raise StopAsyncIteration
        if self._chunks is None:
            raise self._closed()
        self._is_awaited = True
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            if self._body is None:
                raise self._closed() from None
            raise
        finally:
            self._is_awaited = False

    async def close(self) -> None:
        """Drop the connection unless the body was read to its end. Idempotent."""
        body, self._body = self._body, None
        chunks, self._chunks = self._chunks, None
        self._pieces = None
        if body is None or isinstance(body, bytes):
            return
        if not is_awaited(body):
            blocking(body).close()
            return
        try:
            # Or the loop would have to do that later; where a task is in there, it does.
            if isinstance(chunks, AsyncGenerator) and not self._is_awaited:
                await chunks.aclose()
        finally:
            await body.aclose()

    def _closed(self) -> ValueError:
        return ValueError("the body was closed; read it before it is closed")


class AsyncStreamingBody(Observable):
    """The payload of one answer, read as it arrives: one pass, by chunk or with `read`.

    An async context manager that closes it. See `drawplate.streams.StreamingBody`; passed on as a
    parameter of an async client, what arrives is sent on.
    """

    __slots__ = ("_at_end", "_rest", "_source", "length", "repeatable")

    #: How many bytes are left; None where the answer has no Content-Length.
    length: int | None
    #: False: an `AsyncBodySource` that can be read once.
    repeatable: bool

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        body = response.body
        self._source = _Source(body)
        self._rest = b""
        self._at_end = False
        self.repeatable = False
        if isinstance(body, bytes):
            self.length = len(body)
        else:
            announced = response.headers.get("content-length", "")
            self.length = int(announced) if announced.isdecimal() else None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._chunk()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def chunks(self) -> AsyncIterator[bytes]:
        """See `AsyncBodySource.chunks`."""
        return self

    async def read(self, size: int | None = -1, /) -> bytes:
        """All bytes that are left, or at most `size` of them; empty only at the end.

        Waits for no more than the next chunk when a size is given.
        """
        if size is None or size < 0:
            return b"".join([chunk async for chunk in self])
        if size == 0:
            return b""
        chunk = await self._chunk() or b""
        self._rest = chunk[size:]
        if self.length is not None:
            self.length += len(self._rest)
        return chunk[:size]

    async def aclose(self) -> None:
        """Stop reading. Drops the connection unless the body was read to its end. Idempotent."""
        self._rest = b""
        try:
            await self._source.close()
        finally:
            self._was_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _chunk(self) -> bytes | None:
        if self._rest:
            chunk, self._rest = self._rest, b""
        elif self._at_end:
            return None
        else:
            arrived = await self._arrive()
            if arrived is None:
                return None
            chunk = arrived
        if self.length is not None:
            self.length -= len(chunk)
        return chunk

    async def _arrive(self) -> bytes | None:
        self._source.check_free()
        try:
            chunk = await self._source.next()
        except StopAsyncIteration:
            self._at_end = True
            for observer in self._observers:
                observer.ended(None, complete=True)
            return None
        except GeneratorExit:
            raise  # nothing can be awaited any more; the reader closes itself when it is dropped
        except Exception as error:
            for observer in self._observers:
                observer.ended(error, complete=False)
            raise
        except BaseException:
            await self.aclose()
            raise
        for observer in self._observers:
            observer.item()
        return chunk

    def __repr__(self) -> str:
        return f"<AsyncStreamingBody, {'?' if self.length is None else self.length} bytes left>"


class AsyncEventStream(BaseEventStream[EventT]):
    """Events of one answer: a one-pass async iterator, and an async context manager.

    See `drawplate.streams.EventStream`. The events of one arrival are handed over without giving
    way to other tasks in between, as asyncio's own streams hand over lines that they hold: what a
    transport holds is limited, so the loop gets its turn when that is used up.
    """

    __slots__ = ("_arrivals", "_events", "_source")

    def __init__(
        self, response: HttpResponse, union: EventUnion[EventT], *, operation: str
    ) -> None:
        super().__init__(response, union, operation=operation)
        self._source = _Source(response.body)
        self._arrivals = Arrivals()
        self._events: Iterator[EventT | None] = self._decoder.decode(self._arrivals)

    def __aiter__(self) -> AsyncIterator[EventT]:
        if self._decoder.is_closed:
            raise self._decoder.closed()
        return self

    def __anext__(self) -> Coroutine[Any, Any, EventT]:
        return self._next_of(self._events)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def collect(self) -> list[EventT]:
        """Read to the end and return the events as a list; raises as iterating does."""
        return [event async for event in self]

    async def aclose(self) -> None:
        """Stop reading. Drops the connection unless the stream was read to its end. Idempotent."""
        self._decoder.close()
        try:
            await self._source.close()
        finally:
            self._was_closed()

    def observe(self, observer: StreamObserver, /) -> None:
        """See `Observable.observe`."""
        super().observe(observer)
        self._events = observed(self._events, observer)

    async def _next_of(self, events: Iterator[EventT | None]) -> EventT:
        """The next one of events that this stream waits for; `StopAsyncIteration` at the end."""
        try:
            for event in events:
                if event is not None:
                    return event
                await self._arrive()
        except GeneratorExit:
            # Nothing can be awaited any more; the reader closes itself when it is dropped.
            self._decoder.close()
            raise
        except Exception:
            # It may be about the one who asks, and not about the stream.
            if self._decoder.is_closed:
                await self._source.close()
            raise
        except BaseException:
            await self.aclose()
            raise
        await self._source.close()
        raise StopAsyncIteration

    async def _arrive(self) -> None:
        """Wait for the next bytes; what goes wrong meanwhile is raised in its place."""
        self._source.check_free()
        arrivals, decoder = self._arrivals, self._decoder
        try:
            arrivals.put(await self._source.next())
        except StopAsyncIteration:
            arrivals.end()
        except BaseException as error:
            if not isinstance(error, Exception):
                raise
            # Where another task has closed the stream, that is why.
            arrivals.fail(decoder.closed() if decoder.is_closed else error)


class AsyncByteEventStream(AsyncEventStream[EventT]):
    """Events whose bytes make up one content, which is cut anywhere.

    See `drawplate.byte_streams.ByteEventStream`. An iterator of these methods that is left before
    its end should be closed with `aclose()`, or the stream with it; event loops do that for those
    that are dropped, a little later.
    """

    __slots__ = ()

    _union: ByteEventUnion[EventT]

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """The content as it arrives, in parts that are not empty."""
        content = self._union.content
        async for event in self:
            if isinstance(event, Exception):
                raise event
            part = content(event)
            if part:
                yield part

    async def read(self) -> bytes:
        """Read to the end and return the content, or what is left of it."""
        return b"".join([part async for part in self.iter_bytes()])

    def iter_text(self, encoding: str = "utf-8", errors: str = "strict") -> AsyncIterator[str]:
        """The content as text, as it arrives; a character may span parts.

        See `ByteEventStream.iter_text`.
        """
        return self._decoded("iter_text", text_decoder(encoding, errors))

    @overload
    def iter_lines(
        self, encoding: str = "utf-8", errors: str = "strict", *, max_line: int | None = None
    ) -> AsyncIterator[str]: ...

    @overload
    def iter_lines(
        self, encoding: None, *, max_line: int | None = None
    ) -> AsyncIterator[bytes]: ...

    def iter_lines(
        self,
        encoding: str | None = "utf-8",
        errors: str = "strict",
        *,
        max_line: int | None = None,
    ) -> AsyncIterator[str] | AsyncIterator[bytes]:
        """The lines of the content without their ends, as bytes where `encoding` is None.

        See `ByteEventStream.iter_lines`.
        """
        return self._decoded("iter_lines", line_decoder(encoding, errors, max_line))

    @overload
    def iter_json_lines(
        self, loads: None = None, *, max_line: int | None = None
    ) -> AsyncIterator[Any]: ...

    @overload
    def iter_json_lines(
        self, loads: Callable[[bytes], T], *, max_line: int | None = None
    ) -> AsyncIterator[T]: ...

    def iter_json_lines(
        self, loads: Callable[[bytes], Any] | None = None, *, max_line: int | None = None
    ) -> AsyncIterator[Any]:
        """What the lines hold, each of which is a JSON document; blank lines are skipped.

        See `ByteEventStream.iter_json_lines`.
        """
        return self._decoded("iter_json_lines", json_line_decoder(loads, max_line))

    def iter_sse(
        self, *, done: str | None = None, max_line: int | None = None
    ) -> AsyncIterator[ServerSentEvent]:
        """The server-sent events that the content is made of.

        See `ByteEventStream.iter_sse`.
        """
        return self._decoded("iter_sse", sse_decoder(done, max_line))

    async def _decoded(self, helper: str, decoder: Decoder[T]) -> AsyncIterator[T]:
        events = self._take(helper)
        content = self._union.content
        try:
            async for event in events:
                # Where errors are handed over as events, the content is cut off all the same.
                if isinstance(event, Exception):
                    raise event
                part = content(event)
                if part:
                    for item in decoder.feed(part):
                        yield item
            for item in decoder.close():
                yield item
        finally:
            await self.aclose()

    def _take(self, helper: str) -> AsyncIterator[EventT]:
        """The events for one reader, which has them for itself."""
        self.__aiter__()
        events = self._events
        if isinstance(events, Taken):
            next(events)
        self._events = Taken(self._operation, helper)
        return _TakenEvents(self._next_of, events)


class _TakenEvents(AsyncIterator[EventT]):
    """The events of a stream, for the helper that took them."""

    __slots__ = ("_events", "_next_of")

    def __init__(
        self,
        next_of: Callable[[Iterator[EventT | None]], Coroutine[Any, Any, EventT]],
        events: Iterator[EventT | None],
    ) -> None:
        self._next_of = next_of
        self._events = events

    def __anext__(self) -> Coroutine[Any, Any, EventT]:
        return self._next_of(self._events)
