"""Sessions and stored results: the members that the traits of an overlay name are there and fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from codegen.faults import Fault
from codegen.loaded import LoadedShape, of_type
from codegen.model import SESSIONS, STORED_RESULT
from codegen.validation.rules import (
    API,
    STRINGS,
    UNKNOWN,
    Shapes,
    input_of,
    is_a,
    operations_of,
    output_of,
)

_CORRECT: Final = "correct the name"


def check_sessions(shapes: Shapes) -> Iterator[Fault]:
    """Hold sessions to an operation that opens them, and to parameters that all calls have."""
    for service in of_type(shapes.values(), "service"):
        facts = service.traits.get(SESSIONS)
        if (
            not isinstance(facts, Mapping)
            or not {"id", "opened", "closed", "scope"} <= facts.keys()
        ):
            continue
        operations = operations_of(shapes, service)
        if any(
            end.type == UNKNOWN
            for operation in operations
            for end in (input_of(operation, shapes), output_of(operation, shapes))
        ):
            continue
        taking = [op for op in operations if str(facts.get("id")) in input_of(op, shapes).members]
        opened, closed = str(facts.get("opened")), str(facts.get("closed"))
        if not any({opened, closed} <= output_of(op, shapes).members.keys() for op in taking):
            message = (
                f"no operation has {facts.get('id')!r} in its input, and {opened!r} and {closed!r} "
                "in its output"
            )
            yield service.fault(message, _CORRECT, trait=SESSIONS)
        scope = facts.get("scope")
        for name in scope if isinstance(scope, tuple) else ():
            for operation in taking:
                member = input_of(operation, shapes).members.get(str(name))
                if member is None or f"{API}required" not in member.traits:
                    message = f"its scope {name!r} is no required parameter of {operation.id}"
                    yield service.fault(message, _CORRECT, trait=SESSIONS)
        for operation in taking:
            yield from _texts(
                service, SESSIONS, input_of(operation, shapes), [facts.get("id")], shapes
            )
            yield from _texts(service, SESSIONS, output_of(operation, shapes), [opened], shapes)


def check_stored_results(shapes: Shapes) -> Iterator[Fault]:
    """Hold stored results to members that say where they are, and to an error for failures."""
    for operation in of_type(shapes.values(), "operation"):
        facts = operation.traits.get(STORED_RESULT)
        output = output_of(operation, shapes)
        if not isinstance(facts, Mapping) or output.type == UNKNOWN:
            continue
        for key in ("result", "failure", "id"):
            if (key in facts or key != "id") and facts.get(key) not in output.members:
                message = f"its {key} {facts.get(key)!r} is no member of {output.id}"
                yield operation.fault(message, _CORRECT, trait=STORED_RESULT)
        named = [facts.get("result"), facts.get("failure"), facts.get("id")]
        yield from _texts(operation, STORED_RESULT, output, named, shapes)
        error = shapes.get(str(facts.get("error")))
        if error is None or f"{API}error" not in error.traits:
            message = f"its error {facts.get('error')!r} is no error of the model"
            yield operation.fault(message, _CORRECT, trait=STORED_RESULT)


def _texts(
    at: LoadedShape, trait: str, end: LoadedShape, named: Sequence[object], shapes: Shapes
) -> Iterator[Fault]:
    for name in named:
        member = end.members.get(str(name))
        if member is not None and not is_a(shapes[member.target], STRINGS):
            message = f"{end.id}${name} is of type {shapes[member.target].type}"
            yield at.fault(message, "name a member that targets a string", trait=trait)
