"""Streams: where they may be, and what the events in them look like.

Source: "Streaming" and "Event streams" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.model import BYTE_STREAM
from codegen.validation.rules import API, UNKNOWN, Shapes, is_a, members, operations_of

_STREAMING = f"{API}streaming"
_PAYLOAD = f"{API}httpPayload"
_EVENT_HEADER = f"{API}eventHeader"
_EVENT_PAYLOAD = f"{API}eventPayload"
_LENGTH = f"{API}requiresLength"
_REST = frozenset({"aws.protocols#restJson1", "aws.protocols#restXml"})
"""Protocols that read `httpPayload`."""


def check_streams(shapes: Shapes) -> Iterator[Fault]:
    """Hold streams to be members of inputs and outputs, and payloads where there are such."""
    ends: dict[str, set[str]] = {}
    for operation in of_type(shapes.values(), "operation"):
        for relation in ("input", "output"):
            for end in operation.ref(relation):
                ends.setdefault(end, set()).add(relation)
    nested = {member.target for _, member in members(shapes.values())}
    nested |= {target for shape in shapes.values() for target in shape.ref("errors")}
    rest = _rest_ends(shapes)
    for shape, member in members(of_type(shapes.values(), "structure", "union", "list", "map")):
        target = shapes[member.target]
        if _STREAMING not in target.traits:
            continue
        if shape.id in nested or shape.type != "structure":
            message = f"targets the stream {target.id} outside an operation's input or output"
            yield shape.fault(message, "move it to the top", member=member.name)
        elif shape.id in rest and _PAYLOAD not in member.traits:
            message = f"targets the stream {target.id} and is not the payload"
            yield shape.fault(message, f"add {_PAYLOAD}", member=member.name)
        if _LENGTH in target.traits and "output" in ends.get(shape.id, ()):
            message = f"targets {target.id}, whose length is needed up front, in an output"
            yield shape.fault(message, f"take {_LENGTH} off", member=member.name)
        if shape.type == "structure":
            yield from _is_there(shape, member, target)
    for union in of_type(shapes.values(), "union"):
        if _STREAMING in union.traits:
            for member in union.members.values():
                if not is_a(shapes[member.target], {"structure"}):
                    message = f"is an event of type {shapes[member.target].type}"
                    yield union.fault(message, "wrap it in a structure", member=member.name)


def _is_there(shape: LoadedShape, member: LoadedMember, target: LoadedShape) -> Iterator[Fault]:
    if target.type == "blob" and not {f"{API}required", f"{API}default"} & member.traits.keys():
        message = f"targets the stream {target.id} and may be missing"
        advice = f'add {API}required, or {API}default with ""'
        yield shape.fault(message, advice, member=member.name)


def _rest_ends(shapes: Shapes) -> set[str]:
    found: set[str] = set()
    for service in of_type(shapes.values(), "service"):
        if _REST & service.traits.keys():
            for operation in operations_of(shapes, service):
                found |= {*operation.ref("input"), *operation.ref("output")}
    return found


def check_byte_streams(shapes: Shapes) -> Iterator[Fault]:
    """Hold streams of one content to one kind of event that carries it: as its payload, a blob."""
    for union in of_type(shapes.values(), "union"):
        if BYTE_STREAM not in union.traits:
            continue
        carriers = {member.target for member in union.members.values()}
        carriers = {target for target in carriers if _carries_bytes(shapes, shapes[target])}
        if len(carriers) != 1:
            message = f"has {len(carriers)} kinds of events whose payload is a blob"
            yield union.fault(message, "apply it to unions with one", trait=BYTE_STREAM)


def _carries_bytes(shapes: Shapes, event: LoadedShape) -> bool:
    return f"{API}error" not in event.traits and any(
        _EVENT_PAYLOAD in member.traits and shapes[member.target].type == "blob"
        for member in event.members.values()
    )


_EVENT_HEADERS: Final = frozenset(
    {"boolean", "byte", "short", "integer", "long", "intEnum", "blob"}
) | frozenset({"string", "enum", "timestamp"})
_EVENT_PAYLOADS: Final = frozenset({"blob", "string", "enum", "structure", "union"})


def check_events(shapes: Shapes) -> Iterator[Fault]:
    """Hold the headers and payloads of events to their types, and other members to be neither."""
    for shape in of_type(shapes.values(), "structure"):
        has_payload = any(_EVENT_PAYLOAD in member.traits for member in shape.members.values())
        for member in shape.members.values():
            kind = shapes[member.target].type
            for trait, types in (
                (_EVENT_HEADER, _EVENT_HEADERS),
                (_EVENT_PAYLOAD, _EVENT_PAYLOADS),
            ):
                if trait in member.traits and kind not in {*types, UNKNOWN}:
                    advice = f"it takes {', '.join(sorted(types))}"
                    message = f"{trait} cannot be on type {kind}"
                    yield shape.fault(message, advice, member=member.name, trait=trait)
            if has_payload and not {_EVENT_HEADER, _EVENT_PAYLOAD} & member.traits.keys():
                message = "has no place in the event beside the member that is the payload"
                yield shape.fault(message, f"add {_EVENT_HEADER}", member=member.name)
