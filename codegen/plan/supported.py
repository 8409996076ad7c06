"""What the plan has no statements for yet: refused with an address, never left out in silence."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.faults import Fault
from codegen.model import Service, Shape
from codegen.plan.context import API, is_event_stream


def unsupported(service: Service) -> list[Fault]:
    """Faults for every shape of the closure that cannot be generated."""
    return list(_faults(service))


def _faults(service: Service) -> Iterator[Fault]:
    inputs = {operation.input for operation in service.operations}
    for shape in service.shapes.values():
        if shape.type == "blob" and shape.has(f"{API}streaming"):
            yield _fault(shape, "streaming blobs are not supported")
        for member in shape.members:
            if shape.has(f"{API}error") and any(map(member.has, _EVENT_BINDINGS)):
                yield Fault(
                    member.source.file,
                    member.source.pointer,
                    f"{shape.id}${member.name}",
                    "an error in a stream has all its members in the payload",
                    _ADVICE,
                )
            target = service.shapes.get(member.target)
            if shape.id in inputs and target is not None and is_event_stream(target):
                yield Fault(
                    member.source.file,
                    member.source.pointer,
                    f"{shape.id}${member.name}",
                    "event streams in the direction of the service are not supported",
                    _ADVICE,
                )


_EVENT_BINDINGS = (f"{API}eventHeader", f"{API}eventPayload")
_ADVICE = "leave the operations that need it out of package.toml's `operations`"


def _fault(shape: Shape, message: str) -> Fault:
    return Fault(shape.source.file, shape.source.pointer, shape.id, message, _ADVICE)
