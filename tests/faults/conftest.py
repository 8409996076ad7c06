from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from drawplate._urllib3 import ResponseBody, Urllib3Transport
from drawplate.http import HttpResponse
from drawplate.transport import TransportSettings

MakeTransport = Callable[[TransportSettings], Urllib3Transport]


def body_of(response: HttpResponse) -> ResponseBody:
    """The body as the class that it is."""
    assert isinstance(response.body, ResponseBody)
    return response.body


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """A socket that nobody closed warns when it is collected, which fails the test that left it."""
    yield
    gc.collect()


@pytest.fixture
def make_transport() -> Iterator[MakeTransport]:
    """Make transports that are closed after the test."""
    made: list[Urllib3Transport] = []

    def make(settings: TransportSettings) -> Urllib3Transport:
        made.append(Urllib3Transport(settings))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(make_transport: MakeTransport) -> Urllib3Transport:
    """A transport that does not wait for long."""
    return make_transport(TransportSettings(connect_timeout=5, read_timeout=5))
