"""What a shape may refer to, by the kind of relation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.validation.mixins import MIXIN
from codegen.validation.rules import API, DATA, ENUMS, STRINGS, UNIT, Shapes, a, is_a

_ERROR = f"{API}error"
_TRAIT = f"{API}trait"
_PRIVATE = f"{API}private"

_WANTED: Final = {
    "operations": "operation",
    "collectionOperations": "operation",
    "resources": "resource",
    "errors": "structure",
    "input": "structure",
    "output": "structure",
}
_WORDS: Final = {
    "operations": "operation",
    "collectionOperations": "collection operation",
    "resources": "resource",
    "errors": "error",
}

type _Relation = tuple[str, str, str, str]
"""Kind of relation, words for it, target, and the member that has it or ""."""


def check_targets(shapes: Shapes) -> Iterator[Fault]:
    """Hold every reference to a shape that may be referred to in this way."""
    for shape in shapes.values():
        for kind, words, target_id, member in _relations(shape):
            target = shapes[target_id]

            def fault(
                message: str, advice: str, shape: LoadedShape = shape, member: str = member
            ) -> Fault:
                return shape.fault(message, advice, member=member)

            if _TRAIT in target.traits:
                yield fault(
                    f"refers to {target_id}, which is a trait",
                    "refer to another shape; traits are applied",
                )
            elif MIXIN in target.traits:
                yield fault(
                    f"refers to {target_id}, which is a mixin",
                    "refer to a shape that uses the mixin",
                )
            elif message := _wrong_type(kind, words, target):
                yield fault(message, _advice(kind))
            elif target_id == UNIT and not _takes_unit(kind, shape):
                yield fault(f"its {words} is {UNIT}", "use another structure")
            if _PRIVATE in target.traits and target.namespace != shape.namespace:
                message = f"refers to {target_id}, which is private to {target.namespace}"
                yield fault(message, f"use a shape of your own, or take {_PRIVATE} off")
        for mixin in shape.mixins:
            used = shapes[mixin]
            if _PRIVATE in used.traits and used.namespace != shape.namespace:
                message = f"uses {mixin}, which is private to {used.namespace}"
                yield shape.fault(message, f"use a mixin of your own, or take {_PRIVATE} off")


def check_errors(shapes: Shapes) -> Iterator[Fault]:
    """Hold errors to have the trait for it, and inputs and outputs not to."""
    for owner in of_type(shapes.values(), "operation", "service"):
        for relation in ("input", "output"):
            for target in owner.ref(relation):
                if _ERROR in shapes[target].traits:
                    message = f"its {relation} {target} is an error"
                    yield owner.fault(message, f"use a structure without {_ERROR}")
        for target in owner.ref("errors"):
            if shapes[target].type == "structure" and _ERROR not in shapes[target].traits:
                message = f"its error {target} is not a structure with {_ERROR}"
                yield owner.fault(message, "add the trait, or take it off the errors")


def check_inputs(shapes: Shapes) -> Iterator[Fault]:
    """Hold structures marked as input or output to that one use."""
    users: dict[tuple[str, str], list[LoadedShape]] = {}
    for operation in of_type(shapes.values(), "operation"):
        for relation in ("input", "output"):
            users.setdefault((operation.ref(relation)[0], relation), []).append(operation)
    for mark, other in (("input", "output"), ("output", "input")):
        trait = f"{API}{mark}"
        for shape in shapes.values():
            if trait in shape.traits:
                own = users.get((shape.id, mark), [])
                if len(own) > 1:
                    names = ", ".join(operation.id for operation in own)
                    message = f"is marked as {mark} and is that of {len(own)} operations: {names}"
                    yield shape.fault(message, f"take {trait} off, or give each its own")
                for operation in users.get((shape.id, other), []):
                    message = f"its {other} {shape.id} is marked as {mark}"
                    yield operation.fault(message, f"use a structure without {trait}")
            for member in shape.members.values():
                if trait in shapes[member.target].traits:
                    message = f"targets {member.target}, which is marked as {mark}"
                    advice = f"use a structure without {trait}"
                    yield shape.fault(message, advice, member=member.name)


def _relations(shape: LoadedShape) -> Iterator[_Relation]:
    for member in shape.members.values():
        kind = "key" if shape.type == "map" and member.name == "key" else "target"
        yield kind, "target", member.target, member.name
    for relation, targets in shape.refs.items():
        if relation != "lifecycle":
            for target in dict.fromkeys(targets):
                yield relation, _WORDS.get(relation, relation), target, ""
    for name, target in shape.lifecycle.items():
        yield "operations", f"{name} operation", target, ""
    for name, target in shape.identifiers.items():
        yield "identifiers", f"identifier {name!r}", target, ""
    for name, target in shape.properties.items():
        yield "properties", f"property {name!r}", target, ""


def _wrong_type(kind: str, words: str, target: LoadedShape) -> str:
    if kind in ("target", "properties"):
        if not is_a(target, DATA):
            return f"its {words} {target.id} is {a(target.type)}"
    elif kind in ("key", "identifiers"):
        if not is_a(target, STRINGS):
            return f"its {words} {target.id} is not a string but {a(target.type)}"
    elif not is_a(target, {_WANTED[kind]}):
        return f"its {words} {target.id} is not {a(_WANTED[kind])}"
    return ""


def _advice(kind: str) -> str:
    if kind in ("target", "properties"):
        return "use a simple type, list, map, structure or union"
    if kind in ("key", "identifiers"):
        return "use a string"
    return f"use {a(_WANTED[kind])}"


def _takes_unit(kind: str, shape: LoadedShape) -> bool:
    return kind in ("input", "output") or (kind == "target" and shape.type in {"union", *ENUMS})
