"""What generation knows about traits. To support one, move its line; the lists decide alone.

A trait that is in none of them stops generation: a client that overlooks what it does not
understand would send something else than the service reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from codegen.loaded import LoadedShape
from codegen.model import (
    BYTE_STREAM,
    PYTHON_NAME,
    RETRYABLE_VALUES,
    SESSIONS,
    STORED_RESULT,
)


def _named(namespace: str, names: str) -> frozenset[str]:
    return frozenset(f"{namespace}#{name}" for name in names.split())


def _all(reason: str, namespace: str, names: str) -> dict[str, str]:
    return dict.fromkeys(sorted(_named(namespace, names)), reason)


REST_JSON: Final = "aws.protocols#restJson1"
AWS_QUERY: Final = "aws.protocols#awsQuery"
REST_XML: Final = "aws.protocols#restXml"
UNWRAPPED_OUTPUT: Final = "aws.customizations#s3UnwrappedXmlOutput"
QUERY_COMPATIBLE: Final = "aws.protocols#awsQueryCompatible"

SPOKEN: Final = (REST_JSON, AWS_QUERY, REST_XML)
"""The protocols that clients are generated for; the first one that a service has is chosen."""

HTTP_BOUND: Final = (REST_JSON, REST_XML)
"""Those of them whose operations have methods and paths of their own."""

SIGV4: Final = "aws.auth#sigv4"
SIGV4A: Final = "aws.auth#sigv4a"
BEARER: Final = "smithy.api#httpBearerAuth"
API_KEY: Final = "smithy.api#httpApiKeyAuth"

SIGNATURES: Final = (SIGV4, SIGV4A)
AUTHORIZERS: Final = (*SIGNATURES, BEARER, API_KEY)
"""Ways to authenticate that clients know; the first one that an operation takes is chosen.

Of the two signatures it is the one that the operation names first.
"""

SUPPORTED: Final = (
    _named(
        "smithy.api",
        # messages
        "error timestampFormat idempotencyToken "
        # what surrounds a message
        "endpoint hostLabel httpChecksumRequired requestCompression "
        # nullability and shape
        "required default clientOptional box sparse unitType enum enumValue input output "
        # constraints, which the service checks and a docstring can tell
        "length pattern range uniqueItems "
        # what a caller sees
        "documentation title deprecated sensitive retryable auth optionalAuth paginated "
        "httpBearerAuth httpApiKeyAuth",
    )
    | _named(
        "aws.api",
        "service clientEndpointDiscovery clientDiscoveredEndpoint clientEndpointDiscoveryId",
    )
    | _named("aws.auth", "sigv4 sigv4a unsignedPayload")
    | _named("aws.protocols", "httpChecksum")
    | {PYTHON_NAME, BYTE_STREAM, RETRYABLE_VALUES, SESSIONS, STORED_RESULT}
    | _named(
        "smithy.rules",
        "endpointRuleSet endpointTests contextParam staticContextParams operationContextParams",
    )
    | _named("smithy.waiters", "waitable")
)
"""Traits that the plan reads, whatever the protocol."""

_HTTP = (
    "http httpHeader httpLabel httpPayload httpQuery httpQueryParams httpPrefixHeaders "
    "httpResponseCode httpError mediaType streaming requiresLength"
)

READ_BY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        REST_JSON: _named("smithy.api", f"{_HTTP} jsonName eventHeader eventPayload")
        | {QUERY_COMPATIBLE},
        AWS_QUERY: _named("smithy.api", "xmlAttribute xmlFlattened xmlName")
        | _named("aws.protocols", "awsQueryError"),
        REST_XML: _named("smithy.api", f"{_HTTP} xmlAttribute xmlFlattened xmlName xmlNamespace")
        | {UNWRAPPED_OUTPUT},
    }
)
"""Traits that the plan reads for one protocol; they say nothing about a message in the others."""

_ADDED = "a default holds, whenever it was added: a type that loses None breaks no reader"
_EC2 = "only ec2Query reads it"
_TEXT = "it says something to readers of the model and nothing about the wire"
_RESOURCE = "resources are flattened into operations, whose members it does not change"
_AWS_DATA = "it describes AWS resources and permissions, not calls"
_TEST = "it holds test cases"
_ENDPOINTS = "the endpoint rule set says the same in full"
_OPTIONS = "clients have no such options: the parameters keep the defaults of the endpoint rules"
_AUTH = "one way to authenticate among several; each operation is checked to take one we know"

IGNORED: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_all(_ADDED, "smithy.api", "addedDefault"),
        **_all(_EC2, "aws.protocols", "ec2QueryName"),
        **_all(
            _TEXT,
            "smithy.api",
            "examples externalDocumentation idRef internal private recommended references "
            "since suppress tags unstable",
        ),
        **_all(
            _RESOURCE,
            "smithy.api",
            "nestedProperties noReplace notProperty property resourceIdentifier",
        ),
        **_all(
            _AWS_DATA,
            "aws.api",
            "arn arnReference controlPlane data dataPlane tagEnabled taggable",
        ),
        **_all("retries look at the error, not at the method", "smithy.api", "idempotent readonly"),
        **_all("it is merged into the shapes that use it", "smithy.api", "mixin"),
        **_all("browsers and servers read it", "smithy.api", "cors"),
        **_all(_ENDPOINTS, "smithy.rules", "endpointBdd"),
        **_all(
            _ENDPOINTS,
            "aws.endpoints",
            "dualStackOnlyEndpoints endpointsModifier rulesBasedEndpoints "
            "standardPartitionalEndpoints standardRegionalEndpoints",
        ),
        **_all(_OPTIONS, "smithy.rules", "clientContextParams"),
        **_all(_AUTH, "smithy.api", "httpBasicAuth httpDigestAuth"),
        **_all(_AUTH, "aws.auth", "cognitoUserPools"),
    }
)
"""Traits that change nothing in a generated client, each with the reason."""

IGNORED_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aws.apigateway": "it configures the service's gateway",
        "aws.cloudformation": _AWS_DATA,
        "aws.iam": _AWS_DATA,
        "smithy.openapi": "it steers the conversion to OpenAPI",
        "smithy.test": _TEST,
    }
)
"""Namespaces whose every trait is ignored, each with the reason."""

PROTOCOLS: Final = _named(
    "aws.protocols", "awsJson1_0 awsJson1_1 awsQuery ec2Query restJson1 restXml"
) | _named("smithy.protocols", "rpcv2Cbor rpcv2Json")
"""Every protocol trait of Smithy and AWS. Those beside the spoken one are passed over."""

AUTH_SCHEMES: Final = frozenset(
    [*AUTHORIZERS, *(trait for trait, reason in IGNORED.items() if reason == _AUTH)]
)
"""Every authentication trait of Smithy and AWS."""


def refusal(trait: str, shapes: Mapping[str, LoadedShape]) -> tuple[str, str] | None:
    """Message and advice if a trait stops generation, None if it does not.

    `shapes` are those of the model by id, which may define traits of its own.
    """
    known = trait in SUPPORTED or trait in IGNORED or trait in PROTOCOLS
    known = known or any(trait in traits for traits in READ_BY.values())
    if known or trait.partition("#")[0] in IGNORED_NAMESPACES:
        return None
    if trait not in shapes:
        advice = "add it to codegen/traits.py once its meaning is clear"
        return f"trait {trait} is not known", advice
    if is_protocol(trait, shapes) or is_auth_scheme(trait, shapes):
        return None
    message = f"trait {trait} is the model's own, and what it means for the wire is not known"
    return message, "remove it, or add its namespace to IGNORED_NAMESPACES with a reason"


def spoken(traits: Iterable[str]) -> str | None:
    """The protocol that a client of a service with these traits speaks; None if there is none."""
    found = {*traits}
    return next((protocol for protocol in SPOKEN if protocol in found), None)


def is_protocol(trait: str, shapes: Mapping[str, LoadedShape]) -> bool:
    """Whether a trait names a protocol, one that the model defines itself included."""
    return trait in PROTOCOLS or _carries(trait, "smithy.api#protocolDefinition", shapes)


def is_auth_scheme(trait: str, shapes: Mapping[str, LoadedShape]) -> bool:
    """Whether a trait names a way to authenticate, the model's own included."""
    return trait in AUTH_SCHEMES or _carries(trait, "smithy.api#authDefinition", shapes)


def _carries(trait: str, meta: str, shapes: Mapping[str, LoadedShape]) -> bool:
    return trait in shapes and meta in shapes[trait].traits
