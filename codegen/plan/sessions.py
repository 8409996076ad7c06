"""Plan of `sessions`: operations whose calls may belong to one session (`drawplate#sessions`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codegen import names
from codegen.model import SESSIONS, Node
from codegen.plan.context import Context
from codegen.plan.methods import OperationPlan, SessionMethodPlan, SessionPlan


def plan_sessions(context: Context, operations: tuple[OperationPlan, ...]) -> SessionPlan | None:
    """The class of sessions and how a client makes one; None where the service has none."""
    facts = context.service.traits.get(SESSIONS)
    if not isinstance(facts, Mapping):
        return None
    taking = [op for op in context.service.operations if _has(context, op.input, facts["id"])]
    opening = [op for op in taking if _has(context, op.output, facts["opened"])]
    if not opening:  # It is not among the operations that are kept.
        return None
    opener = opening[0]
    attribute = context.attribute(opener.input, str(facts["id"]))
    listed = facts["scope"]
    scope = {
        context.attribute(opener.input, str(name))
        for name in (listed if isinstance(listed, tuple) else ())
    }
    planned = {plan.name: plan for plan in operations}
    methods = tuple(
        _method(planned[op.name], {attribute, *scope}, opens=op in opening) for op in taking
    )
    params = planned[opener.name].params
    keywords = {param.name for param in params if param.name in scope} | {attribute}
    return SessionPlan(
        name=names.class_name(f"{context.config.client}Session"),
        method=names.safe("session", {plan.method for plan in operations}),
        scope=tuple(param for param in params if param.name in scope),
        id=next(param for param in params if param.name == attribute),
        closing=names.safe("closing", keywords),
        new=repr(facts["new"]),
        opened=repr(context.attribute(opener.output, str(facts["opened"]))),
        closed=repr(context.attribute(opener.output, str(facts["closed"]))),
        methods=methods,
    )


def _method(plan: OperationPlan, without: set[str], *, opens: bool) -> SessionMethodPlan:
    params = tuple(param for param in plan.params if param.name not in without)
    return SessionMethodPlan(
        name=names.safe(plan.method, names.SESSION_NAMES),
        operation=replace(plan, params=params),
        opens=opens,
    )


def _has(context: Context, shape_id: str, member: Node) -> bool:
    return any(held.name == member for held in context.shape(shape_id).members)
