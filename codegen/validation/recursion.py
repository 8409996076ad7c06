"""Shapes that hold themselves, and of which no value could be written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.validation.rules import API, COLLECTIONS, Shapes

_REQUIRED = f"{API}required"


def check_recursion(shapes: Shapes) -> Iterator[Fault]:
    """Refuse endless lists, structures and unions."""

    def held(shape: LoadedShape) -> Iterator[str]:
        return (member.target for member in shape.members.values())

    def required(shape: LoadedShape) -> Iterator[str]:
        needed = (item for item in shape.members.values() if _REQUIRED in item.traits)
        return (member.target for member in needed)

    collections = of_type(shapes.values(), *COLLECTIONS)
    for path in _cycles(shapes, collections, held):
        message = f"holds itself without a structure or union between: {' > '.join(path)}"
        yield shapes[path[0]].fault(message, "put a structure or union between")
    structures = of_type(shapes.values(), "structure")
    for path in _cycles(shapes, structures, required):
        message = f"holds itself through required members alone: {' > '.join(path)}"
        yield shapes[path[0]].fault(message, f"take {_REQUIRED} off one of the members")
    for union in of_type(shapes.values(), "union"):
        if union.members and not _ends(union, shapes):
            message = "has no value that ends: every member leads back to it"
            yield union.fault(message, "add a member that does not hold it")


def _cycles(
    shapes: Shapes, among: Iterable[LoadedShape], next_of: Callable[[LoadedShape], Iterable[str]]
) -> Iterator[list[str]]:
    """Yield, for each of the shapes that reaches itself through the others, the shortest way."""
    members = {shape.id for shape in among}
    edges = {
        shape_id: [target for target in next_of(shapes[shape_id]) if target in members]
        for shape_id in members
    }
    for start in shapes:
        if start not in members or not edges[start]:
            continue
        came_from: dict[str, str] = {}
        pending = [start]
        for shape_id in pending:
            for target in edges[shape_id]:
                if target not in came_from:
                    came_from[target] = shape_id
                    pending.append(target)
        if start in came_from:
            path = [start]
            at = came_from[start]
            while at != start:
                path.append(at)
                at = came_from[at]
            yield [start, *reversed(path)]


def _ends(union: LoadedShape, shapes: Shapes) -> bool:
    """Whether some value of a union can be written down.

    A structure can be where a member is optional, or where a required one can.
    """
    seen: set[str] = set()
    pending = [union]
    while pending:
        shape = pending.pop()
        if shape.id in seen:
            continue
        seen.add(shape.id)
        if shape.type not in ("structure", "union") or not shape.members:
            return True
        for member in shape.members.values():
            if shape.type == "structure" and _REQUIRED not in member.traits:
                return True
            pending.append(shapes[member.target])
    return False
