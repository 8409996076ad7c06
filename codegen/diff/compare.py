"""Holds two surfaces against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codegen.diff.classes import compare_classes
from codegen.diff.endpoint import compare_endpoints
from codegen.diff.fields import (
    came_and_went,
    compare_attributes,
    compare_constraints,
    compare_details,
    compare_parameters,
    compare_text,
    compare_wire,
    items_differ,
    renamed,
)
from codegen.diff.surface import NO_CREDENTIALS, Error, Method, Surface
from codegen.diff.verdict import Change


def compare(old: Surface, new: Surface) -> tuple[Change, ...]:
    """Return every change, what breaks callers first, else in the order of the package."""
    changes = dict.fromkeys(
        (
            *_package(old, new),
            *_methods(old, new),
            *compare_classes(old, new),
            *_errors(old, new),
            *_bounds(old, new),
            *compare_endpoints(old, new),
        )
    )
    return tuple(sorted(changes, key=lambda change: -change.level))


def _package(old: Surface, new: Surface) -> Iterator[Change]:
    def differ(kind: str, python: str, text: str, before: str, after: str) -> Iterator[Change]:
        if before != after:
            yield Change(kind, new.service, python, text, before, after)

    name, text = "package-renamed", f"the package is now `{new.package}`"
    yield from differ(name, new.package, text, old.package, new.package)
    text = f"the distribution is now `{new.distribution}`"
    yield from differ(name, new.package, text, old.distribution, new.distribution)
    for before, after in ((old.client, new.client), (old.base_error, new.base_error)):
        text = f"`{before}` is now `{after}`"
        yield from differ("client-renamed", new.client, text, before, after)
    text = "environment variables and profile sections have another name"
    yield from differ("service-id-changed", new.client, text, old.service_id, new.service_id)
    text = "requests are signed for another name"
    yield from differ("signing", new.client, text, old.signing_name, new.signing_name)
    yield from compare_text(old.text, new.text, _Place(new.service, new.client))


def _methods(old: Surface, new: Surface) -> Iterator[Change]:
    yield from came_and_went(
        old.methods, new.methods, "operation", lambda method: f"operation `{method.name}`"
    )
    moved = renamed(old.methods, new.methods)
    for name, before in old.methods.items():
        if (after := new.methods.get(moved.get(name, name))) is not None:
            yield from _method(before, after, old, new)


def _method(before: Method, after: Method, old: Surface, new: Surface) -> Iterator[Change]:
    owner = f"`{after.name}`"
    shape, python = after.shape, after.python
    yield from compare_parameters(before.parameters, after.parameters, owner)
    if before.streaming != after.streaming:
        text = f"the output of {owner} is {'now' if after.streaming else 'no longer'} a stream"
        lines = old.classes[before.output].line, new.classes[after.output].line
        yield Change("operation-streaming", shape, python, text, *lines)
    if before.auth != after.auth:
        kind = "signing" if after.auth == NO_CREDENTIALS else "credentials-needed"
        yield Change(kind, shape, python, f"{owner} needs {after.auth}", before.auth, after.auth)
    for error in after.raises:
        # An error that is new altogether is told as such, with the operations that raise it.
        if error not in before.raises and error in old.errors:
            text = f"{owner} may raise `errors.{error}`"
            yield Change("raises-added", shape, python, text, after=f"errors.{error}")
    for error in before.raises:
        if error not in after.raises and error in new.errors:
            text = f"{owner} no longer raises `errors.{error}`"
            yield Change("raises-removed", shape, python, text, f"errors.{error}")
    yield from compare_text(before.text, after.text, after)
    yield from compare_details(before.parameters, after.parameters)
    yield from compare_wire(before.wire, after.wire, after)


def _errors(old: Surface, new: Surface) -> Iterator[Change]:
    for change in came_and_went(
        old.errors, new.errors, "error", lambda item: f"error `{item.python}`"
    ):
        if change.kind == "error-added":
            name = change.python.partition(".")[2]
            raising = [f"`{m.name}`" for m in new.methods.values() if name in m.raises]
            yield replace(change, text=f"{change.text}, raised by {', '.join(raising)}")
        else:
            yield change
    moved = renamed(old.errors, new.errors)
    for name, before in old.errors.items():
        if (after := new.errors.get(moved.get(name, name))) is not None:
            yield from _error(before, after)


def _error(before: Error, after: Error) -> Iterator[Change]:
    yield from compare_attributes(before.attributes, after.attributes, f"`{after.python}`")
    if before.is_event != after.is_event:
        kind = "error-behaviour" if after.is_event else "error-rebased"
        text = f"`{after.python}` is {'now' if after.is_event else 'no longer'} an error of streams"
        yield Change(kind, after.shape, after.python, text, before.line, after.line)
    for fact, value in before.behaviour.items():
        if value != after.behaviour[fact]:
            text = f"`{fact}` of `{after.python}` changed"
            yield Change(
                "error-behaviour", after.shape, after.python, text, value, after.behaviour[fact]
            )
    yield from compare_text(before.text, after.text, after)
    yield from compare_details(before.attributes, after.attributes)
    yield from compare_wire(before.wire, after.wire, after)


def _bounds(old: Surface, new: Surface) -> Iterator[Change]:
    for name, before in old.bounds.items():
        if (after := new.bounds.get(name)) is None:
            continue
        place = _Place(after.shape, ", ".join(after.places))
        yield from compare_constraints(before.own, after.own, place, name)
        for item in items_differ(before.items, after.items):
            yield from compare_constraints(
                before.items[item].effective,
                after.items[item].effective,
                _Place(f"{after.shape}${item}", place.python),
                f"{name}.{item}",
            )


class _Place:
    """Something that has no line of its own."""

    def __init__(self, shape: str, python: str) -> None:
        self.shape = shape
        self.python = python
