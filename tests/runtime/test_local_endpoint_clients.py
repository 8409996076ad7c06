"""The local endpoint and boto3: signatures, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawplate.testing import (
    Frame,
    InvocationRequest,
    LocalEndpoint,
    event_frame,
)

from tests.runtime.local_handlers import (
    INVOKE,
    echo,
    upper,
)
from tests.runtime.wire import (
    boto_client,
    botocore_exceptions,
    field,
    post,
    status_and_body,
    talk,
)


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
