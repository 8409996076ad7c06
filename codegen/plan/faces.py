"""Plan of the two faces of a client: the same methods, of which one's block and the other's await.

Only answers that are streams differ in more than that: they are other classes, made by other
parsers, and so other operations.
"""

from __future__ import annotations

import re
from dataclasses import replace

from codegen import names
from codegen.plan.context import Context
from codegen.plan.methods import (
    FacePlan,
    OperationPlan,
    PaginatorPlan,
    SessionPlan,
    WaiterPlan,
)
from codegen.plan.parts import FunctionPlan, ParamPlan
from codegen.plan.values import ParamsPlan, StructurePlan

#: Classes of streams; those for async clients are called the same with "Async" before it.
_STREAM = re.compile(r"\b(ByteEventStream|EventStream|StreamingBody|StreamingOutput)\b")
_SENT = re.compile(r"\bStreamingBlob\b")
_IMPORTED = ("AsyncByteEventStream", "AsyncEventStream", "AsyncStreamingBody")


def plan_awaited(
    context: Context, operations: tuple[OperationPlan, ...]
) -> tuple[OperationPlan, ...]:
    """The operations that are others for an async client."""
    classes = {context.class_name(shape.id) for shape in context.structures()}
    constants = {operation.constant for operation in operations}
    parsers = {operation.parser for operation in operations}
    return tuple(
        replace(
            operation,
            constant=names.safe(f"ASYNC_{operation.constant}", constants),
            twin=operation.constant,
            output=names.safe(f"Async{operation.output}", classes),
            parser=names.safe(operation.parser.replace("_", "_async_", 1), parsers),
        )
        for operation in operations
        if context.config.async_client and operation.streaming
    )


def awaited_structures(
    structures: tuple[StructurePlan, ...],
    operations: tuple[OperationPlan, ...],
    awaited: tuple[OperationPlan, ...],
) -> tuple[StructurePlan, ...]:
    """The classes of outputs whose streams are awaited."""
    made = _by_name(operations, awaited)
    return tuple(_structure(s, made[s.name].output) for s in structures if s.name in made)


def _structure(structure: StructurePlan, name: str) -> StructurePlan:
    def awaited(type_: str) -> str:
        # One that is an input as well holds what is sent, too; in an answer there is no such thing.
        return "AsyncStreamingBody" if "BodySource" in type_ else _asynchronous(type_)

    return replace(
        structure,
        name=name,
        base=_asynchronous(structure.base),
        members=tuple(replace(m, type=awaited(m.type)) for m in structure.members),
        arguments=tuple(replace(m, type=awaited(m.type)) for m in structure.arguments),
    )


def awaited_parsers(
    parsers: tuple[FunctionPlan, ...],
    operations: tuple[OperationPlan, ...],
    awaited: tuple[OperationPlan, ...],
) -> tuple[FunctionPlan, ...]:
    """All functions of `_parsers`, with those for async clients beside the others."""
    made = _by_parser(operations, awaited)
    found: list[FunctionPlan] = []
    for parser in parsers:
        found.append(parser)
        if parser.name in made:
            found.append(_parser(parser, *made[parser.name]))
    return tuple(found)


def _parser(parser: FunctionPlan, old: OperationPlan, new: OperationPlan) -> FunctionPlan:
    lines = [
        _asynchronous(line).replace(f"types.{old.output}(", f"types.{new.output}(")
        for line in parser.lines
    ]
    used = [name for name in _IMPORTED if any(f"{name}(" in line for line in lines)]
    imported = (
        f"from drawplate.async_streams import {', '.join(used)}  # only async clients need it"
    )
    return replace(
        parser,
        name=new.parser,
        returns=f"types.{new.output}",
        lines=(imported, "", *lines),
    )


def awaited_params(params: tuple[ParamsPlan, ...], *, async_client: bool) -> tuple[ParamsPlan, ...]:
    """The dictionaries of `params`, which both clients take."""
    if not async_client:
        return params
    return tuple(replace(plan, members=_taken(plan.members)) for plan in params)


def _taken(params: tuple[ParamPlan, ...]) -> tuple[ParamPlan, ...]:
    """Parameters as async clients take them."""
    return tuple(replace(p, type=_SENT.sub("AsyncStreamingBlob", p.type)) for p in params)


def plan_faces(
    context: Context,
    client: str,
    operations: tuple[OperationPlan, ...],
    awaited: tuple[OperationPlan, ...],
    paginators: tuple[PaginatorPlan, ...],
    waiters: tuple[WaiterPlan, ...],
    session: SessionPlan | None,
) -> tuple[FacePlan, ...]:
    """The client class that blocks and, unless the package does without it, the other one."""
    blocking = FacePlan(
        module="client",
        name=client,
        is_async=False,
        base="Client",
        define="def",
        give="return",
        request="Request",
        paginator="Paginator",
        sessions="sessions",
        session_base="Session",
        closing="object",
        operations=operations,
        paginators=paginators,
        waiters=waiters,
        session=session,
    )
    if not context.config.async_client:
        return (blocking,)
    changed = {operation.name: operation for operation in awaited}

    def outputs(type_: str) -> str:
        for old in operations:
            if old.name in changed:
                type_ = re.sub(
                    rf"\btypes\.{old.output}\b", f"types.{changed[old.name].output}", type_
                )
        return type_

    return (
        blocking,
        FacePlan(
            module="async_client",
            name=f"Async{client}",
            is_async=True,
            base="AsyncClient",
            define="async def",
            give="return await",
            request="AsyncRequest",
            paginator="AsyncPaginator",
            sessions="async_sessions",
            session_base="AsyncSession",
            closing="Awaitable[object]",
            operations=tuple(
                replace(operation, params=_taken(operation.params))
                for operation in (changed.get(each.name, each) for each in operations)
            ),
            paginators=tuple(
                replace(p, output=outputs(p.output), item=outputs(p.item)) for p in paginators
            ),
            waiters=tuple(replace(waiter, result=outputs(waiter.result)) for waiter in waiters),
            session=None if session is None else _session(session, changed),
        ),
    )


def _session(session: SessionPlan, changed: dict[str, OperationPlan]) -> SessionPlan:
    def awaited(operation: OperationPlan) -> OperationPlan:
        twin = changed.get(operation.name, operation)
        return replace(
            operation,
            constant=twin.constant,
            output=twin.output,
            params=_taken(operation.params),
        )

    methods = tuple(
        replace(method, operation=awaited(method.operation)) for method in session.methods
    )
    return replace(session, name=f"Async{session.name}", methods=methods)


def _asynchronous(text: str) -> str:
    return _STREAM.sub(r"Async\1", text)


def _by_name(
    operations: tuple[OperationPlan, ...], awaited: tuple[OperationPlan, ...]
) -> dict[str, OperationPlan]:
    """What is awaited, by the class of the output that it takes the place of."""
    blocking = {operation.name: operation for operation in operations}
    return {blocking[operation.name].output: operation for operation in awaited}


def _by_parser(
    operations: tuple[OperationPlan, ...], awaited: tuple[OperationPlan, ...]
) -> dict[str, tuple[OperationPlan, OperationPlan]]:
    blocking = {operation.name: operation for operation in operations}
    return {
        blocking[operation.name].parser: (blocking[operation.name], operation)
        for operation in awaited
    }
