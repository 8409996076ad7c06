"""Merges the files of a model into one Smithy JSON AST and remembers where everything was written.

Smithy's own loader stops at the first thing it does not like. What it would stop at is checked here
first, so that all of it is reported together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from codegen.faults import Fault
from codegen.model import Source
from codegen.read import Document, as_object

_SHAPE_ID = re.compile(r"_*[A-Za-z]\w*(\._*[A-Za-z]\w*)*#_*[A-Za-z]\w*(\$_*[A-Za-z]\w*)?", re.ASCII)
_NUMBERS = frozenset(
    {"byte", "short", "integer", "long", "float", "double", "bigInteger", "bigDecimal"}
)
_SIMPLE = _NUMBERS | {"blob", "boolean", "string", "timestamp", "document"}
_MEMBERS = {"list": ("member",), "map": ("key", "value")}
_NAMED_MEMBERS = frozenset({"structure", "union", "enum", "intEnum"})
_TYPES = _SIMPLE | _MEMBERS.keys() | _NAMED_MEMBERS | {"service", "resource", "operation"}
_LIFECYCLE = ("create", "put", "read", "update", "delete", "list")
_LISTS = ("operations", "collectionOperations", "resources", "errors")


@dataclass(slots=True)
class Merged:
    """One AST out of many files."""

    shapes: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    """The "shapes" object, `apply` entries merged in where their target is in it."""
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    """Source of each shape and member, by id; of malformed shapes too, which `shapes` lacks."""
    trait_sources: dict[tuple[str, str], Source] = field(
        default_factory=dict[tuple[str, str], Source]
    )
    """Source of each trait, by id of what carries it and id of the trait."""
    faults: list[Fault] = field(default_factory=list[Fault])


def merge(documents: Iterable[Document], prelude: Collection[str]) -> Merged:
    """Merge the files in order; `prelude` are the ids that every model can use.

    Shapes may be defined twice if both definitions are equal. Traits applied to one target are
    merged in file order as Smithy does it: a later value wins, arrays are joined; but what an
    overlay applies always takes the place of what was there.
    """
    merged = Merged()
    applies: list[tuple[Document, str, Mapping[str, object]]] = []
    for document in documents:
        for shape_id, value in as_object(document.content.get("shapes")).items():
            node = as_object(value)
            if node.get("type") == "apply":
                applies.append((document, shape_id, node))
            elif (fault := _malformed(document, shape_id, node)) is not None:
                merged.faults.append(fault)
                merged.sources.setdefault(shape_id, document.source(shape_id))
            else:
                _define(merged, document, shape_id, dict(node))
    for document, target, node in applies:
        _apply(merged, document, target, node, prelude)
    _check_targets(merged, prelude)
    return merged


def members_of(node: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...], object]]:
    """Yield name, path below the shape and node of each member that a shape declares itself."""
    for name in _MEMBERS.get(str(node.get("type")), ()):
        if name in node:
            yield name, (name,), node[name]
    if node.get("type") in _NAMED_MEMBERS:
        for name, member in as_object(node.get("members")).items():
            yield name, ("members", name), member


def _malformed(document: Document, shape_id: str, node: Mapping[str, object]) -> Fault | None:
    source = document.source(shape_id)

    def fault(message: str, advice: str) -> Fault:
        return Fault(source.file, source.pointer, shape_id, message, advice)

    if not _SHAPE_ID.fullmatch(shape_id) or "$" in shape_id:
        return fault(f"{shape_id!r} is not a shape id", "write it as namespace#Name")
    if node.get("type") not in _TYPES:
        return fault(
            f"shape type {node.get('type')!r} is not known", "use a shape type of Smithy 2.0"
        )
    for name, _, member in members_of(node):
        if not isinstance(as_object(member).get("target"), str):
            return fault(f"member {name!r} has no target", 'add "target"')
        if not _SHAPE_ID.fullmatch(f"a#b${name}"):
            return fault(f"{name!r} is not a member name", "use letters, digits and _")
    return None


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
    traits = as_object(node.get("traits"))
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
    shape = merged.shapes[shape_id]
    if member and member not in _member_names(merged, shape_id, set()):
        fault(f"traits are applied to a member that {shape_id} has not", "correct the name")
        return
    for trait in traits:
        merged.trait_sources[target, trait] = document.source(target, "traits", trait)
    if not member:
        shape["traits"] = _joined(shape.get("traits"), traits, document.overlay)
        return
    local = next((path for name, path, _ in members_of(shape) if name == member), None)
    if local is None:
        # The member comes from a mixin: Smithy's loader applies it after flattening.
        entry = merged.shapes.setdefault(target, {"type": "apply", "traits": {}})
        entry["traits"] = _joined(entry["traits"], traits, document.overlay)
        return
    holder = shape
    if local[0] == "members":
        holder = shape["members"] = dict(as_object(shape["members"]))
    changed = dict(as_object(holder[member]))
    changed["traits"] = _joined(changed.get("traits"), traits, document.overlay)
    holder[member] = changed


def _joined(present: object, applied: Mapping[str, object], replace: bool) -> dict[str, object]:
    traits = dict(as_object(present))
    for trait, value in applied.items():
        before = traits.get(trait)
        if isinstance(before, list) and isinstance(value, list) and not replace:
            traits[trait] = [*cast("list[object]", before), *cast("list[object]", value)]
        else:
            traits[trait] = value
    return traits


def _member_names(merged: Merged, shape_id: str, seen: set[str]) -> set[str]:
    """Collect the names of a shape's members, those of its mixins included."""
    seen.add(shape_id)
    node = merged.shapes.get(shape_id, {})
    names = {name for name, _, _ in members_of(node)}
    for mixin in _targets(node.get("mixins")):
        if mixin not in seen:
            names |= _member_names(merged, mixin, seen)
    return names


def _targets(value: object) -> list[str]:
    if not isinstance(value, list):
        return []
    found = [as_object(item).get("target") for item in cast("list[object]", value)]
    return [target for target in found if isinstance(target, str)]


def _check_targets(merged: Merged, prelude: Collection[str]) -> None:
    for shape_id, node in merged.shapes.items():
        if node["type"] == "apply":
            continue
        for owner, target in _references(shape_id, node):
            if target not in merged.sources and target not in prelude:
                source = merged.sources[owner]
                message = f"refers to {target}, which is not defined"
                advice = "add that shape or correct the id"
                merged.faults.append(Fault(source.file, source.pointer, owner, message, advice))


def _references(shape_id: str, node: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each reference of a shape, after the id of what holds it."""
    for name, _, member in members_of(node):
        yield f"{shape_id}${name}", str(as_object(member)["target"])
    named = [as_object(node.get(key)).values() for key in ("identifiers", "properties")]
    single = [node.get(key) for key in (*_LIFECYCLE, "input", "output")]
    lists = [target for key in (*_LISTS, "mixins") for target in _targets(node.get(key))]
    for value in (*single, *(item for values in named for item in values)):
        target = as_object(value).get("target")
        if isinstance(target, str):
            lists.append(target)
    for target in (*lists, *as_object(node.get("rename"))):
        yield shape_id, target
