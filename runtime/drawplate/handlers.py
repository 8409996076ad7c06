"""Code of yours around a call: generator functions, each of which runs the rest of the call.

    def handle(context, call_next):
        context.request.headers["x-foo"] = "1"
        response = yield from call_next(context)
        return response

A handler belongs to a step, and within it to a priority from 0 to 99; higher ones are further out,
and of two at the same place the one added first is. requests.md section 2.

The library's own work stands in the same order: parameters are checked at "validate" 50, the
request is made at "build" 50, retries happen at "sign" 99, the signature is made at "sign" 50, and
the request is sent at "send" 0. So what a handler of "build" changes is signed, and handlers of
"sign" and "send" run once for each attempt, those of "sign" from priority 50 down after signing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

from drawplate import _call

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate.context import RequestContext
    from drawplate.request import Response

Step = Literal["initialize", "validate", "build", "sign", "send"]

#: Runs the rest of a call with `call_next`, or answers without it.
HandlerFunction = Callable[["RequestContext", "CallNext"], "Flow[Response[Any]]"]


class HandlerObject(Protocol):
    """A handler with a state of its own."""

    def handle(self, context: RequestContext, call_next: CallNext, /) -> Flow[Response[Any]]: ...


Handler = HandlerFunction | HandlerObject

STEPS: Final = {"initialize": 400, "validate": 300, "build": 200, "sign": 100, "send": 0}
"""Where each step begins; a priority is added to it."""

#: Where the library's own stages are, outermost first; handlers of the same place are inside.
_STAGES: Final = (
    ("validate", 350),
    ("build", 250),
    ("retry", 199),
    ("sign", 150),
    ("send", 0),
)


class Entry:
    """A handler and its place: the beginning of a step and a priority."""

    __slots__ = ("handler", "operations", "weight")

    def __init__(
        self, handler: Handler, weight: int, operations: frozenset[str] | None = None
    ) -> None:
        self.handler = handler
        self.weight = weight
        self.operations = operations


class Handlers:
    """The handlers of a client, or of one request. Change them before calls are under way."""

    __slots__ = ("_entries", "_stages", "own")

    #: The library's own, which come first at the same place.
    own: tuple[Entry, ...]

    def __init__(self, entries: Iterable[Entry] = (), own: tuple[Entry, ...] = ()) -> None:
        self._entries = list(entries)
        self._stages: _call.Stages | None = None
        self.own = own

    def add(
        self,
        handler: Handler,
        *,
        step: Step = "build",
        priority: int = 50,
        operations: Iterable[str] | None = None,
    ) -> Handler:
        """Add a handler, for all operations or those whose methods are named; returns it.

        Raises `ValueError` for a step or priority that does not exist, `TypeError` for what cannot
        handle.
        """
        if step not in STEPS:
            raise ValueError(f"step must be one of {', '.join(STEPS)}, got {step!r}")
        if priority not in range(100):
            raise ValueError(f"priority must be a whole number from 0 to 99, got {priority!r}")
        if not callable(handler) and not callable(getattr(handler, "handle", None)):
            raise TypeError(
                "a handler must be a generator function of context and call_next, or an object "
                f"with such a method `handle`; got an object of type {type(handler).__name__}"
            )
        only = None if operations is None else frozenset(operations)
        self._entries.append(Entry(handler, STEPS[step] + priority, only))
        self._stages = None
        return handler

    def remove(self, handler: Handler | type) -> None:
        """Remove a handler, or all of a class. Raises `ValueError` when there is none."""
        kept = [
            entry
            for entry in self._entries
            if entry.handler is not handler and type(entry.handler) is not handler
        ]
        if len(kept) == len(self._entries):
            raise ValueError("there is no such handler; remove what `add` returned")
        self._entries = kept
        self._stages = None

    def copy(self) -> Handlers:
        """An independent list of the same handlers."""
        return Handlers(self._entries, self.own)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def stages(self) -> _call.Stages:
        """The stages of a call with these handlers around them; without any, the bare ones."""
        stages = self._stages
        if stages is None:
            stages = self._stages = self._composed()
        return stages

    def _composed(self) -> _call.Stages:
        if not self._entries and not self.own:
            return _call.BARE
        made: dict[str, CallNext] = {}
        # Stable: of equal weights the first added stays first, which is further out.
        waiting = sorted((*self.own, *self._entries), key=lambda entry: -entry.weight)
        for name, weight in _STAGES:
            outside = [entry for entry in waiting if entry.weight > weight]
            if name == "send":
                outside = waiting
            waiting = waiting[len(outside) :]
            stage: CallNext = getattr(_call, f"{name}_stage")
            for entry in reversed(outside):
                stage = _around(entry, stage)
            made[name] = stage
        return _call.Stages(**made)

    def __repr__(self) -> str:
        return f"<Handlers, {len(self._entries)}>"


def _around(entry: Entry, inner: CallNext) -> CallNext:
    given = entry.handler
    handle = cast("HandlerFunction", getattr(given, "handle", given))
    only = entry.operations

    def enter(context: RequestContext) -> Flow[Response[Any]]:
        if only is not None and context.operation_name not in only:
            return inner(context)
        flow: Any = handle(context, inner)
        if not hasattr(flow, "send"):
            raise TypeError(
                f"the handler {getattr(given, '__qualname__', type(given).__name__)} must be a "
                "generator function: return (yield from call_next(context))"
            )
        checked: Flow[Response[Any]] = flow
        return checked

    return enter
