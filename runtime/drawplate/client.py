"""The base class of generated clients that block: connection, and the way into a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from drawplate._call import CallNext, Flow, call
from drawplate._client_base import ClientBase
from drawplate._pool import TransportPool
from drawplate._sync import run
from drawplate.context import RequestContext
from drawplate.errors import ConfigurationError
from drawplate.http import Transport, is_async
from drawplate.operation import Operation
from drawplate.params import check_params
from drawplate.structures import Output
from drawplate.transport import transport_settings

if TYPE_CHECKING:
    from drawplate.endpoint_discovery import Renewal
    from drawplate.pagination import Pagination, Paginator
    from drawplate.request import Request, RequestBase, SendOptions
    from drawplate.response import Response
    from drawplate.waiters import Waiter

OutputT = TypeVar("OutputT", bound=Output)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
T = TypeVar("T")


class Client(ClientBase[TransportPool]):
    """A client of one service. Safe to share between threads, cheap to copy with other options.

    Construction reads environment and shared files and makes no connection; the first call does.
    A context manager: `close()` drops the idle connections. A client can be pickled: the copy is
    made anew from the same options.
    """

    _transport: Transport | None

    def _new_pool(self) -> TransportPool:
        return TransportPool()

    def _choose_transport(self) -> None:
        given = self._config.transport
        # A transport of the user's carries all requests, those about credentials too.
        self._others = self._shared.pool.transport if given is None else None
        if self._stubbing is not None:
            self._transport = self._stubbing.transport
        elif given is not None and is_async(given):
            raise ConfigurationError(
                f"{type(self).__name__} blocks, and the option transport has one to be awaited: "
                "give one whose send is no coroutine function, or make the async client of the "
                "service"
            )
        else:
            self._transport = cast("Transport | None", given)

    def close(self) -> None:
        """Drop the idle connections. Idempotent; a later call opens new ones.

        Threads that renew endpoints in the background end.
        """
        self._shared.pool.close()
        self._shared.end_renewals()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _invoke(self, operation: Operation[Any, OutputT], params: Mapping[str, object]) -> OutputT:
        context = RequestContext(operation, self._settings, params, client=self)
        flow: Flow[Response[OutputT]] = context.stages.validate(context)
        return self._run(operation, flow).output

    def _invoke_stream(
        self,
        operation: Operation[Any, OutputT],
        params: Mapping[str, object],
        event_stream_handler: object,
        on_stream: object,
    ) -> OutputT:
        flow = self._flow_of_stream(operation, params, event_stream_handler, on_stream)
        return self._run(operation, flow).output

    def _call_around(
        self,
        operation: Operation[Any, OutputT],
        around: CallNext,
        event_stream_handler: object = None,
        on_stream: object = None,
    ) -> OutputT:
        flow: Flow[Response[OutputT]] = self._flow_of_stream(
            operation, None, event_stream_handler, on_stream, around
        )
        return self._run(operation, flow).output

    def _call(
        self, operation: Operation[Any, OutputT], parameters: object, metrics: tuple[str, ...] = ()
    ) -> OutputT:
        return self._run(operation, call(operation, parameters, self._settings, metrics))

    def _run(self, operation: Operation[Any, Any], flow: Flow[T]) -> T:
        transport = self._transport or self._connect()
        if operation.sends_events:
            from drawplate.eventstream_body import require_event_streams  # few operations do

            require_event_streams(transport, operation.name)
        return run(flow, transport, self._sleep, self._others)

    @staticmethod
    def _sleep(seconds: float) -> None:
        time.sleep(seconds)

    def _paginate(
        self, pagination: Pagination[Any, OutputT, ItemT], params: Mapping[str, object]
    ) -> Paginator[ItemT, OutputT]:
        from drawplate.pagination import Paginator

        operation = pagination.operation
        parameters = check_params(operation.check, params)
        return Paginator(pagination, parameters, lambda given: self._call(operation, given, ("C",)))

    def _wait(
        self,
        waiter: Waiter[ResultT],
        params: Mapping[str, object],
        max_wait: float,
        min_delay: float,
        max_delay: float,
    ) -> ResultT:
        flow = self._flow_of_wait(waiter, params, max_wait, min_delay, max_delay)
        return self._run(waiter.operation, flow)

    def _repeat(
        self, operation: Operation[Any, Any], flow: Callable[[], Flow[None]], seconds: float
    ) -> Renewal:
        from drawplate.endpoint_discovery import RenewingThread  # few services need it

        return RenewingThread(seconds, lambda: self._run(operation, flow()))

    def _connect(self) -> Transport:
        self._transport = self._shared.pool.transport(transport_settings(self._config))
        return self._transport

    def _build_request(self, operation: str, params: Mapping[str, object]) -> Request[Any]:
        from drawplate.request import Request  # few programs build requests

        return Request(self._named(operation), params, self._handlers.copy(), self._send_request)

    def _send_request(
        self, request: RequestBase[OutputT], options: SendOptions
    ) -> Response[OutputT]:
        flow = self._flow_of_request(request, options)
        return self._returned(self._run(request.operation, flow))


def run_flow(client: Client, flow: Flow[T]) -> T:
    """Do what a flow yields that is no call of one operation, with the connections of a client."""
    operations = client._operations.values()  # pyright: ignore[reportPrivateUsage]
    plain = next(operation for operation in operations if not operation.sends_events)
    return client._run(plain, flow)  # pyright: ignore[reportPrivateUsage]
