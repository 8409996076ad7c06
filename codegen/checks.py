"""What `resolve` refuses in the part of a model that is generated.

`validate` holds the rules of Smithy for any model; here are the limits of this generator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from codegen.faults import Fault
from codegen.loaded import LoadedModel, LoadedShape, of_type
from codegen.model import Node
from codegen.traits import (
    AUTHORIZERS,
    HTTP_BOUND,
    SIGNATURES,
    SPOKEN,
    is_auth_scheme,
    is_protocol,
    refusal,
    spoken,
)

_AUTH = "smithy.api#auth"


def check_protocol(loaded: LoadedModel, service: LoadedShape) -> Iterator[Fault]:
    """Refuse a service whose protocols are all unknown; others beside a known one do no harm."""
    if spoken(service.traits) is None:
        found = [trait for trait in service.traits if is_protocol(trait, loaded.shapes)]
        said = f"speaks {', '.join(found)}" if found else "names no protocol"
        message = f"the service {said}, and clients are generated for {' and '.join(SPOKEN)} only"
        yield service.fault(message, "add one of these if the service has it")


def check_service(
    loaded: LoadedModel, service: LoadedShape, operations: Iterable[LoadedShape]
) -> Iterator[Fault]:
    """Look at endpoints and authentication, and at the HTTP binding of each operation."""
    bdd = "smithy.rules#endpointBdd"
    if bdd in service.traits and "smithy.rules#endpointRuleSet" not in service.traits:
        advice = "add smithy.rules#endpointRuleSet, which says the same"
        yield service.fault(f"the endpoints are told by {bdd} only", advice, trait=bdd)
    offered = tuple(trait for trait in service.traits if is_auth_scheme(trait, loaded.shapes))
    usual = service.traits.get(_AUTH, offered)
    unsigned: list[LoadedShape] = []
    for operation in operations:
        protocol = spoken(service.traits)
        if protocol in HTTP_BOUND and "smithy.api#http" not in operation.traits:
            advice = 'add smithy.api#http: {"method": ..., "uri": ...}'
            yield operation.fault(f"has no HTTP binding, which {protocol} needs", advice)
        if "smithy.api#optionalAuth" in operation.traits:
            continue
        if _AUTH not in operation.traits:
            unsigned.append(operation)
        elif message := _unsignable(operation.traits[_AUTH]):
            advice = f"clients know {', '.join(AUTHORIZERS)}; leave the operation out"
            yield operation.fault(message, advice, trait=_AUTH)
    if len(names := _signing_names(service)) > 1:
        message = f"signatures are made for {' and for '.join(names)}, and clients know one name"
        yield service.fault(message, f"give {' and '.join(SIGNATURES)} the same name")
    if unsigned and (message := _unsignable(usual)):
        yield service.fault(message, f"clients know {', '.join(AUTHORIZERS)}", trait=_AUTH)


def _signing_names(service: LoadedShape) -> list[str]:
    """The different names that the traits of signatures give the service."""
    values = [service.traits.get(trait) for trait in SIGNATURES]
    return sorted({str(value["name"]) for value in values if isinstance(value, Mapping)})


def _unsignable(schemes: Node) -> str:
    if not isinstance(schemes, tuple) or not schemes or any(s in schemes for s in AUTHORIZERS):
        return ""
    return f"takes no calls but those that authenticate with {', '.join(map(str, schemes))}"


def check_traits(loaded: LoadedModel, shapes: Iterable[LoadedShape]) -> Iterator[Fault]:
    """Refuse traits that are not known; see `codegen.traits`."""
    for shape in shapes:
        yield from _refused(loaded, shape, "", shape.traits)
        for member in shape.members.values():
            yield from _refused(loaded, shape, member.name, member.traits)


def _refused(
    loaded: LoadedModel, shape: LoadedShape, member: str, traits: Iterable[str]
) -> Iterator[Fault]:
    for trait in traits:
        found = refusal(trait, loaded.shapes)
        if found is not None:
            yield shape.fault(*found, member=member, trait=trait)


def check_names(closure: Iterable[LoadedShape], service: LoadedShape) -> Iterator[Fault]:
    """Refuse shapes that become classes and differ by namespace or case alone."""
    seen: dict[str, LoadedShape] = {}
    for shape in of_type(closure, "structure", "union", "enum", "intEnum"):
        name = service.renames.get(shape.id, shape.name)
        first = seen.setdefault(name.casefold(), shape)
        if first is not shape:
            message = f"its name {name} clashes with that of {first.id}"
            yield shape.fault(message, f'rename one of them under "rename" of {service.id}')
