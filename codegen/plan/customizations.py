"""What single services want on the wire and their models do not say, told by their SDK ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from codegen.model import Member, Operation, Service, Shape

_API = "smithy.api#"
_REQUIRED = f"{_API}required"
_HTTP = f"{_API}http"
_ENDPOINT = f"{_API}endpoint"
_BUCKET = "/{Bucket}"


def customized(service: Service) -> Service:
    """The service as callers are to see it.

    Glacier has the account in every path, and takes a hyphen for the account of the credentials:
    so callers may leave it out. S3's model has the bucket in every path, and its endpoint rules put
    it where it belongs; without rules it goes into the host.
    """
    if _is_s3(service):
        return _with_buckets(service)
    if not _is_glacier(service):
        return service
    shapes = {
        shape_id: replace(shape, members=tuple(map(_optional_account, shape.members)))
        for shape_id, shape in service.shapes.items()
    }
    return replace(service, shapes=MappingProxyType(shapes))


def constant_headers(service: Service) -> tuple[tuple[str, str], ...]:
    """Header fields that every request has, as names and values."""
    if _is_glacier(service):
        return (("x-amz-glacier-version", service.version),)
    if _sdk_id(service) == "API Gateway":
        # Without it the service answers in HAL, which its model does not describe.
        return (("accept", "application/json"),)
    return ()


def label_default(service: Service, member: Member) -> str | None:
    """What stands in the path for a member that is not set or empty; None where it has to be."""
    return "-" if _is_glacier(service) and member.name == "accountId" else None


def signs_plain_paths(service: Service) -> bool:
    """Whether paths are signed as they are sent: an object's key may have dots and empty parts."""
    return _is_s3(service)


def has_tree_hash(service: Service, operation: Operation) -> bool:
    """Whether requests carry Glacier's tree hash of what they upload."""
    members = service.shapes[operation.input].members
    return _is_glacier(service) and any(m.has("smithy.api#streaming") for m in members)


def _optional_account(member: Member) -> Member:
    if member.name != "accountId":
        return member
    without = {name: value for name, value in member.traits.items() if name != _REQUIRED}
    return replace(member, traits=MappingProxyType(without))


def _with_buckets(service: Service) -> Service:
    has_rules = "smithy.rules#endpointRuleSet" in service.traits
    operations = tuple(_without_bucket(operation, has_rules) for operation in service.operations)
    shapes = {
        shape_id: replace(shape, members=tuple(map(_date_as_text, shape.members)))
        for shape_id, shape in service.shapes.items()
    }
    text = f"{_API}String"
    shapes.setdefault(text, Shape(text, "string", MappingProxyType({}), (), service.source))
    return replace(service, operations=operations, shapes=MappingProxyType(shapes))


def _without_bucket(operation: Operation, has_rules: bool) -> Operation:
    http = operation.traits.get(_HTTP)
    uri = http.get("uri") if isinstance(http, Mapping) else None
    if not isinstance(http, Mapping) or not isinstance(uri, str) or not uri.startswith(_BUCKET):
        return operation
    rest = uri.removeprefix(_BUCKET)
    path = rest if rest.startswith("/") else f"/{rest}"
    traits = {**operation.traits, _HTTP: MappingProxyType({**http, "uri": path})}
    if not has_rules:
        traits[_ENDPOINT] = MappingProxyType({"hostPrefix": "{Bucket}."})
    return replace(operation, traits=MappingProxyType(traits))


def _date_as_text(member: Member) -> Member:
    """Whoever stores an object says when it expires, and need not say it as a date."""
    if member.name != "Expires" or not member.has(f"{_API}httpHeader"):
        return member
    return replace(member, target=f"{_API}String")


def _is_glacier(service: Service) -> bool:
    return _sdk_id(service) == "Glacier"


def _is_s3(service: Service) -> bool:
    return _sdk_id(service) == "S3"


def _sdk_id(service: Service) -> object:
    facts = service.traits.get("aws.api#service")
    return facts.get("sdkId") if isinstance(facts, Mapping) else None
