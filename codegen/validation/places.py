"""A few words to say where a trait goes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from codegen.loaded import LoadedMember, LoadedShape
from codegen.validation.rules import NUMBERS, SIMPLE, STRINGS, Shapes, a, is_a

_GROUPS: Final = ((SIMPLE, "simple type"), (NUMBERS, "number"), (STRINGS, "string"))


@dataclass(frozen=True, slots=True)
class Site:
    """Where a trait is: on a shape, or on a member of it where one is given."""

    shapes: Shapes
    shape: LoadedShape
    member: LoadedMember | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trait may be."""

    text: str
    """As in "it goes on …"."""
    holds: Callable[[Site], bool]


def anywhere() -> Place:
    """Any shape or member."""
    return Place("anything", lambda _: True)


def on(*types: str, having: str = "") -> Place:
    """A shape of some type, that carries another trait where one is named."""

    def holds(site: Site) -> bool:
        if site.member is not None or not is_a(site.shape, types):
            return False
        return not having or having in site.shape.traits

    return Place(_words(types) + _with(having), holds)


def not_on(*types: str) -> Place:
    """Any shape but members and those of some types."""
    return Place(
        f"anything but {', '.join((*types, 'members'))}",
        lambda site: site.member is None and site.shape.type not in types,
    )


def member_of(*containers: str, to: Collection[str] = (), having: str = "") -> Place:
    """A member of a shape of some type, with a target of some type, that carries another trait."""

    def holds(site: Site) -> bool:
        if site.member is None or (containers and not is_a(site.shape, containers)):
            return False
        if to and not is_a(site.shapes[site.member.target], to):
            return False
        return not having or having in site.member.traits

    text = "a member" + (f" of {_words(containers)}" if containers else "")
    text += f" that targets {_words(to)}" if to else ""
    return Place(text + _with(having), holds)


def either(*places: Place) -> Place:
    """Any of some places."""
    return Place(
        ", or ".join(place.text for place in places),
        lambda site: any(place.holds(site) for place in places),
    )


def on_or_to(*types: str) -> Place:
    """A shape of some type, or a member that targets one."""
    return either(on(*types), member_of(to=types))


def _words(types: Collection[str]) -> str:
    left = set(types)
    words: list[str] = []
    for group, word in _GROUPS:
        if group <= left:
            left -= group
            words.append(word)
    return a(" or ".join(words + sorted(left)))


def _with(trait: str) -> str:
    return f" with {trait}" if trait else ""
