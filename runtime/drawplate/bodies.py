"""Request bodies that are streams: read while they are sent, and once more for each retry.

None of them holds the whole body in memory, and nothing is read before a call needs it. Files stay
the caller's: they are neither closed nor put back. Rules: retries.md section 6.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Protocol, TypeGuard, cast

from drawplate.errors import RequestBodyError
from drawplate.http import AsyncBodySource, BodySource, is_coroutine_function

if TYPE_CHECKING:
    from drawplate.params import Reader

#: Bytes that are read at a time.
CHUNK = 65536
_ASYNC_GENERATOR = 0x200  # inspect.CO_ASYNC_GENERATOR, without a slow import
#: A stream that is needed twice and can be read once is kept in memory up to this size, in bytes.
IN_MEMORY = 1 << 20


class Hasher(Protocol):
    """Something that takes bytes in and makes a digest of them."""

    def update(self, data: bytes, /) -> None: ...


class FileBody:
    """The bytes of a file from `start` on; `length` is fixed when the call begins."""

    __slots__ = ("_file", "_start", "length", "repeatable")

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file = file
        self._start = start
        self.length: int | None = length
        self.repeatable = True

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`."""
        self._file.seek(self._start)
        left = self.length or 0
        while left:
            chunk = self._file.read(min(CHUNK, left))
            if not chunk:
                raise RequestBodyError(
                    f"the file to be sent became shorter: it had {self.length} bytes when the call "
                    f"began, and {left} of them are gone; leave it alone until the call returns"
                )
            left -= len(chunk)
            yield chunk


class PathBody:
    """The file at a path, opened for each pass. Raises `OSError` for one that cannot be read."""

    __slots__ = ("_path", "length", "repeatable")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        with open(path, "rb") as file:
            self.length: int | None = file.seek(0, os.SEEK_END)
        self.repeatable = True

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`."""
        with open(self._path, "rb") as file:
            yield from FileBody(file, 0, self.length or 0).chunks()


_READ_BEFORE = "the stream to be sent was read before and cannot be read again; pass a new one"


def _bytes(chunk: object) -> bytes:
    if not isinstance(chunk, bytes):
        got = type(chunk).__name__
        raise RequestBodyError(f"the stream to be sent must give bytes, it gave {got}")
    return chunk


class OnePassBody:
    """Chunks that can be had only once and whose number is not known."""

    __slots__ = ("_chunks", "length", "repeatable")

    def __init__(self, chunks: Iterable[object]) -> None:
        self._chunks: Iterable[object] | None = chunks
        self.length: int | None = None
        self.repeatable = False

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`."""
        chunks, self._chunks = self._chunks, None
        if chunks is None:
            raise RequestBodyError(_READ_BEFORE)
        for chunk in chunks:
            yield _bytes(chunk)


class AsyncOnePassBody:
    """The same of chunks that are awaited."""

    __slots__ = ("_chunks", "length", "repeatable")

    def __init__(self, chunks: AsyncIterable[object]) -> None:
        self._chunks: AsyncIterable[object] | None = chunks
        self.length: int | None = None
        self.repeatable = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `AsyncBodySource.chunks`."""
        chunks, self._chunks = self._chunks, None
        if chunks is None:
            raise RequestBodyError(_READ_BEFORE)
        async for chunk in chunks:
            yield _bytes(chunk)


class GzipBody:
    """Another body, compressed while it is read (RFC 1952): every pass gives the same bytes."""

    __slots__ = ("_plain", "length", "repeatable")

    def __init__(self, plain: BodySource) -> None:
        self._plain = plain
        self.length: int | None = None
        self.repeatable = plain.repeatable

    def chunks(self) -> Iterator[bytes]:
        """See `BodySource.chunks`."""
        import zlib

        packer = zlib.compressobj(wbits=31)
        for chunk in self._plain.chunks():
            if packed := packer.compress(chunk):
                yield packed
        yield packer.flush()


class AsyncGzipBody:
    """The same of a body that is awaited."""

    __slots__ = ("_plain", "length", "repeatable")

    def __init__(self, plain: AsyncBodySource) -> None:
        self._plain = plain
        self.length: int | None = None
        self.repeatable = plain.repeatable

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `AsyncBodySource.chunks`."""
        import zlib

        packer = zlib.compressobj(wbits=31)
        async for chunk in self._plain.chunks():
            if packed := packer.compress(chunk):
                yield packed
        yield packer.flush()


class _Measured:
    """Another body whose length was found out by reading it."""

    __slots__ = ("chunks", "length", "repeatable")

    def __init__(self, body: BodySource, length: int) -> None:
        self.chunks = body.chunks
        self.length: int | None = length
        self.repeatable = True


class Copy(FileBody):
    """A copy of chunks, above 1 MiB in a temporary file that is gone with the last reference."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_temporary_file(), 0, 0)

    def add(self, chunk: bytes) -> None:
        """Append a chunk."""
        self._file.write(chunk)
        self.length = (self.length or 0) + len(chunk)

    def __del__(self) -> None:
        self._file.close()


def _temporary_file() -> IO[bytes]:
    from tempfile import SpooledTemporaryFile  # few streams need a copy

    return SpooledTemporaryFile(IN_MEMORY)


def reader_body(file: Reader) -> BodySource:
    """The rest of a file or of another reader; repeatable where it can seek."""
    tell, seek = getattr(file, "tell", None), getattr(file, "seek", None)
    if tell is not None and seek is not None:
        try:
            start = tell()
            seek(0, os.SEEK_END)
            end = tell()
            seek(start)
        except OSError:
            pass  # a pipe or socket: it has the methods, and they fail
        else:
            # What tells its position and goes back to it is a file in all that is used of one.
            return FileBody(cast("IO[bytes]", file), start, max(end - start, 0))
    return OnePassBody(iter(lambda: file.read(CHUNK), b""))


def awaited_body(given: object) -> AsyncBodySource:
    """What sends an async iterable of chunks, or an async reader."""
    read: Callable[[int], Awaitable[object]] | None = getattr(given, "read", None)
    if is_coroutine_function(read) and read is not None:
        return AsyncOnePassBody(_reads(read))
    return AsyncOnePassBody(cast("AsyncIterable[object]", given))


async def _reads(read: Callable[[int], Awaitable[object]]) -> AsyncIterator[object]:
    while chunk := await read(CHUNK):
        yield chunk


def is_awaited_source(body: BodySource | AsyncBodySource) -> TypeGuard[AsyncBodySource]:
    """Whether reading a body that is to be sent has to be awaited."""
    if hasattr(body, "__aiter__"):
        return True
    code = getattr(getattr(body.chunks, "__func__", body.chunks), "__code__", None)
    return code is not None and bool(code.co_flags & _ASYNC_GENERATOR)


class Arriving:
    """A body that is to be sent, to be read first, as `Each` reads those of answers."""

    __slots__ = ("_body",)

    def __init__(self, body: AsyncBodySource) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.chunks()

    async def aclose(self) -> None:
        """Do nothing: it stays the caller's."""


def scan(body: BodySource, hashers: Iterable[Hasher]) -> BodySource:
    """Read a body once through some hashers; returns one of known length that can be read again.

    A body that can be read only once is copied, above 1 MiB to a temporary file.
    """
    copy = None if body.repeatable else Copy()
    length = 0
    for chunk in body.chunks():
        length += len(chunk)
        for hasher in hashers:
            hasher.update(chunk)
        if copy is not None:
            copy.add(chunk)
    return copy or (body if body.length == length else _Measured(body, length))
