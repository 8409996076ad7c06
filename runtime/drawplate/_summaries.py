"""Parameters and bodies as short text: long values cut, and left out what may be secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from os import PathLike, fspath
from typing import cast

from drawplate.structures import Structure, UnionMember

#: Stands for what is left out.
FILTERED = "[FILTERED]"


class Summaries:
    """Makes text of values. `names` are left out wherever they stand, if anything is hidden."""

    __slots__ = ("_longest", "_names", "hides")

    def __init__(self, *, max_string_size: int, names: frozenset[str], hides: bool) -> None:
        self._longest = max_string_size
        self._names = names
        #: Whether anything but credentials is left out.
        self.hides = hides

    def members(self, parameters: object, given: object, *, is_checked: bool) -> str:
        """Parameters as `name:value,name:value`; `given` are those that the caller passed.

        Where they were not checked, nobody knows what a dictionary in them means: it is left out.
        """
        if not isinstance(parameters, Structure):
            return FILTERED if self.hides else self.text(parameters, is_checked)
        asked: Mapping[str, object] = {}
        if isinstance(given, Mapping):
            asked = cast("Mapping[str, object]", given)
        return ",".join(
            f"{name}:{self._parameter(value, hidden, asked.get(name), is_checked)}"
            for name, value, hidden in self._of(parameters)
        )

    def unchecked(self, given: object) -> str:
        """Parameters as they were passed: their names, since no model says what they mean."""
        if not isinstance(given, Mapping):
            return ""
        return ",".join(
            f"{name}:{FILTERED if self.hides else self.text(value)!s}"
            for name, value in cast("Mapping[str, object]", given).items()
            if value is not None
        )

    def text(self, value: object, is_checked: bool = True) -> str:
        """A value as Python would write it, in short."""
        if isinstance(value, str):
            return self._cut("str", value, len(value.encode(errors="surrogatepass")))
        if isinstance(value, bytes):
            return self._cut("bytes", value, len(value))
        if value is None or isinstance(value, bool | int | float | datetime):
            return repr(value)
        if isinstance(value, UnionMember):
            shown = "".join(
                repr(FILTERED) if hidden else self.text(held, is_checked)
                for _, held, hidden in self._of(value)
            )
            return f"{type(value).__name__}({shown})"
        if isinstance(value, Structure):
            return self._mapping(self._of(value), is_checked)
        if isinstance(value, Mapping):
            if self.hides and not is_checked:
                return repr(FILTERED)
            held_by = cast("Mapping[str, object]", value)
            return self._mapping(
                (
                    (name, held, self.hides and name in self._names)
                    for name, held in held_by.items()
                ),
                is_checked,
            )
        if isinstance(value, list | tuple):
            texts = [self.text(item, is_checked) for item in cast("list[object]", value)]
            return f"[{', '.join(texts)}]"
        if hasattr(value, "chunks"):
            return f"<stream{_size(getattr(value, 'length', None))}>"
        # Its repr may say anything.
        return f"<{type(value).__name__}>"

    def body(self, body: object, *of: object) -> str:
        """The body of a message, unless what it was made of, or stands for, may not be shown."""
        if isinstance(body, bytes):
            if body and self.hides and any(map(self._is_secret, of)):
                return f"<bytes {FILTERED}{_size(len(body))}>"
            return self.text(body)
        return f"<stream{_size(getattr(body, 'length', None))}>"

    def secrets(self, parameters: object) -> set[str]:
        """Texts among the parameters that may not be shown."""
        if not isinstance(parameters, Structure):
            return set()
        return {
            value for _, value, hidden in self._of(parameters) if hidden and isinstance(value, str)
        }

    def _of(self, value: Structure) -> Iterator[tuple[str, object, bool]]:
        """Members that are set, with their names, and whether they are hidden."""
        sensitive = sensitive_members(value)
        for name in value.__slots__:
            held: object = getattr(value, name)
            if held is not None:
                yield name, held, self.hides and (name in sensitive or self._is_named(name, value))

    def _is_named(self, name: str, owner: Structure) -> bool:
        if name in self._names:
            return True
        # The class of a union's member is called after both.
        called = type(owner).__name__.lower()
        return isinstance(owner, UnionMember) and any(
            called.endswith(name.replace("_", "").lower()) for name in self._names
        )

    def _is_secret(self, value: object) -> bool:
        """Whether a value, or something inside of it, is hidden."""
        if isinstance(value, Structure):
            return bool(sensitive_members(value)) or any(
                hidden or self._is_secret(held) for _, held, hidden in self._of(value)
            )
        if isinstance(value, Mapping):
            items = cast("Mapping[str, object]", value).items()
            return any(name in self._names or self._is_secret(held) for name, held in items)
        if isinstance(value, list | tuple):
            return any(map(self._is_secret, cast("list[object]", value)))
        return False

    def _parameter(self, value: object, hidden: bool, given: object, is_checked: bool) -> str:
        if hidden:
            return repr(FILTERED)
        path = _path(given)
        if path is None:
            return self.text(value, is_checked)
        length = len(value) if isinstance(value, bytes) else getattr(value, "length", None)
        return f"<file {path!r}{_size(length)}>"

    def _mapping(self, items: Iterator[tuple[str, object, bool]], is_checked: bool) -> str:
        shown = ", ".join(
            f"{name!r}: {FILTERED!r}" if hidden else f"{name!r}: {self.text(held, is_checked)}"
            for name, held, hidden in items
        )
        return f"{{{shown}}}"

    def _cut(self, kind: str, value: str | bytes, size: int) -> str:
        if len(value) <= self._longest:
            return str.__repr__(value) if isinstance(value, str) else bytes.__repr__(value)
        return f"<{kind} {value[: self._longest]!r} ...{_size(size)}>"


def sensitive_members(value: Structure) -> frozenset[str]:
    """Names of the members that the model calls sensitive."""
    found: frozenset[str] = getattr(value, "_sensitive", frozenset())
    return found


def _size(length: int | None) -> str:
    return "" if length is None else f" ({length} bytes)"


def _path(given: object) -> str | None:
    """The path of a parameter that is a file, or names one; None for anything else."""
    if isinstance(given, PathLike):
        return str(fspath(cast("PathLike[str]", given)))
    name: object = getattr(given, "name", None) if hasattr(given, "read") else None
    return name if isinstance(name, str) else None
