"""Plan of the module `_stubs`: what answers are made of, the inverse of `_parsers`.

It is a table, not code: each member is one expression that tells its place and its kind, for the
runtime to check, make up and write. So stubs, which only tests use, cost a package one line a
member; the parsers that read what comes of them are compiled as ever.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from codegen import names
from codegen.model import Member, Operation, Shape
from codegen.plan.context import API, UNIT, Context, is_required, text_trait
from codegen.plan.inputs import in_order, input_constant, named_below
from codegen.plan.paginators import paginated
from codegen.plan.values import AnswerPlan, InputPlan

#: Names that the module has for itself.
_RESERVED = frozenset({"ANSWERS"})

_KINDS = {
    "boolean": "of.BOOLEAN",
    "byte": "of.INTEGER",
    "short": "of.INTEGER",
    "integer": "of.INTEGER",
    "long": "of.INTEGER",
    "intEnum": "of.INTEGER",
    "bigInteger": "of.INTEGER",
    "bigDecimal": "of.DECIMAL",
    "float": "of.FLOAT",
    "double": "of.FLOAT",
    "document": "of.DOCUMENT",
}
_TIMESTAMPS = {
    "http-date": "of.HTTP_DATE",
    "date-time": "of.DATE_TIME",
    "epoch-seconds": "of.EPOCH_SECONDS",
}


def plan_answers(context: Context) -> tuple[AnswerPlan, ...]:
    """What the answers of each operation are made of, in model order."""
    tokens = {
        operation.id: re.split(r"\W+", str(facts["outputToken"]))[0]
        for operation, facts in paginated(context)
    }
    return tuple(
        _answer(context, operation, tokens.get(operation.id))
        for operation in context.service.operations
    )


def plan_stub_shapes(context: Context) -> tuple[InputPlan, ...]:
    """Structures and unions inside of outputs, those that others need before them, then streams."""
    streams = sorted(context.received_streams)
    outputs = [context.shape(operation.output) for operation in context.service.operations]
    events = [context.target(m) for stream in streams for m in context.shape(stream).members]
    roots = [
        shape
        for holder in (*outputs, *events)
        for member in holder.members
        if (shape := named_below(context, member.target)) is not None
        and shape.id not in context.streams
    ]
    plans: dict[str, InputPlan] = {}
    for shape in in_order(context, roots):
        plans[shape.id] = _shape(context, shape, defined=plans)
    return (*plans.values(), *(_stream(context, context.shape(stream)) for stream in streams))


def _answer(context: Context, operation: Operation, token: str | None) -> AnswerPlan:
    shape = context.shape(operation.output)
    method, _ = context.operation_names(operation)
    return AnswerPlan(
        method=method,
        made=f"types.{context.class_name(shape.id)}",
        members=tuple(
            (context.attribute(shape.id, member.name), _place(context, member))
            for member in shape.members
        ),
        required=_required(context, shape),
        unset=tuple(
            context.attribute(shape.id, member.name)
            for member in shape.members
            if member.name == token
        ),
    )


def _place(context: Context, member: Member) -> str:
    """A member of an output."""
    prefix = text_trait(member, f"{API}httpPrefixHeaders")
    field = text_trait(member, f"{API}httpHeader")
    if field is not None:
        kind = _kind(context, member, timestamp="http-date")
        if member.has(f"{API}mediaType") and context.target(member).type in ("string", "enum"):
            kind = kind.replace("of.text(", "of.media_text(")
        return f"of.header({field.lower()!r}, {kind})"
    if prefix is not None:
        return f"of.prefix({prefix.lower()!r}, {_kind(context, member)})"
    if member.has(f"{API}httpResponseCode"):
        return "of.STATUS"
    if member.has(f"{API}httpPayload"):
        return f"of.payload({_kind(context, member)})"
    return _in_json(context, member)


def _in_json(context: Context, member: Member) -> str:
    key = text_trait(member, f"{API}jsonName") or member.name
    return f"of.body({key!r}, {_kind(context, member)})"


def _required(context: Context, shape: Shape) -> str:
    """Expression for the names of required members, "" without any; a stream may be empty."""
    found = tuple(
        context.attribute(shape.id, member.name) for member in shape.members if is_required(member)
    )
    return repr(found) if found and not shape.has(f"{API}error") else ""


def _kind(context: Context, member: Member, *, timestamp: str = "epoch-seconds") -> str:
    """Expression for what a member is; `timestamp` is the format of one that does not say."""
    shape = context.target(member)
    if shape.type == "timestamp":
        return _TIMESTAMPS[text_trait(member, f"{API}timestampFormat") or timestamp]
    if shape.type in ("string", "enum"):
        return f"of.text({shape.name!r})"
    if shape.type == "blob":
        return "of.STREAM" if shape.id in context.blob_streams else "of.BLOB"
    if shape.type in ("list", "map"):
        item = _kind(context, shape.members[-1], timestamp=timestamp)
        sparse = ", sparse=True" if shape.has(f"{API}sparse") else ""
        return f"of.{shape.type}_of({item}{sparse})"
    if shape.type in ("structure", "union"):
        return _constant(context, shape)
    return _KINDS[shape.type]


def _constant(context: Context, shape: Shape) -> str:
    if shape.id in context.streams:
        return context.stream_constant(shape)
    return names.safe(input_constant(context, shape.id), _RESERVED)


def _shape(context: Context, shape: Shape, *, defined: Container[str]) -> InputPlan:
    members: list[tuple[str, str]] = []
    deferred: list[tuple[str, str]] = []
    for member in shape.members:
        needs = named_below(context, member.target)
        at_once = needs is None or needs.id in defined
        name = context.attribute(shape.id, member.name)
        made = _of_union(context, shape, member) if _is_union(shape) else _in_json(context, member)
        (members if at_once else deferred).append((name, made))
    return InputPlan(
        constant=_constant(context, shape),
        checker="of.Union" if _is_union(shape) else "of.Structure",
        made=repr(context.class_name(shape.id)) if _is_union(shape) else _class(context, shape),
        required="" if _is_union(shape) else _required(context, shape),
        members=tuple(members),
        deferred=tuple(deferred),
    )


def _class(context: Context, shape: Shape) -> str:
    module = "errors" if shape.has(f"{API}error") else "types"
    return f"{module}.{context.class_name(shape.id)}"


def _is_union(shape: Shape) -> bool:
    return shape.type == "union"


def _of_union(context: Context, shape: Shape, member: Member) -> str:
    key = text_trait(member, f"{API}jsonName") or member.name
    kind = "None" if member.target == UNIT else _kind(context, member)
    return f"(types.{context.member_class(shape.id, member.name)}, {key!r}, {kind})"


def _stream(context: Context, shape: Shape) -> InputPlan:
    """A stream, with the events inside of it: elsewhere the same shapes would be plain JSON."""
    return InputPlan(
        constant=_constant(context, shape),
        checker="Events",
        made=repr(context.class_name(shape.id)),
        required="",
        members=tuple(
            (
                context.attribute(shape.id, member.name),
                f"({member.name!r}, {_event(context, context.target(member))})",
            )
            for member in shape.members
        ),
        deferred=(),
    )


def _event(context: Context, shape: Shape) -> str:
    members = _pairs(
        (context.attribute(shape.id, member.name), _of_event(context, member))
        for member in shape.members
    )
    required = _required(context, shape)
    more = f", required={required}" if required else ""
    return f"of.Structure({_class(context, shape)}, members={{{members}}}{more})"


def _of_event(context: Context, member: Member) -> str:
    if member.has(f"{API}eventPayload"):
        return f"of.payload({_kind(context, member)})"
    if member.has(f"{API}eventHeader"):
        return f"of.header({member.name!r}, {_kind(context, member)})"
    return _in_json(context, member)


def _pairs(members: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name!r}: {value}" for name, value in members)
