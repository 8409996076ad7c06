"""The driver of a flow on an event loop, which it never blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drawplate import _sync
from drawplate._call import Acquire, Each, Flow, Read, Send, Sleep, Work
from drawplate.http import AsyncTransport, HttpResponse, async_chunks, blocking, is_awaited

if TYPE_CHECKING:
    from drawplate._flow_lock import FlowLock
    from drawplate.structures import AsyncCloseable
    from drawplate.transport import TransportSettings

T = TypeVar("T")


async def run(
    flow: Flow[T],
    transport: AsyncTransport,
    sleep: Callable[[float], Awaitable[object]],
    others: Callable[[TransportSettings], AsyncTransport] | None = None,
) -> T:
    """Do what the flow yields until it returns. What goes wrong is thrown into it.

    What may block is done in the default executor of the loop. Cancelling ends the flow at the step
    where it is: what it holds is given back, and an answer that was not read is closed. See
    `_sync.run`.
    """
    result: Any = None
    failure: Exception | None = None
    answer: HttpResponse | None = None
    try:
        while True:
            step = flow.send(result) if failure is None else flow.throw(failure)
            result = failure = None
            try:
                if isinstance(step, Send):
                    carrier = transport
                    if step.settings is not None and others is not None:
                        carrier = others(step.settings)
                    result = answer = await carrier.send(step.request)
                elif isinstance(step, Read):
                    result = await read(step.response)
                elif isinstance(step, Sleep):
                    await sleep(step.seconds)
                elif isinstance(step, Work):
                    result = await asyncio.to_thread(step.run)
                elif isinstance(step, Each):
                    await each(step)
                elif isinstance(step, Acquire):
                    await acquire(step.lock)
                else:
                    await cast("AsyncCloseable", step.output).aclose()
            except Exception as error:  # noqa: BLE001 - the flow decides what becomes of it
                failure = error
    except StopIteration as stop:
        returned: T = stop.value
        return returned
    except GeneratorExit:
        raise  # whoever dropped this coroutine lets it await nothing more
    except BaseException:
        flow.close()
        if answer is not None and is_awaited(answer.body):
            await answer.body.aclose()
        raise
    finally:
        flow.close()
        failure = None  # its traceback holds this frame


async def read(response: HttpResponse) -> bytes:
    """The whole body of a response; a reader is closed even when it fails."""
    body = response.body
    if not is_awaited(body):
        return _sync.read(response)  # of a stub: it never blocks
    read_rest: Callable[[], Awaitable[bytes]] | None = getattr(body, "read", None)
    try:
        if read_rest is not None:
            return await read_rest()
        return b"".join([piece async for piece in body])
    finally:
        await body.aclose()


async def each(step: Each) -> None:
    """Do an `Each`; the body is closed even when that fails."""
    body, function, pieces = step.body, step.function, async_chunks(step.body)
    try:
        async for piece in pieces:
            if step.blocks:
                await _to_the_end(function, piece)
            else:
                function(piece)
    finally:
        await pieces.aclose()
        if is_awaited(body):
            await body.aclose()
        else:
            blocking(body).close()


async def _to_the_end(function: Callable[[bytes], object], piece: bytes) -> None:
    """Call a function in the executor; returns only when it is done, cancelled or not.

    What it writes to is closed afterwards.
    """
    done = asyncio.ensure_future(asyncio.to_thread(function, piece))
    try:
        await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done])
        raise


async def acquire(lock: FlowLock) -> None:
    """Take a lock, when it is this task's turn."""
    loop = asyncio.get_running_loop()
    turn: asyncio.Future[None] = loop.create_future()

    def taken() -> None:
        if not turn.done():
            turn.set_result(None)

    def call() -> None:
        try:
            loop.call_soon_threadsafe(taken)
        except RuntimeError:  # the loop was closed, and nobody is there to give the lock back
            lock.leave(call)

    if lock.enter(call):
        return
    try:
        await turn
    except BaseException:
        lock.leave(call)
        raise
