"""Each way in which a local endpoint can be told to fail, seen from the socket."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from drawplate.testing import (
    CloseAfterAnswer,
    CloseBeforeAnswer,
    CutFrame,
    DelayAnswer,
    EndlessStream,
    Fail,
    Fault,
    FlipBit,
    Framing,
    InvocationRequest,
    LocalEndpoint,
    OneByteWrites,
    PauseInBody,
    RefuseConnections,
    Reply,
    ResetInBody,
    ResetInFrame,
    SlowBytes,
    Throttle,
    WrongLength,
    event_frame,
)
from urllib3.exceptions import ProtocolError

from tests.runtime.local_handlers import echo
from tests.runtime.wire import (
    boto_client,
    botocore_eventstream,
    connect,
    dechunk,
    field,
    post,
    read_all,
    status_and_body,
    talk,
)

INVOKE = "/endpoints/ep/invocations"
STREAM = "/endpoints/ep/invocations-response-stream"
PARTS = [b"first", b"second", b"third"]
FRAMES = [event_frame("PayloadPart", part).encode() for part in PARTS]


class Endpoint:
    """A local endpoint with its handler's calls counted."""

    def __init__(self, *faults: Fault | None, framing: Framing = "chunked") -> None:
        self.calls = 0
        self.server = LocalEndpoint(
            {"ep": self.handle}, credentials=None, faults=faults, framing=framing
        )

    def handle(self, request: InvocationRequest) -> Iterator[bytes]:
        self.calls += 1
        return iter(PARTS)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def talk(self, path: str = INVOKE) -> bytes:
        return talk(self.server, post(path))


def is_whole(answer: bytes) -> bool:
    return status_and_body(answer) == (200, b"firstsecondthird")


def receive(connection: socket.socket) -> tuple[bytes, bool]:
    """Read to the end; say whether that was a reset."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        return received, True
    return received, False


def test_faults_are_taken_one_a_request_and_then_no_more() -> None:
    with Endpoint(Fail(500, "E"), None, Fail(503, "E")) as made:
        assert [status_and_body(made.talk())[0] for _ in range(5)] == [500, 200, 503, 200, 200]


def test_faults_may_go_on_for_ever() -> None:
    faults = itertools.repeat(Fail(500, "E"))
    with LocalEndpoint({}, credentials=None, faults=faults) as server:
        assert [status_and_body(talk(server, post(INVOKE)))[0] for _ in range(3)] == [500] * 3


def test_each_endpoint_has_a_script_of_its_own() -> None:
    faults: dict[str, list[Fault | None]]
    faults = {"a b": [Fail(500, "E"), None, Fail(501, "E")], "c": [Fail(502, "E")]}
    with LocalEndpoint(credentials=None, faults=faults) as server:
        for name in ("a b", "c", "d"):
            server.serve(name, echo)
        asked = ["a%20b", "c", "d", "a%20b", "c", "a%20b", "a%20b"]
        answers = [talk(server, post(f"/endpoints/{name}/invocations")) for name in asked]
        assert [status_and_body(answer)[0] for answer in answers] == (
            [500, 502, 200, 200, 200, 501, 200]
        )


def test_what_is_served_can_be_added_to() -> None:
    with LocalEndpoint(credentials=None) as server:
        assert status_and_body(talk(server, post(INVOKE)))[0] == 400
        server.serve("ep", echo, [Fail(500, "E")])
        server.serve("ep", echo, [None, Fail(501, "E")])
        assert [status_and_body(talk(server, post(INVOKE)))[0] for _ in range(4)] == (
            [500, 200, 501, 200]
        )


def test_throttling_says_when_to_come_again() -> None:
    with Endpoint(Throttle(), Throttle(retry_after=1.5)) as made:
        plain, timed = made.talk(), made.talk()
        assert made.calls == 0
    assert status_and_body(plain) == (429, b'{"Message": "Rate exceeded"}')
    assert field(plain, "x-amzn-errortype") == "ThrottlingException"
    assert [field(answer, "x-amz-retry-after") for answer in (plain, timed)] == [None, "1500"]


def test_connections_are_refused_until_they_are_accepted_again() -> None:
    with Endpoint(None, RefuseConnections()) as made, connect(made.server) as idle:
        assert is_whole(made.talk())
        assert made.talk() == b""
        assert receive(idle) == (b"", False)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                made.talk()
        made.server.accept_connections()
        assert is_whole(made.talk())
        with made.server.refuse_connections(), pytest.raises(ConnectionRefusedError):
            made.talk()
        made.server.accept_connections()  # harmless
        assert is_whole(made.talk())
        assert made.calls == 3
        made.server.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        made.talk()


def test_a_fault_can_be_home_made() -> None:
    class Shout:
        def apply(self, answer: Callable[[], Reply], /) -> Reply:
            reply = answer()
            reply.body = b"".join(reply.pieces()).upper()
            return reply

    with Endpoint(Shout()) as made:
        assert status_and_body(made.talk()) == (200, b"FIRSTSECONDTHIRD")


def test_fail_answers_without_running_the_handler() -> None:
    throttled = Fail(429, "ThrottlingException", "slow down", RetryAfter=1)
    with Endpoint(*[throttled] * 2) as made:
        answer = made.talk()
        assert status_and_body(made.talk(STREAM))[0] == 429
        assert made.calls == 0
        assert is_whole(made.talk())
        assert made.calls == 1
        assert len(made.server.requests) == 3
    assert field(answer, "x-amzn-errortype") == "ThrottlingException"
    assert field(answer, "x-amzn-requestid") == "00000000-0000-4000-8000-000000000001"
    assert status_and_body(answer) == (429, b'{"Message": "slow down", "RetryAfter": 1}')


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("path", [INVOKE, STREAM])
def test_close_before_answer_runs_the_handler_and_sends_nothing(path: str, reset: bool) -> None:
    with Endpoint(CloseBeforeAnswer(reset=reset)) as made:
        with connect(made.server) as connection:
            connection.sendall(post(path))
            assert receive(connection) == (b"", reset)
        assert made.calls == 1
        assert is_whole(made.talk())


def test_close_after_answer_ends_a_connection_unannounced() -> None:
    with Endpoint(CloseAfterAnswer()) as made:
        with connect(made.server) as connection:
            connection.sendall(post(INVOKE))
            answer, reset = receive(connection)
        assert (is_whole(answer), reset, field(answer, "connection")) == (True, False, None)


@pytest.mark.parametrize("after", [0, 3, 16])
def test_reset_in_body_comes_after_so_many_bytes(after: int) -> None:
    with Endpoint(ResetInBody(after)) as made, connect(made.server) as connection:
        connection.sendall(post(INVOKE))
        answer, reset = receive(connection)
    assert (status_and_body(answer), reset) == ((200, b"firstsecondthird"[:after]), True)
    assert field(answer, "content-length") == "16"


def test_reset_in_body_counts_the_bytes_of_a_stream_as_framed() -> None:
    with Endpoint(ResetInBody(len(FRAMES[0]) + 10)) as made, connect(made.server) as connection:
        connection.sendall(post(STREAM))
        answer, reset = receive(connection)
    sent = b"6e\r\n" + FRAMES[0] + b"\r\n6f\r\n" + FRAMES[1]
    assert (status_and_body(answer)[1], reset) == (sent[: len(FRAMES[0]) + 10], True)


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize(("frame", "keep"), [(0, 1), (1, 15), (2, 60)])
def test_reset_in_frame_counts_frames(framing: Framing, frame: int, keep: int) -> None:
    made = Endpoint(ResetInFrame(frame, keep), framing=framing)
    with made, connect(made.server) as connection:
        connection.sendall(post(STREAM))
        answer, reset = receive(connection)
    sent = [*FRAMES[:frame], FRAMES[frame][:keep]]
    if framing == "chunked":
        sent = [b"%x\r\n%b\r\n" % (len(whole), whole) for whole in FRAMES[:frame]]
        sent.append(b"%x\r\n%b" % (len(FRAMES[frame]), FRAMES[frame][:keep]))
    assert (status_and_body(answer), reset) == ((200, b"".join(sent)), True)


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_an_endless_stream_ends_when_its_reader_leaves(framing: Framing) -> None:
    with Endpoint(EndlessStream(), framing=framing) as made, connect(made.server) as connection:
        connection.sendall(post(STREAM))
        received = b""
        while received.count(b"third") < 2:
            received += connection.recv(65536)
    assert re.findall(rb"first|second|third", received)[:6] == PARTS * 2


@pytest.mark.parametrize("path", [INVOKE, STREAM])
def test_slow_bytes_change_nothing_but_the_writes(path: str) -> None:
    with Endpoint(None, SlowBytes(0.0001, size=7)) as made:
        usual, slow = made.talk(path), made.talk(path)
    assert status_and_body(slow) == status_and_body(usual)


def await_answer(connection: socket.socket, until: bytes) -> bytes:
    received = b""
    while not received.endswith(until):
        received += connection.recv(65536)
    return received


def test_pause_in_body_waits_for_its_event() -> None:
    go_on = threading.Event()
    pause = PauseInBody(go_on, after=7)
    with Endpoint(pause) as made, connect(made.server) as connection:
        connection.sendall(post(INVOKE, b"x", "Connection: close"))
        assert pause.reached.wait(10)
        before = await_answer(connection, b"firstse")
        assert is_silent(connection)
        go_on.set()
        assert is_whole(before + read_all(connection))


def test_pause_in_body_can_stand_right_behind_the_head() -> None:
    go_on = threading.Event()
    pause = PauseInBody(go_on)
    with Endpoint(pause) as made, connect(made.server) as connection:
        connection.sendall(post(STREAM, b"x", "Connection: close"))
        assert pause.reached.wait(10)
        before = await_answer(connection, b"\r\n\r\n")
        assert is_silent(connection)
        go_on.set()
        assert dechunk(status_and_body(before + read_all(connection))[1]) == FRAMES


def test_delay_answer_waits_for_its_event() -> None:
    go_on = threading.Event()
    delay = DelayAnswer(go_on)
    with Endpoint(delay) as made, connect(made.server) as connection:
        connection.sendall(post(INVOKE, b"x", "Connection: close"))
        assert delay.reached.wait(10)
        assert made.calls == 1
        assert is_silent(connection)
        go_on.set()
        assert is_whole(read_all(connection))


def is_silent(connection: socket.socket) -> bool:
    """Whether nothing has arrived that was not read yet."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(10)
    return False


def test_one_byte_writes_change_nothing_but_the_writes() -> None:
    with Endpoint(None, OneByteWrites(), None, OneByteWrites()) as made:
        for path in (INVOKE, STREAM):
            usual, slow = made.talk(path), made.talk(path)
            assert status_and_body(slow) == status_and_body(usual)


@pytest.mark.parametrize("by", [-3, 5])
@pytest.mark.parametrize(("path", "body"), [(INVOKE, b"".join(PARTS)), (STREAM, b"".join(FRAMES))])
def test_wrong_length_is_off_by_so_much(path: str, body: bytes, by: int) -> None:
    with Endpoint(WrongLength(by)) as made, connect(made.server) as connection:
        connection.sendall(post(path))
        answer, reset = receive(connection)
    assert (status_and_body(answer), reset) == ((200, body), False)
    assert field(answer, "content-length") == str(len(body) + by)
    assert field(answer, "transfer-encoding") is None


@pytest.mark.parametrize(("frame", "keep"), [(0, 1), (1, 15), (2, 100)])
def test_cut_frame_ends_inside_a_frame_with_whole_chunks(frame: int, keep: int) -> None:
    with Endpoint(CutFrame(frame, keep)) as made:
        chunks = dechunk(status_and_body(made.talk(STREAM))[1])
        assert chunks == [*FRAMES[:frame], FRAMES[frame][:keep]]
        assert dechunk(status_and_body(made.talk(STREAM))[1]) == FRAMES


@pytest.mark.parametrize(("frame", "bit"), [(0, 0), (1, 95), (2, 300), (1, -1)])
def test_flip_bit_changes_one_bit_of_one_frame(frame: int, bit: int) -> None:
    with Endpoint(FlipBit(frame, bit), framing="close") as made:
        sent = status_and_body(made.talk(STREAM))[1]
    expected = b"".join(FRAMES)
    different = [
        8 * index + bit_number
        for index, (one, other) in enumerate(zip(sent, expected, strict=True))
        for bit_number in range(8)
        if (one ^ other) >> bit_number & 1
    ]
    start = 8 * len(b"".join(FRAMES[:frame]))
    assert different == [start + bit % (8 * len(FRAMES[frame]))]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FlipBit(frame=1), botocore_eventstream.ChecksumMismatch),
        (ResetInBody(len(FRAMES[0]) + 8), ProtocolError),
    ],
)
def test_boto3_notices_a_broken_stream(fault: Fault, error: type[Exception]) -> None:
    events: list[Any] = []
    endpoint = LocalEndpoint({"ep": lambda _: iter(PARTS)}, faults=[fault])
    with endpoint as server, boto_client(server) as client:
        out = client.invoke_endpoint_with_response_stream(EndpointName="ep", Body=b"x")
        with closing(out["Body"]) as stream, pytest.raises(error):
            events.extend(iter(stream))
    assert events == [{"PayloadPart": {"Bytes": PARTS[0]}}]
