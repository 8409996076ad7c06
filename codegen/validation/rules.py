"""What the rules share: names of types and traits, and questions about targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape

type Shapes = Mapping[str, LoadedShape]
"""Every shape of a model by id; each id that is referred to is in it."""

API: Final = "smithy.api#"
UNIT: Final = f"{API}Unit"
UNKNOWN: Final = "unknown"
"""Type of a shape that is missing or unreadable, which is a fault of its own: it fits anywhere."""

ENUMS: Final = frozenset({"enum", "intEnum"})
STRINGS: Final = frozenset({"string", "enum"})
INTEGERS: Final = frozenset({"byte", "short", "integer", "long", "bigInteger", "intEnum"})
NUMBERS: Final = INTEGERS | {"float", "double", "bigDecimal"}
SCALARS: Final = NUMBERS | STRINGS | {"boolean", "timestamp"}
SIMPLE: Final = SCALARS | {"blob", "document"}
COLLECTIONS: Final = frozenset({"list", "map"})
DATA: Final = SIMPLE | COLLECTIONS | {"structure", "union"}


def is_a(shape: LoadedShape, types: Collection[str]) -> bool:
    """Whether a shape has one of the types, or a type that is not known."""
    return shape.type in types or shape.type == UNKNOWN


def members(shapes: Iterable[LoadedShape]) -> Iterator[tuple[LoadedShape, LoadedMember]]:
    """Yield each member with the shape that holds it."""
    return ((shape, member) for shape in shapes for member in shape.members.values())


def held_by(shapes: Shapes, service: LoadedShape) -> list[tuple[str, LoadedShape]]:
    """List the operations and resources of a service, each after the id of what binds it.

    One that is bound twice is listed twice; what is of another type is left out.
    """
    found: list[tuple[str, LoadedShape]] = []
    seen = {service.id}
    pending = [service]
    while pending:
        owner = pending.pop()
        operations = (*owner.ref("lifecycle"), *owner.ref("operations"))
        targets = dict.fromkeys((*operations, *owner.ref("collectionOperations")))
        found += [(owner.id, shapes[item]) for item in targets if shapes[item].type == "operation"]
        for target in dict.fromkeys(owner.ref("resources")):
            if shapes[target].type == "resource":
                found.append((owner.id, shapes[target]))
                if target not in seen:
                    seen.add(target)
                    pending.append(shapes[target])
    return found


def operations_of(shapes: Shapes, service: LoadedShape) -> list[LoadedShape]:
    """List the operations of a service, those of its resources included, each once."""
    bound = {shape.id: shape for _, shape in held_by(shapes, service)}
    return [shape for shape in bound.values() if shape.type == "operation"]


def input_of(operation: LoadedShape, shapes: Shapes) -> LoadedShape:
    """Return the shape that an operation names as its input."""
    return shapes[operation.ref("input")[0]]


def output_of(operation: LoadedShape, shapes: Shapes) -> LoadedShape:
    """Return the shape that an operation names as its output."""
    return shapes[operation.ref("output")[0]]


def a(word: str) -> str:
    """Put the article before a word."""
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def each_once(shape: LoadedShape, what: str, values: Mapping[str, str]) -> Iterator[Fault]:
    """Refuse two members with one value, whatever its case; `values` are by member."""
    seen: dict[str, str] = {}
    for member, value in values.items():
        first = seen.setdefault(value.casefold(), member)
        if first != member:
            message = f"its {what} {value!r} differs from that of {first!r} in nothing but case"
            if values[first] == value:
                message = f"its {what} {value!r} is that of {first!r} too"
            yield shape.fault(message, "rename one of the two", member=member)
