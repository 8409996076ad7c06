"""The page of figures in docs/: tables and pictures of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import plot, report
from benchmarks.cases import AIOBOTOCORE, BOTO3, RAW, Case
from benchmarks.instructions import GROUP as INSTRUCTIONS
from benchmarks.spreads import Result, Spread

#: The sections of the page: groups of cases, a heading, and what the reader should know.
SECTIONS: Mapping[str, tuple[str, str]] = {
    "start": (
        "Start",
        "CPU of a whole process, its end included; construction is the part between import and "
        "first call. `.pyc` files are there unless said otherwise.",
    ),
    "call": ("Calls", "One client, connections kept alive, answers of 200 B."),
    "tls": (
        "TLS",
        "A further client in a warm process, and a connection that is kept alive; TLS 1.3.",
    ),
    "frames": (
        "Events in memory",
        "From bytes in pieces of 64 KiB to the events that a user sees. boto3, smithy-python and "
        "drawplate check both checksums and make typed events (boto3: dicts); capo's figure is "
        "its message decoder alone.",
    ),
    "streams": (
        "Streams",
        "From call to end, over a socket, in three framings of HTTP. Paced events carry the time "
        "at which they left the server.",
    ),
    "sign": ("Signatures", "The request object included."),
    "memory": (
        "Memory",
        "Resident memory of a process of its own for each sample. A request body is there before.",
    ),
    "growth": (
        "Growth",
        "What one more parameter costs a call, set or not, and what more operations cost a start; "
        "the larger clients are generated for the run from a made-up model.",
    ),
    "async": ("asyncio", "smithy-python's client is asynchronous and stands here as well."),
    INSTRUCTIONS: (
        "Instructions",
        "Counted by valgrind's callgrind, without the kernel's: the same on a busy machine. "
        "`baseline` is the count that is kept with the benchmarks.",
    ),
}

#: Pictures: file, title, reference, groups.
PICTURES = (
    ("sync", "Cost relative to boto3 (CPU, memory, time to an event)", BOTO3),
    ("async", "Cost relative to aiobotocore (CPU, time to an event)", AIOBOTOCORE),
)

INTRODUCTION = """\
# Benchmarks

Made by `nox -s bench -- --docs`; CONTRIBUTING.md says how to run it and what its options are. All
systems run side by side, each in an environment and a process of its own, and are asked in turn in
a rotated order each round, against one server on loopback. A value is the median over the rounds
with its quartiles; a ratio is the median, with quartiles, of the ratios *within* each round, so
that what the machine does falls on both. Ratios carry over to other machines; absolute times do
not.
"""

RIVALS = """\
- **boto3**: as its documentation has it, one session a client (one for all in the figure of idle
  clients).
- **smithy-python**: AWS's SDK for Python, version 4. It has no HTTP/1.1 client of SageMaker
  Runtime; InvokeModel of Bedrock Runtime has the same form and stands in, with the events of the
  SageMaker package.
- **capo**: capo-sagemaker-runtime, another generated client.
- **urllib3**, **aiohttp**: the layer below alone, with the least code that signs; events are split
  but not checked.
- **socket**: a request written out beforehand on a bare socket.
- **aiobotocore**: botocore on aiohttp.
"""


def write(
    folder: Path,
    cases: Sequence[Case],
    results: Sequence[Result],
    machine: Mapping[str, object],
    versions: Mapping[str, Mapping[str, str]],
    rounds: int,
) -> None:
    """Write `benchmarks.md` and its pictures below a folder."""
    pictures = folder / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    parts = [INTRODUCTION]
    for name, title, reference in PICTURES:
        rows = picture_rows(results, reference)
        if rows:
            drawn = plot.dots(title, reference, rows)
            (pictures / f"{name}.svg").write_text(drawn, encoding="utf-8")
            parts.append(f"![{title}](benchmarks/{name}.svg)\n")
    parts += ["## Targets\n", report.targets(results), "## What was measured\n", RIVALS]
    parts += [conditions(machine, versions, rounds)]
    groups = {case.name: case.group for case in cases}
    for group, (heading, told) in SECTIONS.items():
        found = [item for item in results if groups.get(item.case, INSTRUCTIONS) == group]
        if found:
            parts += [f"## {heading}\n", f"{told}\n", *report.markdown(found)]
    (folder / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def picture_rows(
    results: Sequence[Result], reference: str
) -> list[tuple[str, Mapping[str, Spread]]]:
    """Return what a picture shows: ratios of costs to a reference."""
    rows: list[tuple[str, Mapping[str, Spread]]] = []
    for result in results:
        if result.row.metric in ("wall", "rate") or RAW in result.references:
            continue
        ratios = {name: by[reference] for name, by in result.ratios.items() if reference in by}
        if ratios and all(spread.low > 0 for spread in ratios.values()):
            rows.append((f"{result.case}, {result.row.metric}", ratios))
    return rows


def conditions(
    machine: Mapping[str, object], versions: Mapping[str, Mapping[str, str]], rounds: int
) -> str:
    """Say on what and with which versions."""
    told = [
        f"{machine['processors']} processors ({machine['processor']}), {machine['system']}, "
        f"Python {str(machine['python']).split()[0]}, {rounds} rounds.\n"
    ]
    wanted = {
        "boto3": ("boto3", "botocore", "urllib3"),
        "smithy": ("aws-sdk-bedrock-runtime", "smithy-core", "smithy-http", "aws-sdk-signers"),
        "capo": ("capo-sagemaker-runtime", "zapros"),
        "aiobotocore": ("aiobotocore", "botocore", "aiohttp"),
        "aiohttp": ("aiohttp",),
        "drawplate": ("drawplate", "sagemaker-runtime", "urllib3"),
    }
    for environment, names in wanted.items():
        have = versions.get(environment, {})
        listed = ", ".join(f"{name} {have[name]}" for name in names if name in have)
        if listed:
            told.append(f"- {environment}: {listed}\n")
    return told[0] + "\n" + "".join(told[1:])
