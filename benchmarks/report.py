"""Rounds to medians and ratios, as text and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.figures import BOTO3, DRAWPLATE, FLOOR, Figure, Limit
from benchmarks.processes import Sample

#: The samples of a figure by system, one a round.
Rounds = Mapping[str, Sequence[Sample]]

_CLOCKS = {"cpu": "CPU", "wall": "wall"}


@dataclass(frozen=True)
class Spread:
    """The median of some numbers, and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise at least two numbers."""
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)


@dataclass(frozen=True)
class Result:
    """One figure by one clock: `seconds` of one unit by system, ratios by system and divisor.

    A ratio is the median over rounds of what both took in the same round, so that a busy machine
    falls on both.
    """

    name: str
    title: str
    clock: str
    seconds: Mapping[str, Spread]
    ratios: Mapping[str, Mapping[str, Spread]]
    limit: Limit | None

    @property
    def within(self) -> bool | None:
        """Whether the generated client keeps to the limit; None where there is none."""
        if self.limit is None:
            return None
        return self.ratios[DRAWPLATE][self.limit.of].median <= self.limit.ratio

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {**asdict(self), "within": self.within}


def results(figure: Figure, rounds: Rounds) -> Iterator[Result]:
    """Summarise one figure, by each of its clocks."""
    for clock, limit in figure.clocks.items():
        taken = {
            system: [getattr(sample, clock) / figure.units for sample in samples]
            for system, samples in rounds.items()
        }
        ratios = {
            system: {
                other: Spread.of([a / b for a, b in zip(values, taken[other], strict=True)])
                for other in (BOTO3, FLOOR)
                if other in taken and other != system
            }
            for system, values in taken.items()
            if system != BOTO3
        }
        seconds = {system: Spread.of(values) for system, values in taken.items()}
        yield Result(figure.name, figure.title, clock, seconds, ratios, limit)


def text(result: Result) -> str:
    """Lay a result out: a title, and a line for each system."""
    lines = [f"{result.name}: {result.title}, {_CLOCKS[result.clock]}"]
    for system, spread in result.seconds.items():
        columns = [f"  {system.rstrip('_'):10} {_time(spread):32}"]
        for other in (BOTO3, FLOOR):
            ratio = result.ratios.get(system, {}).get(other)
            column = f"{_ratio(ratio)} of {other.rstrip('_')}" if ratio else ""
            columns.append(f"{column:34}")
        if system == DRAWPLATE and result.limit:
            verdict = "ok" if result.within else "OVER"
            other = result.limit.of.rstrip("_")
            columns.append(f"at most {result.limit.ratio:.2f} of {other}: {verdict}")
        lines.append("".join(columns).rstrip())
    return "\n".join(lines)


def _time(spread: Spread) -> str:
    factor, unit = (1e3, "ms") if spread.median >= 1e-3 else (1e6, "µs")
    median, low, high = (value * factor for value in (spread.median, spread.low, spread.high))
    digits = 0 if median >= 100 else 1 if median >= 10 else 2
    return f"{median:,.{digits}f} {unit} [{low:,.{digits}f} - {high:,.{digits}f}]"


def _ratio(spread: Spread) -> str:
    digits = 2 if spread.median >= 0.1 else 3
    return f"{spread.median:.{digits}f} [{spread.low:.{digits}f} - {spread.high:.{digits}f}]"
