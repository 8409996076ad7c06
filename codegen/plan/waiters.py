"""Plan of `_waiters` and of the client's methods that wait (Smithy's `waitable` trait).

Each waiter becomes one function that asks acceptor by acceptor where the resource stands. An answer
is an output or an error, and an acceptor looks at one of them: so those of errors come first, and
both groups keep the model's order.
"""

from __future__ import annotations

from collections.abc import Mapping

from codegen import names
from codegen.faults import Fault, GenerationError
from codegen.model import Node, Operation
from codegen.plan.context import Context
from codegen.plan.jmespath import PathCompiler
from codegen.plan.methods import WaiterPlan
from codegen.plan.paginators import path_fault, taken
from codegen.plan.parts import FunctionPlan
from codegen.plan.path_values import ATOM, PathError, Type, Value, conjunction, type_of
from codegen.plan.protocols import protocol_of

_TRAIT = "smithy.waiters#waitable"
_MIN_DELAY, _MAX_DELAY = 2, 120
"""Smithy's, in seconds."""


def plan_waiters(context: Context) -> tuple[WaiterPlan, ...]:
    """The waiters of all operations, in model order.

    Raises `GenerationError` for names that are taken and for paths that cannot be compiled.
    """
    methods = {context.operation_names(op)[0]: op.id for op in context.service.operations}
    plans: list[WaiterPlan] = []
    faults: list[Fault] = []
    for operation in context.service.operations:
        for name, node in _mapping(operation.traits.get(_TRAIT)).items():
            waiter = _Waiter(context, operation, name, _mapping(node))
            plan = waiter.planned()
            plans.append(plan)
            faults += waiter.faults
            if plan.method in methods:
                faults.append(taken(operation, _TRAIT, plan.method, methods[plan.method]))
            methods[plan.method] = f"{operation.id} ({name})"
    if faults:
        raise GenerationError(faults)
    return tuple(plans)


class _Waiter:
    """One waiter, on its way into a plan."""

    def __init__(
        self, context: Context, operation: Operation, name: str, facts: Mapping[str, Node]
    ) -> None:
        self.faults: list[Fault] = []
        self._context = context
        self._operation = operation
        self._name = name
        self._facts = facts
        self._input = f"types.{context.class_name(operation.input)}"
        self._output = f"types.{context.class_name(operation.output)}"
        params = Value(type_of(context.shape(operation.input)), "params")
        self._root = Value(type_of(context.shape(operation.output)), "output")
        self._compiler = PathCompiler(context, {"input": params, "output": self._root})
        self._ends: set[str] = set()
        code = protocol_of(context.service).error_code
        errors = map(context.shape, context.service.errors)
        # Models name errors by shape or, as some of AWS do, by code.
        self._codes = {shape.name: code(shape) for shape in errors}

    def planned(self) -> WaiterPlan:
        snake = names.snake_case(self._name)
        on_error, on_output = self._lines()
        params = "params" if any("params." in line for line in on_output) else "_params"
        called, operation = self._context.operation_names(self._operation)
        attributes = self._context.attributes(self._operation.input)
        shortest = self._seconds("minDelay", _MIN_DELAY)
        documentation = self._facts.get("documentation")
        return WaiterPlan(
            name=self._name,
            snake=snake,
            method=f"wait_until_{snake}",
            called=called,
            operation=operation,
            constant=names.constant_case(self._name),
            docs=documentation if isinstance(documentation, str) else "",
            input=self._context.class_name(self._operation.input),
            result=" | ".join(sorted(self._ends, reverse=True)) or self._output,
            options=(
                names.safe("max_wait", attributes),
                names.safe("min_delay", attributes),
                names.safe("max_delay", attributes),
            ),
            min_delay=shortest,
            max_delay=max(shortest, self._seconds("maxDelay", _MAX_DELAY)),
            judge=FunctionPlan(
                name=f"_{snake}",
                parameters=f"{params}: {self._input}, output: {self._output} | ServiceError",
                returns="State",
                docs="",
                lines=(
                    "if isinstance(output, ServiceError):",
                    *(f"    {line}" for line in on_error),
                    *on_output,
                ),
            ),
        )

    def _lines(self) -> tuple[list[str], list[str]]:
        """Statements for answers that are errors, and for outputs; both end in a return."""
        errors: list[str] = []
        outputs: list[str] = []
        acceptors = self._facts.get("acceptors")
        for index, acceptor in enumerate(acceptors if isinstance(acceptors, tuple) else ()):
            facts = _mapping(acceptor)
            ((kind, matcher),) = _mapping(facts["matcher"]).items()
            is_error = kind == "errorType" or (kind == "success" and matcher is False)
            lines = errors if is_error else outputs
            if lines and lines[-1].startswith("return"):
                continue  # an acceptor before this one takes everything
            if facts["state"] == "success":
                self._ends.add("None" if is_error else self._output)
            told = f"return {facts['state']!r}"
            try:
                condition = self._condition(kind, matcher)
            except PathError as error:
                where = (self._name, "acceptors", str(index), "matcher", kind, "path")
                self.faults.append(path_fault(self._operation, error, _TRAIT, *where))
                continue
            lines += [told] if condition is None else [f"if {condition}:", f"    {told}"]
        for lines, state in ((errors, "unexpected"), (outputs, "retry")):
            if not (lines and lines[-1].startswith("return")):
                usual = f"return {state!r}"
                while lines and lines[-1].strip() == usual:
                    del lines[-2:]  # it says what holds anyway
                lines.append(usual)
        return errors, outputs

    def _condition(self, kind: str, matcher: Node) -> str | None:
        """What to ask of an answer, None where every answer of its sort is meant."""
        if kind == "success":
            return None
        if kind == "errorType":
            name = str(matcher).rpartition("#")[2]
            return f"output.code == {self._codes.get(name, name)!r}"
        facts = _mapping(matcher)
        root = self._root if kind == "output" else None
        path, expected = str(facts["path"]), str(facts["expected"])
        comparator = str(facts["comparator"])
        if comparator == "booleanEquals":
            return self._compiler.equals(path, expected == "true", root).code
        value = self._compiler.value(path, root).settled()
        if comparator == "stringEquals":
            _expect(path, "it yields", value.type, "string")
            return conjunction([*value.guards, f"{value.within(ATOM)} == {expected!r}"]).code
        _expect(path, "it yields", value.type, "list")
        _expect(path, "an item of it is", self._compiler.item_type(value), "string")
        value = self._compiler.present(value)
        asked = f"all_equal({value.code}, {expected!r})"
        if comparator == "anyStringEquals":
            asked = f"{expected!r} in {value.within(ATOM)}"
        return conjunction([*value.guards, asked]).code

    def _seconds(self, key: str, usual: int) -> int:
        value = self._facts.get(key)
        return value if isinstance(value, int) and value > 0 else usual


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}


def _expect(path: str, said: str, type_: Type, kind: str) -> None:
    if type_.kind != kind:
        message = f"path {path!r}: {said} {type_}, and a {kind} is expected"
        raise PathError(message, "correct the path")
