"""A call as an object: built now, sent later, with handlers of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from drawplate.handlers import Handler, Handlers, Step
from drawplate.response import Response
from drawplate.structures import Output

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate._reading import Reading
    from drawplate.context import RequestContext, Target
    from drawplate.http import OnChunk
    from drawplate.operation import Operation
    from drawplate.stream_handlers import StreamHandler

__all__ = ["AsyncRequest", "Request", "Response"]

OutputT = TypeVar("OutputT", bound=Output)


class SendOptions:
    """How one request is to be sent; the names are those of `Request.send`."""

    __slots__ = ("_handlers", "_raise_stream_errors", "_stream", "on_chunk", "target")

    def __init__(
        self,
        *,
        target: Target | None,
        on_chunk: tuple[OnChunk | None, OnChunk | None],
        handlers: tuple[object, object],
        stream: bool,
        raise_stream_errors: bool,
    ) -> None:
        self.target = target
        self.on_chunk = on_chunk
        self._handlers = handlers
        self._stream = stream
        self._raise_stream_errors = raise_stream_errors

    def reading(self, operation: Operation[Any, Any], default: object) -> Reading | None:
        """How events are read; None where they are handed over as they arrive."""
        given = (*self._handlers, default) != (None, None, None)
        if self._stream and self._raise_stream_errors and not given:
            return None
        from drawplate._reading import reading_of  # most requests have no handler

        return reading_of(
            operation,
            default,
            *self._handlers,
            stream=self._stream,
            raise_stream_errors=self._raise_stream_errors,
        )


class RequestBase(Generic[OutputT]):
    """An operation with its parameters, whether it is sent or awaited."""

    __slots__ = ("handlers", "operation", "params")

    def __init__(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        handlers: Handlers,
    ) -> None:
        self.operation = operation
        self.params = dict(params)
        self.handlers = handlers

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

    def __repr__(self) -> str:
        # The values may be secret.
        return f"<{type(self).__name__} {self.operation_name}({', '.join(self.params)})>"


class Request(RequestBase[OutputT]):
    """An operation with its parameters, not yet sent; made by `client.build_request`.

    The parameters were copied, but are checked only when the request is sent. Handlers added here
    are for this request alone. requests.md section 1.
    """

    __slots__ = ("_send",)

    def __init__(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        handlers: Handlers,
        send: Callable[[RequestBase[OutputT], SendOptions], Response[OutputT]],
    ) -> None:
        super().__init__(operation, params, handlers)
        self._send = send

    def send(
        self,
        *,
        target: Target | None = None,
        on_chunk_sent: OnChunk | None = None,
        on_chunk_received: OnChunk | None = None,
        event_stream_handler: StreamHandler[Any] | Callable[[Any], object] | None = None,
        on_stream: Callable[[Any], object] | None = None,
        stream: bool = True,
        raise_stream_errors: bool = True,
    ) -> Response[OutputT]:
        """Send it, and return what came of it.

        Raises what calling the operation raises; with the option `raise_response_errors=False` the
        errors of service and network are in `Response.error` instead. Parameters that are wrong,
        missing credentials and answers that cannot be understood are raised all the same.

        `target` takes the body of a successful answer, which then is not in the output: a path is
        opened, and removed when the call fails; a file opened in binary mode is written to; a
        function is called with each chunk, as it arrives, and the header fields.

        `on_chunk_sent` and `on_chunk_received` stand for the options of these names.

        The others are for operations that answer with events. `event_stream_handler` and
        `on_stream` are those of the operation's method. False for `stream` reads to the end before
        it returns even without them; the events can then be iterated any number of times. False for
        `raise_stream_errors` hands errors that the service sends in the stream over as events.
        """
        options = SendOptions(
            target=target,
            on_chunk=(on_chunk_sent, on_chunk_received),
            handlers=(event_stream_handler, on_stream),
            stream=stream,
            raise_stream_errors=raise_stream_errors,
        )
        return self._send(self, options)


class AsyncRequest(RequestBase[OutputT]):
    """The same of an async client: sending is awaited."""

    __slots__ = ("_send",)

    def __init__(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        handlers: Handlers,
        send: Callable[[RequestBase[OutputT], SendOptions], Awaitable[Response[OutputT]]],
    ) -> None:
        super().__init__(operation, params, handlers)
        self._send = send

    async def send(
        self,
        *,
        target: Target | None = None,
        on_chunk_sent: OnChunk | None = None,
        on_chunk_received: OnChunk | None = None,
        event_stream_handler: StreamHandler[Any] | Callable[[Any], object] | None = None,
        on_stream: Callable[[Any], object] | None = None,
        stream: bool = True,
        raise_stream_errors: bool = True,
    ) -> Response[OutputT]:
        """Send it, and return what came of it; see `Request.send`.

        Files are written in a thread; functions are called by the loop, and should not block.
        """
        options = SendOptions(
            target=target,
            on_chunk=(on_chunk_sent, on_chunk_received),
            handlers=(event_stream_handler, on_stream),
            stream=stream,
            raise_stream_errors=raise_stream_errors,
        )
        return await self._send(self, options)
