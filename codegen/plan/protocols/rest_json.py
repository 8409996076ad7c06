"""restJson1: HTTP bindings, and JSON in the bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegen.faults import Fault
from codegen.model import Member, Operation, Service, Shape
from codegen.plan.context import API, Context, http_trait, text_trait
from codegen.plan.protocols.values import Protocol
from codegen.plan.requests import plan_serializers
from codegen.plan.responses import error_parser, plan_parsers
from codegen.traits import QUERY_COMPATIBLE

_LOCATIONS = {
    "httpHeader": "header",
    "httpPrefixHeaders": "headers beginning with",
    "httpQuery": "query parameter",
    "httpQueryParams": "all query parameters",
    "httpLabel": "label",
    "httpPayload": "payload",
    "httpResponseCode": "status",
    "eventHeader": "event header",
    "eventPayload": "event payload",
}
_NAMED = {"httpLabel", "eventHeader"}
"""Locations in which the member's own name is on the wire."""


def _error_reader(service: Service) -> str | None:
    return "query_compatible_error" if QUERY_COMPATIBLE in service.traits else None


def _refused(_service: Service) -> Iterator[Fault]:
    yield from ()


def _place(_context: Context, member: Member) -> str:
    for trait, place in _LOCATIONS.items():
        if member.has(f"{API}{trait}"):
            name = member.name if trait in _NAMED else text_trait(member, f"{API}{trait}") or ""
            return f"{place} {name}".rstrip()
    return f"field {text_trait(member, f'{API}jsonName') or member.name}"


def _request_line(operation: Operation) -> str:
    method, uri = http_trait(operation)
    return f"{method} {uri}"


def _error_code(shape: Shape) -> str:
    return shape.name


PROTOCOL: Final = Protocol(
    serializers=plan_serializers,
    parsers=plan_parsers,
    error_parser=error_parser,
    error_code=_error_code,
    error_reader=_error_reader,
    refused=_refused,
    place=_place,
    request_line=_request_line,
    writes_answers=True,
)
