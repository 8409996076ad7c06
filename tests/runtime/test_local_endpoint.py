"""The local endpoint's three operations, as raw bytes and through boto3."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from drawplate.testing import (
    Answer,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
)

from tests.runtime.local_handlers import (
    ASYNC,
    HELLO,
    INVOKE,
    STREAM,
    echo,
    hello_twice,
    path_of,
    unsigned,
)
from tests.runtime.wire import (
    boto_client,
    connect,
    field,
    post,
    status_and_body,
    talk,
)


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
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "..%2Fx.out",
        "...%2Fx.out.content-type",
    ]


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


def test_long_runs_keep_the_last_requests() -> None:
    with unsigned(echo, requests_kept=2) as server:
        answers = [talk(server, post(INVOKE, body)) for body in (b"1", b"2", b"3")]
        assert [request.body for request in server.requests] == [b"2", b"3"]
    assert field(answers[-1], "x-amzn-requestid") == "00000000-0000-4000-8000-000000000003"
