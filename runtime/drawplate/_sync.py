"""The blocking driver of a flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drawplate._call import Acquire, Each, Flow, Read, Send, Sleep, Work
from drawplate.http import HttpResponse, Transport, blocking, blocking_body

if TYPE_CHECKING:
    from drawplate.structures import Closeable
    from drawplate.transport import TransportSettings

T = TypeVar("T")


def run(
    flow: Flow[T],
    transport: Transport,
    sleep: Callable[[float], object],
    others: Callable[[TransportSettings], Transport] | None = None,
) -> T:
    """Do what the flow yields until it returns. What goes wrong is thrown into it.

    `others` are the transports for requests that say how to connect; without it all use the one.
    """
    result: Any = None
    failure: Exception | None = None
    try:
        while True:
            step = flow.send(result) if failure is None else flow.throw(failure)
            result = failure = None
            try:
                if isinstance(step, Send):
                    carrier = transport
                    if step.settings is not None and others is not None:
                        carrier = others(step.settings)
                    result = carrier.send(step.request)
                elif isinstance(step, Read):
                    result = read(step.response)
                elif isinstance(step, Sleep):
                    sleep(step.seconds)
                elif isinstance(step, Work):
                    result = step.run()
                elif isinstance(step, Each):
                    each(step)
                elif isinstance(step, Acquire):
                    step.lock.acquire()
                else:
                    cast("Closeable", step.output).close()
            except BaseException as error:
                if not isinstance(error, Exception):
                    raise
                failure = error  # the flow decides what becomes of it
    except StopIteration as stop:
        returned: T = stop.value
        return returned
    finally:
        flow.close()


def read(response: HttpResponse) -> bytes:
    """The whole body of a response; a reader is closed even when it fails."""
    body = blocking_body(response)
    if isinstance(body, bytes):
        return body
    read_rest: Callable[[], bytes] | None = getattr(body, "read", None)
    try:
        return b"".join(body) if read_rest is None else read_rest()
    finally:
        body.close()


def each(step: Each) -> None:
    """Do an `Each`; the body is closed even when that fails."""
    body = blocking(step.body)
    try:
        for piece in body:
            step.function(piece)
    finally:
        body.close()
