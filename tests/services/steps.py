"""What is done with all services: generate, import, check types. Each step returns its failures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from tests.codegen.shared_models import SharedModel
from tests.services.models import Model
from tests.support import ROOT

_BATCH_LINES = 100_000
"""How many lines a process gets to check: more of them take more memory than time they save."""

_MYPY = """\
[mypy]
strict = true
python_version = 3.11
warn_unreachable = true
enable_error_code = ignore-without-code, redundant-expr, truthy-bool
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package."""

    folder: Path
    """Of the distribution."""
    name: str
    lines: int
    """Of Python."""
    seconds: float
    """That it took to generate."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that is wrong, and where."""

    step: str
    where: str
    what: str


type Check = Callable[[Sequence[Package]], Iterator[Failure]]


def generate(models: Sequence[Model], out: Path) -> tuple[list[Package], list[Failure]]:
    """Run the command over all models, on all processors."""
    command = [sys.executable, "-m", "codegen", "generate", "--out", str(out), "--json", "--each"]
    done = subprocess.run(
        [*command, *(str(model.path) for model in models)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    packages = [_package(package) for package in told["packages"]]
    failures = [
        Failure("generate", _service(fault["file"], models), fault["message"])
        for fault in told["faults"]
    ]
    return packages, failures


def generate_shared(
    models: Sequence[SharedModel], out: Path
) -> tuple[list[Package], list[Failure]]:
    """Run the command for each of the models beside the project, of which many are one service."""
    packages: list[Package] = []
    failures: list[Failure] = []

    def one(model: SharedModel) -> dict[str, Any]:
        folder = out / model.package.replace("_", "-")
        command: list[str | Path] = [sys.executable, "-m", "codegen", "generate", "--json"]
        command += ["--model", model.path, "--partitions", model.partitions]
        done = _run([*command, "--out", folder, "--package", model.package], cwd=ROOT)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for model, told in zip(models, pool.map(one, models), strict=True):
            packages += [_package(package) for package in told["packages"]]
            failures += [Failure("model", model.id, fault["message"]) for fault in told["faults"]]
    return packages, failures


def import_all(packages: Sequence[Package], python: str = sys.executable) -> list[Failure]:
    """Compile and import every module, and make every client, with some Python.

    It reads what clients need, which is no compiled code, from where this one has it.
    """
    needed = (ROOT / "runtime", Path(urllib3.__file__).parent.parent)

    def check(batch: Sequence[Package]) -> Iterator[Failure]:
        script = Path(__file__).with_name("importing.py")
        folders = (package.folder for package in batch)
        done = _run([python, script, *folders], PYTHONPATH=os.pathsep.join(map(str, needed)))
        if done.returncode:
            yield Failure("import", python, done.stderr[-500:])
        for line in done.stdout.splitlines():
            failure = json.loads(line)
            yield Failure("import", f"{failure['package']} in {python}", failure["error"])

    return _over(packages, check)


def check_with_mypy(packages: Sequence[Package], work: Path) -> list[Failure]:
    """Hold every package to mypy --strict for Python 3.11."""
    config = work / "mypy.ini"
    config.write_text(_MYPY)

    def check(batch: Sequence[Package]) -> Iterator[Failure]:
        named = [part for package in batch for part in ("--package", package.name)]
        cache = work / f"mypy-{batch[0].name}"
        done = _run(
            [sys.executable, "-m", "mypy", "--config-file", config, "--cache-dir", cache, *named],
            MYPYPATH=os.pathsep.join(str(package.folder) for package in batch),
        )
        if done.returncode:
            yield from _located("mypy", done.stdout + done.stderr)

    return _over(packages, check)


def check_with_pyright(packages: Sequence[Package], work: Path) -> list[Failure]:
    """Hold every package to pyright strict for Python 3.11."""

    def check(batch: Sequence[Package]) -> Iterator[Failure]:
        config = work / f"pyright-{batch[0].name}.json"
        settings = {
            # It takes no absolute paths.
            "include": [package.folder.relative_to(work).as_posix() for package in batch],
            "typeCheckingMode": "strict",
            "pythonVersion": "3.11",
        }
        config.write_text(json.dumps(settings))
        done = _run(["pyright", "--project", config, "--pythonpath", sys.executable])
        if done.returncode:
            yield from _located("pyright", done.stdout + done.stderr)

    return _over(packages, check)


def _located(step: str, said: str) -> Iterator[Failure]:
    lines = [line.strip() for line in said.splitlines() if "error" in line]
    for line in lines or [said[-500:]]:
        where, _, what = line.partition(" error: " if " error: " in line else " - error: ")
        yield Failure(step, where, what or line)


def _over(packages: Sequence[Package], check: Check) -> list[Failure]:
    """Check batches of packages at once, as many as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        running = [pool.submit(_listed, check, batch) for batch in _batches(packages)]
        return [failure for future in running for failure in future.result()]


def _listed(check: Check, batch: Sequence[Package]) -> list[Failure]:
    return list(check(batch))


def _batches(packages: Sequence[Package]) -> Iterator[list[Package]]:
    batch: list[Package] = []
    for package in packages:
        batch.append(package)
        if sum(item.lines for item in batch) >= _BATCH_LINES:
            yield batch
            batch = []
    if batch:
        yield batch


def _run(
    command: Sequence[str | Path], cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _package(told: dict[str, Any]) -> Package:
    folder = Path(told["out"])
    files = (folder / told["name"]).glob("*.py")
    lines = sum(len(path.read_bytes().splitlines()) for path in files)
    return Package(folder, told["name"], lines, told["seconds"])


def _service(file: str, models: Sequence[Model]) -> str:
    found = (model.name for model in models if file.startswith(str(model.path)))
    return next(found, file)
