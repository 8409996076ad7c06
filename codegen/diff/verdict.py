"""What each kind of change means for callers: one table, which docs/model-updates.md prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Level(IntEnum):
    """A step of semantic versioning, by weight."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of change does to a program that was written and type-checked before it."""

    level: Level
    what: str
    """The change, as a phrase."""
    why: str
    """Why it has this level, as a phrase."""


def _patch(what: str, why: str) -> Rule:
    return Rule(Level.PATCH, what, why)


def _minor(what: str, why: str) -> Rule:
    return Rule(Level.MINOR, what, why)


def _major(what: str, why: str) -> Rule:
    return Rule(Level.MAJOR, what, why)


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "package-renamed": _major("distribution or package has another name", "imports fail"),
        "client-renamed": _major("client and base error have other names", "imports fail"),
        "service-id-changed": _major(
            "another service id", "the environment variable and profile section named after it"
        ),
        "operation-added": _minor("new operation", "nobody calls it yet"),
        "operation-removed": _major("operation gone", "calls fail"),
        "operation-renamed": _major("operation is another method", "calls fail"),
        "operation-streaming": _major(
            "output starts or stops being a stream", "it has to be closed, or no longer can be"
        ),
        "credentials-needed": _major(
            "operation needs credentials, or others", "callers without them fail"
        ),
        "input-added": _minor("new optional input", "callers leave it out"),
        "required-input-added": _major("new required input", "calls without it fail"),
        "input-removed": _major("input gone", "calls that pass it fail"),
        "input-renamed": _major("input has another keyword", "calls that pass it fail"),
        "input-required": _major("optional input now required", "calls without it fail"),
        "input-relaxed": _minor("required input now optional", "calls that pass it stay correct"),
        "input-widened": _minor("input takes more types", "what was passed is still taken"),
        "input-retyped": _major("input narrowed or retyped", "what was passed is refused"),
        "output-added": _minor(
            "new output, event or error attribute",
            "readers ignore it; a required one is missing only where a program builds the class "
            "itself, as tests do",
        ),
        "output-removed": _major("output gone", "reading it fails"),
        "output-renamed": _major("output is another attribute", "reading it fails"),
        "output-optional": _major("output may now be None", "code that uses it unchecked fails"),
        "output-always": _minor("output can no longer be None", "checks for None stay correct"),
        "output-retyped": _major("output has another type", "what is done with it fails"),
        "type-added": _minor("new class in `types`", "nobody uses it yet"),
        "type-removed": _major("class in `types` gone", "annotations and imports fail"),
        "type-renamed": _major("class in `types` has another name", "annotations, imports fail"),
        "type-changed": _major(
            "class in `types` is of another sort", "a structure, an enum and a stream differ in use"
        ),
        "enum-value-added": _minor(
            "new enum value", "enums are open: members are plain `str` or `int`"
        ),
        "enum-value-removed": _major("enum constant gone", "naming it fails"),
        "enum-value-changed": _major(
            "enum constant has another value", "comparisons with the old text no longer hold"
        ),
        "union-member-added": _minor(
            "new member of a union", "it came before as `UnknownMember`, as with events"
        ),
        "union-member-removed": _major("member of a union gone", "its class is gone"),
        "union-member-renamed": _major("member of a union is another class", "imports fail"),
        "union-member-retyped": _major(
            "member of a union holds another type", "what is done with its value fails"
        ),
        "event-added": _minor(
            "new event in a stream",
            "it came before as `UnknownEvent`, which every program has to expect; only "
            "`assert_never` behind an exhaustive `match` asks to be told",
        ),
        "event-removed": _major("event gone from a stream", "code that waits for it waits forever"),
        "callback-removed": _major(
            "event or error of a stream has another name", "code that adds its callback fails"
        ),
        "error-added": _minor("new error", "the client's base error catches it, as it did before"),
        "error-removed": _major("error class gone", "imports and `except` clauses fail"),
        "error-renamed": _major("error class has another name", "imports, `except` clauses fail"),
        "error-rebased": _major(
            "error stops being an `EventStreamError`", "`except` clauses for that miss it"
        ),
        "error-behaviour": _patch(
            "error is retried, throttled or blamed differently", "the runtime acts on it"
        ),
        "raises-added": _minor(
            "operation raises another known error", "the client's base error catches it"
        ),
        "raises-removed": _patch(
            "operation no longer raises an error", "its `except` clause stays valid and idle"
        ),
        "endpoints-added": _minor("endpoint rules appear", "the module `endpoints` is new"),
        "endpoints-removed": _major(
            "endpoint rules disappear", "no module `endpoints`; the client needs an endpoint"
        ),
        "endpoint-parameter-added": _minor(
            "`resolve_endpoint` has a new optional parameter", "callers leave it out"
        ),
        "endpoint-parameter-relaxed": _minor(
            "`resolve_endpoint` asks for less", "calls stay correct"
        ),
        "endpoint-parameter-changed": _major(
            "`resolve_endpoint` asks for more, or has lost a parameter", "direct calls fail"
        ),
        "endpoint-rules": _patch("endpoint rules changed", "the signature is the same"),
        "endpoint-rules-rewritten": Rule(
            Level.NONE, "endpoint rules written otherwise", "they compile to the same function"
        ),
        "partitions": _patch("table of partitions changed", "regions are data"),
        "deprecated": _minor("deprecated", "still there; time to move"),
        "documentation": _patch("documentation", "docstrings only"),
        "constraint": _patch(
            "length, pattern, range or uniqueness", "only the service checks it, as before"
        ),
        "wire": _patch("HTTP binding or format", "generated code adapts, calls stay the same"),
        "signing": _patch("name or form of signatures", "generated code adapts"),
        "sensitive": _patch("what `repr` hides", "printed text is no interface"),
    }
)
"""Every kind of change. A kind has one level: what may break and what may not are two kinds."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a service's surface."""

    kind: str
    """A key of `RULES`."""
    shape: str
    """Id of the operation, shape or member, in the newer model unless it is gone from there."""
    python: str
    """Where a caller sees it, as "types.PayloadPart.bytes"; "" where nowhere."""
    text: str
    """A sentence without its full stop."""
    before: str | None = None
    """The Python line, or the fact, in the older package; None where it had none."""
    after: str | None = None

    @property
    def level(self) -> Level:
        """The smallest version step that announces it."""
        return RULES[self.kind].level

    @property
    def breaking(self) -> bool:
        """Whether a correct caller of the older package may fail with the newer one."""
        return self.level is Level.MAJOR


def verdict(changes: Iterable[Change]) -> Level:
    """Return the version step that all changes together ask for."""
    return max((change.level for change in changes), default=Level.NONE)
