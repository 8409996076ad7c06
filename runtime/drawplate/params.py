"""Checking the parameters of a call: generated tables of checkers, all problems in one error.

A checker takes a value and returns what goes on the wire, or raises `Mismatch`. The path of a value
is put together only when something is wrong, so a correct call pays for no text.
Rules and messages: requests.md section 4.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from drawplate.errors import ParamValidationError
from drawplate.http import AsyncBodySource, BodySource, is_coroutine_function
from drawplate.structures import UnknownMember

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")

Checker = Callable[[Any], Any]

#: Whether values may be turned into what the model asks for, and whether what is wrong is an error:
#: the options `convert_params` and `validate_params` of the call whose parameters are checked.
_converts: ContextVar[bool] = ContextVar("converts", default=True)
_validates: ContextVar[bool] = ContextVar("validates", default=True)

#: Iterable, and yet not meant when the model asks for a list.
_NO_LISTS = (str, bytes, bytearray, Mapping)


class SupportsRead(Protocol):
    """A file opened in binary mode, or anything else with `read()`."""

    def read(self) -> bytes: ...


class Reader(Protocol):
    """A file opened in binary mode, or anything else with `read(size)`."""

    def read(self, size: int, /) -> bytes: ...


#: What a blob parameter takes. Text is encoded as UTF-8; a file is read from its current position
#: to its end; a path is opened, read and closed.
Blob = bytes | bytearray | memoryview | str | SupportsRead | os.PathLike[str]

#: What a blob parameter takes that is streamed: the same, and chunks of bytes. Files are read while
#: they are sent, from their current position to their end, and again for a retry; what cannot seek
#: is sent once.
StreamingBlob = (
    bytes | bytearray | memoryview | str | Reader | BodySource | os.PathLike[str] | Iterable[bytes]
)


class AsyncReader(Protocol):
    """The same where `read(size)` is awaited."""

    async def read(self, size: int, /) -> bytes: ...


#: The same for async clients, which also take what is awaited for its chunks, once.
AsyncStreamingBlob = StreamingBlob | AsyncReader | AsyncBodySource | AsyncIterable[bytes]


class Mismatch(Exception):
    """A value, or something inside of it, is not what the model asks for.

    Each problem is the text before the path, the path inside of the value, and the text after it.
    """

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems

    @classmethod
    def expected(cls, what: str, value: object) -> Mismatch:
        """A value of the wrong type; the value itself may be secret and is not shown."""
        return cls([("expected ", "", f" to be {what}, got {type(value).__name__} instead")])

    def under(self, step: str) -> list[tuple[str, str, str]]:
        """The problems as seen from the container; `step` is as `["body"]` or `[0]`."""
        return [(before, step + path, after) for before, path, after in self.problems]


def string(value: object) -> str:
    """A str that UTF-8 can hold. A str enum member counts as its value."""
    if not isinstance(value, str):
        raise Mismatch.expected("a str", value)
    if not value.isascii():
        _utf8(value)
    if type(value) is str:
        return value
    _convert("a str", value)
    return str.__str__(value)


def boolean(value: object) -> bool:
    """True or False, or the text "true" or "false"; nothing that merely counts as one."""
    if value is True or value is False:
        return value
    _convert("a bool", value)
    if value in ("true", "false"):
        return value == "true"
    raise Mismatch.expected("a bool", value)


def integer(value: object) -> int:
    """An int, a float without fraction, or text of digits; a bool is not an int."""
    if type(value) is int:
        return value
    _convert("an int", value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    raise Mismatch.expected("an int", value)


def number(value: object) -> float:
    """A float or int, or text of a number; a bool is not a number."""
    if type(value) is float:
        return value
    _convert("a float", value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise Mismatch([("expected ", "", " to be an int that a float can hold")]) from None
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise Mismatch.expected("a float", value)


def decimal(value: object) -> Decimal:
    """A finite Decimal, int or text of a number; a float counts as the digits that it prints."""
    # Imported here, since hardly any model needs it.
    from decimal import Decimal, InvalidOperation

    if not isinstance(value, Decimal):
        _convert("a Decimal", value)
    if isinstance(value, Decimal | float | int | str) and not isinstance(value, bool):
        try:
            made = Decimal(value if isinstance(value, int) else str(value))
        except InvalidOperation:
            raise Mismatch.expected("a Decimal", value) from None
        if made.is_finite():
            return made
        raise Mismatch([("expected ", "", " to be a finite number")])
    raise Mismatch.expected("a Decimal", value)


def timestamp(value: object) -> datetime:
    """An aware datetime, a date, seconds since the epoch, or text of the first two (ISO 8601).

    A day begins at midnight UTC. A naive datetime is ambiguous and refused.
    """
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value
        raise Mismatch([("expected ", "", " to be an aware datetime; give it a tzinfo")])
    _convert("a datetime", value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OSError, OverflowError, ValueError):
            problem = ("expected ", "", " to be seconds since 1970 within the years 1 to 9999")
            raise Mismatch([problem]) from None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        try:
            return timestamp(_moment(value))
        except ValueError:
            pass
    raise Mismatch.expected("a datetime", value)


def _moment(text: str) -> date:
    """The moment or the day that a text names; raises ValueError for any other."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def blob(value: object) -> bytes:
    """Bytes of any `Blob`. Files are read here, so that every attempt sends the same bytes."""
    if type(value) is bytes:
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast("bytes | bytearray | memoryview", value))
    if isinstance(value, str):
        _convert("bytes or a file-like object", value)
        return _utf8(value)
    if isinstance(value, os.PathLike):
        _convert("bytes or a file-like object", cast("object", value))
        with open(cast("os.PathLike[str]", value), "rb") as file:
            return file.read()
    read = getattr(value, "read", None)
    if read is None:
        raise Mismatch.expected("bytes, a str, a path or a file-like object", value)
    content: object = read()
    if isinstance(content, bytes):
        return content
    raise Mismatch([("expected the file ", "", " to be opened in binary mode")])


def stream(value: object) -> bytes | BodySource:
    """What sends a `StreamingBlob`; nothing of it is read here."""
    if isinstance(value, (str, bytes, bytearray, memoryview)):
        return blob(cast("object", value))
    from drawplate import bodies  # few operations take streams

    if isinstance(value, os.PathLike):
        return bodies.PathBody(cast("os.PathLike[str]", value))
    if hasattr(value, "chunks"):
        return cast("BodySource", value)
    if hasattr(value, "__aiter__") or is_coroutine_function(getattr(value, "read", None)):
        return cast("BodySource", bodies.awaited_body(value))
    if hasattr(value, "read"):
        reader = cast("Reader", value)
        if isinstance(cast("object", reader.read(0)), bytes):
            return bodies.reader_body(reader)
        raise Mismatch([("expected the file ", "", " to be opened in binary mode")])
    chunks = _elements(value)
    if chunks is None:
        raise Mismatch.expected("bytes, a str, a path, a file-like object or chunks", value)
    return bodies.OnePassBody(chunks)


def sized_stream(value: object) -> bytes | BodySource:
    """Like `stream`, for what has to tell its length before it is sent."""
    body = stream(value)
    if isinstance(body, bytes) or body.length is not None:
        return body
    problem = " to have a length: pass bytes, a path, or a file that can seek"
    raise Mismatch([("expected ", "", problem)])


def document(value: object) -> object:
    """Any JSON value; containers are checked all the way down."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, float) and not isfinite(value):
        raise Mismatch([("expected ", "", " to be a finite number, as JSON has no other")])
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return map_of(document, sparse=True)(value)
    if isinstance(value, list | tuple):
        return list_of(document, sparse=True)(value)
    raise Mismatch.expected("a JSON value", value)


def list_of(item: Checker, *, sparse: bool = False) -> Checker:
    """A list of items, made from any iterable that is neither text nor bytes nor a mapping."""

    def check(value: object) -> list[Any]:
        elements = _elements(value)
        if elements is None:
            raise Mismatch.expected("a list", value)
        items: list[Any] = []
        problems: list[tuple[str, str, str]] = []
        for index, element in enumerate(elements):
            try:
                items.append(None if element is None and sparse else item(element))
            except Mismatch as mismatch:
                problems += mismatch.under(f"[{index}]")
        if problems:
            raise Mismatch(problems)
        return items

    return check


def _elements(value: object) -> Iterable[object] | None:
    """The elements of what counts as a list, None for anything else."""
    if isinstance(value, Iterable) and not isinstance(value, _NO_LISTS):
        return cast("Iterable[object]", value)
    return None


def map_of(item: Checker, *, sparse: bool = False) -> Checker:
    """A mapping with str keys."""

    def check(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Mismatch.expected("a dict", value)
        items: dict[str, Any] = {}
        problems: list[tuple[str, str, str]] = []
        for key, element in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str):
                got = type(key).__name__
                problems.append(("expected the keys of ", "", f" to be str, got {got}"))
                continue
            try:
                string(key)
            except Mismatch as mismatch:
                problems += [
                    ("expected the keys of ", "", after) for *_, after in mismatch.problems
                ]
                continue
            try:
                items[key] = None if element is None and sparse else item(element)
            except Mismatch as mismatch:
                problems += mismatch.under(_step(key))
        if problems:
            raise Mismatch(problems)
        return items

    return check


class StructureChecker(Generic[T]):
    """Makes a generated class out of a mapping, or checks an instance of it.

    `members` maps names to checkers in model order; they may be filled in later, for shapes that
    contain themselves.
    """

    __slots__ = ("made", "members", "required")

    def __init__(
        self, made: Callable[..., T], required: tuple[str, ...], members: dict[str, Checker]
    ) -> None:
        self.made = made
        self.required = required
        self.members = members

    def __call__(self, value: object) -> T:
        given: Mapping[str, Any]
        if type(value) is dict or isinstance(value, Mapping):
            given = cast("Mapping[str, Any]", value)
        elif type(value) is self.made:
            given = {name: getattr(value, name) for name in self.members}
        else:
            raise Mismatch.expected(f"a dict or types.{self.made.__name__}", value)
        problems: list[tuple[str, str, str]] = []
        members = self.members
        values: dict[str, Any] = {}
        for name, element in given.items():
            if element is None:
                continue
            checker = members.get(name)
            # The most common of all needs no call.
            if checker is string and type(element) is str and element.isascii():
                values[name] = element
                continue
            if checker is None:
                problems.append(("unexpected value at ", _step(name), ""))
                continue
            try:
                values[name] = checker(element)
            except Mismatch as mismatch:
                problems += mismatch.under(_step(name))
        for name in self.required:
            if name not in values and given.get(name) is None:
                problems = [*self._missing(given), *problems]
                break
        if problems:
            if _validates.get():
                raise Mismatch(problems)
            known = {name: element for name, element in given.items() if name in members}
            values = {**dict.fromkeys(self.required), **known, **values}
        return self.made(**values)

    def _missing(self, given: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        return [
            ("missing required parameter ", _step(name), "")
            for name in self.required
            if given.get(name) is None
        ]


class UnionChecker:
    """Makes an instance of a member's class out of a mapping with one key, or checks an instance.

    `members` maps names to class and checker, None for a member without content; they may be
    filled in later, as in `StructureChecker`.
    """

    __slots__ = ("members", "union")

    def __init__(
        self, union: str, members: dict[str, tuple[Callable[..., Any], Checker | None]]
    ) -> None:
        self.union = union
        self.members = members

    def __call__(self, value: object) -> object:
        if isinstance(value, Mapping):
            given = cast("Mapping[str, object]", value)
            names = [name for name, held in given.items() if held is not None]
            if len(names) != 1:
                got = ", ".join(map(str, names)) or "none"
                raise Mismatch([("expected ", "", f" to have exactly {self._keys()}; got {got}")])
            name = names[0]
            return self._made(name, given[name])
        if type(value) is UnknownMember:
            return UnknownMember(string(value.name), document(value.value))
        for name, (made, _) in self.members.items():
            if type(value) is made:
                return self._made(name, getattr(value, "value", {}))
        raise Mismatch.expected(f"a dict or types.{self.union}", value)

    def _made(self, name: str, held: object) -> object:
        if name not in self.members:
            raise Mismatch([("unexpected value at ", _step(name), f"; expected {self._keys()}")])
        made, checker = self.members[name]
        if checker is None:
            if held == {}:
                return made()
            raise Mismatch([("expected ", _step(name), " to be an empty dict")])
        try:
            return made(checker(held))
        except Mismatch as mismatch:
            raise Mismatch(mismatch.under(_step(name))) from None

    def _keys(self) -> str:
        return f"one key of {', '.join(self.members)}"


def _convert(expected: str, value: object) -> None:
    """Refuse to turn a value into what is expected where the caller wants no conversions."""
    if not _converts.get():
        raise Mismatch.expected(expected, value)


def check_params(checker: Callable[[object], T], params: object) -> T:
    """Check the parameters of a call; raises `ParamValidationError` with every problem."""
    try:
        return checker(params)
    except Mismatch as mismatch:
        raise ParamValidationError(
            [f"{before}params{path}{after}" for before, path, after in mismatch.problems]
        ) from None


_AT_HAND = frozenset({bool, bytes, float, int, str, type(None)})


def may_block(value: object) -> bool:
    """Whether checking a value may read a file."""
    if type(value) in _AT_HAND:
        return False
    if isinstance(value, Mapping):
        values = cast("Mapping[object, object]", value).values()
        return not _AT_HAND.issuperset(map(type, values)) and any(map(may_block, values))
    if isinstance(value, list | tuple):
        return any(map(may_block, cast("Iterable[object]", value)))
    return isinstance(value, os.PathLike) or hasattr(value, "read")


def check_as_told(
    checker: Callable[[object], T], params: object, *, converts: bool, validates: bool
) -> T:
    """Check parameters without conversions, or only convert what can be.

    Without validation, members that the model does not know are left out, and values of a wrong
    type stay as they are.
    """
    told = _converts.set(converts), _validates.set(validates)
    try:
        return check_params(checker, params)
    finally:
        _converts.reset(told[0])
        _validates.reset(told[1])


def _utf8(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        # That error would carry the whole text, which may be secret.
        problem = ("expected ", "", " to be text without halves of surrogate pairs")
        raise Mismatch([problem]) from None


def _step(name: object) -> str:
    return f'["{name}"]'
