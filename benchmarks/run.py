"""Rounds: all systems of a case in turn, in a rotated order each round."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import growth, instructions
from benchmarks.cases import AGAINST, ASYNCHRONOUS, BEFORE, DRAWPLATE, SYSTEMS, Case, System
from benchmarks.environments import Environments, without_packages_compiled
from benchmarks.processes import Server, Worker, fresh
from benchmarks.spreads import Result, Sample, result
from benchmarks.systems import Absent


class Run:
    """The environments, the server and the workers of a run; a context manager.

    `seconds` is how long one sample takes about. Samples that have a process of their own are
    taken in no more than `fresh_rounds`. `told` gets lines about what is left out.
    """

    def __init__(
        self,
        environments: Environments,
        *,
        rounds: int,
        fresh_rounds: int,
        seconds: float,
        against: bool,
        certificates: Callable[[Path], tuple[str, str]],
        told: Callable[[str], None],
    ) -> None:
        self._environments = environments
        self._rounds = rounds
        self._fresh_rounds = fresh_rounds
        self._seconds = seconds
        self._against = against
        self._certificates = certificates
        self._told = told
        self._workers: dict[str, Worker] = {}
        self._absent: set[str] = set()
        self._broken: dict[str, Absent] = {}
        #: Versions of the packages of each environment.
        self.versions: dict[str, Mapping[str, str]] = {}
        self._grown: dict[int, Mapping[str, str]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            certificate, authority = self._certificates(self._folder)
            python = self._environments.python("floor")
            self._server = stack.enter_context(Server(python, certificate, authority))
            self._uncompiled = without_packages_compiled(self._folder / "pyc")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def measure(self, case: Case) -> Iterator[Result]:
        """Run the rounds of a case, and one more before them that does not count.

        Samples that have a process of their own need no such round.
        """
        names = list(case.systems)
        references = list(case.references)
        for system, before in BEFORE.items():
            if self._against and system in names:
                names.append(before)
                references.append(before)
        samples: dict[str, list[Sample]] = {name: [] for name in names}
        most = min(self._rounds, case.most)
        rounds = range(min(most, self._fresh_rounds)) if case.fresh else range(-1, most)
        for number in rounds:
            for name in rotated(list(samples), number):
                try:
                    sample = self._sample(case, name)
                except Absent as why:
                    self._tell(f"{case.name} without {name}: {why}")
                    del samples[name]
                    continue
                if number >= 0:
                    samples[name].append(sample)
        for row in case.rows:
            found = result(case.name, case.title, row, samples, references)
            if found:
                yield found

    def count_instructions(self, keep: bool) -> Iterator[Result]:
        """Count instructions; `keep` makes the counts the baseline."""
        pythons: dict[str, str] = {}
        for name in (DRAWPLATE, AGAINST) if self._against else (DRAWPLATE,):
            pythons[name] = self._environments.python(SYSTEMS[name].environment)
        yield from instructions.measure(pythons, self._server.url, self._tell, keep)

    def _sample(self, case: Case, name: str) -> Sample:
        system = SYSTEMS[name]
        if case.program:
            return self._fresh(case, case.program, system)
        if case.task is None:
            raise ValueError(f"{case.name} has neither a task nor a program")
        if case.fresh:
            with self._worker(system) as worker:
                return worker.sample(case.task, case.arguments, self._seconds)
        if name not in self._workers:
            self._workers[name] = self._stack.enter_context(self._worker(system))
        return self._workers[name].sample(case.task, case.arguments, self._seconds)

    def _worker(self, system: System) -> Worker:
        if system.name in self._broken:
            raise self._broken[system.name]
        try:
            python = self._environments.python(system.environment)
            worker = Worker(python, system.module, self._server, self._variables(system))
        except Absent as why:
            self._broken[system.name] = why
            raise
        self.versions[system.environment] = worker.versions
        return worker

    def _variables(self, system: System) -> Mapping[str, str]:
        count = system.operations
        if not count:
            return system.variables
        if count not in self._grown:
            python = self._environments.python("codegen")
            self._grown[count] = growth.generate(python, count, self._folder)
        return self._grown[count]

    def _fresh(self, case: Case, program: str, system: System) -> Sample:
        if system.name not in self._workers:
            # Says which versions there are, and whether it can run at all.
            self._workers[system.name] = self._stack.enter_context(self._worker(system))
        if program == "answer" and system.name in ASYNCHRONOUS:
            program = "async answer"
        where = (self._server.url, "")
        if case.secure:
            where = (self._server.secure_url, self._server.authority)
        variables = {**self._variables(system), **({} if case.compiled else self._uncompiled)}
        python = self._environments.python(system.environment)
        return fresh(python, program, system.module, where, variables)

    def _tell(self, line: str) -> None:
        if line not in self._absent:
            self._absent.add(line)
            self._told(line)


def rotated(names: list[str], number: int) -> list[str]:
    """Begin with another system each round."""
    at = number % len(names) if names else 0
    return names[at:] + names[:at]
