"""Values of compiled JMESPath expressions: Python text, and what is known about what it yields.

A value has guards: conditions under which its text may be evaluated at all, and without which it is
null. So a path stays one readable expression, `a.b is not None and a.b.c == "x"`, that type
checkers follow. A list that is still being made has the clauses of its comprehension.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isfinite
from typing import cast

from codegen.model import Shape

_KINDS = {
    **dict.fromkeys(("string", "enum"), "string"),
    **dict.fromkeys(("byte", "short", "integer", "long", "intEnum", "bigInteger"), "number"),
    **dict.fromkeys(("float", "double", "bigDecimal"), "number"),
    **dict.fromkeys(("boolean", "list", "map", "structure", "union"), ""),
}

#: How tightly a text binds; a name, attribute or item of them is what type checkers narrow.
NAME, ATOM, COMPARED, NEGATED, ANDED, ORED, CHOSEN = range(7)


class PathError(Exception):
    """An expression that cannot be compiled: what is wrong, and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is: a JSON kind, or "other" for what JMESPath cannot look into."""

    kind: str
    shape: Shape | None = None
    item: Type | None = None
    """Of a list or map that no shape describes."""
    sparse: bool = False
    """Whether items may be null."""

    def __str__(self) -> str:
        kind = self.shape.type if self.shape else self.kind
        told = f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
        return f"{told} ({self.shape.id})" if self.shape else told


STRING, NUMBER, BOOLEAN, NULL = map(Type, ("string", "number", "boolean", "null"))


def type_of(shape: Shape) -> Type:
    """The type of values of a shape."""
    kind = _KINDS.get(shape.type, "other") or shape.type
    return Type(kind, shape, sparse=shape.has("smithy.api#sparse"))


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled expression."""

    type: Type
    code: str
    level: int = NAME
    optional: bool = False
    """Whether the code may yield None even where all guards hold."""
    guards: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    """Of the comprehension of a list in the making, which has no code yet."""
    element: Value | None = None
    """Of a list in the making; it has no guards of its own and is never None."""
    source: Value | None = None
    """The list that a list in the making still is the same as."""

    @property
    def may_be_null(self) -> bool:
        """Whether there may be no value."""
        return self.optional or bool(self.guards)

    def within(self, level: int) -> str:
        """The code without its guards, in parentheses where it binds less than `level`."""
        return self.code if self.level <= level else f"({self.code})"

    def whole(self) -> Value:
        """The same as one expression that yields None where a guard fails."""
        value = self.settled()
        if not value.guards:
            return value
        code = f"{value.within(ORED)} if {' and '.join(value.guards)} else None"
        return replace(value, code=code, level=CHOSEN, optional=True, guards=())

    def settled(self) -> Value:
        """The same, with a list in the making finished."""
        if self.element is None:
            return self
        if self.source is not None:
            return self.source
        code = f"[{self.element.within(CHOSEN)} {' '.join(self.clauses)}]"
        return Value(self.type, code, ATOM, guards=self.guards)

    def condition(self) -> Value:
        """An expression to ask with `if`: whether there is a value, and it is true or not empty."""
        value = self.settled()
        return conjunction([*value.guards, value.within(NEGATED)]) if value.guards else value


def conjunction(conditions: Iterable[str]) -> Value:
    """Conditions that all have to hold, none of which binds less than `not`."""
    texts = list(dict.fromkeys(conditions))
    return Value(BOOLEAN, " and ".join(texts), ANDED if len(texts) > 1 else NEGATED)


def literal(value: object) -> Value:
    """A JSON value as Python text; raises `PathError` for objects and lists of different kinds."""
    match value:
        case None:
            return Value(NULL, "None", ATOM)
        case bool():
            return Value(BOOLEAN, repr(value), ATOM)
        case str():
            return Value(STRING, repr(value), ATOM)
        case int() | float() if isfinite(value):
            return Value(NUMBER, repr(value), ATOM)
        case list():
            return display([literal(item) for item in cast("list[object]", value)])
        case _:
            raise PathError("it holds an object as a literal", "compare single members")


def display(items: list[Value]) -> Value:
    """A list of these items, which are of one kind."""
    if not items:
        return Value(Type("list", item=NULL), "[]", ATOM)
    kinds = {item.type.kind for item in items} - {"null"}
    if len(kinds) != 1:
        raise PathError("it makes a list of values that are not of one kind", "take one of them")
    texts = [item.whole().within(CHOSEN) for item in items]
    typed = next(item.type for item in items if item.type.kind != "null")
    sparse = any(item.may_be_null or item.type is NULL for item in items)
    return Value(Type("list", item=typed, sparse=sparse), f"[{', '.join(texts)}]", ATOM)
