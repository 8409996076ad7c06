"""The plan of clients: their methods, and the classes that have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegen.plan.parts import FunctionPlan, ParamPlan


@dataclass(frozen=True, slots=True)
class OperationEventsPlan:
    """How a method takes what handles the events of its answer."""

    member: str
    """The member of the output that is the stream."""
    handler: str
    """Class for handlers."""
    handler_function: str
    handler_keyword: str
    """Keyword for a handler; the next one is for a function that registers callbacks."""
    register_keyword: str

    @property
    def keywords(self) -> tuple[str, str]:
        """Both as a signature has them."""
        made = f"_event_streams.{self.handler}"
        register = f"Callable[[{made}], object] | None = None"
        return (
            f"{self.handler_keyword}: {made} | {register}",
            f"{self.register_keyword}: {register}",
        )


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """A client method and its operation value."""

    name: str
    method: str
    constant: str
    docs: str
    raises: tuple[tuple[str, str], ...]
    """Class name and first sentence of each modelled error."""
    input: str
    checker: str
    plain_input: str | None
    """Function that takes plain values as they are."""
    output: str
    params: tuple[ParamPlan, ...]
    """Required ones first, in model order."""
    serializer: str
    parser: str
    streaming: bool
    sends_events: bool
    auth: str | None
    """Expression, None where requests are signed; likewise the next ones, None for none."""
    unsigned_payload: bool
    host_prefix: str | None
    checksums: str | None
    compression: str | None
    endpoint: str | None
    """Function that finds the endpoint, where the operation has a say in it."""
    discovery: str | None
    """How the service is asked for the endpoint; likewise an expression."""
    api_version: str | None
    """Version of the service's interface, where the operation is the one that tells endpoints."""
    idempotency_token: str | None
    """The member that is filled where the caller left it out."""
    blob_payload: str | None
    """The member of the output that is the whole body, as bytes or as a stream of them."""
    events: OperationEventsPlan | None
    """The events that it answers with."""
    twin: str | None = None
    """The constant of the operation that this one is but for its parser and output."""

    @property
    def keywords(self) -> tuple[str, ...]:
        """The method's signature."""
        events = () if self.events is None else self.events.keywords
        return (*(param.keyword for param in self.params), *events)

    @property
    def invoke(self) -> str:
        """Method of the runtime's client that makes the call."""
        return "_invoke" if self.events is None else "_invoke_stream"


@dataclass(frozen=True, slots=True)
class PaginatorPlan:
    """A value in `_paginators`, and the client method that uses it."""

    method: str
    called: str
    """The method of the operation."""
    constant: str
    """Also that of the operation."""
    input: str
    output: str
    """Type expression, like the next one."""
    item: str
    member: str
    """The attribute of the input that asks for a page."""
    next_token: str
    """Expression for the token of the next page; this and the next one read `output`."""
    items: str
    named: str | None
    """What the items are called; None where pages are all there is."""


@dataclass(frozen=True, slots=True)
class WaiterPlan:
    """A function and a value in `_waiters`, and the client method that uses them."""

    name: str
    snake: str
    """The name as `waiter_names` has it."""
    method: str
    called: str
    """The method of the operation."""
    operation: str
    """The constant of the operation."""
    constant: str
    docs: str
    input: str
    result: str
    """Type expression of what waiting returns."""
    options: tuple[str, str, str]
    """Keywords for the longest wait, the shortest and the longest delay."""
    min_delay: int
    max_delay: int
    judge: FunctionPlan

    @property
    def keywords(self) -> tuple[str, ...]:
        """The options as a signature has them."""
        longest, shortest, last = self.options
        return (
            f"{longest}: float",
            f"{shortest}: float = {self.min_delay}",
            f"{last}: float = {self.max_delay}",
        )


@dataclass(frozen=True, slots=True)
class SessionMethodPlan:
    """A method of sessions: a call of an operation without what the session knows."""

    name: str
    operation: OperationPlan
    """With the parameters that are left."""
    opens: bool
    """Whether the first call of a session may be one of these."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A class in `sessions`, and the client method that makes one."""

    name: str
    method: str
    scope: tuple[ParamPlan, ...]
    """What all calls of a session have in common; keywords of the method."""
    id: ParamPlan
    """The parameter that says which session a call belongs to; likewise a keyword."""
    closing: str
    """Keyword for what is done on leaving the session."""
    new: str
    """Literal for the id that asks for a new session; the next ones are attributes of outputs."""
    opened: str
    closed: str
    methods: tuple[SessionMethodPlan, ...]

    @property
    def opening(self) -> str:
        """Names of the methods that may come first, as a list of literals."""
        return ", ".join(repr(method.operation.name) for method in self.methods if method.opens)


@dataclass(frozen=True, slots=True)
class FacePlan:
    """A client class in a module of its own: one that blocks, or one that is awaited."""

    module: Literal["client", "async_client"]
    name: str
    is_async: bool
    base: str
    """Its base class in the runtime, in a module that is called like its own."""
    define: Literal["def", "async def"]
    give: Literal["return", "return await"]
    """How a method makes a call."""
    request: str
    """Class of what `build_request` makes; the next one is what pages are taken from."""
    paginator: str
    sessions: Literal["sessions", "async_sessions"]
    """The module that has the class of its sessions; the next ones are the class in the runtime
    that it has as its base, and what the function returns that ends a session."""
    session_base: str
    closing: str
    operations: tuple[OperationPlan, ...]
    paginators: tuple[PaginatorPlan, ...]
    waiters: tuple[WaiterPlan, ...]
    session: SessionPlan | None
