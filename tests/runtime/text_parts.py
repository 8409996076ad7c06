"""Cuts of bytes into parts, and what decoders make of them: for tests of streams of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from drawplate.errors import ContentError
from drawplate.text_streams import Decoder, decoded
from hypothesis import strategies as st

T = TypeVar("T")

#: The items that came, and the class and text of the error that ended them.
Outcome = tuple[list[T], tuple[type[Exception], str] | None]


def cut(content: bytes, at: Iterable[int]) -> list[bytes]:
    """The content cut at these places, which may be the same: then there are empty parts."""
    places = [0, *sorted(place % (len(content) + 1) for place in at), len(content)]
    return [content[start:end] for start, end in pairwise(places)]


#: Places to cut at, whatever the length of what is cut.
cuts = st.lists(st.integers(0, 10_000), max_size=12)


def outcome(parts: Sequence[bytes], decoder: Decoder[T]) -> Outcome[T]:
    """What a decoder makes of parts."""
    items: list[T] = []
    failure: ContentError | None = None
    try:
        items.extend(decoded(parts, decoder))
    except ContentError as error:
        failure = error
    if failure is None:
        return items, None
    assert failure.__context__ is None  # that would hold the content
    return items, (type(failure), str(failure))


def same_however_cut(
    content: bytes, at: Iterable[int], new: Callable[[], Decoder[T]], join: Any = None
) -> Outcome[T]:
    """What a decoder makes of content whole, in these parts and in single bytes: the same.

    `join` makes one of items whose number depends on the parts.
    """
    ways = ([content], cut(content, at), [content[i : i + 1] for i in range(len(content))])
    found = [outcome(parts, new()) for parts in ways]
    if join is not None:
        found = [([join(items)], error) for items, error in found]
    assert found[1] == found[0]
    assert found[2] == found[0]
    return found[0]
