"""Plan of the encoders of `_serializers`: from events to messages (Smithy event streams)."""

from __future__ import annotations

from dataclasses import replace

from codegen.model import Member, Shape
from codegen.plan.context import API, Context, is_always_there, is_message
from codegen.plan.defaults import is_set
from codegen.plan.json_write import JsonWriter
from codegen.plan.parts import FunctionPlan
from codegen.plan.values import EncoderPlan

_PAYLOAD_TYPES = {
    "blob": "application/octet-stream",
    "string": "text/plain",
    "enum": "text/plain",
    "structure": "application/json",
    "union": "application/json",
}
_JSON = "':content-type': 'application/json'"
#: Integers are sent in the width that the model gives them.
_WIDTHS = {
    "byte": "Byte",
    "short": "Short",
    "integer": "Integer",
    "intEnum": "Integer",
    "long": "Long",
}


def plan_encoders(context: Context) -> tuple[EncoderPlan, ...]:
    """A table for each stream that a client sends."""
    plans: list[EncoderPlan] = []
    for stream in context.streams_sent():
        events: list[tuple[str, str, str]] = []
        exceptions: list[tuple[str, str, str]] = []
        for member in stream.members:
            target = context.target(member)
            entry = context.attribute(stream.id, member.name), member.name, _name(context, target)
            (exceptions if target.has(f"{API}error") else events).append(entry)
        plans.append(
            EncoderPlan(
                constant=context.stream_constant(stream),
                events=tuple(events),
                exceptions=tuple(exceptions),
            )
        )
    return tuple(plans)


def plan_event_functions(context: Context, writer: JsonWriter) -> tuple[FunctionPlan, ...]:
    """A function for each structure that is sent as an event, by name."""
    streams = context.streams_sent()
    targets = dict.fromkeys(member.target for stream in streams for member in stream.members)
    plans = [_function(context, context.shape(target), writer) for target in targets]
    return tuple(sorted(plans, key=lambda plan: plan.name))


def _name(context: Context, shape: Shape) -> str:
    return f"_encode_{context.words(shape)}"


def _function(context: Context, shape: Shape, writer: JsonWriter) -> FunctionPlan:
    is_error = shape.has(f"{API}error")
    return FunctionPlan(
        name=_name(context, shape),
        parameters=f"event: {'errors' if is_error else 'types'}.{context.class_name(shape.id)}",
        returns="EventContent",
        docs="",
        lines=tuple(_error(shape, writer) if is_error else _event(context, shape, writer)),
    )


def _event(context: Context, shape: Shape, writer: JsonWriter) -> list[str]:
    payload = next((m for m in shape.members if m.has(f"{API}eventPayload")), None)
    bound = [m for m in shape.members if m.has(f"{API}eventHeader")]
    in_body = [m for m in shape.members if m is not payload and m not in bound]
    always: list[str] = []
    lines: list[str] = []
    last: list[str] = []
    content = 'b""'
    if payload is not None:
        value = f"event.{context.attribute(shape.id, payload.name)}"
        content = _content(context, payload, value, writer)
        content_type = _PAYLOAD_TYPES[context.target(payload).type]
        if is_set(shape, payload) or is_always_there(context, payload):
            always.append(f"':content-type': {content_type!r}")
        else:
            # Without a payload there is nothing whose type could be told.
            last = [f"if {value} is None:", '    return headers, b""']
            last.append(f"headers[':content-type'] = {content_type!r}")
    elif in_body:
        always.append(_JSON)
        content = writer.body(shape, "body")
        last = writer.object_lines(shape, in_body, "event")
    for member in bound:
        value = f"event.{context.attribute(shape.id, member.name)}"
        written = _header(context, member, value)
        if is_set(shape, member):
            always.append(f"{member.name!r}: {written}")
        else:
            lines += [f"if {value} is not None:", f"    headers[{member.name!r}] = {written}"]
    headers = f"{{{', '.join(always)}}}"
    if not lines and not any("headers" in line for line in last):
        return [*last, f"return {headers}, {content}"]
    first = f"headers: dict[str, HeaderValue] = {headers}"
    return [first, *lines, *last, f"return headers, {content}"]


def _error(shape: Shape, writer: JsonWriter) -> list[str]:
    lines = writer.object_lines(shape, map(_of_error, shape.members), "event")
    return [*lines, f"return {{{_JSON}}}, {writer.body(shape, 'body')}"]


def _of_error(member: Member) -> Member:
    """An attribute of an error may be None, whatever the model says; only the message is not."""
    traits = {name: node for name, node in member.traits.items() if name != f"{API}required"}
    return replace(member, traits=traits | ({f"{API}required": {}} if is_message(member) else {}))


def _header(context: Context, member: Member, value: str) -> str:
    width = _WIDTHS.get(context.target(member).type)
    return value if width is None else f"{width}({value})"


def _content(context: Context, member: Member, value: str, writer: JsonWriter) -> str:
    target = context.target(member)
    if target.type == "blob":
        return value
    if target.type in ("string", "enum"):
        return f"{value}.encode()"
    return writer.body(target, writer.expression(member, value))
