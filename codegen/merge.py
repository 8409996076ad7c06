"""Merges the files of a model into one Smithy JSON AST and remembers where everything was written.

Smithy's own loader stops at the first thing it does not like. What it would stop at is checked here
first, so that all of it is reported together; shapes that cannot be read are taken out, so that the
rules for the others can be checked all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from codegen.faults import Fault
from codegen.model import Source
from codegen.read import Document, as_object
from codegen.validation.metadata import metadata_faults
from codegen.validation.mixins import broken_mixins, inherited_target, mixins_of
from codegen.validation.structure import (
    FIXED_MEMBERS,
    LIFECYCLE,
    members_of,
    shape_faults,
    trait_faults,
    well_formed_traits,
)

_LISTS = ("operations", "collectionOperations", "resources", "errors")


@dataclass(slots=True)
class Merged:
    """One AST out of many files."""

    shapes: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    """The "shapes" object, `apply` entries merged in; every reference in it is defined."""
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    """Source of each shape and member, by id."""
    trait_sources: dict[tuple[str, str], Source] = field(
        default_factory=dict[tuple[str, str], Source]
    )
    """Source of each trait, by id of what carries it and id of the trait."""
    homes: dict[str, Document] = field(default_factory=dict[str, Document])
    """The file of each shape, by id."""
    unknown: set[str] = field(default_factory=set[str])
    """Shapes that are referred to, and not there or unreadable; `shapes` has a stand-in."""
    faults: list[Fault] = field(default_factory=list[Fault])


def merge(documents: Iterable[Document], prelude: Collection[str]) -> Merged:
    """Merge the files in order; `prelude` are the ids that every model can use.

    Shapes may be defined twice if both definitions are equal. Traits applied to one target are
    merged in file order: arrays are joined, other values must be equal; but what an overlay applies
    takes the place of what was there.
    """
    documents = list(documents)
    merged = Merged(faults=list(metadata_faults(documents)))
    applies: list[tuple[Document, str, Mapping[str, object]]] = []
    for document in documents:
        for shape_id, value in as_object(document.content.get("shapes")).items():
            node = as_object(value)
            merged.faults += trait_faults(document, shape_id, node)
            if wrong := list(shape_faults(document, shape_id, value)):
                merged.faults += wrong
                merged.sources.setdefault(shape_id, document.source(shape_id))
            elif node["type"] == "apply":
                applies.append((document, shape_id, node))
            else:
                _define(merged, document, shape_id, _plain(node))
    for document, target, node in applies:
        _apply(merged, document, target, node, prelude)
    _check_targets(merged, prelude)
    _check_mixins(merged, prelude)
    for shape_id in merged.unknown:
        merged.shapes[shape_id] = {"type": "structure"}
    return merged


def _plain(node: Mapping[str, object]) -> dict[str, object]:
    """Copy a shape as deep as merging changes it, without malformed traits."""

    def with_traits(value: object) -> dict[str, object]:
        copy = dict(as_object(value))
        if "traits" in copy:
            copy["traits"] = well_formed_traits(copy["traits"])
        return copy

    made = with_traits(node)
    if "members" in node:
        made["members"] = dict(as_object(node["members"]))
    for name, path, member in members_of(node):
        holder = cast("dict[str, object]", made["members"]) if len(path) == 2 else made
        holder[name] = with_traits(member)
    return made


def _define(merged: Merged, document: Document, shape_id: str, node: dict[str, object]) -> None:
    source = document.source(shape_id)
    if shape_id in merged.shapes:
        if merged.shapes[shape_id] != node:
            first = merged.sources[shape_id]
            message = f"is defined differently in {first.file}#{first.pointer}"
            advice = "keep one of the two definitions"
            merged.faults.append(Fault(source.file, source.pointer, shape_id, message, advice))
        return
    merged.shapes[shape_id] = node
    merged.sources[shape_id] = source
    merged.homes[shape_id] = document
    for trait in as_object(node.get("traits")):
        merged.trait_sources[shape_id, trait] = document.source(shape_id, "traits", trait)
    for name, path, member in members_of(node):
        member_id = f"{shape_id}${name}"
        merged.sources[member_id] = document.source(shape_id, *path)
        for trait in as_object(as_object(member).get("traits")):
            merged.trait_sources[member_id, trait] = document.source(
                shape_id, *path, "traits", trait
            )


def _apply(
    merged: Merged,
    document: Document,
    target: str,
    node: Mapping[str, object],
    prelude: Collection[str],
) -> None:
    shape_id, _, member = target.partition("$")
    source = document.source(target)

    def fault(message: str, advice: str) -> None:
        merged.faults.append(Fault(source.file, source.pointer, target, message, advice))

    if document.overlay and not node.get("reason"):
        fault("this overlay entry gives no reason", 'add "reason": one sentence')
    if shape_id not in merged.shapes:
        if shape_id in prelude:
            fault("shapes of Smithy's prelude cannot be changed", "apply to a shape of the model")
        elif shape_id not in merged.sources:
            fault("traits are applied to a shape that is not there", "correct the id")
        return
    holder: dict[str, object] | None = merged.shapes[shape_id]
    if member:
        holder = _own_member(merged, shape_id, member)
    if holder is None:
        if not _misses_mixins(merged, shape_id, set()):
            fault(f"traits are applied to a member that {shape_id} has not", "correct the name")
        return
    traits = cast("dict[str, object]", holder.setdefault("traits", {}))
    for trait, value in well_formed_traits(node.get("traits")).items():
        at = document.source(target, "traits", trait)
        before = traits.get(trait, value)
        if trait not in traits or document.overlay:
            traits[trait] = value
        elif isinstance(before, list) and isinstance(value, list):
            traits[trait] = [*cast("list[object]", before), *cast("list[object]", value)]
        elif before != value:
            first = merged.trait_sources[target, trait]
            message = f"{trait} has another value in {first.file}#{first.pointer}"
            advice = "keep one of the two; an overlay.json may replace a value"
            merged.faults.append(Fault(at.file, at.pointer, target, message, advice))
            continue
        merged.trait_sources[target, trait] = at


def _own_member(merged: Merged, shape_id: str, name: str) -> dict[str, object] | None:
    """Return a member that a shape declares, or declare again the one it has from a mixin.

    What is applied to an inherited member takes the place of the mixin's trait, as what the shape
    itself declares does.
    """
    shape = merged.shapes[shape_id]
    own = {member: node for member, _, node in members_of(shape)}
    if name in own:
        return cast("dict[str, object]", own[name])
    target = inherited_target(merged.shapes, shape_id, name)
    if target is None:
        return None
    made: dict[str, object] = {"target": target}
    if shape["type"] in FIXED_MEMBERS:
        shape[name] = made
    else:
        cast("dict[str, object]", shape.setdefault("members", {}))[name] = made
    return made


def _misses_mixins(merged: Merged, shape_id: str, seen: set[str]) -> bool:
    """Whether a mixin of a shape is not there, so that not all of its members are known."""
    seen.add(shape_id)
    return shape_id not in merged.shapes or any(
        _misses_mixins(merged, mixin, seen)
        for mixin in mixins_of(merged.shapes[shape_id])
        if mixin not in seen
    )


def _check_targets(merged: Merged, prelude: Collection[str]) -> None:
    for shape_id, node in merged.shapes.items():
        for owner, path, target in _references(shape_id, node):
            if target in merged.shapes or target in prelude:
                continue
            root = target.partition("$")[0]
            # What has no stand-in cannot be referred to: then the whole shape is taken out.
            merged.unknown.add(target if target == root else shape_id)
            if target in merged.sources and target == root:
                continue
            message, advice = f"refers to {target}, which is not defined", "add that shape"
            if target != root and root in merged.sources:
                message, advice = f"refers to the member {target}", "name a shape"
            source = merged.homes[shape_id].source(shape_id, *path)
            merged.faults.append(
                Fault(source.file, source.pointer, owner, message, f"{advice} or correct the id")
            )


def _check_mixins(merged: Merged, prelude: Collection[str]) -> None:
    found, broken = broken_mixins(merged.shapes, prelude)
    for owner, message, advice in found:
        source = merged.sources[owner]
        merged.faults.append(Fault(source.file, source.pointer, owner, message, advice))
    merged.unknown |= broken


def _references(
    shape_id: str, node: Mapping[str, object]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield each reference of a shape: the id of what holds it, the path to it, and its target."""
    for name, path, member in members_of(node):
        yield f"{shape_id}${name}", path, str(as_object(member)["target"])
    held: list[tuple[tuple[str, ...], object]] = [
        ((key,), node[key]) for key in (*LIFECYCLE, "input", "output") if key in node
    ]
    for key in ("identifiers", "properties"):
        held += [((key, name), item) for name, item in as_object(node.get(key)).items()]
    for key in _LISTS:
        listed = enumerate(cast("list[object]", node.get(key, [])))
        held += [((key, str(index)), item) for index, item in listed]
    for path, reference in held:
        yield shape_id, path, str(as_object(reference)["target"])
    for index, mixin in enumerate(mixins_of(node)):
        yield shape_id, ("mixins", str(index)), mixin
    for renamed in as_object(node.get("rename")):
        yield shape_id, ("rename", renamed), renamed
