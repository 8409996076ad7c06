"""Bodies of stubs that come in pieces, and errors among the pieces."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from copy import copy
from typing import TypeGuard, TypeVar, cast

from drawplate import params as checks
from drawplate.errors import NetworkingError
from drawplate.params import Mismatch

ErrorT = TypeVar("ErrorT", bound=BaseException)

#: Iterable, and yet not chunks.
_WHOLE: tuple[type, ...] = (str, bytes, bytearray, memoryview)


def at_once(items: AsyncIterable[object]) -> Iterator[object]:
    """What an async iterable gives without waiting; raises `Mismatch` where it has to wait."""
    iterator = aiter(items)
    while True:
        item = iterator.__anext__().__await__()
        try:
            next(item)
        except StopIteration as stop:
            yield stop.value
        except StopAsyncIteration:
            return
        else:
            raise Mismatch([("expected ", "", " to have been read; await it first")])


def whole(value: object) -> bytes:
    """Bytes of what `checks.blob` takes, or of the chunks of an iterable."""
    if isinstance(value, AsyncIterable):
        value = at_once(cast("AsyncIterable[object]", value))
    is_whole = isinstance(value, _WHOLE) or hasattr(value, "read")
    if is_whole or not isinstance(value, Iterable):
        return checks.blob(value)
    chunks = [*cast("Iterable[object]", value)]
    if all(isinstance(chunk, bytes) for chunk in chunks):
        return b"".join(cast("list[bytes]", chunks))
    what = "bytes, a str, a path, a file-like object or chunks"
    raise Mismatch.expected(what, cast("object", value))


class Chunks:
    """A response body that arrives in pieces; an error among them is raised in its turn."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Sequence[bytes | NetworkingError]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        while self._pieces:
            piece, self._pieces = self._pieces[0], self._pieces[1:]
            if isinstance(piece, NetworkingError):
                raise fresh(piece)
            yield piece

    def close(self) -> None:
        """See `BodyReader.close`."""
        self._pieces = ()


def is_class_of(value: object, base: type[ErrorT]) -> TypeGuard[type[ErrorT]]:
    """Whether a value is a class of errors."""
    return isinstance(value, type) and issubclass(value, base)


def fresh(error: ErrorT) -> ErrorT:
    """A copy of an error that is raised again and again, if it can be copied."""
    try:
        return copy(error)
    except TypeError:  # its class does not take what an error keeps of its arguments
        return error
