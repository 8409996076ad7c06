"""Types for JSON documents, and the documents as values of these types.

JMESPath is compiled for values whose types are known. A document of the suite says what they are:
its objects become structures (or maps, where all values are alike), its lists lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from codegen.model import Member, Service, Shape, Source
from codegen.package import PackageConfig
from codegen.plan.context import Context

SOURCE = Source("given.json", "")
CONFIG = PackageConfig("given", "given", "Given", None, "the suite", "Given")

#: A scalar's shape type, or ("list" | "map", item type, sparse), or ("structure", members).
type Inferred = Any
UNKNOWN: Inferred = None
MIXED: Inferred = "document"
SCALARS: Mapping[str, Inferred] = {
    "NoneType": UNKNOWN,
    "bool": "boolean",
    "int": "integer",
    "float": "double",
    "str": "string",
}


class Typed:
    """A document as a value of generated classes, with the context that names them."""

    def __init__(self, given: object, *, maps: bool, required: bool) -> None:
        self._maps, self._required = maps, required
        self._shapes: dict[str, Shape] = {}
        inferred = self._infer(given)
        self.root = self._shape(inferred)
        service = Service(
            "t#S", "", MappingProxyType({}), (), MappingProxyType(self._shapes), (), {}, SOURCE
        )
        self.context = Context(service, CONFIG)
        self.value = self._made(given, inferred, self.root)

    def _infer(self, value: Any) -> Inferred:
        kind = type(value).__name__
        if kind == "list":
            return self._held("list", value)
        if kind == "dict":
            held = self._held("map", [*value.values()])
            if self._maps and held[1] not in (UNKNOWN, MIXED):
                return held
            members = {name: (self._infer(item), item is None) for name, item in value.items()}
            return ("structure", members)
        return SCALARS[kind]

    def _held(self, kind: str, items: list[Any]) -> Inferred:
        item = UNKNOWN
        for value in items:
            item = merged(item, self._infer(value))
        return (kind, item, None in items)

    def _shape(self, inferred: Inferred) -> Shape:
        kind = kind_of(inferred)
        members: dict[str, tuple[Inferred, bool]] = {}
        traits: dict[str, Any] = {}
        if kind in ("list", "map"):
            name = "member" if kind == "list" else "value"
            members = {name: (inferred[1], True)}
            traits = {"smithy.api#sparse": {}} if inferred[2] else {}
        elif kind == "structure":
            members = {name: pair for name, pair in inferred[1].items() if pair[0] is not UNKNOWN}
        made = Shape(
            f"t#Shape{len(self._shapes)}",
            kind,
            MappingProxyType(traits),
            (),
            SOURCE,
        )
        self._shapes[made.id] = made
        listed = tuple(
            self._member(name, self._shape(target), optional)
            for name, (target, optional) in members.items()
        )
        shape = Shape(made.id, kind, made.traits, listed, SOURCE)
        self._shapes[made.id] = shape
        return shape

    def _member(self, name: str, target: Shape, optional: bool) -> Member:
        has = self._required and not optional
        traits: dict[str, Any] = {"smithy.api#required": {}} if has else {}
        return Member(name, target.id, {**target.traits, **traits}, traits, SOURCE)

    def _made(self, value: Any, inferred: Inferred, shape: Shape) -> Any:
        kind = kind_of(inferred)
        if value is None or kind not in ("list", "map", "structure"):
            return value
        if kind == "list":
            item = self._shapes[shape.members[0].target]
            return [self._made(part, inferred[1], item) for part in value]
        if kind == "map":
            item = self._shapes[shape.members[0].target]
            return {key: self._made(part, inferred[1], item) for key, part in value.items()}
        attributes = {
            self.context.attribute(shape.id, member.name): (
                member.name,
                self._made(
                    value.get(member.name),
                    inferred[1][member.name][0],
                    self._shapes[member.target],
                ),
            )
            for member in shape.members
        }
        return Structure(attributes)


class Structure:
    """What a generated class would hold, and its names in the document."""

    def __init__(self, attributes: Mapping[str, tuple[str, Any]]) -> None:
        self._names = {name: attribute for attribute, (name, _) in attributes.items()}
        for attribute, (_, value) in attributes.items():
            setattr(self, attribute, value)

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, attribute) for name, attribute in self._names.items()}


def plain(value: Any) -> Any:
    """A value as JSON, without the members that are null: classes cannot tell them from absent."""
    held = value.document() if type(value) is Structure else value
    if hasattr(held, "items"):
        return {name: plain(item) for name, item in held.items() if item is not None}
    return [plain(item) for item in held] if hasattr(held, "append") else held


def kind_of(inferred: Inferred) -> str:
    """The type of a shape."""
    return inferred if type(inferred) is str else (inferred or (MIXED,))[0]


def merged(first: Inferred, second: Inferred) -> Inferred:
    """The type of values that are one or the other."""
    if first == second or second is UNKNOWN:
        return first
    if first is UNKNOWN:
        return second
    if (first, second) in (("integer", "double"), ("double", "integer")):
        return "double"
    kind = kind_of(first)
    if kind != kind_of(second) or kind not in ("list", "map", "structure"):
        return MIXED
    if kind != "structure":
        return (kind, merged(first[1], second[1]), first[2] or second[2])
    one, other = first[1], second[1]
    return (
        "structure",
        {
            name: (
                merged(one.get(name, (UNKNOWN,))[0], other.get(name, (UNKNOWN,))[0]),
                name not in one or name not in other or one[name][1] or other[name][1],
            )
            for name in {**one, **other}
        },
    )
