"""Plan of `_parsers`: from answers and events to values (Smithy HTTP binding, restJson1)."""

from __future__ import annotations

from collections.abc import Iterable

from codegen import names
from codegen.model import Member, Operation, Shape
from codegen.plan.context import (
    API,
    Context,
    documentation,
    is_message,
    is_required,
    text_trait,
)
from codegen.plan.values import EventUnionPlan, FunctionPlan

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
_TIMESTAMP_JSON = _TIMESTAMP_TEXT | {"epoch-seconds": "as_epoch_seconds"}
_JSON_READERS = {
    "string": "as_str",
    "enum": "as_str",
    "boolean": "as_bool",
    "byte": "as_int",
    "short": "as_int",
    "integer": "as_int",
    "long": "as_int",
    "intEnum": "as_int",
    "bigInteger": "as_int",
    "float": "as_float",
    "double": "as_float",
    "document": "as_document",
    "blob": "as_blob",
}
#: Smithy's client error correction: what a required member counts as when the service leaves it
#: out, as JSON. Numbers and timestamps are 0.
_JSON_CORRECTIONS = {
    "string": '""',
    "enum": '""',
    "boolean": "False",
    "document": "None",
    "blob": '""',
    "list": "[]",
    "map": "{}",
    "structure": "{}",
}
_TIMESTAMP_CORRECTIONS = {
    "date-time": '"1970-01-01T00:00:00Z"',
    "http-date": '"Thu, 01 Jan 1970 00:00:00 GMT"',
}
#: The same for header fields, as Python values.
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
    return f"parse_{names.snake_case(operation.name)}"


def error_parser(context: Context, shape: Shape) -> str:
    """Expression for the function that makes a modelled error."""
    if any(not is_message(member) for member in shape.members):
        return f"_{context.words(shape)}"
    return f"plain_error(errors.{context.class_name(shape.id)})"


def plan_parsers(context: Context) -> tuple[FunctionPlan, ...]:
    """Functions for operations, errors and events, then those for what stands in JSON."""
    reader = JsonReader(context)
    operations = [_operation(context, op, reader) for op in context.service.operations]
    errors = [
        _error(context, shape, reader)
        for shape in map(context.shape, context.service.errors)
        if any(not is_message(member) for member in shape.members)
    ]
    events = {
        member.target: _event(context, context.target(member), reader)
        for stream in sorted(context.streams)
        for member in context.shape(stream).members
        if not context.target(member).has(f"{API}error")
    }
    return (*operations, *errors, *(events[e] for e in sorted(events)), *reader.functions())


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
                docs=documentation(shape),
                constant=context.stream_constant(shape),
                alias=repr(" | ".join((*alternatives, "UnknownEvent"))),
                events=tuple((m.name, _event_parser(context, context.target(m))) for m in events),
                exceptions=tuple(
                    (m.name, f"error_event({error_parser(context, context.target(m))})")
                    for m in errors
                ),
            )
        )
    return tuple(plans)


def _event_parser(context: Context, shape: Shape) -> str:
    return f"_{context.words(shape)}_event"


def _operation(context: Context, operation: Operation, reader: JsonReader) -> FunctionPlan:
    shape = context.shape(operation.output)
    arguments: list[str] = []
    in_body = False
    for member in shape.members:
        value = _bound(context, operation, member, reader)
        if value is None:
            in_body = True
            value = reader.member(member, "body")
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    name = f"types.{context.class_name(shape.id)}"
    lines = ["headers = response.headers"] if any("headers" in a for a in arguments) else []
    if in_body:
        lines.append("body = json_object(payload(response))")
    lines.append(f"return {name}({', '.join(arguments)})")
    return FunctionPlan(
        name=parser_name(operation),
        parameters="response: HttpResponse",
        returns=name,
        docs="",
        lines=tuple(lines),
    )


def _bound(
    context: Context, operation: Operation, member: Member, reader: JsonReader
) -> str | None:
    """Expression for a member bound to something else than the JSON body, None if it is not."""
    if member.has(f"{API}httpResponseCode"):
        return "response.status"
    if member.has(f"{API}httpPayload"):
        return _payload(context, operation, member, reader)
    return header_value(context, member)


def header_value(context: Context, member: Member) -> str | None:
    """Expression for a member bound to header fields, None if it is not."""
    prefix = text_trait(member, f"{API}httpPrefixHeaders")
    if prefix is not None:
        return f"prefixed(headers, {prefix.lower()!r})"
    header = text_trait(member, f"{API}httpHeader")
    if header is None:
        return None
    name = repr(header.lower())
    read = _header_reader(context, member)
    value = f"headers.get({name})" if read == "str" else f"header(headers, {name}, {read})"
    if is_required(member):
        correction = _HEADER_CORRECTIONS.get(context.target(member).type, "0")
        value = (
            f"headers.get({name}, {correction})" if read == "str" else f"{value} or {correction}"
        )
    return value


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
    return "int_text"


def _payload(context: Context, operation: Operation, member: Member, reader: JsonReader) -> str:
    target = context.target(member)
    if target.id in context.streams:
        constant = context.stream_constant(target)
        return f"EventStream(response, {constant}, operation={operation.name!r})"
    optional = "" if is_required(member) else " or None"
    if target.type == "blob":
        return f"payload(response){optional}"
    if target.type in ("string", "enum"):
        return f"payload_text(response){optional}"
    if target.type == "document":
        return "json_value(payload(response))"
    read = reader.reader(member)
    if is_required(member):
        return f"{read}(json_object(payload(response)))"
    return f"optional_payload(response, {read})"


def _error(context: Context, shape: Shape, reader: JsonReader) -> FunctionPlan:
    arguments = ["error_message(body)"]
    for member in shape.members:
        if is_message(member):
            continue
        value = header_value(context, member) or reader.member(member, "body", corrected=False)
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    name = f"errors.{context.class_name(shape.id)}"
    return FunctionPlan(
        name=error_parser(context, shape),
        parameters="headers: Headers, body: Mapping[str, Any]",
        returns=name,
        docs="",
        lines=(f"return {name}({', '.join(arguments)})",),
    )


def _event(context: Context, shape: Shape, reader: JsonReader) -> FunctionPlan:
    returns = f"types.{context.class_name(shape.id)}"
    lines: list[str] = []
    if any(not any(map(m.has, _EVENT_BINDINGS)) for m in shape.members):
        lines.append("body = json_object(payload)")
    arguments: list[str] = []
    for member in shape.members:
        if member.has(f"{API}eventPayload"):
            value = _event_payload(context, member, reader)
        elif member.has(f"{API}eventHeader"):
            value = f"event_header(headers, {member.name!r}, {context.type_of(member.target)})"
            if is_required(member):
                value = f"required_{value}"
        else:
            value = reader.member(member, "body")
        arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    return FunctionPlan(
        name=_event_parser(context, shape),
        parameters="headers: EventHeaders, payload: bytes",
        returns=returns,
        docs="",
        lines=(*lines, f"return {returns}({', '.join(arguments)})"),
    )


def _event_payload(context: Context, member: Member, reader: JsonReader) -> str:
    target = context.target(member)
    if target.type == "blob":
        return "payload"
    if target.type in ("string", "enum"):
        return "event_text(payload)"
    return f"{reader.reader(member)}(json_object(payload))"


def _json_correction(context: Context, member: Member) -> str:
    kind = context.target(member).type
    if kind == "timestamp":
        chosen = text_trait(member, f"{API}timestampFormat") or ""
        return _TIMESTAMP_CORRECTIONS.get(chosen, "0")
    return _JSON_CORRECTIONS.get(kind, "0")


class JsonReader:
    """Plans expressions that read typed values out of JSON, and the functions they need."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._functions: dict[str, FunctionPlan | None] = {}

    def functions(self) -> Iterable[FunctionPlan]:
        """Every function that was asked for, by name."""
        plans = [plan for plan in self._functions.values() if plan is not None]
        return sorted(plans, key=lambda plan: plan.name)

    def member(self, member: Member, body: str, *, corrected: bool = True) -> str:
        """Expression for a member of the JSON object `body`."""
        key = text_trait(member, f"{API}jsonName") or member.name
        read = self.reader(member)
        if corrected and is_required(member):
            correction = _json_correction(self._context, member)
            return f"required_member({body}, {key!r}, {read}, {correction})"
        return f"member({body}, {key!r}, {read})"

    def reader(self, member: Member) -> str:
        """Name of a function that reads a value of the member's target."""
        target = self._context.target(member)
        if target.type == "timestamp":
            return _TIMESTAMP_JSON[text_trait(member, f"{API}timestampFormat") or "epoch-seconds"]
        if target.type in ("list", "map", "structure"):
            return self._function(target)
        return _JSON_READERS[target.type]

    def _function(self, shape: Shape) -> str:
        name = f"_read_{self._context.words(shape)}"
        if shape.id not in self._functions:
            self._functions[shape.id] = None  # known from here on: shapes may contain themselves
            plan = self._structure if shape.type == "structure" else self._container
            self._functions[shape.id] = plan(name, shape)
        return name

    def _structure(self, name: str, shape: Shape) -> FunctionPlan:
        context = self._context
        returns = f"types.{context.class_name(shape.id)}"
        arguments = [
            f"{context.attribute(shape.id, member.name)}={self.member(member, 'body')}"
            for member in shape.members
        ]
        first = ["body = as_object(value)"] if arguments else ["as_object(value)"]
        return FunctionPlan(
            name=name,
            parameters="value: object",
            returns=returns,
            docs="",
            lines=(*first, f"return {returns}({', '.join(arguments)})"),
        )

    def _container(self, name: str, shape: Shape) -> FunctionPlan:
        function = "read_list" if shape.type == "list" else "read_map"
        if shape.has(f"{API}sparse"):
            function = f"read_sparse_{shape.type}"
        item = self.reader(shape.members[-1])
        return FunctionPlan(
            name=name,
            parameters="value: object",
            returns=self._context.type_of(shape.id),
            docs="",
            lines=(f"return {function}(value, {item})",),
        )
