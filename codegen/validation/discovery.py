"""Endpoint discovery: the operation that tells endpoints, and the operations that ask it.

Source: "client endpoint discovery" of the AWS Smithy 2.0 traits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.validation.rules import (
    STRINGS,
    UNKNOWN,
    Shapes,
    a,
    input_of,
    is_a,
    operations_of,
    output_of,
)

DISCOVERY: Final = "aws.api#clientEndpointDiscovery"
DISCOVERED: Final = "aws.api#clientDiscoveredEndpoint"
DISCOVERY_ID: Final = "aws.api#clientEndpointDiscoveryId"

_ASKED: Final = {"Operation": "string", "Identifiers": "map"}


def check_discovery(shapes: Shapes) -> Iterator[Fault]:
    """Hold services to an operation of theirs that can be asked for endpoints."""
    told: set[str] = set()
    bound: set[str] = set()
    for service in of_type(shapes.values(), "service"):
        operations = {operation.id: operation for operation in operations_of(shapes, service)}
        asking = [shape for shape in operations.values() if DISCOVERED in shape.traits]
        trait = service.traits.get(DISCOVERY)
        if not isinstance(trait, Mapping):
            bound.update(shape.id for shape in asking)
            continue
        told.update(shape.id for shape in asking)
        named, error = trait.get("operation"), trait.get("error")
        if not isinstance(named, str):
            continue
        teller = operations.get(named)
        if teller is None:
            message = f"its operation {named} is none of the service's"
            yield service.fault(message, "name one that it has", trait=DISCOVERY)
        else:
            yield from _teller(teller, shapes)
        for shape in asking if isinstance(error, str) else ():
            if error not in (*shape.ref("errors"), *service.ref("errors")):
                message = (
                    f"asks for its endpoint, and {error} of {service.id} is none of its errors"
                )
                yield shape.fault(message, "add the error", trait=DISCOVERED)
    for shape_id in sorted(bound - told):
        message = "asks for its endpoint, and its service has no operation that tells it"
        advice = f"give the service {DISCOVERY}, or take the trait off"
        yield shapes[shape_id].fault(message, advice, trait=DISCOVERED)
    yield from _identifiers(shapes)


def _teller(teller: LoadedShape, shapes: Shapes) -> Iterator[Fault]:
    """The operation takes nothing but what it is asked about, and answers with endpoints."""
    asked = input_of(teller, shapes)
    for member in asked.members.values():
        wanted = _ASKED.get(member.name)
        target = shapes[member.target]
        if wanted is None:
            message = f"tells endpoints, and its input has {member.name!r}"
            yield teller.fault(message, f"it can have {' and '.join(_ASKED)} alone")
        elif not is_a(target, (wanted,)):
            message = f"tells endpoints, and its {member.name} is {a(target.type)}"
            yield teller.fault(message, f"let it target {a(wanted)}")
    wrong = _answer(output_of(teller, shapes), shapes)
    if wrong is not None:
        advice = "it answers with Endpoints, a list of structures with Address, a string, and "
        yield teller.fault(wrong, f"{advice}CachePeriodInMinutes, a long")


def _answer(output: LoadedShape, shapes: Shapes) -> str | None:
    """What is wrong with the output of an operation that tells endpoints."""
    wrong = f"tells endpoints, and {output.id} has none"
    if output.type == UNKNOWN:
        return None
    endpoints = output.members.get("Endpoints")
    if endpoints is None or not is_a(shapes[endpoints.target], ("list",)):
        return wrong
    if shapes[endpoints.target].type == UNKNOWN:
        return None
    item = shapes[shapes[endpoints.target].members["member"].target]
    if item.type == UNKNOWN:
        return None
    address, period = (item.members.get(name) for name in ("Address", "CachePeriodInMinutes"))
    if address is None or not is_a(shapes[address.target], STRINGS):
        return wrong
    if period is not None and not is_a(shapes[period.target], ("long", "integer")):
        return f"tells endpoints, and their CachePeriodInMinutes is {a(shapes[period.target].type)}"
    return None


def _identifiers(shapes: Shapes) -> Iterator[Fault]:
    """Members that name what an endpoint is for are in the inputs of operations that ask."""
    inputs = {
        input_of(operation, shapes).id
        for operation in of_type(shapes.values(), "operation")
        if DISCOVERED in operation.traits
    }
    for shape in shapes.values():
        for member in shape.members.values():
            if DISCOVERY_ID in member.traits and shape.id not in inputs:
                message = f"is no member of the input of an operation with {DISCOVERED}"
                yield shape.fault(
                    message, "take the trait off", member=member.name, trait=DISCOVERY_ID
                )
