"""The client against a local endpoint over real HTTP: results, errors, faults and retries."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from drawplate.errors import (
    ConnectError,
    ConnectionLostError,
    NetworkingError,
    ReadTimeoutError,
    TruncatedBodyError,
)
from drawplate.testing import (
    Answer,
    CloseAfterAnswer,
    CloseBeforeAnswer,
    DelayAnswer,
    EndpointError,
    Fail,
    Fault,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    ResetInBody,
    WrongLength,
)
from sagemaker_runtime import errors, types

from tests.runtime.clients import invoke, local

pytestmark = pytest.mark.usefixtures("face")  # both clients


def upper(request: InvocationRequest) -> bytes:
    return request.body.upper()


def failing(error: Exception) -> Handler:
    def handler(request: InvocationRequest) -> bytes:
        raise error

    return handler


def test_invoke_endpoint() -> None:
    seen: list[InvocationRequest] = []

    def handler(request: InvocationRequest) -> Answer:
        seen.append(request)
        return Answer(
            {"score": 0.99},
            custom_attributes="given back",
            new_session_id="abc; Expires=2026-01-15T13:34:56Z",
            closed_session_id="old",
        )

    with LocalEndpoint({"my ep~/$": handler}) as server, local(server) as client:
        output = client.invoke_endpoint(
            endpoint_name="my ep~/$",
            body='{"inputs":"é"}',
            content_type="application/json",
            accept="application/json",
            custom_attributes="trace  id=1",
            inference_id="req-1",
            session_id="NEW_SESSION",
            target_model="m.tar.gz",
            target_variant="blue",
            inference_component_name="component",
        )
    assert output == types.InvokeEndpointOutput(
        body=b'{"score": 0.99}',
        content_type="application/json",
        invoked_production_variant="AllTraffic",
        custom_attributes="given back",
        new_session_id="abc; Expires=2026-01-15T13:34:56Z",
        closed_session_id="old",
    )
    assert output.metadata.request_id == "00000000-0000-4000-8000-000000000001"
    (request,) = seen
    assert request.operation == "InvokeEndpoint"
    assert (request.endpoint_name, request.body) == ("my ep~/$", '{"inputs":"é"}'.encode())
    assert (request.content_type, request.accept) == ("application/json", "application/json")
    assert (request.custom_attributes, request.inference_id) == ("trace  id=1", "req-1")
    assert (request.session_id, request.target_model) == ("NEW_SESSION", "m.tar.gz")
    assert (request.target_variant, request.inference_component_name) == ("blue", "component")
    assert request.headers["content-length"] == "15"


def test_an_empty_body_both_ways() -> None:
    with LocalEndpoint({"ep": upper}) as server, local(server) as client:
        output = invoke(client, b"")
        assert (output.body, server.requests[0].headers["content-length"]) == (b"", "0")


def test_six_mebibytes_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"a" * 6291456)
    with LocalEndpoint({"ep": upper}) as server, local(server) as client:
        output = client.invoke_endpoint(endpoint_name="ep", body=path)
    assert len(output.body) == 6291456
    assert set(output.body) == {ord("A")}


def test_invoke_endpoint_async(tmp_path: Path) -> None:
    folder = tmp_path / "bucket"
    folder.mkdir()
    (folder / "in.txt").write_bytes(b"from s3")
    with LocalEndpoint({"ep": upper}, output_dir=tmp_path) as server, local(server) as client:
        inline = client.invoke_endpoint_async(
            endpoint_name="ep", body=b"inline", inference_id="abc", filename="named.out"
        )
        stored = client.invoke_endpoint_async(
            endpoint_name="ep", input_location="s3://bucket/in.txt", request_ttl_seconds=60
        )
        requests = server.requests
    assert (inline.inference_id, inline.metadata.status) == ("abc", 202)
    assert stored.inference_id == "00000000-0000-4000-8000-000000000002"
    results = [Path(urlsplit(str(output.output_location)).path) for output in (inline, stored)]
    assert [path.read_bytes() for path in results] == [b"INLINE", b"FROM S3"]
    assert results[0].name == "named.out"
    assert requests[0].headers["content-type"] == "application/octet-stream"
    assert "content-type" not in requests[1].headers
    assert requests[1].headers["content-length"] == "0"


def test_errors_of_the_service() -> None:
    handlers = {
        "model": failing(ModelFailedError(500, "oops", log_stream_arn="arn:aws:logs:x")),
        "refused": failing(EndpointError(400, "ValidationError", "no")),
        "denied": failing(EndpointError(403, "AccessDeniedException", "not you")),
    }
    with LocalEndpoint(handlers) as server, local(server) as client:
        with pytest.raises(errors.ModelError) as model:
            client.invoke_endpoint(endpoint_name="model", body=b"x")
        with pytest.raises(errors.ValidationError) as refused:
            client.invoke_endpoint_async(endpoint_name="refused", input_location="file:/none")
        with pytest.raises(errors.SageMakerRuntimeError) as denied:
            client.invoke_endpoint_with_response_stream(endpoint_name="denied", body=b"x")
        assert len(server.requests) == 3
        assert server.connections == 1
    assert (model.value.original_status_code, model.value.original_message) == (500, "oops")
    assert model.value.log_stream_arn == "arn:aws:logs:x"
    assert str(model.value) == (
        "ModelError: the model answered 500: oops (operation InvokeEndpoint, status 424, "
        "request id 00000000-0000-4000-8000-000000000001, attempts 1)"
    )
    assert refused.value.status == 400
    assert (type(denied.value), denied.value.code) == (
        errors.error_class("AccessDeniedException"),
        "AccessDeniedException",
    )


def test_a_wrong_secret_is_told_by_the_service() -> None:
    with LocalEndpoint({"ep": upper}) as server:
        client = local(server, secret_access_key="wrong")
        with client, pytest.raises(errors.SageMakerRuntimeError) as raised:
            invoke(client)
    assert (raised.value.code, raised.value.status, raised.value.attempts) == (
        "InvalidSignatureException",
        403,
        1,
    )


def test_a_session_token_is_signed() -> None:
    server = LocalEndpoint({"ep": upper}, credentials=("AKID", "secret", "token"))
    with server, local(server, session_token="token") as client:
        assert invoke(client).body == b"X"


SLOW_DOWN = Fail(400, "ThrottlingException", "slower")


@pytest.mark.parametrize(
    ("faults", "attempts"),
    [
        ([], 1),
        ([Fail(500, "InternalFailure")], 2),
        ([Fail(429, "ModelNotReadyException")] * 3, 4),
        ([SLOW_DOWN, Fail(503, "ServiceUnavailable")], 3),
        ([CloseBeforeAnswer()], 2),
        ([CloseBeforeAnswer(reset=True)] * 2, 3),
        ([ResetInBody()], 2),
        ([WrongLength(by=1)], 2),
    ],
    ids=["none", "500", "not-ready", "throttled", "closed", "reset", "in-body", "short-body"],
)
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_faults_are_retried(
    faults: list[Fault],
    attempts: int,
    mode: Literal["legacy", "standard"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drawplate._client_base._random", float)
    server = LocalEndpoint({"ep": upper}, faults=faults)
    with server, local(server, retry_mode=mode, max_attempts=4) as client:
        output = invoke(client)
        requests = server.requests
    assert (output.body, output.metadata.attempts, len(requests)) == (b"X", attempts, attempts)
    assert len({request.headers["amz-sdk-invocation-id"] for request in requests}) == 1
    announced = [request.headers.get("amz-sdk-request") for request in requests]
    assert [text and text.partition("; ttl=")[0] for text in announced] == [
        f"attempt={number}; max=4" if mode == "standard" else None
        for number in range(1, attempts + 1)
    ]


def test_the_last_error_is_raised() -> None:
    server = LocalEndpoint({"ep": upper}, faults=[Fail(503, "ServiceUnavailable", "later")] * 4)
    with server, local(server) as client:
        with pytest.raises(errors.ServiceUnavailable) as raised:
            invoke(client)
        assert (raised.value.attempts, raised.value.message, len(server.requests)) == (
            4,
            "later",
            4,
        )
        assert server.connections == 1
        assert invoke(client).body == b"X"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (CloseBeforeAnswer(), ConnectionLostError),
        (CloseBeforeAnswer(reset=True), ConnectionLostError),
        (WrongLength(by=1), TruncatedBodyError),
    ],
    ids=["closed", "reset", "short-body"],
)
def test_retry_after_send_false_sends_once(fault: Fault, kind: type[NetworkingError]) -> None:
    server = LocalEndpoint({"ep": upper}, faults=[fault])
    with server, local(server, retry_after_send=False) as client:
        with pytest.raises(kind) as raised:
            invoke(client)
        assert (raised.value.attempts, raised.value.possible_runs) == (1, 1)
        assert len(server.requests) == 1
        assert invoke(client).body == b"X"


def test_retry_after_send_false_still_waits_for_a_model_that_loads() -> None:
    server = LocalEndpoint({"ep": upper}, faults=[Fail(429, "ModelNotReadyException")])
    with server, local(server, retry_after_send=False) as client:
        assert invoke(client).metadata.attempts == 2


def test_a_read_timeout_says_how_often_the_model_may_have_run() -> None:
    never = threading.Event()
    faults = [DelayAnswer(never), DelayAnswer(never)]
    server = LocalEndpoint({"ep": upper}, faults=faults)
    with server, local(server, http_read_timeout=0.05, retry_limit=1) as client:
        with pytest.raises(ReadTimeoutError) as raised:
            invoke(client)
        assert (raised.value.attempts, raised.value.possible_runs) == (2, 2)
        patient = client.with_options(http_read_timeout=30)
        assert invoke(patient).body == b"X"


def test_a_connection_that_the_service_closed_is_replaced() -> None:
    server = LocalEndpoint({"ep": upper}, faults=[CloseAfterAnswer()])
    with server, local(server, retry_limit=0) as client:
        assert invoke(client).body == b"X"
        assert invoke(client.with_options(retry_limit=3)).body == b"X"
        assert server.connections == 2


def test_nobody_listens() -> None:
    with LocalEndpoint({}) as server:
        client = local(server)
    with client, pytest.raises(ConnectError) as raised:
        invoke(client)
    assert (raised.value.attempts, raised.value.possible_runs) == (4, 0)
