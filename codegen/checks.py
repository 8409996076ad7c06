"""What `resolve` refuses in the part of a model that is generated.

`validate` holds the rules of Smithy for any model; here are the limits of this generator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from codegen.faults import Fault
from codegen.loaded import LoadedMember, LoadedModel, LoadedShape, of_type
from codegen.model import Node
from codegen.traits import PROTOCOL, SIGV4, is_auth_scheme, is_protocol, refusal

_AUTH = "smithy.api#auth"
_STREAMING = "smithy.api#streaming"
_PAYLOAD = "smithy.api#httpPayload"
_EVENT_HEADER = "smithy.api#eventHeader"
_EVENT_PAYLOAD = "smithy.api#eventPayload"
_EVENT_HEADERS = frozenset(
    {"boolean", "byte", "short", "integer", "long", "intEnum", "blob", "string", "enum"}
    | {"timestamp"}
)
_EVENT_PAYLOADS = frozenset({"blob", "string", "enum", "structure", "union"})


def check_protocol(loaded: LoadedModel, service: LoadedShape) -> Iterator[Fault]:
    """Refuse a service that does not speak restJson1; other protocols beside it do no harm."""
    found = [trait for trait in service.traits if is_protocol(trait, loaded.shapes)]
    if PROTOCOL not in found:
        spoken = f"speaks {', '.join(found)}" if found else "names no protocol"
        message = f"the service {spoken}, and clients are generated for {PROTOCOL} only"
        yield service.fault(message, "add that protocol if the service has it")


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
        if "smithy.api#http" not in operation.traits:
            advice = 'add smithy.api#http: {"method": ..., "uri": ...}'
            yield operation.fault(f"has no HTTP binding, which {PROTOCOL} needs", advice)
        if "smithy.api#optionalAuth" in operation.traits:
            continue
        if _AUTH not in operation.traits:
            unsigned.append(operation)
        elif message := _unsignable(operation.traits[_AUTH]):
            advice = f"clients sign with {SIGV4}; leave the operation out"
            yield operation.fault(message, advice, trait=_AUTH)
    if unsigned and (message := _unsignable(usual)):
        yield service.fault(message, f"clients sign with {SIGV4} only", trait=_AUTH)


def _unsignable(schemes: Node) -> str:
    if not isinstance(schemes, tuple) or not schemes or SIGV4 in schemes:
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


def check_streams(
    closure: Mapping[str, LoadedShape], operations: Iterable[LoadedShape]
) -> Iterator[Fault]:
    """Hold streams to be the payload of an input or output, and events to be structures."""
    ends = {
        target
        for operation in operations
        for target in (*operation.ref("input"), *operation.ref("output"))
    }
    events: dict[str, LoadedShape] = {}
    for shape in closure.values():
        if shape.type in ("enum", "intEnum"):
            continue
        if _STREAMING in shape.traits:
            if shape.type == "union":
                yield from _union_members(shape, closure, events)
            elif shape.type != "blob":
                message = f"type {shape.type} cannot be streamed"
                yield shape.fault(message, "use a blob or a union", trait=_STREAMING)
        for member in shape.members.values():
            if _STREAMING in closure[member.target].traits:
                yield from _stream_member(shape, member, ends)
    for event in events.values():
        yield from _event(event, closure)


def _stream_member(
    shape: LoadedShape, member: LoadedMember, ends: Iterable[str]
) -> Iterator[Fault]:
    if shape.id not in ends:
        message = f"targets the stream {member.target} outside an operation's input or output"
        yield shape.fault(message, "move it to the top", member=member.name)
    elif _PAYLOAD not in member.traits:
        message = f"targets the stream {member.target} and is not the payload"
        yield shape.fault(message, f"add {_PAYLOAD}", member=member.name)


def _union_members(
    union: LoadedShape, closure: Mapping[str, LoadedShape], events: dict[str, LoadedShape]
) -> Iterator[Fault]:
    for member in union.members.values():
        target = closure[member.target]
        if target.type == "structure":
            events[target.id] = target
        else:
            message = f"is an event of type {target.type}"
            yield union.fault(message, "wrap it in a structure", member=member.name)


def _event(event: LoadedShape, closure: Mapping[str, LoadedShape]) -> Iterator[Fault]:
    has_payload = any(_EVENT_PAYLOAD in member.traits for member in event.members.values())
    for member in event.members.values():
        kind = closure[member.target].type
        for trait, types in ((_EVENT_HEADER, _EVENT_HEADERS), (_EVENT_PAYLOAD, _EVENT_PAYLOADS)):
            if trait in member.traits and kind not in types:
                advice = f"it takes {', '.join(sorted(types))}"
                yield event.fault(
                    f"{trait} cannot be on type {kind}", advice, member=member.name, trait=trait
                )
        if has_payload and not {_EVENT_HEADER, _EVENT_PAYLOAD} & member.traits.keys():
            message = "has no place in the event beside the member that is the payload"
            yield event.fault(message, f"add {_EVENT_HEADER}", member=member.name)
