"""Resources: hierarchy, identifiers, lifecycle operations and what these bind.

Source: "Resource" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.validation.rules import API, UNIT, UNKNOWN, Shapes, held_by, input_of, output_of

_READONLY = f"{API}readonly"
_IDEMPOTENT = f"{API}idempotent"
_IDENTIFIER = f"{API}resourceIdentifier"
_REQUIRED = f"{API}required"
_PROPERTY = f"{API}property"
_NESTED = f"{API}nestedProperties"
_NOT_PROPERTY = f"{API}notProperty"
_NO_PROPERTIES = frozenset({_NOT_PROPERTY, _NESTED, _IDENTIFIER, f"{API}idempotencyToken"})

_WANTED: Final[Mapping[str, tuple[tuple[str, bool], ...]]] = {
    "create": ((_READONLY, False),),
    "put": ((_READONLY, False), (_IDEMPOTENT, True)),
    "read": ((_READONLY, True),),
    "update": ((_READONLY, False),),
    "delete": ((_READONLY, False), (_IDEMPOTENT, True)),
    "list": ((_READONLY, True),),
}
"""Traits that a lifecycle operation has, or has not."""


def check_hierarchy(shapes: Shapes) -> Iterator[Fault]:
    """Refuse circles of resources, and what a service binds twice."""
    circular: set[str] = set()
    for resource in of_type(shapes.values(), "resource"):
        path = _way_back(resource, shapes)
        if path:
            circular.add(resource.id)
            message = f"is below itself: {' > '.join(path)}"
            yield resource.fault(message, "take one of the resources out")
    for service in of_type(shapes.values(), "service"):
        owners: dict[str, list[str]] = {}
        for owner, shape in held_by(shapes, service):
            if shape.id not in circular:
                owners.setdefault(shape.id, []).append(owner)
        for shape_id, found in owners.items():
            if len(found) > 1:
                message = f"is bound {len(found)} times in {service.id}: by {', '.join(found)}"
                yield shapes[shape_id].fault(message, "bind it in one place")


def check_lifecycle(shapes: Shapes) -> Iterator[Fault]:
    """Hold lifecycle operations to be read-only or idempotent as their kind demands."""
    for resource in of_type(shapes.values(), "resource"):
        for name, target in resource.lifecycle.items():
            operation = shapes[target]
            for trait, wanted in _WANTED[name] if operation.type == "operation" else ():
                if (trait in operation.traits) != wanted:
                    has = "has no" if wanted else "has"
                    message = f"its {name} operation {target} {has} {trait}"
                    advice = "add the trait" if wanted else "remove the trait"
                    yield resource.fault(message, f"{advice}, or bind another operation")


def check_identifiers(shapes: Shapes) -> Iterator[Fault]:
    """Hold children to the identifiers of their parents, and operations to bind them."""
    for shape in of_type(shapes.values(), "structure"):
        named: dict[str, str] = {}
        for member in shape.members.values():
            if _IDENTIFIER in member.traits:
                name = str(member.traits[_IDENTIFIER])
                first = named.setdefault(name, member.name)
                if first != member.name:
                    message = f"binds the identifier {name!r}, as does {first!r}"
                    yield shape.fault(message, "keep one of the two", member=member.name)
    for resource in of_type(shapes.values(), "resource"):
        properties = {name.casefold() for name in resource.properties}
        for name in resource.identifiers:
            if name.casefold() in properties:
                message = f"its identifier {name!r} is a property too"
                yield resource.fault(message, "rename one of the two")
        for target in resource.ref("resources"):
            if shapes[target].type == "resource":
                yield from _child(resource, shapes[target], shapes)
        for operation in _operations(resource, shapes):
            yield from _binding(resource, operation, shapes)


def check_properties(shapes: Shapes) -> Iterator[Fault]:
    """Hold the members of a resource's operations to its properties, where it lists them."""
    for resource in of_type(shapes.values(), "resource"):
        if not resource.properties:
            continue
        used: set[str] = set()
        instance = (
            *(target for name, target in resource.lifecycle.items() if name != "list"),
            *resource.ref("operations"),
        )
        operations = [shapes[target] for target in dict.fromkeys(instance)]
        ends = [
            end
            for operation in operations
            if operation.type == "operation"
            for end in (input_of(operation, shapes), output_of(operation, shapes))
        ]
        for end in ends:
            yield from _end(resource, end, shapes, used)
        whole = all(shape.type != UNKNOWN for shape in (*operations, *ends))
        for name in resource.properties:
            if whole and name not in used:
                message = f"its property {name!r} is in no input and output of its operations"
                yield resource.fault(message, "take it out, or add the member")


def _way_back(resource: LoadedShape, shapes: Shapes) -> list[str]:
    """Return the resources from one down to itself; empty where it is not below itself."""
    pending = [(resource, [resource.id])]
    seen: set[str] = set()
    while pending:
        current, path = pending.pop()
        for target in current.ref("resources"):
            if target == resource.id:
                return [*path, target]
            if target not in seen:
                seen.add(target)
                pending.append((shapes[target], [*path, target]))
    return []


def _child(parent: LoadedShape, child: LoadedShape, shapes: Shapes) -> Iterator[Fault]:
    for name, target in parent.identifiers.items():
        if name not in child.identifiers:
            message = f"has no identifier {name!r}, which its parent {parent.id} has"
            yield child.fault(message, f"add {name!r} to its identifiers")
        elif child.identifiers[name] != target:
            message = f"its identifier {name!r} is not {target}, as in its parent {parent.id}"
            yield child.fault(message, f"let it target {target}")
    for operation in _operations(child, shapes):
        bound = _bound(child, input_of(operation, shapes))
        missing = [name for name in parent.identifiers if name not in bound]
        if missing and input_of(operation, shapes).type != UNKNOWN:
            message = f"does not bind {', '.join(missing)} of {parent.id}, the parent of {child.id}"
            yield operation.fault(message, "add required members of these names to its input")


def _operations(resource: LoadedShape, shapes: Shapes) -> list[LoadedShape]:
    bound = (*resource.lifecycle.values(), *resource.ref("operations"))
    targets = dict.fromkeys((*bound, *resource.ref("collectionOperations")))
    return [shapes[target] for target in targets if shapes[target].type == "operation"]


def _bound(resource: LoadedShape, structure: LoadedShape) -> dict[str, str]:
    """Name the members that bind identifiers, by identifier."""
    found: dict[str, str] = {}
    for member in structure.members.values():
        if _IDENTIFIER in member.traits:
            found[str(member.traits[_IDENTIFIER])] = member.name
        elif (
            _REQUIRED in member.traits
            and resource.identifiers.get(member.name, "") == member.target
        ):
            found.setdefault(member.name, member.name)
    return found


def _binding(resource: LoadedShape, operation: LoadedShape, shapes: Shapes) -> Iterator[Fault]:
    structure = input_of(operation, shapes)
    if structure.type != "structure":
        return
    bound = {} if structure.id == UNIT else _bound(resource, structure)
    missing = [
        name
        for name, target in resource.identifiers.items()
        if name not in bound or structure.members[bound[name]].target != target
    ]
    of_collection = {
        *resource.ref("collectionOperations"),
        resource.lifecycle.get("create", ""),
        resource.lifecycle.get("list", ""),
    }
    if operation.id not in of_collection:
        if missing:
            message = f"is bound to one {resource.id} and its input lacks {', '.join(missing)}"
            advice = "add required members of these names, with the targets of the identifiers"
            yield operation.fault(message, advice)
    elif not missing:
        message = f"is bound to the collection of {resource.id} and binds all of its identifiers"
        yield operation.fault(message, "bind it as an instance operation, or leave one out")


def _end(
    resource: LoadedShape, end: LoadedShape, shapes: Shapes, used: set[str]
) -> Iterator[Fault]:
    nested = [member for member in end.members.values() if _NESTED in member.traits]
    if nested and shapes[nested[0].target].type == "structure":
        end = shapes[nested[0].target]
    bound = set(_bound(resource, end).values())
    owners: dict[str, str] = {}
    for member in end.members.values():
        exempt = member.name in bound or any(_is_none(trait, shapes) for trait in member.traits)
        if exempt and member.name not in resource.properties:
            continue
        value = member.traits.get(_PROPERTY)
        given = value.get("name") if isinstance(value, Mapping) else None
        name = given if isinstance(given, str) else member.name
        used.add(name)
        first = owners.setdefault(name, member.name)
        if first != member.name:
            message = f"is the property {name!r} of {resource.id}, as is {first!r}"
            yield end.fault(message, "keep one of the two", member=member.name)
        if name in resource.properties:
            if resource.properties[name] != member.target:
                message = f"is the property {name!r} of {resource.id} and has another target"
                advice = f"let it target {resource.properties[name]}"
                yield end.fault(message, advice, member=member.name)
        elif member.name not in bound:
            message = f"is neither a property nor an identifier of {resource.id}"
            advice = f"add {_PROPERTY} with the name of one, or {_NOT_PROPERTY}"
            yield end.fault(message, advice, member=member.name)


def _is_none(trait: str, shapes: Shapes) -> bool:
    """Whether a trait says that a member is no property."""
    return trait in _NO_PROPERTIES or (trait in shapes and _NOT_PROPERTY in shapes[trait].traits)
