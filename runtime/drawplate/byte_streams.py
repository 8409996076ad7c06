"""Streams of events that carry one content in parts: bytes, text, lines or events of their own.

The model says which unions are such streams: those with the trait `drawplate#byteStream`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from drawplate.errors import EventStreamError, ServiceError
from drawplate.streams import EventHeaders, EventStream, EventT, EventUnion

if TYPE_CHECKING:
    from drawplate.text_streams import Decoder, ServerSentEvent

T = TypeVar("T")


class ByteEventUnion(EventUnion[EventT]):
    """The members of a streaming union one of which carries a part of the content.

    `content` returns that part, None for other events.
    """

    __slots__ = ("content",)

    def __init__(
        self,
        *,
        events: Mapping[str, Callable[[EventHeaders, bytes], EventT]],
        exceptions: Mapping[str, Callable[[EventHeaders, bytes], ServiceError]],
        unknown: Callable[[str, EventHeaders, bytes], EventT],
        content: Callable[[EventT], bytes | None],
    ) -> None:
        super().__init__(events=events, exceptions=exceptions, unknown=unknown)
        self.content = content


# The decoders of the methods below, which the async stream has as well. Few streams need them.


def text_decoder(encoding: str, errors: str) -> Decoder[str]:
    """See `ByteEventStream.iter_text`."""
    from drawplate.text_streams import TextDecoder

    return TextDecoder(encoding, errors)


def line_decoder(encoding: str | None, errors: str, max_line: int | None) -> Decoder[Any]:
    """See `ByteEventStream.iter_lines`."""
    from drawplate.text_streams import MAX_LINE, ByteLineDecoder, LineDecoder

    limit = MAX_LINE if max_line is None else max_line
    if encoding is None:
        return ByteLineDecoder(max_line=limit)
    return LineDecoder(encoding, errors, max_line=limit)


def json_line_decoder(loads: Callable[[bytes], Any] | None, max_line: int | None) -> Decoder[Any]:
    """See `ByteEventStream.iter_json_lines`."""
    from drawplate.text_streams import MAX_LINE, JsonLineDecoder

    limit = MAX_LINE if max_line is None else max_line
    if loads is None:
        return JsonLineDecoder(max_line=limit)
    return JsonLineDecoder(loads, max_line=limit)


def sse_decoder(done: str | None, max_line: int | None) -> Decoder[ServerSentEvent]:
    """See `ByteEventStream.iter_sse`."""
    from drawplate.text_streams import MAX_LINE, ServerSentEventDecoder

    limit = MAX_LINE if max_line is None else max_line
    return ServerSentEventDecoder(done=done, max_line=limit)


class ByteEventStream(EventStream[EventT]):
    """Events whose bytes make up one content, which is cut anywhere.

    Iterate over the events, as of any stream, or over the content by one of the methods here: it
    comes out the same however it was cut. They end as iterating does: what was complete is handed
    over, then the error is raised that ended the stream, and every end closes it. Content that is
    not of the format raises a `ContentError`, in its place as well.

    One of them reads the stream: what it holds back of an unfinished line nobody else can have, so
    other readers raise `EventStreamError` from its first item on, and dropping it closes the
    stream. Only `iter_bytes` holds nothing back, so reading may go on after it in any way.
    """

    __slots__ = ()

    _union: ByteEventUnion[EventT]

    def iter_bytes(self) -> Iterator[bytes]:
        """The content as it arrives, in parts that are not empty."""
        return self._content_of(self)

    def read(self) -> bytes:
        """Read to the end and return the content, or what is left of it."""
        return b"".join(self.iter_bytes())

    def iter_text(self, encoding: str = "utf-8", errors: str = "strict") -> Iterator[str]:
        """The content as text, as it arrives; a character may span parts.

        `errors` says what becomes of bytes that are no text, as with `bytes.decode`; "strict"
        raises `TextDecodeError`. Raises `LookupError` at once for names that Python does not know.
        """
        return self._decoded("iter_text", text_decoder(encoding, errors))

    @overload
    def iter_lines(
        self, encoding: str = "utf-8", errors: str = "strict", *, max_line: int | None = None
    ) -> Iterator[str]: ...

    @overload
    def iter_lines(self, encoding: None, *, max_line: int | None = None) -> Iterator[bytes]: ...

    def iter_lines(
        self,
        encoding: str | None = "utf-8",
        errors: str = "strict",
        *,
        max_line: int | None = None,
    ) -> Iterator[str] | Iterator[bytes]:
        r"""The lines of the content without their ends, as bytes where `encoding` is None.

        They end with "\n", "\r\n" or "\r", as files do that are opened as text; the last one may
        have no end. One of more than `max_line` characters (bytes; 16 Mi where it is None) raises
        `LineTooLongError`.
        """
        return self._decoded("iter_lines", line_decoder(encoding, errors, max_line))

    @overload
    def iter_json_lines(
        self, loads: None = None, *, max_line: int | None = None
    ) -> Iterator[Any]: ...

    @overload
    def iter_json_lines(
        self, loads: Callable[[bytes], T], *, max_line: int | None = None
    ) -> Iterator[T]: ...

    def iter_json_lines(
        self, loads: Callable[[bytes], Any] | None = None, *, max_line: int | None = None
    ) -> Iterator[Any]:
        """What the lines hold, each of which is a JSON document; blank lines are skipped.

        A line that is none raises `JsonLineError`. `loads` makes something else of each line, such
        as a class of yours; what it raises is raised, with a note that tells the line. `max_line`
        is in bytes, as with `iter_lines`.
        """
        return self._decoded("iter_json_lines", json_line_decoder(loads, max_line))

    def iter_sse(
        self, *, done: str | None = None, max_line: int | None = None
    ) -> Iterator[ServerSentEvent]:
        """The server-sent events that the content is made of.

        `done` is the data that stands for the end, such as "[DONE]": iterating ends with it, after
        what may follow was read and dropped. `max_line` limits the bytes of a line and of the data
        of an event, as with `iter_lines`.
        """
        return self._decoded("iter_sse", sse_decoder(done, max_line))

    def _content_of(self, events: Iterator[EventT] | EventStream[EventT]) -> Iterator[bytes]:
        content = self._union.content
        for event in events:
            # Where errors are handed over as events, the content is cut off all the same.
            if isinstance(event, Exception):
                raise event
            part = content(event)
            if part:
                yield part

    def _decoded(self, helper: str, decoder: Decoder[T]) -> Iterator[T]:
        events = self._take(helper)
        try:
            for part in self._content_of(events):
                yield from decoder.feed(part)
            yield from decoder.close()
        finally:
            self.close()

    def _take(self, helper: str) -> Iterator[EventT]:
        """The events for one reader, which has them for itself."""
        events = iter(self)
        if isinstance(events, Taken):
            next(events)
        self._events = Taken(self._operation, helper)
        return events


class Taken(Iterator[Any]):
    """Stands for the events that a helper reads."""

    __slots__ = ("_helper", "_operation")

    def __init__(self, operation: str, helper: str) -> None:
        self._operation = operation
        self._helper = helper

    def __next__(self) -> Any:
        raise EventStreamError(
            f"the event stream of {self._operation} is being read by {self._helper}(), which may "
            "hold the beginning of the next item; go on with what that returned"
        )
