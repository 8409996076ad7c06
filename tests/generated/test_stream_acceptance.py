"""The acceptance checks of event streams, each under its own words, with real frames and sockets.

They are the rows of event-streams.md section 9. The one about the protocol suite's own vectors is
`tests/protocol/test_event_streams.py`, which runs all of them that are for clients.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from drawplate.errors import EventError, EventStreamChecksumError, TruncatedStreamError
from drawplate.testing import (
    CutFrame,
    Fail,
    FlipBit,
    Frame,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    error_frame,
    event_frame,
)
from sagemaker_runtime import errors, event_streams, types

from tests.faults.server import ScriptedServer, recv_end, recv_request, send, serve
from tests.generated.stream_modes import (
    HEAD,
    MODES,
    Mode,
    answers,
    chunk,
    client_of,
    parts,
    read,
    stream,
)
from tests.runtime.clients import Recorder, invoke, local, make
from tests.runtime.frames import part

pytestmark = pytest.mark.usefixtures("face")  # both clients

PARTS = b"one", b"\xe2\x82", b"three"
DATA = b"".join(map(part, PARTS))


def three_parts(request: InvocationRequest) -> list[bytes]:
    return list(PARTS)


def row(text: str, *modes: Mode) -> pytest.MarkDecorator:
    """A row of the table, once for each mode."""
    return pytest.mark.parametrize("mode", modes, ids=[f"{text} ({mode})" for mode in modes])


@row("3 parts split at every byte offset into 2 chunks", *MODES)
def test_split(mode: Mode) -> None:
    bodies = [(DATA[:cut], DATA[cut:]) for cut in range(len(DATA) + 1)]
    with ScriptedServer([answers(*bodies)]) as server, client_of(server.url) as client:
        for _ in bodies:
            assert read(client, mode) == (parts(*PARTS), None)
    assert server.accepted == 1


@row("3 parts in one TCP write / one byte per write", *MODES)
def test_writes(mode: Mode) -> None:
    bodies = [(DATA,), [DATA[at : at + 1] for at in range(len(DATA))]]
    with ScriptedServer([answers(*bodies)]) as server, client_of(server.url) as client:
        for _ in bodies:
            assert read(client, mode) == (parts(*PARTS), None)


@row("part sent, then 5 s pause", *MODES)
def test_pause(mode: Mode) -> None:
    # The pause lasts until the first event is there: a client that waits for more gets nothing.
    arrived = threading.Event()
    after: list[bool] = []

    def handler(request: InvocationRequest) -> Iterator[bytes]:
        yield b"first"
        after.append(arrived.wait(10))
        yield b"second"

    def take(event: types.PayloadPart) -> None:
        assert event.bytes in (b"first", b"second")
        arrived.set()

    with LocalEndpoint({"ep": handler}) as server, local(server) as client:
        if mode == "lazy":
            with stream(client) as output:
                for event in output.body:
                    assert isinstance(event, types.PayloadPart)
                    take(event)
        else:
            stream(client, on_stream=lambda events: events.on_payload_part_event(take))
    assert after == [True]


@row("parts then ModelStreamError", *MODES)
def test_model_stream_error(mode: Mode) -> None:
    def handler(request: InvocationRequest) -> Iterator[bytes]:
        yield from PARTS
        raise ModelFailedError(500, "oops", error_code="StreamBroken")

    with LocalEndpoint({"ep": handler}) as server, local(server) as client:
        events, failure = read(client, mode)
    assert events == parts(*PARTS)
    assert isinstance(failure, errors.ModelStreamError)
    assert failure.message == "the model answered 500: oops"
    assert failure.error_code == "StreamBroken"
    assert len(server.requests) == 1


@row("message-type error", *MODES)
def test_message_type_error(mode: Mode) -> None:
    def handler(request: InvocationRequest) -> Iterator[Frame]:
        yield event_frame("PayloadPart", b"one")
        yield error_frame("InternalError", "boom")

    with LocalEndpoint({"ep": handler}) as server, local(server) as client:
        events, failure = read(client, mode)
    assert events == parts(b"one")
    assert isinstance(failure, EventError)
    assert (failure.error_code, failure.error_message) == ("InternalError", "boom")


@pytest.mark.parametrize("bit", [0, 40, 95, 200, -40, -1])
@row("flipped bit in prelude / payload / header", *MODES)
def test_flipped_bit(mode: Mode, bit: int) -> None:
    server = LocalEndpoint({"ep": three_parts}, faults=[FlipBit(1, bit)])
    with server, local(server) as client:
        events, failure = read(client, mode)
        assert events == parts(b"one")
        assert type(failure) is EventStreamChecksumError
        assert len(server.requests) == 1


@row("body cut 1 byte short with valid chunked end", *MODES)
def test_cut(mode: Mode) -> None:
    keep = len(event_frame("PayloadPart", b"three").encode()) - 1
    server = LocalEndpoint({"ep": three_parts}, faults=[CutFrame(2, keep)])
    with server, local(server) as client:
        events, failure = read(client, mode)
    assert events == parts(b"one", b"\xe2\x82")
    assert isinstance(failure, TruncatedStreamError)
    assert failure.buffered == keep


@row("handler object + on_stream", "eager")
def test_order(mode: Mode) -> None:
    called: list[str] = []
    handler = event_streams.ResponseStream()
    handler.on_payload_part_event(lambda _: called.append("handler"))
    with LocalEndpoint({"ep": lambda _: [b"one"]}) as server, local(server) as client:
        stream(
            client,
            event_stream_handler=handler,
            on_stream=lambda events: events.on_payload_part_event(
                lambda _: called.append("on_stream")
            ),
        )
    assert called == ["handler", "on_stream"]


@row("event_stream_handler=5", "eager")
def test_no_handler(mode: Mode) -> None:
    transport = Recorder()
    wrong: Any = 5
    with pytest.raises(TypeError) as raised:
        stream(make(transport=transport), event_stream_handler=wrong)
    assert str(raised.value) == (
        "expected event_stream_handler to be a callable or ResponseStream, got 5"
    )
    assert transport.requests == []


@row("424 JSON response", *MODES)
def test_error_answer(mode: Mode) -> None:
    fail = Fail(424, "ModelError", "bad model", OriginalStatusCode=500)
    with LocalEndpoint({"ep": three_parts}, faults=[fail]) as server, local(server) as client:
        events, failure = read(client, mode)
        assert events == []
        assert isinstance(failure, errors.ModelError)
        assert (failure.status, failure.original_status_code) == (424, 500)
        assert read(client, mode) == (parts(*PARTS), None)


NEXT = [serve(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")]


@row("break out of lazy loop", "lazy")
def test_break(mode: Mode) -> None:
    # The answer never ends; the script does once the client has closed its socket.
    endless = [recv_request, send(HEAD + chunk(part(b"one"))), recv_end]
    with ScriptedServer(endless, NEXT) as server, client_of(server.url) as client:
        with stream(client) as output:
            for event in output.body:
                assert [event] == parts(b"one")
                break
        assert invoke(client).body == b"next"
    assert server.accepted == 2


# Python warns of a socket that nobody closed, as it does of files.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stream_that_is_forgotten_closes_its_socket() -> None:
    endless = [recv_request, send(HEAD + chunk(part(b"one"))), recv_end]
    with ScriptedServer(endless, NEXT) as server, client_of(server.url) as client:
        output = stream(client)
        del output
        gc.collect()
        assert invoke(client).body == b"next"
    assert server.accepted == 2
