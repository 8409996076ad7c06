"""Faults of a model: collected by a stage, reported all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong with a model, where it is, and what to do about it."""

    file: str
    pointer: str
    """JSON pointer (RFC 6901) into `file`; "" for the whole file."""
    shape: str
    """Shape id of the shape or member, "" where there is none."""
    message: str
    advice: str = ""

    def __str__(self) -> str:
        where = f"{self.file}#{self.pointer}" if self.pointer else self.file
        on = f" (on {self.shape})" if self.shape else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{where}: {self.message}{on}{advice}"


class GenerationError(Exception):
    """A stage found faults and stopped; `faults` holds all of them, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
