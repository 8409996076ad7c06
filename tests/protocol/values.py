"""Between the values that cases are written in and those of a generated package.

Cases write a value as its shape says: blobs as their text, timestamps as seconds since 1970 or
RFC 3339 text, and the numbers that JSON lacks as text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from codegen.model import Member, Shape
from codegen.plan.context import Context, is_message, is_required

_TYPES: Mapping[str, type] = {
    "string": str,
    "enum": str,
    "boolean": bool,
    "byte": int,
    "short": int,
    "integer": int,
    "long": int,
    "intEnum": int,
    "bigInteger": int,
    "bigDecimal": Decimal,
    "float": float,
    "double": float,
    "timestamp": datetime,
    "blob": bytes,
}
_SAMPLES: Mapping[type, object] = {
    str: "sample",
    bool: False,
    int: 0,
    float: 0.0,
    Decimal: Decimal(0),
    datetime: datetime(1970, 1, 1, tzinfo=UTC),
    bytes: b"",
}


class Values:
    """Conversions for the shapes of one service.

    What is compared is a value in which structures are dictionaries by the model's names, without
    members that are not set.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def arguments(self, shape_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Keywords of a method, or a structure inside of them, from the `params` of a case."""
        shape = self._context.shape(shape_id)
        return {
            self._context.attribute(shape.id, member.name): self._argument(
                member.target, params[member.name]
            )
            for member in shape.members
            if member.name in params
        }

    def sample(self, shape_id: str) -> dict[str, Any]:
        """The fewest keywords that a method takes."""
        shape = self._context.shape(shape_id)
        return {
            self._context.attribute(shape.id, member.name): self._sample(member)
            for member in shape.members
            if is_required(member) or member.target in self._context.streams
        }

    def sent_events(self, shape_id: str, params: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """The keyword of the stream that a method takes, from the events of a case."""
        member = self._stream_member(shape_id)
        events = [self.arguments(member.target, event) for event in params]
        return {self._context.attribute(shape_id, member.name): events}

    def expected(self, shape_id: str, node: Any) -> Any:
        """A value of a case, to be compared with `found`."""
        shape = self._context.shape(shape_id)
        if node is None:
            return None
        if shape.type in ("structure", "union"):
            targets = {member.name: member.target for member in shape.members}
            return {
                name: self.expected(targets[name], value)
                for name, value in node.items()
                if value is not None
            }
        if shape.type == "list":
            return [self.expected(shape.members[0].target, item) for item in node]
        if shape.type == "map":
            return {k: self.expected(shape.members[1].target, item) for k, item in node.items()}
        if shape.type == "document":
            return _canonical(node)
        return _comparable(_scalar(shape, node))

    def found(self, shape_id: str, value: Any) -> Any:
        """A value of a generated package, to be compared with `expected`."""
        shape = self._context.shape(shape_id)
        if value is None:
            return None
        if shape.type == "structure":
            streams = self._context.streams
            members = tuple(m for m in shape.members if m.target not in streams)
            return self.members(shape, members, value)
        if shape.type == "union":
            return self._held(shape, value)
        if shape.type == "list":
            return [self.found(shape.members[0].target, item) for item in value]
        if shape.type == "map":
            return {k: self.found(shape.members[1].target, item) for k, item in value.items()}
        if shape.type == "document":
            return _canonical(value)
        if shape.type == "blob" and shape.has("smithy.api#streaming"):
            value = value.read()
            if not value:
                return None  # cases have no word for a stream that is there and empty
        kind = _TYPES[shape.type]
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise TypeError(f"{shape.id}: {value!r} is a {type(value).__name__}")
        return _comparable(value)

    def members(self, shape: Shape, members: tuple[Member, ...], value: Any) -> dict[str, Any]:
        """Some members of a structure, as in `found`."""
        read = {
            member.name: self.found(
                member.target, getattr(value, self._context.attribute(shape.id, member.name))
            )
            for member in members
        }
        return {name: item for name, item in read.items() if item is not None}

    def error(self, shape_id: str, error: Any) -> dict[str, Any]:
        """The members of an error, as in `found`; one without message has none."""
        shape = self._context.shape(shape_id)
        others = tuple(member for member in shape.members if not is_message(member))
        message = {m.name: error.message for m in shape.members if is_message(m) and error.message}
        return self.members(shape, others, error) | message

    def stream(self, shape_id: str, value: Any) -> Any:
        """The stream in an input or output."""
        name = self._stream_member(shape_id).name
        return getattr(value, self._context.attribute(shape_id, name))

    def events(self, shape_id: str, events: Iterable[Any]) -> list[Any]:
        """Events of the stream in an input or output: the class and the value of each."""
        union = self._context.target(self._stream_member(shape_id))
        targets = {self._context.class_name(m.target): m.target for m in union.members}
        return [
            (type(event).__name__, self.found(targets[type(event).__name__], event))
            for event in events
        ]

    def expected_events(self, shape_id: str, params: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Events of a case, to be compared with `events`."""
        union = self._context.target(self._stream_member(shape_id))
        targets = {member.name: member.target for member in union.members}
        return [
            (self._context.class_name(targets[name]), self.expected(targets[name], node))
            for event in params
            for name, node in event.items()
        ]

    def _stream_member(self, shape_id: str) -> Member:
        """The member of an input or output that is a stream of events."""
        members = self._context.shape(shape_id).members
        return next(member for member in members if member.target in self._context.streams)

    def _held(self, shape: Shape, value: Any) -> dict[str, Any]:
        """The one member of a union."""
        classes = {self._context.member_class(shape.id, m.name): m for m in shape.members}
        member = classes[type(value).__name__]
        return {member.name: self.found(member.target, getattr(value, "value", {}))}

    def _argument(self, shape_id: str, node: Any) -> Any:
        shape = self._context.shape(shape_id)
        if node is None or shape.type == "document":
            return node
        if shape.type in ("structure", "union"):
            return self.arguments(shape_id, node)
        if shape.type == "list":
            return [self._argument(shape.members[0].target, item) for item in node]
        if shape.type == "map":
            return {k: self._argument(shape.members[1].target, item) for k, item in node.items()}
        return _scalar(shape, node)

    def _sample(self, member: Member) -> Any:
        shape = self._context.target(member)
        if shape.type == "structure":
            return self.sample(shape.id)
        if shape.id in self._context.streams:
            return []
        if shape.type == "union":
            first = shape.members[0]
            return {self._context.attribute(shape.id, first.name): self._sample(first)}
        if shape.type in ("list", "map"):
            return [] if shape.type == "list" else {}
        return None if shape.type == "document" else _SAMPLES[_TYPES[shape.type]]


def _scalar(shape: Shape, node: Any) -> Any:
    kind = _TYPES[shape.type]
    if kind is Decimal:
        return Decimal(str(node))
    if kind is bytes:
        return str(node).encode()
    if kind is datetime:
        if isinstance(node, str):
            return datetime.fromisoformat(node)
        return datetime.fromtimestamp(node, UTC)
    return float(node) if kind is float else node


def _comparable(value: Any) -> Any:
    """A value that equals itself, and no value of another type."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return ("bool", value) if isinstance(value, bool) else value


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True)
