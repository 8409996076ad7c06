"""The expected packages of `tests/golden/` are what the generator makes now, file by file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import pytest

from codegen.format import format_files
from codegen.write import Difference, compare
from tests.golden.regenerate import CASES, FOLDER, generated

LIMIT = 3_600


@pytest.mark.parametrize("case", CASES)
def test_expected_is_generated(case: str) -> None:
    files = generated(case)
    expected = FOLDER / case / "expected"
    differences = compare(files, expected)
    told = "".join(f"{item}\n{_diff(item, files, expected)}" for item in differences)
    assert not differences, f"run `nox -s goldens` and look at its diff: {expected}\n{told}"


@pytest.mark.parametrize("case", CASES)
def test_formatting_again_changes_nothing(case: str) -> None:
    files = generated(case)
    assert format_files(files) == files


@pytest.mark.parametrize("case", CASES)
def test_each_case_says_why_it_is_there_and_is_run(case: str) -> None:
    first = (FOLDER / case / "model.json").read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith('{"metadata": {"why": "')
    assert (FOLDER / f"test_{case}.py").is_file()


def test_goldens_are_few_enough_to_be_read() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in _expected_code())
    assert 0 < lines < LIMIT


def _diff(difference: Difference, files: Mapping[str, str], expected: Path) -> str:
    if difference.kind != "changed":
        return ""
    before = (expected / difference.path).read_text(encoding="utf-8").splitlines(keepends=True)
    after = files[difference.path].splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, "expected", "generated"))


def _expected_code() -> list[Path]:
    return [path for case in CASES for path in (FOLDER / case / "expected").rglob("*.py")]
