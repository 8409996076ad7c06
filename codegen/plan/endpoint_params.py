"""Plan of what fills the parameters of endpoint rules: configuration, and single operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from codegen import names
from codegen.endpoint_pruning import pruned
from codegen.endpoints import RULE_SET, EndpointParameter, EndpointPlan
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Operation, Service
from codegen.plan.context import Context
from codegen.plan.jmespath import PathCompiler
from codegen.plan.methods import OperationPlan
from codegen.plan.paginators import path_fault
from codegen.plan.parts import FunctionPlan
from codegen.plan.path_values import ATOM, ORED, PathError, Type, Value, type_of

#: What a configuration knows.
_BUILT_INS = {
    "AWS::Region": "config.region",
    "AWS::UseFIPS": "config.use_fips_endpoint",
    "AWS::UseDualStack": "config.use_dualstack_endpoint",
    "AWS::Auth::AccountId": "config.account_id",
    "SDK::Endpoint": "config.endpoint",
    # What stands in for S3 at an endpoint of one's own rarely has a host name for each bucket.
    "AWS::S3::ForcePathStyle": "config.endpoint is not None",
}
_CONTEXT = "smithy.rules#contextParam"
_STATIC_CONTEXT = "smithy.rules#staticContextParams"
_OPERATION_CONTEXT = "smithy.rules#operationContextParams"
_KINDS = {"str": "string", "bool": "boolean", "Sequence[str]": "list of strings"}
#: What the model gives as a literal: its type was checked there.
_GIVEN = Type("given")


def with_needed_rules(service: Service) -> Service:
    """A service whose endpoint rules are left without what its operations cannot come to."""
    rule_set = service.traits.get(RULE_SET)
    filled = {
        name
        for name, facts in _mapping(_mapping(rule_set).get("parameters")).items()
        if _mapping(facts).get("builtIn") in _BUILT_INS
    }
    for operation in service.operations:
        for trait in (_STATIC_CONTEXT, _OPERATION_CONTEXT):
            filled |= {*_mapping(operation.traits.get(trait))}
        for member in service.shapes[operation.input].members:
            filled.add(str(_value(member.traits.get(_CONTEXT), "name")))
    if rule_set is None:
        return service
    traits = {**service.traits, RULE_SET: pruned(rule_set, filled)}
    return replace(service, traits=MappingProxyType(traits))


def endpoint_arguments(endpoint: EndpointPlan | None) -> tuple[tuple[str, str], ...]:
    """Arguments of `resolve_endpoint` that a configuration fills; the others keep their default."""
    parameters = endpoint.parameters if endpoint else ()
    return tuple(
        (parameter.name, _built_in(parameter, _BUILT_INS[parameter.built_in]))
        for parameter in parameters
        if parameter.built_in in _BUILT_INS
    )


def missing_arguments(endpoint: EndpointPlan | None) -> tuple[str, ...]:
    """Arguments of `resolve_endpoint` that have no default and that no configuration fills."""
    parameters = endpoint.parameters if endpoint else ()
    return tuple(p.name for p in parameters if p.default is None and p.built_in not in _BUILT_INS)


def needs_region(endpoint: EndpointPlan | None, operations: Iterable[OperationPlan]) -> bool:
    """Whether a signature of any operation, or any endpoint, depends on a region."""
    values = [value for _, value in endpoint_arguments(endpoint)]
    signed = any(o.auth is None or o.auth.startswith("SigV4") for o in operations)
    return "config.required_region" in values or signed


def _built_in(parameter: EndpointParameter, value: str) -> str:
    """A region that the rules cannot do without is an error where the configuration has none."""
    needed = value == "config.region" and "None" not in parameter.annotation
    return "config.required_region" if needed else value


def endpoint_function_name(context: Context, operation: Operation) -> str | None:
    """Name of the function that finds the endpoint of an operation, None where all share one."""
    says = {_STATIC_CONTEXT, _OPERATION_CONTEXT} & {*operation.traits}
    if says or any(member.has(_CONTEXT) for member in context.shape(operation.input).members):
        return f"_endpoint_of_{names.snake_case(operation.python_name)}"
    return None


def plan_endpoint_functions(
    context: Context, endpoint: EndpointPlan | None
) -> tuple[FunctionPlan, ...]:
    """A function for each operation that fills parameters of the endpoint rules itself.

    Raises `GenerationError` for parameters that nothing fills and that have no default, and for
    paths that do not lead to a value for a parameter.
    """
    if endpoint is None:
        return ()
    functions: list[FunctionPlan] = []
    faults: list[Fault] = []
    for operation in context.service.operations:
        name = endpoint_function_name(context, operation)
        bound = _Bound(context, operation, endpoint)
        faults += bound.faults
        faults += _unfilled(operation, endpoint, bound.arguments)
        if name is None:
            continue
        arguments = dict(endpoint_arguments(endpoint)) | bound.arguments
        named = [p.name for p in endpoint.parameters if p.name in arguments]
        given = ", ".join(f"{name}={arguments[name]}" for name in named)
        functions.append(
            FunctionPlan(
                name=name,
                parameters=f"config: Config, params: types.{context.class_name(operation.input)}",
                returns="Endpoint",
                docs="",
                lines=(f"return resolve_endpoint({given})",),
            )
        )
    if faults:
        raise GenerationError(faults)
    return tuple(functions)


class _Bound:
    """The arguments of `resolve_endpoint` that an operation has a say in, by their Python name."""

    def __init__(self, context: Context, operation: Operation, endpoint: EndpointPlan) -> None:
        self.faults: list[Fault] = []
        self.arguments: dict[str, str] = {}
        self._operation = operation
        self._shape = context.shape(operation.input)
        self._compiler = PathCompiler(context)
        self._parameters = {parameter.model_name: parameter for parameter in endpoint.parameters}
        for name, value in self._values().items():
            if name in self._parameters:
                parameter = self._parameters[name]
                self.arguments[parameter.name] = self._argument(parameter, value)

    def _values(self) -> dict[str, Value]:
        """Values by the model name of the parameter; the most specific of several is the last."""
        traits = self._operation.traits
        params = Value(type_of(self._shape), "params")
        values: dict[str, Value] = {}
        for name, node in _mapping(traits.get(_OPERATION_CONTEXT)).items():
            path = str(_value(node, "path"))
            try:
                values[name] = self._compiler.value(path, params).settled()
                self._check(name, path, values[name])
            except PathError as error:
                where = (_OPERATION_CONTEXT, name, "path")
                self.faults.append(path_fault(self._operation, error, *where))
        for member in self._shape.members:
            if member.has(_CONTEXT):
                name = str(_value(member.traits[_CONTEXT], "name"))
                values[name] = self._compiler.field(params, member.name)
        for name, node in _mapping(traits.get(_STATIC_CONTEXT)).items():
            values[name] = Value(_GIVEN, repr(_value(node, "value")), ATOM)
        return values

    def _check(self, name: str, path: str, value: Value) -> None:
        """Refuse a value that is not of the parameter's type."""
        held = self._compiler.item_type(value) if value.type.kind == "list" else None
        kind = f"list of {held.kind}s" if held else value.type.kind
        if name not in self._parameters:
            return
        expected = _KINDS[self._parameters[name].annotation.partition(" |")[0]]
        if kind != expected:
            message = f"path {path!r}: it yields a {kind}, and parameter {name} is a {expected}"
            raise PathError(message, "correct the path")

    def _argument(self, parameter: EndpointParameter, value: Value) -> str:
        """A member that was not set leaves the parameter at its default."""
        if not value.may_be_null or "None" in parameter.annotation:
            return value.whole().code
        value = self._compiler.present(value)
        guards = " and ".join(value.guards)
        return f"{value.within(ORED)} if {guards} else {parameter.default}"


def _unfilled(
    operation: Operation, endpoint: EndpointPlan, bound: Mapping[str, str]
) -> Iterator[Fault]:
    for parameter in endpoint.parameters:
        filled = parameter.built_in in _BUILT_INS or parameter.name in bound
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


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
