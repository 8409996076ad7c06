"""Text, lines, JSON Lines and server-sent events out of bytes that arrive in parts, without I/O.

A decoder is fed with parts that end anywhere and gives what is complete; `close` gives what is left
when the bytes have ended. What comes out depends on the bytes alone, never on where they were cut,
and an error is raised after all that was complete before it. Time grows with the number of bytes,
and no decoder keeps more than one line or event, which has a limit.

A loop over parts runs a decoder, in sync and in async code alike:

    for part in parts:
        yield from decoder.feed(part)
    yield from decoder.close()
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, AnyStr, Generic, Protocol, TypeVar, overload

from drawplate.errors import ContentError, JsonLineError, LineTooLongError, TextDecodeError
from drawplate.structures import Structure

T = TypeVar("T")
ItemT = TypeVar("ItemT", covariant=True)

MAX_LINE = 16 * 1024 * 1024
"""How many bytes a line may have, where nothing else is said."""


class Decoder(Protocol[ItemT]):
    """Makes items out of parts. What `feed` returns has to be iterated before the next part."""

    def feed(self, part: bytes, /) -> Iterator[ItemT]:
        """Take the next bytes and give what is complete. Raises a `ContentError`."""
        ...

    def close(self) -> Iterator[ItemT]:
        """Give what is left, as there are no more bytes. Raises a `ContentError`."""
        ...


def decoded(parts: Iterable[bytes], decoder: Decoder[T]) -> Iterator[T]:
    """What a decoder makes of all parts."""
    for part in parts:
        yield from decoder.feed(part)
    yield from decoder.close()


class TextDecoder:
    """Text as far as it is complete: a character may span parts.

    Raises `LookupError` for an encoding or a way to handle errors that Python does not know, and
    `TextDecodeError` while decoding, after the text before the error.
    """

    __slots__ = ("_decoder", "_encoding", "_position")

    def __init__(self, encoding: str = "utf-8", errors: str = "strict") -> None:
        codecs.lookup_error(errors)
        b"\0\0\0\0".decode(encoding, "ignore")  # refuses codecs that do not make text
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._position = 0

    def feed(self, part: bytes, /) -> Iterator[str]:
        """Take the next bytes and give the text that is complete."""
        state = self._decoder.getstate()
        try:
            text = self._decoder.decode(part)
        except UnicodeError:
            # That may hold the bytes, so none of it goes on; not every codec says where it is.
            text = None
        if text is None:
            self._decoder.setstate(state)
            text = self._until_error(part)
            if text:
                yield text
            raise TextDecodeError(self._encoding, self._position, "it cannot go on")
        self._position += len(part)
        if text:
            yield text

    def close(self) -> Iterator[str]:
        """Give what an incomplete character is replaced by, where it is."""
        try:
            text = self._decoder.decode(b"", True)
        except UnicodeError:
            text = None
        if text is None:
            raise TextDecodeError(self._encoding, self._position, "it ends inside a character")
        if text:
            yield text

    def _until_error(self, part: bytes) -> str:
        """The text before the byte that cannot be, which is looked for by halves."""
        texts: list[str] = []
        while len(part) > 1:
            half = len(part) // 2
            state = self._decoder.getstate()
            try:
                text = self._decoder.decode(part[:half])
            except UnicodeError:
                self._decoder.setstate(state)
                part = part[:half]
            else:
                self._position += half
                part = part[half:]
                texts.append(text)
        return "".join(texts)


class _Buffer(Protocol[AnyStr]):
    def write(self, piece: AnyStr, /) -> int: ...

    def getvalue(self) -> AnyStr: ...


class _Lines(Generic[AnyStr]):
    r"""Cuts at "\n", "\r\n" and "\r", as text files are read; lines come without their end."""

    __slots__ = (
        "_begun",
        "_begun_size",
        "_both",
        "_limit",
        "_new",
        "_newline",
        "_return",
        "_skips",
        "_split",
        "number",
    )

    #: How many lines were given.
    number: int

    def __init__(
        self,
        newline: AnyStr,
        carriage_return: AnyStr,
        split: Callable[[AnyStr, AnyStr], list[AnyStr]],
        new: Callable[[], _Buffer[AnyStr]],
        max_line: int,
    ) -> None:
        if max_line < 1:
            raise ValueError(f"max_line has to be at least 1; got {max_line}")
        self._newline: AnyStr = newline
        self._return: AnyStr = carriage_return
        self._both: AnyStr = carriage_return + newline
        self._split: Callable[[AnyStr, AnyStr], list[AnyStr]] = split
        self._new: Callable[[], _Buffer[AnyStr]] = new
        self._limit = max_line
        # The beginning of the next line. A buffer, as a line may come in very many parts.
        self._begun: _Buffer[AnyStr] | None = None
        self._begun_size = 0
        # Whether a "\r" ended the last part: a "\n" that follows belongs to it.
        self._skips = False
        self.number = 0

    def feed(self, part: AnyStr, /) -> Iterator[AnyStr]:
        newline, limit = self._newline, self._limit
        if self._skips and part:
            self._skips = False
            if part.startswith(newline):
                part = part[1:]
        if self._return in part:
            self._skips = part.endswith(self._return)
            part = part.replace(self._both, newline).replace(self._return, newline)
        lines = self._split(part, newline)
        rest = lines.pop()
        for line in lines:
            if self._begun is not None:
                line = self._begin(line).getvalue()
                self._begun = None
                self._begun_size = 0
            elif len(line) > limit:
                raise LineTooLongError(self.number + 1, limit)
            self.number += 1
            yield line
        if rest:
            self._begin(rest)

    def close(self) -> Iterator[AnyStr]:
        if self._begun is not None:
            self.number += 1
            yield self._begun.getvalue()

    def _begin(self, piece: AnyStr) -> _Buffer[AnyStr]:
        self._begun_size += len(piece)
        if self._begun_size > self._limit:
            raise LineTooLongError(self.number + 1, self._limit)
        if self._begun is None:
            self._begun = self._new()
        self._begun.write(piece)
        return self._begun


class ByteLineDecoder(_Lines[bytes]):
    """Lines as bytes, without their ends; none may be longer than `max_line` bytes."""

    __slots__ = ()

    def __init__(self, *, max_line: int = MAX_LINE) -> None:
        super().__init__(b"\n", b"\r", bytes.split, io.BytesIO, max_line)


class LineDecoder:
    """Lines as text, without their ends; none may be longer than `max_line` characters.

    Decodes before it cuts: in some encodings the byte of a newline is part of other characters.
    """

    __slots__ = ("_lines", "_text")

    def __init__(
        self, encoding: str = "utf-8", errors: str = "strict", *, max_line: int = MAX_LINE
    ) -> None:
        self._text = TextDecoder(encoding, errors)
        self._lines: _Lines[str] = _Lines("\n", "\r", str.split, io.StringIO, max_line)

    def feed(self, part: bytes, /) -> Iterator[str]:
        """Take the next bytes and give the lines that are complete."""
        for text in self._text.feed(part):
            yield from self._lines.feed(text)

    def close(self) -> Iterator[str]:
        """Give the last line if nothing ends it."""
        for text in self._text.close():
            yield from self._lines.feed(text)
        yield from self._lines.close()


_BOM = codecs.BOM_UTF8


class JsonLineDecoder(Generic[T]):
    """What the lines hold, each of which is a JSON document in UTF-8; blank lines are skipped.

    `loads` parses one line; what it raises goes on, with a note that tells the line. Without it a
    line that is not JSON raises `JsonLineError`. A byte order mark may stand before the first.
    """

    __slots__ = ("_lines", "_loads")

    @overload
    def __init__(
        self: JsonLineDecoder[Any], loads: None = None, *, max_line: int = MAX_LINE
    ) -> None: ...

    @overload
    def __init__(self, loads: Callable[[bytes], T], *, max_line: int = MAX_LINE) -> None: ...

    def __init__(
        self, loads: Callable[[bytes], Any] | None = None, *, max_line: int = MAX_LINE
    ) -> None:
        self._lines = ByteLineDecoder(max_line=max_line)
        self._loads = loads

    def feed(self, part: bytes, /) -> Iterator[T]:
        """Take the next bytes and give what the complete lines hold."""
        return self._parsed(self._lines.feed(part))

    def close(self) -> Iterator[T]:
        """Give what the last line holds if nothing ends it."""
        return self._parsed(self._lines.close())

    def _parsed(self, lines: Iterator[bytes]) -> Iterator[T]:
        for line in lines:
            number = self._lines.number
            if number == 1:
                line = line.removeprefix(_BOM)
            if not line.strip(b" \t"):
                continue
            if self._loads is None:
                yield parse_json_line(line, number)
            else:
                try:
                    item = self._loads(line)
                except Exception as error:
                    error.add_note(f"in line {number} of the content")
                    raise
                yield item


def parse_json_line(line: bytes, number: int) -> Any:
    """The value of one line; raises `JsonLineError`, which the parser's own error is not part of.

    That one holds the content.
    """
    column = 0
    try:
        return json.loads(line.decode())
    except json.JSONDecodeError as error:
        column = error.pos + 1
    except (ValueError, RecursionError):
        pass
    raise JsonLineError(number, column)


class ServerSentEvent(Structure):
    """One event of a `text/event-stream`.

    `event` is its type, "message" where it names none; `data` its lines, joined with newlines. `id`
    is the last one that the stream named, in this event or an earlier one, "" where there was none;
    `retry` how many milliseconds the sender of this event wants a client to wait before it
    connects again, None where it says nothing.
    """

    __slots__ = ("data", "event", "id", "retry")
    _sensitive = frozenset({"data"})

    event: str
    data: str
    id: str
    retry: int | None

    def __init__(
        self,
        event: str = "message",
        data: str = "",
        id: str = "",  # noqa: A002 - the standard's name
        retry: int | None = None,
    ) -> None:
        self.event = event
        self.data = data
        self.id = id
        self.retry = retry

    def json(self) -> Any:
        """The data as a JSON document; raises `ContentError` if it is none."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            pass
        raise ContentError("the data of the event is not JSON; its event type tells what it is")


class ServerSentEventDecoder:
    """Server-sent events, by the rules of the WHATWG's HTML standard.

    So lines that begin with a colon are comments, fields that are not known are skipped, an event
    without data is none, and bytes that are not UTF-8 become U+FFFD. One rule differs: where the
    bytes end, an event that no blank line ends is given if it has data, for whoever sent it has
    finished; a stream that broke raises its error instead.

    `done` is data that says that no event follows; it and what comes after it are not given. The
    data of an event may have no more than `max_line` bytes either.
    """

    __slots__ = (
        "_data",
        "_done",
        "_event",
        "_finished",
        "_id",
        "_limit",
        "_lines",
        "_retry",
    )

    def __init__(self, *, done: str | None = None, max_line: int = MAX_LINE) -> None:
        self._lines = ByteLineDecoder(max_line=max_line)
        self._limit = max_line
        self._done = done
        self._finished = False
        self._id = ""
        # The lines so far; None is none, which an empty line is not.
        self._data: bytearray | None = None
        self._event = b""
        self._retry: int | None = None

    def feed(self, part: bytes, /) -> Iterator[ServerSentEvent]:
        """Take the next bytes and give the events that are complete."""
        if not self._finished:
            yield from self._events(self._lines.feed(part))

    def close(self) -> Iterator[ServerSentEvent]:
        """Give the last event if it has data and no blank line ends it."""
        if not self._finished:
            yield from self._events(self._lines.close())
        if not self._finished and self._data:
            yield from self._dispatch()

    def _events(self, lines: Iterator[bytes]) -> Iterator[ServerSentEvent]:
        for line in lines:
            if self._lines.number == 1:
                line = line.removeprefix(_BOM)
            if not line:
                yield from self._dispatch()
                if self._finished:
                    return
            else:
                name, _, value = line.partition(b":")
                self._field(name, value.removeprefix(b" "))

    def _field(self, name: bytes, value: bytes) -> None:
        if name == b"data":
            if self._data is None:
                self._data = bytearray(value)
            else:
                self._data += b"\n"
                self._data += value
            if len(self._data) > self._limit:
                raise LineTooLongError(self._lines.number, self._limit)
        elif name == b"event":
            self._event = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = _text(value)
        elif name == b"retry" and value.isdigit() and len(value) <= _RETRY_DIGITS:
            self._retry = int(value)

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        data, event, retry = self._data, self._event, self._retry
        self._data, self._event, self._retry = None, b"", None
        if data is not None:
            text = _text(data)
            if text == self._done:
                self._finished = True
            else:
                yield ServerSentEvent(_text(event) or "message", text, self._id, retry)


#: More are no time to wait, and Python would refuse to read thousands of them.
_RETRY_DIGITS = 18


def _text(content: bytes | bytearray) -> str:
    return content.decode(errors="replace")
