"""The fifth stage: rendered Python in, formatted Python out.

ruff decides what generated code looks like, so its version is part of the output: it is pinned, and
no configuration file but this one counts.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, cast

from codegen.faults import Fault, GenerationError

DISTRIBUTION: Final = "drawplate-codegen"

_ROOT = Path(__file__).parent.parent
_PYTHON: Final = (3, 11)
"""The oldest Python that generated code runs on."""

_OPTIONS: Final = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--config=line-length=100",
    # Templates print one item a line; what fits on one line in the end belongs there.
    "--config=format.skip-magic-trailing-comma=true",
    "--config=lint.isort.split-on-trailing-comma=false",
    f"--config=target-version='py{_PYTHON[0]}{_PYTHON[1]}'",
)
_STEPS: Final = (("check", "--select=F401,I", "--fix"), ("format",))
_PIN = re.compile(r"ruff\s*==\s*([\w.]+)")


def format_files(files: Mapping[str, str], *, ruff: str | None = None) -> dict[str, str]:
    """Sort the imports of the Python files, drop unused ones, format; other files pass unchanged.

    `files` maps relative paths to text. `ruff` is the version to hold to; None reads the pin of
    this project. Raises GenerationError for text that is not Python 3.11, all such files at once,
    and for a ruff that is missing or of another version.
    """
    require_ruff(ruff or pinned_ruff())
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    faults = [fault for path, text in python.items() for fault in _syntax_faults(path, text)]
    if faults:
        raise GenerationError(faults)
    if not python:
        return dict(files)
    with tempfile.TemporaryDirectory(prefix="drawplate-") as folder:
        base = Path(folder)
        for path, text in python.items():
            target = base / PurePosixPath(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        for step in _STEPS:
            _run_ruff(step, base)
        return {
            path: (base / path).read_text(encoding="utf-8") if path in python else text
            for path, text in files.items()
        }


def pinned_ruff(project: Path = _ROOT / "pyproject.toml") -> str:
    """Return the ruff version that this project requires exactly.

    Read from `project` in a checkout, else from the metadata of the installed distribution.
    """
    if project.is_file():
        table = tomllib.loads(project.read_text(encoding="utf-8"))
        requirements = cast("list[str]", table.get("project", {}).get("dependencies", []))
    else:
        try:
            requirements = importlib.metadata.requires(DISTRIBUTION) or []
        except importlib.metadata.PackageNotFoundError:
            requirements = []
    for requirement in requirements:
        if found := _PIN.match(requirement):
            return found[1]
    fault = Fault(str(project), "", "", "no exact version of ruff is required", "pin ruff==X.Y.Z")
    raise GenerationError([fault])


def require_ruff(version: str) -> None:
    """Raise GenerationError unless exactly this ruff is installed beside the generator."""
    try:
        installed = importlib.metadata.version("ruff")
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    if installed != version:
        found = f"ruff {installed} is installed" if installed else "ruff is not installed"
        message = f"{found}, and generated code is formatted with ruff {version}"
        advice = f"install it: {sys.executable} -m pip install ruff=={version}"
        raise GenerationError([Fault("ruff", "", "", message, advice)])


def _syntax_faults(path: str, text: str) -> list[Fault]:
    try:
        with warnings.catch_warnings():
            # An escape that Python merely warns about is a mistake in a template.
            warnings.simplefilter("error", SyntaxWarning)
            ast.parse(text, path, feature_version=_PYTHON)
    except SyntaxError as error:
        number = error.lineno or 1
        line = "".join(text.split("\n")[number - 1 : number]).strip()
        message = f"line {number} of the rendered text is not Python 3.11: {error.msg}: {line}"
    except ValueError as error:
        message = f"the rendered text is not Python: {error}"
    else:
        return []
    return [Fault(path, "", "", message, "correct the template of this file, or its plan")]


def _run_ruff(step: Sequence[str], folder: Path) -> None:
    command, *options = step
    done = subprocess.run(
        [sys.executable, "-m", "ruff", command, *_OPTIONS, *options, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        advice = "correct the template that it names"
        raise GenerationError([Fault("ruff", "", "", f"ruff {command} failed: {said}", advice)])
