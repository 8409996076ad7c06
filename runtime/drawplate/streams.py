"""Answers that are read as they arrive: streams of bytes, and typed streams of events.

Their async twins: `drawplate.async_streams`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Literal,
    Protocol,
    Self,
    TypeVar,
)

from drawplate.errors import EventStreamError, ServiceError
from drawplate.http import HttpResponse, blocking_body
from drawplate.parse import json_object
from drawplate.structures import StreamFacts, Structure, request_id

if TYPE_CHECKING:
    from drawplate._event_decoder import EventDecoder
    from drawplate._event_messages import Block, Head
    from drawplate.eventstream import Frame, HeaderValue
    from drawplate.http import AsyncBodyReader, BodyReader, Deadline

EventT = TypeVar("EventT")
T = TypeVar("T")

EventHeaders = Mapping[str, "HeaderValue"]


class StreamObserver(Protocol):
    """Looks on while an answer is read, and does not take part: it raises nothing."""

    def item(self) -> None:
        """An event, or a chunk of bytes, is handed over."""
        ...

    def ended(self, error: Exception | None, *, complete: bool) -> None:
        """The stream was read to its end, failed, or was closed; may be called again after that.

        A stream that nobody closes does not end: it is dropped, and its observers with it.
        """
        ...


class Observable:
    """A stream that can be looked at."""

    __slots__ = ("_observers",)

    def __init__(self) -> None:
        self._observers: tuple[StreamObserver, ...] = ()

    def observe(self, observer: StreamObserver, /) -> None:
        """Tell an observer of what is read from now on; before anything was read."""
        self._observers += (observer,)

    def _was_closed(self) -> None:
        for observer in self._observers:
            observer.ended(None, complete=False)


def stream_of(output: Structure | None) -> Observable | None:
    """The stream that an output holds, None where it has none, or has it from elsewhere."""
    for name in () if output is None else output.__slots__:
        held: object = getattr(output, name)
        if isinstance(held, Observable):
            return held
    return None


def observed(items: Iterator[T], observer: StreamObserver) -> Iterator[T]:
    """Yield the items, and tell an observer of each; None is no item."""
    try:
        for item in items:
            if item is not None:
                observer.item()
            yield item
    except Exception as error:
        observer.ended(error, complete=False)
        raise
    observer.ended(None, complete=True)


class StreamingBody(Observable):
    """The payload of one answer, read as it arrives: one pass, by chunk or with `read`.

    A context manager that closes it. Reading to the end gives the connection back to its pool;
    closing earlier, or dropping the last reference, closes the connection. A connection that fails
    raises a `NetworkingError`; a body that does not match its checksum `ResponseChecksumError` at
    its end. It can be passed on as a parameter: what arrives is then sent on.
    """

    __slots__ = ("_body", "_chunks", "_rest", "length", "repeatable")

    #: How many bytes are left; None where the answer has no Content-Length.
    length: int | None
    #: False: a `BodySource` that can be read once.
    repeatable: bool

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self._body = body = blocking_body(response)
        self._rest = b""
        self.repeatable = False
        self._chunks: Iterator[bytes] | None
        if isinstance(body, bytes):
            self.length = len(body)
            self._chunks = iter((body,) if body else ())
        else:
            announced = response.headers.get("content-length", "")
            self.length = int(announced) if announced.isdecimal() else None
            self._chunks = iter(body)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._rest:
            chunk, self._rest = self._rest, b""
        elif self._chunks is None:
            raise ValueError("the body was closed; read it before it is closed")
        else:
            chunk = next(self._chunks)
        if self.length is not None:
            self.length -= len(chunk)
        return chunk

    def _put_back(self, rest: bytes) -> None:
        self._rest = rest
        if self.length is not None:
            self.length += len(rest)

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`."""
        return self

    def read(self, size: int | None = -1, /) -> bytes:
        """All bytes that are left, or at most `size` of them; empty only at the end.

        Waits for no more than the next chunk when a size is given.
        """
        if size is None or size < 0:
            return b"".join(self)
        if size == 0:
            return b""
        chunk = next(self, b"")
        self._put_back(chunk[size:])
        return chunk[:size]

    def close(self) -> None:
        """Stop reading. Drops the connection unless the body was read to its end. Idempotent."""
        self._rest = b""
        self._chunks = None
        if not isinstance(self._body, bytes):
            self._body.close()
        self._was_closed()

    def observe(self, observer: StreamObserver, /) -> None:
        """See `Observable.observe`; what is told of are chunks as they arrive."""
        super().observe(observer)
        if self._chunks is not None:
            self._chunks = observed(self._chunks, observer)

    def __enter__(self) -> StreamingBody:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<StreamingBody, {'?' if self.length is None else self.length} bytes left>"


class UnknownEvent:
    """An event that this client's model does not know: a newer service may send one.

    `raw_event_type` is its name on the wire; `headers` and `payload` are as they came.
    """

    __slots__ = ("headers", "payload", "raw_event_type")

    #: What kind of event this is; every event has one, a modelled one that of its member.
    event_type: ClassVar[Literal["unknown_event", "initial_response"]] = "unknown_event"

    def __init__(self, raw_event_type: str, headers: EventHeaders, payload: bytes) -> None:
        self.raw_event_type = raw_event_type
        self.headers = dict(headers)
        self.payload = payload

    @property
    def raw_event(self) -> Frame:
        """Headers and payload, as one message."""
        from drawplate.eventstream import Frame  # the stream has imported it

        return Frame(dict(self.headers), self.payload)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UnknownEvent) or type(other) is not type(self):
            return NotImplemented
        return (self.raw_event_type, self.headers, self.payload) == (
            other.raw_event_type,
            other.headers,
            other.payload,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.raw_event_type!r}, <{len(self.payload)} bytes>)"


class InitialResponseEvent(UnknownEvent):
    """What protocols without header fields of their own send ahead of the events.

    With restJson1 the members of an output are in the header fields, so services do not send it;
    where one does, it is no event of the model.
    """

    __slots__ = ()

    event_type = "initial_response"

    @property
    def response(self) -> Mapping[str, Any]:
        """What the service sent, by wire name; raises `ResponseParseError` unless it is JSON."""
        return json_object(self.payload)


def named(
    event_type: str, parse: Callable[[EventHeaders, bytes], EventT]
) -> Callable[[EventHeaders, bytes], EventT]:
    """A parser for an event or error of several members, which tells it the one it came as."""

    def read(headers: EventHeaders, payload: bytes) -> EventT:
        event = parse(headers, payload)
        vars(event)["event_type"] = event_type
        return event

    return read


class EventUnion(Generic[EventT]):
    """The members of a streaming union: a parser for each event and exception, by wire name.

    `unknown` makes an event out of one that the model does not know.
    """

    __slots__ = ("blocks", "events", "exceptions", "heads", "unknown")

    #: What decoders of such streams know of bytes that messages begin with.
    heads: dict[bytes, Head[EventT]]
    blocks: dict[bytes, Block[EventT]]

    def __init__(
        self,
        *,
        events: Mapping[str, Callable[[EventHeaders, bytes], EventT]],
        exceptions: Mapping[str, Callable[[EventHeaders, bytes], ServiceError]],
        unknown: Callable[[str, EventHeaders, bytes], EventT],
    ) -> None:
        self.events = events
        self.exceptions = exceptions
        self.unknown = unknown
        self.heads = {}
        self.blocks = {}

    def resolve(self, headers: EventHeaders) -> Callable[[EventHeaders, bytes], EventT] | None:
        """The parser for a message with these headers; None if it is no event of the model."""
        event_type = headers.get(":event-type")
        if isinstance(event_type, str) and headers.get(":message-type") == "event":
            return self.events.get(event_type)
        return None


class BaseEventStream(Observable, Generic[EventT]):
    """What sync and async streams of events have in common; see `EventStream`."""

    __slots__ = ("_body", "_decoder", "_operation", "_union", "facts")

    #: What has arrived so far; `out.metadata` tells it too.
    facts: StreamFacts

    def __init__(
        self, response: HttpResponse, union: EventUnion[EventT], *, operation: str
    ) -> None:
        from drawplate._event_decoder import EventDecoder  # only streams need it

        super().__init__()
        self._body = response.body
        self._union = union
        self._operation = operation
        self._decoder: EventDecoder[EventT] = EventDecoder(
            union, operation, request_id(response.headers)
        )
        self.facts = self._decoder.facts

    def take_after(self, stream: BaseEventStream[EventT]) -> None:
        """Be about the same answer as another stream; for one that is not to be read itself."""
        Observable.__init__(self)
        self._body = stream._body
        self._union = stream._union
        self._operation = stream._operation
        self._decoder = stream._decoder
        self.facts = stream.facts

    @property
    def source(self) -> tuple[bytes | BodyReader | AsyncBodyReader, EventDecoder[EventT]]:
        """What the events are read from, and with; for who reads them in place of the stream."""
        return self._body, self._decoder

    def limit(
        self,
        deadline: Deadline,
        timer: Callable[[], float],
        *,
        idle: float | None,
        total: float | None,
    ) -> None:
        """Hold the stream to limits in seconds, by way of the deadline of its request.

        To be called before anything was read. `StreamTimeoutError` is raised where they are over.
        """
        from drawplate._stream_limits import StreamLimits  # few streams have them

        self._decoder.limits = StreamLimits(deadline, timer, idle=idle, total=total)

    @property
    def raise_stream_errors(self) -> bool:
        """Whether errors that the service sends are raised; True unless it is set.

        False hands them over as events, which the annotation of the events does not tell, and reads
        on. What breaks the format or the connection is raised all the same.
        """
        return self._decoder.raise_stream_errors

    @raise_stream_errors.setter
    def raise_stream_errors(self, value: bool) -> None:
        self._decoder.raise_stream_errors = value

    @property
    def event_types(self) -> list[str]:
        """The `event_type` of each event, of a stream that was read for its handler.

        Raises `EventStreamError` where events are handed over as they arrive.
        """
        raise EventStreamError(
            f"the event stream of {self._operation} is read as it arrives: take event_type from "
            "its events, or give the call an event_stream_handler"
        )


class EventStream(BaseEventStream[EventT]):
    """Events of one answer: a one-pass iterator, and a context manager that closes it.

    An event is handed over as soon as its last byte has arrived. Modelled exceptions of the stream
    are raised as their own classes, unmodelled errors as `EventError`; a broken message raises
    `EventStreamChecksumError` or `EventStreamParserError`, an end inside a message
    `TruncatedStreamError`, a failing connection a `NetworkingError`. Whatever was handed over
    before stays valid, and every end closes the stream.

    Reading to the end gives the connection back to its pool; closing earlier drops it. Iterating
    again after the end is an error, not silence.
    """

    __slots__ = ("_events",)

    def __init__(
        self, response: HttpResponse, union: EventUnion[EventT], *, operation: str
    ) -> None:
        super().__init__(response, union, operation=operation)
        body = blocking_body(response)
        if not isinstance(body, bytes):
            self._decoder.on_end = body.close
        self._events = self._decoder.all_of((body,) if isinstance(body, bytes) else body)

    def __iter__(self) -> Iterator[EventT]:
        if self._decoder.is_closed:
            raise self._decoder.closed()
        return self._events

    def __next__(self) -> EventT:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def collect(self) -> list[EventT]:
        """Read to the end and return the events as a list; raises as iterating does."""
        return list(self)

    def close(self) -> None:
        """Stop reading. Drops the connection unless the stream was read to its end. Idempotent."""
        self._decoder.close()
        self._was_closed()

    def observe(self, observer: StreamObserver, /) -> None:
        """See `Observable.observe`."""
        super().observe(observer)
        self._events = observed(self._events, observer)
