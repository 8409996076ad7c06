"""Facts of single shapes and members, as text that can be compared and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping

from codegen.diff.surface import Facts, Limits, Text
from codegen.model import Member, Node, Operation, Service, Shape, Traits
from codegen.plan.context import (
    API,
    Context,
    default_value,
    documentation,
    text_trait,
)
from codegen.plan.protocols import Protocol, protocol_of

_AROUND = {
    "smithy.api#endpoint": "host",
    "smithy.api#httpChecksumRequired": "checksum required",
    "smithy.api#requestCompression": "compression",
    "aws.api#clientDiscoveredEndpoint": "endpoint discovery",
    "aws.auth#unsignedPayload": "unsigned payload",
    "aws.protocols#httpChecksum": "checksum",
}
"""Traits of operations that change requests or answers, and what to call them."""


def text_of(item: Member | Shape | Operation | Service) -> Text:
    """What the docstring of an item says."""
    traits = item.own_traits if isinstance(item, Member) else item.traits
    return Text(documentation(item), f"{API}deprecated" in traits)


def limits_of(context: Context, member: Member) -> Limits:
    """Constraints in force for a member."""
    return Limits(
        context.target(member).name, constraints(member.own_traits), constraints(member.traits)
    )


def constraints(traits: Traits) -> Facts:
    """What the service checks."""
    found: dict[str, str] = {}
    for name in ("length", "range"):
        ends = traits.get(f"{API}{name}")
        if isinstance(ends, Mapping) and (text := _interval(name, ends)):
            found[name] = text
    pattern = traits.get(f"{API}pattern")
    if isinstance(pattern, str):
        found["pattern"] = pattern
    if f"{API}uniqueItems" in traits:
        found["items"] = "unique"
    return found


def _interval(name: str, ends: Mapping[str, Node]) -> str:
    low, high = ends.get("min"), ends.get("max")
    if name == "length" and low == 0:
        low = None  # some models write down that lengths are not negative
    if low is None or high is None:
        return f"at most {high}" if high is not None else f"at least {low}" if low else ""
    return f"{low} to {high}"


def member_wire(context: Context, member: Member) -> Facts:
    """Where and how a member travels."""
    found = {"place": protocol_of(context.service).place(context, member)}
    if member.has(f"{API}idempotencyToken"):
        found["if left out"] = "made up"
    if (default := default_value(member)) is not None:
        found["default"] = canonical(default)
    return {**found, **_format(context, member)}


def _format(context: Context, member: Member) -> Facts:
    found: dict[str, str] = {}
    for trait in ("timestampFormat", "mediaType"):
        if (value := text_trait(member, f"{API}{trait}")) is not None:
            found[trait] = value
    target = context.target(member)
    if target.type in ("list", "map"):
        inner = _format(context, target.members[-1])
        found |= {f"{name} of items": value for name, value in inner.items()}
    return found


def operation_wire(protocol: Protocol, operation: Operation) -> Facts:
    """What a request line has, the status of a good answer, and what surrounds the messages."""
    http = operation.traits.get(f"{API}http")
    code = http.get("code", 200) if isinstance(http, Mapping) else 200
    found = {"request": protocol.request_line(operation), "status": str(code)}
    for trait, name in _AROUND.items():
        if trait in operation.traits:
            found[name] = canonical(operation.traits[trait])
    return found


def error_wire(protocol: Protocol, shape: Shape) -> Facts:
    """Code and status that an error comes with."""
    status = shape.traits.get(f"{API}httpError")
    return {"code": protocol.error_code(shape), "status": "any" if status is None else str(status)}


def canonical(value: Node) -> str:
    """JSON text that is equal for equal values."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Node) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
