"""An async client as if it blocked, so that one test of clients runs on both.

The fixture `face` of `tests/conftest.py` puts `BlockingFace` where a test module, and what it makes
clients with, has `SageMakerRuntimeClient`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import copy_context
from types import MethodType, TracebackType
from typing import Any, Self, TypeVar, cast

from drawplate import _async
from drawplate._call import Flow
from drawplate.async_client import AsyncClient
from drawplate.async_streams import AsyncEventStream, AsyncStreamingBody
from drawplate.http import AsyncBodyReader, BodyReader, HttpRequest, HttpResponse, Transport
from drawplate.http import blocking as blocking_reader
from drawplate.pagination import AsyncPaginator
from drawplate.request import AsyncRequest
from drawplate.response import Response
from drawplate.sessions import AsyncSession
from drawplate.structures import AsyncStreamingOutput
from sagemaker_runtime import AsyncSageMakerRuntimeClient, errors

from tests.runtime.awaiting import Blocking, Items

T = TypeVar("T")

_runners: list[asyncio.Runner] = []


@contextmanager
def event_loop() -> Generator[None]:
    """A loop for what is run in this thread."""
    with asyncio.Runner() as runner:
        _runners.append(runner)
        try:
            yield
        finally:
            _runners.remove(runner)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end: on the loop of the test, in other threads on a loop for this alone."""
    if not _is_running():
        if threading.current_thread() is threading.main_thread() and _runners:
            return _runners[-1].run(coroutine, context=copy_context())
        return asyncio.run(coroutine)
    # Called from a handler or a stub, inside of another call.
    results: list[T] = []
    thread = threading.Thread(target=lambda: results.append(asyncio.run(coroutine)))
    thread.start()
    thread.join()
    return results[0]


def _is_running() -> bool:
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        return True
    return False


def run_flow(flow: Flow[T], transport: Transport, sleep: Callable[[float], object]) -> T:
    """As `drawplate._sync.run`, on an event loop."""

    async def slept(seconds: float) -> None:
        sleep(seconds)

    return run(_async.run(flow, Awaited(transport), slept))


async def sleep(seconds: float) -> None:
    """Sleep as a client that blocks does, so that tests can look on."""
    time.sleep(seconds)


class Awaited:
    """A transport that blocks, for async clients; what it answers with is awaited, too."""

    def __init__(self, transport: Transport) -> None:
        self.given = transport

    async def send(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        response = self.given.send(request)
        if not isinstance(response.body, bytes):
            response.body = _awaited(blocking_reader(response.body))
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self.given, name)


class _AwaitedBody:
    def __init__(self, body: BodyReader) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._body:
            await asyncio.sleep(0)
            yield piece

    async def aclose(self) -> None:
        self._body.close()


class _AwaitedWhole(_AwaitedBody):
    async def read(self) -> bytes:
        return cast("bytes", cast("Any", self._body).read())


def _awaited(body: BodyReader) -> AsyncBodyReader:
    return (_AwaitedWhole if hasattr(body, "read") else _AwaitedBody)(body)


class Driven:
    """A client, a request, a paginator or a session, whose awaiting is done here."""

    __slots__ = ("_target",)

    _target: Any

    def __init__(self, target: object) -> None:
        object.__setattr__(self, "_target", target)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # tests look into clients with vars()
        target: Any = self._target
        return target.__dict__

    @property
    def config(self) -> Any:
        """The configuration, with the transport that the test gave."""
        return _Config(self._target.config)

    def __getattr__(self, name: str) -> Any:
        if name == "close":
            name = "aclose"
        return _made(getattr(self._target, name))

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._target, name, value)

    def __iter__(self) -> Iterator[Any]:
        return Items(aiter(self._target), run)

    def __enter__(self) -> Any:
        run(self._target.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        run(self._target.__aexit__(kind, error, traceback))

    def __reduce__(self) -> tuple[Callable[[Any], Driven], tuple[Any]]:
        return _restored, (self._target.__getstate__(),)

    def __repr__(self) -> str:
        return repr(self._target).replace("<Async", "<")


def _restored(options: Any) -> Driven:
    made = object.__new__(_Named)
    made.__setstate__(options)
    return Driven(made)


class _Config:
    def __init__(self, config: object) -> None:
        self._config: Any = config

    @property
    def transport(self) -> Any:
        given = self._config.transport
        return given.given if isinstance(given, Awaited) else given

    def __getattr__(self, name: str) -> Any:
        return getattr(self._config, name)


_DRIVEN = (AsyncClient, AsyncRequest, AsyncPaginator, AsyncSession)


def _made(value: Any) -> Any:
    """What stands for something that an async client returns, or has."""
    kinds: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
        (Coroutine, lambda coroutine: _made(run(coroutine))),
        (_DRIVEN, Driven),
        (AsyncStreamingOutput, _output),
        (AsyncIterator, lambda items: Items(items, run)),
        (Response, _response),
    )
    for kind, make in kinds:
        if isinstance(value, kind):
            return make(cast("Any", value))
    if isinstance(value, MethodType) and isinstance(value.__self__, _DRIVEN):
        return _method(value)
    return value


def _response(response: Response[Any]) -> Response[Any]:
    response.data = _made(response.data)
    return response


def _method(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        return _made(method(*args, **_options(options)))

    return call


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(options)
    transport: Any = given.get("transport")
    if hasattr(transport, "send") and not isinstance(transport, type):
        given["transport"] = Awaited(transport)
    return given


class _Closed:
    """What a streaming output of a client that blocks has."""

    __slots__ = ()
    _stream: str

    def close(self) -> None:
        getattr(self, self._stream).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _output(output: Any) -> Any:
    member: str = output._stream
    stream: Any = getattr(output, member)
    if isinstance(stream, AsyncEventStream | AsyncStreamingBody):
        setattr(output, member, Blocking(cast("Any", stream), run))

    made = cast("Any", type(output))
    output.__class__ = type(made.__name__, (_Closed, made), {"__slots__": ()})
    return output


class _Named(AsyncSageMakerRuntimeClient):
    """The async client under the name of the other one, which records and spans tell."""

    errors_module = errors


_Named.__name__ = "SageMakerRuntimeClient"
_Named.__module__ = "sagemaker_runtime.client"


def driven(client: type[AsyncClient], options: Mapping[str, Any]) -> Driven:
    """A client as if it blocked; a transport among its options blocks."""
    return Driven(client(**_options(options)))


class _Face(type):
    def __call__(cls, **options: Any) -> Any:
        return driven(cls._made, options)

    @property
    def _made(cls) -> type[_Named]:
        """The class itself, or one with plugins of its own for a class that a test derives."""
        if "_own" not in vars(cls):
            bases = [base._made for base in cls.__bases__ if isinstance(base, _Face)]
            type.__setattr__(cls, "_own", type(cls.__name__, tuple(bases), {}))
        found: type[_Named] = vars(cls)["_own"]
        return found

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls._made, name)

    def __setattr__(cls, name: str, value: object) -> None:
        setattr(cls._made, name, value)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Driven)


class BlockingFace(metaclass=_Face):
    """Stands for `SageMakerRuntimeClient`."""

    _own = _Named
