"""Async streams as if they were sync ones, so that a test of streams can be run on both.

Nothing here is asyncio: what is awaited is stepped through, and gives way once a piece.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from drawplate.async_streams import AsyncEventStream, AsyncStreamingBody

T = TypeVar("T")


class Pause:
    """Gives way to others once."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class AsyncBody:
    """A response body that is still on the wire; an error among its pieces is raised there."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = iter(pieces)
        self.closed = False
        self.taken = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        await Pause()
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            self.taken += 1
            return piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        await Pause()
        self.closed = True


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Step through to the end."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result


Run = Callable[[Coroutine[Any, Any, Any]], Any]
"""Does what a coroutine awaits."""


class Items(Iterator[T]):
    """The items of an async iterator."""

    def __init__(self, items: AsyncIterator[T], run: Run = run) -> None:
        self._items = items
        self._run = run

    def __next__(self) -> T:
        try:
            item: T = self._run(_next(self._items))
            return item
        except StopAsyncIteration:
            raise StopIteration from None


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


class Blocking:
    """An async stream; what it has to await is stepped through, or done by `run`."""

    _run: Run

    def __init__(self, stream: AsyncEventStream[Any] | AsyncStreamingBody, run: Run = run) -> None:
        object.__setattr__(self, "_run", run)
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        return Items(aiter(self._stream), self._run)

    def __next__(self) -> Any:
        return next(Items(self._stream, self._run))

    def __enter__(self) -> Self:
        self._run(self._stream.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._run(self._stream.__aexit__(kind, error, traceback))

    def close(self) -> None:
        self._run(self._stream.aclose())

    def collect(self) -> Any:
        assert isinstance(self._stream, AsyncEventStream)
        return self._run(self._stream.collect())

    def __getattr__(self, name: str) -> Any:
        found: Any = getattr(self._stream, name)
        if name == "read":

            def read(*sizes: int) -> bytes:
                content: bytes = self._run(found(*sizes))
                return content

            return read
        if name.startswith("iter_"):

            def helper(*args: Any, **options: Any) -> Items[Any]:
                return Items(found(*args, **options), self._run)

            return helper
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_stream":
            object.__setattr__(self, name, value)
        else:
            setattr(self._stream, name, value)

    def __repr__(self) -> str:
        return repr(self._stream)


def finalize_at_once() -> Any:
    """Close iterators that are dropped, as event loops do; returns what to undo it with."""
    before = sys.get_asyncgen_hooks()

    def finalize(dropped: Any) -> None:
        run(_aclose(dropped))

    sys.set_asyncgen_hooks(finalizer=finalize)
    return lambda: sys.set_asyncgen_hooks(*before)


async def _aclose(iterator: Any) -> None:
    await iterator.aclose()
