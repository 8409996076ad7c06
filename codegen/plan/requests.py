"""Plan of `_serializers`: from input structures to requests (Smithy HTTP binding)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from codegen import names
from codegen.model import Member, Operation, Shape
from codegen.plan.bodies import BodyWriter
from codegen.plan.context import API, Context, http_trait, text_trait
from codegen.plan.customizations import constant_headers, label_default
from codegen.plan.defaults import is_set
from codegen.plan.events import plan_event_functions
from codegen.plan.json_write import JsonWriter
from codegen.plan.parts import FunctionPlan

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")
_BINDINGS = tuple(
    f"{API}{name}"
    for name in ("httpLabel", "httpHeader", "httpPrefixHeaders", "httpQuery", "httpQueryParams")
)
_PAYLOAD_TYPES = {
    "blob": "application/octet-stream",
    "string": "text/plain",
    "enum": "text/plain",
}
_TIMESTAMP_TEXT = {
    "http-date": "http_date",
    "date-time": "date_time",
    "epoch-seconds": "epoch_seconds_text",
}


def serializer_name(operation: Operation) -> str:
    """Name of the function that serializes an operation."""
    return f"serialize_{names.snake_case(operation.python_name)}"


def plan_serializers(context: Context) -> tuple[FunctionPlan, ...]:
    """Functions for operations and events, then those for what is written as JSON."""
    writer = JsonWriter(context)
    events = plan_event_functions(context, writer)
    return (*plan_requests(context, writer), *events, *writer.functions())


def plan_requests(context: Context, writer: BodyWriter) -> tuple[FunctionPlan, ...]:
    """Functions for operations."""
    return tuple(_serializer(context, op, writer) for op in context.service.operations)


def _serializer(context: Context, operation: Operation, writer: BodyWriter) -> FunctionPlan:
    method, uri = http_trait(operation)
    shape = context.shape(operation.input)
    lines = [f"path = {_path(context, shape, uri)}", "headers: dict[str, str] = {}"]
    constant = constant_headers(context.service)
    lines += [f"headers[{name!r}] = {value!r}" for name, value in constant]
    body, body_lines = _body(context, shape, writer)
    lines += body_lines
    lines += _headers(context, shape)
    query_lines = _query(context, shape, uri.partition("?")[2])
    lines += query_lines
    target = "with_query(path, query)" if query_lines else "path"
    lines.append(f"return HttpRequest({method!r}, {target}, Headers.checked(headers){body})")
    return FunctionPlan(
        name=serializer_name(operation),
        parameters=f"params: types.{context.class_name(shape.id)}",
        returns="HttpRequest",
        docs=f"{method} {uri}",
        lines=tuple(lines),
    )


def _path(context: Context, shape: Shape, template: str) -> str:
    members = {member.name: member for member in shape.members}

    def replace(match: re.Match[str]) -> str:
        member = members[match[1]]
        name = context.attribute(shape.id, member.name)
        function = "greedy_label" if match[2] else "label"
        text = text_expression(context, member, f"params.{name}", default_format="date-time")
        default = label_default(context.service, member)
        text += "" if default is None else f" or {default!r}"
        return f"{{{function}('{name}', {text})}}"

    literal = template.replace("\\", "\\\\").replace('"', '\\"')
    made = _LABEL.sub(replace, literal)
    return f'f"{made}"' if made != literal else f'"{literal}"'


def _headers(context: Context, shape: Shape) -> list[str]:
    lines: list[str] = []
    for member in shape.members:
        value = f"params.{context.attribute(shape.id, member.name)}"
        header = text_trait(member, f"{API}httpHeader")
        prefix = text_trait(member, f"{API}httpPrefixHeaders")
        if header is not None:
            text = _header_text(context, member, value)
            statement = f"headers[{header.lower()!r}] = {text}"
            if is_set(shape, member):
                lines.append(statement)
            else:
                lines += [f"if {value} is not None:", f"    {statement}"]
        elif prefix is not None:
            lines += [
                f"for name, value in ({value} or {{}}).items():",
                f"    headers.setdefault({prefix.lower()!r} + name.lower(), value)",
            ]
    return lines


def _header_text(context: Context, member: Member, value: str) -> str:
    target = context.target(member)
    if target.type == "list":
        item = target.members[0]
        if context.target(item).type in ("string", "enum"):
            return f"header_list({value})"
        text = text_expression(context, item, "item", default_format="http-date")
        return f'", ".join({text} for item in {value})'
    if member.has(f"{API}mediaType"):
        return f"base64_text({value}.encode())"
    return text_expression(context, member, value, default_format="http-date")


def _query(context: Context, shape: Shape, literal: str) -> list[str]:
    lines: list[str] = []
    for member in shape.members:
        key = text_trait(member, f"{API}httpQuery")
        if key is None:
            continue
        value = f"params.{context.attribute(shape.id, member.name)}"
        target = context.target(member)
        if target.type == "list":
            text = text_expression(context, target.members[0], "item", default_format="date-time")
            lines.append(f"query += [({key!r}, {text}) for item in {value} or ()]")
            continue
        text = text_expression(context, member, value, default_format="date-time")
        statement = f"query.append(({key!r}, {text}))"
        if is_set(shape, member):
            lines.append(statement)
        else:
            lines += [f"if {value} is not None:", f"    {statement}"]
    for member in shape.members:
        if member.has(f"{API}httpQueryParams"):
            value = f"params.{context.attribute(shape.id, member.name)}"
            taken = [unquote(pair.partition("=")[0]) for pair in literal.split("&") if pair]
            listed = f", {taken!r}" if taken else ""
            lines.append(f"add_query_params(query, {value} or {{}}{listed})")
    return ["query: list[tuple[str, str]] = []", *lines] if lines else []


def text_expression(context: Context, member: Member, value: str, *, default_format: str) -> str:
    """Expression for a simple value as text; blobs and documents have none."""
    kind = context.target(member).type
    if kind in ("string", "enum"):
        return value
    if kind == "boolean":
        return f"boolean_text({value})"
    if kind in ("float", "double"):
        return f"number_text({value})"
    if kind == "timestamp":
        chosen = text_trait(member, f"{API}timestampFormat") or default_format
        return f"{_TIMESTAMP_TEXT[chosen]}({value})"
    return f"str({value})"


def _body(context: Context, shape: Shape, writer: BodyWriter) -> tuple[str, list[str]]:
    """The last argument of the request (with its comma), and the statements before it."""
    payload = next((m for m in shape.members if m.has(f"{API}httpPayload")), None)
    if payload is not None:
        return _payload(context, shape, payload, writer)
    members = [m for m in shape.members if not any(map(m.has, _BINDINGS))]
    if not members:
        return "", []
    body, lines = writer.document(shape, members)
    return f", {body}", [f'headers["content-type"] = {writer.media_type!r}', *lines]


def _payload(
    context: Context, shape: Shape, member: Member, writer: BodyWriter
) -> tuple[str, list[str]]:
    target = context.target(member)
    value = f"params.{context.attribute(shape.id, member.name)}"
    if target.id in context.streams:
        lines = ['headers["content-type"] = "application/vnd.amazon.eventstream"']
        return f", EventBody({value}, {context.stream_constant(target)})", lines
    media_type = text_trait(member, f"{API}mediaType")
    media_type = media_type or _PAYLOAD_TYPES.get(target.type, writer.media_type)
    content_type = f'headers["content-type"] = {media_type!r}'
    empty = writer.empty_payload(member)
    if empty is not None and not is_set(shape, member):
        written = f"{empty} if {value} is None else {writer.payload(member, value)}"
        return f", {written}", [content_type]
    if target.type == "blob":
        encoded = value
    elif target.type in ("string", "enum"):
        encoded = f"{value}.encode()"
    else:
        encoded = writer.payload(member, value)
    if is_set(shape, member):
        return f", {encoded}", [content_type]
    # Without a body there is nothing whose type could be told.
    lines = [f"if {value} is not None:", f"    {content_type}"]
    return f', b"" if {value} is None else {encoded}', lines
