"""The processes of a run: the server, one worker a system, and fresh interpreters."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from benchmarks.spreads import Sample
from benchmarks.systems import Absent

ROOT = Path(__file__).parent.parent

#: No sample takes as long, in seconds.
_PATIENCE = 120

_IMPORT = """
import sys, time
began = time.process_time()
import benchmarks.systems.{module}
print(time.monotonic(), time.process_time() - began)
"""
_FIRST_CLIENT = """
import gc, sys, time
began = time.process_time()
from benchmarks.systems.{module} import Client
imported = time.process_time()
gc.collect()  # what the import left must not fall on the client
made = time.process_time()
client = Client(sys.argv[1], sys.argv[2] or None)
print(time.monotonic(), imported - began, time.process_time() - made)
"""
_FIRST_ANSWER = """
import sys, time
from benchmarks.systems.{module} import Client
Client(sys.argv[1], sys.argv[2] or None).invoke(bytes(200))
print(time.monotonic())
"""
_FIRST_ASYNC_ANSWER = """
import asyncio, sys, time
from benchmarks.systems.{module} import AsyncClient
async def main():
    client = await AsyncClient.make(sys.argv[1], sys.argv[2] or None)
    await client.invoke(bytes(200))
    print(time.monotonic())
    await client.close()
asyncio.run(main())
"""
#: What a fresh interpreter runs, by what is measured.
PROGRAMS = {
    "import": _IMPORT,
    "construct": _FIRST_CLIENT,
    "answer": _FIRST_ANSWER,
    "async answer": _FIRST_ASYNC_ANSWER,
}


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of every process: no settings of AWS, of proxies or of Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    # boto3 looks for files and for instance metadata unless it is told not to.
    missing = os.devnull
    return {
        **kept,
        "AWS_CONFIG_FILE": missing,
        "AWS_SHARED_CREDENTIALS_FILE": missing,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


class Process:
    """A child that is talked to in lines. A context manager; the child ends with its input."""

    def __init__(self, *command: str, variables: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(variables),
        )

    def write_line(self, line: str) -> None:
        """Send a line."""
        pipe = _open(self._child.stdin)
        pipe.write(f"{line}\n")
        pipe.flush()

    def read_line(self) -> str:
        """Wait for a line; raises `TimeoutError` rather than wait for ever."""
        pipe = _open(self._child.stdout)
        if not select.select([pipe], [], [], _PATIENCE)[0]:
            self._child.kill()
            raise TimeoutError(f"no answer in {_PATIENCE} s from {self._child.args!r}")
        line = pipe.readline()
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
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        _open(self._child.stdout).close()


class Server(Process):
    """The service, at `url` and, with TLS, at `secure_url`."""

    def __init__(self, python: str, certificate: str, authority: str) -> None:
        super().__init__(python, "-m", "benchmarks.server", certificate, variables={})
        plain, secure = self.read_line().split()
        self.url = f"http://127.0.0.1:{plain}"
        self.secure_url = f"https://127.0.0.1:{secure}"
        #: Path of the certificate that a client should trust.
        self.authority = authority


class Worker(Process):
    """A system that has made its client; raises `Absent` where it cannot run."""

    def __init__(
        self, python: str, module: str, server: Server, variables: Mapping[str, str]
    ) -> None:
        where = (server.url, server.secure_url, server.authority)
        super().__init__(python, "-m", "benchmarks.worker", module, *where, variables=variables)
        try:
            self.versions: Mapping[str, str] = self._answer()["versions"]
        except Absent:
            self.__exit__(None, None, None)
            raise

    def sample(self, task: str, arguments: Mapping[str, object], seconds: float) -> Sample:
        """Let it do a task; raises `Absent` with its reason where it cannot."""
        self.write_line(json.dumps([task, arguments, seconds]))
        sample: Sample = self._answer()["sample"]
        return sample

    def _answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.read_line())
        if "error" in answer:
            raise Absent(answer["error"])
        return answer


def fresh(
    python: str, program: str, module: str, arguments: tuple[str, str], variables: Mapping[str, str]
) -> Sample:
    """Start an interpreter that imports a system, and perhaps makes a client and calls once.

    `cpu` is that of the whole process, its end included; `wall` is the time to the first answer;
    `import` and `construct` are CPU of these parts.
    """
    started = time.monotonic()
    child = subprocess.Popen(
        [python, "-c", PROGRAMS[program].format(module=module), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(variables),
    )
    with _open(child.stdout) as pipe, _open(child.stderr) as errors:
        said, complaint = pipe.read().split(), errors.read().strip()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Absent(f"a fresh process with {module} failed: {complaint[-300:]}")
    # The monotonic clock is the same in all processes.
    sample = {"cpu": used.ru_utime + used.ru_stime, "wall": float(said[0]) - started}
    return sample | dict(zip(("import", "construct"), map(float, said[1:]), strict=False))


def _open(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the child was started without this pipe")
    return pipe
