"""A call as an object: built now, sent later, with handlers of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from drawplate.handlers import Handler, Handlers, Step
from drawplate.response import Response
from drawplate.structures import Output

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate.context import RequestContext, Target
    from drawplate.http import OnChunk
    from drawplate.operation import Operation

__all__ = ["Request", "Response"]

OutputT = TypeVar("OutputT", bound=Output)


class SendOptions:
    """How one request is to be sent; the names are those of `Request.send`."""

    __slots__ = ("on_chunk", "target")

    def __init__(
        self,
        target: Target | None = None,
        on_chunk: tuple[OnChunk | None, OnChunk | None] = (None, None),
    ) -> None:
        self.target = target
        self.on_chunk = on_chunk


class Request(Generic[OutputT]):
    """An operation with its parameters, not yet sent; made by `client.build_request`.

    The parameters were copied, but are checked only when the request is sent. Handlers added here
    are for this request alone. requests.md section 1.
    """

    __slots__ = ("_send", "handlers", "operation", "params")

    def __init__(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        handlers: Handlers,
        send: Callable[[Request[OutputT], SendOptions], Response[OutputT]],
    ) -> None:
        self.operation = operation
        self.params = dict(params)
        self.handlers = handlers
        self._send = send

    @property
    def operation_name(self) -> str:
        """Name of the operation, as the method is called."""
        return self.operation.method_name

    def handle(self, handler: Handler, *, step: Step = "initialize", priority: int = 50) -> Handler:
        """Add a handler to this request; see `drawplate.handlers`. Returns the handler."""
        return self.handlers.add(handler, step=step, priority=priority)

    def handle_request(
        self,
        function: Callable[[RequestContext], object],
        *,
        step: Step = "build",
        priority: int = 50,
    ) -> None:
        """Call a function on the way to the service; it may change `context.request`."""

        def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
            function(context)
            return (yield from call_next(context))

        self.handle(handle, step=step, priority=priority)

    def handle_response(
        self,
        function: Callable[[Response[Any]], object],
        *,
        step: Step = "initialize",
        priority: int = 50,
    ) -> None:
        """Call a function on the way back, if the service answered at all."""

        def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
            response = yield from call_next(context)
            if response.status:
                function(response)
            return response

        self.handle(handle, step=step, priority=priority)

    def send(
        self,
        *,
        target: Target | None = None,
        on_chunk_sent: OnChunk | None = None,
        on_chunk_received: OnChunk | None = None,
    ) -> Response[OutputT]:
        """Send it, and return what came of it.

        Raises what calling the operation raises; with the option `raise_response_errors=False` the
        errors of service and network are in `Response.error` instead. Parameters that are wrong,
        missing credentials and answers that cannot be understood are raised all the same.

        `target` takes the body of a successful answer, which then is not in the output: a path is
        opened, and removed when the call fails; a file opened in binary mode is written to; a
        function is called with each chunk, as it arrives, and the header fields.

        `on_chunk_sent` and `on_chunk_received` stand for the options of these names.
        """
        return self._send(self, SendOptions(target, (on_chunk_sent, on_chunk_received)))

    def __repr__(self) -> str:
        # The values may be secret.
        return f"<Request {self.operation_name}({', '.join(self.params)})>"
