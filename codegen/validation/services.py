"""Services: one name for each shape, and operations that a request can be told apart by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.validation.rules import API, SIMPLE, UNKNOWN, Shapes, operations_of
from codegen.validation.structure import IDENTIFIER
from codegen.validation.uris import parse_uri

_HTTP = f"{API}http"
_ENDPOINT = f"{API}endpoint"


def check_service_names(shapes: Shapes) -> Iterator[Fault]:
    """Hold the shapes that a service reaches to names that differ in more than case.

    Simple shapes and lists may share a name where they are the same but for their namespace.
    """
    for service in of_type(shapes.values(), "service"):
        closure = _closure(service, shapes)
        yield from _renames(service, closure)
        names: dict[str, list[LoadedShape]] = {}
        for shape in closure.values():
            name = service.renames.get(shape.id, shape.name)
            names.setdefault(name.casefold(), []).append(shape)
        for name, found in names.items():
            for index, shape in enumerate(found):
                others = [other for other in found[:index] if _clash(other, shape, shapes)]
                if others:
                    message = f"its name {name!r} is that of {others[0].id} in {service.id} too"
                    at = service.renames.get(shape.id, shape.name)
                    message = message.replace(repr(name), repr(at))
                    yield shape.fault(message, f'rename one of them under "rename" of {service.id}')


def check_uri_conflicts(shapes: Shapes) -> Iterator[Fault]:
    """Refuse two operations of a service with the same method and the same form of URI."""
    for service in of_type(shapes.values(), "service"):
        seen: dict[tuple[object, ...], LoadedShape] = {}
        for operation in operations_of(shapes, service):
            http = operation.traits.get(_HTTP)
            if not isinstance(http, Mapping) or _ENDPOINT in operation.traits:
                continue
            uri = parse_uri(str(http.get("uri", "")))
            if uri.faults:
                continue
            key = (str(http.get("method")), uri.form, frozenset(uri.query.items()))
            first = seen.setdefault(key, operation)
            if first is not operation:
                message = f"its method and uri {http['uri']!r} are those of {first.id}"
                yield operation.fault(message, "change one of the two", trait=_HTTP)


def _closure(service: LoadedShape, shapes: Shapes) -> dict[str, LoadedShape]:
    found: dict[str, LoadedShape] = {}
    pending = [service.id]
    while pending:
        shape = shapes[pending.pop()]
        if shape.id in found:
            continue
        found[shape.id] = shape
        pending += [target for targets in shape.refs.values() for target in targets]
        pending += (*shape.identifiers.values(), *shape.properties.values(), *shape.mixins)
        pending += [member.target for member in shape.members.values()]
    return {shape_id: found[shape_id] for shape_id in shapes if shape_id in found}


def _renames(service: LoadedShape, closure: Mapping[str, LoadedShape]) -> Iterator[Fault]:
    for shape_id, name in service.renames.items():
        if not IDENTIFIER.fullmatch(name):
            yield service.fault(f"renames {shape_id} to {name!r}, which is no name", "correct it")
        elif name == shape_id.partition("#")[2]:
            yield service.fault(f"renames {shape_id} to its own name", "take the entry out")
        if shape_id not in closure and not any(shape.type == UNKNOWN for shape in closure.values()):
            message = f"renames {shape_id}, which the service does not reach"
            yield service.fault(message, "take the entry out")
        elif (kind := closure.get(shape_id, service).type) in ("resource", "operation"):
            yield service.fault(f"renames the {kind} {shape_id}", "take the entry out")


def _clash(first: LoadedShape, second: LoadedShape, shapes: Shapes) -> bool:
    if first is second:
        return False
    if first.type != second.type or first.type not in {"list", *SIMPLE}:
        return True
    if first.traits != second.traits:
        return True
    if first.type == "list":
        targets = [shapes[shape.members["member"].target] for shape in (first, second)]
        return _clash(targets[0], targets[1], shapes)
    return False
