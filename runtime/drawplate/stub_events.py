"""Streams of events in stubs: really encoded, so that they are really decoded.

event-streams.md section 7.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from drawplate import params as checks
from drawplate._stub_pieces import Chunks, at_once, is_class_of
from drawplate.errors import EventError, EventStreamEncodeError, NetworkingError, ServiceError
from drawplate.eventstream import HeaderValue, encode_frame
from drawplate.params import Mismatch
from drawplate.serialize import json_body
from drawplate.streams import UnknownEvent
from drawplate.stub_shapes import Kind, Sample, Structure

T = TypeVar("T")

_BYTES = (bytes, bytearray, memoryview)


class Events(Kind):
    """A stream of events: wire name and structure of each event and exception, by member.

    Checked, it is the messages as they stand on the wire.
    """

    __slots__ = ("_union", "members")

    def __init__(self, union: str, members: dict[str, tuple[str, Structure]]) -> None:
        self._union = union
        self.members = members

    def check(self, value: Any) -> list[bytes | NetworkingError]:
        if isinstance(value, _BYTES):
            return [checks.blob(cast("object", value))]
        if isinstance(value, AsyncIterable):
            value = at_once(cast("AsyncIterable[object]", value))
        if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
            what = "an iterable of events, or their encoded bytes"
            raise Mismatch.expected(what, cast("object", value))
        messages: list[bytes | NetworkingError] = []
        problems: list[tuple[str, str, str]] = []
        for index, event in enumerate(_received(cast("Iterable[object]", value))):
            try:
                messages.append(self._message(event))
            except Mismatch as mismatch:
                problems += mismatch.under(f"[{index}]")
            except EventStreamEncodeError as error:
                problems.append(("cannot encode ", f"[{index}]", f": {error}"))
        if problems:
            raise Mismatch(problems)
        return messages

    def sample(self, _: Sample, /) -> Any:
        return []

    def payload(self, value: Any) -> Chunks:
        return Chunks(value)

    def _message(self, event: object) -> bytes | NetworkingError:
        if isinstance(event, NetworkingError):
            return event
        if isinstance(event, EventError):
            return _error(event.error_code, event.error_message)
        if isinstance(event, Mapping):
            return self._described(dict(cast("Mapping[str, Any]", event)))
        if isinstance(event, (str, *_BYTES)):
            return self._of_payload(cast("object", event))
        if is_class_of(event, ServiceError):
            return self._instance(event())
        if isinstance(event, UnknownEvent):
            return _unknown(event.raw_event_type, event.headers, event.payload)
        return self._instance(event)

    def _instance(self, event: object) -> bytes:
        names = [name for name, (_, made) in self.members.items() if made.made is type(event)]
        if not names:
            raise Mismatch.expected(f"a dict or an event of types.{self._union}", event)
        if len(names) > 1:
            ways = " or ".join(f'{{"event_type": "{name}", …}}' for name in names)
            raise Mismatch([("expected ", "", f" to tell which event it is: pass {ways}")])
        return self._modelled(names[0], event)

    def _described(self, event: dict[str, Any]) -> bytes:
        """A message from a dict: `message_type`, what this type needs, and the members."""
        kind = event.pop("message_type", None)
        if kind is None and len(event) == 1 and (name := next(iter(event))) in self.members:
            return _under(name, lambda: self._modelled(name, event[name]))
        if kind is None:
            kind = next((k for k in _TYPES if _TYPES[k] in event), "event")
        if kind not in _TYPES:
            raise Mismatch(
                [("expected ", '["message_type"]', f" to be one of {', '.join(_TYPES)}")]
            )
        key = _TYPES[kind]
        if kind == "exception" and key not in event:
            key = "event_type"
        name = _text(event, key)
        if kind == "error":
            message = _text(event, "error_message", "")
            _no_more(event)
            return _error(name, message)
        is_error = kind == "exception"
        for member, (wire, made) in self.members.items():
            if name in (member, wire) and issubclass(made.made, ServiceError) is is_error:
                return self._modelled(member, event)
        if is_error:
            message = _text(event, "message", "")
            _no_more(event)
            return _exception(name, {}, json_body({"message": message}))
        headers: object = event.pop("headers", {})
        payload = _under("payload", lambda: checks.blob(event.pop("payload", b"")))
        _no_more(event)
        return _unknown(name, headers, payload)

    def _of_payload(self, value: object) -> bytes:
        """The one event that has nothing but a payload of bytes or text."""
        found = [
            (name, next(iter(made.members)))
            for name, (_, made) in self.members.items()
            if [member.place for member in made.members.values()] == ["payload"]
            and not next(iter(made.members.values())).kind.media_type.endswith("json")
        ]
        if len(found) != 1:
            raise Mismatch.expected(f"a dict or an event of types.{self._union}", value)
        ((name, member),) = found
        return self._modelled(name, {member: value})

    def _modelled(self, name: str, given: object) -> bytes:
        wire, made = self.members[name]
        values = made.check(given)
        members = made.members
        headers: dict[str, HeaderValue] = {
            members[key].wire: value
            for key, value in values.items()
            if members[key].place == "header"
        }
        content: bytes | Chunks = b""
        for key, member in members.items():
            if member.place == "payload" and key in values:
                headers[":content-type"] = member.kind.media_type
                content = member.kind.payload(values[key])
        if any(member.place == "body" for member in members.values()):
            headers[":content-type"] = made.media_type
            content = made.payload({k: v for k, v in values.items() if members[k].place == "body"})
        is_error = issubclass(made.made, ServiceError)
        return (_exception if is_error else _event)(wire, headers, cast("bytes", content))


#: What tells a message of each type apart from others of its type.
_TYPES = {"event": "event_type", "exception": "exception_type", "error": "error_code"}


def _received(events: Iterable[object]) -> Iterable[object]:
    """Events, and the error that ends them where they are those of another answer."""
    try:
        yield from events
    except (ServiceError, EventError, NetworkingError) as error:
        yield error


def _event(name: str, headers: Mapping[str, HeaderValue], payload: bytes) -> bytes:
    return encode_frame({":message-type": "event", ":event-type": name, **headers}, payload)


def _exception(name: str, headers: Mapping[str, HeaderValue], payload: bytes) -> bytes:
    return encode_frame({":message-type": "exception", ":exception-type": name, **headers}, payload)


def _error(code: str, message: str) -> bytes:
    return encode_frame(
        {":message-type": "error", ":error-code": code, ":error-message": message}, b""
    )


def _unknown(name: str, headers: object, payload: bytes) -> bytes:
    if not isinstance(headers, Mapping):
        raise Mismatch([("expected ", '["headers"]', " to be a dict")])
    return _event(name, cast("Mapping[str, HeaderValue]", headers), payload)


def _text(event: dict[str, Any], key: str, default: str | None = None) -> str:
    """Take an entry out of a dict, which has to be text."""
    value = event.pop(key, default)
    if value is None:
        raise Mismatch([("missing ", f'["{key}"]', "")])
    return _under(key, lambda: checks.string(value))


def _under(key: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except Mismatch as mismatch:
        raise Mismatch(mismatch.under(f'["{key}"]')) from None


def _no_more(event: Mapping[str, object]) -> None:
    if event:
        raise Mismatch([("unexpected value at ", f'["{name}"]', "") for name in event])
