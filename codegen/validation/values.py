"""Whether a JSON value is a value of a shape: defaults, and traits that a model defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from codegen.loaded import LoadedMember, LoadedShape
from codegen.model import Node, Traits
from codegen.validation.rules import API, Shapes
from codegen.validation.schemas import Problem

_REQUIRED = f"{API}required"
_VALUE = f"{API}enumValue"
_FORMAT = f"{API}timestampFormat"
_BITS: Final[Mapping[str, int]] = {"byte": 8, "short": 16, "integer": 32, "intEnum": 32, "long": 64}
_TEXTS = frozenset({"string", "enum", "blob"})
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)


def value_problems(
    value: Node, shape: LoadedShape, shapes: Shapes, traits: Traits | None = None, at: str = ""
) -> Iterator[Problem]:
    """Yield what keeps a value from being one of a shape.

    `traits` are those of a member that targets the shape; its own bounds hold beside those.
    """
    effective = shape.traits if traits is None else {**shape.traits, **traits}
    wanted = _wanted(value, shape, effective)
    if wanted:
        yield at, f"is not {wanted}", f"write {wanted}"
        return
    for holder in (shape.traits, traits or {}):
        for message in _bounds(value, holder):
            yield at, message, "write another value, or change the limits"
    if shape.type == "union" and isinstance(value, Mapping) and len(value) > 1:
        yield at, "has more than one member of a union", "keep one"
    for key, item, member in _inside(value, shape):
        place = f"{at}/{key}"
        if member is not None:
            target = shapes[member.target]
            if item is None and f"{API}sparse" in shape.traits:
                continue
            yield from value_problems(item, target, shapes, member.traits, place)
        elif shape.type == "union":
            yield place, "is no member of the union", "correct the name"
    if shape.type == "structure" and isinstance(value, Mapping):
        for member in shape.members.values():
            if _REQUIRED in member.traits and member.name not in value:
                yield at, f"has no {member.name!r}", f"add {member.name!r}"


def _inside(value: Node, shape: LoadedShape) -> Iterator[tuple[str, Node, LoadedMember | None]]:
    """Yield place, value and member of each value inside of another."""
    if shape.type == "list" and isinstance(value, tuple):
        for index, item in enumerate(value):
            yield str(index), item, shape.members["member"]
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if shape.type == "map":
                yield f"{key} (the key)", key, shape.members["key"]
                yield key, item, shape.members["value"]
            elif shape.type in ("structure", "union"):
                yield key, item, shape.members.get(key)


def _wanted(value: Node, shape: LoadedShape, traits: Traits) -> str:
    """Say what a value should be; "" if it is."""
    kind = shape.type
    if kind in _TEXTS:
        if not isinstance(value, str):
            return "a string"
        if kind == "enum" and value not in _values(shape):
            return f"one of {', '.join(map(str, _values(shape)))}"
    elif kind in _BITS or kind == "bigInteger":
        if not isinstance(value, int) or isinstance(value, bool):
            return "a whole number"
        if kind in _BITS and not -(2 ** (_BITS[kind] - 1)) <= value < 2 ** (_BITS[kind] - 1):
            return f"a number of {_BITS[kind]} bits"
        if kind == "intEnum" and value not in _values(shape):
            return f"one of {', '.join(map(str, _values(shape)))}"
    elif kind in ("float", "double", "bigDecimal"):
        spelled = kind != "bigDecimal" and value in _NO_NUMBERS
        if not spelled and (not isinstance(value, int | float) or isinstance(value, bool)):
            return "a number"
    elif kind == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    elif kind == "timestamp":
        return _time(value, traits.get(_FORMAT))
    elif kind == "list":
        return "" if isinstance(value, tuple) else "a list"
    elif kind in ("map", "structure", "union"):
        return "" if isinstance(value, Mapping) else "an object"
    return ""


def _values(shape: LoadedShape) -> tuple[Node, ...]:
    return tuple(member.traits.get(_VALUE, member.name) for member in shape.members.values())


def _time(value: Node, form: Node) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_instant = isinstance(value, str) and _INSTANT.fullmatch(value) is not None
    if form == "epoch-seconds":
        return "" if is_number else "a number of seconds"
    if form == "http-date":
        fits = isinstance(value, str) and _HTTP_DATE.fullmatch(value) is not None
        return "" if fits else "a date such as Tue, 29 Apr 2014 18:30:38 GMT"
    if is_instant or (form is None and is_number):
        return ""
    return "a time such as 1985-04-12T23:20:50Z"


def _bounds(value: Node, traits: Traits) -> Iterator[str]:
    length, limits = traits.get(f"{API}length"), traits.get(f"{API}range")
    if isinstance(length, Mapping) and isinstance(value, str | tuple | Mapping):
        size = len(value)
        low, high = length.get("min"), length.get("max")
        if isinstance(low, int) and size < low:
            yield f"has the length {size}, and the least is {low}"
        if isinstance(high, int) and size > high:
            yield f"has the length {size}, and the most is {high}"
    if isinstance(limits, Mapping) and isinstance(value, int | float):
        low, high = limits.get("min"), limits.get("max")
        # Zero was the default of numbers in Smithy 1.0, whatever their range.
        if isinstance(low, int | float) and value < low and value != 0:
            yield f"is {value}, and the least is {low}"
        if isinstance(high, int | float) and value > high and value != 0:
            yield f"is {value}, and the most is {high}"
    items = value if isinstance(value, tuple) and f"{API}uniqueItems" in traits else ()
    if any(item in items[:index] for index, item in enumerate(items)):
        yield "has an element twice"
    pattern = traits.get(f"{API}pattern")
    if isinstance(pattern, str) and isinstance(value, str) and not _matches(pattern, value):
        yield f"does not match {pattern}"


def _matches(pattern: str, value: str) -> bool:
    """Whether a string matches; patterns that only other dialects know match all."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
