"""awsQuery: a form to the path `/`, and XML back. HTTP bindings mean nothing in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.model import Member, Operation, Service, Shape
from codegen.plan.context import API, Context, is_message
from codegen.plan.parts import FunctionPlan
from codegen.plan.protocols.values import Protocol
from codegen.plan.query_write import QueryWriter
from codegen.plan.requests import serializer_name
from codegen.plan.responses import parser_name
from codegen.plan.xml_names import is_flattened, xml_name
from codegen.plan.xml_read import XmlReader

_ERROR = "aws.protocols#awsQueryError"


def _serializers(context: Context) -> tuple[FunctionPlan, ...]:
    writer = QueryWriter(context)
    operations = [_serializer(context, op, writer) for op in context.service.operations]
    return (*operations, *writer.functions())


def _serializer(context: Context, operation: Operation, writer: QueryWriter) -> FunctionPlan:
    shape = context.shape(operation.input)
    first = [("Action", operation.name), ("Version", context.service.version)]
    lines = writer.member_lines(shape, "params")
    return FunctionPlan(
        name=serializer_name(operation),
        parameters=(f"{'params' if lines else '_params'}: types.{context.class_name(shape.id)}"),
        returns="HttpRequest",
        docs=_request_line(operation),
        lines=(f"form: Form = {first!r}", *lines, "return query_request(form)"),
    )


def _parsers(context: Context) -> tuple[FunctionPlan, ...]:
    reader = XmlReader(context)
    operations = [_parser(context, op, reader) for op in context.service.operations]
    errors = [
        _error(context, shape, reader)
        for shape in map(context.shape, context.service.errors)
        if any(not is_message(member) for member in shape.members)
    ]
    return (*operations, *errors, *reader.functions())


def _parser(context: Context, operation: Operation, reader: XmlReader) -> FunctionPlan:
    shape = context.shape(operation.output)
    arguments = [
        f"{context.attribute(shape.id, member.name)}={reader.member(shape, member, 'result')}"
        for member in shape.members
    ]
    found = f"query_result(response, {f'{operation.name}Result'!r})"
    made = f"types.{context.class_name(shape.id)}"
    return FunctionPlan(
        name=parser_name(operation),
        parameters="response: HttpResponse",
        returns=made,
        docs="",
        lines=(
            f"result = {found}" if arguments else found,
            f"return {made}({', '.join(arguments)})",
        ),
    )


def _error_parser(context: Context, shape: Shape) -> str:
    if any(not is_message(member) for member in shape.members):
        return f"_{context.words(shape)}"
    return f"plain_query_error(errors.{context.class_name(shape.id)})"


def _error(context: Context, shape: Shape, reader: XmlReader) -> FunctionPlan:
    arguments = ["query_error_message(error)"]
    for member in shape.members:
        if not is_message(member):
            value = reader.member(shape, member, "error", corrected=False)
            arguments.append(f"{context.attribute(shape.id, member.name)}={value}")
    name = f"errors.{context.class_name(shape.id)}"
    return FunctionPlan(
        name=_error_parser(context, shape),
        parameters="_headers: Headers, error: Element",
        returns=name,
        docs="",
        lines=(f"return {name}({', '.join(arguments)})",),
    )


def _error_code(shape: Shape) -> str:
    trait = shape.traits.get(_ERROR)
    code = trait.get("code") if isinstance(trait, Mapping) else None
    return code if isinstance(code, str) else shape.name


def _error_reader(_service: Service) -> str:
    return "query_error"


def _refused(service: Service) -> Iterator[Fault]:
    advice = "leave the operations that need it out of package.toml's `operations`"
    documents = {shape.id for shape in service.shapes.values() if shape.type == "document"}
    for shape in service.shapes.values():
        for member in shape.members:
            if member.target in documents:
                where, message = f"{shape.id}${member.name}", "a document has no form in awsQuery"
                yield Fault(member.source.file, member.source.pointer, where, message, advice)
        reason = None
        if shape.has(f"{API}streaming"):
            reason = "awsQuery has no streams"
        elif shape.has(f"{API}sparse"):
            reason = "a list or map with nulls in it has no form in awsQuery"
        if reason is not None:
            yield Fault(shape.source.file, shape.source.pointer, shape.id, reason, advice)


def _place(context: Context, member: Member) -> str:
    target = context.target(member)
    flat = is_flattened(member)
    names = list(map(xml_name, target.members)) if target.type in ("list", "map") else []
    if target.type == "list":
        return f"field {xml_name(member)}{'' if flat else f'.{names[0]}'}.N"
    if target.type == "map":
        entry = f"{xml_name(member)}{'' if flat else '.entry'}.N"
        return f"fields {entry}.{names[0]} and {entry}.{names[1]}"
    kind = "attribute" if member.has(f"{API}xmlAttribute") else "field"
    return f"{kind} {xml_name(member)}"


def _request_line(operation: Operation) -> str:
    return f"POST / with Action={operation.name}"


PROTOCOL: Final = Protocol(
    serializers=_serializers,
    parsers=_parsers,
    error_parser=_error_parser,
    error_code=_error_code,
    error_reader=_error_reader,
    refused=_refused,
    place=_place,
    request_line=_request_line,
    writes_answers=False,
)
