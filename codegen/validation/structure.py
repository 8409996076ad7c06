"""Whether the JSON of a shape has the structure of the Smithy 2.0 JSON AST.

Source: "JSON AST" and "Shape ID ABNF" of the Smithy 2.0 specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

from codegen.faults import Fault
from codegen.model import Source
from codegen.read import Document, as_object

_IDENTIFIER = r"_*[A-Za-z]\w*"
_ROOT_ID = rf"{_IDENTIFIER}(\.{_IDENTIFIER})*#{_IDENTIFIER}"
IDENTIFIER: Final = re.compile(_IDENTIFIER, re.ASCII)
ROOT_ID: Final = re.compile(_ROOT_ID, re.ASCII)
"""An absolute shape id without a member."""
SHAPE_ID: Final = re.compile(rf"{_ROOT_ID}(\${_IDENTIFIER})?", re.ASCII)

LIFECYCLE: Final = ("create", "put", "read", "update", "delete", "list")
FIXED_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {"list": ("member",), "map": ("key", "value")}
"""Names of the members that are keys of the shape itself."""
_FIXED = frozenset(name for names in FIXED_MEMBERS.values() for name in names)
NAMED_MEMBERS: Final = frozenset({"structure", "union", "enum", "intEnum"})
_SIMPLE = frozenset(
    {"blob", "boolean", "string", "byte", "short", "integer", "long", "float", "double"}
    | {"bigInteger", "bigDecimal", "timestamp", "document"}
)
TYPES: Final = _SIMPLE | FIXED_MEMBERS.keys() | NAMED_MEMBERS | {"service", "resource", "operation"}

type _Path = tuple[str, ...]
type _Found = tuple[_Path, str, str]
"""Where below the shape, what is wrong, and what to do."""
type _Check = Callable[[object, _Path], Iterator[_Found]]

_WRITE_ID = "write it as namespace#Name"


def members_of(node: Mapping[str, object]) -> Iterator[tuple[str, _Path, object]]:
    """Yield name, path below the shape and node of each member that a shape declares itself."""
    kind = str(node.get("type"))
    for name in FIXED_MEMBERS.get(kind, ()):
        if name in node:
            yield name, (name,), node[name]
    if kind in NAMED_MEMBERS:
        for name, member in as_object(node.get("members")).items():
            yield name, ("members", name), member


def shape_faults(document: Document, shape_id: str, node: object) -> Iterator[Fault]:
    """Yield what makes a shape unreadable, its traits aside."""
    for path, message, advice in _shape(shape_id, node):
        yield _fault(document, shape_id, path, message, advice)


def trait_faults(document: Document, shape_id: str, node: Mapping[str, object]) -> Iterator[Fault]:
    """Yield malformed traits of a shape and its members, or of an `apply` entry."""
    holders: list[tuple[_Path, object]] = [((), node)]
    holders += [(path, member) for _, path, member in members_of(node)]
    for path, holder in holders:
        traits = as_object(holder).get("traits", {})
        for at, message, advice in _traits(traits, (*path, "traits")):
            yield _fault(document, shape_id, at, message, advice)


def well_formed_traits(value: object) -> dict[str, object]:
    """Pick the traits that have a shape id for a key."""
    return {trait: item for trait, item in as_object(value).items() if ROOT_ID.fullmatch(trait)}


def _fault(document: Document, shape_id: str, path: _Path, message: str, advice: str) -> Fault:
    source: Source = document.source(shape_id, *path)
    first, second = (*path, "", "")[:2]
    member = second if first == "members" else first if first in _FIXED else ""
    owner = f"{shape_id}${member}" if member else shape_id
    return Fault(source.file, source.pointer, owner, message, advice)


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _shape(shape_id: str, node: object) -> Iterator[_Found]:
    if not SHAPE_ID.fullmatch(shape_id):
        yield (), f"{shape_id!r} is not a shape id", _WRITE_ID
        return
    if not _is_object(node):
        yield (), "is not an object", 'write {"type": ...}'
        return
    content = as_object(node)
    kind = content.get("type")
    if kind == "apply":
        return
    if "$" in shape_id:
        message = "is the id of a member, and only apply entries have such"
        yield (), message, 'write "type": "apply", or the member into its shape'
    if kind is None:
        yield (), "has no type", 'add "type"'
        return
    if not isinstance(kind, str) or kind not in TYPES:
        advice = "use a shape type of Smithy 2.0"
        if kind == "set":
            advice = "use a list with smithy.api#uniqueItems"
        yield ("type",), f"shape type {kind!r} is not known", advice
        return
    yield from _list_of(content.get("mixins", []), ("mixins",))
    for key, check in _KEYS.get(kind, {}).items():
        if key in content:
            yield from check(content[key], (key,))


def _traits(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, '"traits" is not an object', "write {trait id: value}"
        return
    for trait in as_object(value):
        if not ROOT_ID.fullmatch(trait):
            yield (*path, trait), f"{trait!r} is not the id of a trait", _WRITE_ID


def _members(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, '"members" is not an object', "write {name: member}"
        return
    for name, member in as_object(value).items():
        if not IDENTIFIER.fullmatch(name):
            yield (*path, name), f"{name!r} is not a member name", "use letters, digits and _"
        yield from _member(member, (*path, name))


def _member(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, f"member {path[-1]!r} is not an object", 'write {"target": ...}'
    elif not isinstance(target := as_object(value).get("target"), str):
        yield path, f"member {path[-1]!r} has no target", 'add "target"'
    elif not SHAPE_ID.fullmatch(target):
        yield (*path, "target"), f"{target!r} is not a shape id", _WRITE_ID


def _reference(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, "is not a reference", 'write {"target": ...}'
        return
    target = as_object(value).get("target")
    if not isinstance(target, str):
        yield path, "this reference has no target", 'add "target"'
    elif not SHAPE_ID.fullmatch(target):
        yield (*path, "target"), f"{target!r} is not a shape id", _WRITE_ID


def _list_of(value: object, path: _Path) -> Iterator[_Found]:
    if not isinstance(value, list):
        yield path, f'"{path[-1]}" is not a list', 'write [{"target": ...}]'
        return
    for index, item in enumerate(cast("list[object]", value)):
        yield from _reference(item, (*path, str(index)))


def _map_of(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, f'"{path[-1]}" is not an object', 'write {name: {"target": ...}}'
        return
    for name, item in as_object(value).items():
        yield from _reference(item, (*path, name))


def _text(value: object, path: _Path) -> Iterator[_Found]:
    if not isinstance(value, str):
        yield path, f'"{path[-1]}" is not a string', "write a string"


def _rename(value: object, path: _Path) -> Iterator[_Found]:
    if not _is_object(value):
        yield path, '"rename" is not an object', "write {shape id: name}"
        return
    for shape_id, name in as_object(value).items():
        if not SHAPE_ID.fullmatch(shape_id):
            yield (*path, shape_id), f"{shape_id!r} is not a shape id", _WRITE_ID
        yield from _text(name, (*path, shape_id))


_KEYS: Final[Mapping[str, Mapping[str, _Check]]] = {
    **{kind: {"members": _members} for kind in NAMED_MEMBERS},
    **{kind: dict.fromkeys(names, _member) for kind, names in FIXED_MEMBERS.items()},
    "operation": {"input": _reference, "output": _reference, "errors": _list_of},
    "resource": {
        **dict.fromkeys(LIFECYCLE, _reference),
        **dict.fromkeys(("operations", "collectionOperations", "resources"), _list_of),
        **dict.fromkeys(("identifiers", "properties"), _map_of),
    },
    "service": {
        **dict.fromkeys(("operations", "resources", "errors"), _list_of),
        "version": _text,
        "rename": _rename,
    },
}
