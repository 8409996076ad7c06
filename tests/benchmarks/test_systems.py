"""The tasks of the benchmarks still work with the generated client, against their own server."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from benchmarks import certificates, counted, instructions
from benchmarks.cases import ASYNC, CASES, DRAWPLATE, Case
from benchmarks.processes import Server, Worker, fresh
from benchmarks.systems import Absent

TASKS = [case for case in CASES if DRAWPLATE in case.systems and case.task]
ASYNC_TASKS = [case for case in CASES if ASYNC in case.systems and case.task]
#: Smaller than what is measured, for the time it takes.
SMALL: dict[str, object] = {"size": 200, "count": 2, "answer": 200, "endpoint_name": "2x30-close"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a run."""
    with Server(sys.executable, *certificates.write(tmp_path_factory.mktemp("tls"))) as server:
        yield server


@pytest.fixture(scope="module")
def worker(server: Server) -> Iterator[Worker]:
    """The generated client as it is installed here."""
    with Worker(sys.executable, "drawplate_", server, {}) as worker:
        yield worker


@pytest.fixture(scope="module")
def async_worker(server: Server) -> Iterator[Worker]:
    """The generated asyncio client as it is installed here."""
    with Worker(sys.executable, "drawplate_async", server, {}) as worker:
        yield worker


def check(case: Case, worker: Worker) -> None:
    arguments = {name: SMALL[name] for name in case.arguments}
    told = str(case.arguments.get("endpoint_name"))
    if told.endswith("-1000"):
        arguments["endpoint_name"] = told.replace("150x30", "2x30").removesuffix("000")
    sample = worker.sample(str(case.task), arguments, 0)
    assert {row.metric for row in case.rows} <= set(sample)


@pytest.mark.parametrize("case", TASKS, ids=lambda case: case.name)
def test_each_task_gives_a_sample(case: Case, worker: Worker) -> None:
    check(case, worker)


@pytest.mark.parametrize("case", ASYNC_TASKS, ids=lambda case: case.name)
def test_each_asynchronous_task_gives_a_sample(case: Case, async_worker: Worker) -> None:
    check(case, async_worker)


def test_each_part_that_is_counted_still_works(server: Server) -> None:
    prepared = counted.parts(server.url)
    assert list(prepared) == list(instructions.PARTS)
    for work in prepared.values():
        work()
    assert prepared["event"]() == instructions.PARTS["event"][2]


@pytest.mark.parametrize(
    ("program", "metrics"),
    [
        ("import", {"cpu", "wall", "import"}),
        ("construct", {"cpu", "wall", "import", "construct"}),
        ("answer", {"cpu", "wall"}),
        ("async answer", {"cpu", "wall"}),
    ],
)
def test_a_fresh_process_gives_a_sample(program: str, metrics: set[str], server: Server) -> None:
    module = "drawplate_async" if program.startswith("async") else "drawplate_"
    sample = fresh(sys.executable, program, module, (server.url, ""), {})
    assert set(sample) == metrics
    assert sample["cpu"] > sample.get("import", 0) >= 0


def test_what_a_system_lacks_is_left_out_with_its_reason(worker: Worker, server: Server) -> None:
    with pytest.raises(Absent, match=r"AttributeError: .*no attribute 'tasks'"):
        worker.sample("tasks", {"count": 2}, 0)
    with pytest.raises(Absent, match=r"No module named .benchmarks\.systems\.unknown"):
        Worker(sys.executable, "unknown", server, {})
