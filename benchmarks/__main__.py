"""Measure and print ratios: `python -m benchmarks`, in an environment that has boto3.

All systems are alive at once, each in its own process, and are asked in turn, in a rotated order
each round, against one server on the loopback interface without TLS. Printed are medians and
quartiles over the rounds: of the times, which are this machine's, and of the ratios between two
systems in the same round, which carry over. On a busy machine trust the ratios of CPU.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import ALL, FIGURES, Figure
from benchmarks.processes import Sample, Server, Worker, cold_start
from benchmarks.report import Result, results, text


def rotated(systems: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Begin with another system each round."""
    at = number % len(systems)
    return systems[at:] + systems[:at]


def measure(figure: Figure, rounds: int, workers: dict[str, Worker], url: str) -> list[Result]:
    """Run the rounds of one figure, and one more before them that does not count."""

    def ask(system: str) -> Sample:
        if figure.task is None:
            return cold_start(system, url)
        return workers[system].measure(figure.task, figure.repeat)

    samples: dict[str, list[Sample]] = {system: [] for system in figure.systems}
    for number in range(-1, rounds):
        for system in rotated(figure.systems, number):
            sample = ask(system)
            if number >= 0:
                samples[system].append(sample)
    return list(results(figure, samples))


def main() -> None:
    """Measure what the command line asks for."""
    names = [figure.name for figure in FIGURES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 short rounds instead of 21")
    parser.add_argument("--rounds", type=int, help="how often each system is asked; at least 2")
    told = ", ".join(names)
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=told)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    options = parser.parse_args()
    rounds: int = options.rounds or (5 if options.quick else 21)
    if rounds < 2:
        parser.error("--rounds must be at least 2: quartiles need two numbers")

    versions = {name: version(name) for name in ("drawplate", "boto3", "urllib3")}
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    print(f"Python {platform.python_version()}, {told}; medians [quartiles] of {rounds} rounds\n")

    found: list[Result] = []
    with ExitStack() as stack:
        server = stack.enter_context(Server())
        workers = {name: stack.enter_context(Worker(name, server.url)) for name in ALL}
        for figure in FIGURES:
            if figure.name in (options.only or names):
                if options.quick:
                    figure = replace(figure, repeat=max(1, figure.repeat // 4))
                for result in measure(figure, rounds, workers, server.url):
                    found.append(result)
                    print(f"{text(result)}\n", flush=True)
    if options.json:
        document = {
            "python": sys.version,
            "versions": versions,
            "rounds": rounds,
            "results": [result.as_json() for result in found],
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
