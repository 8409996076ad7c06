"""Plan of `_paginators` and of the client's methods that page (Smithy's `paginated` trait)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from codegen import names
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Operation
from codegen.plan.context import API, Context
from codegen.plan.jmespath import PathCompiler
from codegen.plan.methods import PaginatorPlan
from codegen.plan.path_values import PathError, Value, type_of
from codegen.read import pointer

_TRAIT = f"{API}paginated"


def plan_paginators(context: Context) -> tuple[PaginatorPlan, ...]:
    """A paginator for each operation that answers in pages, in model order.

    Raises `GenerationError` for names that are taken and for paths that lead nowhere.
    """
    methods = {context.operation_names(op)[0]: op for op in context.service.operations}
    plans: list[PaginatorPlan] = []
    faults: list[Fault] = []
    for operation, facts in paginated(context):
        method = f"paginate_{names.snake_case(operation.python_name)}"
        if method in methods:
            faults.append(taken(operation, _TRAIT, method, methods[method].id))
        try:
            plans.append(_paginator(context, operation, facts, method))
        except PathError as error:
            faults.append(path_fault(operation, error, _TRAIT))
    if faults:
        raise GenerationError(faults)
    return tuple(plans)


def paginated(context: Context) -> Iterator[tuple[Operation, Mapping[str, Node]]]:
    """Operations that answer in pages, with what they and the service say about these."""
    usual = context.service.traits.get(_TRAIT)
    for operation in context.service.operations:
        own = operation.traits.get(_TRAIT)
        if isinstance(own, Mapping):
            yield operation, {**(usual if isinstance(usual, Mapping) else {}), **own}


def _paginator(
    context: Context, operation: Operation, facts: Mapping[str, Node], method: str
) -> PaginatorPlan:
    called, constant = context.operation_names(operation)
    output = Value(type_of(context.shape(operation.output)), "output")
    made = f"types.{context.class_name(operation.output)}"
    path = facts.get("items")
    item, items, named = made, "(output,)", None
    if isinstance(path, str):
        item, items, named = _items(context, path, output)
    return PaginatorPlan(
        method=method,
        called=called,
        constant=constant,
        input=context.class_name(operation.input),
        output=made,
        item=names.unshadowed(item, context.methods),
        member=context.attribute(operation.input, str(facts["inputToken"])),
        next_token=PathCompiler(context).value(str(facts["outputToken"]), output).whole().code,
        items=items,
        named=named,
    )


def _items(context: Context, path: str, output: Value) -> tuple[str, str, str]:
    """Type of an item, expression for all of a page, and the name of the member that has them."""
    compiler = PathCompiler(context)
    value = compiler.value(path, output)
    shape = value.type.shape
    if shape is None or shape.type not in ("list", "map"):
        raise PathError(f"its items {path!r} are no list or map", "correct the path")
    name = names.snake_case(path.rpartition(".")[2])
    item = context.type_of(shape.members[-1].target)
    if value.type.sparse and item != "Any":
        item = f"{item} | None"
    if shape.type == "list":
        return item, value.whole().code, name
    value = compiler.present(value)
    return f"tuple[str, {item}]", replace(value, code=f"{value.code}.items()").whole().code, name


def taken(operation: Operation, trait: str, method: str, other: str) -> Fault:
    """The fault of a method whose name another shape or waiter has."""
    return Fault(
        operation.source.file,
        operation.source.pointer + pointer("traits", trait),
        operation.id,
        f"it needs a method `{method}`, and {other} has it",
        "leave one of them out: list operations in package.toml, or remove the trait",
    )


def path_fault(operation: Operation, error: PathError, trait: str, *below: str) -> Fault:
    """The fault of a path in a trait of an operation."""
    return Fault(
        operation.source.file,
        operation.source.pointer + pointer("traits", trait, *below),
        operation.id,
        error.message,
        error.advice,
    )
