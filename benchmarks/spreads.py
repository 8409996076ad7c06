"""Medians, quartiles, and ratios of what two systems took in the same round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

#: What one round of one system gave, by metric: seconds, bytes, or calls a second.
Sample = Mapping[str, float]


class Spread(NamedTuple):
    """The median of some numbers, and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise at least one number; a single one is its own quartiles."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


def ratios(values: Sequence[float], others: Sequence[float]) -> Spread | None:
    """Divide round by round, so that a busy machine falls on both; None where that is undefined."""
    if not all(others):
        return None
    return Spread.of([one / other for one, other in zip(values, others, strict=True)])


@dataclass(frozen=True)
class Target:
    """What `subject` should keep to: of what `of` takes, or absolute where that is None."""

    subject: str
    of: str | None
    limit: float
    at_least: bool = False

    def met(self, spread: Spread) -> bool:
        """Whether the median keeps to it."""
        return spread.median >= self.limit if self.at_least else spread.median <= self.limit


@dataclass(frozen=True)
class Row:
    """One metric of a case: `unit` is "s", "B", "1/s" or "instructions"."""

    metric: str
    title: str
    unit: str = "s"
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Result:
    """One metric of a case: values by system, and ratios by system and divisor."""

    case: str
    title: str
    row: Row
    values: Mapping[str, Spread]
    ratios: Mapping[str, Mapping[str, Spread]]
    rounds: Mapping[str, Sequence[float]]
    #: The systems that others are divided by, in the order of a report.
    references: Sequence[str]

    def spread(self, target: Target) -> Spread | None:
        """Return the number that a target is about; None where it was not measured."""
        if target.of is None:
            return self.values.get(target.subject)
        return self.ratios.get(target.subject, {}).get(target.of)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Result:
        """Return a result as `as_json` wrote it."""
        targets = tuple(
            Target(target["subject"], target["of"], target["limit"], target["at_least"])
            for target in given["targets"]
        )
        return cls(
            given["case"],
            given["title"],
            Row(given["metric"], given["metric_title"], given["unit"], targets),
            {name: Spread(**spread) for name, spread in given["values"].items()},
            {
                name: {other: Spread(**spread) for other, spread in by_other.items()}
                for name, by_other in given["ratios"].items()
            },
            given["rounds"],
            given["references"],
        )

    def as_json(self) -> dict[str, object]:
        """Return it as plain values, every round included."""
        return {
            "case": self.case,
            "title": self.title,
            "metric": self.row.metric,
            "metric_title": self.row.title,
            "unit": self.row.unit,
            "values": {name: spread._asdict() for name, spread in self.values.items()},
            "ratios": {
                name: {other: spread._asdict() for other, spread in by_other.items()}
                for name, by_other in self.ratios.items()
            },
            "targets": [
                {
                    "subject": target.subject,
                    "of": target.of,
                    "limit": target.limit,
                    "at_least": target.at_least,
                    "met": None if (spread := self.spread(target)) is None else target.met(spread),
                }
                for target in self.row.targets
            ],
            "references": self.references,
            "rounds": self.rounds,
        }


def result(
    case: str,
    title: str,
    row: Row,
    samples: Mapping[str, Sequence[Sample]],
    references: Sequence[str],
) -> Result | None:
    """Summarise one metric of the systems that have it; None where none has."""
    values = {
        name: [sample[row.metric] for sample in by_round]
        for name, by_round in samples.items()
        if by_round and row.metric in by_round[0]
    }
    if not values:
        return None
    divided: dict[str, dict[str, Spread]] = {}
    for name, numbers in values.items():
        for other in references:
            if other == name or len(values.get(other, ())) != len(numbers):
                continue
            spread = ratios(numbers, values[other])
            if spread:
                divided.setdefault(name, {})[other] = spread
    spreads = {name: Spread.of(numbers) for name, numbers in values.items()}
    present = [other for other in references if any(other in by for by in divided.values())]
    return Result(case, title, row, spreads, divided, values, present)
