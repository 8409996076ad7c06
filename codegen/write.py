"""The last stage: files in memory against files on disk.

The writer owns its folder. What it wrote is listed in `_generation.json`; what it no longer makes
is deleted.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NoReturn, cast

from codegen.faults import Fault, GenerationError

MANIFEST: Final = "_generation.json"
"""The file that says which files of its folder are generated."""

_LEFTOVERS: Final = frozenset(
    {
        "__pycache__",
        ".git",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "venv",
        ".DS_Store",
    }
)
"""What tools leave in a folder anywhere: neither compared nor deleted."""

_TOP_LEFTOVERS: Final = frozenset({"build", "dist"})
"""What building leaves beside the package."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What `write` did, as relative paths in order."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One file on disk that is not as it would be generated."""

    path: str
    kind: Literal["missing", "extra", "changed"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.path}"


def manifest(files: Iterable[str], facts: Mapping[str, object]) -> str:
    """Write the text of `_generation.json` for these files, `facts` first."""
    listed = sorted(path for path in files if path != MANIFEST)
    return json.dumps({**facts, "files": listed}, indent=2, ensure_ascii=False) + "\n"


def write(files: Mapping[str, str], out: Path) -> WriteReport:
    """Make `out` hold exactly `files`, relative paths to text, and touch only what differs.

    Deletes what an earlier run listed in `_generation.json` and what else lies in the generated
    packages; not what tools leave there, and not what lies beside the packages. `files` must hold
    a `_generation.json`. Raises GenerationError for a folder that is not the generator's.
    """
    listed = _owned(out)
    _check_paths(files)
    orphans = _orphans(files, listed, out)
    # Deletion first: a module may have become a package, or a package a module.
    for path in orphans:
        (out / path).unlink()
    _remove_empty_folders(out, orphans)
    changed = [path for path in sorted(files) if _differs(out / path, files[path])]
    # The list goes last: as long as it is the old one, an interrupted run can be repeated.
    for path in sorted(changed, key=lambda item: (item == MANIFEST, item)):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink():
            target.unlink()
        target.write_bytes(files[path].encode())
    return WriteReport(
        written=tuple(changed),
        unchanged=tuple(sorted(files.keys() - set(changed))),
        deleted=tuple(orphans),
    )


def compare(files: Mapping[str, str], out: Path) -> list[Difference]:
    """List what in `out` is missing, extra or changed against `files`, in order of path."""
    present = set(_walk(out))
    differences = [Difference(path, "extra") for path in present - files.keys()]
    for path, text in files.items():
        if path not in present:
            differences.append(Difference(path, "missing"))
        elif _differs(out / path, text):
            differences.append(Difference(path, "changed"))
    return sorted(differences)


def _owned(out: Path) -> list[str]:
    """List the files of an earlier run; GenerationError if the folder is someone else's."""
    if not out.exists():
        return []
    if not out.is_dir():
        _refuse(out, "is not a folder", "give a folder")
    file = out / MANIFEST
    if not file.is_file():
        if any(out.iterdir()):
            advice = "give an empty folder, or one that was generated"
            _refuse(out, f"is not empty and has no {MANIFEST}: its files may be yours", advice)
        return []
    try:
        content: object = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    table = cast("dict[str, object]", content) if isinstance(content, dict) else {}
    listed = table.get("files")
    if not isinstance(listed, list) or "generator" not in table:
        advice = "restore it, or delete the folder and generate anew"
        _refuse(file, "is not a list of generated files", advice)
    return [path for path in cast("list[object]", listed) if isinstance(path, str)]


def _check_paths(files: Mapping[str, str]) -> None:
    if MANIFEST not in files:
        message = f"{MANIFEST} is not among the files to write"
        raise ValueError(message)
    for path in files:
        if not _is_inside(path):
            message = f"{path!r} is not a relative path below the output folder"
            raise ValueError(message)


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and ".." not in parts
        and not PurePosixPath(path).is_absolute()
        and PurePosixPath(path).as_posix() == path
    )


def _orphans(files: Mapping[str, str], listed: Iterable[str], out: Path) -> list[str]:
    """List the files on disk that are ours and no longer made."""
    earlier = set(listed)
    packages = {path.partition("/")[0] for path in (*files, *earlier) if "/" in path}
    # A file or link that stands where a folder has to be is in the way.
    folders = {folder.as_posix() for path in files for folder in PurePosixPath(path).parents}
    return sorted(
        path
        for path in _walk(out)
        if path not in files
        and path != MANIFEST
        and (
            path in earlier
            or path in folders
            or ("/" in path and path.partition("/")[0] in packages)
        )
    )


def _walk(out: Path) -> Iterator[str]:
    """Yield the relative path of each file but leftovers of tools; links are not followed."""
    for folder, names, files in os.walk(out):
        here = Path(folder)
        links = [name for name in names if (here / name).is_symlink()]
        names[:] = [
            name for name in names if name not in links and not _is_leftover(name, here == out)
        ]
        for name in (*files, *links):
            if not _is_leftover(name, here == out):
                yield (here / name).relative_to(out).as_posix()


def _is_leftover(name: str, top: bool) -> bool:
    return (
        name in _LEFTOVERS
        or name.endswith((".egg-info", ".pyc"))
        or (top and name in _TOP_LEFTOVERS)
    )


def _remove_empty_folders(out: Path, deleted: Iterable[str]) -> None:
    """Remove folders that deletion emptied; compiled files alone do not keep one."""
    for path in deleted:
        for folder in (out / path).parents:
            if folder == out:
                break
            if not folder.is_dir():
                continue
            if any(item.name != "__pycache__" for item in folder.iterdir()):
                break
            shutil.rmtree(folder)


def _differs(path: Path, text: str) -> bool:
    return path.is_symlink() or not path.is_file() or path.read_bytes() != text.encode()


def _refuse(path: Path, message: str, advice: str) -> NoReturn:
    raise GenerationError([Fault(str(path), "", "", message, advice)])
