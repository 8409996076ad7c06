"""What an import of newer facts does to callers: printed at the end of `update-model`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from codegen.diff.models import diff_paths
from codegen.diff.report import as_text
from codegen.faults import GenerationError

_FACTS = ("service.json", "overlay.json", "package.toml", "partitions.json")
"""What decides the surface. Prose stays behind: it may speak of shapes that are gone."""


def keep_facts(services: Iterable[str], model_dir: Path, kept: Path) -> None:
    """Copy the facts of services, and the partitions they share, to another model folder."""
    for folder in (Path(), *map(Path, services)):
        for name in _FACTS:
            if (model_dir / folder / name).is_file():
                (kept / folder).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(model_dir / folder / name, kept / folder / name)


def effect_of_update(service: str, old: Path, new: Path, *, color: bool) -> str:
    """Return a page on what changed between two folders of kept facts; "" for a new service."""
    if not (old / service / "service.json").is_file():
        return ""
    try:
        surface, changes = diff_paths(old / service, new / service)
    except GenerationError as error:
        return f"{service}: what changes for callers cannot be told\n{error}\n"
    return as_text(surface.package, changes, color=color)
