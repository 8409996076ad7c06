"""Runs handlers that are coroutines, for connections that are served by threads."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterable, Awaitable, Coroutine, Generator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")

#: How many parts of a stream may be made ahead of the one that is being sent.
AHEAD = 16
#: Seconds that `close` gives a loop of its own to end.
GRACE = 5.0


class HandlerLoop:
    """The event loop of handlers: the one that entered the endpoint, or else one of its own.

    Methods may be called from any thread but that of the loop. asyncio is imported at the first
    handler that needs it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[Future[Any]] = set()
        self._own: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._closed = False

    def adopt(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run handlers on `loop` from now on."""
        self._loop = loop

    def run(self, made: Awaitable[T]) -> T:
        """Return what `made` comes to. Raises `ConnectionAbortedError` if it is cancelled."""

        async def awaited() -> T:
            return await made

        _, future = self._start(awaited())
        return self._finish(future)

    def iterate(self, parts: AsyncIterable[T]) -> Generator[T, None, None]:
        """Yield what `parts` yields, which one task goes through and closes at the end.

        Raises what that raises, and `ConnectionAbortedError` if it is cancelled.
        """
        import asyncio

        made: SimpleQueue[tuple[T] | None] = SimpleQueue()
        room = asyncio.Semaphore(AHEAD)

        async def make() -> None:
            try:
                async for part in parts:
                    await room.acquire()
                    made.put((part,))
            finally:
                close = getattr(parts, "aclose", None)
                if close is not None:
                    await close()

        loop, future = self._start(make())
        # Also called where the task never began, because its loop had ended.
        future.add_done_callback(lambda _: made.put(None))
        try:
            while (item := made.get()) is not None:
                yield item[0]
                if not future.done():
                    loop.call_soon_threadsafe(room.release)
            self._finish(future)
        finally:
            future.cancel()
            self._running.discard(future)

    def close(self) -> None:
        """Cancel what runs, and end a loop of its own. Harmless when repeated."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for future in running:
            future.cancel()
        if self._own is not None and self._loop is not None and self._stop is not None:
            if self._own.is_alive():
                self._loop.call_soon_threadsafe(self._stop.set)
            self._own.join(GRACE)

    def _start(
        self, coroutine: Coroutine[Any, Any, T]
    ) -> tuple[asyncio.AbstractEventLoop, Future[T]]:
        import asyncio

        with self._lock:
            if self._closed:
                coroutine.close()
                raise _aborted()
            loop = self._loop or self._begin()
            future = asyncio.run_coroutine_threadsafe(coroutine, loop)
            self._running.add(future)
        return loop, future

    def _finish(self, future: Future[T]) -> T:
        from concurrent.futures import CancelledError

        try:
            return future.result()
        except CancelledError:
            raise _aborted() from None
        finally:
            self._running.discard(future)

    def _begin(self) -> asyncio.AbstractEventLoop:
        """Start a loop of its own, which at its end cancels and awaits all of its tasks."""
        import asyncio

        began: SimpleQueue[asyncio.AbstractEventLoop] = SimpleQueue()
        self._stop = stop = asyncio.Event()

        async def main() -> None:
            began.put(asyncio.get_running_loop())
            await stop.wait()

        self._own = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
        self._own.start()
        self._loop = began.get()
        return self._loop


def _aborted() -> ConnectionAbortedError:
    return ConnectionAbortedError("the local endpoint was closed before its handler was done")
