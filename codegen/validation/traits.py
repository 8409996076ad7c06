"""Traits: that they are defined, where they go, what they hold and what they exclude.

Source: "Traits" of the Smithy 2.0 specification. Selectors of traits that a model defines itself
are not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedShape, of_type
from codegen.model import Node, Traits
from codegen.validation.mixins import MIXIN
from codegen.validation.places import Site
from codegen.validation.prelude import TRAIT_RULES
from codegen.validation.rules import API, INTEGERS, UNKNOWN, Shapes, a
from codegen.validation.values import value_problems

_TRAIT = f"{API}trait"
_BOX = f"{API}box"
_LIBRARIES = ("aws.", "smithy.")
"""Namespaces whose traits are defined in files that come with Smithy, not with the model."""

type _Holder = tuple[LoadedShape, LoadedMember | None, Traits]


def check_definitions(shapes: Shapes) -> Iterator[Fault]:
    """Hold every trait to be defined."""
    for shape, member, traits in _holders(shapes):
        for trait in traits:
            wrong = _undefined(trait, shapes)
            if wrong:
                yield shape.fault(*wrong, member=member.name if member else "", trait=trait)
        mixin = traits.get(MIXIN)
        local = mixin.get("localTraits") if isinstance(mixin, Mapping) else None
        for item in local if isinstance(local, tuple) else ():
            if isinstance(item, str) and _undefined(item, shapes):
                message = f"its local trait {item} is not defined"
                yield shape.fault(message, "correct the id", trait=MIXIN)


def check_places(shapes: Shapes) -> Iterator[Fault]:
    """Hold traits to the shapes and members that they are made for."""
    for shape, member, traits in _holders(shapes):
        name = member.name if member else ""
        for trait in traits:
            rule = TRAIT_RULES.get(trait)
            if rule and not rule.place.holds(Site(shapes, shape, member)):
                kind = f"this member of {a(shape.type)}" if member else a(shape.type)
                message = f"{trait} cannot be on {kind}"
                advice = f"it goes on {rule.place.text}"
                yield shape.fault(message, advice, member=name, trait=trait)
    for shape in of_type(shapes.values(), "list"):
        if f"{API}uniqueItems" in shape.traits:
            endless = _reaches(shape, ("float", "double", "document"), shapes)
            if endless:
                message = f"its items are unique, and {endless} has values that cannot be compared"
                yield shape.fault(message, "take the trait off", trait=f"{API}uniqueItems")


def check_values(shapes: Shapes) -> Iterator[Fault]:
    """Hold the values of traits to their form."""
    for shape, member, traits in _holders(shapes):
        name = member.name if member else ""
        for trait, value in traits.items():
            rule = TRAIT_RULES.get(trait)
            if rule:
                found = rule.value(value, "")
            elif trait in shapes and _TRAIT in shapes[trait].traits:
                found = value_problems(value, shapes[trait], shapes)
            else:
                continue
            for at, message, advice in found:
                place = f" at {at}" if at else ""
                text = f"the value of {trait}{place} {message}"
                yield shape.fault(text, advice, member=name, trait=trait)
        limits = traits.get(f"{API}range")
        of = shapes[member.target] if member else shape
        if isinstance(limits, Mapping) and of.type in INTEGERS:
            for key in ("min", "max"):
                limit = limits.get(key)
                if isinstance(limit, float) and not limit.is_integer():
                    message = f"its {key} {limit} is no whole number, as its values are"
                    advice = "write a whole number"
                    yield shape.fault(message, advice, member=name, trait=f"{API}range")


def check_conflicts(shapes: Shapes) -> Iterator[Fault]:
    """Refuse traits that exclude each other."""
    exclusions = _exclusions(shapes)
    for shape, member, traits in _holders(shapes):
        name = member.name if member else ""
        pairs = {
            (min(trait, other), max(trait, other))
            for trait in traits
            if trait in exclusions
            for other in exclusions[trait][0] & traits.keys()
        }
        for first, second in sorted(pairs):
            message = f"{first} and {second} exclude each other"
            yield shape.fault(message, "keep one of the two", member=name, trait=second)
    for shape in of_type(shapes.values(), "structure"):
        holders: dict[tuple[str, str], list[str]] = {}
        for member in shape.members.values():
            on_target = shapes[member.target].traits
            for trait, words, mode in (
                *((trait, "is on", "member") for trait in member.traits),
                *((trait, "is on the targets of", "target") for trait in on_target),
            ):
                if trait in exclusions and exclusions[trait][1] == mode:
                    holders.setdefault((trait, words), []).append(member.name)
        for (trait, words), names in holders.items():
            if len(names) > 1:
                message = f"{trait} {words} {len(names)} members: {', '.join(names)}"
                yield shape.fault(message, "keep it on one")


def _holders(shapes: Shapes) -> Iterator[_Holder]:
    for shape in shapes.values():
        if shape.type == UNKNOWN:
            continue
        yield shape, None, shape.traits
        for member in shape.members.values():
            yield shape, member, member.traits


def _undefined(trait: str, shapes: Shapes) -> tuple[str, str] | None:
    if trait == _BOX:
        return f"{trait} is not in Smithy 2.0", "take it off: what has no default is boxed"
    if trait in TRAIT_RULES:
        return None
    if trait in shapes:
        defined = shapes[trait]
        if defined.type == UNKNOWN:
            return None
        if _TRAIT not in defined.traits:
            return f"{trait} is a shape and no trait", f"add {_TRAIT} to it"
        if MIXIN in defined.traits:
            return f"{trait} is a mixin and cannot be applied", f"take {MIXIN} off"
        return None
    if trait.startswith(_LIBRARIES) and not trait.startswith(API):
        return None
    return f"trait {trait} is not defined", "add the file that defines it, or correct the id"


def _exclusions(shapes: Shapes) -> dict[str, tuple[frozenset[str], Node]]:
    """By trait: the traits it excludes, and whether a structure has it once, on what."""
    found: dict[str, tuple[frozenset[str], Node]] = {
        trait: (frozenset[str](rule.conflicts), rule.exclusive)
        for trait, rule in TRAIT_RULES.items()
    }
    for shape in shapes.values():
        definition = shape.traits.get(_TRAIT)
        if isinstance(definition, Mapping):
            listed = definition.get("conflicts")
            conflicts = listed if isinstance(listed, tuple) else ()
            texts = frozenset[str](item for item in conflicts if isinstance(item, str))
            found.setdefault(shape.id, (texts, definition.get("structurallyExclusive")))
    return found


def _reaches(shape: LoadedShape, types: tuple[str, ...], shapes: Shapes) -> str:
    """Return the first shape of some type that a list holds, however deep; "" if there is none."""
    seen: set[str] = set()
    pending = [shape]
    while pending:
        current = pending.pop()
        if current.type in types:
            return current.id
        if current.id not in seen:
            seen.add(current.id)
            pending += [shapes[member.target] for member in current.members.values()]
    return ""
