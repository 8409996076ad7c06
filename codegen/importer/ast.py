"""Pieces of a Smithy JSON AST."""

from __future__ import annotations

from codegen.importer.reading import Json, JsonObject


def ast_shape(kind: str, *, traits: JsonObject | None = None, **properties: Json) -> JsonObject:
    """A shape of the AST: type, properties, then traits by name, if there are any."""
    shape: JsonObject = {"type": kind, **properties}
    if traits:
        shape["traits"] = dict(sorted(traits.items()))
    return shape


def add_traits(holder: JsonObject, traits: JsonObject) -> None:
    """Put traits on a shape or member that is already made; they stay sorted by name."""
    holder["traits"] = dict(sorted({**as_json_object(holder.get("traits")), **traits}.items()))


def as_json_object(value: Json) -> JsonObject:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
