"""A local endpoint in a process of its own, so that its sockets and memory are not the client's.

`python -m tests.soak.server RATE` prints its URL and serves until its input ends. RATE is the part
of requests that something is done to; what and when follows from the number of the request alone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from drawplate.testing import (
    CloseAfterAnswer,
    CloseBeforeAnswer,
    CutFrame,
    Fail,
    Fault,
    FlipBit,
    InvocationRequest,
    LocalEndpoint,
    ResetInBody,
    ResetInFrame,
    Throttle,
    WrongLength,
)

ROOT = Path(__file__).parents[2]

#: All of them are repeated by the client, or end before the call returns.
OF_CALLS: Sequence[Fault] = (
    CloseBeforeAnswer(),
    CloseBeforeAnswer(reset=True),
    CloseAfterAnswer(),
    ResetInBody(0),
    ResetInBody(2),
    WrongLength(5),
    Throttle(),
    Fail(500, "InternalFailure"),
)
#: Those that come before the first event, and those that come between events.
OF_STREAMS: Sequence[Fault] = (
    CloseBeforeAnswer(reset=True),
    CloseAfterAnswer(),
    Throttle(),
    *(kind(frame) for kind in (ResetInFrame, CutFrame, FlipBit) for frame in (0, 3)),
)


def event(number: int) -> bytes:
    """The payload of an event."""
    return b"event %06d of a stream;" % number


def _events(request: InvocationRequest) -> Iterator[bytes]:
    return map(event, range(int(request.body)))


def _script(kinds: Sequence[Fault], rate: float) -> Iterator[Fault | None]:
    draw = random.Random(7)
    while True:
        yield draw.choice(kinds) if draw.random() < rate else None


def main(rate: float) -> None:
    """Serve the endpoints `echo` and `events` until the input ends."""
    with LocalEndpoint(
        {"echo": lambda request: request.body, "events": _events},
        faults={"echo": _script(OF_CALLS, rate), "events": _script(OF_STREAMS, rate)},
        requests_kept=0,
    ) as server:
        print(server.url, flush=True)
        sys.stdin.read()
        assert server.errors == []


@contextmanager
def served(rate: float) -> Generator[str, None, None]:
    """Start the process; gives the URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.server", str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.stdin.close()
        assert process.wait(30) == 0


if __name__ == "__main__":
    main(float(sys.argv[1]))
