"""Functions of yours that are called with the events of a stream, while the call reads it.

A generated package has a class in its module `event_streams` for each stream that it receives, with
a method for each member: those here are what all of them share.

    handler = event_streams.ResponseStream()

    @handler.on_payload_part_event
    def show(part):
        print(part.bytes)

    client.invoke_endpoint_with_response_stream(..., event_stream_handler=handler)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from drawplate.errors import EventError
from drawplate.streams import EventT, InitialResponseEvent, UnknownEvent

ResultT = TypeVar("ResultT")
CallbackT = TypeVar("CallbackT", bound=Callable[[Any], object])

#: Stands for the type of any event.
_ANY = ""


class StreamHandler(Generic[EventT]):
    """Callbacks for events, called one after another in the order in which they were added.

    It keeps nothing about a call, so one may serve any number of calls at a time; its callbacks
    then run in the threads of all of them. Each method returns its callback, and so decorates too.
    """

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        # Never changed in place: a copy, or a call under way, has what was there.
        self._callbacks: tuple[tuple[str, Callable[[Any], object]], ...] = ()

    def on_event(
        self, callback: Callable[[EventT | EventError], ResultT]
    ) -> Callable[[EventT | EventError], ResultT]:
        """Call with every event and every error that the service sends in the stream."""
        return self._on(_ANY, callback)

    def on_error_event(
        self, callback: Callable[[EventError], ResultT]
    ) -> Callable[[EventError], ResultT]:
        """Call with errors that the model does not describe."""
        return self._on("error", callback)

    def on_unknown_event(
        self, callback: Callable[[UnknownEvent], ResultT]
    ) -> Callable[[UnknownEvent], ResultT]:
        """Call with events that the model does not know: a newer service may send some."""
        return self._on("unknown_event", callback)

    def on_initial_response_event(
        self, callback: Callable[[InitialResponseEvent], ResultT]
    ) -> Callable[[InitialResponseEvent], ResultT]:
        """Call with what some protocols send ahead of the events."""
        return self._on("initial_response", callback)

    def emit(self, event: Any) -> bool:
        """Call the callbacks for an event; returns whether there are any. Raises what they raise.

        Calls do this; a test may do it to try its callbacks.
        """
        event_type = event.event_type
        found = False
        for wanted, callback in self._callbacks:
            if wanted in (event_type, _ANY):
                found = True
                callback(event)
        return found

    def _on(self, event_type: str, callback: CallbackT) -> CallbackT:
        if not callable(callback):
            raise TypeError(
                "a callback must be a function that takes an event; got an object of type "
                f"{type(callback).__name__}"
            )
        self._callbacks = (*self._callbacks, (event_type, callback))
        return callback

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self._callbacks)} callbacks>"
