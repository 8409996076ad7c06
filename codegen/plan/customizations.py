"""What single services want on the wire and their models do not say, told by their SDK ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from codegen.model import Member, Operation, Service

_REQUIRED = "smithy.api#required"


def customized(service: Service) -> Service:
    """The service as callers are to see it.

    Glacier has the account in every path, and takes a hyphen for the account of the credentials:
    so callers may leave it out.
    """
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


def has_tree_hash(service: Service, operation: Operation) -> bool:
    """Whether requests carry Glacier's tree hash of what they upload."""
    members = service.shapes[operation.input].members
    return _is_glacier(service) and any(m.has("smithy.api#streaming") for m in members)


def _optional_account(member: Member) -> Member:
    if member.name != "accountId":
        return member
    without = {name: value for name, value in member.traits.items() if name != _REQUIRED}
    return replace(member, traits=MappingProxyType(without))


def _is_glacier(service: Service) -> bool:
    return _sdk_id(service) == "Glacier"


def _sdk_id(service: Service) -> object:
    facts = service.traits.get("aws.api#service")
    return facts.get("sdkId") if isinstance(facts, Mapping) else None
