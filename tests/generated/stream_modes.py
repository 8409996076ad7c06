"""The ways to read the events of a call, and answers with such events over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Literal

from drawplate.errors import DrawplateError
from drawplate.streams import UnknownEvent
from sagemaker_runtime import SageMakerRuntimeClient, event_streams, types

from tests.faults.server import Exchange, Step, recv_request
from tests.runtime.clients import KEY, SECRET

Mode = Literal["lazy", "eager"]
MODES: tuple[Mode, ...] = ("lazy", "eager")

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n"
    b"x-amzn-RequestId: r-1\r\nTransfer-Encoding: chunked\r\n\r\n"
)
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """A piece of a body in HTTP's chunked framing."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def answers(*bodies: Sequence[bytes]) -> Step:
    """Answer one request a body on the same connection; each piece is a write and a chunk."""

    def step(exchange: Exchange) -> None:
        # Else each small write would wait for the one before it to be acknowledged.
        exchange.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for pieces in bodies:
            recv_request(exchange)
            exchange.sock.sendall(HEAD)
            for piece in pieces:
                exchange.sock.sendall(chunk(piece))
            exchange.sock.sendall(END)

    return step


def client_of(url: str) -> SageMakerRuntimeClient:
    """A client that never retries."""
    return SageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        endpoint=url,
        access_key_id=KEY,
        secret_access_key=SECRET,
        retry_limit=0,
    )


def stream(
    client: SageMakerRuntimeClient,
    *,
    event_stream_handler: event_streams.ResponseStream
    | Callable[[event_streams.ResponseStream], object]
    | None = None,
    on_stream: Callable[[event_streams.ResponseStream], object] | None = None,
) -> types.InvokeEndpointWithResponseStreamOutput:
    """Call the endpoint "ep"."""
    return client.invoke_endpoint_with_response_stream(
        endpoint_name="ep",
        body=b"x",
        event_stream_handler=event_stream_handler,
        on_stream=on_stream,
    )


def read(
    client: SageMakerRuntimeClient, mode: Mode
) -> tuple[list[types.PayloadPart | UnknownEvent], DrawplateError | None]:
    """The events of a call that are no errors, as they were handed over, and what it raised.

    A handler gets parts and unknown events only, so the errors of a stream end its call as well.
    """
    events: list[types.PayloadPart | UnknownEvent] = []

    def register(handler: event_streams.ResponseStream) -> None:
        handler.on_payload_part_event(events.append)
        handler.on_unknown_event(events.append)

    try:
        if mode == "lazy":
            for event in stream(client).body:
                events.append(event)
        else:
            output = stream(client, event_stream_handler=register)
            assert list(output.body) == events
    except DrawplateError as error:
        return events, error
    return events, None


def parts(*bodies: bytes) -> list[types.PayloadPart | UnknownEvent]:
    """Events with these payloads."""
    return [types.PayloadPart(bytes=body) for body in bodies]
