"""One system in a process of its own: `python -m benchmarks.worker SYSTEM URL`.

It reads tasks from standard input, a JSON object a line, and answers each with the seconds that one
unit of it took: CPU of this process, and wall.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from benchmarks.frames import payload_parts


class Client(Protocol):
    """A client of the service at one URL."""

    def invoke(self, body: bytes) -> bytes: ...
    def stream(self, endpoint_name: str, body: bytes) -> Iterable[bytes]: ...


class System(Protocol):
    """What a module of `benchmarks.systems` has; no figure asks one for what it lacks."""

    Client: Callable[[str], Client]

    def decode(self, arrivals: Iterable[bytes]) -> int: ...
    def signing(self, body: bytes) -> Callable[[], object]: ...


class Worker:
    """Prepares tasks of one system: each method returns what is then measured."""

    def __init__(self, name: str, url: str) -> None:
        self._system = cast("System", import_module(f"benchmarks.systems.{name}"))
        self._url = url
        self._client = self._system.Client(url)

    def construct(self) -> Callable[[], object]:
        """Make a client, which sends nothing yet."""
        return lambda: self._system.Client(self._url)

    def call(self, size: int) -> Callable[[], object]:
        """Send a body of `size` bytes and read an answer of 200."""
        body = bytes(size)
        return lambda: self._client.invoke(body)

    def stream(self, count: int, size: int) -> Callable[[], object]:
        """Read `count` events of `size` bytes, from call to end."""
        body, endpoint_name = bytes(200), f"{count}x{size}"

        def read() -> None:
            received = sum(map(len, self._client.stream(endpoint_name, body)))
            if received < count * size:
                raise RuntimeError(f"received {received} bytes of {count} events of {size} bytes")

        return read

    def decode(self, count: int, size: int, arrival: int) -> Callable[[], object]:
        """Take frames apart that arrive in pieces of `arrival` bytes, 0 for one frame a piece."""
        arrivals = payload_parts(count, size)
        if arrival:
            data = b"".join(arrivals)
            arrivals = [data[at : at + arrival] for at in range(0, len(data), arrival)]

        def take_apart() -> None:
            found = self._system.decode(arrivals)
            if found != count:
                raise RuntimeError(f"found {found} frames of {count}")

        return take_apart

    def sign(self, size: int) -> Callable[[], object]:
        """Sign a request with a body of `size` bytes."""
        return self._system.signing(bytes(size))


def measure(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Return CPU and wall seconds of one run, the mean of `repeat`."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.process_time() - cpu) / repeat, (time.perf_counter() - wall) / repeat


def main() -> None:
    """Answer tasks until standard input closes."""
    worker = Worker(*sys.argv[1:])

    @cache
    def prepared(task: str) -> Callable[[], object]:
        arguments = json.loads(task)
        work: Callable[[], object] = getattr(worker, arguments.pop("name"))(**arguments)
        work()  # connects, fills caches
        return work

    for line in sys.stdin:
        task, repeat = json.loads(line)
        print(json.dumps(measure(prepared(json.dumps(task)), repeat)), flush=True)


if __name__ == "__main__":
    main()
