"""Plans of the modules `types`, `errors` and `params`: one class a shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from codegen import names
from codegen.model import RETRYABLE_VALUES, STORED_RESULT, Member, Shape
from codegen.plan.context import (
    API,
    UNIT,
    Context,
    documentation,
    is_always_there,
    is_message,
    is_required,
)
from codegen.plan.defaults import default_python, is_shared
from codegen.plan.parts import ParamPlan
from codegen.plan.values import (
    EnumPlan,
    EnumValuePlan,
    ErrorPlan,
    MemberPlan,
    ParamsPlan,
    StructurePlan,
    UnionMemberPlan,
    UnionPlan,
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
    stream = None
    base = "Structure"
    if shape.id in context.outputs:
        streams = (
            context.attribute(shape.id, m.name) for m in shape.members if context.is_stream(m)
        )
        stream = next(streams, None)
        base = "Output" if stream is None else "StreamingOutput"
    blob = context.blob_output(shape.id)
    if blob is not None:
        base = "BlobOutput"
    deferred = _deferred(context, shape)
    if deferred:
        base = "DeferredOutput" if base == "Output" else f"{base}, DeferredOutput"
    if len(context.event_types(shape.id)) > 1:
        base = "SharedEvent" if base == "Structure" else f"{base}, SharedEvent"
    return StructurePlan(
        name=context.class_name(shape.id),
        docs=docs or f"The structure {shape.name}.",
        base=base,
        stream=stream,
        blob=None
        if blob is None
        else (context.attribute(shape.id, blob[0].name), context.attribute(shape.id, blob[1].name)),
        deferred=deferred,
        event_type=_event_type(context, shape),
        members=members,
        arguments=tuple(sorted(members, key=lambda member: not member.required)),
        sensitive=_sensitive(context, shape),
    )


def _deferred(context: Context, shape: Shape) -> str:
    """Where the result of the operations will be that have this output, if it comes later."""
    operations = (op for op in context.service.operations if op.output == shape.id)
    found = (operation.traits.get(STORED_RESULT) for operation in operations)
    facts = next((trait for trait in found if isinstance(trait, Mapping)), None)
    if facts is None:
        return ""
    attributes = {
        keyword: context.attribute(shape.id, str(facts[key]))
        for key, keyword in (("result", "result"), ("failure", "failure"), ("id", "run_id"))
        if key in facts
    }
    error = str(facts["error"]).partition("#")[2]
    named = ", ".join(f"{key}={value!r}" for key, value in {**attributes, "error": error}.items())
    wait, run = facts["waitSeconds"], facts["runSeconds"]
    return f"Deferred({named}, wait_seconds={wait}, run_seconds={run})"


def _event_type(context: Context, shape: Shape) -> str:
    first, *others = context.event_types(shape.id) or ("",)
    if others:  # An instance may differ.
        return f"{names.unshadowed('str', context.attributes(shape.id))} = {first!r}"
    return f"ClassVar[Literal[{first!r}]] = {first!r}" if first else ""


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
    target = context.target(member)
    required = is_required(member) or is_always_there(context, member)
    default = default_python(shape, member, target)
    if shape.has(f"{API}error"):
        required = False  # an error without a member is still that error
    type_ = context.type_of(member.target, prefix=prefix)
    if target.id in context.streams:
        type_ = context.stream_type(shape.id, target, prefix)
    if target.id in context.blob_streams:
        type_ = context.blob_stream_type(shape.id)
        required = required or type_ == "StreamingBody"
    type_ = names.unshadowed(type_, shadowed)
    if target.type in ("timestamp", "float", "double") and default is not None:
        default = names.unshadowed(default, shadowed)
    is_optional = not required and default is None and type_ != "Any"
    return MemberPlan(
        name=context.attribute(shape.id, member.name),
        wire_name=member.name,
        docs=documentation(member),
        type=f"{type_} | None" if is_optional else type_,
        required=required,
        default=default or "None",
        default_is_made=is_shared(default or ""),
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


def plan_choices(context: Context) -> tuple[UnionPlan, ...]:
    """Classes and an alias for each union that is no stream of events."""
    plans: list[UnionPlan] = []
    for shape in context.unions():
        members = tuple(_union_member(context, shape, member) for member in shape.members)
        alternatives = (*(member.name for member in members), "UnknownMember")
        plans.append(
            UnionPlan(
                name=context.class_name(shape.id),
                docs=documentation(shape),
                alias=repr(" | ".join(alternatives)),
                members=members,
            )
        )
    return tuple(plans)


def _union_member(context: Context, shape: Shape, member: Member) -> UnionMemberPlan:
    is_unit = member.target == UNIT
    is_secret = shape.has(f"{API}sensitive") or _is_sensitive(context, member)
    return UnionMemberPlan(
        name=context.member_class(shape.id, member.name),
        docs=documentation(member) or f"The member {member.name} of {shape.name}.",
        type=None if is_unit else context.type_of(member.target, prefix=""),
        sensitive=is_secret and not is_unit,
    )


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


def plan_errors(context: Context, code: Callable[[Shape], str]) -> tuple[ErrorPlan, ...]:
    """An exception class for each modelled error; `code` tells what it is called on the wire."""
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
                code=repr(code(shape)),
                fault=repr(shape.traits[f"{API}error"]),
                bases=", ".join(bases),
                retryable=retryable is not None,
                retryable_if=_retryable_if(context, shape),
                throttling=isinstance(retryable, Mapping) and retryable.get("throttling") is True,
                event_type=_event_type(context, shape),
                message=names.unshadowed("str", context.attributes(shape.id)),
                members=_members(context, shape, members, prefix="types."),
            )
        )
    return tuple(sorted(plans, key=lambda plan: plan.name))


def _retryable_if(context: Context, shape: Shape) -> str:
    found = (
        f"{context.attribute(shape.id, member.name)} in {member.traits[RETRYABLE_VALUES]!r}"
        for member in shape.members
        if member.has(RETRYABLE_VALUES) and not is_message(member)
    )
    return " or ".join(found)


def plan_params(context: Context) -> tuple[ParamsPlan, ...]:
    """A `TypedDict` for each structure and union that a caller may pass."""
    reached = context.reachable(operation.input for operation in context.service.operations)
    return tuple(
        ParamsPlan(
            name=context.class_name(shape.id),
            docs="Exactly one of the keys; see" if shape.type == "union" else "See",
            members=plan_keywords(
                context, shape, prefix="", shadowed=set(context.attributes(shape.id))
            ),
        )
        for shape in (*context.structures(), *context.unions(), *context.streams_sent())
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
            required=is_required(member) or is_always_there(context, member),
        )
        for member in shape.members
    )
