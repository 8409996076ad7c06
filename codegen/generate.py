"""The command `generate`: one package, or many at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codegen import report
from codegen.batch import Failed, Generate, Made, Outcome, Request, make, make_all, settle
from codegen.faults import Fault, GenerationError


@dataclass(frozen=True, slots=True)
class Manner:
    """How to run: what to do with packages that are made, and what to print."""

    check: bool = False
    form: Literal["text", "json", "quiet"] = "text"


def generate_one(request: Request, out: Path, generate: Generate, manner: Manner) -> int:
    """Generate a package into `out`; returns the exit status."""
    return _tell([_settled(make(request, generate), out, manner)], None, manner)


def generate_each(
    requests: Sequence[Request], out: Path, generate: Generate, manner: Manner, *, jobs: int
) -> int:
    """Generate packages into `out`/<distribution>, in `jobs` processes; returns the exit status."""

    def results() -> Iterator[Outcome | Failed]:
        given: dict[str, Path] = {}
        with report.progress(len(requests), shown=manner.form == "text") as done:
            packages = make_all(requests, generate, jobs=jobs, on_done=done)
            for request, made in zip(requests, packages, strict=True):
                if isinstance(made, Failed):
                    yield made
                    continue
                path = request.paths[0]
                first = given.setdefault(made.distribution, path)
                if first is path:
                    yield _settled(made, out / made.distribution, manner)
                else:
                    yield _twin(made.distribution, path, first)

    return _tell(results(), len(requests), manner)


def generate_shared(path: Path, out: Path, manner: Manner) -> int:
    """Generate the runtime's table of partitions into `out`; returns the exit status."""
    from codegen.pipeline import generate_partitions

    started = time.perf_counter()
    made: Made | Failed
    try:
        files = generate_partitions(path)
    except GenerationError as error:
        made = Failed(tuple(error.faults))
    else:
        made = Made(out.name, "drawplate", files, time.perf_counter() - started)
    return _tell([_settled(made, out, manner)], None, manner)


def _settled(made: Made | Failed, out: Path, manner: Manner) -> Outcome | Failed:
    return made if isinstance(made, Failed) else settle(made, out, check=manner.check)


def _twin(distribution: str, path: Path, first: Path) -> Failed:
    message = f"its package is called {distribution}, and so is that of {first}"
    advice = "generate one of them into another folder"
    return Failed((Fault(str(path), "", "", message, advice),))


def _tell(results: Iterable[Outcome | Failed], asked: int | None, manner: Manner) -> int:
    """Print what became of packages, each as soon as it is known; `asked` is None for one."""
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    failures: list[Failed] = []
    check, speaks = manner.check, manner.form == "text"
    for result in results:
        if isinstance(result, Failed):
            failures.append(result)
            continue
        outcomes.append(result)
        if speaks and not result.differences:
            print(report.line(result, check=check), flush=True)
    differing = [outcome for outcome in outcomes if outcome.differences]
    for text in (*report.differences(differing), *report.faults(failures, asked)):
        print(text, file=sys.stderr)
    if manner.form == "json":
        print(report.as_json(outcomes, failures, check=check))
    elif speaks and asked is not None:
        seconds = time.perf_counter() - started
        print(report.total(outcomes, asked=asked, seconds=seconds, check=check))
    return int(bool(failures or differing))
