"""The resolved model: what the plan is made from.

`load` hands over a merged Smithy model, `resolve` turns it into these values. Here every operation
has an input and an output structure, members carry the traits in force for them, and only what the
service reaches is left. Shape ids and trait ids are absolute strings such as "smithy.api#required".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PYTHON_NAME: Final = "drawplate#pythonName"
"""Trait of an overlay: what the Python names of a shape, operation or member are made from."""

BYTE_STREAM: Final = "drawplate#byteStream"
"""Trait of an overlay: the events of a streaming union carry one content, cut anywhere."""

RETRYABLE_VALUES: Final = "drawplate#retryableValues"
"""Trait of an overlay: values of a member of an error with which another call may succeed."""

SESSIONS: Final = "drawplate#sessions"
"""Trait of an overlay, on a service: some operations may be calls of one session."""

STORED_RESULT: Final = "drawplate#storedResult"
"""Trait of an overlay, on an operation: it answers with the places where a result will be."""

type Node = bool | int | float | str | tuple[Node, ...] | Mapping[str, Node] | None
"""A JSON value, deeply immutable: arrays are tuples, objects read-only mappings."""

type Traits = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a shape or member is written: for faults."""

    file: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure, union, list, map or enum."""

    name: str
    target: str
    """Shape id of the target."""
    traits: Traits
    """Traits in force: those on the target, overridden by those on the member."""
    own_traits: Traits
    """Only those written on the member itself."""
    source: Source

    @property
    def python_name(self) -> str:
        """What its names in Python are made from: `drawplate#pythonName`, else its own name."""
        given = self.own_traits.get(PYTHON_NAME)
        return given if isinstance(given, str) else self.name

    def has(self, trait: str) -> bool:
        """Whether a trait is in force; `trait` is absolute."""
        return trait in self.traits


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that is not a service, resource or operation."""

    id: str
    type: str
    """As in the JSON AST: "structure", "string", "enum", …"""
    traits: Traits
    members: tuple[Member, ...]
    """In model order; "member" of a list; "key", "value" of a map; the values of an enum."""
    source: Source

    @property
    def name(self) -> str:
        """The id without its namespace."""
        return self.id.partition("#")[2]

    @property
    def python_name(self) -> str:
        """What its names in Python are made from: `drawplate#pythonName`, else its own name."""
        given = self.traits.get(PYTHON_NAME)
        return given if isinstance(given, str) else self.name

    def has(self, trait: str) -> bool:
        """Whether the shape carries a trait; `trait` is absolute."""
        return trait in self.traits


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. `input` and `output` are structures made for it where the model has none."""

    id: str
    traits: Traits
    input: str
    output: str
    errors: tuple[str, ...]
    """The operation's own errors and the service's, in model order, none twice."""
    source: Source

    @property
    def name(self) -> str:
        """The id without its namespace."""
        return self.id.partition("#")[2]

    @property
    def python_name(self) -> str:
        """What its names in Python are made from: `drawplate#pythonName`, else its own name."""
        given = self.traits.get(PYTHON_NAME)
        return given if isinstance(given, str) else self.name


@dataclass(frozen=True, slots=True)
class Service:
    """A service with everything that its operations reach."""

    id: str
    version: str
    traits: Traits
    operations: tuple[Operation, ...]
    """In model order, those of resources after those of the service."""
    shapes: Mapping[str, Shape]
    """The closure by id, prelude shapes such as "smithy.api#String" included; sorted by id."""
    errors: tuple[str, ...]
    """Every error structure of the closure, sorted by name."""
    renames: Mapping[str, str]
    """Shape id to the name that the service gives it in place of its own."""
    source: Source
    files: tuple[str, ...] = ()
    """Names of the files that the model was read from, the same wherever the generator runs."""

    @property
    def name(self) -> str:
        """The id without its namespace."""
        return self.id.partition("#")[2]
