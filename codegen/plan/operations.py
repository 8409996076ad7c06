"""Plan of the client's methods."""

from __future__ import annotations

from codegen import names
from codegen.docs import first_sentence
from codegen.model import Operation
from codegen.plan.context import API, Context, documentation, sends_events
from codegen.plan.discovery import plan_api_version, plan_discovery
from codegen.plan.endpoint_params import endpoint_function_name
from codegen.plan.inputs import input_constant
from codegen.plan.methods import OperationEventsPlan, OperationPlan
from codegen.plan.plain import plain_input_name
from codegen.plan.requests import serializer_name
from codegen.plan.responses import handler_function, parser_name
from codegen.plan.shapes import plan_keywords
from codegen.plan.transfer import host_prefix_name, plan_auth, plan_checksums, plan_compression


def plan_operations(context: Context) -> tuple[OperationPlan, ...]:
    """A method for each operation, in model order."""
    return tuple(_operation(context, operation) for operation in context.service.operations)


def _operation(context: Context, operation: Operation) -> OperationPlan:
    method, constant = context.operation_names(operation)
    output = context.shape(operation.output)
    params = plan_keywords(
        context, context.shape(operation.input), prefix="params.", shadowed=context.methods
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
        plain_input=plain_input_name(context, operation.input),
        output=context.class_name(operation.output),
        params=tuple(sorted(params, key=lambda param: not param.required)),
        serializer=serializer_name(operation),
        parser=parser_name(operation),
        streaming=any(map(context.is_stream, output.members)),
        sends_events=sends_events(context.service, operation),
        auth=plan_auth(context, operation),
        unsigned_payload="aws.auth#unsignedPayload" in operation.traits,
        endpoint=endpoint_function_name(context, operation),
        discovery=plan_discovery(context, operation),
        api_version=plan_api_version(context, operation),
        host_prefix=host_prefix_name(operation),
        checksums=plan_checksums(context, operation),
        compression=plan_compression(context, operation),
        idempotency_token=next(
            (
                context.attribute(operation.input, member.name)
                for member in context.shape(operation.input).members
                if member.has(f"{API}idempotencyToken")
            ),
            None,
        ),
        blob_payload=next(
            (
                context.attribute(operation.output, member.name)
                for member in output.members
                if member.has(f"{API}httpPayload") and context.target(member).type == "blob"
            ),
            None,
        ),
        events=_events(context, operation),
    )


def _events(context: Context, operation: Operation) -> OperationEventsPlan | None:
    members = context.shape(operation.output).members
    member = next((member for member in members if member.target in context.streams), None)
    if member is None:
        return None
    stream = context.target(member)
    taken = context.attributes(operation.input)
    return OperationEventsPlan(
        member=context.attribute(operation.output, member.name),
        handler=context.class_name(stream.id),
        handler_function=handler_function(context, stream),
        handler_keyword=names.safe("event_stream_handler", taken),
        register_keyword=names.safe("on_stream", taken),
    )
