"""The package of the model, and clients of it."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write
from tests.generated.fresh.endpoint_discovery.roaming import SERVICE, Clock, Regional, Service


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package of the model, imported from botocore's form, generated, imported."""
    folder = tmp_path_factory.mktemp("roaming")
    (folder / "service-2.json").write_text(json.dumps(SERVICE))
    write(generate_package(load([folder / "service-2.json"])), folder / "out")
    sys.path.insert(0, str(folder / "out"))
    yield importlib.import_module("roaming")
    sys.path.remove(str(folder / "out"))


@pytest.fixture
def clock() -> Clock:
    """The clock that calls are timed with."""
    return Clock()


@pytest.fixture
def make(package: Any, clock: Clock) -> Iterator[Callable[..., Any]]:
    """Makes clients that wait for nothing and live by the clock; they are closed in the end."""
    made: list[Any] = []

    def client(service: Service, **options: Any) -> Any:
        given: dict[str, Any] = {
            "transport": service,
            "endpoint_provider": Regional(),
            "region": "us-east-1",
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "secret",
            "environ": {},
            "retry_base_delay": 0,
            "endpoint_discovery": True,
        }
        given.update(options)
        found = package.RoamingClient(**given)
        found._settings.timer = clock
        made.append(found)
        return found

    yield client
    for found in made:
        found.close()
