"""Streams of a local endpoint through the client, over real HTTP and in all three framings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from drawplate.errors import (
    EventError,
    EventStreamChecksumError,
    NetworkingError,
    ReadTimeoutError,
    TruncatedStreamError,
)
from drawplate.streams import UnknownEvent
from drawplate.testing import (
    CutFrame,
    FlipBit,
    Frame,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    OneByteWrites,
    PauseInBody,
    ResetInBody,
    error_frame,
    event_frame,
)
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.clients import invoke, local

pytestmark = pytest.mark.usefixtures("face")  # both clients

FRAMINGS: tuple[Literal["chunked", "length", "close"], ...] = ("chunked", "length", "close")


def three_parts(request: InvocationRequest) -> list[bytes]:
    return [b"one", b"two", b"three"]


THREE = [types.PayloadPart(bytes=body) for body in (b"one", b"two", b"three")]


def stream(client: SageMakerRuntimeClient) -> types.InvokeEndpointWithResponseStreamOutput:
    return client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_in_every_framing(framing: Literal["chunked", "length", "close"]) -> None:
    server = LocalEndpoint({"ep": three_parts}, framing=framing)
    with server, local(server) as client:
        for _ in range(2):
            with stream(client) as output:
                assert output.content_type == "application/octet-stream"
                assert output.invoked_production_variant == "AllTraffic"
                assert list(output.body) == THREE
        assert server.connections == (2 if framing == "close" else 1)


def test_a_stream_written_byte_by_byte() -> None:
    server = LocalEndpoint({"ep": three_parts}, faults=[OneByteWrites()])
    with server, local(server) as client:
        assert stream(client).body.collect() == THREE


def test_an_event_arrives_before_the_next_one_is_made() -> None:
    go_on = threading.Event()

    def handler(request: InvocationRequest) -> Iterator[bytes]:
        yield b"first"
        assert go_on.wait(30)
        yield b"second"

    with LocalEndpoint({"ep": handler}) as server, local(server) as client, stream(client) as out:
        assert next(out.body) == types.PayloadPart(bytes=b"first")
        go_on.set()
        assert next(out.body) == types.PayloadPart(bytes=b"second")
        assert list(out.body) == []


@pytest.mark.parametrize("framing", FRAMINGS)
def test_leaving_a_stream_early_drops_its_connection_and_the_next_call_works(
    framing: Literal["chunked", "length", "close"],
) -> None:
    # More than is read at a time: a body that was read whole leaves nothing to drop.
    handlers: dict[str, Handler] = {"ep": three_parts, "long": lambda _: [b"x" * 65536] * 16}
    server = LocalEndpoint(handlers, framing=framing)
    with server, local(server) as client:
        with client.invoke_endpoint_with_response_stream(endpoint_name="long", body=b"") as output:
            for event in output.body:
                assert event == types.PayloadPart(bytes=b"x" * 65536)
                break
        assert invoke(client).body == b"onetwothree"
        assert server.connections == 2
        assert stream(client).body.collect() == THREE


def test_two_streams_at_once() -> None:
    go_on = threading.Event()

    def held(request: InvocationRequest) -> Iterator[bytes]:
        yield b"one"
        assert go_on.wait(10)
        yield from (b"two", b"three")

    with LocalEndpoint({"ep": held}) as server, local(server) as client:
        with stream(client) as one, stream(client) as other:
            go_on.set()
            events = [event for pair in zip(one.body, other.body, strict=True) for event in pair]
        assert events == [part for part in THREE for _ in range(2)]
        assert server.connections == 2


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("keep", [1, 11, 15, 40])
def test_a_cut_frame(framing: Literal["chunked", "length", "close"], keep: int) -> None:
    server = LocalEndpoint({"ep": three_parts}, faults=[CutFrame(1, keep)], framing=framing)
    with server, local(server) as client:
        with stream(client) as output:
            assert next(output.body) == THREE[0]
            with pytest.raises(TruncatedStreamError) as raised:
                next(output.body)
        assert raised.value.buffered == keep
        assert stream(client).body.collect() == THREE


@pytest.mark.parametrize("bit", [0, 40, 95, 200, -40, -1])
def test_a_flipped_bit(bit: int) -> None:
    server = LocalEndpoint({"ep": three_parts}, faults=[FlipBit(1, bit)])
    with server, local(server) as client:
        with stream(client) as output:
            assert next(output.body) == THREE[0]
            with pytest.raises(EventStreamChecksumError):
                next(output.body)
        assert stream(client).body.collect() == THREE


def test_a_stream_whose_connection_breaks_off() -> None:
    size = len(event_frame("PayloadPart", b"one").encode()) + len("xx\r\n\r\n")
    server = LocalEndpoint({"ep": three_parts}, faults=[ResetInBody(after=size)])
    with server, local(server) as client:
        output = stream(client)
        with pytest.raises(NetworkingError):
            list(output.body)
        assert len(server.requests) == 1
        assert stream(client).body.collect() == THREE


def test_a_stream_that_falls_silent() -> None:
    never = threading.Event()
    server = LocalEndpoint({"ep": three_parts}, faults=[PauseInBody(never, after=3)])
    with server, local(server, http_read_timeout=0.3) as client:
        with stream(client) as output, pytest.raises(ReadTimeoutError):
            next(output.body)
        assert len(server.requests) == 1


def test_failures_inside_of_a_stream() -> None:
    def model_breaks(request: InvocationRequest) -> Iterator[bytes]:
        yield b"one"
        raise ModelFailedError(500, "oops", error_code="ModelInvocationTimeExceeded")

    def newer(request: InvocationRequest) -> Iterator[Frame]:
        yield event_frame("Newer", b"?")
        yield error_frame("InternalError", "boom")

    handlers: dict[str, Handler] = {"ep": model_breaks, "newer": newer}
    with LocalEndpoint(handlers) as server, local(server) as client:
        output = stream(client)
        assert next(output.body) == THREE[0]
        with pytest.raises(errors.ModelStreamError) as raised:
            next(output.body)
        assert raised.value.error_code == "ModelInvocationTimeExceeded"
        assert raised.value.message == "the model answered 500: oops"
        assert raised.value.request_id == "00000000-0000-4000-8000-000000000001"
        newer_stream = client.invoke_endpoint_with_response_stream(endpoint_name="newer", body=b"")
        assert isinstance(next(newer_stream.body), UnknownEvent)
        with pytest.raises(EventError) as unmodelled:
            next(newer_stream.body)
        assert str(unmodelled.value) == "InternalError: boom"
        assert server.errors == []
