"""The page of figures in docs/: tables and pictures of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import plot, report
from benchmarks.cases import AIOBOTOCORE, ASYNC, BOTO3, DRAWPLATE, Case
from benchmarks.instructions import GROUP as INSTRUCTIONS
from benchmarks.spreads import Result, Spread

#: The sections of the page: groups of cases, a heading, and what the reader should know.
SECTIONS: Mapping[str, tuple[str, str]] = {
    "start": (
        "Start",
        "CPU of a whole process, its end included, but for the clients: theirs is that of making "
        "one. `.pyc` files are there unless said otherwise.",
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
        "`baseline` is the count that was kept with the benchmarks before this run.",
    ),
}


class Picture(NamedTuple):
    """What one picture shows: labels by case and metric, of a system among others."""

    file: str
    title: str
    reference: str
    accent: str
    rows: Mapping[tuple[str, str], str]


PICTURES = (
    Picture(
        "sync.svg",
        "Cost relative to boto3: less is better",
        BOTO3,
        DRAWPLATE,
        {
            ("cold", "cpu"): "cold start, CPU",
            ("import", "cpu"): "import, CPU",
            ("first-client", "construct"): "first client, CPU",
            ("idle", "memory"): "idle client, memory",
            ("sign-200B", "cpu"): "signature of 200 B, CPU",
            ("call-200B", "cpu"): "call with 200 B, CPU",
            ("call-64KiB", "cpu"): "call with 64 KiB, CPU",
            ("call-5MiB", "cpu"): "call with 5 MiB, CPU",
            ("https-200B", "cpu"): "call with 200 B over TLS, CPU",
            ("events-64B", "cpu"): "event of 64 B, decoded, CPU",
            ("events-1KiB", "cpu"): "event of 1 KiB, decoded, CPU",
            ("events-64KiB", "cpu"): "event of 64 KiB, decoded, CPU",
            ("events-4MiB", "cpu"): "event of 4 MiB, decoded, CPU",
            ("stream-chunked", "cpu"): "5,000 events of 30 B, CPU",
            ("stream-chunked", "first"): "time to the first of 5,000 events",
            ("paced-chunked", "latency"): "latency of a paced event",
        },
    ),
    Picture(
        "async.svg",
        "Cost relative to aiobotocore: less is better",
        AIOBOTOCORE,
        ASYNC,
        {
            ("async-cold", "cpu"): "cold start, CPU",
            ("async-200B", "cpu"): "call with 200 B, CPU",
            ("async-tasks-64", "cpu"): "call among 64 tasks, CPU",
            ("async-stream", "cpu"): "5,000 events of 30 B, CPU",
            ("async-stream", "first"): "time to the first of 5,000 events",
            ("async-paced", "latency"): "latency of a paced event",
        },
    ),
)

INTRODUCTION = """\
# Benchmarks

Made by `nox -s bench -- --docs`; CONTRIBUTING.md says how to run it and what its options are. All
systems run side by side, each in an environment and a process of its own, and are asked in turn in
a rotated order each round, against one server on loopback, which never sleeps: to wake it is not
the work of a client. A value is the median over the rounds with its quartiles; a ratio is the
median, with quartiles, of the ratios *within* each round, so that what the machine does falls on
both. Ratios carry over to other machines; absolute times do not.
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
    for picture in PICTURES:
        rows = picture_rows(results, picture)
        if rows:
            drawn = plot.dots(picture.title, picture.reference, rows, picture.accent)
            (pictures / picture.file).write_text(drawn, encoding="utf-8")
            parts.append(f"![{picture.title}](benchmarks/{picture.file})\n")
    parts += ["## Targets\n", report.targets(results), "## What was measured\n", RIVALS]
    parts += [conditions(machine, versions, rounds)]
    groups = {case.name: case.group for case in cases}
    for group, (heading, told) in SECTIONS.items():
        found = [item for item in results if groups.get(item.case, INSTRUCTIONS) == group]
        if found:
            parts += [f"## {heading}\n", f"{told}\n", *report.markdown(found)]
    (folder / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def picture_rows(
    results: Sequence[Result], picture: Picture
) -> list[tuple[str, Mapping[str, Spread]]]:
    """Return what a picture shows of some results; a ratio of 0 has no place on its axis."""
    measured = {(result.case, result.row.metric): result.ratios for result in results}
    rows: list[tuple[str, Mapping[str, Spread]]] = []
    for key, label in picture.rows.items():
        ratios = {
            name: by[picture.reference]
            for name, by in measured.get(key, {}).items()
            if picture.reference in by and by[picture.reference].low > 0
        }
        if ratios:
            rows.append((label, ratios))
    return rows


def conditions(
    machine: Mapping[str, object], versions: Mapping[str, Mapping[str, str]], rounds: int
) -> str:
    """Say on what and with which versions."""
    told = [
        f"{machine['processors']} processors ({machine['processor']}), {machine['system']}, "
        f"Python {str(machine['python']).split()[0]}, {rounds} rounds; "
        f"load average when it began: {machine['load']:.1f}.\n"
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
