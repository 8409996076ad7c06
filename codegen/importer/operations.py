"""Operations of a botocore model, with HTTP bindings, authentication and what wraps the call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from codegen.importer.ast import add_traits, as_json_object, ast_shape
from codegen.importer.constraints import common_traits
from codegen.importer.reading import JsonObject, Part
from codegen.importer.scope import Scope, namespace_traits

_LABEL = re.compile(r"\{([^{}+]+)(\+?)\}")
_UNIT: JsonObject = {"target": "smithy.api#Unit"}
_NO_AUTH = "smithy.api#noAuth"
_AUTH_TYPES: Mapping[str, list[str]] = {
    "none": [_NO_AUTH],
    "v4": ["aws.auth#sigv4"],
    "v4-unsigned-body": ["aws.auth#sigv4"],
    "bearer": ["smithy.api#httpBearerAuth"],
}
"""botocore's older `authtype` as a list of schemes."""

type Labels = Mapping[str, str]
"""Name in a request URI to the member that fills it."""


def import_operations(
    parts: Mapping[str, Part], shapes: Mapping[str, Part], scope: Scope
) -> dict[str, JsonObject]:
    """The operations by name."""
    return {name: _operation(name, part, shapes, scope) for name, part in parts.items()}


def mark_inputs_and_outputs(
    operations: Iterable[JsonObject], shapes: Mapping[str, JsonObject]
) -> None:
    """Give @input and @output to the structures that one operation uses and nothing else does.

    Smithy forbids both on a structure that anything else refers to.
    """
    operations = list(operations)
    uses = Counter(target for shape in [*shapes.values(), *operations] for target in targets(shape))
    for operation in operations:
        for role in ("input", "output"):
            target = str(as_json_object(operation.get(role)).get("target"))
            if uses[target] == 1 and target in shapes:
                add_traits(shapes[target], {f"smithy.api#{role}": {}})


def _operation(name: str, part: Part, shapes: Mapping[str, Part], scope: Scope) -> JsonObject:
    part.skip("name", "documentation", "documentationUrl", "endpointoperation")
    made: JsonObject = {}
    labels: Labels = {}
    for role in ("input", "output"):
        reference = part.part(role)
        made[role] = _UNIT if reference is None else scope.target(reference, "shape")
        if reference is not None:
            reference.skip("documentation")
            _root(reference, scope, is_input=role == "input")
            wrapper = reference.text("resultWrapper")
            if wrapper is not None and wrapper != f"{name}Result":
                advice = "awsQuery has no trait for it"
                reference.fault(f"is not {name}Result", advice, key="resultWrapper")
            if role == "input":
                labels = _labels(shapes.get(reference.expect_text("shape")))
    errors = part.listed("errors")
    for error in errors:
        error.skip("documentation", "error", "exception", "fault")
    if errors:
        made["errors"] = [scope.target(error, "shape") for error in errors]
    traits: JsonObject = {
        **common_traits(part),
        **_http(part.expect_part("http"), labels, scope),
        **_auth(part),
        **_around_the_call(part),
    }
    return ast_shape("operation", traits=traits, **made)


def _root(reference: Part, scope: Scope, *, is_input: bool) -> None:
    """How the outermost element of a request is called, and which namespace it declares."""
    if scope.is_query or not scope.is_xml or not is_input:
        reference.skip("locationName", "xmlNamespace")
        return
    name, shape = reference.text("locationName"), reference.expect_text("shape")
    named: JsonObject = {"smithy.api#xmlName": name} if name not in (None, shape) else {}
    if traits := named | namespace_traits(reference):
        scope.roots[scope.id(shape)] = traits


def _labels(structure: Part | None) -> Labels:
    members = structure.named("members") if structure is not None else {}
    return {
        member.text("locationName") or name: name
        for name, member in members.items()
        if member.text("location") == "uri"
    }


def _http(part: Part, labels: Labels, scope: Scope) -> JsonObject:
    """The trait `http`. A query service has but one method and URI, and no such trait."""
    uri, method = part.expect_text("requestUri"), part.expect_text("method")
    code = part.integer("responseCode")
    if scope.is_query:
        if (method, uri) != ("POST", "/"):
            part.fault(f"{method} {uri} is no request of a query service", "it is POST /")
        return {}
    unknown = [label for label, _ in _LABEL.findall(uri) if label not in labels]
    for label in unknown:
        part.fault(f"no member of the input fills {{{label}}}", key="requestUri")
    return {
        "smithy.api#http": {
            "method": method,
            "uri": _LABEL.sub(lambda found: f"{{{labels.get(found[1], found[1])}{found[2]}}}", uri),
            "code": 200 if code is None else code,
        }
    }


def _auth(part: Part) -> JsonObject:
    """The schemes where they differ from the service's: nothing where botocore says nothing."""
    auth_type, schemes = part.text("authtype"), part.texts("auth")
    traits: JsonObject = {}
    if auth_type is not None and auth_type not in _AUTH_TYPES:
        part.fault(f"{auth_type!r} is not a known way to sign", key="authtype")
    if part.flag("unsignedPayload") or auth_type == "v4-unsigned-body":
        traits["aws.auth#unsignedPayload"] = {}
    if schemes is None and auth_type in ("none", "bearer"):
        schemes = _AUTH_TYPES[auth_type]
    if schemes is not None:
        traits["smithy.api#auth"] = [scheme for scheme in schemes if scheme != _NO_AUTH]
        if _NO_AUTH in schemes:
            traits["smithy.api#optionalAuth"] = {}
    return traits


def _around_the_call(part: Part) -> JsonObject:
    """Traits that say what happens before and after the bytes: endpoint, checksum, compression."""
    traits: JsonObject = {
        f"smithy.api#{mark}": {}
        for mark in ("httpChecksumRequired", "idempotent", "readonly")
        if part.flag(mark)
    }
    if (endpoint := part.part("endpoint")) is not None:
        traits["smithy.api#endpoint"] = {"hostPrefix": endpoint.expect_text("hostPrefix")}
    if (compression := part.part("requestcompression")) is not None:
        traits["smithy.api#requestCompression"] = {
            "encodings": [*(compression.texts("encodings") or [])]
        }
    if (checksum := part.part("httpChecksum")) is not None:
        traits["aws.protocols#httpChecksum"] = _checksum(checksum)
    if (discovery := part.part("endpointdiscovery")) is not None:
        traits["aws.api#clientDiscoveredEndpoint"] = {"required": discovery.flag("required")}
    if static := part.named("staticContextParams"):
        traits["smithy.rules#staticContextParams"] = {
            name: {"value": value.verbatim("value")} for name, value in static.items()
        }
    if paths := part.named("operationContextParams"):
        traits["smithy.rules#operationContextParams"] = {
            name: {"path": value.expect_text("path")} for name, value in paths.items()
        }
    return traits


def _checksum(part: Part) -> JsonObject:
    made: JsonObject = {}
    for key in ("requestAlgorithmMember", "requestValidationModeMember"):
        if (member := part.text(key)) is not None:
            made[key] = member
    if part.flag("requestChecksumRequired"):
        made["requestChecksumRequired"] = True
    if algorithms := part.texts("responseAlgorithms"):
        made["responseAlgorithms"] = [*algorithms]
    return made


def targets(shape: JsonObject) -> list[str]:
    """Every shape id that a shape refers to, as often as it does."""
    holders = [*as_json_object(shape.get("members")).values()]
    holders += [shape.get(key) for key in ("member", "key", "value", "input", "output")]
    errors = shape.get("errors")
    holders += errors if isinstance(errors, list) else []
    return [str(reference["target"]) for reference in map(as_json_object, holders) if reference]
