"""Packages of the test services, each generated once in a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.protocol.cases import NOT_YET, services, waiting
from tests.protocol.package import Package

Packages = Callable[[str], Package]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packages]:
    """The package of a service, by the service's name."""
    made: dict[str, Package] = {}
    folders: list[str] = []

    def package(service: str) -> Package:
        if service not in made:
            folder = tmp_path_factory.mktemp(service)
            folders.append(str(folder))
            sys.path.insert(0, str(folder))
            made[service] = Package(services()[service], folder, NOT_YET.get(service, {}))
        return made[service]

    yield package
    for folder in folders:
        sys.path.remove(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many published cases do not run yet."""
    if waiting:
        terminalreporter.write_line(
            f"{len(waiting)} protocol cases wait for what the generator refuses: "
            "see NOT_YET in tests/protocol/cases.py"
        )
