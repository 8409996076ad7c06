"""Runs at full length: `python -m tests.soak [calls [COUNT]]`."""

from __future__ import annotations

import sys

from tests.soak import calls
from tests.soak.server import served


def soak_calls(count: int = 100_000) -> bool:
    """Calls with 1 % faults."""
    with served(0.01) as url:
        report = calls.run(url, count)
    print(f"calls: {report}", flush=True)
    return report.leaked == 0 and not report.wrong


RUNS = {"calls": soak_calls}


def main(name: str = "", *count: str) -> int:
    """Run one of them, or all."""
    chosen = [RUNS[name]] if name else list(RUNS.values())
    passed = [run(*map(int, count)) for run in chosen]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
