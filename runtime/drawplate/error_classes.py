"""Classes for errors that a model does not know, made when they are asked for.

So `except errors.ThrottlingException` works before that error is modelled. requests.md section 14.
"""

from __future__ import annotations

import re
import sys
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from drawplate.errors import ServiceError

ErrorT = TypeVar("ErrorT", bound=ServiceError)


_known: dict[type[ServiceError], ErrorClasses[Any]] = {}


def error_classes(base: type[ErrorT]) -> ErrorClasses[ErrorT]:
    """The error classes of the service whose errors all derive from `base`; the same each time."""
    # Two threads may both make one, and setdefault lets both have the same.
    return _known.get(base) or _known.setdefault(base, ErrorClasses(base))


class ErrorClasses(Generic[ErrorT]):
    """Error classes by code: the modelled ones, and others made once each, in the same module."""

    __slots__ = ("_base", "_lock", "_made")

    def __init__(self, base: type[ErrorT]) -> None:
        self._base = base
        self._lock = Lock()
        self._made: dict[str, type[ErrorT]] = {}

    def __call__(self, code: str) -> type[ErrorT]:
        """The class of a code, the same each time; the base class for one without letters."""
        name = class_name(code)
        made = self._made.get(name) or self._modelled(name)
        if made is None:
            with self._lock:
                made = self._made.get(name)
                if made is None:
                    facts = {"__doc__": "An error that the model does not know.", "code": code}
                    facts["__module__"] = self._base.__module__
                    new: Any = type(name, (self._base,), facts)
                    made = cast("type[ErrorT]", new)
                    self._made[name] = made
        return made

    def attribute(self, name: str) -> type[ErrorT]:
        """What the module answers for a name that it does not have: a class, if it can be one."""
        if name != class_name(name):
            raise AttributeError(f"module {self._base.__module__!r} has no attribute {name!r}")
        return self(name)

    def _modelled(self, name: str) -> type[ErrorT] | None:
        if not name:
            return self._base
        found: type[ErrorT] | None = vars(sys.modules[self._base.__module__]).get(name)
        is_one = isinstance(found, type) and issubclass(found, self._base)
        return found if is_one else None


def class_name(code: str) -> str:
    """Name of the class of an error code: "404 Not-found" has Error404Notfound."""
    name = re.sub(r"[^A-Za-z0-9]", "", re.sub(r":?https?:.*", "", code, flags=re.DOTALL))
    if name[:1].isdigit():
        return f"Error{name}"
    return name[:1].upper() + name[1:]
