"""What the command `generate` says: a line a package, a bar while many are made, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from codegen.batch import Failed, Outcome


def counted(count: int, noun: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def line(outcome: Outcome, *, check: bool) -> str:
    """What was done for one package."""
    done = _checked([outcome]) if check else _written([outcome])
    return f"{outcome.package} in {outcome.out}: {done} ({outcome.seconds:.1f} s)"


def total(outcomes: Sequence[Outcome], *, asked: int, seconds: float, check: bool) -> str:
    """What was done for many packages, of as many as were asked for."""
    done = _checked(outcomes) if check else _written(outcomes)
    return f"{len(outcomes)} of {counted(asked, 'package')}: {done} ({seconds:.1f} s)"


def differences(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Every file that is not as it would be generated, and what to do about them."""
    for outcome in outcomes:
        for item in outcome.differences:
            yield f"{item.kind}: {outcome.out / item.path}"
        count = counted(len(outcome.differences), "file")
        advice = "generate anew, and delete extra files outside the package"
        yield f"{count} of {outcome.out} differ; {advice}"


def faults(failures: Sequence[Failed], asked: int | None) -> Iterator[str]:
    """Every fault, and how many there are; `asked` is None where one package was to be made."""
    found = [fault for failure in failures for fault in failure.faults]
    yield from map(str, found)
    count = counted(len(found), "fault")
    if failures and asked is not None:
        yield f"{count} in {len(failures)} of {counted(asked, 'model')}; the others are done"
    elif failures and not failures[0].on_disk:
        yield f"{count}; nothing was written"


def as_json(outcomes: Sequence[Outcome], failures: Sequence[Failed], *, check: bool) -> str:
    """Everything that was done and found, for programs; `docs/generator.md` describes it."""
    packages: list[dict[str, object]] = []
    for outcome in outcomes:
        package: dict[str, object] = {
            "name": outcome.package,
            "out": str(outcome.out),
            "written": outcome.written,
            "unchanged": outcome.unchanged,
            "deleted": outcome.deleted,
            "seconds": round(outcome.seconds, 3),
        }
        if check:
            package["differences"] = [asdict(item) for item in outcome.differences]
        packages.append(package)
    found = [asdict(fault) for failure in failures for fault in failure.faults]
    told = {"packages": packages, "faults": found}
    return json.dumps(told, indent=2, ensure_ascii=False)


@contextmanager
def progress(count: int, *, shown: bool) -> Generator[Callable[[], object]]:
    """A bar on the terminal that each call of what is yielded moves on by one of `count`."""
    if not shown or not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("generating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Lines that are printed meanwhile appear above the bar.
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


def _written(outcomes: Sequence[Outcome]) -> str:
    written = sum(outcome.written for outcome in outcomes)
    unchanged = sum(outcome.unchanged for outcome in outcomes)
    deleted = sum(outcome.deleted for outcome in outcomes)
    return f"{written} written, {unchanged} unchanged, {deleted} deleted"


def _checked(outcomes: Sequence[Outcome]) -> str:
    unchanged = sum(outcome.unchanged for outcome in outcomes)
    differences = sum(len(outcome.differences) for outcome in outcomes)
    if differences:
        return f"{unchanged} files as they would be generated, {differences} not"
    return f"{unchanged} files, none differs"
