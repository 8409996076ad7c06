"""An environment for each system, made by uv and kept until its requirements change."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.systems import Absent

#: The packages of this project that are measured.
OWN = ("runtime", "generated/sagemaker-runtime")


class Environments:
    """Environments below a folder; `python(name)` makes one when it is asked for first.

    The name "drawplate" is the working tree's, "against" that of another revision, "codegen" has
    what the generator needs, and any other is that of a dependency group "bench-NAME" in
    pyproject.toml.
    """

    def __init__(self, folder: Path, against: str | None = None) -> None:
        self._folder = folder
        self._against = against
        self._made: dict[str, str] = {}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        self._groups: dict[str, list[object]] = project["dependency-groups"]
        self._codegen: list[str] = project["project"]["dependencies"]

    def python(self, name: str) -> str:
        """Return the interpreter of an environment; raises `Absent` where it cannot be made."""
        if name not in self._made:
            try:
                self._made[name] = self._make(name)
            except subprocess.CalledProcessError as error:
                raise Absent(f"the environment {name} could not be made: {error}") from error
        return self._made[name]

    def _make(self, name: str) -> str:
        folder = self._folder / name
        python = str(folder / "bin" / "python")
        stamp = folder / "made-of"
        made_of = f"{sys.version}\n{self._groups['bench-floor']}\n"
        if name == "against":
            made_of += _git("rev-parse", f"{self._against}^{{commit}}")
        elif name == "codegen":
            made_of += repr(self._codegen)
        elif name != "drawplate":
            made_of += repr(self._groups[f"bench-{name}"])
        current = stamp.exists() and stamp.read_text(encoding="utf-8") == made_of
        if current and name != "drawplate":
            return python
        if not current:
            uv("venv", "--clear", "--python", sys.executable, str(folder))
        if name == "drawplate":
            self._install(python, "bench-floor", [f"./{path}" for path in OWN])
        elif name == "against":
            sources = _archive(str(self._against), self._folder / "against-source")
            self._install(python, "bench-floor", [str(sources / path) for path in OWN])
        elif name == "codegen":
            self._install(python, "bench-floor", self._codegen)
        else:
            self._install(python, f"bench-{name}", [])
        stamp.write_text(made_of, encoding="utf-8")
        return python

    def _install(self, python: str, group: str, packages: list[str]) -> None:
        again = [f"--reinstall-package={name}" for name in ("drawplate", "sagemaker-runtime")]
        common = ["pip", "install", "--quiet", "--compile-bytecode", f"--python={python}"]
        uv(*common, f"--group=pyproject.toml:{group}", *(again if packages else []), *packages)


def uv(*arguments: str) -> None:
    """Run uv, which the dependency group "bench" has."""
    subprocess.run([sys.executable, "-m", "uv", *arguments], cwd=ROOT, check=True)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


def _archive(revision: str, folder: Path) -> Path:
    """Lay out what another revision has of the packages that are measured."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", revision, *OWN],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def without_packages_compiled(folder: Path) -> dict[str, str]:
    """Return variables of a process that finds .pyc files of the standard library only.

    It writes none, so that every start compiles all packages again.
    """
    library = Path(sysconfig.get_path("stdlib"))
    # Python looks below the prefix for the whole path of a source file.
    mirrored = folder / library.relative_to(library.anchor)
    for compiled in library.rglob(f"__pycache__/*.{sys.implementation.cache_tag}.pyc"):
        inside = compiled.relative_to(library)
        if "site-packages" in inside.parts or "test" in inside.parts:
            continue
        link = mirrored / inside.parent.parent / inside.name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            os.symlink(compiled, link)
    return {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
