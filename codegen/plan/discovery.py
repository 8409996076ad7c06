"""Plan of endpoint discovery: which operation tells endpoints, and which ones ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen import names
from codegen.faults import Fault
from codegen.model import PYTHON_NAME, Node, Operation
from codegen.plan.context import Context
from codegen.plan.parts import FunctionPlan

_DISCOVERY = "aws.api#clientEndpointDiscovery"
_DISCOVERED = "aws.api#clientDiscoveredEndpoint"
_DISCOVERY_ID = "aws.api#clientEndpointDiscoveryId"

#: Members that the library reads and writes itself.
_READ = frozenset({"Operation", "Identifiers", "Endpoints", "Address", "CachePeriodInMinutes"})
#: What `_operations` calls the function that returns the operation.
_TELLER = "_operation_that_tells_endpoints"


def plan_discovery(context: Context, operation: Operation) -> str | None:
    """Expression that says how an operation asks for its endpoint; None where it does not."""
    trait = operation.traits.get(_DISCOVERED)
    if trait is None:
        return None
    arguments = [_TELLER]
    if _mapping(trait).get("required") is True:
        arguments.append("required=True")
    identifiers = tuple(
        (context.attribute(operation.input, member.name), member.name)
        for member in context.shape(operation.input).members
        if member.has(_DISCOVERY_ID)
    )
    if identifiers and _takes_identifiers(context):
        arguments.append(f"identifiers={identifiers!r}")
    error = _discovery(context).get("error")
    if isinstance(error, str):
        arguments.append(f"error={error.partition('#')[2]!r}")
    return f"Discovery({', '.join(arguments)})"


def plan_api_version(context: Context, operation: Operation) -> str | None:
    """Literal for the version that an operation sends along which tells endpoints."""
    told = _discovery(context).get("operation") == operation.id
    return repr(context.service.version) if told else None


def plan_teller(context: Context) -> Iterator[FunctionPlan]:
    """A function for the operation that tells endpoints: it may stand below those that ask."""
    asked = any(_DISCOVERED in operation.traits for operation in context.service.operations)
    teller = _teller(context)
    if asked and teller is not None:
        ends = (context.class_name(teller.input), context.class_name(teller.output))
        yield FunctionPlan(
            name=_TELLER,
            parameters="",
            returns=f"Operation[{', '.join(f'types.{end}' for end in ends)}]",
            docs="",
            lines=(f"return {context.operation_names(teller)[1]}",),
        )


def discovery_faults(context: Context) -> Iterator[Fault]:
    """Refuse operations that could not ask, and names that the library would not find."""
    service, teller = context.service, _teller(context)
    asking = [operation for operation in service.operations if _DISCOVERED in operation.traits]
    if not asking:
        return
    if teller is None:
        named = str(_discovery(context).get("operation")).partition("#")[2]
        message = f"asks for its endpoint, and the operation {named}, which tells it, is left out"
        advice = f"add {named} to package.toml's `operations`"
        for operation in asking:
            yield Fault(
                operation.source.file, operation.source.pointer, operation.id, message, advice
            )
        return
    for shape_id in (teller.input, teller.output, _endpoint_shape(context, teller)):
        for member in context.shape(shape_id).members:
            name = context.attribute(shape_id, member.name)
            if member.name in _READ and name != names.snake_case(member.name):
                yield Fault(
                    member.source.file,
                    member.source.pointer,
                    f"{shape_id}${member.name}",
                    "the library reads this member, and has one name for it",
                    f"take {PYTHON_NAME} off",
                )


def _endpoint_shape(context: Context, teller: Operation) -> str:
    endpoints = next(
        member for member in context.shape(teller.output).members if member.name == "Endpoints"
    )
    return context.target(endpoints).members[0].target


def _takes_identifiers(context: Context) -> bool:
    teller = _teller(context)
    return teller is not None and any(
        member.name == "Identifiers" for member in context.shape(teller.input).members
    )


def _teller(context: Context) -> Operation | None:
    named = _discovery(context).get("operation")
    return next((found for found in context.service.operations if found.id == named), None)


def _discovery(context: Context) -> Mapping[str, Node]:
    return _mapping(context.service.traits.get(_DISCOVERY))


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
