"""The processes of a run: the server, one worker a system, and fresh interpreters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

ROOT = Path(__file__).parent.parent

_FIRST_ANSWER = """
import sys, time
from benchmarks.systems.{system} import Client
Client(sys.argv[1]).invoke(bytes(200))
print(time.monotonic())
"""


class Sample(NamedTuple):
    """Seconds that one unit of work took."""

    cpu: float
    wall: float


def environment() -> dict[str, str]:
    """Return the variables of every process: no settings of AWS, of proxies or of Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    # boto3 looks for files and for instance metadata unless it is told not to.
    missing = os.devnull
    return kept | {
        "AWS_CONFIG_FILE": missing,
        "AWS_SHARED_CREDENTIALS_FILE": missing,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Process:
    """A child that is talked to in lines. A context manager; the child ends with its input."""

    def __init__(self, *arguments: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(),
        )

    def write_line(self, line: str) -> None:
        """Send a line."""
        pipe = _open(self._child.stdin)
        pipe.write(f"{line}\n")
        pipe.flush()

    def read_line(self) -> str:
        """Wait for a line."""
        line = _open(self._child.stdout).readline()
        if not line:
            raise RuntimeError(f"{self._child.args!r} ended early; its error is above")
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _open(self._child.stdin).close()
        self._child.wait()
        _open(self._child.stdout).close()


class Server(Process):
    """The service, at `url`."""

    def __init__(self) -> None:
        super().__init__("-m", "benchmarks.server")
        self.url = f"http://127.0.0.1:{self.read_line().strip()}"


class Worker(Process):
    """A system that has made its client."""

    def __init__(self, system: str, url: str) -> None:
        super().__init__("-m", "benchmarks.worker", system, url)

    def measure(self, task: Mapping[str, object], repeat: int) -> Sample:
        """Let it do a task; `benchmarks.worker.Worker` knows which there are."""
        self.write_line(json.dumps([task, repeat]))
        return Sample(*json.loads(self.read_line()))


def cold_start(system: str, url: str) -> Sample:
    """Start an interpreter that imports a system, makes a client and calls once.

    CPU is that of the whole process, its end included; wall is the time to the first answer.
    """
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-c", _FIRST_ANSWER.format(system=system), url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    with _open(child.stdout) as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"the first call with {system} failed; its error is above")
    # The monotonic clock is the same in all processes.
    return Sample(used.ru_utime + used.ru_stime, float(said) - started)


def _open(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the child was started without this pipe")
    return pipe
