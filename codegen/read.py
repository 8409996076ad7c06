"""Reads model files: JSON or gzipped JSON, with faults that name line and column."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

from codegen.faults import Fault, GenerationError
from codegen.loaded import ModelFile
from codegen.model import Node, Source


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a model, as a Smithy JSON AST."""

    file: str
    """The path as given: for faults."""
    content: Mapping[str, object]
    facts: ModelFile
    botocore: Mapping[str, object] | None = None
    """The file's own content, where `content` was converted from a botocore model."""
    overlay: bool = False
    """Whether its `apply` entries take the place of traits instead of adding to them."""

    def source(self, shape_id: str, *parts: str) -> Source:
        """Tell where a shape, or something below it, is written in the file."""
        if self.botocore is None:
            return Source(self.file, pointer("shapes", shape_id, *parts))
        name = shape_id.partition("#")[2].partition("$")[0]
        for section in ("operations", "shapes"):
            shape = as_object(as_object(self.botocore.get(section)).get(name))
            if shape:
                at = [section, name]
                if parts[:1] == ("members",) and parts[1] in as_object(shape.get("members")):
                    at += parts[:2]
                return Source(self.file, pointer(*at))
        return Source(self.file, "")


def pointer(*parts: str) -> str:
    """Make a JSON pointer (RFC 6901) of plain keys."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def as_object(value: object) -> Mapping[str, object]:
    """Return the value if it is a JSON object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of unpacked content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacked if it is gzip; GenerationError where it cannot be read."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except FileNotFoundError:
        _stop(path, "there is no such file", "check the path")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        _stop(path, f"this gzip file is damaged: {error}", "fetch it again")
    except OSError as error:
        _stop(path, f"cannot be read: {error.strerror}", "check the path and its permissions")


def read_object(path: Path) -> tuple[dict[str, object], str]:
    """Read a JSON object, with the SHA-256 of its text.

    Raises GenerationError with line and column for text that is not JSON, and with a fault for
    each key written twice in one object, which would silently hide the first.
    """
    content, sha256, faults = parse_object(path)
    if faults:
        raise GenerationError(faults)
    return content, sha256


def parse_object(path: Path) -> tuple[dict[str, object], str, list[Fault]]:
    """Do what `read_object` does, but hand out keys written twice as faults; the last one wins."""
    data = read_bytes(path)
    again = _KeysTwice()
    try:
        value: object = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=again.collect,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        _stop(path, f"is not JSON: {error.msg} at {place}", "correct the text there")
    except UnicodeDecodeError as error:
        _stop(path, f"is not UTF-8: byte {error.start}", "save it as UTF-8")
    except RecursionError:
        _stop(path, "is nested too deeply to be a model", "check what wrote it")
    except ValueError as error:
        _stop(path, str(error), "correct the text there")
    if not isinstance(value, dict):
        _stop(path, "is not a JSON object", "give a Smithy JSON AST or a service-2.json")
    content = cast("dict[str, object]", value)
    return content, hash_of(data), again.faults(path, content)


def freeze(value: object) -> Node:
    """Turn a decoded JSON value into a Node."""
    if isinstance(value, Mapping):
        return {key: freeze(item) for key, item in as_object(cast("object", value)).items()}
    if isinstance(value, list):
        return tuple(freeze(item) for item in cast("list[object]", value))
    return cast("Node", value)


class _KeysTwice:
    """Remembers objects with a key written twice; where they are is known once all is parsed."""

    def __init__(self) -> None:
        self._found: list[tuple[dict[str, object], str]] = []

    def collect(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            self._found += [(made, key) for key, count in counts.items() if count > 1]
        return made

    def faults(self, path: Path, content: object) -> list[Fault]:
        if not self._found:
            return []
        places = dict(_places(content))
        return [
            Fault(
                str(path),
                # An object that a later one of the same key replaced is nowhere.
                places.get(id(made), ""),
                "",
                f"has the key {key!r} twice in one object",
                "keep one of the two",
            )
            for made, key in self._found
        ]


def _places(value: object) -> Iterator[tuple[int, str]]:
    """Yield the identity and the pointer of each object in a JSON value, however deep."""
    pending: list[tuple[object, str]] = [(value, "")]
    while pending:
        item, at = pending.pop()
        if isinstance(item, dict):
            yield id(cast("object", item)), at
            inside = cast("dict[str, object]", item).items()
            pending += [(below, at + pointer(key)) for key, below in inside]
        elif isinstance(item, list):
            elements = enumerate(cast("list[object]", item))
            pending += [(below, f"{at}/{index}") for index, below in elements]


def _no_constant(text: str) -> NoReturn:
    message = f"is not JSON: {text} is no JSON number"
    raise ValueError(message)


def _stop(path: Path, message: str, advice: str) -> NoReturn:
    raise GenerationError([Fault(str(path), "", "", message, advice)]) from None
