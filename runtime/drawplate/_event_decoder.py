"""What the messages of an answer mean: events of a model, and errors; without I/O.

Sync and async streams, and calls that read a stream for its handler, all stand on this.
"""

from __future__ import annotations

from typing import Any, Generic

from drawplate._event_messages import MessageDecoder
from drawplate.errors import (
    DrawplateError,
    EventError,
    EventStreamError,
    EventStreamParserError,
    NetworkingError,
    ResponseParseError,
)
from drawplate.parse import error_message, json_object
from drawplate.serialize import json_body
from drawplate.streams import EventHeaders, EventT, EventUnion, InitialResponseEvent


class EventDecoder(MessageDecoder[EventT], Generic[EventT]):
    """Makes an event of each message, and raises the errors among them.

    `operation` and `request_id` are what the errors tell.
    """

    __slots__ = ("_operation", "_request_id", "_union", "raise_stream_errors")

    #: False hands errors that the service sends over as events, and reads on.
    raise_stream_errors: bool

    def __init__(self, union: EventUnion[EventT], operation: str, request_id: str | None) -> None:
        super().__init__(union.resolve, union.heads, union.blocks)
        self._union = union
        self._operation = operation
        self._request_id = request_id
        self.raise_stream_errors = True

    def closed(self) -> EventStreamError:
        """See `MessageDecoder.closed`."""
        return EventStreamError(
            f"the event stream of {self._operation} is closed or was read to its end; "
            "events can be read once: keep them, or call collect()"
        )

    def tell(self, error: DrawplateError) -> None:
        """See `MessageDecoder.tell`."""
        if isinstance(error, NetworkingError):
            error.operation = self._operation
        self.facts.tell(error)

    def other(self, headers: EventHeaders, payload: bytes) -> EventT:
        """See `MessageDecoder.other`; raises for what is no event at all."""
        event: EventT = self._other(headers, payload)
        if self.raise_stream_errors and isinstance(event, Exception):
            raise event
        return event

    def _other(self, headers: EventHeaders, payload: bytes) -> Any:
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
