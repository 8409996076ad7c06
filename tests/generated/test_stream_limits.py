"""Streams that take too long, over real HTTP: the options that end them, whoever reads them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from drawplate.errors import CallTimeoutError, StreamTimeoutError
from drawplate.options import ClientOptions
from drawplate.testing import InvocationRequest, LocalEndpoint
from sagemaker_runtime import AsyncSageMakerRuntimeClient, SageMakerRuntimeClient, types

from tests.runtime.clients import local

Codec = Literal["http1", "urllib3"]
CODECS: tuple[Codec, ...] = ("http1", "urllib3")


class Silent:
    """A handler that falls silent after its first event, until the test is over."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, request: InvocationRequest) -> Iterator[bytes]:
        yield b"first"
        self.go_on.wait(30)
        yield b"never read"


def endless(request: InvocationRequest) -> Iterator[bytes]:
    while True:
        yield b"x"


def stream(client: SageMakerRuntimeClient) -> types.InvokeEndpointWithResponseStreamOutput:
    return client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")


@pytest.mark.parametrize("codec", CODECS)
def test_a_silent_stream(codec: Codec) -> None:
    silent = Silent()
    with LocalEndpoint({"ep": silent}) as server, local(server, http_codec=codec) as plain:
        client = plain.with_options(stream_idle_timeout=0.2)
        out = stream(client)
        assert next(out.body) == types.PayloadPart(bytes=b"first")
        with pytest.raises(StreamTimeoutError) as raised:
            next(out.body)
        silent.go_on.set()
    assert str(raised.value) == (
        "the stream had no event for 0.2 s: it was ended while reading the response body of "
        f"{server.url.partition('//')[2]}; raise the option stream_idle_timeout if it may take "
        "longer (operation InvokeEndpointWithResponseStream)"
    )
    assert out.metadata.events_received == 1


@pytest.mark.parametrize("codec", CODECS)
def test_a_stream_without_end(codec: Codec) -> None:
    with LocalEndpoint({"ep": endless}) as server, local(server, http_codec=codec) as plain:
        client = plain.with_options(stream_timeout=0.2, stream_idle_timeout=30)
        out = stream(client)
        with pytest.raises(StreamTimeoutError, match=r"took longer than 0\.2 s: .* stream_timeout"):
            out.body.collect()
        assert out.metadata.events_received > 0


def test_the_call_and_its_stream() -> None:
    silent = Silent()
    with LocalEndpoint({"ep": silent}) as server, local(server) as plain:
        out = stream(plain.with_options(timeout=0.5, stream_timeout=30, stream_idle_timeout=30))
        assert next(out.body) == types.PayloadPart(bytes=b"first")
        with pytest.raises(CallTimeoutError, match=r"the call took longer than 0\.5 s") as raised:
            next(out.body)
        silent.go_on.set()
    assert type(raised.value) is CallTimeoutError


def test_a_stream_that_is_read_for_a_handler() -> None:
    silent = Silent()
    with LocalEndpoint({"ep": silent}) as server, local(server) as plain:
        client = plain.with_options(stream_idle_timeout=0.2)
        seen: list[object] = []
        with pytest.raises(StreamTimeoutError, match="had no event for"):
            client.invoke_endpoint_with_response_stream(
                endpoint_name="ep",
                body=b"x",
                on_stream=lambda events: events.on_event(seen.append),
            )
        silent.go_on.set()
    assert seen == [types.PayloadPart(bytes=b"first")]


def test_limits_that_are_not_reached() -> None:
    with LocalEndpoint({"ep": lambda _: [b"a", b"b"]}) as server, local(server) as plain:
        client = plain.with_options(stream_idle_timeout=30, stream_timeout=30)
        for _ in range(2):
            assert stream(client).body.read() == b"ab"
        assert server.connections == 1


LIMITS: dict[str, ClientOptions] = {
    "stream_idle_timeout": {"stream_idle_timeout": 0.2},
    "stream_timeout": {"stream_timeout": 0.2},
}


@pytest.mark.parametrize("option", LIMITS)
def test_on_an_event_loop(option: str) -> None:
    silent = Silent()

    async def main(server: LocalEndpoint) -> None:
        options: ClientOptions = {
            "region": server.region,
            "environ": {},
            "endpoint": server.url,
            "access_key_id": server.access_key_id,
            "secret_access_key": server.secret_access_key,
        }
        options.update(LIMITS[option])
        async with AsyncSageMakerRuntimeClient(**options) as client:
            out = await client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
            assert await anext(out.body) == types.PayloadPart(bytes=b"first")
            with pytest.raises(StreamTimeoutError, match=f"raise the option {option} if"):
                await anext(out.body)
            assert out.metadata.events_received == 1

    with LocalEndpoint({"ep": silent}) as server:
        asyncio.run(main(server))
        silent.go_on.set()
