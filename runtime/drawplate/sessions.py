"""Stateful sessions: calls that one place answers, which remembers the ones before.

The model's overlay says which operations take part (`drawplate#sessions`), and generated clients
have a method that makes a session. Wire format: operations.md sections 1 and 2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

from drawplate._call import Acquire, Flow
from drawplate._flow_lock import FlowLock
from drawplate.errors import DrawplateError, ResponseParseError
from drawplate.parse import as_date_time
from drawplate.structures import Structure

if TYPE_CHECKING:
    from datetime import datetime

    from drawplate.context import RequestContext
    from drawplate.operation import Operation
    from drawplate.response import Response
    from drawplate.structures import Output

__all__ = [
    "AsyncSession",
    "NewSession",
    "Session",
    "SessionClosedError",
    "SessionError",
    "SessionFacts",
    "SessionNotOpenError",
    "SessionStatus",
    "read_new_session",
]

OutputT = TypeVar("OutputT", bound="Output")
ResultT = TypeVar("ResultT")

SessionStatus = Literal["new", "open", "closed", "left"]
"""What is known of a session: not asked for yet, open, closed by the service, or left by you."""


class SessionError(DrawplateError):
    """A session cannot be used, or did not come about."""


class SessionNotOpenError(SessionError):
    """There is no session: the call cannot open one, or the answer did not bring one.

    `output` is the answer that brought none, None where nothing was sent.
    """

    def __init__(self, message: str, output: Output | None = None) -> None:
        super().__init__(message)
        self.output = output


class SessionClosedError(SessionError):
    """The session has ended: the service closed it, or you left it. Nothing was sent."""


class NewSession(Structure):
    """A session as it is announced: its id, and when it ends, None where that is not told."""

    __slots__ = ("expires_at", "session_id")

    def __init__(self, session_id: str, expires_at: datetime | None) -> None:
        self.session_id = session_id
        self.expires_at = expires_at


def read_new_session(text: str) -> NewSession:
    """Take apart "ID; Expires=2026-01-15T13:34:56Z". An end that is no timestamp counts as none."""
    session_id, _, rest = text.partition(";")
    name, _, moment = rest.strip().partition("=")
    if name.strip().lower() != "expires":
        return NewSession(session_id.strip(), None)
    try:
        return NewSession(session_id.strip(), as_date_time(moment.strip()))
    except ResponseParseError:  # the id is worth more than the time
        return NewSession(session_id.strip(), None)


class SessionFacts:
    """How the sessions of a service work, by the names that members have in Python.

    `parameter` is the one that says which session a call belongs to, and `new` its value that asks
    for a new one; `opened` and `closed` are the members of outputs that tell of a session which was
    opened or closed. `opening` names the operations that can open one.
    """

    __slots__ = ("closed", "new", "opened", "opening", "parameter")

    def __init__(
        self, *, parameter: str, new: str, opened: str, closed: str, opening: tuple[str, ...]
    ) -> None:
        self.parameter = parameter
        self.new = new
        self.opened = opened
        self.closed = closed
        self.opening = opening


class SessionState:
    """What is known of one session, and the flow of its calls, free of I/O."""

    __slots__ = ("_facts", "_opening", "_params", "ended", "expires_at", "id", "left")

    def __init__(
        self, facts: SessionFacts, params: Mapping[str, object], session_id: str | None
    ) -> None:
        self._facts = facts
        self._params = params
        self._opening = FlowLock()
        self.id = session_id
        self.expires_at: datetime | None = None
        self.ended = False
        self.left = False

    @property
    def status(self) -> SessionStatus:
        """What is known of the session."""
        if self.ended:
            return "closed"
        if self.left:
            return "left"
        return "new" if self.id is None else "open"

    def call(self, params: Mapping[str, object], context: RequestContext) -> Flow[Response[Any]]:
        """Run one call of the session. The first one opens it, and others wait until it has.

        Raises `SessionClosedError` and `SessionNotOpenError`.
        """
        self._check()
        if self.id is None:
            yield Acquire(self._opening)
            try:
                self._check()  # another call may have opened and closed it
                if self.id is None:
                    return (yield from self._open(params, context))
            finally:
                self._opening.release()
        response = yield from self._send(params, context, self.id)
        self._look(response)
        return response

    def _check(self) -> None:
        if self.ended:
            raise SessionClosedError(
                f"session {self.id!r} was closed by the service; make a new one"
            )
        if self.left:
            raise SessionClosedError("the session was left; make a new one")

    def _open(self, params: Mapping[str, object], context: RequestContext) -> Flow[Response[Any]]:
        operation, facts = context.operation, self._facts
        if operation.name not in facts.opening:
            raise SessionNotOpenError(
                f"{operation.name} cannot open a session; call {' or '.join(facts.opening)} first, "
                f"or make the session with the {facts.parameter} of one that is open"
            )
        response = yield from self._send(params, context, facts.new)
        if response.data is None or response.error is not None:
            return response
        text: str | None = getattr(response.data, facts.opened)
        if not text:
            raise SessionNotOpenError(
                f"the answer of {operation.name} has no {facts.opened}: what answered keeps no "
                "sessions; call the client's own method instead",
                response.data,
            )
        opened = read_new_session(text)
        self.id, self.expires_at = opened.session_id, opened.expires_at
        self._look(response)
        return response

    def _send(
        self, params: Mapping[str, object], context: RequestContext, session_id: str
    ) -> Flow[Response[Any]]:
        context.params = {**self._params, **params, self._facts.parameter: session_id}
        return (yield from context.stages.validate(context))

    def _look(self, response: Response[Any]) -> None:
        if getattr(response.data, self._facts.closed, None) == self.id:
            self.ended = True


class _Leaving:
    """Around the end of a session that is left by an error: what went wrong first is to be seen.

    What its end raises becomes a note of that error; without one it is raised.
    """

    __slots__ = ("_error",)

    def __init__(self, error: BaseException | None) -> None:
        self._error = error

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._error is None or not isinstance(failure, Exception):
            return False
        self._error.add_note(f"closing the session failed as well: {failure!r}")
        return True


class SessionBase(Generic[ResultT]):
    """What sessions of blocking and of asyncio clients have in common."""

    __slots__ = ("_invoke", "_state")

    _facts: ClassVar[SessionFacts]

    def __init__(
        self,
        invoke: Callable[..., ResultT],
        params: Mapping[str, object],
        session_id: str | None,
    ) -> None:
        self._invoke = invoke
        self._state = SessionState(self._facts, params, session_id)

    @property
    def id(self) -> str | None:
        """Id of the session, None until the first call has opened it."""
        return self._state.id

    @property
    def expires_at(self) -> datetime | None:
        """When the session ends by itself, as it was announced; None where that is not known."""
        return self._state.expires_at

    @property
    def status(self) -> SessionStatus:
        """What is known of the session: "new", "open", "closed" by the service, "left" by you."""
        return self._state.status

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}, {self.status}>"


class Session(SessionBase[Any]):
    """Calls of one session. Made by a method of a generated client, which tells its parameters.

    The first call opens the session: it asks for a new one, and what its answer says is sent along
    with every later call. If the first call fails, the next one is the first. Safe to share between
    threads: calls that are made while the first one is under way wait until it is answered, and
    then run side by side. A context manager that ends the session on exit.
    """

    __slots__ = ("_closing",)

    def __init__(
        self,
        invoke: Callable[..., Any],
        params: Mapping[str, object],
        session_id: str | None,
        closing: Callable[[Any], object] | None,
    ) -> None:
        super().__init__(invoke, params, session_id)
        self._closing = closing

    def _call(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        *handlers: object,
    ) -> OutputT:
        around = partial(self._state.call, params)
        output: OutputT = self._invoke(operation, around, *handlers)
        return output

    def close(self) -> None:
        """Leave the session. Idempotent; a call made later raises `SessionClosedError`.

        If it is open, and `closing` was given, that is called first: what ends a session is a
        request that the container understands, so only you can make it. Raises what it raises.
        Without it the session lives at the service until it expires.
        """
        state, closing = self._state, self._closing
        self._closing = None
        try:
            if closing is not None and state.status == "open":
                closing(self)
        finally:
            state.left = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with _Leaving(error):
            self.close()


class AsyncSession(SessionBase[Awaitable[Any]]):
    """The same of an async client: its calls, leaving it and `closing` are awaited.

    Safe to share between tasks. An async context manager; see `Session`.
    """

    __slots__ = ("_closing",)

    def __init__(
        self,
        invoke: Callable[..., Awaitable[Any]],
        params: Mapping[str, object],
        session_id: str | None,
        closing: Callable[[Any], Awaitable[object]] | None,
    ) -> None:
        super().__init__(invoke, params, session_id)
        self._closing = closing

    async def _call(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        *handlers: object,
    ) -> OutputT:
        around = partial(self._state.call, params)
        output: OutputT = await self._invoke(operation, around, *handlers)
        return output

    async def aclose(self) -> None:
        """Leave the session; see `Session.close`."""
        state, closing = self._state, self._closing
        self._closing = None
        try:
            if closing is not None and state.status == "open":
                await closing(self)
        finally:
            state.left = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with _Leaving(error):
            await self.aclose()
