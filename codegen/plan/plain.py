"""Plan of the functions in `_inputs` that take plain values as they are.

Nearly all calls pass text, numbers and bytes that are right. A table of checkers finds that out
member by member, and is what knows everything else; these functions ask about all at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from codegen import names
from codegen.model import Member, Shape
from codegen.plan.context import Context, is_required
from codegen.plan.defaults import default_python
from codegen.plan.parts import FunctionPlan

#: What a value is that a checker returns as it is. Text has more to it, see `_conditions`.
_TYPES = {
    "string": "str",
    "enum": "str",
    "boolean": "bool",
    "byte": "int",
    "short": "int",
    "integer": "int",
    "long": "int",
    "intEnum": "int",
    "bigInteger": "int",
    "float": "float",
    "double": "float",
    "blob": "bytes",
}

#: For so many members the table takes but little longer.
_FEW = 6


def plan_plain_inputs(context: Context) -> tuple[FunctionPlan, ...]:
    """A function for each input that can be made of plain values alone, and has some of them."""
    shapes = {operation.input: None for operation in context.service.operations}
    named = ((plain_input_name(context, shape_id), context.shape(shape_id)) for shape_id in shapes)
    return tuple(_function(context, name, shape) for name, shape in named if name is not None)


def plain_input_name(context: Context, shape_id: str) -> str | None:
    """Name of the function for an input, None where it has none."""
    shape = context.shape(shape_id)
    members = shape.members
    if len(members) <= _FEW or any(_needs_more(context, shape, member) for member in members):
        return None
    return f"plain_{names.snake_case(context.class_name(shape_id))}"


def _needs_more(context: Context, shape: Shape, member: Member) -> bool:
    """Whether a member has to be set, and to something that is no plain value."""
    return context.target(member).type not in _TYPES and _is_set(context, shape, member)


def _is_set(context: Context, shape: Shape, member: Member) -> bool:
    default = default_python(shape, member, context.target(member))
    return is_required(member) or default is not None


def _function(context: Context, name: str, shape: Shape) -> FunctionPlan:
    made = f"types.{context.class_name(shape.id)}"
    return FunctionPlan(
        name=name,
        parameters="params: dict[str, Any]",
        returns=f"{made} | None",
        docs="The input, if all values are plain and right; None leaves them to the table.",
        lines=(
            "try:",
            f"    made = {made}(**params)",
            "except TypeError:",
            "    return None",
            "given: Any = made",
            "if (",
            *_conditions(context, shape),
            "):",
            "    return made",
            "return None",
        ),
    )


def _conditions(context: Context, shape: Shape) -> Iterator[str]:
    joint = ""
    for member in shape.members:
        value = f"given.{context.attribute(shape.id, member.name)}"
        type_ = _TYPES.get(context.target(member).type)
        # Text that is not ASCII may have halves of surrogate pairs.
        more = " and v.isascii()" if type_ == "str" else ""
        if type_ is None:
            condition = f"{value} is None"
        elif not _is_set(context, shape, member):
            condition = f"((v := {value}) is None or (type(v) is {type_}{more}))"
        else:
            condition = f"type(v := {value}) is {type_}{more}"
        yield f"    {joint}{condition}"
        joint = "and "
