"""Plan of the module `_inputs`: checkers that turn what a caller passes into input structures."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from codegen import names
from codegen.model import Shape
from codegen.plan.context import API, UNIT, Context, is_always_there, is_required
from codegen.plan.values import InputPlan

_CHECKERS = {
    "string": "check.string",
    "enum": "check.string",
    "boolean": "check.boolean",
    "byte": "check.integer",
    "short": "check.integer",
    "integer": "check.integer",
    "long": "check.integer",
    "intEnum": "check.integer",
    "bigInteger": "check.integer",
    "bigDecimal": "check.decimal",
    "float": "check.number",
    "double": "check.number",
    "timestamp": "check.timestamp",
    "document": "check.document",
    "blob": "check.blob",
}

_CLASSES = {
    "structure": "check.StructureChecker",
    "union": "check.UnionChecker",
    "stream": "EventChecker",
}


def plan_inputs(context: Context) -> tuple[InputPlan, ...]:
    """A checker for each structure and union that a caller may pass, those it needs before it."""
    plans: dict[str, InputPlan] = {}
    roots = [context.shape(operation.input) for operation in context.service.operations]
    for shape in in_order(context, roots):
        plans[shape.id] = _input(context, shape, defined=plans)
    return tuple(plans.values())


def in_order(context: Context, roots: Iterable[Shape]) -> Iterator[Shape]:
    """Structures and unions with all that they hold, each once, those it needs before it.

    Shapes that contain themselves come before some that they need.
    """
    begun: set[str] = set()
    done: set[str] = set()
    # Kept by hand, not by recursion: shapes may be nested deeper than Python's stack is.
    waiting = [*roots][::-1]
    while waiting:
        shape = waiting[-1]
        if shape.id not in begun:
            begun.add(shape.id)
            waiting += [s for s in reversed(_named(context, shape)) if s.id not in begun]
            continue
        waiting.pop()
        if shape.id not in done:
            done.add(shape.id)
            yield shape


def input_constant(context: Context, shape_id: str) -> str:
    """Name of the checker of a structure or union; an error may be called as a structure is."""
    mark = "_" if context.shape(shape_id).has(f"{API}error") else ""
    return mark + names.constant_case(context.class_name(shape_id))


def _input(context: Context, shape: Shape, *, defined: Container[str]) -> InputPlan:
    is_stream = shape.id in context.streams
    is_union = shape.type == "union"
    made = context.class_name(shape.id)
    module = "errors" if shape.has(f"{API}error") else "types"
    members: list[tuple[str, str]] = []
    deferred: list[tuple[str, str]] = []
    for member in shape.members:
        name = context.attribute(shape.id, member.name)
        checker = "None" if member.target == UNIT else _checker(context, member.target)
        if member.target in context.streams:
            checker = f"events_of({checker}, {name!r})"
        if is_union and not is_stream:
            checker = f"(types.{context.member_class(shape.id, member.name)}, {checker})"
        needs = named_below(context, member.target)
        at_once = needs is None or needs.id in defined
        (members if at_once else deferred).append((name, checker))
    return InputPlan(
        constant=input_constant(context, shape.id),
        checker=_CLASSES["stream" if is_stream else shape.type],
        made=repr(made) if is_union else f"{module}.{made}",
        required="" if is_union else repr(_required(context, shape)),
        members=tuple(members),
        deferred=tuple(deferred),
    )


def _required(context: Context, shape: Shape) -> tuple[str, ...]:
    return tuple(
        context.attribute(shape.id, member.name)
        for member in shape.members
        if is_required(member) or is_always_there(context, member)
    )


def _checker(context: Context, shape_id: str) -> str:
    shape = context.shape(shape_id)
    if shape.type in ("list", "map"):
        item = _checker(context, shape.members[-1].target)
        sparse = ", sparse=True" if shape.has(f"{API}sparse") else ""
        return f"check.{shape.type}_of({item}{sparse})"
    if shape.type in ("structure", "union"):
        return input_constant(context, shape_id)
    if shape.id in context.blob_streams:
        return "check.sized_stream" if shape.has(f"{API}requiresLength") else "check.stream"
    return _CHECKERS[shape.type]


def _named(context: Context, shape: Shape) -> list[Shape]:
    """The structures and unions whose checkers the checker of this shape names."""
    found = (named_below(context, member.target) for member in shape.members)
    return [shape for shape in found if shape is not None]


def named_below(context: Context, shape_id: str) -> Shape | None:
    """The structure or union that a value of this shape is, or that its lists and maps hold."""
    shape = context.shape(shape_id)
    while shape.type in ("list", "map"):
        shape = context.target(shape.members[-1])
    return shape if shape.type in ("structure", "union") and shape.id != UNIT else None
