from __future__ import annotations

import gc
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Protocol

import pytest
from drawplate._blocking import SocketTransport
from drawplate._http1_exchange import Http1Body
from drawplate._urllib3 import ResponseBody
from drawplate.http import HttpResponse
from drawplate.transport import TransportSettings
from urllib3.connection import HTTPConnection

from tests.faults.awaiting import Run, run_on_asyncio, run_on_uvloop
from tests.faults.blocking import BlockingBody, BlockingTransport, Loops


class WholeBody:
    """A body that came with its head, read as those are that did not."""

    def __init__(self, content: bytes) -> None:
        self._pieces = iter([content] if content else [])

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def read(self) -> bytes:
        return b"".join(self)

    def close(self) -> None:
        """Its connection was given back before."""


Body = ResponseBody | Http1Body | BlockingBody | WholeBody
AnyTransport = SocketTransport | BlockingTransport


class MakeTransport(Protocol):
    """Makes transports that are closed after the test."""

    def __call__(
        self,
        settings: TransportSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> AnyTransport: ...


def body_of(response: HttpResponse) -> Body:
    """The body as the class that it is."""
    if isinstance(response.body, bytes):
        return WholeBody(response.body)
    assert isinstance(response.body, ResponseBody | Http1Body | BlockingBody)
    return response.body


def read_all(body: Body) -> bytes:
    """All of a body at once."""
    return body.read()


def open_files() -> int:
    """How many file descriptors there are; those of tests that are long over are not."""
    gc.collect()
    count = 0
    for number in range(1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        count += 1
    return count


@pytest.fixture(autouse=True, scope="session")
def frozen() -> Iterator[None]:
    """Most of what there is was imported: looking at it again after each test takes minutes."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """A socket that nobody closed warns when it is collected, which fails the test that left it."""
    yield
    gc.collect()


@pytest.fixture(params=["http1", "urllib3", "asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which transport is tested: the blocking one with either codec, or that of async clients."""
    found: str = request.param
    return found


@pytest.fixture
def loops() -> Iterator[Loops]:
    """The loops of a test."""
    with closing(Loops()) as made:
        yield made


@pytest.fixture
def make_transport(kind: str, request: pytest.FixtureRequest) -> Iterator[MakeTransport]:
    """Make transports that are closed after the test; each test runs with all kinds."""
    made: list[AnyTransport] = []
    loops: Loops | None = request.getfixturevalue("loops") if kind == "asyncio" else None

    def make(
        settings: TransportSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> AnyTransport:
        settings = settings or TransportSettings()
        if loops is not None:
            made.append(BlockingTransport(settings, clock=clock, loops=loops))
        else:
            settings.http_codec = "urllib3" if kind == "urllib3" else "http1"
            made.append(SocketTransport(settings, clock=clock))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(make_transport: MakeTransport) -> AnyTransport:
    """A transport that does not wait for long."""
    return make_transport(TransportSettings(connect_timeout=5, read_timeout=5))


@pytest.fixture
def writes(kind: str, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the client wrote at a time."""
    written: list[bytes] = []
    # The server of these tests uses sendall() alone.
    writer: Any = socket.socket if kind == "asyncio" else HTTPConnection
    send = writer.send

    def watched(self: Any, data: Any, *rest: Any) -> Any:
        if data != b"\0":  # with that a loop wakes itself
            written.append(bytes(data))
        return send(self, data, *rest)

    monkeypatch.setattr(writer, "send", watched)
    return written


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that further ones are not answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        yield port
        for sock in waiting:
            sock.close()


@pytest.fixture(params=[run_on_asyncio, run_on_uvloop])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs something on a loop of its own, which is one of both kinds."""
    found: Run = request.param
    return found
