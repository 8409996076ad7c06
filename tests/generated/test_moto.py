"""moto's server answers this client as it answers boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.clients import make

# What moto and its dependencies are warned about is not this project's affair.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def client(server: str) -> Iterator[SageMakerRuntimeClient]:
    post(f"{server}/moto-api/reset", {})
    with make(endpoint=server, retry_limit=0) as made:
        yield made


def post(url: str, document: object) -> None:
    request = Request(url, json.dumps(document).encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        assert 200 <= answer.status <= 299


def queue(server: str, kind: str, *results: dict[str, object]) -> None:
    post(f"{server}/moto-api/static/sagemaker/{kind}", {"results": results})


def test_invoke_endpoint_without_a_prepared_result(client: SageMakerRuntimeClient) -> None:
    assert client.invoke_endpoint(endpoint_name="ep", body=b"x") == types.InvokeEndpointOutput(
        body=b"body",
        content_type="content_type",
        invoked_production_variant="invoked_production_variant",
        custom_attributes="custom_attributes",
    )


def test_invoke_endpoint_takes_prepared_results_in_order(
    server: str, client: SageMakerRuntimeClient
) -> None:
    queue(
        server,
        "endpoint-results",
        {"Body": "first", "ContentType": "text/xml", "InvokedProductionVariant": "blue"},
        {"Body": "second", "ContentType": "text/csv", "CustomAttributes": "given back"},
    )
    outputs = [client.invoke_endpoint(endpoint_name="ep", body=body) for body in (b"1", b"2", b"1")]
    first = types.InvokeEndpointOutput(
        body=b"first", content_type="text/xml", invoked_production_variant="blue"
    )
    second = types.InvokeEndpointOutput(
        body=b"second", content_type="text/csv", custom_attributes="given back"
    )
    # moto repeats its answer to a request that it has seen.
    assert outputs == [first, second, first]


def test_moto_tells_requests_apart_by_their_headers(
    server: str, client: SageMakerRuntimeClient
) -> None:
    queue(server, "endpoint-results", {"Body": "one"}, {"Body": "two"}, {"Body": "three"})

    def body(**members: Any) -> bytes:
        return client.invoke_endpoint(endpoint_name="ep", body=b"x", **members).body

    assert body() == b"one"
    assert body(custom_attributes="a") == b"two"
    assert body(custom_attributes="a", accept="text/csv") == b"three"
    assert body() == b"one"


def test_invoke_endpoint_async(server: str, client: SageMakerRuntimeClient) -> None:
    queue(server, "async-endpoint-results", {"data": "result"})
    output = client.invoke_endpoint_async(
        endpoint_name="ep", input_location="s3://bucket/in", inference_id="abc"
    )
    assert output.inference_id == "abc"
    assert output.output_location is not None
    assert output.output_location.startswith("s3://sagemaker-output-")
    assert output.failure_location is not None
    assert output.failure_location.rpartition("/")[0] == output.output_location.rpartition("/")[0]
    assert output.metadata.status == 200


def test_an_operation_that_moto_does_not_know(client: SageMakerRuntimeClient) -> None:
    with pytest.raises(errors.SageMakerRuntimeError) as raised:
        client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
    assert (raised.value.code, raised.value.status) == ("NotFound", 404)
