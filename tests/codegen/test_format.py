"""Formatting: the pin, the refusals, and that doing it twice changes nothing."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest

from codegen.faults import Fault, GenerationError
from codegen.format import format_files, pinned_ruff

MESSY = """\
from __future__ import annotations
import sys, os
from .types import B
from drawplate import errors
import json

def f( a,b = 'x' ):
    return {'long': a, 'enough to be broken over': b, 'several': json,
      'lines': os, 'and': sys, 'so': errors, 'on': B}
"""
TIDY = """\
from __future__ import annotations

import json
import os
import sys

from drawplate import errors

from .types import B


def f(a, b="x"):
    return {
        "long": a,
        "enough to be broken over": b,
        "several": json,
        "lines": os,
        "and": sys,
        "so": errors,
        "on": B,
    }
"""


def faults_of(files: dict[str, str], ruff: str | None = None) -> list[Fault]:
    with pytest.raises(GenerationError) as caught:
        format_files(files, ruff=ruff)
    return caught.value.faults


def test_python_is_formatted_and_the_rest_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Neither a configuration where the generator runs nor the user's own may change the output.
    (tmp_path / "ruff.toml").write_text("line-length = 40\n[format]\nquote-style = 'single'\n")
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/client.py": MESSY,
        "pkg/py.typed": "",
        "README.md": "a  =  1\n",
        "pyproject.toml": "x =1\n",
    }
    assert format_files(files) == {**files, "pkg/client.py": TIDY}


def test_formatting_twice_changes_nothing() -> None:
    once = format_files({"pkg/__init__.py": MESSY, "pkg/deep/er.py": "x=1\n\n\n\n\ny=2"})
    assert once["pkg/deep/er.py"] == "x = 1\n\n\ny = 2\n"
    assert format_files(once) == once


def test_no_python_at_all() -> None:
    assert format_files({"README.md": "text"}) == {"README.md": "text"}


def test_every_file_that_is_not_python_is_reported_with_its_line() -> None:
    files = {
        "pkg/a.py": "x = 1\nclass = 2\n",
        "pkg/b.py": "pattern = '\\d'\n",
        "pkg/c.py": "type A = int\n",
        "pkg/d.py": "x = '\0'\n",
        "pkg/e.py": "x = 1\n",
    }
    advice = "correct the template of this file, or its plan"
    assert [
        (fault.file, fault.pointer, fault.shape, fault.advice) for fault in faults_of(files)
    ] == [(f"pkg/{name}.py", "", "", advice) for name in "abcd"]
    told = [fault.message for fault in faults_of(files)]
    assert told[0] == "line 2 of the rendered text is not Python 3.11: invalid syntax: class = 2"
    assert told[1].startswith("line 1 of the rendered text is not Python 3.11: ")
    assert told[1].endswith(r": pattern = '\d'")
    assert told[2] == (
        "line 1 of the rendered text is not Python 3.11: "
        "Type statement is only supported in Python 3.12 and greater: type A = int"
    )
    assert "null bytes" in told[3]


def test_another_ruff_is_refused() -> None:
    installed = importlib.metadata.version("ruff")
    assert faults_of({}, ruff="0.0.1") == [
        Fault(
            "ruff",
            "",
            "",
            f"ruff {installed} is installed, and generated code is formatted with ruff 0.0.1",
            f"install it: {sys.executable} -m pip install ruff==0.0.1",
        )
    ]


def test_the_pin_is_read_from_the_project(tmp_path: Path) -> None:
    assert pinned_ruff() == importlib.metadata.version("ruff")
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\ndependencies = ["jinja2>=3", "ruff == 1.2.3"]\n')
    assert pinned_ruff(project) == "1.2.3"


def test_a_loose_requirement_is_no_pin(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\ndependencies = ["ruff>=0.1"]\n')
    with pytest.raises(GenerationError) as caught:
        pinned_ruff(project)
    message, advice = "no exact version of ruff is required", "pin ruff==X.Y.Z"
    assert caught.value.faults == [Fault(str(project), "", "", message, advice)]
