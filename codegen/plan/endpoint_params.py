"""Plan of what fills the parameters of endpoint rules: configuration, and single operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from codegen import names
from codegen.endpoints import EndpointParameter, EndpointPlan
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Operation
from codegen.plan.context import Context
from codegen.plan.values import FunctionPlan, OperationPlan

#: What a configuration knows.
_BUILT_INS = {
    "AWS::Region": "config.region",
    "AWS::UseFIPS": "config.use_fips_endpoint",
    "AWS::UseDualStack": "config.use_dualstack_endpoint",
    "AWS::Auth::AccountId": "config.account_id",
    "SDK::Endpoint": "config.endpoint",
}
_CONTEXT = "smithy.rules#contextParam"
_STATIC_CONTEXT = "smithy.rules#staticContextParams"


def endpoint_arguments(endpoint: EndpointPlan | None) -> tuple[tuple[str, str], ...]:
    """Arguments of `resolve_endpoint` that a configuration fills; the others keep their default."""
    parameters = endpoint.parameters if endpoint else ()
    return tuple(
        (parameter.name, _built_in(parameter, _BUILT_INS[parameter.built_in]))
        for parameter in parameters
        if parameter.built_in in _BUILT_INS
    )


def needs_region(endpoint: EndpointPlan | None, operations: Iterable[OperationPlan]) -> bool:
    """Whether a signature of any operation, or any endpoint, depends on a region."""
    values = [value for _, value in endpoint_arguments(endpoint)]
    return "config.required_region" in values or any(o.auth is None for o in operations)


def _built_in(parameter: EndpointParameter, value: str) -> str:
    """A region that the rules cannot do without is an error where the configuration has none."""
    needed = value == "config.region" and "None" not in parameter.annotation
    return "config.required_region" if needed else value


def endpoint_function_name(context: Context, operation: Operation) -> str | None:
    """Name of the function that finds the endpoint of an operation, None where all share one."""
    return (
        f"_endpoint_of_{names.snake_case(operation.name)}"
        if any(_bound(context, operation))
        else None
    )


def plan_endpoint_functions(
    context: Context, endpoint: EndpointPlan | None
) -> tuple[FunctionPlan, ...]:
    """A function for each operation that fills parameters of the endpoint rules itself.

    Raises `GenerationError` for parameters that nothing fills and that have no default.
    """
    if endpoint is None:
        return ()
    functions: list[FunctionPlan] = []
    faults: list[Fault] = []
    for operation in context.service.operations:
        bound = dict(_bound(context, operation))
        faults += _unfilled(operation, endpoint, bound)
        name = endpoint_function_name(context, operation)
        if name is None:
            continue
        arguments = [f"{n}={v}" for n, v in endpoint_arguments(endpoint)]
        for parameter in endpoint.parameters:
            if parameter.model_name in bound:
                value = bound[parameter.model_name]
                arguments.append(f"{parameter.name}={_argument(parameter, value)}")
        functions.append(
            FunctionPlan(
                name=name,
                parameters=f"config: Config, params: types.{context.class_name(operation.input)}",
                returns="Endpoint",
                docs="",
                lines=(f"return resolve_endpoint({', '.join(arguments)})",),
            )
        )
    if faults:
        raise GenerationError(faults)
    return tuple(functions)


def _bound(context: Context, operation: Operation) -> Iterator[tuple[str, str]]:
    """Endpoint parameters, by their model name, with the expressions that an operation has."""
    static = operation.traits.get(_STATIC_CONTEXT)
    if isinstance(static, Mapping):
        for name, value in static.items():
            yield name, repr(_value(value, "value"))
    for member in context.shape(operation.input).members:
        if member.has(_CONTEXT):
            attribute = context.attribute(operation.input, member.name)
            yield str(_value(member.traits[_CONTEXT], "name")), f"params.{attribute}"


def _argument(parameter: EndpointParameter, value: str) -> str:
    """A member that was not set leaves the parameter at its default."""
    if "None" in parameter.annotation or not value.startswith("params."):
        return value
    return f"{parameter.default} if {value} is None else {value}"


def _unfilled(
    operation: Operation, endpoint: EndpointPlan, bound: Mapping[str, str]
) -> Iterator[Fault]:
    for parameter in endpoint.parameters:
        filled = parameter.built_in in _BUILT_INS or parameter.model_name in bound
        if not filled and parameter.default is None:
            yield Fault(
                operation.source.file,
                operation.source.pointer,
                operation.id,
                f"endpoint parameter {parameter.model_name} has no value: no built-in that "
                "clients know, no default, and the operation does not bind it",
                "give it a default, or bind it with contextParam or staticContextParams",
            )


def _value(node: Node, key: str) -> Node:
    return node[key] if isinstance(node, Mapping) else None
