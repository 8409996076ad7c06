"""Lays out compiled rules as Python lines: what shares an `if`, where names are assigned."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from codegen.endpoint_values import Test, is_set_key


@dataclass(frozen=True, slots=True)
class Step:
    """A condition: a test, the assignment of a value that is always there, or both in one."""

    condition: Test | bool
    name: str = ""
    """Python name that is assigned."""
    value: str = ""
    walrus: str = ""
    """Test that assigns too; "" where the value is always there."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A compiled rule: `setup` lines, then `body` lines under `head` tests."""

    setup: tuple[str, ...]
    head: tuple[str, ...]
    body: tuple[str, ...]
    tests: tuple[Test | None, ...]
    """All that has to hold, None for a test that assigns; empty for a rule that always matches."""


def assemble(steps: Sequence[Step], body: list[str]) -> Branch:
    """Put conditions around lines."""
    head: list[tuple[str, Test | None]] = []  # in reverse order, as is `tests`
    tests: list[Test | None] = []
    setup: list[str] = []
    for step in reversed(steps):
        used = step.name and step.name in names_in([*setup, *(text for text, _ in head), *body])
        if used and not step.walrus:
            setup = [f"{step.name} = {step.value}", *setup]
            continue
        if setup and (used or isinstance(step.condition, Test)):
            body = [*setup, *_guarded([text for text, _ in reversed(head)], body)]
            setup, head = [], []
        if used:
            head.append((step.walrus, None))
            tests.append(None)
        elif isinstance(step.condition, Test):
            following = head[-1][1] if head else None
            if (
                following is not None
                and following.holds
                and step.condition.key == is_set_key(following.key)
            ):
                continue  # a boolean that is true is set
            head.append((step.condition.text, step.condition))
            tests.append(step.condition)
    texts = tuple(text for text, _ in reversed(head))
    return Branch(tuple(setup), texts, tuple(body), tuple(tests))


def layout(branches: Sequence[Branch]) -> list[str]:
    """Print branches one after the other; neighbours that begin with the same tests share them."""
    lines: list[str] = []
    left = list(branches)
    while left:
        first = left.pop(0)
        group = [replace(first, setup=())]
        while left and first.head and _may_share(first, left[0]):
            group.append(left.pop(0))
        lines += first.setup
        if len(group) == 1:
            lines += _guarded(first.head, first.body)
            continue
        shared = 0
        while len({branch.head[: shared + 1] for branch in group}) == 1:
            shared += 1
        inner = [replace(branch, head=branch.head[shared:]) for branch in group]
        lines += _guarded(first.head[:shared], layout(inner))
    return lines


def _may_share(first: Branch, other: Branch) -> bool:
    # Behind a first branch that tests for None, type checkers call the same test superfluous.
    rest = (*first.head[1:], *other.head[1:])
    return (
        first.head[:1] == other.head[:1]
        and not other.setup
        and not any(" None" in test for test in rest)
    )


def _guarded(tests: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Lines under an `if`."""
    if not tests:
        return list(lines)
    return [f"if {' and '.join(tests)}:", *(f"    {line}" for line in lines)]


def wrap_text(lines: Sequence[str], width: int) -> list[str]:
    """Divide the text of errors that would pass `width` columns, at its spaces."""
    made: list[str] = []
    for line in lines:
        start, _, literal = line.partition(_RAISE)
        margin = " " * (len(start) + 4)
        if start.strip() or not literal or len(margin) + len(literal) - 1 <= width:
            made.append(line)
        else:
            parts = _divide(literal[:-1], width - len(margin))
            made += [f"{start}{_RAISE}", *(f"{margin}{part}" for part in parts), f"{start})"]
    return made


_RAISE = "raise EndpointResolutionError("
_WORDS = re.compile(r"[^ ]* ?")
_FORMATTED_WORDS = re.compile(r"(?:\{\{|\{[^}]*\}|[^ {])* ?")


def _divide(literal: str, width: int) -> list[str]:
    """Divide a string literal at spaces outside of its `{}`; names are left as they are."""
    if not isinstance(ast.parse(literal, mode="eval").body, ast.Constant | ast.JoinedStr):
        return [literal]
    prefix, quote, text = literal.partition(literal[-1])
    words = _FORMATTED_WORDS if prefix else _WORDS
    parts = [""]
    for word in filter(None, words.findall(text[:-1])):
        if parts[-1] and len(prefix) + 2 + len(parts[-1]) + len(word) > width:
            parts.append("")
        parts[-1] += word
    return [f"{prefix}{quote}{part}{quote}" for part in parts]


def names_in(lines: Sequence[str]) -> set[str]:
    """Every name that Python lines read."""
    return {
        node.id
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
