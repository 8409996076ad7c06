"""How `diff` prints what it found, and how it exits."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.cli import main
from codegen.diff.cli import wants_color
from codegen.diff.report import as_fragment, as_json, as_markdown, as_text
from codegen.diff.verdict import RULES, Change, Level, verdict
from tests.codegen.diff_pairs import GONE, Edits, edited, member
from tests.codegen.small_models import write_model
from tests.support import ROOT

CHANGES = (
    Change("input-required", "t#In$Limit", "C.get(limit)", "limit now required", "a", "b"),
    Change("input-added", "t#In$Note", "C.get(note)", "new input `note`", after="note: str = ''"),
    Change(
        "constraint", "t#Text", "", "`Text`: pattern `` `\n ``", "pattern: ```", "pattern: \x1b"
    ),
    Change("documentation", "t#Get", "C.get", "documentation of `C.get` changed"),
    Change("documentation", "t#Out", "types.Out", "documentation of `types.Out` changed"),
    Change("endpoint-rules-rewritten", "t#S", "endpoints.resolve_endpoint", "rules rewritten"),
)

TEXT = """\
pairs: major, 6 changes, 1 breaks callers

breaks callers
  input-required: limit now required
    - a
    + b

compatible
  input-added: new input `note`
    + note: str = ''

not visible in calls
  constraint: `Text`: pattern `` `\\n ``
    - pattern: ```
    + pattern: \\x1b
  documentation: changed of
    C.get
    types.Out

without effect
  endpoint-rules-rewritten: rules rewritten
"""
MARKDOWN = """\
## `pairs`: major

6 changes, 1 breaks callers.

### Breaks callers

- **input-required** (`t#In$Limit`): limit now required
  ```diff
  - a
  + b
  ```

### Compatible

- **input-added** (`t#In$Note`): new input `note`
  ```diff
  + note: str = ''
  ```

### Not visible in calls

- **constraint** (`t#Text`): `Text`: pattern `` `\\n ``
  ````diff
  - pattern: ```
  + pattern: \\x1b
  ````
- **documentation** changed of `C.get`, `types.Out`

### Without effect

- **endpoint-rules-rewritten** (`t#S`): rules rewritten
"""
FRAGMENT = """\
`pairs` (major):

- **Breaking:** limit now required
- new input `note`
- documentation changed in 2 places
- 1 change that calls do not show
"""
COLORED = """\
\x1b[1mpairs\x1b[0m: \x1b[32mminor\x1b[0m, 1 change, none breaks callers

\x1b[32mcompatible\x1b[0m
  \x1b[1minput-added\x1b[0m: new input `note`
\x1b[32m    + note: str = ''\x1b[0m
"""


def pair(folder: Path, new: Edits) -> list[str]:
    """Paths of two models, as arguments of the command."""
    old = write_model(folder / "a", edited({}))
    return ["diff", str(old), str(write_model(folder / "b", edited(new)))]


def test_text() -> None:
    assert as_text("pairs", CHANGES) == TEXT


def test_text_in_color() -> None:
    assert as_text("pairs", CHANGES[1:2], color=True) == COLORED


def test_markdown() -> None:
    assert as_markdown("pairs", CHANGES) == MARKDOWN


def test_fragment() -> None:
    assert as_fragment("pairs", CHANGES) == FRAGMENT


@pytest.mark.parametrize("changes", [(), CHANGES[-1:]])
def test_fragment_of_nothing(changes: tuple[Change, ...]) -> None:
    assert as_fragment("pairs", changes) == "`pairs`: nothing that callers see has changed.\n"


def test_nothing_in_every_form() -> None:
    assert as_text("pairs", ()) == "pairs: none, no changes\n"
    assert as_markdown("pairs", ()) == "## `pairs`: none\n\nNo changes.\n"
    assert json.loads(as_json(())) == {"verdict": "none", "changes": []}


def test_json() -> None:
    assert json.loads(as_json(CHANGES[:2])) == {
        "verdict": "major",
        "changes": [
            {
                "kind": "input-required",
                "shape": "t#In$Limit",
                "python": "C.get(limit)",
                "breaking": True,
                "text": "limit now required",
                "before": "a",
                "after": "b",
            },
            {
                "kind": "input-added",
                "shape": "t#In$Note",
                "python": "C.get(note)",
                "breaking": False,
                "text": "new input `note`",
                "before": None,
                "after": "note: str = ''",
            },
        ],
    }


def test_the_heaviest_change_decides() -> None:
    levels = [verdict(CHANGES[start:]) for start in range(len(CHANGES) + 1)]
    assert levels == [Level.MAJOR, Level.MINOR, *[Level.PATCH] * 3, Level.NONE, Level.NONE]


@pytest.mark.parametrize(
    ("new", "status", "said"),
    [
        ({}, 0, "none"),
        ({"t#GetIn/members/Extra": member("String")}, 0, "minor"),
        ({"t#GetIn/members/Limit": GONE}, 3, "major"),
        ({"t#GetIn/traits": {"smithy.api#documentation": "Unseen."}}, 0, "none"),
        ({"t#GetOut/traits": {"smithy.api#documentation": "Seen."}}, 0, "patch"),
    ],
)
def test_exit_status(
    new: Edits, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*pair(tmp_path, new), "--format", "json"]) == status
    printed = capsys.readouterr()
    assert (json.loads(printed.out)["verdict"], printed.err) == (said, "")


def test_formats_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = pair(tmp_path, {"t#GetIn/members/Extra": member("String")})
    printed: list[str] = []
    for options in ([], ["--format", "markdown"], ["--fragment"]):
        assert main([*command, *options]) == 0
        printed.append(capsys.readouterr().out.splitlines()[0])
    assert printed == [
        "pairs: minor, 1 change, none breaks callers",
        "## `pairs`: minor",
        "`pairs` (minor):",
    ]


def test_a_fragment_has_one_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*pair(tmp_path, {}), "--fragment", "--format", "json"])
    assert caught.value.code == 2
    assert "argument --format: not allowed with argument --fragment" in capsys.readouterr().err


def test_faults_of_both_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for path, version in ((old, "1.0"), (new, "3.0")):
        path.write_text(json.dumps({"smithy": version, "shapes": {}}), encoding="utf-8")
    assert main(["diff", str(old), str(new)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"{new}#/smithy",
        f"{old}#/smithy",
        "2 faults; nothing was compared",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "", "TERM": "xterm"}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_color_is_for_terminals(
    stream: io.StringIO, environment: dict[str, str], wanted: bool
) -> None:
    assert wants_color(stream, environment) is wanted


@pytest.mark.parametrize(("no_color", "first"), [("", "\x1b[1mpairs\x1b[0m"), ("1", "pairs")])
def test_a_real_terminal(no_color: str, first: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "codegen", *pair(tmp_path, {})]
    environment = {**os.environ, "NO_COLOR": no_color, "TERM": "xterm"}
    subprocess.run(command, cwd=ROOT, env=environment, stdout=theirs, check=True)
    os.close(theirs)
    printed = os.read(ours, 4096).decode()
    os.close(ours)
    assert printed.partition(":")[0] == first


def test_the_documentation_lists_every_kind() -> None:
    rows = [
        f"| `{kind}` | {rule.what} | {rule.level} | {rule.why} |" for kind, rule in RULES.items()
    ]
    page = (ROOT / "docs/model-updates.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if line.startswith("| `")]
    assert listed == rows
