"""Results as text for a terminal and as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.spreads import Result, Spread, Target


def quantity(spread: Spread, unit: str) -> str:
    """Return a median with its quartiles, in a unit that suits it."""
    factor, name = _scale(spread.median, unit)
    numbers = [value * factor for value in spread]
    digits = 0 if abs(numbers[0]) >= 100 else 1 if abs(numbers[0]) >= 10 else 2
    median, low, high = (f"{number:,.{digits}f}" for number in numbers)
    return f"{median}{name} [{low} - {high}]"


def _scale(value: float, unit: str) -> tuple[float, str]:
    value = abs(value)
    if unit == "s":
        return (1e3, " ms") if value >= 1e-3 else (1e6, " µs")
    if unit == "B":
        return (2**-20, " MiB") if value >= 1 << 20 else (2**-10, " KiB")
    if unit == "instructions":
        return (1e-6, " M") if value >= 1e6 else (1e-3, " k")
    return 1, ""


def ratio(spread: Spread) -> str:
    """Return a ratio with its quartiles."""
    digits = 1 if spread.median >= 10 else 2 if spread.median >= 0.1 else 3
    if spread.median < 0.01:
        digits = 4
    median, low, high = (f"{value:.{digits}f}" for value in spread)
    return f"{median} [{low} - {high}]"


def text(result: Result) -> str:
    """Lay a result out: a title, and a line for each system."""
    rows = [
        [
            name,
            quantity(spread, result.row.unit),
            *(
                f"{ratio(found)} of {other}"
                if (found := result.ratios.get(name, {}).get(other))
                else ""
                for other in result.references
            ),
        ]
        for name, spread in result.values.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{result.case}: {result.title}, {result.row.title}"]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"  {'   '.join(cells)}".rstrip())
    lines += [f"  {verdict}" for verdict in verdicts(result)]
    return "\n".join(lines)


def goal(target: Target, unit: str) -> str:
    """Return what a target asks for, in words."""
    word = "at least" if target.at_least else "at most"
    if target.of is None:
        factor, name = _scale(target.limit, unit)
        return f"{word} {target.limit * factor:g}{name}"
    return f"{word} {target.limit:g} of {target.of}"


def verdicts(result: Result) -> Iterator[str]:
    """Say of each target whether it is met."""
    for target in result.row.targets:
        spread = result.spread(target)
        if spread is not None:
            word = "met" if target.met(spread) else "NOT MET"
            yield f"{target.subject}: {goal(target, result.row.unit)}: {word}"


def markdown(results: Sequence[Result]) -> Iterator[str]:
    """Yield one table a result."""
    for result in results:
        yield f"**{result.title[0].upper()}{result.title[1:]}**, {result.row.title}\n"
        heads = ["", "median [quartiles]", *(f"of {other}" for other in result.references)]
        rows = [
            [
                name,
                quantity(spread, result.row.unit),
                *(
                    ratio(found) if (found := result.ratios.get(name, {}).get(other)) else ""
                    for other in result.references
                ),
            ]
            for name, spread in result.values.items()
        ]
        yield table(heads, rows)


def targets(results: Iterable[Result]) -> str:
    """Return the table of all targets, met or not; empty where there is none."""
    rows: list[list[str]] = []
    for result in results:
        for target in result.row.targets:
            spread = result.spread(target)
            if spread is None:
                measured, verdict = "", "not measured"
            else:
                shown = quantity(spread, result.row.unit) if target.of is None else ratio(spread)
                measured, verdict = shown, "met" if target.met(spread) else "**not met**"
            rows.append(
                [
                    f"{result.title}, {result.row.title}",
                    goal(target, result.row.unit),
                    measured,
                    verdict,
                ]
            )
    if not rows:
        return ""
    return table(["figure", "target", "measured, median [quartiles]", ""], rows)


def against(results: Iterable[Result], pairs: Iterable[tuple[str, str]]) -> str:
    """Return the table of what changed since another revision; empty where nothing was compared."""
    pairs = list(pairs)
    rows = [
        [f"{result.title}, {result.row.title}", after, ratio(found)]
        for result in results
        for after, before in pairs
        if (found := result.ratios.get(after, {}).get(before))
    ]
    return table(["figure", "system", "of before"], rows) if rows else ""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as they need."""
    widths = [
        max(len(row[at]) for row in (heads, *rows)) if at < len(heads) else 0
        for at in range(len(heads))
    ]
    lines = [heads, ["-" * max(3, width) for width in widths], *rows]
    return "".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |\n"
        for line in lines
    )
