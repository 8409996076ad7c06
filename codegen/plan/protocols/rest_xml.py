"""restXml: HTTP bindings, and XML in the bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegen.faults import Fault
from codegen.model import Member, Service, Shape
from codegen.plan.context import API, Context, is_event_stream
from codegen.plan.parts import FunctionPlan
from codegen.plan.protocols.rest_json import PROTOCOL as REST_JSON_PROTOCOL
from codegen.plan.protocols.values import Protocol
from codegen.plan.requests import plan_requests
from codegen.plan.responses import parser_of_error, plan_messages
from codegen.plan.xml_names import is_flattened, xml_name
from codegen.plan.xml_read import XmlReader
from codegen.plan.xml_write import XmlWriter


def _serializers(context: Context) -> tuple[FunctionPlan, ...]:
    writer = XmlWriter(context)
    return (*plan_requests(context, writer), *writer.functions())


def _parsers(context: Context) -> tuple[FunctionPlan, ...]:
    reader = XmlReader(context)
    return (*plan_messages(context, reader), *reader.functions())


def _error_parser(context: Context, shape: Shape) -> str:
    return parser_of_error(context, shape, XmlReader)


def _error_reader(_service: Service) -> str:
    return "query_error"


def _refused(service: Service) -> Iterator[Fault]:
    advice = "leave the operations that need it out of package.toml's `operations`"
    for shape in service.shapes.values():
        reason = None
        if shape.type == "document":
            reason = "a document has no form in restXml"
        elif is_event_stream(shape):
            reason = "events with XML in them are not read yet"
        elif shape.has(f"{API}sparse"):
            reason = "a list or map with nulls in it has no form in restXml"
        if reason is not None:
            yield Fault(shape.source.file, shape.source.pointer, shape.id, reason, advice)


def _place(context: Context, member: Member) -> str:
    place = REST_JSON_PROTOCOL.place(context, member)
    if not place.startswith("field "):
        return place
    target = context.target(member)
    kind = "attribute" if member.has(f"{API}xmlAttribute") else "element"
    flat = "" if target.type not in ("list", "map") or is_flattened(member) else " with items"
    return f"{kind} {xml_name(member)}{flat}"


PROTOCOL: Final = Protocol(
    serializers=_serializers,
    parsers=_parsers,
    error_parser=_error_parser,
    error_code=REST_JSON_PROTOCOL.error_code,
    error_reader=_error_reader,
    refused=_refused,
    place=_place,
    request_line=REST_JSON_PROTOCOL.request_line,
    writes_answers=False,
)
