"""The base class of generated clients whose calls are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import ref

from drawplate._async import run
from drawplate._call import Flow, call
from drawplate._client_base import ClientBase
from drawplate.context import RequestContext
from drawplate.errors import ConfigurationError
from drawplate.http import AsyncTransport, is_async
from drawplate.operation import Operation
from drawplate.params import check_params
from drawplate.structures import Output
from drawplate.transport import TransportSettings, transport_settings

if TYPE_CHECKING:
    from drawplate._asyncio import AsyncioTransport
    from drawplate._call import CallNext
    from drawplate.endpoint_discovery import Renewal
    from drawplate.pagination import AsyncPaginator, Pagination
    from drawplate.request import AsyncRequest, RequestBase, SendOptions
    from drawplate.response import Response
    from drawplate.waiters import Waiter

OutputT = TypeVar("OutputT", bound=Output)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
T = TypeVar("T")


class AsyncTransportPool:
    """One transport, made when the first call needs it; copies with other timeouts share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._transport: AsyncioTransport | None = None

    def transport(self, settings: TransportSettings) -> AsyncioTransport:
        """The transport for a client with these settings."""
        from drawplate._asyncio import AsyncioTransport  # imports ssl, and the codec

        with self._lock:
            if self._transport is None:
                self._transport = AsyncioTransport(settings)
            if settings == self._transport.settings:
                return self._transport
            return self._transport.with_settings(settings)

    async def aclose(self) -> None:
        """Drop the idle connections."""
        with self._lock:
            transport = self._transport
        if transport is not None:
            await transport.aclose()


class AsyncClient(ClientBase[AsyncTransportPool]):
    """A client of one service whose calls are awaited. Cheap to copy with other options.

    Any number of tasks may share it, and so may event loops one after the other: connections belong
    to the loop that they were opened on. Construction reads environment and shared files and makes
    no connection; the first call does. An async context manager: `aclose()` drops the idle
    connections. A client can be pickled: the copy is made anew from the same options.
    """

    _awaits = True
    _transport: AsyncTransport | None

    def _new_pool(self) -> AsyncTransportPool:
        return AsyncTransportPool()

    def _choose_transport(self) -> None:
        given = self._config.transport
        # A transport of the user's carries all requests, those about credentials too.
        self._others = self._shared.pool.transport if given is None else None
        if self._stubbing is not None:
            self._transport = self._stubbing.async_transport
        elif given is None or is_async(given):
            self._transport = given
        else:
            raise ConfigurationError(
                f"{type(self).__name__} awaits what it sends, and the option transport has one "
                "that blocks: give one with `async def send`, or make the client of the service "
                "that blocks"
            )

    async def aclose(self) -> None:
        """Drop the idle connections. Idempotent; a later call opens new ones.

        Tasks that renew endpoints in the background end.
        """
        self._shared.end_renewals()
        await self._shared.pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _invoke(
        self, operation: Operation[Any, OutputT], params: Mapping[str, object]
    ) -> OutputT:
        context = RequestContext(operation, self._settings, params, client=self)
        flow: Flow[Response[OutputT]] = context.stages.validate(context)
        return (await self._run(operation, flow)).output

    async def _invoke_stream(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        event_stream_handler: object,
        on_stream: object,
    ) -> OutputT:
        flow = self._flow_of_stream(operation, params, event_stream_handler, on_stream)
        return (await self._run(operation, flow)).output

    async def _call_around(
        self,
        operation: Operation[Any, OutputT],
        around: CallNext,
        event_stream_handler: object = None,
        on_stream: object = None,
    ) -> OutputT:
        flow: Flow[Response[OutputT]] = self._flow_of_stream(
            operation, None, event_stream_handler, on_stream, around
        )
        return (await self._run(operation, flow)).output

    async def _call(
        self, operation: Operation[Any, OutputT], parameters: object, metrics: tuple[str, ...] = ()
    ) -> OutputT:
        return await self._run(operation, call(operation, parameters, self._settings, metrics))

    def _run(self, operation: Operation[Any, Any], flow: Flow[T]) -> Coroutine[Any, Any, T]:
        transport = self._transport or self._connect()
        if operation.sends_events:
            from drawplate.eventstream_body import require_event_streams  # few operations do

            require_event_streams(transport, operation.name)
        return run(flow, transport, self._sleep, self._others)

    @staticmethod
    async def _sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)

    def _paginate(
        self, pagination: Pagination[Any, OutputT, ItemT], params: Mapping[str, object]
    ) -> AsyncPaginator[ItemT, OutputT]:
        from drawplate.pagination import AsyncPaginator

        operation = pagination.operation
        parameters = check_params(operation.check, params)
        return AsyncPaginator(
            pagination, parameters, lambda given: self._call(operation, given, ("C",))
        )

    async def _wait(
        self,
        waiter: Waiter[ResultT],
        params: Mapping[str, object],
        max_wait: float,
        min_delay: float,
        max_delay: float,
    ) -> ResultT:
        flow = self._flow_of_wait(waiter, params, max_wait, min_delay, max_delay)
        return await self._run(waiter.operation, flow)

    def _repeat(
        self, operation: Operation[Any, Any], flow: Callable[[], Flow[None]], seconds: float
    ) -> Renewal:
        return _RenewingTask(seconds, lambda: self._run(operation, flow()))

    def _connect(self) -> AsyncTransport:
        self._transport = self._shared.pool.transport(transport_settings(self._config))
        return self._transport

    def _build_request(self, operation: str, params: Mapping[str, object]) -> AsyncRequest[Any]:
        from drawplate.request import AsyncRequest  # few programs build requests

        model = self._named(operation)
        return AsyncRequest(model, params, self._handlers.copy(), self._send_request)

    async def _send_request(
        self, request: RequestBase[OutputT], options: SendOptions
    ) -> Response[OutputT]:
        flow = self._flow_of_request(request, options)
        return self._returned(await self._run(request.operation, flow))


async def run_flow(client: AsyncClient, flow: Flow[T]) -> T:
    """Do what a flow yields that is no call of one operation, with the connections of a client."""
    operations = client._operations.values()  # pyright: ignore[reportPrivateUsage]
    plain = next(operation for operation in operations if not operation.sends_events)
    return await client._run(plain, flow)  # pyright: ignore[reportPrivateUsage]


class _RenewingTask:
    """A task that ends with this object: it does not keep the client alive."""

    __slots__ = ("__weakref__", "_loop", "_task", "renew")

    def __init__(self, seconds: float, renew: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.renew = renew
        self._loop = loop = asyncio.get_running_loop()
        task: asyncio.Task[None]
        itself = ref(self, lambda _: _cancel(loop, task))
        self._task = task = loop.create_task(
            _renew_regularly(itself, seconds), name="drawplate-endpoint-discovery"
        )

    @property
    def ended(self) -> bool:
        """See `Renewal.ended`."""
        return self._task.done() or self._loop.is_closed()

    def end(self) -> None:
        """See `Renewal.end`."""
        _cancel(self._loop, self._task)


async def _renew_regularly(renewal: Callable[[], _RenewingTask | None], seconds: float) -> None:
    while True:
        await _pause(seconds)
        found = renewal()
        if found is None:
            return
        done = found.renew()
        del found  # or the task would keep the client while it waits
        await done


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds)


def _cancel(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with suppress(RuntimeError):  # the loop was closed, and its tasks with it
        loop.call_soon_threadsafe(task.cancel)
