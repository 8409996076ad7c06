"""What Smithy asks of a model and botocore's leaves unsaid, where there is but one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.importer.ast import add_traits, as_json_object
from codegen.importer.reading import JsonObject

_UNIT = "smithy.api#Unit"
_PAGINATED = "smithy.api#paginated"
_NUMBERS = frozenset({"byte", "short", "integer", "long"})

type Shapes = Mapping[str, JsonObject]


def repair(shapes: Shapes, operations: Shapes) -> None:
    """Change the shapes by id and the operations by name in place."""
    for shape in shapes.values():
        for member in _members(shape):
            _never_missing(member, shapes)
    for operation in operations.values():
        _counted_pages(operation, shapes)
        _listed_items(operation, shapes)


def renames(shapes: Shapes, namespace: str) -> JsonObject:
    """The service's `rename`: a model with a Unit of its own calls Smithy's something else."""
    return {_UNIT: "NoValue"} if f"{namespace}#Unit" in shapes else {}


def _never_missing(member: JsonObject, shapes: Shapes) -> None:
    """A stream of bytes that nobody sends is an empty one."""
    target = shapes.get(str(member.get("target")), {})
    is_stream = "smithy.api#streaming" in as_json_object(target.get("traits"))
    required = "smithy.api#required" in as_json_object(member.get("traits"))
    if is_stream and target.get("type") == "blob" and not required:
        add_traits(member, {"smithy.api#default": ""})


def _counted_pages(operation: JsonObject, shapes: Shapes) -> None:
    """Smithy's page size is a number; the old models that write it as text page without one."""
    paginated = as_json_object(as_json_object(operation.get("traits")).get(_PAGINATED))
    made = shapes.get(str(as_json_object(operation.get("input")).get("target")), {})
    members = as_json_object(made.get("members"))
    member = as_json_object(members.get(str(paginated.get("pageSize"))))
    target = shapes.get(str(member.get("target")))
    if target is not None and target.get("type") not in _NUMBERS:
        add_traits(operation, {_PAGINATED: {k: v for k, v in paginated.items() if k != "pageSize"}})


def _listed_items(operation: JsonObject, shapes: Shapes) -> None:
    """Smithy's items are a list or map; pages that are pieces of text have none."""
    paginated = as_json_object(as_json_object(operation.get("traits")).get(_PAGINATED))
    items = paginated.get("items")
    shape = shapes.get(str(as_json_object(operation.get("output")).get("target")), {})
    for name in items.split(".") if isinstance(items, str) else []:
        member = as_json_object(as_json_object(shape.get("members")).get(name))
        shape = shapes.get(str(member.get("target")), {})
    if items is not None and shape.get("type") not in (None, "list", "map"):
        add_traits(operation, {_PAGINATED: {k: v for k, v in paginated.items() if k != "items"}})


def _members(shape: JsonObject) -> Iterator[JsonObject]:
    if shape.get("type") == "structure":
        yield from map(as_json_object, as_json_object(shape.get("members")).values())
