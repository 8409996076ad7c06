"""How a call reads the events of its answer, where it does not leave that to the caller.

With a handler the call reads to the end before it returns, and calls back as events arrive;
event-streams.md sections 5 and 6. Without one the caller iterates, as `EventStream` says.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

from drawplate._call import Each, Flow
from drawplate._event_messages import Arrivals
from drawplate._option_checks import shown
from drawplate.byte_streams import ByteEventStream
from drawplate.errors import EventStreamError, NetworkingError, ServiceError
from drawplate.stream_handlers import StreamHandler
from drawplate.streams import BaseEventStream, EventStream, EventT
from drawplate.structures import Output

if TYPE_CHECKING:
    from drawplate.context import RequestContext
    from drawplate.operation import Operation

Failure: TypeAlias = ServiceError | NetworkingError | EventStreamError


class Reading:
    """How the events of one call are read: for a handler, or by the caller where that is None.

    `raises` says whether an error that the service sends is raised.
    """

    __slots__ = ("handler", "raises")

    def __init__(self, handler: StreamHandler[Any] | None, *, raises: bool) -> None:
        self.handler = handler
        self.raises = raises

    def read(self, context: RequestContext, output: Output) -> Flow[Failure | None]:
        """Read the stream of an output if there is a handler; returns what ended it too early.

        Raises what callbacks raise.
        """
        member = context.operation.event_stream
        if member is None:
            return None
        stream: BaseEventStream[Any] = getattr(output, member)
        stream.raise_stream_errors = self.raises
        if self.handler is None:
            return None
        events: list[Any] = []
        setattr(output, member, _collected(stream, events))
        failure = yield from _collect(context, stream, self.handler, events)
        if isinstance(failure, ServiceError):
            failure.attempts = context.attempts
            failure.possible_runs = context.possible_runs + 1
            failure.elapsed = context.elapsed
        return failure


def _collect(
    context: RequestContext,
    stream: BaseEventStream[Any],
    handler: StreamHandler[Any],
    events: list[Any],
) -> Flow[Failure | None]:
    """Read to the end; returns the failure that is to end the call, None where there is none.

    The first event makes the attempt the last one. What a callback raises ends the reading and
    is raised, even if it looks like a failure of the stream.
    """
    # What is read lies below the stream: not one of its events was asked for yet.
    body, decoder = stream.source
    raises, decoder.raise_stream_errors = decoder.raise_stream_errors, False
    arrivals = Arrivals()
    found = decoder.decode(arrivals)
    #: What a callback raised, and errors of the service that none was called with.
    raised: list[Exception] = []
    unhandled: list[Failure] = []

    def take(chunk: bytes) -> None:
        arrivals.put(chunk)
        for event in found:
            if event is None:
                return
            events.append(event)
            context.is_final = True
            try:
                handled = handler.emit(event)
            except Exception as error:
                raised.append(error)
                raise
            if not handled and isinstance(event, (ServiceError, EventStreamError)):
                unhandled.append(event)

    next(found)  # from here on the first event is waited for
    try:
        if isinstance(body, bytes):
            take(body)
        else:
            yield Each(body, take)
        arrivals.end()
        next(found, None)
    except (NetworkingError, EventStreamError) as error:
        if raised:
            raise
        decoder.facts.tell(error)
        return error
    finally:
        decoder.raise_stream_errors = raises
    return unhandled[0] if raises and unhandled else None


def _collected(stream: BaseEventStream[Any], events: list[Any]) -> BaseEventStream[Any]:
    """What takes the place of a stream whose events are collected in this list."""
    if isinstance(stream, ByteEventStream):
        return CollectedByteEvents(stream, events)
    if isinstance(stream, EventStream):
        return CollectedEvents(stream, events)
    from drawplate._async_reading import async_collected  # only async clients need it

    return async_collected(stream, events)


class CollectedEvents(EventStream[EventT]):
    """Events that were all read and can be iterated any number of times.

    Errors that the service sent stand among them. Closing does nothing: there is no connection.
    """

    __slots__ = ("_collected",)

    def __init__(self, stream: BaseEventStream[EventT], events: list[EventT]) -> None:
        self.take_after(stream)
        self._collected = events
        self._events = self._each()

    def __iter__(self) -> Iterator[EventT]:
        return iter(self._collected)

    def _each(self) -> Iterator[EventT]:
        """What `next` goes through, once."""
        yield from self._collected

    def collect(self) -> list[EventT]:
        """The events, as a new list."""
        return list(self._collected)

    @property
    def event_types(self) -> list[str]:
        """The `event_type` of each event."""
        return [cast("Any", event).event_type for event in self._collected]

    def close(self) -> None:
        """Do nothing: everything was read."""

    def __repr__(self) -> str:
        return f"<CollectedEvents, {len(self._collected)}>"


class CollectedByteEvents(CollectedEvents[EventT], ByteEventStream[EventT]):
    """Events that were all read, of a stream whose events carry one content."""

    __slots__ = ()

    def _take(self, helper: str) -> Iterator[EventT]:
        del helper  # it does not keep others from reading
        return iter(self)


def reading_of(
    operation: Operation[Any, Any],
    default: object,
    event_stream_handler: object,
    on_stream: object,
    *,
    stream: bool = True,
    raise_stream_errors: bool = True,
) -> Reading | None:
    """Settle how a call reads its events; None where nothing was said about it.

    `default` takes the place of `event_stream_handler` where that is None and the operation has
    such events. Functions that register callbacks are called here, so before anything is sent.
    Raises `TypeError` for what cannot handle events.
    """
    handler_class = operation.stream_handler
    if handler_class is None:
        if event_stream_handler is None and on_stream is None and stream and raise_stream_errors:
            return None
        raise TypeError(
            f"{operation.name} does not answer with a stream of events; leave out "
            "event_stream_handler, on_stream, stream and raise_stream_errors"
        )
    made = handler_class()
    given = event_stream_handler
    if given is None and (_is(default, made) or not _is(default, StreamHandler)):
        # Else it is meant for another operation, whose events are others.
        given = default
    handler: StreamHandler[Any] | None = None
    if _is(given, made):
        handler = given
    elif given is not None:
        handler = made()
        _register(given, handler, f"event_stream_handler to be a callable or {made.__name__}")
    if on_stream is not None:
        # A copy, for what is registered is for this call alone.
        handler = made() if handler is None else copy.copy(handler)
        _register(on_stream, handler, "on_stream to be a callable")
    if handler is None and not stream:
        handler = made()
    if handler is None and raise_stream_errors:
        return None
    return Reading(handler, raises=raise_stream_errors)


def _is(value: object, made: type[StreamHandler[Any]]) -> TypeGuard[StreamHandler[Any]]:
    return isinstance(value, made)


def _register(function: object, handler: StreamHandler[Any], expected: str) -> None:
    if not callable(function) or isinstance(function, type):
        raise TypeError(f"expected {expected}, got {shown(function)}")
    function(handler)
