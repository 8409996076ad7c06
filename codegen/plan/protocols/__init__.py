"""The protocols that clients speak. A new one is a module here, listed in `PROTOCOLS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from codegen.model import Service
from codegen.plan.protocols import aws_query, rest_json, rest_xml
from codegen.plan.protocols.values import Protocol
from codegen.traits import AWS_QUERY, REST_JSON, REST_XML, spoken

__all__ = ["PROTOCOLS", "Protocol", "protocol_of"]

PROTOCOLS: Final[Mapping[str, Protocol]] = {
    REST_JSON: rest_json.PROTOCOL,
    AWS_QUERY: aws_query.PROTOCOL,
    REST_XML: rest_xml.PROTOCOL,
}
"""By trait; a test holds that these are the `SPOKEN` of `codegen.traits`."""


def protocol_of(service: Service) -> Protocol:
    """The protocol that a client of a resolved service speaks."""
    return PROTOCOLS[spoken(service.traits) or REST_JSON]
