"""Compares the classes of `types`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegen.diff.fields import (
    came_and_went,
    compare_attributes,
    compare_details,
    compare_parameters,
    compare_text,
    compare_wire,
    local,
    renamed,
)
from codegen.diff.surface import Class, Method, Surface
from codegen.diff.verdict import Change

_A = {
    "structure": "a structure",
    "union": "a union",
    "enum": "an enum",
    "event stream": "an event stream",
}


def compare_classes(old: Surface, new: Surface) -> Iterator[Change]:
    """Compare structures, enums and event streams."""
    # Input and output of an operation come and go with it.
    implied = {
        *_ends(new.methods[name] for name in new.methods.keys() - old.methods.keys()),
        *_ends(old.methods[name] for name in old.methods.keys() - new.methods.keys()),
    } - {
        *_ends(old.methods[name] for name in old.methods.keys() & new.methods.keys()),
        *_ends(new.methods[name] for name in old.methods.keys() & new.methods.keys()),
    }
    for change in came_and_went(
        old.classes, new.classes, "type", lambda item: f"{item.sort} `{item.python}`"
    ):
        if change.kind == "type-renamed" or change.python.partition(".")[2] not in implied:
            yield change
    moved = renamed(old.classes, new.classes)
    pairs = {(name, moved.get(name, name)): None for name in old.classes}
    for name, method in old.methods.items():
        if name in new.methods:
            pairs[method.output, new.methods[name].output] = None
    for name, other in pairs:
        if name in old.classes and other in new.classes:
            yield from _class(old.classes[name], new.classes[other])


def _ends(methods: Iterable[Method]) -> Iterator[str]:
    for method in methods:
        yield method.input
        yield method.output


def _class(before: Class, after: Class) -> Iterator[Change]:
    if before.sort != after.sort:
        text = f"`{after.python}` is now {_A[after.sort]}, was {_A[before.sort]}"
        yield Change("type-changed", after.shape, after.python, text, before.line, after.line)
        return
    yield from _members(before, after)
    yield from _choices(before, after)
    yield from _values(before, after)
    yield from _events(before, after)
    yield from compare_text(before.text, after.text, after)


def _members(before: Class, after: Class) -> Iterator[Change]:
    """Compare a structure in the roles that it has in both; a new role shows where it is used."""
    owner = f"`{after.python}`"
    changes: list[Change] = []
    details: list[Change] = []
    if before.parameters is not None and after.parameters is not None:
        changes += compare_parameters(before.parameters, after.parameters, owner)
        details = list(compare_details(before.parameters, after.parameters))
    if before.attributes is not None and after.attributes is not None:
        changes += compare_attributes(before.attributes, after.attributes, owner)
        details = list(compare_details(before.attributes, after.attributes))
    yield from _weightiest(changes)
    yield from details


def _weightiest(changes: list[Change]) -> Iterator[Change]:
    """Tell each change of a structure that is passed and read once: in the role it hits harder."""
    heaviest: dict[str, Change] = {}
    for change in changes:
        member = local(change.shape)
        if member not in heaviest or heaviest[member].level < change.level:
            heaviest[member] = change
    for change in changes:
        kept = heaviest[local(change.shape)]
        if change is kept or _role(change) == _role(kept):
            yield change


def _role(change: Change) -> bool:
    return change.kind.startswith("output")


def _choices(before: Class, after: Class) -> Iterator[Change]:
    """Compare the members of a union: a class each."""
    yield from came_and_went(
        before.choices,
        after.choices,
        "union-member",
        lambda item: f"member `{item.python}` of `{after.python}`",
    )
    for name, choice in before.choices.items():
        now = after.choices.get(name)
        if now is not None and now.type != choice.type:
            text = f"`{now.python}` holds `{now.type}`, not `{choice.type}`"
            yield Change("union-member-retyped", now.shape, now.python, text, choice.line, now.line)
    yield from compare_details(before.choices, after.choices)


def _values(before: Class, after: Class) -> Iterator[Change]:
    for name, value in before.values.items():
        now = after.values.get(name)
        if now is None:
            text = f"enum value `{value.python}` is gone"
            yield Change("enum-value-removed", value.shape, value.python, text, value.line)
        elif now.line != value.line:
            text = f"enum value `{now.python}` stands for something else"
            yield Change("enum-value-changed", now.shape, now.python, text, value.line, now.line)
        else:
            yield from compare_text(value.text, now.text, now)
    for name, value in after.values.items():
        if name not in before.values:
            text = f"new enum value `{value.python}`"
            yield Change("enum-value-added", value.shape, value.python, text, after=value.line)


def _events(before: Class, after: Class) -> Iterator[Change]:
    old, new = set(before.events.values()), set(after.events.values())
    for wire_name, name in before.events.items():
        if name not in new:
            shape, text = f"{before.shape}${wire_name}", f"`{after.python}` no longer yields"
            text = f"{text} `types.{name}`"
            yield Change("event-removed", shape, after.python, text, before.line, after.line)
    for wire_name, name in after.events.items():
        if name not in old:
            shape, text = f"{after.shape}${wire_name}", f"`{after.python}` may yield `types.{name}`"
            yield Change("event-added", shape, after.python, text, before.line, after.line)
    lost = list(_callbacks(before, after))
    yield from lost
    if old == new and not lost:
        yield from compare_wire(before.events, after.events, after)


def _callbacks(before: Class, after: Class) -> Iterator[Change]:
    """Methods that a handler no longer has, though its stream has not lost the event itself."""
    stream = after.python.partition(".")[2]
    left = {method for method, _ in after.callbacks.values()}
    for wire_name, (method, class_) in before.callbacks.items():
        told = class_.startswith("types.") and class_[6:] not in after.events.values()
        if after.callbacks and method not in left and not told:
            python = f"event_streams.{stream}.{method}"
            yield Change(
                "callback-removed", f"{before.shape}${wire_name}", python, f"`{python}` is gone"
            )
