"""Measure and print ratios: `nox -s bench`.

All systems are alive at once, each in an environment and a process of its own, and are asked in
turn, in a rotated order each round, against one server on the loopback interface. Printed are
medians and quartiles over the rounds: of times and sizes, which are this machine's, and of the
ratios between two systems in the same round, which carry over. On a busy machine trust the ratios
of CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import certificates, page, report
from benchmarks.cases import BEFORE, CASES, Case
from benchmarks.environments import Environments
from benchmarks.instructions import GROUP as INSTRUCTIONS
from benchmarks.processes import ROOT
from benchmarks.run import Run
from benchmarks.spreads import Result


def chosen(only: list[str]) -> list[Case]:
    """Return the cases whose name or group was asked for; all where nothing was."""
    return [case for case in CASES if not only or case.name in only or case.group in only]


def measured(run: Run, options: argparse.Namespace) -> Iterator[Result]:
    """Yield what was asked for; instructions take too long for a quick run."""
    for case in chosen(options.only):
        yield from run.measure(case)
    if INSTRUCTIONS in options.only or not (options.only or options.quick):
        yield from run.count_instructions(options.keep_instructions)


def together(found: list[Result], earlier: list[Any]) -> list[Result]:
    """Add what earlier runs found of other cases, in the order of a report."""
    by_case: dict[str, list[Result]] = {case.name: [] for case in CASES}
    for result in found:
        by_case.setdefault(result.case, []).append(result)
    for document in earlier:
        known = {case for case, results in by_case.items() if results}
        for given in document["results"]:
            if given["case"] not in known:
                by_case.setdefault(given["case"], []).append(Result.from_json(given))
    return [result for results in by_case.values() for result in results]


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    groups = [*dict.fromkeys(case.group for case in CASES), INSTRUCTIONS]
    names = [*groups, *(case.name for case in CASES)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 short rounds instead of 15")
    parser.add_argument("--rounds", type=int, help="how often each system is asked; at least 2")
    parser.add_argument(
        "only",
        nargs="*",
        metavar="NAME",
        help=f"a group ({', '.join(groups)}) or a case; all by default",
    )
    parser.add_argument("--only", action="append", dest="also", metavar="NAME", help="the same")
    parser.add_argument("--against", metavar="REV", help="measure an earlier commit as well")
    parser.add_argument(
        "--keep-instructions",
        action="store_true",
        help="make the counts of this run the baseline of later ones",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there, too")
    parser.add_argument(
        "--add",
        type=Path,
        action="append",
        metavar="FILE",
        default=[],
        help="take cases that this run leaves out from what an earlier --json wrote",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write tables there, too")
    parser.add_argument(
        "--docs",
        type=Path,
        nargs="?",
        const=ROOT / "docs",
        metavar="FOLDER",
        help="write the page of figures there (docs/)",
    )
    parser.add_argument(
        "--environments",
        type=Path,
        default=ROOT / ".nox" / "bench-environments",
        metavar="FOLDER",
        help="where the environments of the systems are kept",
    )
    options = parser.parse_args(arguments)
    if options.rounds is None:
        options.rounds = 3 if options.quick else 15
    options.only += options.also or []
    unknown = [name for name in options.only if name not in names]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(names)}")
    if options.rounds < 2:
        parser.error("--rounds must be at least 2: quartiles need two numbers")
    return options


def machine() -> dict[str, object]:
    """Say what this ran on."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])} "
        f"{platform.machine()}",
        "python": sys.version,
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Measure what the command line asks for."""
    options = parsed(sys.argv[1:])
    began = time.monotonic()
    found: list[Result] = []
    left_out: list[str] = []

    def told(line: str) -> None:
        left_out.append(line)
        print(f"left out: {line}\n", flush=True)

    environments = Environments(options.environments, options.against)
    with Run(
        environments,
        rounds=options.rounds,
        fresh_rounds=1 if options.quick else options.rounds,
        seconds=0.05 if options.quick else 0.25,
        against=bool(options.against),
        certificates=certificates.write,
        told=told,
    ) as run:
        before = machine()
        for result in measured(run, options):
            found.append(result)
            print(f"{report.text(result)}\n", flush=True)
        versions: dict[str, Any] = dict(run.versions)
    earlier = [json.loads(file.read_text(encoding="utf-8")) for file in options.add]
    for document in earlier:
        versions = {**document["versions"], **versions}
    found = together(found, earlier)
    tables = [report.targets(found), report.against(found, BEFORE.items())]
    for table in filter(None, tables):
        print(table)
    print(f"{options.rounds} rounds, {time.monotonic() - began:.0f} s")
    if options.json:
        document = {
            "machine": before,
            "load_after": os.getloadavg()[0],
            "versions": versions,
            "against": options.against,
            "rounds": options.rounds,
            "left_out": left_out,
            "results": [result.as_json() for result in found],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        pages = [*filter(None, tables), *report.markdown(found)]
        options.markdown.write_text("\n".join(pages), encoding="utf-8")
    if options.docs:
        page.write(options.docs, CASES, found, before, versions, options.rounds)
    grown = [
        result.title
        for result in found
        if result.case.startswith(INSTRUCTIONS)
        and any("NOT MET" in line for line in report.verdicts(result))
    ]
    if grown:
        sys.exit(f"more instructions than the baseline: {'; '.join(grown)}")


if __name__ == "__main__":
    main()
