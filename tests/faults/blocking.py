"""The async transport with the face of the blocking one, so that both go through the same tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from drawplate._asyncio import AsyncioTransport
from drawplate._asyncio_body import AsyncHttp1Body
from drawplate.http import HttpRequest, HttpResponse
from drawplate.transport import TransportSettings

T = TypeVar("T")


class Loops:
    """The event loops of a test, one for each thread that asks for something."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[asyncio.AbstractEventLoop] = []
        self._loop()

    def _loop(self) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop | None = getattr(self._own, "loop", None)
        if loop is None:
            loop = self._own.loop = asyncio.new_event_loop()
            self._all.append(loop)
        return loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something; sockets that it closed are closed then."""
        loop = self._loop()
        try:
            return loop.run_until_complete(work)
        finally:
            turn(loop)

    def turn(self) -> None:
        """Give a turn to the loop of this thread."""
        loop = self._loop()
        if not (loop.is_closed() or loop.is_running()):
            turn(loop)

    def turn_all(self) -> None:
        """Give a turn to all loops, whose threads have ended."""
        for loop in self._all:
            turn(loop)

    def close(self) -> None:
        """End all loops as `asyncio.run` ends one."""
        for loop in self._all:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            assert not asyncio.all_tasks(loop)
            loop.close()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """Run what is to be run next."""
    loop.run_until_complete(asyncio.sleep(0))


class BlockingBody:
    """See `Http1Body`."""

    def __init__(self, body: AsyncHttp1Body, loops: Loops) -> None:
        self._body: AsyncHttp1Body | None = body
        self._loops = loops

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        assert self._body is not None
        try:
            return self._loops.run(self._body.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def read(self) -> bytes:
        assert self._body is not None
        return self._loops.run(self._body.read())

    def close(self) -> None:
        assert self._body is not None
        self._loops.run(self._body.aclose())

    def __del__(self) -> None:
        self._body = None
        self._loops.turn()


class BlockingTransport:
    """See `SocketTransport`."""

    def __init__(
        self,
        settings: TransportSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        loops: Loops,
        transport: AsyncioTransport | None = None,
    ) -> None:
        self._transport = transport or AsyncioTransport(settings, clock=clock)
        self._loops = loops

    def with_settings(self, settings: TransportSettings) -> BlockingTransport:
        copy = self._transport.with_settings(settings)
        return BlockingTransport(loops=self._loops, transport=copy)

    def send(self, request: HttpRequest) -> HttpResponse:
        response = self._loops.run(self._transport.send(request))
        if isinstance(response.body, AsyncHttp1Body):
            response.body = BlockingBody(response.body, self._loops)
        return response

    def close(self) -> None:
        self._loops.run(self._transport.aclose())
        self._loops.turn_all()
