"""Defaults of shapes and members.

Source: "default trait" of the Smithy 2.0 specification.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.model import Node
from codegen.validation.rules import API, Shapes, members
from codegen.validation.values import value_problems

DEFAULT: Final = f"{API}default"


def check_defaults(shapes: Shapes) -> Iterator[Fault]:
    """Hold a default to be a value of its shape, and that of a member to be that of its target."""
    for shape in shapes.values():
        if DEFAULT in shape.traits:
            value = shape.traits[DEFAULT]
            if value is None:
                message = "its default is null, and only members have that"
                yield shape.fault(message, "write another, or take it off", trait=DEFAULT)
            else:
                yield from _value(shape, None, value, shapes)
    for shape, member in members(of_type(shapes.values(), "structure")):
        value = member.traits.get(DEFAULT)
        if value is not None:
            yield from _value(shape, member, value, shapes)
        of_target = shapes[member.target].traits.get(DEFAULT)
        if of_target is None:
            continue
        shown = json.dumps(of_target, default=dict)
        advice = f"give the member the default {shown} or null"
        if DEFAULT not in member.traits:
            message = f"has no default, and its target {member.target} has {shown}"
            yield shape.fault(message, advice, member=member.name)
        elif value is not None and not _same(value, of_target):
            message = f"its default is not that of its target {member.target}, {shown}"
            yield shape.fault(message, advice, member=member.name, trait=DEFAULT)


def _same(first: Node, second: Node) -> bool:
    """Whether two values are one in JSON, where false is not 0."""
    return first == second and isinstance(first, bool) == isinstance(second, bool)


def _value(
    shape: LoadedShape, member: LoadedMember | None, value: Node, shapes: Shapes
) -> Iterator[Fault]:
    target = shapes[member.target] if member else shape
    name = member.name if member else ""
    found = value_problems(value, target, shapes, member.traits if member else None)
    for at, message, advice in found:
        place = f" at {at}" if at else ""
        yield shape.fault(f"its default{place} {message}", advice, member=name, trait=DEFAULT)
    holds = isinstance(value, tuple | Mapping) and len(value) > 0
    if holds and target.type in ("list", "map", "document"):
        message = f"its default is a {target.type} that is not empty"
        yield shape.fault(message, "write an empty one", member=name, trait=DEFAULT)
