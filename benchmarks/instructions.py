"""Instructions of the parts of a call, counted by valgrind: the same on a busy machine."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.cases import AGAINST, DRAWPLATE
from benchmarks.processes import PROGRAMS, ROOT, environment
from benchmarks.spreads import Result, Row, Target, result
from benchmarks.systems import Absent

BASELINE = Path(__file__).with_name("instructions.json")
GROUP = "instructions"
#: The counts that are kept in `BASELINE`, as one more system.
KEPT = "baseline"
#: Two runs of the same code differ by a quarter of a percent.
TOLERANCE = 1.02

#: How often a part is run to count it, and how many units one run is.
PARTS = {
    "serialize": ("parameters to a request", 1500, 1),
    "sign": ("signature of a request of 200 B", 1500, 1),
    "head": ("answer of 200 B taken apart by the HTTP codec", 1500, 1),
    "parse": ("answer of 200 B to a typed output", 1500, 1),
    "event": ("event of 64 B taken apart, checked and typed", 40, 100),
    "call": ("call with 200 B but for its transport", 400, 1),
    "exchange": ("call with 200 B over a socket", 400, 1),
}
COLD = "cold"

_COLLECTED = re.compile(r"Collected : (\d+)")


def counted(python: str, *arguments: str) -> int:
    """Run Python under callgrind; returns how many instructions it took."""
    done = subprocess.run(
        [
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            python,
            *arguments,
        ],
        cwd=ROOT,
        env=environment({"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = _COLLECTED.search(done.stderr)
    if done.returncode or not found:
        raise Absent(f"callgrind failed: {done.stderr[-500:]}")
    return int(found[1])


def counts(python: str, url: str) -> Iterator[tuple[str, float]]:
    """Count each part of the client that is installed beside an interpreter."""
    name, *_ = PARTS
    common = counted(python, "-m", "benchmarks.counted", url, name, "0")
    for part, (_, repeat, units) in PARTS.items():
        total = counted(python, "-m", "benchmarks.counted", url, part, str(repeat))
        yield part, (total - common) / repeat / units
    program = PROGRAMS["answer"].format(module="drawplate_")
    first = counted(python, "-c", program, url, "")
    yield COLD, first - counted(python, "-c", "pass")


def versions() -> dict[str, str]:
    """Return what the counts depend on besides the code."""
    said = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True)
    return {
        "machine": platform.machine(),
        "python": " ".join(sys.version.split()),
        "valgrind": said.stdout.strip(),
    }


def measure(
    pythons: Mapping[str, str], url: str, told: Callable[[str], None], keep: bool
) -> Iterator[Result]:
    """Count for each system, beside the baseline where it is of the same versions."""
    if shutil.which("valgrind") is None:
        told("instructions: valgrind is not installed (Debian: apt-get install valgrind)")
        return
    found: dict[str, dict[str, float]] = {}
    for system, python in pythons.items():
        try:
            found[system] = dict(counts(python, url))
        except Absent as why:
            told(f"instructions of {system}: {why}")
    current = versions()
    if BASELINE.exists():
        kept = json.loads(BASELINE.read_text(encoding="utf-8"))
        if kept["versions"] == current:
            found[KEPT] = kept["counts"]
        else:
            told(f"instructions of the baseline: it was counted with {kept['versions']}")
    if keep and DRAWPLATE in found:
        rounded = {part: round(count) for part, count in found[DRAWPLATE].items()}
        document = {"versions": current, "counts": rounded}
        BASELINE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    titles = {part: title for part, (title, *_) in PARTS.items()}
    titles[COLD] = "cold start, above `python -c pass`"
    row = Row(GROUP, GROUP, GROUP, targets=(Target(DRAWPLATE, KEPT, TOLERANCE),))
    for part, title in titles.items():
        samples = {
            system: [{GROUP: by_part[part]}] for system, by_part in found.items() if part in by_part
        }
        shown = result(f"{GROUP}-{part}", title, row, samples, [KEPT, AGAINST])
        if shown:
            yield shown
