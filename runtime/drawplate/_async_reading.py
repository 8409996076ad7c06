"""What an async call hands over once it has read a stream of events for its handler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

from drawplate.async_streams import AsyncByteEventStream, AsyncEventStream
from drawplate.streams import BaseEventStream, EventT


def async_collected(stream: BaseEventStream[Any], events: list[Any]) -> BaseEventStream[Any]:
    """What takes the place of a stream whose events are collected in this list."""
    if isinstance(stream, AsyncByteEventStream):
        return AsyncCollectedByteEvents(stream, events)
    return AsyncCollectedEvents(stream, events)


class AsyncCollectedEvents(AsyncEventStream[EventT]):
    """Events that were all read and can be iterated any number of times.

    Errors that the service sent stand among them. Closing does nothing: there is no connection.
    """

    __slots__ = ("_collected", "_one_by_one")

    def __init__(self, stream: BaseEventStream[EventT], events: list[EventT]) -> None:
        self.take_after(stream)
        self._collected = events
        self._one_by_one = iter(events)

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self._each()

    async def __anext__(self) -> EventT:
        for event in self._one_by_one:
            return event
        raise StopAsyncIteration

    async def _each(self) -> AsyncIterator[EventT]:
        for event in self._collected:
            yield event

    async def collect(self) -> list[EventT]:
        """The events, as a new list."""
        return list(self._collected)

    @property
    def event_types(self) -> list[str]:
        """The `event_type` of each event."""
        return [cast("Any", event).event_type for event in self._collected]

    async def aclose(self) -> None:
        """Do nothing: everything was read."""

    def __repr__(self) -> str:
        return f"<AsyncCollectedEvents, {len(self._collected)}>"


class AsyncCollectedByteEvents(AsyncCollectedEvents[EventT], AsyncByteEventStream[EventT]):
    """Events that were all read, of a stream whose events carry one content."""

    __slots__ = ()

    def _take(self, helper: str) -> AsyncIterator[EventT]:
        del helper  # it does not keep others from reading
        return self._each()
