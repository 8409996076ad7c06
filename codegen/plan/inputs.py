"""Plan of the module `_inputs`: checkers that turn what a caller passes into input structures."""

from __future__ import annotations

from codegen import names
from codegen.model import Shape
from codegen.plan.context import API, Context, is_required
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
    "float": "check.number",
    "double": "check.number",
    "timestamp": "check.timestamp",
    "document": "check.document",
    "blob": "check.blob",
}


def plan_inputs(context: Context) -> tuple[InputPlan, ...]:
    """A checker for each structure that a caller may pass, those it needs before it."""
    plans: dict[str, InputPlan] = {}
    open_shapes: list[str] = []

    def visit(shape: Shape) -> None:
        if shape.id in plans or shape.id in open_shapes:
            return
        open_shapes.append(shape.id)
        for structure in _structures_of(context, shape):
            visit(structure)
        open_shapes.pop()
        plans[shape.id] = _input(context, shape, defined=set(plans))

    for operation in context.service.operations:
        visit(context.shape(operation.input))
    return tuple(plans.values())


def input_constant(context: Context, shape_id: str) -> str:
    """Name of the checker of a structure."""
    return names.constant_case(context.class_name(shape_id))


def _input(context: Context, shape: Shape, *, defined: set[str]) -> InputPlan:
    members: list[tuple[str, str]] = []
    deferred: list[tuple[str, str]] = []
    for member in shape.members:
        name = context.attribute(shape.id, member.name)
        needs = {s.id for s in _structures_below(context, member.target)}
        checker = (name, _checker(context, member.target))
        (members if needs <= defined else deferred).append(checker)
    return InputPlan(
        constant=input_constant(context, shape.id),
        made=context.class_name(shape.id),
        required=tuple(
            context.attribute(shape.id, m.name) for m in shape.members if is_required(m)
        ),
        members=tuple(members),
        deferred=tuple(deferred),
    )


def _checker(context: Context, shape_id: str) -> str:
    shape = context.shape(shape_id)
    if shape.type in ("list", "map"):
        item = _checker(context, shape.members[-1].target)
        sparse = ", sparse=True" if shape.has(f"{API}sparse") else ""
        return f"check.{shape.type}_of({item}{sparse})"
    if shape.type == "structure":
        return input_constant(context, shape_id)
    return _CHECKERS[shape.type]


def _structures_of(context: Context, shape: Shape) -> list[Shape]:
    return [s for member in shape.members for s in _structures_below(context, member.target)]


def _structures_below(context: Context, shape_id: str) -> list[Shape]:
    """The structures that a checker of this shape names: through lists and maps, no further."""
    shape = context.shape(shape_id)
    if shape.type == "structure":
        return [shape]
    if shape.type in ("list", "map"):
        return _structures_below(context, shape.members[-1].target)
    return []
