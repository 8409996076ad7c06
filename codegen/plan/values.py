"""The plan: every name, type and statement of a package, decided. Templates only print it."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.endpoints import EndpointPlan
from codegen.package import PackageConfig
from codegen.partitions import PartitionPlan
from codegen.plan.methods import (
    FacePlan,
    OperationPlan,
    PaginatorPlan,
    SessionPlan,
    WaiterPlan,
)
from codegen.plan.parts import FunctionPlan, ParamPlan


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """A member as attribute and as keyword of `__init__`."""

    name: str
    wire_name: str
    """The member's name in the model."""
    docs: str
    type: str
    """Type expression of the attribute, `| None` included where it may be absent."""
    required: bool
    """Whether `__init__` has no default for it."""
    default: str = "None"
    """Expression for the default value, if there is one."""
    default_is_made: bool = False
    """Whether the default is made anew for each instance, since it can be changed."""

    @property
    def keyword(self) -> str:
        """The member as a signature has it."""
        if self.required:
            return f"{self.name}: {self.type}"
        if self.default_is_made:
            return f"{self.name}: {self.type}{'' if self.type == 'Any' else ' | None'} = None"
        return f"{self.name}: {self.type} = {self.default}"

    @property
    def assigned(self) -> str:
        """What `__init__` sets the attribute to."""
        if self.default_is_made:
            return f"{self.default} if {self.name} is None else {self.name}"
        return self.name


@dataclass(frozen=True, slots=True)
class StructurePlan:
    """A class in `types`."""

    name: str
    docs: str
    base: str
    stream: str | None
    """Name of the member that holds the event stream of an output."""
    blob: tuple[str, str] | None
    """Names of the members that hold the blob that an output is, and the type of its content."""
    deferred: str
    """Expression that says where the result of an output will be, "" for other classes."""
    event_type: str
    """Annotation and value of the attribute that tells which event it is, "" for other classes."""
    members: tuple[MemberPlan, ...]
    """In model order."""
    arguments: tuple[MemberPlan, ...]
    """Required ones first."""
    sensitive: tuple[str, ...]

    @property
    def slots(self) -> str:
        """The attributes, as the text of a tuple."""
        return repr(tuple(member.name for member in self.members))


@dataclass(frozen=True, slots=True)
class EnumValuePlan:
    """A constant of an enum."""

    name: str
    literal: str
    docs: str


@dataclass(frozen=True, slots=True)
class EnumPlan:
    """A class of constants in `types`; members are typed as plain `str` or `int`."""

    name: str
    docs: str
    values: tuple[EnumValuePlan, ...]


@dataclass(frozen=True, slots=True)
class UnionMemberPlan:
    """A class in `types` for one member of a union."""

    name: str
    docs: str
    type: str | None
    """Type expression of the value, None for a member that has none."""
    sensitive: bool

    @property
    def slots(self) -> str:
        """The attributes, as the text of a tuple."""
        return "()" if self.type is None else '("value",)'


@dataclass(frozen=True, slots=True)
class UnionPlan:
    """A union that is no stream: a class for each member, and an alias for all of them."""

    name: str
    docs: str
    alias: str
    """The alternatives as the text of a type alias, quoted."""
    members: tuple[UnionMemberPlan, ...]


@dataclass(frozen=True, slots=True)
class EventHandlerPlan:
    """A method that takes a callback for one member of a stream."""

    method: str
    event_type: str
    type: str
    """Class of the event, with its module."""


@dataclass(frozen=True, slots=True)
class EventUnionPlan:
    """The events of a stream: an alias in `types`, a table in `_parsers`, a class for handlers."""

    name: str
    is_received: bool
    """Whether there is a table: the stream is part of an output."""
    docs: str
    constant: str
    alias: str
    """The alternatives as the text of a type alias, quoted."""
    kind: str
    """Class of the table."""
    content: str
    """Function that returns the bytes which an event carries, "" where no event does."""
    events: tuple[tuple[str, str], ...]
    """Wire name and parser of each event."""
    exceptions: tuple[tuple[str, str], ...]
    handlers: tuple[EventHandlerPlan, ...]
    """One for each member, in model order."""
    handled: str
    """Type expression of all that a handler is called with, as far as the model knows it."""
    handler_function: str
    """Function that returns the class for handlers."""


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """The events of a stream that is sent: a table in `_serializers`.

    Each event as its member in Python, its name on the wire, and the function that encodes it.
    """

    constant: str
    events: tuple[tuple[str, str, str], ...]
    exceptions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ErrorPlan:
    """A class in `errors`."""

    name: str
    docs: str
    code: str
    fault: str
    bases: str
    retryable: bool
    retryable_if: str
    """Expression that tells whether it is, where a member decides, else ""."""
    throttling: bool
    event_type: str
    """As that of a structure."""
    message: str
    """Type expression of the message, `| None` left out."""
    members: tuple[MemberPlan, ...]
    """All but the message, in model order."""


@dataclass(frozen=True, slots=True)
class ParamsPlan:
    """A `TypedDict` in `params`."""

    name: str
    docs: str
    members: tuple[ParamPlan, ...]


@dataclass(frozen=True, slots=True)
class InputPlan:
    """A checker in `_inputs`, of a structure, a union or a stream of events.

    In `_stubs`, what such a shape is made of.
    """

    constant: str
    checker: str
    made: str
    """Expression for what it makes: the class, or the name of a union."""
    required: str
    """Expression for the names of required members, "" for a union, which has one member."""
    members: tuple[tuple[str, str], ...]
    """Name and checker expression of each member that can be named at once; in a union, class and
    checker."""
    deferred: tuple[tuple[str, str], ...]
    """Those that name a checker defined further down: shapes that contain themselves."""


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """What the answers of an operation are made of: an entry in `_stubs`."""

    method: str
    made: str
    members: tuple[tuple[str, str], ...]
    """Attribute of the output, and expression for its place and kind."""
    required: str
    """As in `InputPlan`."""
    unset: tuple[str, ...]
    """Members that are not made up: tokens of a next page."""


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """A whole generated package."""

    config: PackageConfig
    source: str
    """The model file that generated files name in their header."""
    client: str
    docs: str
    service_id: str
    """This and the next two are Python literals."""
    signing_name: str
    identifier: str
    needs_region: bool
    """Whether a client without a region could not make any request."""
    base_error: str
    operations: tuple[OperationPlan, ...]
    paginators: tuple[PaginatorPlan, ...]
    waiters: tuple[WaiterPlan, ...]
    sessions: SessionPlan | None
    structures: tuple[StructurePlan, ...]
    awaited_structures: tuple[StructurePlan, ...]
    """Outputs of operations that are others for the client that is awaited."""
    enums: tuple[EnumPlan, ...]
    choices: tuple[UnionPlan, ...]
    unions: tuple[EventUnionPlan, ...]
    errors: tuple[ErrorPlan, ...]
    error_parsers: tuple[tuple[str, str], ...]
    """Error code, as a literal, and parser of each modelled error."""
    error_reader: str | None
    """Function that takes error answers apart, where it is not the runtime's default."""
    params: tuple[ParamsPlan, ...]
    inputs: tuple[InputPlan, ...]
    plain_inputs: tuple[FunctionPlan, ...]
    """Functions that take plain values as they are, by input."""
    stub_shapes: tuple[InputPlan, ...]
    """What outputs hold, in `_stubs`; built as checkers are."""
    answers: tuple[AnswerPlan, ...]
    serializers: tuple[FunctionPlan, ...]
    encoders: tuple[EncoderPlan, ...]
    parsers: tuple[FunctionPlan, ...]
    endpoint: EndpointPlan | None
    endpoint_arguments: tuple[tuple[str, str], ...]
    """Argument of `resolve_endpoint` and the expression that fills it."""
    endpoint_of_client: bool
    """Whether the rules lead somewhere without an operation that has its say."""
    endpoint_functions: tuple[FunctionPlan, ...]
    """One for each operation that fills parameters of the endpoint rules itself."""
    partitions: tuple[PartitionPlan, ...]
    """A table of the package's own; empty where the rules ask for none or the runtime's serves."""
    partitions_module: str
    """Where `endpoints` imports the table from, if it needs one."""

    faces: tuple[FacePlan, ...]
    """The class that blocks, and the one that is awaited if there is one."""
    awaited: tuple[OperationPlan, ...]
    """Operations that are others for the one that is awaited: those whose answers are streams."""

    @property
    def classes(self) -> tuple[StructurePlan, ...]:
        """Every class of `types` that is a structure."""
        return tuple(
            sorted((*self.structures, *self.awaited_structures), key=lambda plan: plan.name)
        )

    @property
    def async_client(self) -> str:
        """The name of the class that is awaited, "" where there is none."""
        return self.faces[-1].name if self.faces[-1].is_async else ""

    @property
    def clients(self) -> tuple[str, ...]:
        """Names of the client classes, sorted."""
        return tuple(sorted(face.name for face in self.faces))

    @property
    def has_overloads(self) -> bool:
        """Whether `build_request` and `stub_data` have several forms."""
        return len(self.operations) > 1

    @property
    def operation_names(self) -> str:
        """Names of the methods, as a list of literals."""
        return ", ".join(repr(operation.method) for operation in self.operations)

    @property
    def waiter_names(self) -> str:
        """Names of the waiters, as the text of a tuple."""
        return repr(tuple(waiter.snake for waiter in self.waiters))

    @property
    def type_names(self) -> list[str]:
        """Public names of the module `types`."""
        names = [plan.name for plan in self.enums]
        names += [plan.name for plan in self.classes]
        names += [plan.name for plan in self.choices]
        names += [member.name for plan in self.choices for member in plan.members]
        names += [plan.name for plan in self.unions]
        return sorted(names)

    @property
    def received(self) -> tuple[EventUnionPlan, ...]:
        """Streams of events that are part of an output."""
        return tuple(plan for plan in self.unions if plan.is_received)

    @property
    def error_names(self) -> list[str]:
        """Public names of the module `errors`."""
        return sorted([self.base_error, *(plan.name for plan in self.errors)])

    @property
    def recursive_inputs(self) -> tuple[InputPlan, ...]:
        """Checkers with members that name a checker further down."""
        return tuple(plan for plan in self.inputs if plan.deferred)

    @property
    def recursive_stub_shapes(self) -> tuple[InputPlan, ...]:
        """The same of what outputs hold."""
        return tuple(plan for plan in self.stub_shapes if plan.deferred)
