"""Both type checkers accept each line of `right_calls.py` and refuse each of `wrong_calls.py`.

They check copies, outside of this project and its settings, as a user's own code is checked.
Needs mypy and pyright, so the session `types` runs it and the session `tests` does not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
MARK = re.compile(r"  # type: ignore\[.*\]$")
RIGHT, WRONG = "right_calls.py", "wrong_calls.py"

#: What a checker says, by file and line.
Found = dict[str, dict[int, str]]
Checker = Callable[[Path], Found]


def copy(name: str, folder: Path) -> dict[int, str]:
    """Copy a file without its marks; returns the lines that had one, by number."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    plain = [MARK.sub("", line) for line in lines]
    (folder / name).write_text("\n".join(plain) + "\n", encoding="utf-8")
    return {n: line for n, line in enumerate(plain, 1) if line != lines[n - 1]}


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # 1 says that there are errors in the files, others that checking itself failed.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def mypy(folder: Path) -> Found:
    found: Found = {RIGHT: {}, WRONG: {}}
    for line in run(folder, "mypy", "--strict", "--output=json", RIGHT, WRONG).splitlines():
        told: dict[str, Any] = json.loads(line)
        if told["severity"] == "error":
            found[told["file"]][told["line"]] = told["message"]
    return found


def pyright(folder: Path) -> Found:
    found: Found = {RIGHT: {}, WRONG: {}}
    # The folder has no settings but these.
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    output = run(folder, "pyright", "--outputjson", "--pythonpath", sys.executable)
    for told in json.loads(output)["generalDiagnostics"]:
        line = told["range"]["start"]["line"] + 1
        found[Path(told["file"]).name][line] = told["message"]
    return found


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_right_calls_are_accepted_and_wrong_ones_refused(checker: Checker, tmp_path: Path) -> None:
    copy(RIGHT, tmp_path)
    wrong = copy(WRONG, tmp_path)
    found = checker(tmp_path)
    assert found[RIGHT] == {}
    lines = (tmp_path / WRONG).read_text(encoding="utf-8").splitlines()
    refused = {number: lines[number - 1] for number in found[WRONG]}
    assert refused == wrong
    assert wrong
