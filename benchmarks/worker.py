"""One system in a process of its own.

`python -m benchmarks.worker MODULE URL SECURE_URL CERTIFICATES`. It says which versions it has, or
why it cannot run, then reads orders from standard input, a JSON array a line: task, its arguments,
seconds. Each is answered with a sample, or with what went wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.metadata import distributions
from typing import Any, Protocol

from benchmarks.async_tasks import AsyncClient, AsyncTasks
from benchmarks.spreads import Sample
from benchmarks.systems import Absent
from benchmarks.tasks import Tasks


class Worker(Protocol):
    """Takes samples."""

    def sample(self, task: str, arguments: dict[str, Any], seconds: float) -> Sample: ...


class Blocking:
    """Takes samples of a blocking system."""

    def __init__(self, system: Any, url: str, secure_url: str, certificates: str) -> None:
        self._tasks = Tasks(system, url, secure_url, certificates)
        self._prepared: dict[str, Callable[[float], Sample]] = {}

    def sample(self, task: str, arguments: dict[str, Any], seconds: float) -> Sample:
        """Do a task, which is prepared when it is asked for first."""
        key = f"{task} {arguments}"
        if key not in self._prepared:
            self._prepared[key] = getattr(self._tasks, task)(**arguments)
        return self._prepared[key](seconds)


class Asynchronous:
    """Takes samples of an asynchronous system, on one event loop."""

    def __init__(self, system: Any, url: str, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._client: AsyncClient = runner.run(system.AsyncClient.make(url))
        self._tasks = AsyncTasks(system, self._client, url)
        self._prepared: dict[str, Callable[[float], Awaitable[Sample]]] = {}

    def sample(self, task: str, arguments: dict[str, Any], seconds: float) -> Sample:
        """Do a task, which is prepared when it is asked for first."""
        return self._runner.run(self._sample(task, arguments, seconds))

    def close(self) -> None:
        """Drop the connections."""
        self._runner.run(self._client.close())

    async def _sample(self, task: str, arguments: dict[str, Any], seconds: float) -> Sample:
        key = f"{task} {arguments}"
        if key not in self._prepared:
            self._prepared[key] = await getattr(self._tasks, task)(**arguments)
        return await self._prepared[key](seconds)


def serve(worker: Worker) -> None:
    """Obey orders until standard input closes."""
    versions = {found.name.lower().replace("_", "-"): found.version for found in distributions()}
    say({"versions": versions})
    for line in sys.stdin:
        try:
            sample = worker.sample(*json.loads(line))
        except Exception as error:  # noqa: BLE001 - one failure must not end a long run
            say({"error": f"{type(error).__name__}: {error}"})
        else:
            say({"sample": sample})


def say(answer: dict[str, object]) -> None:
    """Write a line to whoever started this."""
    print(json.dumps(answer), flush=True)


def main() -> None:
    """Be one system."""
    module, url, secure_url, certificates = sys.argv[1:]
    try:
        system = import_module(f"benchmarks.systems.{module}")
    except (Absent, ImportError) as error:
        say({"error": str(error)})
        return
    if hasattr(system, "AsyncClient"):
        with asyncio.Runner() as runner:
            worker = Asynchronous(system, url, runner)
            serve(worker)
            worker.close()
            # Some clients leave sessions open even so, and their libraries complain at the end.
            os._exit(0)
    else:
        serve(Blocking(system, url, secure_url, certificates))


if __name__ == "__main__":
    main()
