"""Plans of the modules `types`, `errors` and `params`: one class a shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codegen import names
from codegen.model import Member, Shape
from codegen.plan.context import (
    API,
    Context,
    documentation,
    is_always_there,
    is_message,
    is_required,
)
from codegen.plan.values import (
    EnumPlan,
    EnumValuePlan,
    ErrorPlan,
    MemberPlan,
    ParamPlan,
    ParamsPlan,
    StructurePlan,
)


def plan_structures(context: Context) -> tuple[StructurePlan, ...]:
    """A class for each structure that is not an error."""
    return tuple(_structure(context, shape) for shape in context.structures())


def _structure(context: Context, shape: Shape) -> StructurePlan:
    members = _members(context, shape, shape.members, prefix="")
    docs = documentation(shape)
    if operation := context.operation_of_input(shape.id):
        # Each member is documented where callers look: at the method.
        members = tuple(replace(member, docs="") for member in members)
        docs = f"Parameters of `{context.operation_names(operation)[0]}`, checked."
    stream = next(
        (context.attribute(shape.id, m.name) for m in shape.members if m.target in context.streams),
        None,
    )
    base = "Structure"
    if shape.id in context.outputs:
        base = "Output" if stream is None else "StreamingOutput"
    return StructurePlan(
        name=context.class_name(shape.id),
        docs=docs or f"The structure {shape.name}.",
        base=base,
        stream=stream,
        members=members,
        arguments=tuple(sorted(members, key=lambda member: not member.required)),
        sensitive=_sensitive(context, shape),
    )


def _members(
    context: Context, shape: Shape, members: tuple[Member, ...], *, prefix: str
) -> tuple[MemberPlan, ...]:
    attributes = set(context.attributes(shape.id))
    return tuple(
        _member(context, shape, member, prefix=prefix, shadowed=attributes) for member in members
    )


def _member(
    context: Context, shape: Shape, member: Member, *, prefix: str, shadowed: set[str]
) -> MemberPlan:
    required = is_required(member) or is_always_there(context, member)
    if shape.has(f"{API}error"):
        required = False  # an error without a member is still that error
    type_ = names.unshadowed(context.type_of(member.target, prefix=prefix), shadowed)
    return MemberPlan(
        name=context.attribute(shape.id, member.name),
        wire_name=member.name,
        docs=documentation(member),
        type=type_ if required or type_ == "Any" else f"{type_} | None",
        required=required,
    )


def _sensitive(context: Context, shape: Shape) -> tuple[str, ...]:
    """Attributes not to be printed; all of them where the structure itself is a secret."""
    return tuple(
        context.attribute(shape.id, member.name)
        for member in shape.members
        if shape.has(f"{API}sensitive") or _is_sensitive(context, member)
    )


def _is_sensitive(context: Context, member: Member) -> bool:
    """Whether a member, or anything in a list or map that it holds, is a secret."""
    if member.has(f"{API}sensitive"):
        return True
    target = context.target(member)
    held = target.members if target.type in ("list", "map") else ()
    return any(_is_sensitive(context, inner) for inner in held)


def plan_enums(context: Context) -> tuple[EnumPlan, ...]:
    """A class of constants for each enum."""
    plans = [
        EnumPlan(
            name=context.class_name(shape.id),
            docs=documentation(shape) or f"Values of {shape.name}.",
            values=tuple(
                EnumValuePlan(
                    name=context.attribute(shape.id, member.name),
                    literal=repr(member.traits.get(f"{API}enumValue", member.name)),
                    docs=documentation(member),
                )
                for member in shape.members
            ),
        )
        for shape in context.enums()
    ]
    return tuple(sorted(plans, key=lambda plan: plan.name))


def plan_errors(context: Context) -> tuple[ErrorPlan, ...]:
    """An exception class for each modelled error."""
    plans: list[ErrorPlan] = []
    for shape_id in context.service.errors:
        shape = context.shape(shape_id)
        members = tuple(m for m in shape.members if not is_message(m))
        bases = [context.base_error]
        if shape.id in context.event_errors:
            bases.append("EventStreamError")
        retryable = shape.traits.get(f"{API}retryable")
        plans.append(
            ErrorPlan(
                name=context.class_name(shape.id),
                docs=documentation(shape) or f"The error {shape.name}.",
                code=repr(shape.name),
                fault=repr(shape.traits[f"{API}error"]),
                bases=", ".join(bases),
                retryable=retryable is not None,
                throttling=isinstance(retryable, Mapping) and retryable.get("throttling") is True,
                message=names.unshadowed("str", context.attributes(shape.id)),
                members=_members(context, shape, members, prefix="types."),
            )
        )
    return tuple(sorted(plans, key=lambda plan: plan.name))


def plan_params(context: Context) -> tuple[ParamsPlan, ...]:
    """A `TypedDict` for each structure that a caller may pass."""
    reached = context.reachable(operation.input for operation in context.service.operations)
    return tuple(
        ParamsPlan(
            name=context.class_name(shape.id),
            members=plan_keywords(
                context, shape, prefix="", shadowed=set(context.attributes(shape.id))
            ),
        )
        for shape in context.structures()
        if shape.id in reached
    )


def plan_keywords(
    context: Context, shape: Shape, *, prefix: str, shadowed: set[str]
) -> tuple[ParamPlan, ...]:
    """The members of an input as a caller passes them, in model order."""
    return tuple(
        ParamPlan(
            name=context.attribute(shape.id, member.name),
            docs=documentation(member),
            type=names.unshadowed(context.param_type(member.target, prefix=prefix), shadowed),
            required=is_required(member),
        )
        for member in shape.members
    )
