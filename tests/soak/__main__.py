"""Runs at full length: `python -m tests.soak [calls|async-calls|streams [COUNT]]`."""

from __future__ import annotations

import asyncio
import sys

from tests.soak import async_calls, calls, streams
from tests.soak.report import Report
from tests.soak.server import served


def soak_calls(count: int = 100_000) -> bool:
    """Blocking calls with 1 % faults."""
    with served(0.01) as url:
        return passed("calls", calls.run(url, count))


def soak_async_calls(count: int = 100_000) -> bool:
    """Awaited calls with 1 % faults, of which some are cancelled."""
    with served(0.01) as url:
        return passed("async calls", asyncio.run(async_calls.run(url, count)))


def soak_streams(count: int = 1000) -> bool:
    """Streams of 200 events on one loop, without faults and with 5 %."""
    well = True
    for rate in (0, 0.05):
        with served(rate) as url:
            report = asyncio.run(streams.run(url, count, 200))
        if not rate:  # later ones use the memory of earlier ones
            growth = (report.kib_most - report.kib_before) / count
            print(f"{growth:.1f} KiB for each of {count} open streams", flush=True)
        well &= passed(f"streams, {rate:.0%} faults", report)
        well &= bool(rate) or report.outcomes == {"ok": count}
    return well


def passed(name: str, report: Report) -> bool:
    """Print a report; says whether nothing leaked and nothing was wrong."""
    print(f"{name}: {report}", flush=True)
    return (report.leaked, report.tasks, report.wrong) == (0, 0, [])


RUNS = {"calls": soak_calls, "async-calls": soak_async_calls, "streams": soak_streams}


def main(name: str = "", *count: str) -> int:
    """Run one of them, or all."""
    chosen = [RUNS[name]] if name else list(RUNS.values())
    results = [run(*map(int, count)) for run in chosen]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
