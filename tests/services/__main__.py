"""`python -m tests.services [--no-types] [SERVICE…]`, or `nox -s services`."""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.codegen.shared_models import REFUSED, SharedModel, shared_models
from tests.services.models import Model, services
from tests.services.size import lines_and_members
from tests.services.steps import (
    Failure,
    Package,
    check_with_mypy,
    check_with_pyright,
    generate,
    generate_shared,
    import_all,
)

_WIDTH = 32
_NAMES = re.compile(r"'[^']*'|`[^`]*`|[\w.]*#\w+(\$\w+)?")


def main() -> int:
    """Do every step, print what it found; returns the exit status."""
    options = _options()
    models = [model for model in services() if not options.service or model.name in options.service]
    shared = () if options.service else shared_models()
    pythons = [sys.executable, *options.python]
    with tempfile.TemporaryDirectory(prefix="drawplate-services-") as work:
        return _run(models, shared, Path(work), pythons, types=options.types)


def _run(
    models: Sequence[Model],
    shared: Sequence[SharedModel],
    work: Path,
    pythons: Sequence[str],
    *,
    types: bool,
) -> int:
    clock = _Clock()
    packages, failures = generate(models, work / "out")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    clock.took("generate")
    others, faults = generate_shared(shared, work / "out")
    failures += [fault for fault in faults if fault.where not in REFUSED]
    clock.took("generate other models")
    every = [*packages, *others]
    for python in pythons:
        failures += import_all(every, python)
        clock.took(f"import, {Path(python).name}")
    if types:
        failures += check_with_mypy(every, work)
        clock.took("mypy")
        failures += check_with_pyright(every, work)
        clock.took("pyright")
    _print_table(models, packages, clock.times, memory)
    print(f"{'other models':{_WIDTH}} {len(others):>24,}")
    _print_failures(failures)
    return int(bool(failures))


class _Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}
        self._before = time.perf_counter()

    def took(self, step: str) -> None:
        """Put down what has passed since the last step."""
        now = time.perf_counter()
        self.times[step] = now - self._before
        self._before = now


def _print_table(
    models: Sequence[Model], packages: Sequence[Package], times: dict[str, float], memory: int
) -> None:
    # Kilobytes but on macOS, where it is bytes.
    megabytes = memory / (1024 if sys.platform != "darwin" else 1024**2)
    sizes = [lines_and_members(package.folder / package.name) for package in packages]
    lines, members = map(sum, zip((0, 0), *sizes, strict=True))
    slowest = max(packages, key=lambda package: package.seconds, default=None)
    rows = [
        ("services", f"{len(packages):,} of {len(models):,}"),
        ("operations", f"{sum(model.operations for model in models):,}"),
        ("shapes", f"{sum(model.shapes for model in models):,}"),
        ("lines of Python", f"{sum(package.lines for package in packages):,}"),
        ("types and serialisers", f"{lines / max(members, 1):.1f} lines a member"),
        *((f"seconds to {step}", f"{seconds:.1f}") for step, seconds in times.items()),
        ("peak memory of a process", f"{megabytes:,.0f} MB"),
    ]
    if slowest is not None:
        rows.append(("slowest service", f"{slowest.name}, {slowest.seconds:.1f} s"))
    for name, value in rows:
        print(f"{name:{_WIDTH}} {value:>24}")


def _print_failures(failures: Sequence[Failure]) -> None:
    if not failures:
        print("no failures")
        return
    counted = Counter((failure.step, _NAMES.sub("…", failure.what)) for failure in failures)
    print(f"\n{len(failures)} failures, by reason:")
    for (step, what), count in counted.most_common():
        print(f"{count:6}  {step}: {what}")
    print()
    for failure in failures:
        print(f"{failure.step}: {failure.where}: {failure.what}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument(
        "service", metavar="SERVICE", nargs="*", help="these only, as botocore names them"
    )
    parser.add_argument(
        "--python", metavar="PYTHON", action="append", default=[], help="import with it too"
    )
    parser.add_argument(
        "--types",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also check every package with mypy and pyright, which takes most of the time",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
