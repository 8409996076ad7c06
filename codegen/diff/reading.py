"""From a model to the surface of its package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from codegen.diff.facts import (
    canonical,
    constraints,
    error_wire,
    limits_of,
    member_wire,
    operation_wire,
    text_of,
)
from codegen.diff.surface import (
    NO_CREDENTIALS,
    Bounds,
    Class,
    EndpointParameter,
    Endpoints,
    EnumValue,
    Error,
    Field,
    Fields,
    Method,
    Surface,
    Text,
)
from codegen.diff.widening import plain
from codegen.endpoints import RULE_SET, plan_endpoints
from codegen.faults import GenerationError
from codegen.loaded import LoadedModel
from codegen.model import Member, Operation, Service, Shape
from codegen.plan import plan_package
from codegen.plan.context import API, Context
from codegen.plan.methods import OperationPlan
from codegen.plan.parts import ParamPlan
from codegen.plan.protocols import protocol_of
from codegen.plan.values import MemberPlan, PackagePlan
from codegen.resolve import resolve

_NONE = " | None"
_AUTH = {None: "a signature", "None": NO_CREDENTIALS, "BearerAuth()": "a bearer token"}
_NO_TEXT = Text("", deprecated=False)


def surface_of(loaded: LoadedModel) -> Surface:
    """Plan the package of a model and return what its callers see.

    Endpoint rules that cannot be compiled count as rules without a signature. Raises
    GenerationError for everything else that stops generation.
    """
    service = resolve(loaded)
    # Rules are planned apart: a fault in those of an old model says nothing about its operations.
    without_rules = {name: value for name, value in service.traits.items() if name != RULE_SET}
    plan = plan_package(replace(service, traits=without_rules), loaded.config, {})
    return _Reader(service, plan).surface(_endpoints(service, loaded))


def _endpoints(service: Service, loaded: LoadedModel) -> Endpoints | None:
    source = canonical(service.traits.get(RULE_SET))
    try:
        plan = plan_endpoints(service)
    except GenerationError:
        return Endpoints(None, source, source, docs="", partitions="")
    if plan is None:
        return None
    return Endpoints(
        parameters={
            item.name: EndpointParameter(item.annotation, item.default is None, item.declaration)
            for item in plan.parameters
        },
        source=source,
        rules="\n".join(plan.body),
        docs=plan.details,
        partitions=canonical(loaded.partitions) if plan.uses_partitions else "",
    )


class _Reader:
    """Pairs what the plan made with the shapes that it made it from."""

    def __init__(self, service: Service, plan: PackagePlan) -> None:
        context = Context(service, plan.config)
        self._service = service
        self._plan = plan
        self._context = context
        self._places: dict[str, list[str]] = {}
        inputs = [context.shape(operation.input) for operation in service.operations]
        self._passed = context.reachable(m.target for shape in inputs for m in shape.members)
        self._received = context.reachable((*context.outputs, *service.errors))

    def surface(self, endpoints: Endpoints | None) -> Surface:
        plan, service = self._plan, self._service
        pairs = zip(service.operations, plan.operations, strict=True)
        # What notes places comes before the bounds, which name them.
        methods = {item.method: self._method(operation, item) for operation, item in pairs}
        classes = {**self._structures(), **self._unions(), **self._enums(), **self._streams()}
        errors = self._errors()
        return Surface(
            service=service.id,
            distribution=plan.config.distribution,
            package=plan.config.package,
            client=plan.client,
            base_error=plan.base_error,
            service_id=plan.service_id,
            signing_name=plan.signing_name,
            text=text_of(service),
            methods=methods,
            classes=classes,
            errors=errors,
            bounds={
                shape.name: self._bounds(shape)
                for shape in service.shapes.values()
                if shape.type not in ("structure", "union", "enum", "intEnum")
                and self._context.is_used(shape)
            },
            endpoints=endpoints,
        )

    def _method(self, operation: Operation, plan: OperationPlan) -> Method:
        context = self._context
        python = f"{self._plan.client}.{plan.method}"
        keywords = "".join(f", {param.keyword}" for param in plan.params)
        events = (
            event.target
            for member in context.shape(operation.output).members
            if member.target in context.streams
            for event in context.target(member).members
        )
        raised = {*operation.errors, *(event for event in events if event in context.event_errors)}
        return Method(
            shape=operation.id,
            python=python,
            name=plan.method,
            line=f"def {plan.method}(self{keywords and ', *'}{keywords}) -> types.{plan.output}",
            parameters=self._parameters(
                context.shape(operation.input), plan.params, f"{python}(", ")"
            ),
            input=plan.input,
            output=plan.output,
            raises=tuple(sorted(map(context.class_name, raised))),
            streaming=plan.streaming,
            auth=_AUTH.get(plan.auth, f"`{plan.auth}`"),
            wire=operation_wire(protocol_of(context.service), operation),
            text=text_of(operation),
        )

    def _parameters(
        self, shape: Shape, plans: Iterable[ParamPlan], before: str, after: str = ""
    ) -> Fields:
        """What a caller passes for a structure, in model order."""
        by_name = {plan.name: plan for plan in plans}
        fields: dict[str, Field] = {}
        for member in shape.members:
            plan = by_name[self._context.attribute(shape.id, member.name)]
            fields[plan.name] = self._field(
                shape,
                member,
                name=plan.name,
                python=f"{before}{plan.name}{after}",
                line=plan.keyword,
                type_=plan.type,
                optional=not plan.required,
            )
        return fields

    def _attributes(self, shape: Shape, plans: Iterable[MemberPlan], before: str) -> Fields:
        """What a caller reads from a structure, in model order."""
        members = {member.name: member for member in shape.members}
        return {
            plan.name: self._field(
                shape,
                members[plan.wire_name],
                name=plan.name,
                python=f"{before}{plan.name}",
                line=f"{plan.name}: {plan.type}",
                type_=plan.type.removesuffix(_NONE),
                optional=plan.type.endswith(_NONE),
            )
            for plan in plans
        }

    def _field(
        self,
        shape: Shape,
        member: Member,
        *,
        name: str,
        python: str,
        line: str,
        type_: str,
        optional: bool = False,
    ) -> Field:
        self._note_place(member, python)
        return Field(
            shape=f"{shape.id}${member.name}",
            python=python,
            name=name,
            type=plain(type_),
            optional=optional,
            line=plain(line),
            text=text_of(member),
            wire=member_wire(self._context, member),
            limits=limits_of(self._context, member),
            sensitive=member.has(f"{API}sensitive"),
        )

    def _note_place(self, member: Member, python: str) -> None:
        """Remember that callers meet the member's target here, and what a list or map holds."""
        target = self._context.target(member)
        places = self._places.setdefault(target.id, [])
        if python not in places:
            places.append(python)
            for inner in target.members if target.type in ("list", "map") else ():
                self._note_place(inner, python)

    def _structures(self) -> dict[str, Class]:
        params = {plan.name: plan.members for plan in self._plan.params}
        found: dict[str, Class] = {}
        plans = zip(self._context.structures(), self._plan.structures, strict=True)
        for shape, plan in plans:
            # An input is documented at its method.
            is_input = self._context.operation_of_input(shape.id) is not None
            is_passed, is_received = shape.id in self._passed, shape.id in self._received
            found[plan.name] = Class(
                shape=shape.id,
                python=f"types.{plan.name}",
                sort="structure",
                line=f"class {plan.name}({plan.base})",
                text=_NO_TEXT if is_input else text_of(shape),
                parameters=(
                    self._parameters(shape, params[plan.name], f"params.{plan.name}.")
                    if is_passed
                    else None
                ),
                attributes=(
                    self._attributes(shape, plan.members, f"types.{plan.name}.")
                    if is_received
                    else None
                ),
            )
        return found

    def _unions(self) -> dict[str, Class]:
        found: dict[str, Class] = {}
        plans = zip(self._context.unions(), self._plan.choices, strict=True)
        for shape, plan in plans:
            choices: dict[str, Field] = {}
            for member, choice in zip(shape.members, plan.members, strict=True):
                value = f"value: {choice.type}" if choice.type else ""
                choices[choice.name] = self._field(
                    shape,
                    member,
                    name=choice.name,
                    python=f"types.{choice.name}",
                    line=f"{choice.name}({value})",
                    type_=choice.type or "None",
                )
            found[plan.name] = Class(
                shape=shape.id,
                python=f"types.{plan.name}",
                sort="union",
                line=f"{plan.name}: TypeAlias = {plan.alias}",
                text=text_of(shape),
                choices=choices,
            )
        return found

    def _enums(self) -> dict[str, Class]:
        shapes = {
            self._context.class_name(shape.id): shape
            for shape in self._service.shapes.values()
            if shape.type in ("enum", "intEnum")
        }
        found: dict[str, Class] = {}
        for plan in self._plan.enums:
            shape = shapes[plan.name]
            members = zip(shape.members, plan.values, strict=True)
            found[plan.name] = Class(
                shape=shape.id,
                python=f"types.{plan.name}",
                sort="enum",
                line=f"class {plan.name}",
                text=text_of(shape),
                values={
                    value.name: EnumValue(
                        shape=f"{shape.id}${member.name}",
                        python=f"types.{plan.name}.{value.name}",
                        line=f"{value.name}: Final = {value.literal}",
                        text=text_of(member),
                    )
                    for member, value in members
                },
            )
        return found

    def _streams(self) -> dict[str, Class]:
        context = self._context
        found: dict[str, Class] = {}
        for shape in map(context.shape, context.streams):
            name = context.class_name(shape.id)
            plan = next(item for item in self._plan.unions if item.name == name)
            found[name] = Class(
                shape=shape.id,
                python=f"types.{name}",
                sort="event stream",
                line=f"{name}: TypeAlias = {plan.alias}",
                text=text_of(shape),
                events={
                    member.name: context.class_name(member.target)
                    for member in shape.members
                    if member.target not in context.event_errors
                },
                callbacks={
                    member.name: (handler.method, handler.type)
                    for member, handler in zip(shape.members, plan.handlers, strict=True)
                    if plan.is_received
                },
            )
        return dict(sorted(found.items()))

    def _errors(self) -> dict[str, Error]:
        shapes = {
            self._context.class_name(shape_id): self._context.shape(shape_id)
            for shape_id in self._service.errors
        }
        return {
            plan.name: Error(
                shape=shapes[plan.name].id,
                python=f"errors.{plan.name}",
                line=f"class {plan.name}({plan.bases})",
                text=text_of(shapes[plan.name]),
                is_event="EventStreamError" in plan.bases,
                behaviour={
                    "fault": plan.fault,
                    "retryable": str(plan.retryable),
                    "throttling": str(plan.throttling),
                },
                wire=error_wire(protocol_of(self._context.service), shapes[plan.name]),
                attributes=self._attributes(
                    shapes[plan.name], plan.members, f"errors.{plan.name}."
                ),
            )
            for plan in self._plan.errors
        }

    def _bounds(self, shape: Shape) -> Bounds:
        return Bounds(
            shape=shape.id,
            own=constraints(shape.traits),
            items={member.name: limits_of(self._context, member) for member in shape.members},
            places=tuple(self._places.get(shape.id, ())),
        )
