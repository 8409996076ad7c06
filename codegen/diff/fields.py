"""Compares what callers pass and read: keywords and attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from codegen.diff.surface import Facts, Field, Fields, Limits, Text
from codegen.diff.verdict import Change
from codegen.diff.widening import takes


class Named(Protocol):
    """Anything with a model id and a place in Python."""

    @property
    def shape(self) -> str:
        """Id in the model."""
        ...

    @property
    def python(self) -> str:
        """Where callers see it."""
        ...


class Written(Named, Protocol):
    """Anything that is a line of Python."""

    @property
    def line(self) -> str:
        """The line."""
        ...


def code(text: str) -> str:
    """Write model text between backticks, as Markdown has it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def local(shape_id: str) -> str:
    """An id without its namespace."""
    return shape_id.partition("#")[2]


def renamed[T: Named](old: Mapping[str, T], new: Mapping[str, T]) -> dict[str, str]:
    """Pair Python names that are gone with new ones of the same shape."""
    came = {local(item.shape): name for name, item in new.items() if name not in old}
    gone = {name: local(item.shape) for name, item in old.items() if name not in new}
    return {name: came[shape] for name, shape in gone.items() if shape in came}


def came_and_went[T: Written](
    old: Mapping[str, T], new: Mapping[str, T], what: str, phrase: Callable[[T], str]
) -> Iterator[Change]:
    """Yield what is gone, then what has another name, then what is new.

    `what` begins the kinds: "error" makes error-removed, error-renamed, error-added; `phrase` names
    a thing in a sentence.
    """
    moved = renamed(old, new)
    for name, item in old.items():
        if name in moved:
            now = new[moved[name]]
            text = f"{phrase(item)} is now `{now.python}`"
            yield Change(f"{what}-renamed", now.shape, item.python, text, item.line, now.line)
        elif name not in new:
            text = f"{phrase(item)} is gone"
            yield Change(f"{what}-removed", item.shape, item.python, text, item.line)
    for name, item in new.items():
        if name not in old and name not in moved.values():
            text = f"new {phrase(item)}"
            yield Change(f"{what}-added", item.shape, item.python, text, after=item.line)


def compare_parameters(old: Fields, new: Fields, owner: str) -> Iterator[Change]:
    """Compare what callers pass to a method or put into a structure, named in `owner`."""

    def phrase(field: Field) -> str:
        need = "optional" if field.optional else "required"
        return f"{need} input `{field.name}` of {owner}"

    required = {field.shape for field in new.values() if not field.optional}
    for change in came_and_went(old, new, "input", phrase):
        is_asked_for = change.kind == "input-added" and change.shape in required
        yield replace(change, kind="required-input-added") if is_asked_for else change
    for before, after in _pairs(old, new):
        name = f"input `{after.name}` of {owner}"
        if before.optional != after.optional:
            kind = "input-relaxed" if after.optional else "input-required"
            text = f"{name} is {'no longer' if after.optional else 'now'} required"
            yield _changed(kind, before, after, text)
        if before.type != after.type:
            wider = takes(after.type, before.type)
            kind = "input-widened" if wider else "input-retyped"
            text = f"{name} takes `{after.type}`, not {'only ' if wider else ''}`{before.type}`"
            yield _changed(kind, before, after, text)


def compare_attributes(old: Fields, new: Fields, owner: str) -> Iterator[Change]:
    """Compare what callers read from an output, event, error or nested structure."""
    yield from came_and_went(old, new, "output", lambda field: f"`{field.name}` of {owner}")
    for before, after in _pairs(old, new):
        name = f"`{after.name}` of {owner}"
        if before.type != after.type:
            text = f"{name} is `{after.type}`, was `{before.type}`"
            yield _changed("output-retyped", before, after, text)
        if before.optional and not after.optional:
            yield _changed("output-always", before, after, f"{name} is always there")
        if after.optional and not before.optional:
            yield _changed("output-optional", before, after, f"{name} may be None")


def compare_details(old: Fields, new: Fields) -> Iterator[Change]:
    """Compare what type checkers do not see of fields that are in both."""
    for before, after in _pairs(old, new):
        yield from compare_text(before.text, after.text, after)
        yield from compare_wire(before.wire, after.wire, after)
        if not _same_limits(before.limits, after.limits):
            yield from compare_constraints(
                before.limits.effective, after.limits.effective, after, after.python
            )
        if before.sensitive != after.sensitive:
            verb = "is now hidden" if after.sensitive else "is no longer hidden"
            text = f"`{after.python}` {verb} in printed values"
            yield Change("sensitive", after.shape, after.python, text)


def compare_text(old: Text, new: Text, item: Named) -> Iterator[Change]:
    """Compare docstrings."""
    name = f"`{item.python}`"
    if new.deprecated and not old.deprecated:
        yield Change("deprecated", item.shape, item.python, f"{name} is deprecated")
    elif old.docs != new.docs or old.deprecated != new.deprecated:
        text = f"documentation of {name} changed"
        yield Change("documentation", item.shape, item.python, text)


def compare_wire(old: Facts, new: Facts, item: Named) -> Iterator[Change]:
    """Compare what is on the wire."""
    if old != new:
        before, after = _differing(old, new), _differing(new, old)
        text = f"`{item.python}` travels otherwise; calls stay the same"
        yield Change("wire", item.shape, item.python, text, before or None, after or None)


def compare_constraints(old: Facts, new: Facts, item: Named, name: str) -> Iterator[Change]:
    """Yield a change for each constraint of a shape or member that came, went or changed."""
    for fact in dict.fromkeys((*old, *new)):
        before, after = old.get(fact), new.get(fact)
        if before == after:
            continue
        if before is None:
            said = f"new {fact} {code(after or '')}, which only the service checks"
        elif after is None:
            said = f"{fact} {code(before)} is gone"
        else:
            said = f"{fact} {code(before)} -> {code(after)}, which only the service checks"
        yield Change(
            "constraint",
            item.shape,
            item.python,
            f"`{name}`: {said}",
            f"{fact}: {before}" if before is not None else None,
            f"{fact}: {after}" if after is not None else None,
        )


def items_differ(old: Mapping[str, Limits], new: Mapping[str, Limits]) -> Iterator[str]:
    """Yield the names of members of a list or map that have other constraints of their own."""
    for name, before in old.items():
        if name in new and not _same_limits(before, new[name]):
            yield name


def _same_limits(old: Limits, new: Limits) -> bool:
    """Whether members are limited alike, but for what their common target itself tells."""
    return old.effective == new.effective or (old.target == new.target and old.own == new.own)


def _pairs(old: Fields, new: Fields) -> Iterator[tuple[Field, Field]]:
    moved = renamed(old, new)
    for name, before in old.items():
        after = new.get(moved.get(name, name))
        if after is not None:
            yield before, after


def _changed(kind: str, before: Field, after: Field, text: str) -> Change:
    return Change(kind, after.shape, after.python, text, before.line, after.line)


def _differing(facts: Facts, others: Facts) -> str:
    found = (f"{name} {value}" for name, value in facts.items() if others.get(name) != value)
    return ", ".join(found)
