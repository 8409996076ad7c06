"""Content in the formats that models speak: what a call sends, and what it answers with.

A codec knows its content types, makes bytes of a value and a value of bytes:

    out = client.invoke_endpoint(endpoint_name="e", **codecs.JSON.request({"inputs": "hi"}))
    codecs.decode(out)

`decode` chooses the codec by the content type of the answer, `codecs.CSV.read(out)` insists on one.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypedDict, TypeVar, overload

from drawplate.errors import (
    ContentError,
    MissingLibraryError,
    TextDecodeError,
    UnknownContentTypeError,
)
from drawplate.structures import BlobOutput, content_of
from drawplate.text_streams import JsonLineDecoder

T = TypeVar("T")
SentT = TypeVar("SentT", contravariant=True)
ReadT = TypeVar("ReadT", covariant=True)


class Content(TypedDict):
    """Arguments of a call that say what is sent and what is wanted back."""

    body: bytes
    content_type: str
    accept: str


class Codec(ABC, Generic[SentT, ReadT]):
    """A format: it sends values of one type and reads those of another. Derive from it for yours.

    `content_type` is what requests say, `media_types` are all that answers may say, without their
    parameters and in lower case.
    """

    content_type: str
    media_types: frozenset[str]

    @abstractmethod
    def encode(self, value: SentT, /) -> bytes:
        """The value as bytes; raises `ContentError` if it cannot be written."""

    @abstractmethod
    def decode(self, body: bytes, content_type: str | None = None, /) -> ReadT:
        """The value that bytes stand for; raises `ContentError` if they are not of the format.

        `content_type` is that of the bytes where it is known, for its charset.
        """

    def request(self, value: SentT, *, accept: str | Codec[Any, Any] | None = None) -> Content:
        """Arguments for a call: the value as its body, with its type, and the type wanted back.

        That is the same type where `accept` says nothing else.
        """
        if accept is None:
            accept = self.content_type
        elif isinstance(accept, Codec):
            accept = accept.content_type
        return {"body": self.encode(value), "content_type": self.content_type, "accept": accept}

    def reads(self, content_type: str) -> bool:
        """Whether it reads content of this type."""
        return media_type(content_type) in self.media_types

    def read(self, output: BlobOutput) -> ReadT:
        """What an output holds, which has to be of this format where it states a type.

        Raises `UnknownContentTypeError` for another one, and what `decode` raises.
        """
        body, content_type = content_of(output)
        if content_type and not self.reads(content_type):
            raise UnknownContentTypeError(
                f"the answer is of type {media_type(content_type)!r}, and {type(self).__name__} "
                "does not read that; use decode(output), or ask for another type with accept",
                content_type,
            )
        return self.decode(body, content_type)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.content_type}>"


def media_type(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def text_of(
    body: bytes, content_type: str | None, encoding: str | None = None, errors: str = "strict"
) -> str:
    """Bytes as text: in the encoding given, else in the charset of the content type, else UTF-8.

    Raises `TextDecodeError`, and `LookupError` for an encoding that Python does not know.
    """
    name = encoding or _charset(content_type) or "utf-8"
    position = 0
    try:
        return body.decode(name, errors)
    except UnicodeError as error:
        position = getattr(error, "start", 0)
    # Outside of the block: that error holds the content, and would be the context of this one.
    raise TextDecodeError(name, position, "it cannot go on")


def _charset(content_type: str | None) -> str | None:
    if content_type is None or "charset" not in content_type.lower():
        return None
    from email.message import Message  # few content types have one

    parsed = Message()
    parsed["content-type"] = content_type
    charset = parsed.get_content_charset()
    if charset is None:
        return None
    try:
        b"\0\0\0\0".decode(charset, "ignore")
    except (LookupError, UnicodeError):
        raise UnknownContentTypeError(
            "the charset of the answer is not known to Python; give an encoding", content_type
        ) from None
    return charset


class JsonCodec(Codec[object, T]):
    """One JSON document in UTF-8. Arrays of NumPy are written as lists.

    `loads` makes something else of the bytes, such as a class of yours; what it raises goes on.
    NaN and infinite numbers are read; they are written only with `allow_nan`, as no JSON has them.
    """

    content_type = "application/json"
    media_types = frozenset({"application/json", "text/json"})

    @overload
    def __init__(self: JsonCodec[Any], loads: None = None, *, allow_nan: bool = False) -> None: ...

    @overload
    def __init__(self, loads: Callable[[bytes], T], *, allow_nan: bool = False) -> None: ...

    def __init__(
        self, loads: Callable[[bytes], Any] | None = None, *, allow_nan: bool = False
    ) -> None:
        self._loads: Callable[[bytes], T] | None = loads
        self._allow_nan = allow_nan

    def reads(self, content_type: str) -> bool:
        """Whether it is JSON: types that end with "+json" are as well."""
        return super().reads(content_type) or media_type(content_type).endswith("+json")

    def encode(self, value: object, /) -> bytes:
        """See `Codec.encode`."""
        return _json(value, self._allow_nan)

    def decode(self, body: bytes, _content_type: str | None = None, /) -> T:
        """See `Codec.decode`; JSON is Unicode, whatever the content type says."""
        if self._loads is not None:
            return self._loads(body)
        column = -1
        try:
            value: T = json.loads(body)
        except json.JSONDecodeError as error:
            column = error.pos
        except (ValueError, RecursionError):
            pass
        else:
            return value
        place = f"; it cannot go on at character {column}" if column >= 0 else ""
        raise ContentError(f"the content is not JSON{place}")


def _json(value: object, allow_nan: bool) -> bytes:
    try:
        return json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=allow_nan,
            separators=(",", ":"),
            default=_plain,
        ).encode()
    except UnicodeEncodeError:
        reason = "it has half of a surrogate pair in it"
    except RecursionError:
        reason = "it is nested too deeply, or holds itself"
    except ValueError:
        reason = "it holds itself, or a number that is NaN or infinite (see allow_nan)"
    except TypeError as error:
        # These texts name types.
        reason = str(error)
    raise ContentError(f"the value cannot be written as JSON: {reason}")


def _plain(value: Any) -> object:
    """What NumPy's arrays and numbers, and those of the array module, are in JSON."""
    to_list: Callable[[], object] | None = getattr(value, "tolist", None)
    if to_list is None:
        raise TypeError(f"an object of type {type(value).__name__} is no JSON value")
    return to_list()


class JsonLinesCodec(Codec[Iterable[object], list[T]]):
    """JSON documents in UTF-8, one a line; options are those of `JsonCodec`."""

    content_type = "application/jsonlines"
    media_types = frozenset(
        {
            "application/jsonlines",
            "application/jsonl",
            "application/x-jsonlines",
            "application/x-jsonl",
            "application/x-ndjson",
            "application/ndjson",
        }
    )

    @overload
    def __init__(
        self: JsonLinesCodec[Any], loads: None = None, *, allow_nan: bool = False
    ) -> None: ...

    @overload
    def __init__(self, loads: Callable[[bytes], T], *, allow_nan: bool = False) -> None: ...

    def __init__(
        self, loads: Callable[[bytes], Any] | None = None, *, allow_nan: bool = False
    ) -> None:
        self._loads = loads
        self._allow_nan = allow_nan

    def encode(self, value: Iterable[object], /) -> bytes:
        """See `Codec.encode`; each line ends with a newline."""
        if isinstance(value, (str, bytes, Mapping)):
            raise ContentError("the value has to be a list of documents, one for each line")
        return b"".join([_json(item, self._allow_nan) + b"\n" for item in value])

    def decode(self, body: bytes, _content_type: str | None = None, /) -> list[T]:
        """See `Codec.decode`; raises `JsonLineError`."""
        limit = max(len(body), 1)  # it is all here
        decoder: JsonLineDecoder[Any] = (
            JsonLineDecoder(max_line=limit)
            if self._loads is None
            else JsonLineDecoder(self._loads, max_line=limit)
        )
        return [*decoder.feed(body), *decoder.close()]


class CsvCodec(Codec[Iterable[Iterable[object]], list[list[str]]]):
    r"""Rows of comma-separated values, read as text. Arrays of NumPy are rows as well.

    Rows end with "\n"; a field is quoted where it has to be. None is an empty field.
    """

    content_type = "text/csv"
    media_types = frozenset({"text/csv", "application/csv"})

    def encode(self, value: Iterable[Iterable[object]], /) -> bytes:
        """See `Codec.encode`."""
        rows: Iterable[object] = _listed(value)
        lines: list[str] = []
        # Its writer quotes what it would end lines with, so "\r" too, and calls once for each row.
        writer = csv.writer(_Sink(lines), lineterminator="\r\n")
        try:
            for row in rows:
                if isinstance(row, (str, bytes)) or not isinstance(row, Iterable):
                    raise ContentError(
                        f"row {len(lines) + 1} is of type {type(row).__name__}; "
                        "a row has to be a list of fields"
                    )
                writer.writerow(_listed(row))
        except csv.Error:
            raise ContentError(f"row {len(lines) + 1} cannot be written as CSV") from None
        text = "".join([f"{line[:-2]}\n" for line in lines])
        try:
            return text.encode()
        except UnicodeEncodeError:
            pass
        raise ContentError("the rows cannot be written: one has half of a surrogate pair in it")

    def decode(self, body: bytes, content_type: str | None = None, /) -> list[list[str]]:
        """See `Codec.decode`; empty lines are rows without fields."""
        text = text_of(body, content_type).removeprefix("\ufeff")
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error:
            raise ContentError(
                "the content is not CSV: a quoted field is not ended where it should be, or a "
                f"field has more than {csv.field_size_limit()} characters (csv.field_size_limit)"
            ) from None


def _listed(value: Any) -> Any:
    """An array as a list, so that its numbers are those of Python; others as they are."""
    to_list: Callable[[], object] | None = getattr(value, "tolist", None)
    return value if to_list is None else to_list()


class _Sink:
    """What a CSV writer writes to."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


class NpyCodec(Codec[object, Any]):
    """One array in the format of NumPy's `save`, never with Python objects in it.

    Arrays of NumPy are sent, and lists of numbers; so are, without NumPy, those of the modules
    array and ctypes, bytes and memoryviews. What is read is an array of NumPy, so that takes NumPy:
    without it `MissingLibraryError` is raised.
    """

    content_type = "application/x-npy"
    media_types = frozenset({"application/x-npy"})

    def encode(self, value: object, /) -> bytes:
        """See `Codec.encode`."""
        # Arrays of NumPy have a buffer too, but not one for each of their types.
        if not isinstance(value, getattr(sys.modules.get("numpy"), "ndarray", ())):
            buffer: Any = value
            try:
                return _npy(memoryview(buffer))
            except TypeError:
                pass  # it has no buffer
        numpy = _numpy("to send lists as application/x-npy")
        saved = io.BytesIO()
        try:
            numpy.save(saved, numpy.asarray(value), allow_pickle=False)
        except (TypeError, ValueError):
            pass
        else:
            return saved.getvalue()
        raise ContentError("the value is no array of numbers: it has other objects or odd lengths")

    def decode(self, body: bytes, _content_type: str | None = None, /) -> Any:
        """See `Codec.decode`."""
        numpy = _numpy("to read application/x-npy")
        if body.startswith(_NPY_MAGIC):
            try:
                return numpy.load(io.BytesIO(body), allow_pickle=False)
            except (ValueError, EOFError, OSError):
                pass
        raise ContentError("the content is not an array in NumPy's format, or is cut off")


_NPY_MAGIC = b"\x93NUMPY"
#: What the codes of `struct` are in NumPy, without the size.
_NPY_KINDS = {
    **dict.fromkeys("bhilqn", "i"),
    **dict.fromkeys("BHILQN", "u"),
    **dict.fromkeys("efd", "f"),
    "?": "b",
}


def _npy(view: memoryview) -> bytes:
    code = view.format
    order = {"<": "<", ">": ">", "!": ">"}.get(code[:1], "<" if sys.byteorder == "little" else ">")
    kind = _NPY_KINDS.get(code.lstrip("@=<>!"))
    if kind is None:
        raise ContentError(f"items of the format {code!r} cannot be sent as application/x-npy")
    descr = f"{'|' if view.itemsize == 1 else order}{kind}{view.itemsize}"
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {view.shape}, }}"
    # Ten bytes are before it and a newline after it; data begins at a multiple of 64.
    header += " " * (-(len(header) + 11) % 64) + "\n"
    start = _NPY_MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little")
    return start + header.encode("latin-1") + view.tobytes()


def _numpy(purpose: str) -> Any:
    from importlib import import_module

    try:
        return import_module("numpy")
    except ImportError:
        raise MissingLibraryError(f"{purpose}, install NumPy: pip install numpy") from None


class TextCodec(Codec[str, str]):
    """Plain text; sent in UTF-8, read in the charset of its content type, else in UTF-8."""

    content_type = "text/plain; charset=utf-8"
    media_types = frozenset({"text/plain"})

    def reads(self, content_type: str) -> bool:
        """Whether it is text of any kind."""
        return media_type(content_type).startswith("text/")

    def encode(self, value: str, /) -> bytes:
        """See `Codec.encode`."""
        try:
            return value.encode()
        except UnicodeEncodeError:
            pass
        raise ContentError("the text cannot be written: it has half of a surrogate pair in it")

    def decode(self, body: bytes, content_type: str | None = None, /) -> str:
        """See `Codec.decode`."""
        return text_of(body, content_type)


JSON: JsonCodec[Any] = JsonCodec()
JSON_LINES: JsonLinesCodec[Any] = JsonLinesCodec()
CSV = CsvCodec()
NPY = NpyCodec()
TEXT = TextCodec()

CODECS: tuple[Codec[Any, Any], ...] = (JSON, JSON_LINES, CSV, NPY, TEXT)
"""Those that `decode` chooses from, in this order."""


def decode(output: BlobOutput, *codecs: Codec[Any, Any]) -> Any:
    """What an output holds, read by the first codec that reads its content type.

    Codecs of yours go before those here. Raises `UnknownContentTypeError` where none does, and what
    the codec raises.
    """
    body, content_type = content_of(output)
    if not content_type:
        raise UnknownContentTypeError(
            "the answer states no content type; read it with a codec of your choice, such as "
            "JSON.read(output)",
            content_type,
        )
    for codec in (*codecs, *CODECS):
        if codec.reads(content_type):
            return codec.decode(body, content_type)
    raise UnknownContentTypeError(
        f"there is no codec for content of type {media_type(content_type)!r}; take the bytes as "
        "they are, or pass a codec for them",
        content_type,
    )
