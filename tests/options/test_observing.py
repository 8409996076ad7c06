"""Logs, monitoring and spans: numbers 8 to 12, 26 to 28, 44."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from drawplate.http import HttpResponse
from drawplate.telemetry import TelemetryProviderBase

from tests.options.rows import Made, Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder, invoke

NOT_A_FLAG = " must be True or False, got 'yes'"
NOT_A_PORT = " must be an int from 1 to 65535, got 0"
NOT_A_HOST = " must be a host name or an IP address, got 'a/b'"
ON = {"client_side_monitoring": True}


def listener(address: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((address, 0))
    made.settimeout(5)
    return made


def received(agent: socket.socket) -> list[dict[str, Any]]:
    """The records that have arrived; loopback delivers them before the call returns."""
    agent.setblocking(False)
    records: list[dict[str, Any]] = []
    while True:
        try:
            records.append(json.loads(agent.recv(65536)))
        except BlockingIOError:
            return records


@contextmanager
def port_of_its_own() -> Generator[socket.socket, None, None]:
    with closing(listener()) as agent:
        yield agent


def monitored(trial: Trial) -> list[str]:
    """Kinds of the records that arrive, one call with one retry."""
    with port_of_its_own() as agent:
        client = trial.client(
            transport=Recorder(HttpResponse(503), HttpResponse(200)),
            client_side_monitoring_port=agent.getsockname()[1],
        )
        invoke(client)
        return [record["Type"] for record in received(agent)]


def client_ids(trial: Trial) -> set[str]:
    with port_of_its_own() as agent:
        port = agent.getsockname()[1]
        invoke(trial.client(transport=Recorder(), client_side_monitoring_port=port))
        return {record["ClientId"] for record in received(agent)}


def heard(trial: Trial) -> tuple[int, int]:
    """How many records arrive at 127.0.0.1 and at 127.0.0.2, both at one port."""
    with closing(listener()) as first, closing(socket.socket(type=socket.SOCK_DGRAM)) as second:
        port = first.getsockname()[1]
        second.bind(("127.0.0.2", port))
        invoke(trial.client(transport=Recorder(), client_side_monitoring_port=port))
        return len(received(first)), len(received(second))


AGENTS: list[socket.socket] = []


@pytest.fixture(autouse=True)
def close_agents() -> Iterator[None]:
    yield
    while AGENTS:
        AGENTS.pop().close()


def open_port(trial: Trial) -> int:
    AGENTS.append(listener())
    port: int = AGENTS[-1].getsockname()[1]
    return port


def heard_at_the_port(trial: Trial) -> int:
    invoke(trial.client(transport=Recorder()))
    return len(received(AGENTS[-1]))


class Publisher:
    """Keeps what it was given, and where the client says that it goes."""

    def __init__(self) -> None:
        self.agent_host = ""
        self.agent_port = 0
        self.calls = 0

    def publish(self, request_metrics: object, /) -> None:
        self.calls += 1


PUBLISHER = Publisher()


def published(trial: Trial) -> tuple[int, str, int, int]:
    """Calls that the publisher was told of, its host and port, and records sent."""
    PUBLISHER.agent_host, PUBLISHER.agent_port, PUBLISHER.calls = "", 0, 0
    with port_of_its_own() as agent:
        port = agent.getsockname()[1]
        invoke(trial.client(transport=Recorder(), client_side_monitoring_port=port))
        sent = len(received(agent))
        same = PUBLISHER.agent_port == port
        return PUBLISHER.calls, PUBLISHER.agent_host, int(same), sent


class Kept(logging.Handler):
    """Keeps records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


LOGGER = logging.getLogger("tests.options")
LOGGER.setLevel(1)
LOGGER.propagate = False


def logged(trial: Trial) -> list[logging.LogRecord]:
    kept = Kept()
    LOGGER.addHandler(kept)
    try:
        invoke(trial.client(transport=Recorder(HttpResponse(503), HttpResponse(200))))
    finally:
        LOGGER.removeHandler(kept)
    return kept.records


def count_of_records(trial: Trial) -> int:
    return len(logged(trial))


def levels(trial: Trial) -> list[int]:
    return [record.levelno for record in logged(trial)]


def texts(trial: Trial) -> list[str]:
    return [record.getMessage().partition(" ")[0] for record in logged(trial)]


class Formatter:
    """Says the same of everything."""

    def format(self, response: object, /) -> str:
        return "formatted"


class Spans(TelemetryProviderBase):
    """Keeps the names of spans, inner ones indented."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.depth = 0
        self.tracer_provider: Any = self
        self.context_manager: Any = self

    def tracer(self, name: str) -> Any:
        return self

    def current_span(self) -> Any:
        return self

    @contextmanager
    def in_span(self, name: str, **facts: object) -> Generator[Any, None, None]:
        self.names.append("  " * self.depth + name)
        self.depth += 1
        try:
            yield self
        finally:
            self.depth -= 1

    @contextmanager
    def use_span(self, span: object) -> Generator[Any, None, None]:
        self.depth += 1
        try:
            yield self
        finally:
            self.depth -= 1

    def start_span(self, name: str, *facts: object, **more: object) -> Any:
        self.names.append("  " * self.depth + name)
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_, **__: None


def spans(trial: Trial) -> list[str]:
    SPANS.names.clear()
    invoke(trial.client(transport=Recorder(HttpResponse(503), HttpResponse(200))))
    return [*SPANS.names]


SPANS = Spans()
ROWS = (
    Row(
        8,
        "client_side_monitoring",
        value=True,
        text="TRUE",
        variables=("AWS_CSM_ENABLED",),
        key="csm_enabled",
        observe=monitored,
        seen=["ApiCall", "ApiCallAttempt", "ApiCallAttempt"],
        unseen=[],
        wrong=Wrong("yes", f"client_side_monitoring{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        9,
        "client_side_monitoring_client_id",
        value="me",
        variables=("AWS_CSM_CLIENT_ID",),
        key="csm_client_id",
        beside=ON,
        observe=client_ids,
        seen={"me"},
        unseen={""},
        wrong=Wrong("x" * 256, "client_side_monitoring_client_id must have at most 255 characters"),
        wrong_text=("x" * 256, " must have at most 255 characters"),
    ),
    Row(
        10,
        "client_side_monitoring_host",
        value="127.0.0.2",
        variables=("AWS_CSM_HOST",),
        key="csm_host",
        beside=ON,
        observe=heard,
        seen=(0, 2),
        unseen=(2, 0),
        wrong=Wrong("a/b", f"client_side_monitoring_host{NOT_A_HOST}"),
        wrong_text=("a/b", NOT_A_HOST),
    ),
    Row(
        11,
        "client_side_monitoring_port",
        value=Made(open_port),
        variables=("AWS_CSM_PORT",),
        key="csm_port",
        beside=ON,
        observe=heard_at_the_port,
        seen=2,
        unseen=0,
        wrong=Wrong(0, f"client_side_monitoring_port{NOT_A_PORT}"),
        wrong_text=("0", NOT_A_PORT),
    ),
    Row(
        12,
        "client_side_monitoring_publisher",
        value=PUBLISHER,
        beside=ON,
        observe=published,
        seen=(1, "127.0.0.1", 1, 0),
        unseen=(0, "", 0, 2),
        wrong=Wrong(
            1,
            "client_side_monitoring_publisher must be an object with a method `publish`, got 1",
            TypeError,
        ),
    ),
    Row(
        26,
        "log_formatter",
        value=Formatter(),
        beside={"logger": LOGGER},
        observe=texts,
        seen=["formatted"],
        unseen=["[SageMakerRuntimeClient"],
        wrong=Wrong(1, "log_formatter must be an object with a method `format`, got 1", TypeError),
    ),
    Row(
        27,
        "log_level",
        value="WARNING",
        beside={"logger": LOGGER},
        observe=levels,
        seen=[logging.WARNING],
        unseen=[logging.INFO],
        wrong=Wrong(
            "LOUD",
            f"log_level must be one of {', '.join(logging.getLevelNamesMapping())}, got 'LOUD'",
        ),
    ),
    Row(
        28,
        "logger",
        value=LOGGER,
        observe=count_of_records,
        seen=1,
        unseen=0,
        wrong=Wrong(1, "logger must be a logging.Logger or the name of one, got 1", TypeError),
    ),
    Row(
        44,
        "telemetry_provider",
        value=SPANS,
        observe=spans,
        seen=["SageMakerRuntime.InvokeEndpoint", "  Handler.Http", "  Handler.Http"],
        unseen=[],
        wrong=Wrong(
            1,
            "telemetry_provider must be a drawplate.telemetry.TelemetryProviderBase, got 1",
            TypeError,
        ),
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
