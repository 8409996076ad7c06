"""Endpoint discovery: numbers 6 and 19 to 22, on services that have it and have it not."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from threading import Event

import pytest
from drawplate import async_client, endpoint_discovery
from drawplate.errors import EndpointDiscoveryError
from drawplate.http import HttpRequest, HttpResponse

from tests.faces import run
from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.options.small import SmallClient
from tests.runtime.clients import Recorder, invoke, make

ON = {"endpoint_discovery": True}
NAME = "drawplate-endpoint-discovery"
NOT_A_FLAG = " must be True or False, got 'yes'"


class Teller:
    """A transport of a service that tells another endpoint each time."""

    def __init__(self) -> None:
        self.asked = 0
        self.hosts: list[str] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/Tell"):
            self.asked += 1
            told = json.dumps({"addresses": [f"told-{self.asked}.test"]})
            return HttpResponse(200, body=told.encode())
        self.hosts.append(request.url.split("/")[2])
        return HttpResponse(200)


class Polling:
    """Stands for the waiting of threads and tasks, which end when their client is closed."""

    def __init__(self, trial: Trial) -> None:
        self._face = trial.face
        self._seconds: list[float] = []
        self._waiting = Event()
        trial.patch.setattr(endpoint_discovery, "_wait", self._wait)
        trial.patch.setattr(async_client, "_pause", self._pause)

    def _wait(self, stop: Event, seconds: float) -> bool:
        self._seconds.append(seconds)
        self._waiting.set()
        return stop.wait(10) or True

    async def _pause(self, seconds: float) -> None:
        self._seconds.append(seconds)
        self._waiting.set()
        await asyncio.Event().wait()

    def seconds(self) -> list[float]:
        """How long it is waited, as soon as something waits."""
        if self._face == "async":
            run(asyncio.sleep(0))
        assert self._waiting.wait(10)
        return self._seconds


def client(trial: Trial, teller: Teller, **more: object) -> SmallClient:
    return trial.small(transport=teller, **more)


def hosts(trial: Trial) -> list[str]:
    """Where an operation goes that may ask, and what one says that must."""
    teller = Teller()
    made = client(trial, teller)
    made.call("optional")
    try:
        made.call("required")
    except EndpointDiscoveryError as refused:
        teller.hosts.append(str(refused).partition(":")[0])
    return teller.hosts


def asking(trial: Trial) -> list[str]:
    Polling(trial)
    made = client(trial, Teller())
    made.call("optional")
    found = made.asking
    made.close()
    assert made.asking == []
    return found


def count_of_asking(trial: Trial) -> int:
    Polling(trial)
    made = client(trial, Teller())
    made.call("optional")
    made.call("other")
    found = len(made.asking)
    made.close()
    return found


def interval(trial: Trial) -> list[float]:
    polling = Polling(trial)
    made = client(trial, Teller())
    made.call("optional")
    found = polling.seconds()
    made.close()
    return found


def kept(trial: Trial) -> int:
    """How many questions three calls take, of which two are the same."""
    teller = Teller()
    made = client(trial, teller)
    for name in ("optional", "other", "optional"):
        made.call(name)
    return teller.asked


ROWS = (
    Row(
        6,
        "active_endpoint_cache",
        value=True,
        beside=ON,
        observe=asking,
        seen=[NAME],
        unseen=[],
        wrong=Wrong("yes", f"active_endpoint_cache{NOT_A_FLAG}", TypeError),
    ),
    Row(
        19,
        "endpoint_cache_max_entries",
        value=1,
        beside=ON,
        observe=kept,
        seen=3,
        unseen=2,
        wrong=Wrong(0, "endpoint_cache_max_entries must be an int of 1 or more, got 0"),
    ),
    Row(
        20,
        "endpoint_cache_max_threads",
        value=1,
        beside={**ON, "active_endpoint_cache": True},
        observe=count_of_asking,
        seen=1,
        unseen=2,
        wrong=Wrong(
            True, "endpoint_cache_max_threads must be an int of 1 or more, got True", TypeError
        ),
    ),
    Row(
        21,
        "endpoint_cache_poll_interval",
        value=7,
        beside={**ON, "active_endpoint_cache": True},
        observe=interval,
        seen=[7],
        unseen=[60],
        wrong=Wrong(
            1.5, "endpoint_cache_poll_interval must be an int of 1 or more, got 1.5", TypeError
        ),
    ),
    Row(
        22,
        "endpoint_discovery",
        value=True,
        text="true",
        variables=("AWS_ENABLE_ENDPOINT_DISCOVERY", "AWS_ENDPOINT_DISCOVERY_ENABLED"),
        key="endpoint_discovery_enabled",
        observe=hosts,
        seen=["told-1.test", "told-1.test"],
        unseen=[
            "small.us-east-1.test",
            "Required requires endpoint discovery, which is off",
        ],
        wrong=Wrong("yes", f"endpoint_discovery{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)


@pytest.mark.usefixtures("face")
def test_a_service_without_the_trait_is_asked_for_nothing() -> None:
    recorder = Recorder()
    client = make(
        transport=recorder,
        active_endpoint_cache=True,
        endpoint_cache_max_entries=1,
        endpoint_cache_max_threads=1,
        endpoint_cache_poll_interval=1,
        endpoint_discovery=True,
    )
    invoke(client)
    invoke(client)
    assert [request.url.rpartition("/")[2] for request in recorder.requests] == ["invocations"] * 2
    assert "endpoint-discovery" not in recorder.requests[0].headers["user-agent"]
    client.close()
