"""From the resolved model to the plan of a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codegen.endpoints import EndpointPlan, plan_endpoints
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Service
from codegen.package import PackageConfig
from codegen.partitions import plan_partitions
from codegen.plan.context import Context, documentation
from codegen.plan.inputs import plan_inputs
from codegen.plan.operations import plan_operations
from codegen.plan.requests import plan_serializers
from codegen.plan.responses import error_parser, plan_parsers, plan_unions
from codegen.plan.shapes import plan_enums, plan_errors, plan_params, plan_structures
from codegen.plan.supported import unsupported
from codegen.plan.values import FunctionPlan, PackagePlan

__all__ = ["PackagePlan", "plan_package"]

#: What a client knows to fill a parameter of the endpoint rules with.
_BUILT_INS = {
    "AWS::Region": "config.region",
    "AWS::UseFIPS": "config.use_fips_endpoint",
    "AWS::UseDualStack": "config.use_dualstack_endpoint",
    "AWS::Auth::AccountId": "config.account_id",
    "SDK::Endpoint": "config.endpoint",
}


def plan_package(
    service: Service, config: PackageConfig, partitions: Mapping[str, Node], *, source: str = ""
) -> PackagePlan:
    """Decide every name, type and statement; raises `GenerationError` with all faults.

    `source` is the model file that generated files name in their header.
    """
    context = Context(service, config)
    if faults := [*unsupported(service), *context.faults]:
        raise GenerationError(faults)
    endpoint = plan_endpoints(service)
    facts = _mapping(service.traits.get("aws.api#service"))
    sigv4 = _mapping(service.traits.get("aws.auth#sigv4"))
    service_id = str(facts.get("sdkId") or service.name)
    identifier = service_id.replace(" ", "").lower()
    return PackagePlan(
        config=config,
        source=source,
        client=f"{config.client}Client",
        docs=documentation(service),
        service_id=repr(service_id),
        signing_name=repr(sigv4.get("name") or identifier),
        identifier=repr(identifier),
        base_error=context.base_error,
        operations=plan_operations(context),
        structures=plan_structures(context),
        enums=plan_enums(context),
        unions=plan_unions(context),
        errors=plan_errors(context),
        error_parsers=tuple(
            (repr(shape.name), error_parser(context, shape))
            for shape in map(context.shape, service.errors)
        ),
        params=plan_params(context),
        inputs=plan_inputs(context),
        serializers=_distinct(service, plan_serializers(context)),
        parsers=_distinct(service, plan_parsers(context)),
        endpoint=endpoint,
        endpoint_arguments=_endpoint_arguments(service, endpoint),
        partitions=(plan_partitions(partitions) if endpoint and endpoint.uses_partitions else ()),
    )


def _endpoint_arguments(
    service: Service, endpoint: EndpointPlan | None
) -> tuple[tuple[str, str], ...]:
    """Fill what a configuration knows; the rest keeps its default, or is a fault without one."""
    parameters = endpoint.parameters if endpoint else ()
    arguments: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for parameter in parameters:
        value = _BUILT_INS.get(parameter.built_in or "")
        if value is not None:
            arguments.append((parameter.name, value))
        elif parameter.default is None:
            faults.append(
                Fault(
                    service.source.file,
                    f"{service.source.pointer}/traits/smithy.rules#endpointRuleSet",
                    service.id,
                    f"endpoint parameter {parameter.model_name} has no value: it is neither a "
                    "built-in that clients know nor has it a default",
                    "give it a default in overlay.json",
                )
            )
    if faults:
        raise GenerationError(faults)
    return tuple(arguments)


def _distinct(service: Service, functions: Iterable[FunctionPlan]) -> tuple[FunctionPlan, ...]:
    """Each function once; a fault where two shapes need different functions of one name."""
    made: dict[str, FunctionPlan] = {}
    faults: list[Fault] = []
    for function in functions:
        if made.setdefault(function.name, function) != function:
            message = f"two shapes need a function `{function.name}`, with different bodies"
            advice = "give one of them another name with `rename` on the service, in overlay.json"
            source = service.source
            faults.append(Fault(source.file, source.pointer, service.id, message, advice))
    if faults:
        raise GenerationError(faults)
    return tuple(made.values())


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
