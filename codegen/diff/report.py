"""Prints a comparison: for a terminal, for programs, for a pull request, for a changelog."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from codegen.diff.verdict import Change, Level, verdict

_TITLES = {
    Level.MAJOR: "breaks callers",
    Level.MINOR: "compatible",
    Level.PATCH: "not visible in calls",
    Level.NONE: "without effect",
}
_COLORS = {Level.MAJOR: "31", Level.MINOR: "32", Level.PATCH: "36", Level.NONE: "2"}
_DOCUMENTATION = "documentation"
"""A kind that comes in dozens and is told in one go."""
_BOLD, _REMOVED, _ADDED = "1", "31", "32"


def as_text(package: str, changes: Sequence[Change], *, color: bool = False) -> str:
    """Return a page for a terminal, with escape sequences if `color`."""

    def painted(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if color else text

    level = verdict(changes)
    lines = [f"{painted(package, _BOLD)}: {painted(str(level), _COLORS[level])}, {_count(changes)}"]
    for step, title in _TITLES.items():
        found = [change for change in changes if change.level is step]
        if found:
            lines += ["", painted(title, _COLORS[step])]
        for change in found:
            if change.kind == _DOCUMENTATION:
                continue
            lines.append(f"  {painted(change.kind, _BOLD)}: {_printable(change.text)}")
            if change.before is not None:
                lines.append(painted(f"    - {_printable(change.before)}", _REMOVED))
            if change.after is not None:
                lines.append(painted(f"    + {_printable(change.after)}", _ADDED))
        if documented := [change for change in found if change.kind == _DOCUMENTATION]:
            lines.append(f"  {painted(_DOCUMENTATION, _BOLD)}: changed of")
            lines += [f"    {change.python}" for change in documented]
    return "\n".join(lines) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """Return one JSON object: verdict, and each change with its lines before and after."""
    value = {
        "verdict": str(verdict(changes)),
        "changes": [
            {
                "kind": change.kind,
                "shape": change.shape,
                "python": change.python,
                "breaking": change.breaking,
                "text": change.text,
                "before": change.before,
                "after": change.after,
            }
            for change in changes
        ],
    }
    return json.dumps(value, indent=2) + "\n"


def as_markdown(package: str, changes: Sequence[Change]) -> str:
    """Return a section for the description of a pull request."""
    lines = [f"## `{package}`: {verdict(changes)}", "", f"{_count(changes).capitalize()}."]
    for step, title in _TITLES.items():
        found = [change for change in changes if change.level is step]
        if found:
            lines += ["", f"### {title.capitalize()}", ""]
        for change in found:
            if change.kind == _DOCUMENTATION:
                continue
            lines.append(f"- **{change.kind}** (`{change.shape}`): {_printable(change.text)}")
            lines += _fenced(change)
        if documented := [
            f"`{change.python}`" for change in found if change.kind == _DOCUMENTATION
        ]:
            lines.append(f"- **{_DOCUMENTATION}** changed of {', '.join(documented)}")
    return "\n".join(lines) + "\n"


def as_fragment(package: str, changes: Sequence[Change]) -> str:
    """Return an entry for `changes/`: what users read, without ids."""
    lines = [
        f"- {'**Breaking:** ' if change.breaking else ''}{_printable(change.text)}"
        for change in changes
        if change.level >= Level.MINOR
    ]
    quiet = [change for change in changes if change.level is Level.PATCH]
    if documented := sum(change.kind == _DOCUMENTATION for change in quiet):
        lines.append(f"- documentation changed in {_number(documented, 'place')}")
    if others := len(quiet) - documented:
        lines.append(f"- {_number(others, 'change')} that calls do not show")
    if not lines:
        return f"`{package}`: nothing that callers see has changed.\n"
    return "\n".join([f"`{package}` ({verdict(changes)}):", "", *lines]) + "\n"


def _count(changes: Sequence[Change]) -> str:
    if not changes:
        return "no changes"
    breaking = sum(change.breaking for change in changes)
    verb = "breaks" if breaking <= 1 else "break"
    return f"{_number(len(changes), 'change')}, {breaking or 'none'} {verb} callers"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fenced(change: Change) -> list[str]:
    lines = [
        f"{sign} {_printable(line)}"
        for sign, line in (("-", change.before), ("+", change.after))
        if line is not None
    ]
    if not lines:
        return []
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"  {line}" for line in (f"{fence}diff", *lines, fence)]


def _printable(text: str) -> str:
    """Escape what would move the cursor or end the line; patterns and enum values are free text."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
