"""Pagination: the tokens, sizes and items that the `paginated` trait names.

Source: "paginated trait" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.validation.rules import API, UNKNOWN, Shapes, a, is_a, operations_of

_PAGINATED = f"{API}paginated"
_REQUIRED = f"{API}required"
_TOKENS = frozenset({"string", "map"})
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "inputToken": _TOKENS,
    "outputToken": _TOKENS,
    "pageSize": frozenset({"byte", "short", "integer", "long"}),
    "items": frozenset({"list", "map"}),
}
_INPUT = ("inputToken", "pageSize")


def check_pagination(shapes: Shapes) -> Iterator[Fault]:
    """Hold paginated operations to name members that are there and fit."""
    services: dict[str, list[LoadedShape]] = {}
    for service in of_type(shapes.values(), "service"):
        for operation in operations_of(shapes, service):
            services.setdefault(operation.id, []).append(service)
    for operation in of_type(shapes.values(), "operation"):
        own = operation.traits.get(_PAGINATED)
        if not isinstance(own, Mapping):
            continue
        named = {key: value for key, value in own.items() if isinstance(value, str)}
        found = list(_names(operation, named, shapes))
        for service in () if found else services.get(operation.id, ()):
            usual = service.traits.get(_PAGINATED)
            merged = {**(usual if isinstance(usual, Mapping) else {}), **named}
            for key in ("inputToken", "outputToken"):
                if key not in merged:
                    message = f"is paginated without {key!r}, and so is {service.id}"
                    found.append(operation.fault(message, f"add {key!r}", trait=_PAGINATED))
            texts = {key: value for key, value in merged.items() if isinstance(value, str)}
            found += _names(operation, texts, shapes)
        yield from dict.fromkeys(found)


def _names(operation: LoadedShape, named: Mapping[str, str], shapes: Shapes) -> Iterator[Fault]:
    for key, takes in _TAKES.items():
        path = named.get(key)
        end = shapes[operation.ref("input" if key in _INPUT else "output")[0]]
        if path is None or end.type == UNKNOWN:
            continue
        parts = [path] if key in _INPUT else path.split(".")
        member, wrong = _follow(end, parts, shapes)
        message = ""
        advice = "correct the path"
        if wrong:
            message = f"its {key} {path!r} is no member of {end.id}"
        elif member is None:
            continue
        elif not is_a(shapes[member.target], takes):
            message = f"its {key} {path!r} is {a(shapes[member.target].type)}"
            advice = f"name a member that targets a {' or '.join(sorted(takes))}"
        elif key == "inputToken" and _REQUIRED in member.traits:
            message = f"its {key} {path!r} is required, and a first page has none"
            advice = f"take {_REQUIRED} off"
        if message:
            yield operation.fault(message, advice, trait=_PAGINATED)


def _follow(end: LoadedShape, parts: list[str], shapes: Shapes) -> tuple[LoadedMember | None, bool]:
    """Follow a path of members; no member and no breach where a target is not known."""
    member: LoadedMember | None = None
    for part in parts:
        if end.type == UNKNOWN:
            return None, False
        member = end.members.get(part) if end.type in ("structure", "union") else None
        if member is None:
            return None, True
        end = shapes[member.target]
    return member, False
