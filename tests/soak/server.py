"""A local endpoint in a process of its own, so that its sockets and memory are not the client's.

`python -m tests.soak.server RATE` prints its URL and serves until its input ends. RATE is the part
of requests that something is done to; what and when follows from the number of the request alone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
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
#: Numbers of the frames that are damaged.
FRAMES_AT_FAULT = (0, 3)
#: Those that come before the first event, and those that come between events.
OF_STREAMS: Sequence[Fault] = (
    CloseBeforeAnswer(reset=True),
    CloseAfterAnswer(),
    Throttle(),
    *(kind(frame) for kind in (ResetInFrame, CutFrame, FlipBit) for frame in FRAMES_AT_FAULT),
)


def event(number: int) -> bytes:
    """The payload of an event."""
    return b"event %06d of a stream;" % number


class Endpoints:
    """What is served: `echo`, `events`, and `go`, which lets streams go on that wait for it."""

    def __init__(self) -> None:
        self._go = threading.Event()

    def events(self, request: InvocationRequest) -> Iterator[bytes]:
        """As many events as the body says; if it says to wait, one, and the others after `go`."""
        count, _, waits = request.body.partition(b" ")
        for number in range(int(count)):
            if number == 1 and waits:
                self._go.wait()
            yield event(number)

    def go(self, request: InvocationRequest) -> bytes:
        """Let all streams go on."""
        self._go.set()
        return request.body


def _script(kinds: Sequence[Fault], rate: float) -> Iterator[Fault | None]:
    draw = random.Random(7)
    while True:
        yield draw.choice(kinds) if draw.random() < rate else None


def main(rate: float) -> None:
    """Serve until the input ends."""
    endpoints = Endpoints()
    with LocalEndpoint(
        {"echo": lambda request: request.body, "events": endpoints.events, "go": endpoints.go},
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
