"""What a worker lets a system do, and what it reads off meanwhile.

A method prepares one task; what it returns is then asked for samples, each of about so many seconds
of work, so that a run stays bounded however slow a system is.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import Any, Protocol

from benchmarks import memory
from benchmarks.frames import arrivals
from benchmarks.spreads import Sample
from benchmarks.systems import ENDPOINT_NAME, Absent

#: Takes one sample in about so many seconds of wall time.
Measure = Callable[[float], Sample]

PIECE = 1 << 16
OPERATION_BODY = b'{"inputs": "'.ljust(198, b"a") + b'"}'


class Client(Protocol):
    """A client of the service at one URL."""

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes: ...
    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class System(Protocol):
    """What a module of `benchmarks.systems` has; no case asks one for what it lacks.

    Besides these there are `OPTIONAL` with `Client.invoke_with`, and `clients`, where one can make
    many clients more cheaply than one by one.
    """

    Client: Callable[[str, str | None], Client]

    def events(self) -> Callable[[Iterable[bytes]], int]: ...
    def signing(self, body: bytes) -> Callable[[], object]: ...


def body_of(size: int) -> bytes:
    """Return a request body of so many bytes."""
    return b'{"inputs": "'.ljust(size - 2, b"a") + b'"}'


class Clock:
    """CPU of this process and wall time since it was made."""

    def __init__(self) -> None:
        gc.collect()
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def stop(self, units: float) -> dict[str, float]:
        """Return the seconds that one of so many units took."""
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        return {"cpu": cpu / units, "wall": wall / units}


def timed(work: Callable[[], object], units: int = 1) -> Measure:
    """Run it again and again; one run is so many units."""
    work()  # connects, fills caches
    clock = Clock()
    work()
    last = clock.stop(1)["wall"]

    def measure(seconds: float) -> Sample:
        nonlocal last
        repeat = max(1, round(seconds / last))
        clock = Clock()
        for _ in range(repeat):
            work()
        sample = clock.stop(repeat * units)
        last = sample["wall"] * units
        return sample

    return measure


class Tasks:
    """The tasks of a blocking system."""

    def __init__(self, system: System, url: str, secure_url: str, certificates: str) -> None:
        self._system = system
        self._url = url
        self._secure_url = secure_url
        self._certificates = certificates
        self._client = system.Client(url, None)

    def construct(self) -> Measure:
        """Make a client, which sends nothing yet."""
        return timed(lambda: self._system.Client(self._url, None))

    def call(self, size: int) -> Measure:
        """Send a body of `size` bytes and read an answer of 200."""
        body, invoke = body_of(size), self._client.invoke
        return timed(lambda: invoke(body))

    def threads(self, count: int) -> Measure:
        """Call from so many threads at once: `rate` is calls a second of all."""
        single = self.call(200)(0.05)["wall"]

        def measure(seconds: float) -> Sample:
            each = max(5, round(seconds / single / count))

            def calls() -> None:
                for _ in range(each):
                    self._client.invoke(OPERATION_BODY)

            threads = [Thread(target=calls) for _ in range(count)]
            clock = Clock()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            sample = clock.stop(each * count)
            return sample | {"rate": 1 / sample["wall"]}

        measure(0.05)  # connects
        return measure

    def secure_call(self) -> Measure:
        """Call over TLS, on a connection that is kept alive."""
        client = self._system.Client(self._secure_url, self._certificates)
        return timed(lambda: client.invoke(OPERATION_BODY))

    def secure_first(self) -> Measure:
        """Make a client and call it once over TLS, in a process that has done so before."""

        def first() -> None:
            client = self._system.Client(self._secure_url, self._certificates)
            client.invoke(OPERATION_BODY)
            client.close()

        return timed(first)

    def events(self, count: int, size: int) -> Measure:
        """Take events apart that arrive in pieces of 64 KiB; a unit is an event."""
        pieces, take_apart = arrivals(count, size, PIECE), self._system.events()

        def work() -> None:
            found = take_apart(pieces)
            if found != count:
                raise RuntimeError(f"found {found} events of {count}")

        return timed(work, count)

    def stream(self, endpoint_name: str) -> Measure:
        """Read a stream: `cpu` and `wall` from call to end, `first` until the first event."""
        count, size = _announced(endpoint_name)
        once = timed(lambda: _exhaust(self._client.stream(endpoint_name, OPERATION_BODY)))
        last = once(0)["wall"]

        def measure(seconds: float) -> Sample:
            nonlocal last
            firsts: list[float] = []
            repeat = max(1, round(seconds / last))
            clock = Clock()
            for _ in range(repeat):
                began = time.perf_counter()
                payloads = self._client.stream(endpoint_name, OPERATION_BODY)
                received = len(next(payloads))
                firsts.append(time.perf_counter() - began)
                for payload in payloads:
                    received += len(payload)
                if received != count * size:
                    raise RuntimeError(f"received {received} bytes of {count} times {size}")
            sample = clock.stop(repeat)
            last = sample["wall"]
            return sample | {"first": statistics.median(firsts)}

        return measure

    def paced(self, endpoint_name: str) -> Measure:
        """Read events as they leave the server: `latency` is the median from there to here."""

        def measure(seconds: float) -> Sample:
            del seconds
            now, late = time.monotonic_ns, list[int]()
            for payload in self._client.stream(endpoint_name, OPERATION_BODY):
                late.append(now() - int(payload[:19]))
            return {"latency": statistics.median(late) / 1e9}

        measure(0)  # connects
        return measure

    def sign(self, size: int) -> Measure:
        """Sign a request with a body of `size` bytes."""
        return timed(self._system.signing(body_of(size)))

    def peak(self, size: int, answer: int) -> Measure:
        """Call with `size` bytes for `answer` bytes: `peak` is what the process grew by."""
        body = body_of(size)
        for _ in range(20):
            self._client.invoke(OPERATION_BODY)

        def measure(seconds: float) -> Sample:
            del seconds
            before = memory.reset()
            received = len(self._client.invoke(body, f"r{answer}"))
            if received != answer:
                raise RuntimeError(f"received {received} bytes of {answer}")
            return {"peak": memory.peak() - before}

        return measure

    def stream_peak(self, endpoint_name: str) -> Measure:
        """Read a long stream: `peak` is what the process grew by, `cpu` from call to end."""
        _exhaust(self._client.stream("50x30-chunked", OPERATION_BODY))

        def measure(seconds: float) -> Sample:
            del seconds
            before, clock = memory.reset(), Clock()
            _exhaust(self._client.stream(endpoint_name, OPERATION_BODY))
            return clock.stop(1) | {"peak": memory.peak() - before}

        return measure

    def idle(self, count: int) -> Measure:
        """Make many clients and use none: `memory` and `cpu` of one."""

        def one_by_one(url: str, count: int) -> list[Client]:
            return [self._system.Client(url, None) for _ in range(count)]

        make: Callable[[str, int], list[Client]] = getattr(self._system, "clients", one_by_one)

        def measure(seconds: float) -> Sample:
            del seconds
            kept = make(self._url, 5)
            before, clock = memory.settled(), Clock()
            kept += make(self._url, count)
            sample = clock.stop(count)
            grown = memory.settled() - before
            for client in kept:
                client.close()
            return sample | {"memory": grown / count}

        return measure

    def parameters(self) -> Measure:
        """Call with one optional parameter and with all of them: `cpu` is that of one more."""
        client: Any = self._client  # not every system has this method
        optional: dict[str, str] = getattr(self._system, "OPTIONAL", None) or _lacking("OPTIONAL")
        few = dict([next(iter(optional.items()))])
        return difference(
            timed(lambda: client.invoke_with(OPERATION_BODY, few)),
            timed(lambda: client.invoke_with(OPERATION_BODY, optional)),
            len(optional) - len(few),
        )

    def unset(self) -> Measure:
        """Make calls with few and with many optional parameters: `cpu` is that of one more."""
        unset: Callable[[], tuple[Callable[[], object], Callable[[], object], int]]
        unset = getattr(self._system, "unset", None) or _lacking("unset")
        few, many, more = unset()
        return difference(timed(few), timed(many), more)


def difference(less: Measure, more: Measure, count: int, blocks: int = 6) -> Measure:
    """Return the CPU that `more` takes above `less`, divided by `count`; taken in turns."""

    def measure(seconds: float) -> Sample:
        part = max(seconds, 0.3) / blocks  # less would drown in noise
        pairs = [(less(part)["cpu"], more(part)["cpu"]) for _ in range(blocks)]
        return {"cpu": statistics.median(b - a for a, b in pairs) / count}

    return measure


def _lacking(name: str) -> Any:
    raise Absent(f"it has no {name}")


def _announced(endpoint_name: str) -> tuple[int, int]:
    count, _, size = endpoint_name.partition("-")[0].partition("x")
    return int(count), int(size)


def _exhaust(payloads: Iterable[bytes]) -> None:
    for _ in payloads:
        pass
