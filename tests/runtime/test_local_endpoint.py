"""The local endpoint's three operations, as raw bytes and through boto3."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from drawplate.testing import (
    Answer,
    EndpointError,
    Frame,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    error_frame,
    event_frame,
    exception_frame,
)

from tests.runtime.wire import (
    boto_client,
    botocore_exceptions,
    connect,
    dechunk,
    field,
    post,
    status_and_body,
    talk,
)

INVOKE = "/endpoints/ep/invocations"
ASYNC = "/endpoints/ep/async-invocations"
STREAM = "/endpoints/ep/invocations-response-stream"

# The frame of event-streams.md section 1.
HELLO = bytes.fromhex(
    "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
    "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
    "637465742d73747265616d48656c6c6ff7c3a006"
)


def unsigned(handler: Handler, **options: Any) -> LocalEndpoint:
    return LocalEndpoint({"ep": handler}, credentials=None, **options)


def echo(request: InvocationRequest) -> bytes:
    return request.body


def hello_twice(request: InvocationRequest) -> list[str | bytes | Frame]:
    return ["Hello", b"Hello"]


def upper() -> LocalEndpoint:
    return LocalEndpoint({"ep": lambda request: request.body.upper()})


def path_of(uri: str | None) -> Path:
    assert uri is not None
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("file", "")
    return Path(parts.path)


def test_an_invocation_is_answered_byte_for_byte() -> None:
    with unsigned(echo, clock=lambda: 1768480496.0) as server:
        assert talk(server, post(INVOKE, b"hi")) == (
            b"HTTP/1.1 200 OK\r\n"
            b"Date: Thu, 15 Jan 2026 12:34:56 GMT\r\n"
            b"x-amzn-RequestId: 00000000-0000-4000-8000-000000000001\r\n"
            b"Content-Type: application/octet-stream\r\n"
            b"x-Amzn-Invoked-Production-Variant: AllTraffic\r\n"
            b"Content-Length: 2\r\n"
            b"\r\n"
            b"hi"
        )


def test_a_stream_is_answered_byte_for_byte() -> None:
    with unsigned(hello_twice, clock=lambda: 1768480496.0) as server:
        assert talk(server, post(STREAM)) == (
            b"HTTP/1.1 200 OK\r\n"
            b"Date: Thu, 15 Jan 2026 12:34:56 GMT\r\n"
            b"x-amzn-RequestId: 00000000-0000-4000-8000-000000000001\r\n"
            b"Content-Type: application/vnd.amazon.eventstream\r\n"
            b"X-Amzn-SageMaker-Content-Type: application/octet-stream\r\n"
            b"x-Amzn-Invoked-Production-Variant: AllTraffic\r\n"
            b"Transfer-Encoding: chunked\r\n"
            b"\r\n"
            b"6e\r\n" + HELLO + b"\r\n6e\r\n" + HELLO + b"\r\n0\r\n\r\n"
        )


@pytest.mark.parametrize("framing", ["length", "close"])
def test_a_stream_can_be_framed_otherwise(framing: Any) -> None:
    with unsigned(hello_twice, framing=framing) as server:
        answer = talk(server, post(STREAM))
    assert status_and_body(answer) == (200, HELLO * 2)
    expected = {"length": ("220", None), "close": (None, "close")}[framing]
    assert (field(answer, "content-length"), field(answer, "connection")) == expected


@pytest.mark.parametrize(
    ("result", "content_type", "body"),
    [
        (b"\x00\xff", "application/octet-stream", b"\x00\xff"),
        ("grün", "text/plain; charset=utf-8", "grün".encode()),
        ({"score": 0.5}, "application/json", b'{"score": 0.5}'),
        (["a", b"b"], "application/octet-stream", b"ab"),
        (Answer("1\n", content_type="text/csv"), "text/csv", b"1\n"),
    ],
)
def test_each_kind_of_result_has_its_content_type(
    result: Any, content_type: str, body: bytes
) -> None:
    with unsigned(lambda _: result) as server:
        answer = talk(server, post(INVOKE))
        stream = talk(server, post(STREAM))
    assert (field(answer, "content-type"), status_and_body(answer)) == (content_type, (200, body))
    assert field(stream, "x-amzn-sagemaker-content-type") == content_type


def test_a_handler_is_given_the_members_of_the_input() -> None:
    seen: list[InvocationRequest] = []

    def handler(request: InvocationRequest) -> bytes:
        seen.append(request)
        return b""

    own = {
        "Accept": "a",
        "Content-Type": "c",
        "X-Amzn-SageMaker-Accept": "own-a",
        "X-Amzn-SageMaker-Content-Type": "own-c",
        "X-Amzn-SageMaker-Custom-Attributes": "attributes",
        "X-Amzn-SageMaker-Inference-Component": "component",
        "X-Amzn-SageMaker-Inference-Id": "inference",
        "X-Amzn-SageMaker-Session-Id": "session",
        "X-Amzn-SageMaker-Target-Model": "model",
        "X-Amzn-SageMaker-Target-Variant": "variant",
        "X-Amzn-SageMaker-Prefix-Aware-Id": "prefix",
    }
    fields = [f"{name}: {value}" for name, value in own.items()]
    with LocalEndpoint({"my ep~/$": handler}, credentials=None) as server:
        for action in ("invocations", "async-invocations", "invocations-response-stream"):
            talk(server, post(f"/endpoints/my%20ep~%2F%24/{action}", b"body", *fields))
    assert [(r.operation, r.accept, r.content_type) for r in seen] == [
        ("InvokeEndpoint", "a", "c"),
        ("InvokeEndpointAsync", "own-a", "own-c"),
        ("InvokeEndpointWithResponseStream", "own-a", "c"),
    ]
    for request in seen:
        assert (
            request.endpoint_name,
            request.body,
            request.custom_attributes,
            request.inference_component_name,
            request.inference_id,
            request.session_id,
            request.target_model,
            request.target_variant,
            request.headers["x-amzn-sagemaker-prefix-aware-id"],
        ) == (
            "my ep~/$",
            b"body",
            "attributes",
            "component",
            "inference",
            "session",
            "model",
            "variant",
            "prefix",
        )
    assert repr(seen[0]) == (
        "InvocationRequest('InvokeEndpoint', 'my ep~/$', <4 bytes>, "
        "request_id='00000000-0000-4000-8000-000000000001')"
    )


def test_an_answer_carries_the_members_of_the_output() -> None:
    given = Answer(
        b"1",
        content_type="text/csv",
        custom_attributes="c",
        invoked_production_variant="blue",
        new_session_id="abc; Expires=2026-01-15T13:34:56Z",
        closed_session_id="old",
        status=201,
    )
    with LocalEndpoint({"ep": lambda _: given}) as server, boto_client(server) as client:
        out = client.invoke_endpoint(EndpointName="ep", Body=b"")
    assert out["Body"].read() == b"1"
    out.pop("Body")
    assert out.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    assert out == {
        "ContentType": "text/csv",
        "InvokedProductionVariant": "blue",
        "CustomAttributes": "c",
        "NewSessionId": "abc; Expires=2026-01-15T13:34:56Z",
        "ClosedSessionId": "old",
    }


def test_boto3_invokes_with_its_signature_checked() -> None:
    with upper() as server, boto_client(server) as client:
        out = client.invoke_endpoint(EndpointName="ep", Body=b"abc", ContentType="text/csv")
        assert out["Body"].read() == b"ABC"
        assert out["ResponseMetadata"]["RequestId"] == "00000000-0000-4000-8000-000000000001"
        assert client.invoke_endpoint(EndpointName="ep", Body=b"d")["Body"].read() == b"D"
        assert server.connections == 1
        assert [(r.method, r.path, r.body) for r in server.requests] == [
            ("POST", INVOKE, b"abc"),
            ("POST", INVOKE, b"d"),
        ]
        assert server.requests[0].headers["content-type"] == "text/csv"


def test_boto3_invokes_asynchronously_with_its_signature_checked(tmp_path: Path) -> None:
    endpoint = LocalEndpoint({"ep": lambda r: r.body + b"!"}, output_dir=tmp_path)
    with endpoint as server, boto_client(server) as client:
        out = client.invoke_endpoint_async(EndpointName="ep", Body=b"abc", InferenceId="id-1")
        assert out.pop("ResponseMetadata")["HTTPStatusCode"] == 202
        assert out == {
            "InferenceId": "id-1",
            "OutputLocation": (tmp_path / "id-1.out").as_uri(),
            "FailureLocation": (tmp_path / "failures" / "id-1.out").as_uri(),
        }
    assert (tmp_path / "id-1.out").read_bytes() == b"abc!"
    assert not (tmp_path / "failures").exists()


def test_boto3_streams_with_its_signature_checked() -> None:
    def handler(request: InvocationRequest) -> Iterator[bytes | str | Frame]:
        return iter([request.body, "ü", event_frame("New", b"?")])

    with LocalEndpoint({"ep": handler}) as server, boto_client(server) as client:
        out = client.invoke_endpoint_with_response_stream(EndpointName="ep", Body=b"a")
        assert out["ContentType"] == "application/octet-stream"
        events = list(out["Body"])
    assert events[:2] == [{"PayloadPart": {"Bytes": b"a"}}, {"PayloadPart": {"Bytes": b"\xc3\xbc"}}]
    assert len(events) == 2  # botocore drops what it does not know


@pytest.mark.parametrize(
    ("operation", "extra"),
    [
        ("invoke_endpoint", {"Accept": "a", "EnableExplanations": "`true`", "SessionId": "s"}),
        ("invoke_endpoint_async", {"RequestTTLSeconds": 60, "InferenceId": "a b~/"}),
        ("invoke_endpoint_with_response_stream", {"CustomAttributes": "two  spaces "}),
    ],
)
def test_a_wrong_secret_is_refused(operation: str, extra: dict[str, Any]) -> None:
    with LocalEndpoint({"ep": echo}) as server:
        with boto_client(server) as client:
            out = getattr(client, operation)(EndpointName="ep", Body=b"x", **extra)
            assert out["ResponseMetadata"]["HTTPStatusCode"] in (200, 202)
            if "Body" in out:
                out["Body"].close()
        with (
            boto_client(server, secret="wrong") as client,
            pytest.raises(botocore_exceptions.ClientError) as caught,
        ):
            getattr(client, operation)(EndpointName="ep", Body=b"x", **extra)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert answer["Error"]["Code"] == "InvalidSignatureException"


def test_an_unsigned_request_is_refused() -> None:
    with LocalEndpoint({"ep": echo}) as server:
        answer = talk(server, post(INVOKE))
        assert len(server.requests) == 1
    assert field(answer, "x-amzn-errortype") == "MissingAuthenticationToken"
    assert status_and_body(answer) == (
        403,
        b'{"Message": "there is no single Authorization header"}',
    )


def test_a_session_token_must_be_the_right_one() -> None:
    with LocalEndpoint({"ep": echo}, credentials=("AKID", "secret", "token")) as server:
        with boto_client(server, token="token") as client:
            out = client.invoke_endpoint(EndpointName="ep", Body=b"x")
            assert out["Body"].read() == b"x"
        for token in ("other", None):
            with (
                boto_client(server, token=token) as client,
                pytest.raises(botocore_exceptions.ClientError) as caught,
            ):
                client.invoke_endpoint(EndpointName="ep", Body=b"x")
            assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"


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


def test_a_failed_asynchronous_inference_is_written_to_its_failure_location(
    tmp_path: Path,
) -> None:
    def handler(request: InvocationRequest) -> bytes:
        raise ModelFailedError(400, "no")

    with unsigned(handler, output_dir=tmp_path) as server:
        answer = talk(server, post(ASYNC))
    assert status_and_body(answer)[0] == 202
    assert not path_of(field(answer, "x-amzn-sagemaker-outputlocation")).exists()
    failed = path_of(field(answer, "x-amzn-sagemaker-failurelocation"))
    assert json.loads(failed.read_bytes()) == {
        "Message": "the model answered 400: no",
        "OriginalStatusCode": 400,
        "OriginalMessage": "no",
    }


@pytest.mark.parametrize("location", ["{uri}/in/data.csv", "s3://in/data.csv"])
def test_an_asynchronous_input_is_read_from_its_location(tmp_path: Path, location: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "data.csv").write_bytes(b"1,2")
    given = f"X-Amzn-SageMaker-InputLocation: {location.format(uri=tmp_path.as_uri())}"
    with unsigned(echo, output_dir=tmp_path) as server:
        answer = talk(server, post(ASYNC, b"", given))
    assert status_and_body(answer)[0] == 202
    assert path_of(field(answer, "x-amzn-sagemaker-outputlocation")).read_bytes() == b"1,2"


def test_an_asynchronous_result_goes_where_the_client_says(tmp_path: Path) -> None:
    fields = ("X-Amzn-SageMaker-S3OutputPathExtension: a/b", "X-Amzn-SageMaker-Filename: r.csv")
    with unsigned(echo, output_dir=tmp_path) as server:
        talk(server, post(ASYNC, b"1", *fields))
    assert (tmp_path / "a" / "b" / "r.csv").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", []),
        (b"x", ["InputLocation: s3://a/b"]),
        (b"", ["InputLocation: s3://not/there"]),
        (b"", ["InputLocation: https://example.com/a"]),
        (b"", ["InputLocation: file:///etc/hostname"]),
        (b"", ["InputLocation: s3://../secret"]),
        (b"x", ["S3OutputPathExtension: ../.."]),
        (b"x", ["S3OutputPathExtension: /tmp"]),
        (b"x", ["Filename: ../x"]),
        (b"x" * 128001, []),
    ],
)
def test_a_wrong_asynchronous_input_is_refused(
    tmp_path: Path, body: bytes, fields: list[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    own = [f"X-Amzn-SageMaker-{text}" for text in fields]
    with unsigned(echo, output_dir=folder) as server:
        answer = talk(server, post(ASYNC, body, *own))
    assert (status_and_body(answer)[0], field(answer, "x-amzn-errortype")) == (
        400,
        "ValidationError",
    )
    assert list(folder.iterdir()) == []


def test_an_inference_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    with unsigned(echo, output_dir=tmp_path) as server:
        talk(server, post(ASYNC, b"1", "X-Amzn-SageMaker-Inference-Id: ../x"))
    assert [path.name for path in tmp_path.iterdir()] == ["..%2Fx.out"]


def test_a_temporary_folder_lives_as_long_as_the_endpoint() -> None:
    with unsigned(echo) as server:
        out = path_of(field(talk(server, post(ASYNC, b"1")), "x-amzn-sagemaker-outputlocation"))
        assert out.read_bytes() == b"1"
    assert not out.parent.exists()


def test_connections_are_served_at_the_same_time() -> None:
    meeting = threading.Barrier(8, timeout=10)

    def handler(request: InvocationRequest) -> bytes:
        meeting.wait()
        return request.body

    with unsigned(handler) as server, ThreadPoolExecutor(8) as pool:
        bodies = [str(number).encode() for number in range(8)]
        answers = list(pool.map(talk, [server] * 8, [post(INVOKE, body) for body in bodies]))
        assert server.connections == 8
        ids = {field(answer, "x-amzn-requestid") for answer in answers}
    assert [status_and_body(answer) for answer in answers] == [(200, body) for body in bodies]
    assert ids == {f"00000000-0000-4000-8000-{number:012d}" for number in range(1, 9)}


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())
    with unsigned(echo) as server:
        with connect(server) as idle, connect(server) as used:
            used.sendall(post(INVOKE))
            assert used.recv(12) == b"HTTP/1.1 200"
            server.close()
            assert set(threading.enumerate()) == before
            assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))
    assert set(threading.enumerate()) == before


def test_a_handler_that_does_not_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drawplate.testing._server.GRACE", 0.0)
    running = threading.Event()
    end = threading.Event()

    def handler(request: InvocationRequest) -> bytes:
        running.set()
        assert end.wait(10)
        return b""

    server = unsigned(handler)
    with connect(server) as connection:
        connection.sendall(post(INVOKE))
        assert running.wait(10)
        with pytest.warns(ResourceWarning, match="1 handlers of the local endpoint still run"):
            server.close()
        end.set()


def test_no_secret_is_shown() -> None:
    server = LocalEndpoint({"b": echo, "a": echo}, credentials=("AKID", "hush", "token"))
    with server:
        assert repr(server) == f"LocalEndpoint(['a', 'b'], url='http://127.0.0.1:{server.port}')"
        talk(server, post(INVOKE, b"hush", "Authorization: hush"))
        assert repr(server.requests) == (f"[ReceivedRequest('POST', '{INVOKE}', <4 bytes>)]")
        assert (server.access_key_id, server.secret_access_key) == ("AKID", "hush")
