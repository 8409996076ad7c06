"""A few words to say what the value of a trait looks like, and to check that it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from codegen.model import Node
from codegen.validation.structure import SHAPE_ID

type Problem = tuple[str, str, str]
"""Path into the value, what is wrong there, and what to do."""

type Schema = Callable[[Node, str], Iterator[Problem]]
"""Yields what is wrong with a value; the second argument is the path to it."""


def _plain(wanted: str, fits: Callable[[Node], bool]) -> Schema:
    def check(value: Node, at: str) -> Iterator[Problem]:
        if not fits(value):
            yield at, f"is not {wanted}", f"write {wanted}"

    return check


def anything() -> Schema:
    """Any JSON value."""
    return _plain("anything", lambda _: True)


def text() -> Schema:
    """A string."""
    return _plain("a string", lambda value: isinstance(value, str))


def name() -> Schema:
    """A string that is not empty."""

    def check(value: Node, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield at, "is not a string", "write a string"
        elif not value:
            yield at, "is empty", "write a name"

    return check


def matching(wanted: str, pattern: str) -> Schema:
    """A string that matches a pattern from beginning to end."""
    compiled = re.compile(pattern, re.ASCII)
    return _plain(
        wanted, lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None
    )


def shape_id() -> Schema:
    """The absolute id of a shape or member."""
    return _plain(
        "a shape id", lambda value: isinstance(value, str) and SHAPE_ID.fullmatch(value) is not None
    )


def boolean() -> Schema:
    """True or false."""
    return _plain("true or false", lambda value: isinstance(value, bool))


def number() -> Schema:
    """Any number."""
    return _plain(
        "a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    )


def whole(low: int | None = None, high: int | None = None) -> Schema:
    """An integer, between limits where they are given."""
    wanted = "a whole number"
    if low is not None:
        wanted = f"a whole number from {low}" + (f" to {high}" if high is not None else "")

    def fits(value: Node) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return (low is None or value >= low) and (high is None or value <= high)

    return _plain(wanted, fits)


def choice(*values: str) -> Schema:
    """One of some strings."""
    return _plain(f"one of {', '.join(values)}", lambda value: value in values)


def items(schema: Schema, *, least: int = 0, unique: bool = False) -> Schema:
    """A list."""

    def check(value: Node, at: str) -> Iterator[Problem]:
        if not isinstance(value, tuple):
            yield at, "is not a list", "write a list"
            return
        if len(value) < least:
            yield at, "is empty", "add an element"
        if unique and any(item in value[:index] for index, item in enumerate(value)):
            yield at, "has an element twice", "keep one of the two"
        for index, item in enumerate(value):
            yield from schema(item, f"{at}/{index}")

    return check


def entries(schema: Schema, *, least: int = 0) -> Schema:
    """An object with any keys."""

    def check(value: Node, at: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield at, "is not an object", "write an object"
            return
        if len(value) < least:
            yield at, "is empty", "add an entry"
        for key, item in value.items():
            yield from schema(item, f"{at}/{key}")

    return check


def record(required: Mapping[str, Schema] | None = None, **optional: Schema) -> Schema:
    """An object with known keys; others do no harm."""
    needed = required or {}
    known = {**needed, **optional}

    def check(value: Node, at: str) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield at, "is not an object", "write an object, {} for no more than its presence"
            return
        for key in needed:
            if key not in value:
                yield at, f"has no {key!r}", f"add {key!r}"
        for key, schema in known.items():
            if key in value:
                yield from schema(value[key], f"{at}/{key}")

    return check


def ordered(schema: Schema) -> Schema:
    """An object with "min", "max" or both, of which "min" is not the greater."""
    inner = record(min=schema, max=schema)

    def check(value: Node, at: str) -> Iterator[Problem]:
        found = list(inner(value, at))
        yield from found
        if found or not isinstance(value, Mapping):
            return
        low, high = value.get("min"), value.get("max")
        if low is None and high is None:
            yield at, "has neither 'min' nor 'max'", "add one"
        elif isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield at, "has a 'min' above its 'max'", "swap the two"

    return check
