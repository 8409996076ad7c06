"""The command `diff`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TextIO

from codegen.diff.models import diff_paths
from codegen.diff.report import as_fragment, as_json, as_markdown, as_text
from codegen.diff.verdict import Level, verdict

type Format = Literal["text", "json", "markdown", "fragment"]

BREAKING: Final = 3
"""Exit status where callers break."""


def run_diff(old: Path, new: Path, form: Format, *, service: str | None = None) -> int:
    """Print what callers of the package of `old` meet in that of `new`.

    Returns 0, or 3 if something breaks them. Raises GenerationError where one of the models cannot
    be read or planned.
    """
    surface, changes = diff_paths(old, new, service=service)
    package = surface.package
    match form:
        case "json":
            printed = as_json(changes)
        case "markdown":
            printed = as_markdown(package, changes)
        case "fragment":
            printed = as_fragment(package, changes)
        case "text":
            printed = as_text(package, changes, color=wants_color(sys.stdout, os.environ))
    sys.stdout.write(printed)
    return BREAKING if verdict(changes) is Level.MAJOR else 0


def wants_color(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to print in colour: on a terminal, unless NO_COLOR is set or TERM is "dumb"."""
    refused = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return stream.isatty() and not refused
