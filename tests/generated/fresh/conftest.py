"""Generated packages that several tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.generated.fresh.query_clients import QueryPackage

Build = Callable[..., QueryPackage]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Generate and import the client of a query service, with some of its operations or all."""
    made: dict[str, QueryPackage] = {}
    folders: list[str] = []

    def build(service: str, *operations: str) -> QueryPackage:
        if service not in made:
            folder = tmp_path_factory.mktemp(service)
            folders.append(str(folder))
            sys.path.insert(0, str(folder))
            made[service] = QueryPackage(service, folder, operations or None)
        return made[service]

    yield build
    for folder in folders:
        sys.path.remove(folder)
