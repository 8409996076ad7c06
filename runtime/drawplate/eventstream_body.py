"""Streams of events in the direction of the service: checked, encoded and signed one by one.

Nothing of a stream is read before the transport takes its first message, and no more than one event
at a time. Sending and receiving at once takes HTTP/2, so the built-in transport is refused; one
that can do it says so with an attribute `supports_event_streams = True`, and finds the messages in
the `body` of its request, a `BodySource` with one message a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from drawplate.credentials import Credentials
from drawplate.errors import (
    EventStreamEncodeError,
    RequestBodyError,
    UnsupportedTransportError,
)
from drawplate.eventstream import HeaderValue, encode_frame
from drawplate.eventstream_signing import STREAMING_EVENTS_PAYLOAD, EventSigner
from drawplate.http import AsyncTransport, BodySource, HttpRequest, Transport
from drawplate.params import Checker, Mismatch, StructureChecker
from drawplate.sigv4 import sign
from drawplate.streams import UnknownEvent

#: What an event is made of beside its name: headers and payload.
EventContent: TypeAlias = tuple[dict[str, HeaderValue], bytes]
#: By member of a stream, its name on the wire and the function that encodes it.
Encoders: TypeAlias = Mapping[str, tuple[str, Callable[[Any], EventContent]]]

#: Iterable, and yet not a stream of events.
_NOT_EVENTS: tuple[type, ...] = (str, bytes, bytearray, Mapping)


class EventChecker:
    """Checks one event: an instance of an event's class, or a mapping with the member's name.

    Returns that name and the event; an `UnknownEvent` has no name and is sent as it is.
    """

    __slots__ = ("members", "union")

    def __init__(self, union: str, members: dict[str, StructureChecker[Any]]) -> None:
        self.union = union
        self.members = members

    def __call__(self, value: object) -> tuple[str, Any]:
        members = self.members
        if isinstance(value, Mapping):
            given = cast("Mapping[str, object]", value)
            names = [name for name, held in given.items() if held is not None]
            if len(names) != 1 or names[0] not in members:
                keys = f" to have exactly one key of {', '.join(members)}"
                got = ", ".join(map(str, names)) or "none"
                raise Mismatch([("expected ", "", f"{keys}; got {got}")])
            value = given[names[0]]
        elif type(value) is UnknownEvent:
            return "", value
        else:
            names = [name for name, checker in members.items() if checker.made is type(value)]
            if not names:
                raise Mismatch.expected(f"a dict or an event of types.{self.union}", value)
            if len(names) > 1:
                ways = " or ".join(f'{{"{name}": …}}' for name in names)
                raise Mismatch([("expected ", "", f" to tell which event it is: pass {ways}")])
        try:
            return names[0], members[names[0]](value)
        except Mismatch as mismatch:
            raise Mismatch(mismatch.under(f'["{names[0]}"]')) from None


class EventEncoder:
    """What makes messages of the events of one stream: wire name and function of each member."""

    __slots__ = ("events", "exceptions")

    def __init__(self, *, events: Encoders, exceptions: Encoders) -> None:
        self.events = events
        self.exceptions = exceptions

    def encode(self, member: str, event: Any) -> bytes:
        """One message for an event that was checked.

        Raises `EventStreamEncodeError` for a header or payload that does not fit.
        """
        if member in self.events:
            name, content = self.events[member]
            facts: dict[str, HeaderValue] = {":message-type": "event", ":event-type": name}
            headers, payload = content(event)
        elif member in self.exceptions:
            name, content = self.exceptions[member]
            facts = {":message-type": "exception", ":exception-type": name}
            headers, payload = content(event)
        else:
            facts = {":message-type": "event", ":event-type": event.raw_event_type}
            headers, payload = event.headers, event.payload
        return encode_frame(facts | headers, payload)


class EventSource:
    """The events that a caller wants to be sent; none was looked at yet."""

    __slots__ = ("check", "events", "name", "repeatable")

    def __init__(self, name: str, events: Iterable[object], check: Checker) -> None:
        self.name = name
        self.events = events
        self.check = check
        self.repeatable = isinstance(events, list | tuple)


def events_of(check: EventChecker, name: str) -> Checker:
    """Checks the member `name` of an input to be an iterable, and keeps the rest for later."""

    def source(value: object) -> EventSource:
        if isinstance(value, _NOT_EVENTS) or not isinstance(value, Iterable):
            raise Mismatch.expected("an iterable of events", value)
        return EventSource(name, cast("Iterable[object]", value), check)

    return source


class EventBody:
    """The messages of a stream, not signed: a `BodySource`.

    An event that is wrong, or does not fit into a message, raises `EventStreamEncodeError` when it
    is its turn; the events before it may have been sent by then.
    """

    __slots__ = ("_encoder", "_source", "_used", "length", "repeatable")

    def __init__(self, source: EventSource, encoder: EventEncoder) -> None:
        self._source = source
        self._encoder = encoder
        self._used = False
        self.length: int | None = None
        self.repeatable = source.repeatable

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`: one message each."""
        source = self._source
        if self._used and not self.repeatable:
            raise RequestBodyError(
                "the events to be sent were read before and cannot be read again; pass new ones"
            )
        self._used = True
        for index, event in enumerate(source.events):
            place = f'params["{source.name}"][{index}]'
            try:
                message = self._encoder.encode(*source.check(event))
            except Mismatch as mismatch:
                problems = "; ".join(f"{a}{place}{path}{z}" for a, path, z in mismatch.problems)
                raise EventStreamEncodeError(problems) from None
            except EventStreamEncodeError as error:
                raise EventStreamEncodeError(f"{place}: {error}") from None
            yield message


class _SignedEventBody:
    """The messages of a stream, each in one that carries its signature, and one that ends them."""

    __slots__ = ("_clock", "_messages", "_signer", "length", "repeatable")

    def __init__(
        self, messages: BodySource, signer: Callable[[], EventSigner], clock: Callable[[], float]
    ) -> None:
        self._messages = messages
        self._signer = signer
        self._clock = clock
        self.length: int | None = None
        self.repeatable = messages.repeatable

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`: one message each."""
        signer = self._signer()
        for message in self._messages.chunks():
            yield signer.sign(message, self._clock())
        yield signer.sign(b"", self._clock())


def sign_events(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    clock: Callable[[], float],
) -> HttpRequest:
    """Return a signed copy of a request with an `EventBody`, which is signed as it is read.

    `clock` tells seconds since the epoch, for each event anew.
    """
    opening = request.copy()
    opening.headers["x-amz-content-sha256"] = STREAMING_EVENTS_PAYLOAD
    signed = sign(opening, credentials, service=service, region=region, now=clock())
    seed = signed.headers["authorization"].rpartition("Signature=")[2]

    def signer() -> EventSigner:
        return EventSigner(credentials, service=service, region=region, prior_signature=seed)

    signed.body = _SignedEventBody(cast("BodySource", request.body), signer, clock)
    return signed


def require_event_streams(transport: Transport | AsyncTransport, operation: str) -> None:
    """Raise `UnsupportedTransportError` unless the transport can send events while it receives."""
    if not getattr(transport, "supports_event_streams", False):
        raise UnsupportedTransportError(
            f"{operation} sends a stream of events, which takes HTTP/2, and that is not supported "
            "yet; nothing was sent. To send it yourself, pass transport=, an object with "
            "supports_event_streams = True: the signed messages are in its request's body.chunks()"
        )
