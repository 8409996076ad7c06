"""Where the traits of Smithy's prelude go, and how their values look; and some traits of AWS.

Where a value has rules that need more than the value (the URI of `http`, the target of a header),
these are in the module for it, and the entry here is wider. Source: the Smithy 2.0 prelude.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from codegen.model import (
    BYTE_STREAM,
    PYTHON_NAME,
    RETRYABLE_VALUES,
    SESSIONS,
    STORED_RESULT,
)
from codegen.validation.places import (
    Place,
    anywhere,
    either,
    member_of,
    not_on,
    on,
    on_or_to,
)
from codegen.validation.rules import (
    API,
    COLLECTIONS,
    DATA,
    NUMBERS,
    SIMPLE,
    STRINGS,
)
from codegen.validation.schemas import (
    Schema,
    anything,
    boolean,
    choice,
    entries,
    items,
    matching,
    name,
    number,
    ordered,
    record,
    shape_id,
    text,
    whole,
)
from codegen.validation.structure import IDENTIFIER


@dataclass(frozen=True, slots=True)
class TraitRule:
    """What a trait demands."""

    place: Place
    value: Schema
    conflicts: frozenset[str] = frozenset()
    exclusive: Literal["", "member", "target"] = ""
    """Whether one member of a structure at most has it, or targets a shape that has it."""


def _rule(
    place: Place,
    value: Schema | None = None,
    *,
    conflicts: str = "",
    exclusive: Literal["", "member", "target"] = "",
) -> TraitRule:
    others = frozenset(API + other for other in conflicts.split())
    return TraitRule(place, value or record(), others, exclusive)


_SERVICE = on("service")
_OPERATION = on("operation")
_STRUCTURE = on("structure")
_SHAPES = on(*DATA)
_MEMBER = member_of("structure")
_TEXT = member_of("structure", to=STRINGS)
_RESPONSE_CODE = Place(
    f"a member of a structure without {API}input",
    lambda site: _MEMBER.holds(site) and f"{API}input" not in site.shape.traits,
)
_ERROR = on("structure", having=f"{API}error")
_ERROR_TEXT = Place(
    f"a member of a structure with {API}error that targets a string",
    lambda site: _TEXT.holds(site) and f"{API}error" in site.shape.traits,
)
_DEFINED = on(*DATA, having=f"{API}trait")
_LENGTHY = (*COLLECTIONS, *STRINGS, "blob")
_XML_NAME = r"[a-zA-Z_][a-zA-Z_0-9-]*"

_PRELUDE: Final[Mapping[str, TraitRule]] = {
    "addedDefault": _rule(member_of("structure", having=f"{API}default")),
    "auth": _rule(on("service", "operation"), items(shape_id(), unique=True)),
    "authDefinition": _rule(
        on("structure", having=f"{API}trait"), record(traits=items(shape_id()))
    ),
    "clientOptional": _rule(_MEMBER),
    "cors": _rule(
        _SERVICE,
        record(
            origin=name(),
            maxAge=whole(),
            additionalAllowedHeaders=items(name()),
            additionalExposedHeaders=items(name()),
        ),
    ),
    "default": _rule(
        either(on(*SIMPLE, *COLLECTIONS), member_of("structure", to=SIMPLE | COLLECTIONS)),
        anything(),
    ),
    "deprecated": _rule(anywhere(), record(message=text(), since=text())),
    "documentation": _rule(anywhere(), text()),
    "endpoint": _rule(_OPERATION, record({"hostPrefix": name()})),
    "enum": _rule(
        on("string"),
        items(
            record(
                {"value": name()},
                name=matching("a name", "[a-zA-Z_]+[a-zA-Z_0-9]*"),
                documentation=text(),
                tags=items(name()),
                deprecated=boolean(),
            ),
            least=1,
        ),
    ),
    "enumValue": _rule(member_of("enum", "intEnum"), anything()),
    "error": _rule(_STRUCTURE, choice("client", "server"), conflicts="trait"),
    "eventHeader": _rule(_MEMBER, conflicts="eventPayload"),
    "eventPayload": _rule(_MEMBER, conflicts="eventHeader", exclusive="member"),
    "examples": _rule(
        _OPERATION,
        items(record({"title": text()}, documentation=text(), allowConstraintErrors=boolean())),
    ),
    "externalDocumentation": _rule(
        anywhere(), entries(matching("a URL", r"[A-Za-z][A-Za-z0-9+.-]*:(?s:.)*"), least=1)
    ),
    "hostLabel": _rule(member_of("structure", to=STRINGS, having=f"{API}required")),
    "http": _rule(_OPERATION, record({"method": name(), "uri": name()}, code=whole(100, 999))),
    "httpApiKeyAuth": _rule(
        _SERVICE,
        record({"name": name(), "in": choice("header", "query")}, scheme=name()),
    ),
    "httpBasicAuth": _rule(_SERVICE),
    "httpBearerAuth": _rule(_SERVICE),
    "httpChecksumRequired": _rule(_OPERATION),
    "httpDigestAuth": _rule(_SERVICE),
    "httpError": _rule(_ERROR, whole(100, 599)),
    "httpHeader": _rule(_MEMBER, name()),
    "httpLabel": _rule(_MEMBER),
    "httpPayload": _rule(_MEMBER, exclusive="member"),
    "httpPrefixHeaders": _rule(_MEMBER, text(), exclusive="member"),
    "httpQuery": _rule(_MEMBER, name()),
    "httpQueryParams": _rule(_MEMBER, exclusive="member"),
    "httpResponseCode": _rule(_RESPONSE_CODE, exclusive="member"),
    "idRef": _rule(
        on_or_to(*STRINGS),
        record(selector=text(), failWhenMissing=boolean(), errorMessage=text()),
    ),
    "idempotencyToken": _rule(member_of("structure", to=STRINGS), exclusive="member"),
    "idempotent": _rule(
        _OPERATION,
        record(exists=items(shape_id()), notFound=items(shape_id())),
        conflicts="readonly",
    ),
    "input": _rule(_STRUCTURE, conflicts="output error"),
    "internal": _rule(anywhere()),
    "jsonName": _rule(member_of("structure", "union"), text()),
    "length": _rule(on_or_to(*_LENGTHY), ordered(whole(0))),
    "longPoll": _rule(_OPERATION, record({"timeoutMillis": whole(1)})),
    "mediaType": _rule(on("blob", *STRINGS), text()),
    "metadata": _rule(_SHAPES, record({"key": name()})),
    "mixin": _rule(not_on(), record(localTraits=items(shape_id()))),
    "nestedProperties": _rule(member_of("structure", to=("structure",)), exclusive="member"),
    "noReplace": _rule(on("resource")),
    "notProperty": _rule(either(_MEMBER, _DEFINED)),
    "optionalAuth": _rule(_OPERATION),
    "output": _rule(_STRUCTURE, conflicts="input error"),
    "paginated": _rule(
        on("service", "operation"),
        record(inputToken=name(), outputToken=name(), items=name(), pageSize=name()),
    ),
    "pattern": _rule(on_or_to(*STRINGS), text()),
    "private": _rule(anywhere()),
    "property": _rule(_MEMBER, record(name=text()), conflicts="resourceIdentifier"),
    "protocolDefinition": _rule(
        on("structure", having=f"{API}trait"),
        record(traits=items(shape_id()), noInlineDocumentSupport=boolean()),
    ),
    "range": _rule(on_or_to(*NUMBERS), ordered(number())),
    "readonly": _rule(_OPERATION, conflicts="idempotent"),
    "recommended": _rule(_MEMBER, record(reason=text()), conflicts="required"),
    "references": _rule(
        on("structure", *STRINGS),
        items(record({"resource": name()}, ids=entries(name()), service=name(), rel=name())),
    ),
    "requestCompression": _rule(
        _OPERATION, record({"encodings": items(matching("gzip", "(?i:gzip)"), least=1)})
    ),
    "required": _rule(_MEMBER),
    "requiresLength": _rule(on("blob", having=f"{API}streaming")),
    "resourceIdentifier": _rule(
        member_of("structure", to=STRINGS, having=f"{API}required"), name()
    ),
    "retryable": _rule(_ERROR, record(throttling=boolean())),
    "sensitive": _rule(not_on("service", "operation", "resource")),
    "since": _rule(anywhere(), text()),
    "sparse": _rule(on(*COLLECTIONS)),
    "streaming": _rule(on("blob", "union"), exclusive="target"),
    "suppress": _rule(anywhere(), items(name())),
    "tags": _rule(anywhere(), items(text())),
    "timestampFormat": _rule(
        on_or_to("timestamp"), choice("date-time", "http-date", "epoch-seconds")
    ),
    "title": _rule(anywhere(), text()),
    "trait": _rule(
        _SHAPES,
        record(
            selector=text(),
            structurallyExclusive=choice("member", "target"),
            conflicts=items(shape_id()),
            breakingChanges=items(
                record(
                    {"change": choice("update", "add", "remove", "presence", "any")},
                    path=text(),
                    severity=choice("NOTE", "WARNING", "DANGER", "ERROR"),
                    message=text(),
                ),
                least=1,
            ),
        ),
    ),
    "traitValidators": _rule(
        _DEFINED,
        entries(
            record(
                {"selector": text()},
                message=text(),
                severity=choice("NOTE", "WARNING", "DANGER", "ERROR"),
            )
        ),
    ),
    "uniqueItems": _rule(on("list"), conflicts="sparse"),
    "unitType": _rule(Place(f"{API}Unit", lambda site: site.shape.id == f"{API}Unit")),
    "unstable": _rule(anywhere()),
    "xmlAttribute": _rule(
        member_of("structure", to=NUMBERS | STRINGS | {"boolean", "timestamp"}),
        conflicts="xmlNamespace",
    ),
    "xmlFlattened": _rule(member_of("structure", "union", to=COLLECTIONS)),
    "xmlName": _rule(
        either(on("structure", "union"), member_of()),
        matching("the name of an XML element", rf"{_XML_NAME}(:{_XML_NAME})?"),
    ),
    "xmlNamespace": _rule(
        either(on("service", *DATA), member_of()),
        record({"uri": name()}, prefix=matching("a prefix of XML", _XML_NAME)),
        conflicts="xmlAttribute",
    ),
}

_NAMED = ("structure", "union", "enum", "intEnum")

TRAIT_RULES: Final[Mapping[str, TraitRule]] = {
    **{API + trait: rule for trait, rule in _PRELUDE.items()},
    "aws.api#clientDiscoveredEndpoint": _rule(_OPERATION, record({"required": boolean()})),
    "aws.api#clientEndpointDiscovery": _rule(
        _SERVICE, record({"operation": shape_id()}, error=shape_id())
    ),
    "aws.api#clientEndpointDiscoveryId": _rule(
        member_of("structure", to=STRINGS, having=f"{API}required")
    ),
    "aws.api#service": _rule(_SERVICE, record({"sdkId": text()}, arnNamespace=text())),
    "aws.auth#sigv4": _rule(_SERVICE, record({"name": name()})),
    "aws.auth#sigv4a": _rule(_SERVICE, record({"name": name()})),
    "aws.auth#unsignedPayload": _rule(_OPERATION),
    PYTHON_NAME: _rule(
        either(on("operation", "list", "map", *_NAMED), member_of(*_NAMED)),
        matching("a name of letters, digits and _", IDENTIFIER.pattern),
    ),
    BYTE_STREAM: _rule(on("union", having=f"{API}streaming"), record()),
    RETRYABLE_VALUES: _rule(_ERROR_TEXT, items(name(), least=1, unique=True)),
    SESSIONS: _rule(
        _SERVICE,
        record(
            {
                "id": name(),
                "new": name(),
                "opened": name(),
                "closed": name(),
                "scope": items(name(), unique=True),
            }
        ),
    ),
    STORED_RESULT: _rule(
        _OPERATION,
        record(
            {
                "result": name(),
                "failure": name(),
                "error": shape_id(),
                "waitSeconds": whole(0),
                "runSeconds": whole(0),
            },
            id=name(),
        ),
    ),
    "aws.protocols#restJson1": _rule(
        _SERVICE,
        record(
            http=items(text()), eventStreamHttp=items(text()), noInlineDocumentSupport=boolean()
        ),
    ),
    "aws.protocols#restXml": _rule(
        _SERVICE,
        record(http=items(text()), eventStreamHttp=items(text()), noErrorWrapping=boolean()),
    ),
    "aws.protocols#awsQuery": _rule(on("service", having=f"{API}xmlNamespace")),
    "aws.protocols#awsQueryCompatible": _rule(_SERVICE),
    "aws.protocols#awsQueryError": _rule(
        _ERROR, record({"code": text(), "httpResponseCode": whole()})
    ),
    "aws.protocols#ec2QueryName": _rule(
        _MEMBER, matching("the name of a parameter", r"[a-zA-Z_][a-zA-Z_0-9-]*")
    ),
}
"""Rules by id of the trait. `smithy.api#box` is of Smithy 1.0 and not there."""
