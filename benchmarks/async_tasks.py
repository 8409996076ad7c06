"""The tasks of `benchmarks.tasks` for a system that is asynchronous, on one event loop."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Protocol

from benchmarks import memory
from benchmarks.frames import arrivals
from benchmarks.spreads import Sample
from benchmarks.systems import ENDPOINT_NAME
from benchmarks.tasks import OPERATION_BODY, PIECE, Clock, body_of
from benchmarks.tasks import timed as timed_blocking

Measure = Callable[[float], Awaitable[Sample]]


class AsyncClient(Protocol):
    """A client of the service at one URL."""

    async def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes: ...
    def stream(self, endpoint_name: str, body: bytes) -> AsyncIterator[bytes]: ...
    async def close(self) -> None: ...


class Maker(Protocol):
    """Makes clients."""

    async def make(self, url: str, certificates: str | None = None) -> AsyncClient: ...


class AsyncSystem(Protocol):
    """What an asynchronous module of `benchmarks.systems` has, where a case asks for it."""

    AsyncClient: Maker

    def events(self) -> Callable[[Iterable[bytes]], Awaitable[int]]: ...
    def signing(self, body: bytes) -> Callable[[], object]: ...


async def timed(work: Callable[[], Awaitable[object]], units: int = 1) -> Measure:
    """Await it again and again; one run is so many units."""
    await work()  # connects, fills caches
    clock = Clock()
    await work()
    last = clock.stop(1)["wall"]

    async def measure(seconds: float) -> Sample:
        nonlocal last
        repeat = max(1, round(seconds / last))
        clock = Clock()
        for _ in range(repeat):
            await work()
        sample = clock.stop(repeat * units)
        last = sample["wall"] * units
        return sample

    return measure


class AsyncTasks:
    """The tasks of an asynchronous system; methods as in `benchmarks.tasks.Tasks`."""

    def __init__(self, system: AsyncSystem, client: AsyncClient, url: str) -> None:
        self._system = system
        self._client = client
        self._url = url

    async def call(self, size: int) -> Measure:
        """Send a body of `size` bytes and read an answer of 200."""
        body = body_of(size)
        return await timed(lambda: self._client.invoke(body))

    async def tasks(self, count: int) -> Measure:
        """Call from so many tasks at once: `rate` is calls a second of all."""
        single = (await (await self.call(200))(0.05))["wall"]

        async def measure(seconds: float) -> Sample:
            each = max(5, round(seconds / single / count))

            async def calls() -> None:
                for _ in range(each):
                    await self._client.invoke(OPERATION_BODY)

            clock = Clock()
            await asyncio.gather(*(calls() for _ in range(count)))
            sample = clock.stop(each * count)
            return {**sample, "rate": 1 / sample["wall"]}

        await measure(0.05)  # connects
        return measure

    async def events(self, count: int, size: int) -> Measure:
        """Take events apart that arrive in pieces of 64 KiB; a unit is an event."""
        pieces, take_apart = arrivals(count, size, PIECE), self._system.events()

        async def work() -> None:
            found = await take_apart(pieces)
            if found != count:
                raise RuntimeError(f"found {found} events of {count}")

        return await timed(work, count)

    async def stream(self, endpoint_name: str) -> Measure:
        """Read a stream: `cpu` and `wall` from call to end, `first` until the first event."""
        once = await timed(lambda: self._exhaust(endpoint_name))
        last = (await once(0))["wall"]

        async def measure(seconds: float) -> Sample:
            nonlocal last
            firsts: list[float] = []
            repeat = max(1, round(seconds / last))
            clock = Clock()
            for _ in range(repeat):
                firsts.append(await self._exhaust(endpoint_name))
            sample = clock.stop(repeat)
            last = sample["wall"]
            return {**sample, "first": statistics.median(firsts)}

        return measure

    async def paced(self, endpoint_name: str) -> Measure:
        """Read events as they leave the server: `latency` is the median from there to here."""

        async def measure(seconds: float) -> Sample:
            del seconds
            now, late = time.monotonic_ns, list[int]()
            async for payload in self._client.stream(endpoint_name, OPERATION_BODY):
                late.append(now() - int(payload[:19]))
            return {"latency": statistics.median(late) / 1e9}

        await measure(0)  # connects
        return measure

    async def sign(self, size: int) -> Measure:
        """Sign a request with a body of `size` bytes."""
        blocking = timed_blocking(self._system.signing(body_of(size)))

        async def measure(seconds: float) -> Sample:
            return blocking(seconds)

        return measure

    async def peak(self, size: int, answer: int) -> Measure:
        """Call with `size` bytes for `answer` bytes: `peak` is what the process grew by."""
        body = body_of(size)
        for _ in range(20):
            await self._client.invoke(OPERATION_BODY)

        async def measure(seconds: float) -> Sample:
            del seconds
            before = memory.reset()
            received = len(await self._client.invoke(body, f"r{answer}"))
            if received != answer:
                raise RuntimeError(f"received {received} bytes of {answer}")
            return {"peak": memory.peak() - before}

        return measure

    async def stream_peak(self, endpoint_name: str) -> Measure:
        """Read a long stream: `peak` is what the process grew by, `cpu` from call to end."""
        await self._exhaust("50x30-chunked")

        async def measure(seconds: float) -> Sample:
            del seconds
            before, clock = memory.reset(), Clock()
            await self._exhaust(endpoint_name)
            return {**clock.stop(1), "peak": memory.peak() - before}

        return measure

    async def idle(self, count: int) -> Measure:
        """Make many clients and use none: `memory` and `cpu` of one."""

        async def measure(seconds: float) -> Sample:
            del seconds
            kept = [await self._system.AsyncClient.make(self._url) for _ in range(5)]
            before, clock = memory.settled(), Clock()
            for _ in range(count):
                kept.append(await self._system.AsyncClient.make(self._url))
            sample = clock.stop(count)
            grown = memory.settled() - before
            for client in kept:
                await client.close()
            return {**sample, "memory": grown / count}

        return measure

    async def _exhaust(self, endpoint_name: str) -> float:
        """Read a stream to its end; returns the seconds until the first event."""
        first, received = 0.0, 0
        began = time.perf_counter()
        async for payload in self._client.stream(endpoint_name, OPERATION_BODY):
            if not received:
                first = time.perf_counter() - began
            received += len(payload)
        count, _, size = endpoint_name.partition("-")[0].partition("x")
        if received != int(count) * int(size):
            raise RuntimeError(f"received {received} bytes of {count} times {size}")
        return first
