"""What the command `generate` says: a line a package, a bar while many are made, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from codegen.batch import Outcome
from codegen.faults import Fault


def counted(count: int, noun: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def line(outcome: Outcome, *, check: bool) -> str:
    """What was done for one package."""
    return (
        f"{outcome.package} in {outcome.out}: {_done(outcome, check)} ({outcome.seconds:.1f} s)"
    )


def total(outcomes: Sequence[Outcome], asked: int, seconds: float, *, check: bool) -> str:
    """What was done in all, of as many packages as were asked for."""
    every = Outcome(
        package=f"{len(outcomes)} of {counted(asked, 'package')}",
        out=outcomes[0].out.parent if outcomes else None,
        seconds=seconds,
        written=sum(outcome.written for outcome in outcomes),
        unchanged=sum(outcome.unchanged for outcome in outcomes),
        deleted=sum(outcome.deleted for outcome in outcomes),
    )
    return f"{len(outcomes)} of {counted(asked, 'package')}: {_done(every, check)} ({seconds:.1f} s)"
