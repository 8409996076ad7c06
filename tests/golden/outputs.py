"""Hypothesis strategies for outputs of a generated package, from the annotations of its `types`.

The values are those that can travel: no text that would end a header field, nothing empty where
empty means absent, times to the millisecond.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import ModuleType, NoneType, UnionType
from typing import Any

from drawplate.byte_streams import ByteEventStream
from drawplate.streams import EventStream, StreamingBody, UnknownEvent
from drawplate.structures import Structure, UnknownMember
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1)
#: Also the names of header fields, which have no upper case.
KEYS = st.text("abcdefgh-", min_size=1, max_size=4)
NEW = KEYS.map("new-{}".format)
JSON: Strategy = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
#: Whole seconds: an HTTP date has no fraction.
DATES = st.integers(0, 4_000_000_000).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
SIMPLE: Mapping[object, Strategy] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(-(2**31), 2**31 - 1),
    float: st.floats(allow_nan=False),
    bytes: st.binary(min_size=1),
    datetime: DATES,
    Decimal: st.decimals(-1000, 1000, places=3),
    Any: JSON,
    NoneType: st.none(),
    StreamingBody: st.binary(),
    UnknownEvent: st.builds(UnknownEvent, NEW, st.dictionaries(KEYS, TEXT), st.binary()),
    UnknownMember: st.builds(UnknownMember, NEW, JSON.filter(lambda value: value is not None)),
}


class Outputs:
    """Strategies for the classes of one module `types`."""

    def __init__(self, types: ModuleType) -> None:
        names: list[str] = types.__all__
        #: Unions, which are text at run time.
        self._aliases = {
            name: eval(alias, vars(types))  # noqa: S307 - it is generated
            for name in names
            if isinstance(alias := getattr(types, name), str)
        }

    def of(self, made: type[Structure], depth: int = 3) -> Strategy:
        """Instances of a class; inside of `depth` others, what may be absent is."""
        hints = typing.get_type_hints(made, None, self._aliases)
        members = {name: self._value(hints[name], depth) for name in made.__slots__}
        if "status" in members:
            members["status"] = st.integers(200, 299)
        return st.fixed_dictionaries(members).map(lambda values: _made(made, values))

    def _value(self, hint: Any, depth: int) -> Strategy:
        kind, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint in SIMPLE:
            return SIMPLE[hint]
        if kind is list:
            return st.lists(self._value(arguments[0], depth), max_size=3 if depth else 0)
        if kind is dict:
            values = self._value(arguments[1], depth)
            return st.dictionaries(KEYS, values, max_size=3 if depth else 0)
        if kind in (EventStream, ByteEventStream):
            # Events first, for a strategy of nothing but unknown ones would say little.
            return st.lists(self._value(arguments[0], depth), max_size=4)
        if kind in (typing.Union, UnionType):
            if NoneType in arguments and not depth:
                return st.none()
            return st.one_of([self._value(argument, depth) for argument in arguments])
        return st.deferred(lambda: self.of(hint, max(depth - 1, 0)))


def _made(made: type[Structure], values: Mapping[str, Any]) -> Structure:
    """An instance; a member of a union takes its value by position."""
    return made(*values.values()) if made.__slots__ == ("value",) else made(**values)
