from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from drawplate._http1_exchange import Http1Body
from drawplate._urllib3 import ResponseBody, Urllib3Transport
from drawplate.http import HttpResponse
from drawplate.transport import TransportSettings

Body = ResponseBody | Http1Body
MakeTransport = Callable[[TransportSettings], Urllib3Transport]


def body_of(response: HttpResponse) -> Body:
    """The body as the class that it is."""
    assert isinstance(response.body, ResponseBody | Http1Body)
    return response.body


def read_all(body: Body) -> bytes:
    """All of a body at once."""
    return body.read()


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """A socket that nobody closed warns when it is collected, which fails the test that left it."""
    yield
    gc.collect()


@pytest.fixture(params=["http1", "urllib3"])
def make_transport(request: pytest.FixtureRequest) -> Iterator[MakeTransport]:
    """Make transports that are closed after the test; each test runs with both codecs."""
    made: list[Urllib3Transport] = []

    def make(settings: TransportSettings) -> Urllib3Transport:
        settings.http_codec = request.param
        made.append(Urllib3Transport(settings))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(make_transport: MakeTransport) -> Urllib3Transport:
    """A transport that does not wait for long."""
    return make_transport(TransportSettings(connect_timeout=5, read_timeout=5))
