"""What is measured, and which ratio is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BOTO3, FLOOR, DRAWPLATE = "boto3_", "floor", "drawplate_"
#: In the order of the report; a name is that of a module of `benchmarks.systems`.
ALL = (BOTO3, FLOOR, DRAWPLATE)


@dataclass(frozen=True)
class Limit:
    """The most that the generated client may take of what another system takes."""

    of: str
    ratio: float


@dataclass(frozen=True)
class Figure:
    """One thing that systems are asked to do, each round by each.

    `task` is for `benchmarks.worker`, None for a cold start; `units` says how many units of the
    title one run of it is, `repeat` how many runs make one round. `clocks` maps the clock that is
    reported ("cpu" or "wall") to its limit.
    """

    name: str
    title: str
    clocks: Mapping[str, Limit | None]
    task: Mapping[str, object] | None = None
    units: int = 1
    repeat: int = 1
    systems: tuple[str, ...] = field(default=ALL)


FIGURES = (
    Figure(
        "cold",
        "cold start: new process, first client, first answer",
        {"cpu": Limit(FLOOR, 1.15), "wall": Limit(FLOOR, 1.15)},
    ),
    Figure(
        "construct",
        "a further client",
        {"cpu": None},
        task={"name": "construct"},
        repeat=3,
    ),
    Figure(
        "call-200B",
        "call with 200 B",
        {"cpu": Limit(FLOOR, 1.35), "wall": None},
        task={"name": "call", "size": 200},
        repeat=200,
    ),
    Figure(
        "call-64KiB",
        "call with 64 KiB",
        {"cpu": None},
        task={"name": "call", "size": 64 << 10},
        repeat=150,
    ),
    Figure(
        "call-5MiB",
        "call with 5 MiB",
        {"cpu": None},
        task={"name": "call", "size": 5 << 20},
        repeat=10,
    ),
    Figure(
        "sign",
        "signature of 200 B",
        {"cpu": None},
        task={"name": "sign", "size": 200},
        repeat=1000,
    ),
    Figure(
        "decode-frames",
        "event of 30 B taken apart, one an arrival",
        {"cpu": Limit(BOTO3, 0.2)},
        task={"name": "decode", "count": 5000, "size": 30, "arrival": 0},
        units=5000,
        systems=(BOTO3, DRAWPLATE),
    ),
    Figure(
        "decode-16KiB",
        "event of 30 B taken apart, 16 KiB an arrival",
        {"cpu": Limit(BOTO3, 0.2)},
        task={"name": "decode", "count": 5000, "size": 30, "arrival": 16 << 10},
        units=5000,
        systems=(BOTO3, DRAWPLATE),
    ),
    Figure(
        "stream",
        "stream of 5,000 events of 30 B, call to end",
        {"cpu": Limit(BOTO3, 0.35), "wall": None},
        task={"name": "stream", "count": 5000, "size": 30},
        repeat=2,
    ),
)
