"""Answers that are read as they arrive: streams of bytes, and typed streams of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    cast,
)

from drawplate.errors import (
    EventError,
    EventStreamError,
    EventStreamParserError,
    NetworkingError,
    ResponseParseError,
    ServiceError,
)
from drawplate.http import HttpResponse, blocking_body
from drawplate.parse import error_message, json_object
from drawplate.serialize import json_body
from drawplate.structures import StreamFacts, Structure, request_id

if TYPE_CHECKING:
    from drawplate.eventstream import Frame, HeaderValue

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


class Observable(Protocol):
    """A stream that can be looked at."""

    def observe(self, observer: StreamObserver, /) -> None:
        """Tell an observer of what is read from now on; before anything was read."""
        ...


def stream_of(output: Structure | None) -> Observable | None:
    """The stream that an output holds, None where it has none, or has it from elsewhere."""
    for name in () if output is None else output.__slots__:
        held: object = getattr(output, name)
        if isinstance(held, EventStream | StreamingBody):
            return cast("Observable", held)
    return None


def _observed(items: Iterator[T], observer: StreamObserver) -> Iterator[T]:
    try:
        for item in items:
            observer.item()
            yield item
    except Exception as error:
        observer.ended(error, complete=False)
        raise
    observer.ended(None, complete=True)


class StreamingBody:
    """The payload of one answer, read as it arrives: one pass, by chunk or with `read`.

    A context manager that closes it. Reading to the end gives the connection back to its pool;
    closing earlier, or dropping the last reference, closes the connection. A connection that fails
    raises a `NetworkingError`; a body that does not match its checksum `ResponseChecksumError` at
    its end. It can be passed on as a parameter: what arrives is then sent on.
    """

    __slots__ = ("_body", "_chunks", "_observers", "_rest", "length", "repeatable")

    #: How many bytes are left; None where the answer has no Content-Length.
    length: int | None
    #: False: a `BodySource` that can be read once.
    repeatable: bool

    def __init__(self, response: HttpResponse) -> None:
        self._body = body = blocking_body(response)
        self._rest = b""
        self._observers: tuple[StreamObserver, ...] = ()
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
        for observer in self._observers:
            observer.ended(None, complete=False)

    def observe(self, observer: StreamObserver, /) -> None:
        """See `Observable.observe`; what is told of are chunks as they arrive."""
        self._observers += (observer,)
        if self._chunks is not None:
            self._chunks = _observed(self._chunks, observer)

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

    __slots__ = ("events", "exceptions", "unknown")

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


class EventStream(Generic[EventT]):
    """Events of one answer: a one-pass iterator, and a context manager that closes it.

    An event is handed over as soon as its last byte has arrived. Modelled exceptions of the stream
    are raised as their own classes, unmodelled errors as `EventError`; a broken message raises
    `EventStreamChecksumError` or `EventStreamParserError`, an end inside a message
    `TruncatedStreamError`, a failing connection a `NetworkingError`. Whatever was handed over
    before stays valid, and every end closes the stream.

    Reading to the end gives the connection back to its pool; closing earlier drops it. Iterating
    again after the end is an error, not silence.
    """

    __slots__ = (
        "_body",
        "_done",
        "_events",
        "_observers",
        "_operation",
        "_request_id",
        "_union",
        "facts",
        "raise_stream_errors",
    )

    #: What has arrived so far; `out.metadata` tells it too.
    facts: StreamFacts

    #: False hands errors that the service sends over as events, which the annotation of the events
    #: does not tell, and reads on. What breaks the format or the connection is raised all the same.
    raise_stream_errors: bool

    def __init__(
        self, response: HttpResponse, union: EventUnion[EventT], *, operation: str
    ) -> None:
        self._body = blocking_body(response)
        self._union = union
        self._operation = operation
        self._request_id = request_id(response.headers)
        self._done = False
        self.facts = StreamFacts()
        self._observers: tuple[StreamObserver, ...] = ()
        self.raise_stream_errors = True
        self._events = self._read()

    def __iter__(self) -> Iterator[EventT]:
        if self._done:
            raise self._closed()
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

    @property
    def event_types(self) -> list[str]:
        """The `event_type` of each event, of a stream that was read for its handler.

        Raises `EventStreamError` where events are handed over as they arrive.
        """
        raise EventStreamError(
            f"the event stream of {self._operation} is read as it arrives: take event_type from "
            "its events, or give the call an event_stream_handler"
        )

    def close(self) -> None:
        """Stop reading. Drops the connection unless the stream was read to its end. Idempotent."""
        self._close()
        for observer in self._observers:
            observer.ended(None, complete=False)

    def observe(self, observer: StreamObserver, /) -> None:
        """See `Observable.observe`."""
        self._observers += (observer,)
        self._events = _observed(self._events, observer)

    def _close(self) -> None:
        self._done = True
        if not isinstance(self._body, bytes):
            self._body.close()

    def _read(self) -> Iterator[EventT]:
        from drawplate.eventstream import FrameDecoder  # only streams need it

        decoder = FrameDecoder()
        known = self._union.events
        chunks: Iterable[bytes] = (self._body,) if isinstance(self._body, bytes) else self._body
        if self._done:
            raise self._closed()
        facts = self.facts
        is_first = True
        try:
            for chunk in chunks:
                facts.bytes_received += len(chunk)
                for headers, payload in decoder.messages(chunk):
                    event_type = headers.get(":event-type")
                    parse = known.get(event_type) if isinstance(event_type, str) else None
                    if parse is not None and headers.get(":message-type") == "event":
                        known_event = parse(headers, payload)
                        # `facts.arrived` without the call: this is what a stream mostly does.
                        facts.events_received += 1
                        if is_first:
                            facts.first()
                            is_first = False
                        yield known_event
                    else:
                        event = self._other(headers, payload)
                        if self.raise_stream_errors and isinstance(event, Exception):
                            raise event
                        facts.arrived(event)
                        is_first = facts.time_to_first_event is None
                        yield event
                    if self._done:
                        raise self._closed()
            decoder.close()
        except NetworkingError as error:
            error.operation = self._operation
            raise
        except EventStreamError as error:
            facts.tell(error)
            raise
        finally:
            self._close()

    def _closed(self) -> EventStreamError:
        return EventStreamError(
            f"the event stream of {self._operation} is closed or was read to its end; "
            "events can be read once: keep them, or call collect()"
        )

    def _other(self, headers: EventHeaders, payload: bytes) -> Any:
        """What a message is that is no event of the model; raises if it is not one at all."""
        kind = headers.get(":message-type")
        if kind == "event":
            event_type = _text(headers, ":event-type", "an event")
            if event_type == "initial-response":
                return InitialResponseEvent(event_type, headers, payload)
            return self._union.unknown(event_type, headers, payload)
        if kind == "error":
            return EventError(
                _text(headers, ":error-code"), str(headers.get(":error-message") or "")
            )
        if kind == "exception":
            name = _text(headers, ":exception-type")
            parse = self._union.exceptions.get(name)
            if parse is None:
                return EventError(name, _message(payload))
            try:
                error = parse(headers, payload)
            except ResponseParseError:
                # The class is sure and worth more than the members: raise it without them.
                error = parse(headers, json_body({"message": _message(payload)}))
            error.operation = self._operation
            error.request_id = self._request_id
            return error
        kind = _text(headers, ":message-type")
        raise EventStreamParserError(f"unrecognized :message-type value {kind!r}")


def _text(headers: EventHeaders, name: str, what: str = "a message") -> str:
    value = headers.get(name)
    if isinstance(value, str):
        return value
    raise EventStreamParserError(f"{what} has no {name} header of text")


def _message(payload: bytes) -> str:
    try:
        return error_message(json_object(payload))
    except ResponseParseError:
        return ""
