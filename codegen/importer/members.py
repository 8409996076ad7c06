"""Members of a structure: where they travel in the HTTP message, and what is said about them."""

from __future__ import annotations

from codegen.importer.constraints import common_traits
from codegen.importer.reading import JsonObject, Part
from codegen.importer.scope import Scope, drop_xml, namespace_traits

_MARKS = {
    "endpointdiscoveryid": "aws.api#clientEndpointDiscoveryId",
    "eventheader": "smithy.api#eventHeader",
    "eventpayload": "smithy.api#eventPayload",
    "hostLabel": "smithy.api#hostLabel",
    "idempotencyToken": "smithy.api#idempotencyToken",
}
"""Marks of a member that are a trait without a value."""


def import_member(
    container: str, name: str, part: Part, scope: Scope, *, required: bool, payload: bool
) -> JsonObject:
    """A member of the structure `container`; `payload` says that it is the whole body."""
    part.skip("documentation", "box")
    traits = common_traits(part)
    traits |= {trait: {} for mark, trait in _MARKS.items() if part.flag(mark)}
    in_body = part.text("location") is None
    if scope.is_xml and in_body:
        if not scope.is_query:
            traits |= namespace_traits(part)
        traits |= _element(name, part, scope)
        if payload:
            traits["smithy.api#httpPayload"] = {}
    elif scope.is_query:
        traits |= _element(name, part, scope)
    else:
        traits |= _binding(name, part, scope, payload=payload)
    part.skip("flattened")
    drop_xml(part)
    if required:
        traits["smithy.api#required"] = {}
    if (context := part.part("contextParam")) is not None:
        traits["smithy.rules#contextParam"] = {"name": context.expect_text("name")}
    member = _target(container, name, part, scope)
    if traits:
        member["traits"] = dict(sorted(traits.items()))
    return member


def _element(name: str, part: Part, scope: Scope) -> JsonObject:
    """How the member looks in XML, and in the name of a parameter.

    botocore calls a list without an element of its own after its items, Smithy after the member.
    """
    part.skip("location")
    traits: JsonObject = {}
    wire_name = part.text("locationName") or name
    shape = part.text("shape") or ""
    if part.flag("flattened") or shape in scope.flattened:
        traits["smithy.api#xmlFlattened"] = {}
        wire_name = scope.flattened.get(shape) or wire_name
    if part.flag("xmlAttribute"):
        traits["smithy.api#xmlAttribute"] = {}
    if wire_name != name:
        traits["smithy.api#xmlName"] = wire_name
    return traits


def _binding(name: str, part: Part, scope: Scope, *, payload: bool) -> JsonObject:
    """The HTTP binding, or the name in a JSON body where it is not the member's own."""
    location, wire_name = part.text("location"), part.text("locationName")
    match location:
        case None if payload:
            return {"smithy.api#httpPayload": {}}
        case None:
            renamed = wire_name is not None and wire_name != name
            return {"smithy.api#jsonName": wire_name} if renamed else {}
        case "uri":
            return {"smithy.api#httpLabel": {}}
        case "header":
            return {"smithy.api#httpHeader": wire_name or name}
        case "headers":
            return {"smithy.api#httpPrefixHeaders": wire_name or ""}
        case "querystring" if scope.kinds.get(part.text("shape") or "") == "map":
            return {"smithy.api#httpQueryParams": {}}
        case "querystring":
            return {"smithy.api#httpQuery": wire_name or name}
        case "statusCode":
            return {"smithy.api#httpResponseCode": {}}
        case _:
            part.fault(f"{location!r} is not a known location", key="location")
            return {}


def _target(container: str, name: str, part: Part, scope: Scope) -> JsonObject:
    """What a member refers to.

    Smithy writes media type, streaming and enum values on shapes only, botocore on members as well:
    such a member gets a shape of its own.
    """
    shape = part.expect_text("shape")
    values = part.texts("enum")
    streaming, sized = part.flag("streaming"), part.flag("requiresLength")
    if part.flag("jsonvalue"):
        if scope.kinds.get(shape) not in ("string", "blob"):
            part.fault("only a string or blob can hold JSON text", key="jsonvalue")
        media_type: JsonObject = {"smithy.api#mediaType": "application/json"}
        return scope.derive(f"SynthesizedJson{shape}", shape, media_type, part)
    if streaming or sized:
        traits: JsonObject = {"smithy.api#streaming": {}}
        if sized:
            traits["smithy.api#requiresLength"] = {}
        return scope.derive(f"{'Sized' if sized else ''}Streaming{shape}", shape, traits, part)
    if values:
        return scope.derive(f"{container}{name[:1].upper()}{name[1:]}", shape, {}, part, values)
    return scope.target(part, "shape")
