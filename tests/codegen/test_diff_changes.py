"""What `diff` says of each pair of `diff_pairs`: every field of every change, in order.

`diff_changes.txt` holds it: below the name of a pair three to five lines a change, "!" where it
breaks callers. To take over an intended change, `python -m tests.codegen.test_diff_changes`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from codegen.diff.verdict import RULES, Change
from tests.codegen.diff_pairs import PAIRS, changes_of

EXPECTED = Path(__file__).parent / "diff_changes.txt"

#: Names are made from the model by rules that do not depend on the other model, so two models of
#: one generator rename nothing of these; the table of partitions is no part of a pair.
NOT_IN_PAIRS = {
    "input-renamed",
    "operation-renamed",
    "output-renamed",
    "partitions",
    "union-member-renamed",
}


def told(change: Change) -> str:
    """A change with all its fields, newlines in patterns escaped."""
    sign = "! " if change.breaking else ""
    lines = [f"{sign}{change.kind} {change.shape} {change.python}", f"  {change.text}"]
    if change.before is not None:
        lines.append(f"  - {change.before}")
    if change.after is not None:
        lines.append(f"  + {change.after}")
    return "\n".join(line.replace("\n", "\\n") for line in lines)


def page(name: str, folder: Path) -> str:
    """The section of a pair."""
    pair = PAIRS[name]
    changes = changes_of(folder, pair.new, old=pair.old)
    return "\n".join([f"== {name}", *map(told, changes)]) + "\n"


def expected() -> dict[str, str]:
    sections = EXPECTED.read_text(encoding="utf-8").split("\n\n")
    return {
        section.partition("\n")[0].removeprefix("== "): section.rstrip() for section in sections
    }


@pytest.mark.parametrize("name", PAIRS)
def test_changes(name: str, tmp_path: Path) -> None:
    assert page(name, tmp_path).rstrip() == expected()[name]


def test_nothing_else_is_expected() -> None:
    assert list(expected()) == list(PAIRS)


def test_every_kind_is_met() -> None:
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()
    met = {line.removeprefix("! ").partition(" ")[0] for line in lines if line[:1] not in " ="}
    assert set(RULES) - met == NOT_IN_PAIRS


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        EXPECTED.write_text("\n".join(page(name, Path(work)) for name in PAIRS), encoding="utf-8")
