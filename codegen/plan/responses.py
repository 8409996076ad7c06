"""Plan of `_parsers`: from answers and events to values (Smithy HTTP binding)."""

from __future__ import annotations

from codegen import names
from codegen.model import BYTE_STREAM, Member, Operation, Shape
from codegen.plan.bodies import BodyReader
from codegen.plan.context import (
    API,
    Context,
    documentation,
    is_message,
    is_required,
    text_trait,
)
from codegen.plan.defaults import default_python
from codegen.plan.json_read import JsonReader
from codegen.plan.parts import FunctionPlan
from codegen.plan.values import EventHandlerPlan, EventUnionPlan

_HTTP_BINDINGS = tuple(
    f"{API}{name}"
    for name in ("httpHeader", "httpPrefixHeaders", "httpPayload", "httpResponseCode")
)
_EVENT_BINDINGS = (f"{API}eventHeader", f"{API}eventPayload")
_TIMESTAMP_TEXT = {
    "http-date": "as_http_date",
    "date-time": "as_date_time",
    "epoch-seconds": "epoch_text",
}
#: Smithy's client error correction for header fields: what a required one counts as when the
#: service leaves it out.
_HEADER_CORRECTIONS = {
    "string": '""',
    "enum": '""',
    "boolean": "False",
    "float": "0.0",
    "double": "0.0",
    "timestamp": "as_epoch_seconds(0)",
    "list": "[]",
}


def parser_name(operation: Operation) -> str:
    """Name of the function that parses the answer of an operation."""
    return f"parse_{names.snake_case(operation.python_name)}"


def error_parser(context: Context, shape: Shape) -> str:
    """Expression for the function that makes a modelled error of an answer with JSON in it."""
    return parser_of_error(context, shape, JsonReader)


def parser_of_error(context: Context, shape: Shape, reader: type[BodyReader]) -> str:
    """Expression for the function that makes a modelled error."""
    if any(not is_message(member) for member in shape.members):
        return f"_{context.words(shape)}"
    return f"{reader.plain_error}(errors.{context.class_name(shape.id)})"


def plan_parsers(context: Context) -> tuple[FunctionPlan, ...]:
    """Functions for operations, errors and events, then those for what stands in JSON."""
    reader = JsonReader(context)
    messages = plan_messages(context, reader)
    events = {
        member.target: _event(context, context.target(member), reader)
        for stream in sorted(context.received_streams)
        for member in context.shape(stream).members
        if not context.target(member).has(f"{API}error")
    }
    return (*messages, *(events[e] for e in sorted(events)), *reader.functions())


def plan_messages(context: Context, reader: BodyReader) -> tuple[FunctionPlan, ...]:
    """Functions for operations and errors."""
    operations = [_operation(context, op, reader) for op in context.service.operations]
    errors = [
        _error(context, shape, reader)
        for shape in map(context.shape, context.service.errors)
        if any(not is_message(member) for member in shape.members)
    ]
    return (*operations, *errors)


def plan_unions(context: Context) -> tuple[EventUnionPlan, ...]:
    """An alias and a table for each union that is a stream of events."""
    plans: list[EventUnionPlan] = []
    for shape_id in sorted(context.streams):
        shape = context.shape(shape_id)
        errors = [m for m in shape.members if context.target(m).has(f"{API}error")]
        events = [m for m in shape.members if m not in errors]
        alternatives = tuple(dict.fromkeys(context.class_name(m.target) for m in events))
        plans.append(
            EventUnionPlan(
                name=context.class_name(shape.id),
                is_received=shape.id in context.received_streams,
                docs=documentation(shape),
                constant=context.stream_constant(shape),
                alias=repr(" | ".join((*alternatives, "UnknownEvent"))),
                kind="ByteEventUnion" if shape.has(BYTE_STREAM) else "EventUnion",
                content=_content(context, shape) if shape.has(BYTE_STREAM) else "",
                events=tuple(
                    (m.name, _named(context, shape, m, _event_parser(context, context.target(m))))
                    for m in events
                ),
                exceptions=tuple(
                    (m.name, _named(context, shape, m, _error_event(context, context.target(m))))
                    for m in errors
                ),
                handlers=tuple(_handler(context, shape, m) for m in shape.members),
                handled=" | ".join(
                    (
                        f"types.{context.class_name(shape.id)}",
                        *dict.fromkeys(f"errors.{context.class_name(m.target)}" for m in errors),
                    )
                ),
                handler_function=handler_function(context, shape),
            )
        )
    return tuple(plans)


def _content(context: Context, stream: Shape) -> str:
    events = (context.target(member) for member in stream.members)
    event, payload = next(
        (event, payload)
        for event in events
        if not event.has(f"{API}error")
        for payload in event.members
        if payload.has(f"{API}eventPayload") and context.target(payload).type == "blob"
    )
    name, value = context.class_name(event.id), context.attribute(event.id, payload.name)
    return f"lambda event: event.{value} if isinstance(event, types.{name}) else None"


def handler_function(context: Context, stream: Shape) -> str:
    """Name of the function that returns the class for handlers of a stream's events."""
    return f"_handler_of_{context.words(stream)}"


def _handler(context: Context, stream: Shape, member: Member) -> EventHandlerPlan:
    module = "errors" if context.target(member).has(f"{API}error") else "types"
    return EventHandlerPlan(
        method=names.handler_method(member.python_name),
        event_type=context.attribute(stream.id, member.name),
        type=f"{module}.{context.class_name(member.target)}",
    )


def _named(context: Context, stream: Shape, member: Member, parser: str) -> str:
    """A parser; one of a class that stands for several members is told the member."""
    if len(context.event_types(member.target)) == 1:
        return parser
    return f"named({context.attribute(stream.id, member.name)!r}, {parser})"


def _error_event(context: Context, shape: Shape) -> str:
    return f"error_event({error_parser(context, shape)})"


def _event_parser(context: Context, shape: Shape) -> str:
    return f"_{context.words(shape)}_event"


def _operation(context: Context, operation: Operation, reader: BodyReader) -> FunctionPlan:
    shape = context.shape(operation.output)
    arguments: list[str] = []
    in_body = False
    for member in shape.members:
        value = _bound(context, operation, shape, member, reader)
        if value is None:
            in_body = True
            value = reader.member(shape, member, "body")
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    name = f"types.{context.class_name(shape.id)}"
    reads_headers = any(header_value(context, shape, member) for member in shape.members)
    lines = ["headers = response.headers.fields"] if reads_headers else []
    if in_body:
        lines.append(f"body = {reader.document(operation)}")
    lines.append(f"return {name}({', '.join(arguments)})")
    return FunctionPlan(
        name=parser_name(operation),
        parameters="response: HttpResponse",
        returns=name,
        docs="",
        lines=tuple(lines),
    )


def _bound(
    context: Context, operation: Operation, shape: Shape, member: Member, reader: BodyReader
) -> str | None:
    """Expression for a member bound to something else than the JSON body, None if it is not."""
    if member.has(f"{API}httpResponseCode"):
        return "response.status"
    if member.has(f"{API}httpPayload"):
        return _payload(context, operation, shape, member, reader)
    return header_value(context, shape, member)


def header_value(
    context: Context, shape: Shape, member: Member, *, corrected: bool = True
) -> str | None:
    """Expression for a member bound to header fields, None if it is not.

    Without `corrected`, a required member that is missing is None.
    """
    prefix = text_trait(member, f"{API}httpPrefixHeaders")
    if prefix is not None:
        return f"prefixed(headers, {prefix.lower()!r})"
    header = text_trait(member, f"{API}httpHeader")
    if header is None:
        return None
    name = repr(header.lower())
    read = _header_reader(context, member)
    instead = default_python(shape, member, context.target(member))
    if instead is None and corrected and is_required(member):
        instead = _HEADER_CORRECTIONS.get(context.target(member).type, "0")
    if instead is None:
        return f"headers.get({name})" if read == "str" else f"header(headers, {name}, {read})"
    if read == "str":
        return f"headers.get({name}, {instead})"
    return f"required_header(headers, {name}, {read}, {instead})"


def _header_reader(context: Context, member: Member) -> str:
    target = context.target(member)
    if target.type == "list":
        item = _text_reader(context, target.members[0])
        return "http_date_list" if item == "as_http_date" else f"list_of_text({item})"
    if member.has(f"{API}mediaType"):
        return "base64_header"
    return _text_reader(context, member)


def _text_reader(context: Context, member: Member) -> str:
    kind = context.target(member).type
    if kind in ("string", "enum"):
        return "str"
    if kind == "boolean":
        return "bool_text"
    if kind in ("float", "double"):
        return "float_text"
    if kind == "timestamp":
        return _TIMESTAMP_TEXT[text_trait(member, f"{API}timestampFormat") or "http-date"]
    return "decimal_text" if kind == "bigDecimal" else "int_text"


def _payload(
    context: Context, operation: Operation, shape: Shape, member: Member, reader: BodyReader
) -> str:
    target = context.target(member)
    if target.id in context.streams:
        constant = context.stream_constant(target)
        made = context.stream_class(target)
        return f"{made}(response, {constant}, operation={operation.name!r})"
    if target.id in context.blob_streams:
        return "StreamingBody(response)"
    if target.type in ("blob", "string", "enum"):
        content = "payload(response)" if target.type == "blob" else "payload_text(response)"
        if is_required(member):
            return content
        default = default_python(shape, member, target)
        # Empty content is what an empty default says already.
        return content if default in ("''", "b''") else f"{content} or {default}"
    return reader.payload(shape, member)


def _error(context: Context, shape: Shape, reader: BodyReader) -> FunctionPlan:
    arguments = [reader.error_message("body")]
    for member in shape.members:
        if is_message(member):
            continue
        value = header_value(context, shape, member, corrected=False)
        value = value or reader.member(shape, member, "body", corrected=False)
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    name = f"errors.{context.class_name(shape.id)}"
    return FunctionPlan(
        name=parser_of_error(context, shape, type(reader)),
        parameters=f"headers: Headers, body: {reader.document_type}",
        returns=name,
        docs="",
        lines=(f"return {name}({', '.join(arguments)})",),
    )


def _event(context: Context, shape: Shape, reader: JsonReader) -> FunctionPlan:
    returns = f"types.{context.class_name(shape.id)}"
    lines: list[str] = []
    if any(not any(map(m.has, _EVENT_BINDINGS)) for m in shape.members):
        lines.append(f"body = json_object(payload{reader.exactness(shape)})")
    arguments: list[str] = []
    for member in shape.members:
        if member.has(f"{API}eventPayload"):
            value = _event_payload(context, member, reader)
        elif member.has(f"{API}eventHeader"):
            value = f"event_header(headers, {member.name!r}, {context.type_of(member.target)})"
            default = default_python(shape, member, context.target(member))
            if default is not None:
                value = f"{value[:-1]}, {default})"
            if default is not None or is_required(member):
                value = f"required_{value}"
        else:
            value = reader.member(shape, member, "body")
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    if len(arguments) == 1 and arguments[0].endswith("=payload"):
        # Streams are mostly made of these, and passing a keyword costs as much as all the rest.
        made = [f"event = object.__new__({returns})", f"event.{arguments[0]}", "return event"]
    else:
        made = [f"return {returns}({', '.join(arguments)})"]
    return FunctionPlan(
        name=_event_parser(context, shape),
        parameters="headers: EventHeaders, payload: bytes",
        returns=returns,
        docs="",
        lines=(*lines, *made),
    )


def _event_payload(context: Context, member: Member, reader: JsonReader) -> str:
    target = context.target(member)
    if target.type == "blob":
        return "payload"
    if target.type in ("string", "enum"):
        return "event_text(payload)"
    value = f"{reader.reader(member)}(json_object(payload{reader.exactness(target)}))"
    if target.type == "union" and not is_required(member):
        # Nothing at all is a structure without members, but no union, which has one.
        return f"{value} if payload else None"
    return value
