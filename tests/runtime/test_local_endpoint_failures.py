"""What the local endpoint answers when a request, a handler or a model fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from drawplate.testing import (
    Answer,
    EndpointError,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    error_frame,
    event_frame,
    exception_frame,
)

from tests.runtime.local_handlers import (
    ASYNC,
    HELLO,
    INVOKE,
    STREAM,
    echo,
    unsigned,
)
from tests.runtime.wire import (
    boto_client,
    connect,
    dechunk,
    field,
    post,
    status_and_body,
    talk,
)


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (post("/endpoints/other/invocations"), 400, "ValidationError"),
        (post("/endpoints/ep/elsewhere"), 404, "UnknownOperationException"),
        (post("/endpoints//invocations"), 404, "UnknownOperationException"),
        (post(INVOKE).replace(b"POST", b"GET"), 404, "UnknownOperationException"),
    ],
)
def test_what_is_not_served_is_an_error(request_bytes: bytes, status: int, code: str) -> None:
    with unsigned(echo) as server:
        answer = talk(server, request_bytes)
    assert (status_and_body(answer)[0], field(answer, "x-amzn-errortype")) == (status, code)


def test_a_model_failure_becomes_a_model_error() -> None:
    def handler(request: InvocationRequest) -> bytes:
        raise ModelFailedError(500, "out of wire", log_stream_arn="arn:aws:logs:x")

    with unsigned(handler) as server:
        answer = talk(server, post(INVOKE))
        assert status_and_body(talk(server, post(STREAM))) == status_and_body(answer)
        assert server.errors == []
    status, body = status_and_body(answer)
    assert (status, field(answer, "x-amzn-errortype")) == (424, "ModelError")
    assert json.loads(body) == {
        "Message": "the model answered 500: out of wire",
        "OriginalStatusCode": 500,
        "OriginalMessage": "out of wire",
        "LogStreamArn": "arn:aws:logs:x",
    }


def test_a_handler_can_answer_with_any_error_of_the_service() -> None:
    def handler(request: InvocationRequest) -> bytes:
        raise EndpointError(429, "ModelNotReadyException", "warming up")

    with (
        LocalEndpoint({"ep": handler}) as server,
        boto_client(server) as client,
        pytest.raises(client.exceptions.ModelNotReadyException, match="warming up"),
    ):
        client.invoke_endpoint(EndpointName="ep", Body=b"")


@pytest.mark.parametrize(
    ("path", "result", "kind"),
    [
        *((path, None, TypeError) for path in (INVOKE, ASYNC, STREAM)),
        *((path, [1], TypeError) for path in (INVOKE, ASYNC, STREAM)),
        *((path, {"set": {1}}, TypeError) for path in (INVOKE, ASYNC, STREAM)),
        *((path, Answer(custom_attributes="a\r\nb"), ValueError) for path in (INVOKE, STREAM)),
        *((path, Answer(custom_attributes="\u20ac"), UnicodeError) for path in (INVOKE, STREAM)),
    ],
)
def test_a_broken_handler_is_an_internal_failure(
    path: str, result: Any, kind: type[Exception]
) -> None:
    with unsigned(lambda _: result) as server:
        answer = talk(server, post(path))
        assert [isinstance(error, kind) for error in server.errors] == [True]
    assert field(answer, "x-amzn-errortype") == "InternalFailure"
    assert status_and_body(answer) == (500, b'{"Message": "the endpoint\'s handler failed"}')


def test_a_frame_has_no_place_in_a_whole_answer() -> None:
    with unsigned(lambda _: [error_frame("E")]) as server:
        assert status_and_body(talk(server, post(INVOKE)))[0] == 500
        assert [str(error) for error in server.errors] == [
            "a Frame can only be a part of a streamed answer"
        ]


def test_frames_of_a_handler_are_sent_as_they_are() -> None:
    frames = [
        exception_frame("ModelStreamError", {"Message": "m", "ErrorCode": "e"}),
        error_frame("c", "m"),
        event_frame("Unknown", b"{}", "application/json"),
    ]
    with unsigned(lambda _: frames) as server:
        body = status_and_body(talk(server, post(STREAM)))[1]
    assert dechunk(body) == [frame.encode() for frame in frames]


def fails_later(error: Exception) -> Handler:
    def handler(request: InvocationRequest) -> Iterator[str]:
        yield "Hello"
        raise error

    return handler


def test_a_model_failure_inside_a_stream_is_an_event() -> None:
    failure = ModelFailedError(504, "slow", error_code="ModelInvocationTimeExceeded")
    with unsigned(fails_later(failure)) as server:
        chunks = dechunk(status_and_body(talk(server, post(STREAM)))[1])
    members = {
        "Message": "the model answered 504: slow",
        "ErrorCode": "ModelInvocationTimeExceeded",
    }
    assert chunks == [HELLO, exception_frame("ModelStreamError", members).encode()]


def test_another_failure_inside_a_stream_is_an_event_too() -> None:
    error = ZeroDivisionError()
    with unsigned(fails_later(error)) as server:
        chunks = dechunk(status_and_body(talk(server, post(STREAM)))[1])
        assert server.errors == [error]
    members = {"Message": "the endpoint's handler failed"}
    assert chunks == [HELLO, exception_frame("InternalStreamFailure", members).encode()]


def test_a_generator_is_closed_when_its_reader_leaves() -> None:
    left = threading.Event()

    def endless(request: InvocationRequest) -> Iterator[bytes]:
        try:
            while True:
                yield bytes(65536)
        finally:
            left.set()

    with unsigned(endless) as server:
        with connect(server) as connection:
            connection.sendall(post(STREAM))
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert left.wait(10)


def test_parts_are_sent_as_they_come() -> None:
    go_on = threading.Event()

    def handler(request: InvocationRequest) -> Iterator[str]:
        yield "Hello"
        assert go_on.wait(10)
        yield "Hello"

    with unsigned(handler) as server, connect(server) as connection:
        connection.sendall(post(STREAM))
        received = b""
        while HELLO not in received:
            received += connection.recv(65536)
        assert received.count(HELLO) == 1
        go_on.set()
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65536)
    assert dechunk(status_and_body(received)[1]) == [HELLO, HELLO]
