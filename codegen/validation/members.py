"""Members: enums and their values, unions, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.faults import Fault
from codegen.loaded import of_type
from codegen.model import Node
from codegen.validation.rules import API, ENUMS, UNIT, UNKNOWN, Shapes, each_once

_VALUE = f"{API}enumValue"
_ENUM = f"{API}enum"
_JSON_NAME = f"{API}jsonName"
_ELSEWHERE = frozenset(f"{API}http{place}" for place in ("Label", "Query", "Header"))
"""Where a member travels that has no name in JSON."""
_INT_LIMITS = (-(2**31), 2**31 - 1)


def check_enums(shapes: Shapes) -> Iterator[Fault]:
    """Hold enums to have values, each of the right type and once."""
    for shape in of_type(shapes.values(), "enum", "intEnum"):
        if not shape.members:
            yield shape.fault(f"this {shape.type} has no values", "add a member for each value")
        kind = str if shape.type == "enum" else int
        seen: dict[Node, str] = {}
        for member in shape.members.values():
            # An enum member without a value stands for its own name.
            fallback = member.name if shape.type == "enum" else None
            value = member.traits.get(_VALUE, fallback)
            if shapes[member.target].type != UNKNOWN and member.target != UNIT:
                message = f"targets {member.target}, and members of an enum target {UNIT}"
                yield shape.fault(message, f"write {UNIT}", member=member.name)
            if not isinstance(value, kind) or isinstance(value, bool):
                message = f"the value of a member of this {shape.type} is {value!r}"
                advice = f"give {_VALUE} a value of type {kind.__name__}"
                yield shape.fault(message, advice, member=member.name)
            elif value == "":
                message = "the value of a member of this enum is empty"
                yield shape.fault(message, "write what is sent", member=member.name)
            elif isinstance(value, int) and not _INT_LIMITS[0] <= value <= _INT_LIMITS[1]:
                message = f"the value {value} has more than 32 bits"
                yield shape.fault(message, "write a smaller number", member=member.name)
            elif value in seen:
                message = f"has the value {value!r}, as has {seen[value]!r}"
                yield shape.fault(message, "keep one of the two", member=member.name)
            else:
                seen[value] = member.name


def check_enum_traits(shapes: Shapes) -> Iterator[Fault]:
    """Hold the enum trait of strings to values given once, and to names for all or none."""
    for shape in of_type(shapes.values(), "string"):
        listed = shape.traits.get(_ENUM)
        entries = [
            item
            for item in (listed if isinstance(listed, tuple) else ())
            if isinstance(item, Mapping)
        ]
        for key in ("value", "name"):
            given = [item[key] for item in entries if key in item]
            for index, value in enumerate(given):
                if value in given[:index]:
                    message = f"{_ENUM} has the {key} {value!r} twice"
                    yield shape.fault(message, "keep one of the two", trait=_ENUM)
        named = sum("name" in item for item in entries)
        if 0 < named < len(entries):
            message = f"{_ENUM} names {named} of {len(entries)} values"
            yield shape.fault(message, "name all or none", trait=_ENUM)


def check_unions(shapes: Shapes) -> Iterator[Fault]:
    """Refuse unions without members."""
    for shape in of_type(shapes.values(), "union"):
        if not shape.members:
            yield shape.fault("this union has no members", "add one")


def check_names(shapes: Shapes) -> Iterator[Fault]:
    """Refuse shapes or members whose names differ in case alone, and JSON names given twice."""
    seen: dict[str, str] = {}
    for shape in shapes.values():
        first = seen.setdefault(shape.id.casefold(), shape.id)
        if first != shape.id:
            message = f"its id differs from {first} in nothing but case"
            yield shape.fault(message, "rename one of the two")
    for shape in of_type(shapes.values(), "structure", "union", *ENUMS):
        yield from each_once(shape, "name", {name: name for name in shape.members})
        if any(_JSON_NAME in member.traits for member in shape.members.values()):
            names: dict[str, str] = {}
            for member in shape.members.values():
                if _ELSEWHERE & member.traits.keys():
                    continue
                name = str(member.traits.get(_JSON_NAME, member.name))
                other = names.setdefault(name, member.name)
                if other != member.name:
                    message = f"its JSON name {name!r} is that of {other!r} too"
                    yield shape.fault(message, "rename one of the two", member=member.name)
