"""The second stage: the part of a model that a service reaches, normalised and checked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from types import MappingProxyType

from codegen.checks import (
    check_names,
    check_protocol,
    check_service,
    check_traits,
)
from codegen.faults import Fault, GenerationError
from codegen.loaded import LoadedMember, LoadedModel, LoadedShape
from codegen.model import Member, Operation, Service, Shape

_UNIT = "smithy.api#Unit"
_ENUMS = ("enum", "intEnum")
_SUFFIXES = {"input": ("Input", "Request"), "output": ("Output", "Response")}


def resolve(loaded: LoadedModel) -> Service:
    """Resolve the service of a loaded model.

    Only operations that `package.toml` keeps are there, and only shapes that these reach. An
    operation without input or output gets an empty structure, `<Operation>Input` or
    `<Operation>Output` (`…Request`, `…Response` where a shape has that name). An enum member
    always has `smithy.api#enumValue`.

    Raises GenerationError with everything that cannot be generated; if the protocol is another,
    with that alone, since it decides what all bindings mean.
    """
    service = loaded.shapes[loaded.service]
    if wrong := list(check_protocol(loaded, service)):
        raise GenerationError(wrong)

    faults: list[Fault] = []
    operations = _select(loaded, list(_operations(loaded, service, set())), faults)
    closure = _closure(loaded, service, operations)
    faults += check_service(loaded, service, operations)
    faults += check_traits(loaded, [service, *operations, *closure.values()])
    faults += check_names(closure.values(), service)
    taken = {shape.name.casefold() for shape in closure.values()}
    ends = {operation.id: _ends(operation, taken) for operation in operations}
    faults += _check_ends(operations, ends)
    if faults:
        raise GenerationError(faults)

    shapes = {shape.id: _shape(shape, closure) for shape in closure.values()}
    for operation in operations:
        made = _synthetic(operation, ends[operation.id], closure)
        shapes.update((shape.id, shape) for shape in made)
    errors = [shape for shape in shapes.values() if shape.has("smithy.api#error")]
    return Service(
        id=service.id,
        version=service.version,
        traits=service.traits,
        operations=tuple(_operation(item, service, ends[item.id]) for item in operations),
        shapes=MappingProxyType(dict(sorted(shapes.items()))),
        errors=tuple(shape.id for shape in sorted(errors, key=lambda item: (item.name, item.id))),
        renames=MappingProxyType(
            {shape_id: name for shape_id, name in service.renames.items() if shape_id in shapes}
        ),
        source=service.source,
        files=tuple(file.name for file in loaded.files),
    )


def _operations(loaded: LoadedModel, owner: LoadedShape, seen: set[str]) -> Iterator[LoadedShape]:
    """Yield the operations of a service or resource, then those below it; none twice."""
    for relation in ("lifecycle", "operations", "collectionOperations"):
        for target in owner.ref(relation):
            if target not in seen:
                seen.add(target)
                yield loaded.shapes[target]
    for target in owner.ref("resources"):
        if target not in seen:
            seen.add(target)
            yield from _operations(loaded, loaded.shapes[target], seen)


def _select(
    loaded: LoadedModel, operations: list[LoadedShape], faults: list[Fault]
) -> list[LoadedShape]:
    wanted = loaded.config.operations
    if wanted is None:
        return operations
    names = [operation.name for operation in operations]
    for name in wanted:
        if name not in names:
            message = f"keeps the operation {name!r}, which the service has not"
            advice = f"it has {', '.join(names) or 'none'}"
            faults.append(Fault(loaded.config_file, "", "", message, advice))
    return [operation for operation in operations if operation.name in wanted]


def _closure(
    loaded: LoadedModel, service: LoadedShape, operations: Iterable[LoadedShape]
) -> dict[str, LoadedShape]:
    """Collect every shape that the operations reach, by id, in order of id."""
    found: dict[str, LoadedShape] = {}
    pending = list(service.ref("errors"))
    for operation in operations:
        ends = (*operation.ref("input"), *operation.ref("output"))
        pending += [target for target in ends if target != _UNIT]
        pending += operation.ref("errors")
    while pending:
        shape_id = pending.pop()
        if shape_id not in found:
            shape = found[shape_id] = loaded.shapes[shape_id]
            # The members of an enum target Unit, which says nothing about them.
            if shape.type not in _ENUMS:
                pending += [member.target for member in shape.members.values()]
    return dict(sorted(found.items()))


def _ends(operation: LoadedShape, taken: Container[str]) -> dict[str, str]:
    """Name the input and output of an operation by their relation; made up where it has none.

    `taken` are the names of the closure's shapes, case folded.
    """
    ends: dict[str, str] = {}
    for relation, suffixes in _SUFFIXES.items():
        (target,) = operation.ref(relation)
        names = [operation.name + suffix for suffix in suffixes]
        free = (name for name in names if name.casefold() not in taken)
        made = f"{operation.namespace}#{next(free, '')}"
        ends[relation] = made if target == _UNIT else target
    return ends


def _check_ends(
    operations: Iterable[LoadedShape], ends: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    for operation in operations:
        for relation, end in ends[operation.id].items():
            if end.endswith("#"):
                names = " and ".join(operation.name + suffix for suffix in _SUFFIXES[relation])
                message = f"has no {relation}, and the names for an empty one, {names}, are taken"
                yield operation.fault(message, f"give the operation an {relation} of its own")


def _synthetic(
    operation: LoadedShape, ends: Mapping[str, str], closure: Container[str]
) -> Iterator[Shape]:
    for relation, end in ends.items():
        if end not in closure:
            yield Shape(
                id=end,
                type="structure",
                traits=MappingProxyType({f"smithy.api#{relation}": MappingProxyType({})}),
                members=(),
                source=operation.source,
            )


def _operation(operation: LoadedShape, service: LoadedShape, ends: Mapping[str, str]) -> Operation:
    return Operation(
        id=operation.id,
        traits=operation.traits,
        input=ends["input"],
        output=ends["output"],
        errors=tuple(dict.fromkeys((*operation.ref("errors"), *service.ref("errors")))),
        source=operation.source,
    )


def _shape(shape: LoadedShape, closure: Mapping[str, LoadedShape]) -> Shape:
    if shape.type == "string" and (values := _old_enum(shape)):
        return Shape(shape.id, "enum", shape.traits, values, shape.source)
    return Shape(
        id=shape.id,
        type=shape.type,
        traits=shape.traits,
        members=tuple(_member(shape, member, closure) for member in shape.members.values()),
        source=shape.source,
    )


def _old_enum(shape: LoadedShape) -> tuple[Member, ...]:
    """Values of a string with the trait `enum` of Smithy 1.0; none where they have no names."""
    entries = shape.traits.get("smithy.api#enum")
    values: list[Member] = []
    for entry in entries if isinstance(entries, tuple) else ():
        if not isinstance(entry, Mapping) or not isinstance(name := entry.get("name"), str):
            return ()
        traits = {"smithy.api#enumValue": entry["value"]}
        if "documentation" in entry:
            traits["smithy.api#documentation"] = entry["documentation"]
        facts = MappingProxyType(traits)
        values.append(Member(name, _UNIT, facts, facts, shape.source))
    return tuple(values)


def _member(shape: LoadedShape, member: LoadedMember, closure: Mapping[str, LoadedShape]) -> Member:
    if shape.type in _ENUMS:
        inherited = {"smithy.api#enumValue": member.name} if shape.type == "enum" else {}
        traits = {**inherited, **member.traits}
    else:
        traits = {**closure[member.target].traits, **member.traits}
    return Member(
        name=member.name,
        target=member.target,
        traits=MappingProxyType(traits),
        own_traits=member.traits,
        source=member.source,
    )
