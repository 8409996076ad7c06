"""What answers are made of, the inverse of `drawplate.parse`: for stubs alone.

A generated module `_stubs` tells of each member of an output where it travels and of what kind it
is. From that data is checked, made up where there is none, and written as the answer that the
parser of the operation then reads. Rules: requests.md section 12; Smithy HTTP binding, restJson1.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, cast

from drawplate import params as checks
from drawplate._stub_pieces import Chunks, whole
from drawplate.errors import ParamValidationError
from drawplate.http import HttpResponse
from drawplate.params import Checker, Mismatch, UnionChecker
from drawplate.serialize import (
    base64_text,
    boolean_text,
    date_time,
    epoch_seconds,
    epoch_seconds_text,
    exact_json_body,
    exact_number,
    http_date,
    number_json,
    number_text,
)
from drawplate.structures import AsyncStreamingOutput, UnknownMember

#: Whether members that are required may be left out.
_partial: ContextVar[bool] = ContextVar("partial", default=False)


class Sample:
    """What made-up values depend on: the time, and the shapes that they are inside of."""

    __slots__ = ("inside", "now")

    def __init__(self, now: datetime, inside: tuple[Kind, ...] = ()) -> None:
        self.now = now
        self.inside = inside

    def below(self, kind: Kind) -> Sample | None:
        """The same inside of a shape; None where the shape would contain itself."""
        return None if kind in self.inside else Sample(self.now, (*self.inside, kind))


class Kind(ABC):
    """What a member is: how its values are checked, made up and written."""

    __slots__ = ()

    #: What a payload of this kind says of itself in an event.
    media_type = "application/json"

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value as `json` and its kin take it; raises `Mismatch`."""

    @abstractmethod
    def sample(self, sample: Sample, /) -> Any:
        """A made-up value, checked; None where there can be none."""

    def json(self, value: Any) -> Any:
        """The value as it stands in JSON."""
        return value

    def text(self, value: Any) -> str:
        """The value as a header field has it."""
        return str(value)

    def item(self, value: Any) -> str:
        """The value as one of several in a header field."""
        return self.text(value)

    def payload(self, value: Any) -> bytes | Chunks:
        """The value as a whole body."""
        return exact_json_body(self.json(value))


class Scalar(Kind):
    """A kind whose made-up value is always the same."""

    __slots__ = ("_check", "_json", "_sample", "_text")

    def __init__(
        self,
        check: Checker,
        sample: object,
        json: Callable[[Any], Any] | None = None,
        text: Callable[[Any], str] = str,
    ) -> None:
        self._check = check
        self._sample = sample
        self._json = json
        self._text = text

    def check(self, value: Any) -> Any:
        return self._check(value)

    def sample(self, _: Sample, /) -> Any:
        return self._sample

    def json(self, value: Any) -> Any:
        return value if self._json is None else self._json(value)

    def text(self, value: Any) -> str:
        return self._text(value)


class Blob(Scalar):
    """Bytes, which are base64 inside of anything else."""

    __slots__ = ()
    media_type = "application/octet-stream"

    def __init__(self, check: Checker) -> None:
        super().__init__(check, b"", base64_text, base64_text)

    def payload(self, value: Any) -> bytes:
        return cast("bytes", value)


class Text(Scalar):
    """Text; made up, it is the name of its shape."""

    __slots__ = ()
    media_type = "text/plain"

    def __init__(self, name: str, text: Callable[[str], str] = str) -> None:
        super().__init__(checks.string, name, text=text)

    def item(self, value: Any) -> str:
        if re.fullmatch(r"[^\s,\"](?:[^,\"]*[^\s,\"])?", value):
            return cast("str", value)
        return '"' + re.sub(r"([\"\\])", r"\\\1", value) + '"'

    def payload(self, value: Any) -> bytes:
        return cast("str", value).encode()


class Timestamp(Scalar):
    """A point in time; made up, it is now."""

    __slots__ = ()

    def __init__(self, json: Callable[[Any], Any], text: Callable[[Any], str]) -> None:
        super().__init__(checks.timestamp, None, json, text)

    def sample(self, sample: Sample, /) -> Any:
        return sample.now


BOOLEAN = Scalar(checks.boolean, False, text=boolean_text)
INTEGER = Scalar(checks.integer, 0)
FLOAT = Scalar(checks.number, 0.0, number_json, number_text)
DECIMAL = Scalar(checks.decimal, 0, exact_number)
DOCUMENT = Scalar(checks.document, None)
BLOB = Blob(checks.blob)
STREAM = Blob(whole)
HTTP_DATE = Timestamp(http_date, http_date)
DATE_TIME = Timestamp(date_time, date_time)
EPOCH_SECONDS = Timestamp(epoch_seconds, epoch_seconds_text)

text = Text


def media_text(name: str) -> Text:
    """Text of a media type, which is base64 in a header field."""
    return Text(name, lambda value: base64_text(value.encode()))


class ListOf(Kind):
    """A list; made up, it is empty."""

    __slots__ = ("_check", "_item")

    def __init__(self, item: Kind, *, sparse: bool = False) -> None:
        self._item = item
        self._check = checks.list_of(item.check, sparse=sparse)

    def check(self, value: Any) -> Any:
        return self._check(value)

    def sample(self, _: Sample, /) -> Any:
        return []

    def json(self, value: Any) -> Any:
        return [None if item is None else self._item.json(item) for item in value]

    def text(self, value: Any) -> str:
        return ", ".join(map(self._item.item, value))


class MapOf(Kind):
    """A map with text for keys; made up, it is empty."""

    __slots__ = ("_check", "_item")

    def __init__(self, item: Kind, *, sparse: bool = False) -> None:
        self._item = item
        self._check = checks.map_of(item.check, sparse=sparse)

    def check(self, value: Any) -> Any:
        return self._check(value)

    def sample(self, _: Sample, /) -> Any:
        return {}

    def json(self, value: Any) -> Any:
        return {key: None if item is None else self._item.json(item) for key, item in value.items()}


list_of = ListOf
map_of = MapOf


class Member:
    """A member of a structure: its place, its name there, and its kind."""

    __slots__ = ("kind", "place", "wire")

    def __init__(self, place: str, wire: str, kind: Kind) -> None:
        self.place = place
        self.wire = wire
        self.kind = kind


def body(wire: str, kind: Kind) -> Member:
    """A member of a JSON object."""
    return Member("body", wire, kind)


def header(wire: str, kind: Kind) -> Member:
    """A header field of an answer, or a header of an event."""
    return Member("header", wire, kind)


def prefix(wire: str, kind: Kind) -> Member:
    """All header fields whose names begin with `wire`."""
    return Member("prefix", wire, kind)


def payload(kind: Kind) -> Member:
    """The whole body of an answer or event."""
    return Member("payload", "", kind)


def _success(value: object) -> int:
    status = checks.integer(value)
    if 200 <= status <= 299:
        return status
    problem = " to be 200 to 299; for an error pass its code, an exception or a raw answer"
    raise Mismatch([("expected ", "", problem)])


STATUS = Member("status", "", Scalar(_success, 200))


class Structure(Kind):
    """A structure, error or event. Checked, it is a dict of the members that are set.

    `members` may be filled in later, for shapes that contain themselves.
    """

    __slots__ = ("made", "members", "required")

    def __init__(
        self,
        made: type[Any],
        members: dict[str, Member],
        required: tuple[str, ...] = (),
    ) -> None:
        self.made = made
        self.members = members
        self.required = required

    def check(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):
            given = cast("Mapping[str, Any]", value)
        elif type(value) is self.made or self._is_awaited(value):
            given = {name: getattr(value, name) for name in self.members}
        else:
            raise Mismatch.expected(f"a dict or {self.made.__name__}", value)
        problems: list[tuple[str, str, str]] = []
        if not _partial.get():
            problems += [
                ("missing required member ", f'["{name}"]', "")
                for name in self.required
                if given.get(name) is None
            ]
        checked: dict[str, Any] = {}
        for name, held in given.items():
            if held is None:
                continue
            if name not in self.members:
                problems.append(("unexpected value at ", f'["{name}"]', ""))
                continue
            try:
                checked[name] = self.members[name].kind.check(held)
            except Mismatch as mismatch:
                problems += mismatch.under(f'["{name}"]')
        if problems:
            raise Mismatch(problems)
        return checked

    def _is_awaited(self, value: object) -> bool:
        """Whether it is the same of an async client."""
        slots: object = self.made.__slots__
        return isinstance(value, AsyncStreamingOutput) and any(
            (made.__module__, vars(made).get("__slots__")) == (self.made.__module__, slots)
            for made in type(value).__mro__
        )

    def sample(self, sample: Sample, /) -> dict[str, Any] | None:
        inside = sample.below(self)
        if inside is None:
            return None
        made = {name: member.kind.sample(inside) for name, member in self.members.items()}
        return {name: value for name, value in made.items() if value is not None}

    def json(self, value: Any) -> Any:
        members = self.members
        return {members[name].wire: members[name].kind.json(held) for name, held in value.items()}


class Union(Kind):
    """A union: class, wire name and kind by member; the kind is None for one without content."""

    __slots__ = ("members", "name")

    def __init__(
        self, name: str, members: dict[str, tuple[Callable[..., Any], str, Kind | None]]
    ) -> None:
        self.name = name
        self.members = members

    def check(self, value: Any) -> Any:
        members: dict[str, tuple[Callable[..., Any], Checker | None]] = {
            name: (made, None if kind is None else kind.check)
            for name, (made, _, kind) in self.members.items()
        }
        return UnionChecker(self.name, members)(value)

    def sample(self, sample: Sample, /) -> Any:
        inside = sample.below(self)
        if inside is None:
            return None
        for made, _, kind in self.members.values():
            if kind is None:
                return made()
            value = kind.sample(inside)
            if value is not None:
                return made(value)
        return None

    def json(self, value: Any) -> Any:
        if isinstance(value, UnknownMember):
            return {value.name: value.value}
        wire, kind = next(m[1:] for m in self.members.values() if m[0] is type(value))
        return {wire: {} if kind is None else kind.json(value.value)}


class Answer:
    """What the answers of one operation are made of.

    `unset` names members that are not made up: with a token for the next page there would be no
    last one.
    """

    __slots__ = ("_structure", "_unset")

    def __init__(
        self,
        made: type[Any],
        members: dict[str, Member],
        required: tuple[str, ...] = (),
        unset: tuple[str, ...] = (),
    ) -> None:
        self._structure = Structure(made, members, required)
        self._unset = unset

    @property
    def made(self) -> type[Any]:
        """The class of the output."""
        return self._structure.made

    def check(self, data: object, *, partial: bool = False) -> dict[str, Any]:
        """Members of an output out of a mapping or an instance, as `response` takes them.

        Raises `ParamValidationError` with every problem. `partial` lets required members be left
        out.
        """
        token = _partial.set(partial)
        try:
            return self._structure.check(data)
        except Mismatch as mismatch:
            raise ParamValidationError(
                [f"{before}data{path}{after}" for before, path, after in mismatch.problems]
            ) from None
        finally:
            _partial.reset(token)

    def sample(self, now: datetime) -> dict[str, Any]:
        """Made-up members, as `response` takes them."""
        made = self._structure.sample(Sample(now)) or {}
        return {name: value for name, value in made.items() if name not in self._unset}

    def response(self, values: Mapping[str, Any]) -> HttpResponse:
        """The answer whose parser makes these values of it."""
        members = self._structure.members
        response = HttpResponse(200)
        headers = response.headers
        if any(member.place == "body" for member in members.values()):
            of_body = {name: v for name, v in values.items() if members[name].place == "body"}
            response.body = self._structure.payload(of_body)
        collected: dict[str, str] = {}
        for name, value in values.items():
            member = members[name]
            if member.place == "header":
                headers[member.wire] = member.kind.text(value)
            elif member.place == "prefix":
                collected |= {member.wire + key: held for key, held in value.items()}
            elif member.place == "payload":
                response.body = member.kind.payload(value)
            elif member.place == "status":
                response.status = value
        for field, text_ in collected.items():
            # A field of its own wins, as it does in requests.
            headers.setdefault(field, text_)
        return response
