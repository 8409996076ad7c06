"""Reads botocore's JSON so that nothing in it goes unnoticed.

Every key is asked for by name. What nobody asked for is something that the importer does not know,
and so a fault: a fact left behind would make a client that is wrong without a word.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import cast

from codegen.faults import Fault, GenerationError
from codegen.read import pointer

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]


class ImportFault(GenerationError):
    """A botocore model holds what cannot be carried over; `faults` says all of it, and where."""


class Reading:
    """One file while it is read: its name, the parts handed out, the faults found."""

    def __init__(self, file: str, content: Mapping[str, object]) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._parts: list[Part] = []
        self.root = Part(self, content, ())

    def register(self, part: Part) -> None:
        """Remember a part, to look later at what was not asked for in it."""
        self._parts.append(part)

    def finish(self) -> list[Fault]:
        """Every fault of the file, those of keys that nobody asked for included."""
        unread = [fault for part in self._parts for fault in part.unread()]
        return [*self.faults, *unread]


class Part:
    """A JSON object of a file, read key by key. Values of a wrong type are faults, not errors."""

    def __init__(
        self, reading: Reading, value: Mapping[str, object], path: tuple[str, ...]
    ) -> None:
        self._reading = reading
        self._value = value
        self._path = path
        self._asked: set[str] = set()
        self._children: dict[tuple[str, ...], Part] = {}
        reading.register(self)

    def fault(self, message: str, advice: str = "", *, key: str | None = None) -> None:
        """Note that something is wrong here, or at a key of this object."""
        path = self._path if key is None else (*self._path, key)
        self._reading.faults.append(Fault(self._reading.file, pointer(*path), "", message, advice))

    def skip(self, *keys: str) -> None:
        """Keys that are known and carry nothing over."""
        self._asked.update(keys)

    def flag(self, key: str) -> bool:
        """A boolean; False where it is absent."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._mistyped(key, "true or false")
        return False

    def text(self, key: str) -> str | None:
        """A string; None where it is absent."""
        value = self._take(key)
        if value is None or isinstance(value, str):
            return value
        self._mistyped(key, "a string")
        return None

    def expect_text(self, key: str) -> str:
        """A string that must be there and not empty; "" after a fault."""
        value = self.text(key)
        if key not in self._value:
            self.fault(f"has no {key!r}")
        elif value == "":
            self.fault("must not be empty", key=key)
        return value or ""

    def number(self, key: str) -> int | float | None:
        """A number; None where it is absent."""
        value = self._take(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        self._mistyped(key, "a number")
        return None

    def integer(self, key: str) -> int | None:
        """A whole number; None where it is absent."""
        value = self._take(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._mistyped(key, "a whole number")
        return None

    def texts(self, key: str) -> list[str] | None:
        """A list of strings; None where it is absent."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, list):
            items = cast("list[object]", value)
            if all(isinstance(item, str) for item in items):
                return cast("list[str]", items)
        self._mistyped(key, "a list of strings")
        return None

    def part(self, key: str) -> Part | None:
        """An object to read on; None where it is absent."""
        value = self._take(key)
        if isinstance(value, Mapping):
            return self._child(cast("object", value), key)
        if value is not None:
            self._mistyped(key, "an object")
        return None

    def expect_part(self, key: str) -> Part:
        """An object that must be there; after a fault an empty one whose own faults nobody sees."""
        if key not in self._value:
            self.fault(f"has no {key!r}")
        return self.part(key) or Reading(self._reading.file, {}).root

    def named(self, key: str) -> dict[str, Part]:
        """An object of objects, by key; empty where it is absent."""
        holder = self.part(key)
        if holder is None:
            return {}
        found = {name: holder.part(name) for name in holder._value}
        return {name: part for name, part in found.items() if part is not None}

    def listed(self, key: str) -> list[Part]:
        """A list of objects; empty where it is absent."""
        value = self._take(key)
        if value is None:
            return []
        if isinstance(value, list):
            items = cast("list[object]", value)
            if all(isinstance(item, Mapping) for item in items):
                return [self._child(item, key, str(index)) for index, item in enumerate(items)]
        self._mistyped(key, "a list of objects")
        return []

    def verbatim(self, key: str) -> Json:
        """A value taken over as it stands; None where it is absent."""
        return cast("Json", copy.deepcopy(self._take(key)))

    def unread(self) -> list[Fault]:
        """A fault for each key that nobody asked for."""
        return [
            Fault(
                self._reading.file,
                pointer(*self._path, key),
                "",
                f"the importer does not know {key!r} here",
                "teach the importer what it means before using this model",
            )
            for key in self._value
            if key not in self._asked
        ]

    def _take(self, key: str) -> object:
        self._asked.add(key)
        return self._value.get(key)

    def _child(self, value: object, *path: str) -> Part:
        if path not in self._children:
            mapping = cast("Mapping[str, object]", value)
            self._children[path] = Part(self._reading, mapping, (*self._path, *path))
        return self._children[path]

    def _mistyped(self, key: str, wanted: str) -> None:
        self.fault(f"must be {wanted}", key=key)
