"""From the resolved model to the plan of a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codegen.endpoints import plan_endpoints
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Service
from codegen.package import PackageConfig
from codegen.partitions import SHARED_MODULE, plan_partitions
from codegen.plan.context import RENAME, Context, documentation
from codegen.plan.customizations import customized
from codegen.plan.discovery import discovery_faults, plan_teller
from codegen.plan.endpoint_params import (
    endpoint_arguments,
    missing_arguments,
    needs_region,
    plan_endpoint_functions,
    with_needed_rules,
)
from codegen.plan.events import plan_encoders
from codegen.plan.faces import (
    awaited_params,
    awaited_parsers,
    awaited_structures,
    plan_awaited,
    plan_faces,
)
from codegen.plan.inputs import plan_inputs
from codegen.plan.operations import plan_operations
from codegen.plan.paginators import plan_paginators
from codegen.plan.parts import FunctionPlan
from codegen.plan.plain import plan_plain_inputs
from codegen.plan.protocols import Protocol, protocol_of
from codegen.plan.responses import plan_unions
from codegen.plan.sessions import plan_sessions
from codegen.plan.shapes import plan_choices, plan_enums, plan_errors, plan_params, plan_structures
from codegen.plan.stubs import plan_answers, plan_stub_shapes
from codegen.plan.supported import unsupported
from codegen.plan.transfer import plan_host_prefixes
from codegen.plan.values import PackagePlan
from codegen.plan.waiters import plan_waiters
from codegen.traits import SIGNATURES

__all__ = ["PackagePlan", "plan_package"]


def plan_package(
    service: Service, config: PackageConfig, partitions: Mapping[str, Node], *, source: str = ""
) -> PackagePlan:
    """Decide every name, type and statement; raises `GenerationError` with all faults.

    `partitions` is the table of the package's own; empty: that of the runtime serves. `source` is
    the model file that generated files name in their header.
    """
    service = customized(service)
    if config.trims_model:
        service = with_needed_rules(service)
    context = Context(service, config)
    protocol = protocol_of(service)
    if faults := [
        *unsupported(service),
        *protocol.refused(service),
        *discovery_faults(context),
        *context.faults,
    ]:
        raise GenerationError(faults)
    endpoint = plan_endpoints(service)
    own: Mapping[str, Node] = partitions if endpoint and endpoint.uses_partitions else {}
    operations = plan_operations(context)
    structures = plan_structures(context)
    awaited = plan_awaited(context, operations)
    paginators = plan_paginators(context)
    waiters = plan_waiters(context)
    parsers = _distinct(context, protocol.parsers(context))
    client = f"{config.client}Client"
    sessions = plan_sessions(context, operations)
    facts = _mapping(service.traits.get("aws.api#service"))
    signature = next((service.traits[s] for s in SIGNATURES if s in service.traits), None)
    service_id = str(facts.get("sdkId") or service.name)
    identifier = service_id.replace(" ", "").lower()
    return PackagePlan(
        config=config,
        source=source,
        client=client,
        docs=documentation(service),
        service_id=repr(service_id),
        signing_name=repr(_mapping(signature).get("name") or identifier),
        identifier=repr(identifier),
        base_error=context.base_error,
        needs_region=needs_region(endpoint, operations),
        operations=operations,
        awaited=awaited,
        faces=plan_faces(context, client, operations, awaited, paginators, waiters, sessions),
        paginators=paginators,
        waiters=waiters,
        sessions=sessions,
        structures=structures,
        awaited_structures=awaited_structures(structures, operations, awaited),
        enums=plan_enums(context),
        choices=plan_choices(context),
        unions=plan_unions(context),
        errors=plan_errors(context, protocol.error_code),
        error_parsers=_error_parsers(context, protocol),
        error_reader=protocol.error_reader(service),
        params=awaited_params(plan_params(context), async_client=config.async_client),
        inputs=plan_inputs(context),
        plain_inputs=plan_plain_inputs(context),
        stub_shapes=plan_stub_shapes(context),
        answers=plan_answers(context) if protocol.writes_answers else (),
        serializers=_distinct(context, protocol.serializers(context)),
        encoders=plan_encoders(context),
        parsers=awaited_parsers(parsers, operations, awaited),
        endpoint=endpoint,
        endpoint_arguments=endpoint_arguments(endpoint),
        endpoint_of_client=endpoint is not None and not missing_arguments(endpoint),
        endpoint_functions=(
            *plan_endpoint_functions(context, endpoint),
            *plan_host_prefixes(context),
            *plan_teller(context),
        ),
        partitions=plan_partitions(own) if own else (),
        partitions_module="._partitions" if own else SHARED_MODULE,
    )


def _error_parsers(context: Context, protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Code and parser of each error; of several with one code the first by name."""
    made: dict[str, str] = {}
    for shape in map(context.shape, context.service.errors):
        made.setdefault(repr(protocol.error_code(shape)), protocol.error_parser(context, shape))
    return tuple(made.items())


def _distinct(context: Context, functions: Iterable[FunctionPlan]) -> tuple[FunctionPlan, ...]:
    """Functions of one module; two of one name are a fault, unless they are the same."""
    service = context.service
    made: dict[str, FunctionPlan] = {}
    faults: list[Fault] = []
    for function in functions:
        if made.setdefault(function.name, function) != function:
            names = " and ".join(_owners(context, function.name))
            message = f"{names} both need a function `{function.name}`"
            source = service.source
            faults.append(Fault(source.file, source.pointer, service.id, message, RENAME))
    if faults:
        raise GenerationError(faults)
    return tuple(made.values())


def _owners(context: Context, function: str) -> list[str]:
    """Ids of the shapes that a function's name ends in."""
    return [
        shape.id
        for shape in context.service.shapes.values()
        if f"{function}_".endswith((f"_{context.words(shape)}_", f"_{context.words(shape)}_event_"))
    ]


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
