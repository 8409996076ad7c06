"""Shapes of a botocore model as shapes of a Smithy JSON AST."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen.importer.ast import as_json_object, ast_shape
from codegen.importer.constraints import common_traits, constraint_traits
from codegen.importer.enums import member_names
from codegen.importer.members import import_member
from codegen.importer.reading import Json, JsonObject, Part
from codegen.importer.scope import Scope, drop_xml

_SIMPLE = frozenset(
    {"blob", "boolean", "double", "float", "integer", "long", "string", "timestamp"}
)
_NAME = re.compile(r"_*[A-Za-z][A-Za-z0-9_]*")


def import_shapes(parts: Mapping[str, Part], scope: Scope) -> dict[str, JsonObject]:
    """The shapes by id, those that only members made necessary included."""
    imported = {scope.id(name): _shape(name, part, scope) for name, part in parts.items()}
    for name, derived in scope.derived.items():
        source = imported.get(scope.id(derived.source), {})
        traits = {**as_json_object(source.get("traits")), **derived.traits}
        shape_id = scope.id(name)
        if shape_id in imported:
            derived.part.fault(
                f"needs a shape of its own, but its name {name!r} is taken", "rename one of them"
            )
        if derived.values:
            members = _enum_members(derived.values)
            imported[shape_id] = ast_shape("enum", traits=traits, members=members)
        else:
            imported[shape_id] = ast_shape(str(source.get("type")), traits=traits)
    return imported


def _shape(name: str, part: Part, scope: Scope) -> JsonObject:
    kind = part.expect_text("type")
    if not _NAME.fullmatch(name):
        part.fault(f"{name!r} cannot be the name of a shape", "Smithy allows letters, digits, _")
    part.skip("documentation", "documentationUrl", "box", "locationName", "flattened")
    drop_xml(part)
    traits = {**common_traits(part), **constraint_traits(kind, part)}
    if part.flag("sensitive"):
        traits["smithy.api#sensitive"] = {}
    match kind:
        case "structure":
            return _structure(name, part, scope, traits)
        case "list":
            members = {"member": _reference(part, "member", scope)}
            return ast_shape(kind, traits=traits | _sparse(part), **members)
        case "map":
            members = {key: _reference(part, key, scope) for key in ("key", "value")}
            return ast_shape(kind, traits=traits | _sparse(part), **members)
        case "blob":
            return ast_shape(kind, traits=traits | _blob_traits(part))
        case "string" if values := part.texts("enum"):
            return ast_shape("enum", traits=traits, members=_enum_members(values))
        case _ if kind in _SIMPLE:
            return ast_shape(kind, traits=traits)
        case _:
            if kind:
                part.fault(f"{kind!r} is not a known shape type", key="type")
            return ast_shape("string")


def _structure(name: str, part: Part, scope: Scope, traits: JsonObject) -> JsonObject:
    part.skip("event", "synthetic")
    stream = part.flag("eventstream")
    union = part.flag("union")
    payload = part.text("payload")
    required = part.texts("required") or []
    members = part.named("members")
    traits |= _error_traits(part)
    if part.flag("document"):
        if members:
            part.fault("a document has no members", "leave out either", key="members")
        return ast_shape("document", traits=traits)
    for listed, key in ((required, "required"), ([payload] if payload else [], "payload")):
        for missing in (member for member in listed if member not in members):
            part.fault(f"{missing!r} is not a member", "correct its name", key=key)
    made: JsonObject = {}
    for member_name, member in members.items():
        if not _NAME.fullmatch(member_name):
            member.fault(f"{member_name!r} cannot be the name of a member")
        made[member_name] = import_member(
            name,
            member_name,
            member,
            scope,
            required=member_name in required,
            payload=member_name == payload,
        )
    if stream:
        traits["smithy.api#streaming"] = {}
    return ast_shape("union" if union or stream else "structure", members=made, traits=traits)


def _error_traits(part: Part) -> JsonObject:
    """What kind of error a structure is; empty for one that is none."""
    exception, server = part.flag("exception"), part.flag("fault")
    error, retryable = part.part("error"), part.part("retryable")
    traits: JsonObject = {}
    if error is not None:
        status, code = error.integer("httpStatusCode"), error.text("code")
        # Not every old model marks the faults of the server; the status says it as well.
        server = server or (not error.flag("senderFault") and status is not None and status >= 500)
        if status is not None:
            traits["smithy.api#httpError"] = status
        if code is not None:
            traits["aws.protocols#awsQueryError"] = {
                "code": code,
                "httpResponseCode": status or (500 if server else 400),
            }
    if retryable is not None:
        throttling = retryable.flag("throttling")
        traits["smithy.api#retryable"] = {"throttling": True} if throttling else {}
    if exception:
        traits["smithy.api#error"] = "server" if server else "client"
    elif error is not None or server or retryable is not None:
        part.fault("says how it fails, but is no exception", 'add "exception": true')
    return traits


def _enum_members(values: list[str]) -> JsonObject:
    return {
        name: {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": value}}
        for value, name in member_names(values).items()
    }


def _blob_traits(part: Part) -> JsonObject:
    marks = ("streaming", "requiresLength")
    return {f"smithy.api#{mark}": {} for mark in marks if part.flag(mark)}


def _sparse(part: Part) -> JsonObject:
    return {"smithy.api#sparse": {}} if part.flag("sparse") else {}


def _reference(part: Part, key: str, scope: Scope) -> Json:
    """The member of a list, or key or value of a map."""
    holder = part.expect_part(key)
    holder.skip("documentation", "flattened", "box")
    drop_xml(holder)
    name = holder.text("locationName") or key
    reference = scope.target(holder, "shape")
    traits = common_traits(holder)
    if scope.is_xml and name != key:
        traits["smithy.api#xmlName"] = name
    if traits:
        reference["traits"] = traits
    return reference
