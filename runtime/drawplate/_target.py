"""Where the body of an answer goes when the caller wants it elsewhere. requests.md section 7."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from io import BufferedWriter, FileIO, TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

from drawplate._call import Each, Flow, Work
from drawplate.http import HttpResponse

if TYPE_CHECKING:
    from drawplate.context import RequestContext, Target
    from drawplate.operation import Operation


class _PathSink:
    """A file that is there only if the call succeeds."""

    blocks = True

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.result = Path(path)
        self.final = False
        self._file = BufferedWriter(FileIO(self.result, "w"))

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)

    def close(self) -> None:
        self._file.close()

    def undo(self) -> None:
        self._file.close()
        self.result.unlink(missing_ok=True)


class _FileSink:
    """A file of the caller's; what was written by a failed attempt is taken back if it can be."""

    blocks = True

    def __init__(self, file: BinaryIO) -> None:
        self.result = file
        self.final = False
        self._start: int | None = None
        seekable = getattr(file, "seekable", None)
        if seekable is not None and seekable():
            self._start = file.tell()

    def write(self, chunk: bytes) -> None:
        self.final = self._start is None
        while chunk:
            # A file without a buffer may take less than it is given, and tells how much; what has
            # no more than `write` may tell nothing.
            taken: int | None = self.result.write(chunk)
            chunk = chunk[taken:] if taken else b""

    def close(self) -> None:
        flush = getattr(self.result, "flush", None)
        if flush is not None:
            flush()

    def undo(self) -> None:
        if self._start is not None:
            self.result.seek(self._start)
            self.result.truncate()


class _FunctionSink:
    """A function of the caller's, which takes nothing back."""

    blocks = False
    result = b""

    def __init__(self, function: Callable[[bytes, Any], object], response: HttpResponse) -> None:
        self.final = False
        self._function = function
        self._headers = response.headers

    def write(self, chunk: bytes) -> None:
        self.final = True
        self._function(chunk, self._headers)

    def close(self) -> None:
        """There is nothing to close."""

    def undo(self) -> None:
        """There is nothing to take back."""


_Sink: TypeAlias = _PathSink | _FileSink | _FunctionSink


def check_target(operation: Operation[Any, Any], target: Target) -> None:
    """Refuse what cannot take a body, before anything is sent."""
    if operation.streaming and operation.blob_payload is None:
        raise ValueError(
            f"the answer of {operation.name} is a stream of events and takes no target; iterate "
            "over the events and write what they hold"
        )
    if isinstance(target, TextIOBase):
        raise TypeError("target must be a file opened in binary mode, not in text mode")
    if not isinstance(target, str | os.PathLike) and not (
        callable(target) or callable(getattr(target, "write", None))
    ):
        raise TypeError(
            "target must be a path, a file opened in binary mode or a function of chunk and "
            f"headers, got an object of type {type(target).__name__}"
        )


def deliver(context: RequestContext, target: Target, response: HttpResponse) -> Flow[Any]:
    """Write the body of a successful answer to the target; returns the output without it.

    Raises what writing raises; a failure of the network leaves nothing behind where it can be
    helped, and else says that this attempt was the last one.
    """
    operation = context.operation
    sink: _Sink = yield Work(partial(_sink, target, response))
    content: list[bytes] = []

    def take(chunk: bytes) -> None:
        sink.write(chunk)
        if operation.blob_payload is None:
            content.append(chunk)

    try:
        body = response.body
        if isinstance(body, bytes):
            yield from _done(sink, partial(take, body))
        else:
            yield Each(body, take, blocks=sink.blocks)
    except BaseException as error:
        if isinstance(error, GeneratorExit):  # nobody does a further step
            sink.undo()
        else:
            yield from _done(sink, sink.undo)
        context.is_final = sink.final
        raise
    yield from _done(sink, sink.close)
    response.body = b"".join(content)
    output = operation.parse(response)
    if operation.blob_payload is not None:
        setattr(output, operation.blob_payload, sink.result)
    return output


def _done(sink: _Sink, what: Callable[[], object]) -> Flow[None]:
    if sink.blocks:
        yield Work(what)
    else:
        what()


def _sink(target: Target, response: HttpResponse) -> _Sink:
    if isinstance(target, str | os.PathLike):
        return _PathSink(cast("str | os.PathLike[str]", target))
    if callable(target):
        return _FunctionSink(target, response)
    return _FileSink(target)
