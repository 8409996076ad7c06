"""What the plan has no statements for yet: refused with an address, never left out in silence."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.faults import Fault
from codegen.model import Member, Service, Shape
from codegen.plan.context import API, UNIT, is_event_stream, sends_events
from codegen.plan.transfer import signs_for_regions
from codegen.traits import SIGV4, SIGV4A

_EVENT_BINDINGS = (f"{API}eventHeader", f"{API}eventPayload")


def unsupported(service: Service) -> list[Fault]:
    """Faults for every shape of the closure that cannot be generated."""
    return list(_faults(service))


def _faults(service: Service) -> Iterator[Fault]:
    for operation in service.operations:
        if signs_for_regions(service, operation) and sends_events(service, operation):
            yield Fault(
                operation.source.file,
                operation.source.pointer,
                operation.id,
                f"the events that it sends can be signed for one region only, not with {SIGV4A}",
                f"let it take {SIGV4} too, in overlay.json, if the service does; else leave it out "
                "of package.toml's `operations`",
            )
    outputs = {operation.output for operation in service.operations}
    both = {operation.input for operation in service.operations} & outputs
    for shape in service.shapes.values():
        for member in shape.members:
            if shape.has(f"{API}error") and any(map(member.has, _EVENT_BINDINGS)):
                yield _fault(
                    shape,
                    member,
                    "an error in a stream has all its members in the payload",
                    "leave the operations that need it out of package.toml's `operations`",
                )
            if shape.id in both and is_event_stream(service.shapes[member.target]):
                yield _fault(
                    shape,
                    member,
                    "a structure with a stream of events is input and output at once",
                    "give the operations an input and an output of their own",
                )
            if is_event_stream(shape) and member.target == UNIT:
                yield _fault(
                    shape,
                    member,
                    "an event has no structure of its own",
                    "let it target an empty structure, in overlay.json",
                )


def _fault(shape: Shape, member: Member, message: str, advice: str) -> Fault:
    where = f"{shape.id}${member.name}"
    return Fault(member.source.file, member.source.pointer, where, message, advice)
