"""Jinja templates: those of this project, and those that someone puts in their place."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_referenced_templates

from codegen.faults import Fault, GenerationError

TEMPLATES = Path(__file__).parent.parent / "templates"
_SUFFIX = ".j2"


def environment(template_dir: Path | None = None) -> Environment:
    """Where templates are found: in `template_dir` first, by the same path as below `TEMPLATES`.

    Raises GenerationError for a folder that is not there, and for each template in it that takes
    the place of none and that no other one includes.
    """
    folders = [TEMPLATES] if template_dir is None else [template_dir, TEMPLATES]
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python is printed, not HTML
    )
    if template_dir is not None:
        _check(made, template_dir)
    return made


def overrides(template_dir: Path) -> dict[str, str]:
    """SHA-256 of each template in a folder, by path: with the model, it decides the output."""
    return {
        path.relative_to(template_dir).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(template_dir.rglob(f"*{_SUFFIX}"))
    }


@contextmanager
def template_faults() -> Generator[None]:
    """Turn what is wrong in a template into a fault that names its file and line."""
    try:
        yield
    except TemplateError as error:
        file, line = _place(error)
        message = f"line {line}: {error.message or type(error).__name__}"
        raise GenerationError([Fault(file, "", "", message, "correct the template")]) from error


def _place(error: TemplateError) -> tuple[str, int]:
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or "template", error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    place = next((frame for frame in reversed(frames) if frame.filename.endswith(_SUFFIX)), None)
    return (place.filename, place.lineno or 0) if place else (str(error), 0)


def _check(made: Environment, template_dir: Path) -> None:
    if not template_dir.is_dir():
        advice = "give a folder with templates, named as those of the project"
        raise GenerationError([Fault(str(template_dir), "", "", "is not a folder", advice)])
    included: set[str | None] = set()
    for name in (names := list(overrides(template_dir))):
        with template_faults():
            text = (template_dir / name).read_text(encoding="utf-8")
            included.update(
                find_referenced_templates(made.parse(text, name, str(template_dir / name)))
            )
    advice = f"name it as one of those in {TEMPLATES.name}/, or include it from another"
    strangers = [
        Fault(str(template_dir / name), "", "", "takes the place of no template", advice)
        for name in names
        if name not in included and not (TEMPLATES / name).is_file()
    ]
    if strangers:
        raise GenerationError(strangers)
