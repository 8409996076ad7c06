"""The transport: numbers 50 to 57."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate.context import RequestContext
from drawplate.errors import NetworkingError, ServiceError
from drawplate.response import Response
from drawplate.testing import LocalEndpoint
from drawplate.transport import TransportSettings

from tests.faults.server import OK, ScriptedServer, recv_end, recv_head, recv_request, send
from tests.options.rows import Made, Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import invoke

NOT_SECONDS = " must be a number of seconds from 0 on, got "
LOGGER = logging.getLogger("tests.options.http")
LOGGER.setLevel(1)
LOGGER.propagate = False
SERVERS: list[ScriptedServer] = []


@pytest.fixture(autouse=True)
def stop_servers() -> Iterator[None]:
    yield
    while SERVERS:
        SERVERS.pop().__exit__(None, None, None)


def settings(trial: Trial) -> TransportSettings:
    """What the pool of connections is told."""
    found: list[TransportSettings] = []

    def transport(_: object, given: TransportSettings) -> Any:
        found.append(given)
        raise NetworkingError("as far as it goes")

    for pool in ("_pool.TransportPool", "async_client.AsyncTransportPool"):
        trial.patch.setattr(f"drawplate.{pool}.transport", transport)
    with pytest.raises(NetworkingError):
        invoke(trial.client())
    return found[0]


def served(trial: Trial, use: Callable[[Any], object], **more: object) -> LocalEndpoint:
    """Let a client talk to a server; returns the server when it is closed."""
    with LocalEndpoint({"ep": lambda r: r.body}) as server:
        client = trial.client(endpoint=server.url, clock=None, **more)
        try:
            use(client)
        finally:
            client.close()
    return server


def body_beside_a_refusal(trial: Trial) -> int:
    """Bytes of a body that are sent although the service refuses the head."""
    received: list[int] = []
    refusal = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"

    def count(exchange: Any) -> None:
        recv_end(exchange)
        received.append(len(exchange.buffer))

    def expect(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        context.request.headers["expect"] = "100-continue"
        return (yield from call_next(context))

    with ScriptedServer([recv_head, send(refusal), count]) as server:
        client = trial.client(endpoint=server.url, retry_limit=0)
        client.handlers.add(expect)
        with pytest.raises(ServiceError):
            invoke(client, b"body")
        client.close()
    return received[0]


def connections(trial: Trial) -> int:
    def use(client: Any) -> None:
        invoke(client)
        invoke(client)

    return served(trial, use).connections


def open_timeout(trial: Trial) -> float:
    return settings(trial).connect_timeout


def read_timeout(trial: Trial) -> float | None:
    return settings(trial).read_timeout


def proxy(trial: Trial) -> str:
    server = ScriptedServer([recv_request, send(OK)], repeat=True)
    SERVERS.append(server.__enter__())
    return f"http://user:p%40ss@127.0.0.1:{server.port}"


def seen_by_the_proxy(trial: Trial) -> tuple[str, str] | str:
    """Request line and authorization at the proxy."""
    client = trial.client(endpoint="http://127.0.0.1:1", retry_limit=0)
    try:
        invoke(client)
    except NetworkingError as error:
        return type(error).__name__
    finally:
        client.close()
    lines = SERVERS[-1].requests[0].decode().split("\r\n")
    (authorization,) = (
        line.partition(": ")[2] for line in lines if line.lower().startswith("proxy-authorization:")
    )
    return lines[0], authorization


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{record.getMessage()}\n"


def traced(trial: Trial) -> tuple[bool, bool, bool]:
    """Whether request line, status line and the signature can be read in the log."""
    kept = Kept()
    LOGGER.addHandler(kept)
    try:
        served(trial, invoke)
    finally:
        LOGGER.removeHandler(kept)
    return (
        "POST /endpoints/ep/invocations" in kept.text,
        "HTTP/1.1 200" in kept.text,
        "Signature=" in kept.text.replace("Signature=<redacted>", ""),
    )


class Counter:
    """Keeps what it was called with, chunks as their sizes."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, int | None]] = []

    def __call__(self, chunk: bytes, so_far: int, total: int | None) -> None:
        self.calls.append((len(chunk), so_far, total))


COUNTER = Counter()


def chunks(trial: Trial) -> list[tuple[int, int, int | None]]:
    COUNTER.calls.clear()
    served(trial, lambda client: invoke(client, b"x" * 40_000))
    return [*COUNTER.calls]


def ends(trial: Trial) -> list[tuple[int, int | None]]:
    """The last call of the callback; that the chunks add up is checked on the way."""
    calls = chunks(trial)
    assert sum(size for size, _, _ in calls) == (calls[-1][1] if calls else 0)
    return [(so_far, total) for _, so_far, total in calls[-1:]]


ROWS = (
    Row(
        50,
        "http_continue_timeout",
        value=0,
        observe=body_beside_a_refusal,
        seen=4,
        unseen=0,
        wrong=Wrong(-1, f"http_continue_timeout{NOT_SECONDS}-1"),
    ),
    Row(
        51,
        "http_idle_timeout",
        value=0,
        observe=connections,
        seen=2,
        unseen=1,
        wrong=Wrong("5", f"http_idle_timeout{NOT_SECONDS}'5'", TypeError),
    ),
    Row(
        52,
        "http_open_timeout",
        value=2.5,
        observe=open_timeout,
        seen=2.5,
        unseen=15,
        modes={"standard": 3.1, "in-region": 1.1, "cross-region": 3.1, "mobile": 30, "legacy": 15},
        wrong=Wrong(True, f"http_open_timeout{NOT_SECONDS}True", TypeError),
    ),
    Row(
        53,
        "http_proxy",
        value=Made(proxy),
        variables=("http_proxy",),
        observe=seen_by_the_proxy,
        seen=(
            "POST http://127.0.0.1:1/endpoints/ep/invocations HTTP/1.1",
            "Basic dXNlcjpwQHNz",
        ),
        unseen="ConnectError",
        wrong=Wrong("ftp://h", "http_proxy must be the URL of a proxy, as 'http://proxy:8080'"),
    ),
    Row(
        54,
        "http_read_timeout",
        value=70,
        observe=read_timeout,
        seen=70,
        unseen=60,
        modes={"standard": 60},
        wrong=Wrong(float("inf"), f"http_read_timeout{NOT_SECONDS}inf"),
    ),
    Row(
        55,
        "http_wire_trace",
        value=True,
        beside={"logger": LOGGER},
        observe=traced,
        seen=(True, True, False),
        unseen=(False, False, False),
        wrong=Wrong("yes", "http_wire_trace must be True or False, got 'yes'", TypeError),
    ),
    Row(
        56,
        "on_chunk_received",
        value=COUNTER,
        observe=ends,
        seen=[(40_000, 40_000)],
        unseen=[],
        wrong=Wrong(1, "on_chunk_received must be a callable, got 1", TypeError),
    ),
    Row(
        57,
        "on_chunk_sent",
        value=COUNTER,
        observe=chunks,
        seen=[(16384, 16384, 40_000), (16384, 32768, 40_000), (7232, 40_000, 40_000)],
        unseen=[],
        wrong=Wrong(1, "on_chunk_sent must be a callable, got 1", TypeError),
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
