"""Plan of the client's methods."""

from __future__ import annotations

from codegen.docs import first_sentence
from codegen.model import Operation
from codegen.plan.context import API, Context, documentation
from codegen.plan.endpoint_params import endpoint_function_name
from codegen.plan.inputs import input_constant
from codegen.plan.requests import serializer_name
from codegen.plan.responses import parser_name
from codegen.plan.shapes import plan_keywords
from codegen.plan.values import OperationPlan

_SIGV4 = "aws.auth#sigv4"


def plan_operations(context: Context) -> tuple[OperationPlan, ...]:
    """A method for each operation, in model order."""
    methods = {context.operation_names(operation)[0] for operation in context.service.operations}
    return tuple(_operation(context, op, methods) for op in context.service.operations)


def _operation(context: Context, operation: Operation, methods: set[str]) -> OperationPlan:
    method, constant = context.operation_names(operation)
    output = context.shape(operation.output)
    params = plan_keywords(
        context, context.shape(operation.input), prefix="params.", shadowed=methods
    )
    return OperationPlan(
        name=operation.name,
        method=method,
        constant=constant,
        docs=documentation(operation),
        raises=tuple(
            (context.class_name(error), first_sentence(documentation(context.shape(error))))
            for error in operation.errors
        ),
        input=context.class_name(operation.input),
        checker=input_constant(context, operation.input),
        output=context.class_name(operation.output),
        params=tuple(sorted(params, key=lambda param: not param.required)),
        serializer=serializer_name(operation),
        parser=parser_name(operation),
        streaming=any(member.target in context.streams for member in output.members),
        signed=_is_signed(context, operation),
        unsigned_payload="aws.auth#unsignedPayload" in operation.traits,
        endpoint=endpoint_function_name(context, operation),
        idempotency_token=next(
            (
                context.attribute(operation.input, member.name)
                for member in context.shape(operation.input).members
                if member.has(f"{API}idempotencyToken")
            ),
            None,
        ),
    )


def _is_signed(context: Context, operation: Operation) -> bool:
    """Whether a call carries a signature: the schemes of the operation, else of the service."""
    if f"{API}optionalAuth" in operation.traits or _SIGV4 not in context.service.traits:
        return False
    auth = f"{API}auth"
    schemes = operation.traits.get(auth, context.service.traits.get(auth, (_SIGV4,)))
    return isinstance(schemes, tuple) and _SIGV4 in schemes
