"""A typed program against the package of `diff_pairs.MODEL`, in parts, and what mypy says of it."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from tests.support import ROOT

_HEAD = """\
from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drawplate.errors import EventStreamError
from drawplate.streams import UnknownEvent
from {package} import PairsClient, errors, types

T = TypeVar("T")


def result(method: Callable[..., T]) -> T:
    return method()
"""

USES: dict[str, str] = {
    "call": 'client.get(name="x")',
    "call fully": 'client.get(name="x", limit=1, ratio=0.5, data=b"", words=["x"])',
    "build": 'client.build_request("get", {"name": "x"}).send()',
    "filter": """\
        made = types.Filter(key="k", note="n")
        client.get(name="x", filter=made)
        client.get(name="x", filter={"key": "k"})
    """,
    "pass thing": """\
        made = types.Thing(size=1)
        client.get(name="x", thing=made)
        client.get(name="x", thing={"size": 1})
    """,
    "read total": """\
        total: int = result(client.get).total
    """,
    "read text": """\
        text: str | None = result(client.get).text
    """,
    "read thing": """\
        if thing := result(client.get).thing:
            size: int = thing.size
            mark: str | None = thing.mark
    """,
    "name output": """\
        out: types.GetOut = result(client.get)
    """,
    "union": """\
        match result(client.get).pick:
            case types.PickText(text):
                said: str = text
            case types.PickSize(size):
                big: int = size
    """,
    "enum": """\
        red: str = types.Color.RED
    """,
    "listen": "client.listen().close()",
    "events": """\
        for event in result(client.listen).sounds:
            match event:
                case types.Chunk():
                    data: bytes = event.bytes
                case types.Pause():
                    seconds: int | None = event.seconds
                case UnknownEvent():
                    name: str = event.raw_event_type
    """,
    "handler": """\
        from {package}.event_streams import Sounds
        handler = Sounds()
        handler.on_pause_event(lambda pause: pause.seconds)
        client.listen(event_stream_handler=handler)
    """,
    "error": """\
        try:
            result(client.get)
        except errors.NotFound as error:
            hint: str | None = error.hint
    """,
    "stream error": """\
        def caught(error: errors.Noise) -> EventStreamError:
            return error
    """,
    "endpoint": """\
        from {package}.endpoints import resolve_endpoint
        resolve_endpoint()
    """,
    "endpoint in": """\
        from {package}.endpoints import resolve_endpoint
        resolve_endpoint(region="r")
    """,
}
"""What callers do; the names are those of `diff_pairs.Pair.fails`, "import" is the head of all."""

_ERROR = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): error: ", re.MULTILINE)


def write_caller(folder: Path, package: str) -> Path:
    """Write the program for a package of any name."""
    parts = [_HEAD.format(package=package)]
    for number, body in enumerate(USES.values()):
        lines = textwrap.dedent(body.replace("{package}", package)).strip()
        head = f"def use_{number}(client: PairsClient) -> None:"
        parts.append(f"{head}\n{textwrap.indent(lines, '    ')}\n")
    path = folder / f"call_{package}.py"
    path.write_text("\n\n".join(parts), encoding="utf-8")
    return path


def failing_uses(programs: Iterable[Path], folder: Path) -> dict[str, set[str]]:
    """Type-check programs in one run; the names of the uses that fail, by name of the program.

    `folder` holds the packages that they import.
    """
    paths = list(programs)
    options = ["--strict", "--no-error-summary", "--follow-imports=silent", "--no-incremental"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", *options, *map(str, paths)],
        cwd=folder,
        env={"MYPYPATH": f"{folder}:{ROOT / 'runtime'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    failing: dict[str, set[str]] = {path.stem: set() for path in paths}
    uses = {path.stem: _uses_by_line(path) for path in paths}
    for match in _ERROR.finditer(done.stdout):
        name = Path(match["file"]).stem
        failing[name].add(uses[name][int(match["line"])])
    return failing


def _uses_by_line(path: Path) -> dict[int, str]:
    names = iter(USES)
    name = "import"
    found: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("def use_"):
            name = next(names)
        found[number] = name
    return found
