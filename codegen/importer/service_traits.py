"""Traits of the service shape: names, protocol, authentication, what clients are told to do."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from codegen.importer.reading import JsonObject, Part
from codegen.importer.scope import Scope
from codegen.traits import AWS_QUERY, REST_JSON, REST_XML

_NOT_CARRIED = {
    "checksumFormat": "Glacier's tree hash is a matter of that client; S3's operations name theirs",
    "globalEndpoint": "the endpoint rules say it",
    "awsQueryCompatible": "what it says is about another protocol than the one that is imported",
    "jsonVersion": "no protocol that clients speak sends it",
    "targetPrefix": "no protocol that clients speak sends it",
    "ripServiceName": "a name used inside AWS",
    "serviceAbbreviation": "the title says it",
}
"""Keys of the metadata that are known and left behind, and why."""

_SIGV4, _BEARER = "aws.auth#sigv4", "smithy.api#httpBearerAuth"
_SIGNATURES = {"v4": _SIGV4, "bearer": _BEARER, "s3": _SIGV4, "s3v4": _SIGV4}
_AUTH_SCHEMES = frozenset({_SIGV4, "aws.auth#sigv4a", _BEARER})
_HTTP_VERSIONS: Mapping[str, JsonObject] = {
    "eventstream": {"http": ["http/1.1", "h2"], "eventStreamHttp": ["h2"]},
    "optional": {"http": ["h2", "http/1.1"], "eventStreamHttp": ["h2", "http/1.1"]},
}
"""What the protocol setting "h2" means for the protocol trait."""

_DISCOVERY_ERROR = "InvalidEndpointException"


_KNOWN: Mapping[str, str] = {"rest-json": REST_JSON, "query": AWS_QUERY, "rest-xml": REST_XML}
"""botocore's name of a protocol to its trait."""


def protocol(metadata: Part) -> str | None:
    """The trait of the protocol that is imported; None, after a fault, where none is known.

    It is botocore's own choice if that is known, else the first of the others that is.
    """
    first = metadata.expect_text("protocol")
    offered = [first, *(metadata.texts("protocols") or [])]
    found = next((_KNOWN[name] for name in offered if name in _KNOWN), None)
    if found is None:
        message = f"the protocol {first!r} is not supported"
        metadata.fault(message, f"import a model of {' or '.join(_KNOWN)}", key="protocol")
    return found


def service_traits(metadata: Part, sdk_id: str, protocol: str) -> JsonObject:
    """What the metadata says about the service, its id and version apart."""
    metadata.skip(*_NOT_CARRIED)
    prefix = metadata.expect_text("endpointPrefix")
    signing_name = metadata.text("signingName") or prefix
    identity: JsonObject = {"sdkId": sdk_id, "endpointPrefix": prefix}
    if (uid := metadata.text("uid")) is not None:
        identity["docId"] = uid
    traits: JsonObject = {
        "aws.api#service": identity,
        protocol: _http_versions(metadata) | _error_wrapping(protocol, sdk_id),
        "smithy.api#title": metadata.expect_text("serviceFullName"),
    }
    if protocol == AWS_QUERY:
        traits["smithy.api#xmlNamespace"] = {"uri": metadata.expect_text("xmlNamespace")}
    signature, auth = metadata.expect_text("signatureVersion"), metadata.texts("auth")
    if signature not in _SIGNATURES:
        metadata.fault(f"{signature!r} is not a known signature", key="signatureVersion")
    schemes = auth or [_SIGNATURES.get(signature, _SIGV4)]
    for scheme in schemes:
        if scheme not in _AUTH_SCHEMES:
            metadata.fault(f"{scheme!r} is not a known authentication scheme", key="auth")
        traits[scheme] = {} if scheme == _BEARER else {"name": signing_name}
    if len(schemes) > 1:
        traits["smithy.api#auth"] = [*schemes]
    return traits


def client_context(root: Part) -> JsonObject:
    """The endpoint parameters that a client takes as options."""
    parameters: JsonObject = {}
    for name, part in root.named("clientContextParams").items():
        part.skip("documentation")
        parameters[name] = {"type": part.expect_text("type")}
    return {"smithy.rules#clientContextParams": parameters} if parameters else {}


def discovery(operations: Mapping[str, Part], scope: Scope) -> JsonObject:
    """The trait of a service with an operation that tells clients which endpoints to use."""
    found = [name for name, part in operations.items() if part.flag("endpointoperation")]
    if not found:
        return {}
    trait: JsonObject = {"operation": scope.own(found[0])}
    if _DISCOVERY_ERROR in scope.kinds:
        trait["error"] = scope.id(_DISCOVERY_ERROR)
    return {"aws.api#clientEndpointDiscovery": trait}


def _error_wrapping(protocol: str, sdk_id: str) -> JsonObject:
    """S3 sends errors without an element around them, which botocore does not say."""
    return {"noErrorWrapping": True} if protocol == REST_XML and sdk_id == "S3" else {}


def _http_versions(metadata: Part) -> JsonObject:
    settings = metadata.part("protocolSettings")
    version = settings.text("h2") if settings is not None else None
    if settings is None or version is None:
        return {}
    if version not in _HTTP_VERSIONS:
        settings.fault(f"{version!r} is not a known use of HTTP/2", key="h2")
    return copy.deepcopy(_HTTP_VERSIONS.get(version, {}))
