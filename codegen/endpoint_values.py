"""Values of the endpoint rules compiler: typed expressions, conditions, what is known where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

UNKNOWN = "?"
"""Type of an expression that has a fault already; it fits everywhere."""

ATTRIBUTES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Partition": {
        "name": ("name", "str"),
        "dnsSuffix": ("dns_suffix", "str"),
        "dualStackDnsSuffix": ("dual_stack_dns_suffix", "str"),
        "supportsFIPS": ("supports_fips", "bool"),
        "supportsDualStack": ("supports_dual_stack", "bool"),
        "implicitGlobalRegion": ("implicit_global_region", "str"),
    },
    "Url": {
        "scheme": ("scheme", "str"),
        "authority": ("authority", "str"),
        "path": ("path", "str"),
        "normalizedPath": ("normalized_path", "str"),
        "isIp": ("is_ip", "bool"),
    },
    "Arn": {
        "partition": ("partition", "str"),
        "service": ("service", "str"),
        "region": ("region", "str"),
        "accountId": ("account_id", "str"),
        "resourceId": ("resource_id", "Sequence[str]"),
    },
}
"""Attributes that `getAttr` may read, by type: model name to Python name and type."""


@dataclass(frozen=True, slots=True)
class RuntimeFunction:
    """A rule function that the runtime implements."""

    python: str
    arguments: tuple[str, ...]
    returns: str
    optional: bool = False


RUNTIME_FUNCTIONS: Mapping[str, RuntimeFunction] = {
    "aws.isVirtualHostableS3Bucket": RuntimeFunction(
        "aws_is_virtual_hostable_s3_bucket", ("str", "bool"), "bool"
    ),
    "aws.parseArn": RuntimeFunction("aws_parse_arn", ("str",), "Arn", optional=True),
    "aws.partition": RuntimeFunction("aws_partition", ("str",), "Partition"),
    "isValidHostLabel": RuntimeFunction("is_valid_host_label", ("str", "bool"), "bool"),
    "parseURL": RuntimeFunction("parse_url", ("str",), "Url", optional=True),
    "substring": RuntimeFunction("substring", ("str", "int", "int", "bool"), "str", optional=True),
    "uriEncode": RuntimeFunction("uri_encode", ("str",), "str"),
}

TYPE_WORDS = {"str": "a string", "bool": "a boolean", "int": "a number", "Sequence[str]": "a list"}


@dataclass(frozen=True, slots=True)
class Test:
    """A condition: Python text for it and for its opposite."""

    __test__ = False  # not a test case of pytest's

    text: str
    opposite: str
    key: str
    """The same for a condition and its opposite."""
    holds: bool = True
    """Whether the condition is what `key` says, or the opposite of that."""
    implies: str = ""
    """Key of what must be true if this is."""

    def negate(self) -> Test:
        """Return the opposite condition."""
        return Test(self.opposite, self.text, self.key, not self.holds)


def is_set_key(text: str) -> str:
    """Key of the condition that `text` is set."""
    return f"{text} is not None"


@dataclass(frozen=True, slots=True)
class Expression:
    """A value: Python text, its type without None, whether it may be None."""

    text: str
    type: str = UNKNOWN
    optional: bool = False
    test: Test | bool | None = None
    """Of a boolean that is computed: the condition; of a literal: its value."""
    operator: bool = False
    """Whether the text needs parentheses inside a larger expression."""
    literal: bool = False

    @property
    def operand(self) -> str:
        """The text as part of a larger expression."""
        return f"({self.text})" if self.operator else self.text


NOTHING = Expression("None")
"""In place of an expression that has a fault."""


@dataclass(slots=True)
class Scope:
    """What is known at one place of the rules: names, and which conditions hold there."""

    names: dict[str, Expression]
    facts: dict[str, bool] = field(default_factory=dict[str, bool])
    _excluded: list[tuple[Test, ...]] = field(default_factory=list[tuple[Test, ...]])
    """Conditions of which not all can hold, since a rule that ended the search had them."""

    def copy(self) -> Scope:
        """Return a scope for a branch."""
        return Scope(dict(self.names), dict(self.facts), list(self._excluded))

    def assume(self, test: Test) -> None:
        """Note that a condition holds."""
        self.facts[test.key] = test.holds
        if test.implies:
            self.facts[test.implies] = True
        self._conclude()

    def exclude(self, tests: Sequence[Test]) -> None:
        """Note that conditions do not all hold."""
        if len(tests) == 1:
            self.assume(tests[0].negate())
        else:
            self._excluded.append(tuple(tests))
            self._conclude()

    def forget(self, name: str) -> None:
        """Drop what was known about a Python name that gets a new value."""
        mention = re.compile(rf"\b{re.escape(name)}\b")
        self.facts = {key: value for key, value in self.facts.items() if not mention.search(key)}
        self._excluded = [
            tests for tests in self._excluded if not any(mention.search(test.key) for test in tests)
        ]

    def settle(self, test: Test) -> Test | bool:
        """Return what the scope knows about a condition, or the condition."""
        known = self.facts.get(test.key)
        return test if known is None else known is test.holds

    def _conclude(self) -> None:
        """Of conditions that do not all hold: the last one left is false if the others hold.

        That something is set is never concluded: a type checker would not follow.
        """
        for tests in self._excluded:
            settled = [self.settle(test) for test in tests]
            if settled.count(True) == len(tests) - 1 and False not in settled:
                last = next(test for test in settled if isinstance(test, Test)).negate()
                if not (last.holds and last.key.endswith(is_set_key(""))):
                    self.assume(last)


def mapping(node: object) -> Mapping[str, object] | None:
    """Return a JSON object as a typed mapping, None for anything else."""
    return cast("Mapping[str, object]", node) if isinstance(node, Mapping) else None


def sequence(node: object) -> Sequence[object] | None:
    """Return a JSON array as a typed sequence, None for anything else."""
    return cast("Sequence[object]", node) if isinstance(node, list | tuple) else None


def boolean(test: Test | bool) -> Expression:
    """Return a condition as a value."""
    if isinstance(test, bool):
        return Expression(str(test), "bool", test=test, literal=True)
    return Expression(test.text, "bool", test=test, operator=True)


def negate(test: Test | bool) -> Test | bool:
    """Return the opposite of a condition."""
    return (not test) if isinstance(test, bool) else test.negate()
