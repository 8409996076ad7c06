"""What is measured, of which systems, and what the generated clients should keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.spreads import Row, Target


@dataclass(frozen=True)
class System:
    """Something that is measured: a module of `benchmarks.systems` in an environment."""

    name: str
    environment: str
    module: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    #: How many operations the client should have that is generated for it; none if 0.
    operations: int = 0


DRAWPLATE, AGAINST, ASYNC, ASYNC_AGAINST = "drawplate", "before", "drawplate async", "before async"
BOTO3, FLOOR, SMITHY, CAPO = "boto3", "urllib3", "smithy-python", "capo"
AIOBOTOCORE, AIOHTTP, RAW = "aiobotocore", "aiohttp", "socket"
#: Clients that have few and many operations.
BOTO3_FEW, BOTO3_MANY = "boto3, 3 operations", "boto3, 425 operations"
GROWN_FEW, GROWN_MANY = "drawplate, 3 operations", "drawplate, 300 operations"

SYSTEMS = {
    system.name: system
    for system in (
        System(BOTO3, "boto3", "boto3_"),
        System(SMITHY, "smithy", "smithy"),
        System(CAPO, "capo", "capo"),
        System(FLOOR, "floor", "floor"),
        System(RAW, "floor", "raw_socket"),
        System(AIOBOTOCORE, "aiobotocore", "aiobotocore_"),
        System(AIOHTTP, "aiohttp", "aiohttp_"),
        System(DRAWPLATE, "drawplate", "drawplate_"),
        System(AGAINST, "against", "drawplate_"),
        System(ASYNC, "drawplate", "drawplate_async"),
        System(ASYNC_AGAINST, "against", "drawplate_async"),
        System(BOTO3_FEW, "boto3", "boto3_"),
        System(BOTO3_MANY, "boto3", "boto3_", {"BENCHMARKED_SERVICE": "sagemaker"}),
        System(GROWN_FEW, "drawplate", "grown", operations=3),
        System(GROWN_MANY, "drawplate", "grown", operations=300),
    )
}
#: Systems whose clients are asynchronous.
ASYNCHRONOUS = {SMITHY, AIOBOTOCORE, AIOHTTP, ASYNC, ASYNC_AGAINST}

#: Which other revision stands beside a system with --against.
BEFORE = {DRAWPLATE: AGAINST, ASYNC: ASYNC_AGAINST}

RIVALS = (BOTO3, SMITHY, CAPO, FLOOR, DRAWPLATE)


@dataclass(frozen=True)
class Case:
    """One thing that systems are asked to do, each round by each.

    It is a task of `benchmarks.tasks` with its arguments, or a program of `benchmarks.processes`
    for a fresh interpreter. `fresh` gives each sample of a task a process of its own; `most` is
    the largest number of rounds that is worth its time.
    """

    name: str
    group: str
    title: str
    rows: tuple[Row, ...]
    task: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])
    program: str | None = None
    compiled: bool = True
    secure: bool = False
    fresh: bool = False
    most: int = 1000
    systems: tuple[str, ...] = RIVALS
    references: tuple[str, ...] = (BOTO3, FLOOR)


def at_most(limit: float, of: str | None, subject: str = DRAWPLATE) -> Target:
    """Return a limit of cost."""
    return Target(subject, of, limit)


def at_least(limit: float, of: str | None, subject: str = DRAWPLATE) -> Target:
    """Return a least speed."""
    return Target(subject, of, limit, at_least=True)


def cpu(*targets: Target) -> Row:
    """Return the CPU time of a unit."""
    return Row("cpu", "CPU", targets=targets)


WALL = Row("wall", "wall")
MIB, KIB = 1 << 20, 1 << 10


START = (
    Case(
        "cold",
        "start",
        "cold start: new process, first client, first answer",
        (
            cpu(at_most(1.05, FLOOR), at_most(0.45, BOTO3)),
            Row("wall", "wall to the first answer"),
        ),
        program="answer",
    ),
    Case(
        "import",
        "start",
        "new process that imports and does no more",
        (cpu(at_most(0.15, BOTO3)),),
        program="import",
    ),
    Case(
        "first-client",
        "start",
        "first client of a process, which sends nothing yet",
        (Row("construct", "CPU", targets=(at_most(0.005, BOTO3),)),),
        program="construct",
        systems=(BOTO3, CAPO, FLOOR, DRAWPLATE),
    ),
    Case(
        "cold-uncompiled",
        "start",
        "cold start without .pyc files of the packages",
        (cpu(),),
        program="answer",
        compiled=False,
        most=7,
    ),
    Case(
        "cold-https",
        "start",
        "cold start with a first answer over TLS",
        (cpu(),),
        program="answer",
        secure=True,
        most=9,
        systems=(BOTO3, FLOOR, DRAWPLATE),
    ),
    Case(
        "construct",
        "start",
        "a further client",
        (cpu(),),
        task="construct",
        systems=(BOTO3, CAPO, FLOOR, DRAWPLATE),
    ),
)

CALL = (
    Case(
        "call-200B",
        "call",
        "call with 200 B",
        (cpu(at_most(0.05, BOTO3), at_most(0.2, FLOOR)), WALL),
        task="call",
        arguments={"size": 200},
    ),
    Case(
        "call-64KiB",
        "call",
        "call with 64 KiB",
        (cpu(at_most(0.12, BOTO3)), WALL),
        task="call",
        arguments={"size": 64 * KIB},
    ),
    Case(
        "call-5MiB",
        "call",
        "call with 5 MiB",
        (cpu(at_most(0.75, BOTO3)), WALL),
        task="call",
        arguments={"size": 5 * MIB},
    ),
    Case(
        "threads-8",
        "call",
        "calls of 200 B from 8 threads",
        (Row("rate", "calls a second", "1/s", (at_least(12, BOTO3),)), cpu()),
        task="threads",
        arguments={"count": 8},
        systems=(BOTO3, CAPO, FLOOR, DRAWPLATE),
    ),
)

TLS = tuple(
    Case(name, "tls", title, (cpu(), WALL), task=task, systems=(BOTO3, FLOOR, DRAWPLATE))
    for name, title, task in (
        ("https-first", "new client and first call over TLS", "secure_first"),
        ("https-200B", "call with 200 B over TLS, kept alive", "secure_call"),
    )
)

FRAMES = tuple(
    Case(
        f"events-{name}",
        "frames",
        f"event of {told} taken apart, checked and typed",
        (cpu(at_most(limit, BOTO3)),),
        task="events",
        arguments={"count": count, "size": size},
        systems=(BOTO3, SMITHY, CAPO, DRAWPLATE),
        references=(BOTO3,),
    )
    for name, told, size, count, limit in (
        ("64B", "64 B", 64, 4000, 0.10),
        ("1KiB", "1 KiB", KIB, 2000, 0.15),
        ("64KiB", "64 KiB", 64 * KIB, 100, 0.70),
        ("4MiB", "4 MiB", 4 * MIB, 3, 0.40),
    )
)

FRAMINGS = {"chunked": "an HTTP chunk each", "length": "Content-Length", "close": "closed at end"}

STREAMS = (
    *(
        Case(
            f"stream-{framing}",
            "streams",
            f"5,000 events of 30 B, {told}",
            (
                cpu(at_most(0.15, BOTO3)) if framing == "chunked" else cpu(),
                Row(
                    "first",
                    "wall to the first event",
                    targets=(at_most(0.45, BOTO3),) if framing == "chunked" else (),
                ),
            ),
            task="stream",
            arguments={"endpoint_name": f"5000x30-{framing}"},
        )
        for framing, told in FRAMINGS.items()
    ),
    *(
        Case(
            f"paced-{framing}",
            "streams",
            f"an event of 30 B each ms, {told}",
            (Row("latency", "from send to receipt, median", targets=(at_most(1.15, RAW),)),),
            task="paced",
            arguments={"endpoint_name": f"150x30-{framing}-1000"},
            systems=(BOTO3, SMITHY, CAPO, FLOOR, RAW, DRAWPLATE),
            references=(RAW, BOTO3),
            most=9,
        )
        for framing, told in FRAMINGS.items()
    ),
)

SIGN = (
    Case(
        "sign-200B",
        "sign",
        "signature of a request of 200 B (Signature Version 4)",
        (cpu(at_most(0.10, BOTO3)),),
        task="sign",
        arguments={"size": 200},
        systems=(BOTO3, SMITHY, FLOOR, DRAWPLATE),
    ),
)

MEMORY = (
    Case(
        "peak-request",
        "memory",
        "call with 5 MiB for 200 B: memory above before",
        (Row("peak", "peak", "B", (at_most(6 * MIB, None),)),),
        task="peak",
        arguments={"size": 5 * MIB, "answer": 200},
        references=(),
        fresh=True,
        most=3,
    ),
    Case(
        "peak-answer",
        "memory",
        "call with 200 B for 5 MiB: memory above before",
        (Row("peak", "peak", "B", (at_most(6 * MIB, None),)),),
        task="peak",
        arguments={"size": 200, "answer": 5 * MIB},
        references=(),
        fresh=True,
        most=3,
    ),
    Case(
        "peak-stream",
        "memory",
        "200 MB of events of 64 KiB: memory above before",
        (Row("peak", "peak", "B", (at_most(MIB, None),)), cpu()),
        task="stream_peak",
        arguments={"endpoint_name": "3000x65536-chunked"},
        fresh=True,
        most=3,
    ),
    Case(
        "idle",
        "memory",
        "1,000 clients of one process, idle: each",
        (Row("memory", "memory", "B", (at_most(0.08, BOTO3),)), cpu()),
        task="idle",
        arguments={"count": 1000},
        fresh=True,
        most=3,
    ),
)

ASYNC_SYSTEMS = (AIOBOTOCORE, SMITHY, AIOHTTP, ASYNC)
ASYNC_REFERENCES = (AIOBOTOCORE, AIOHTTP)
ASYNC_CASES = (
    Case(
        "async-cold",
        "async",
        "asyncio: cold start, new process, first client, first answer",
        (cpu(at_most(0.3, AIOBOTOCORE, ASYNC)), Row("wall", "wall to the first answer")),
        program="async answer",
        systems=ASYNC_SYSTEMS,
        references=ASYNC_REFERENCES,
    ),
    Case(
        "async-200B",
        "async",
        "asyncio: call with 200 B",
        (cpu(at_most(0.06, AIOBOTOCORE, ASYNC), at_most(0.3, AIOHTTP, ASYNC)), WALL),
        task="call",
        arguments={"size": 200},
        systems=ASYNC_SYSTEMS,
        references=ASYNC_REFERENCES,
    ),
    Case(
        "async-tasks-64",
        "async",
        "asyncio: calls of 200 B from 64 tasks",
        (Row("rate", "calls a second", "1/s", (at_least(15, AIOBOTOCORE, ASYNC),)), cpu()),
        task="tasks",
        arguments={"count": 64},
        systems=ASYNC_SYSTEMS,
        references=ASYNC_REFERENCES,
    ),
    Case(
        "async-stream",
        "async",
        "asyncio: 5,000 events of 30 B, an HTTP chunk each",
        (
            cpu(at_most(0.18, AIOBOTOCORE, ASYNC)),
            Row("first", "wall to the first event", targets=(at_most(1.0, AIOHTTP, ASYNC),)),
        ),
        task="stream",
        arguments={"endpoint_name": "5000x30-chunked"},
        systems=ASYNC_SYSTEMS,
        references=ASYNC_REFERENCES,
    ),
    Case(
        "async-paced",
        "async",
        "asyncio: an event of 30 B each ms, an HTTP chunk each",
        (Row("latency", "from send to receipt, median"),),
        task="paced",
        arguments={"endpoint_name": "150x30-chunked-1000"},
        systems=ASYNC_SYSTEMS,
        references=ASYNC_REFERENCES,
        most=9,
    ),
)

GROWTH = (
    Case(
        "parameter-set",
        "growth",
        "one more optional parameter on a call",
        (cpu(at_most(1.5e-6, None)),),
        task="parameters",
        systems=(BOTO3, DRAWPLATE),
        references=(BOTO3,),
    ),
    Case(
        "parameter-unset",
        "growth",
        "one more optional parameter that is not set",
        # Python itself takes that for a keyword that has a default and a comparison.
        (cpu(at_most(0.1e-6, None, GROWN_FEW)),),
        task="unset",
        systems=(GROWN_FEW,),
        references=(),
    ),
    Case(
        "operations",
        "growth",
        "client with more operations",
        (
            Row("import", "CPU of the import"),
            Row("construct", "CPU of the first client"),
        ),
        program="construct",
        systems=(BOTO3_FEW, BOTO3_MANY, GROWN_FEW, GROWN_MANY),
        references=(BOTO3_FEW, GROWN_FEW),
        most=7,
    ),
)

CASES = (*START, *CALL, *TLS, *FRAMES, *STREAMS, *SIGN, *MEMORY, *GROWTH, *ASYNC_CASES)
