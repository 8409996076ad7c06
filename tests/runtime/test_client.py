"""The client object: making it, its options, and what it does around a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from drawplate import require_contract
from drawplate.client import Client
from drawplate.config import ServiceInfo
from drawplate.endpoints import Endpoint, custom_endpoint
from drawplate.errors import (
    ConfigurationError,
    EndpointResolutionError,
    MissingRegionError,
    ParamValidationError,
)
from drawplate.http import HttpResponse
from drawplate.operation import Operation
from drawplate.request import Response
from sagemaker_runtime import SageMakerRuntimeClient, errors, types
from sagemaker_runtime._operations import INVOKE_ENDPOINT_ASYNC

from tests.runtime.clients import KEY, SECRET, Recorder, invoke, json_answer, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

if TYPE_CHECKING:
    from sagemaker_runtime.params import InvokeEndpointInput

HOST = "https://runtime.sagemaker.us-east-1.amazonaws.com"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
BUSY = json_answer(b'{"Message":"later"}', 503, x_amzn_errortype="ServiceUnavailable")


#: For calls that a type checker would refuse.
untyped: Any = SageMakerRuntimeClient


def test_construction_resolves_options_and_sends_nothing() -> None:
    transport = Recorder()
    client = make(transport=transport, retry_mode="standard")
    assert (client.config.region, client.config.retry_mode) == ("us-east-1", "standard")
    assert client.config.transport is transport
    assert transport.requests == []


def test_the_environment_is_asked_at_construction() -> None:
    client = SageMakerRuntimeClient(environ={"AWS_REGION": "eu-west-1"})
    assert client.config.region == "eu-west-1"


def test_an_unknown_option_is_a_type_error_that_helps() -> None:
    with pytest.raises(TypeError) as raised:
        untyped(regoin="us-east-1")
    assert str(raised.value) == "unknown option 'regoin'; did you mean 'region'?"
    with pytest.raises(TypeError) as raised:
        untyped(region="us-east-1").with_options(quux=5)
    assert str(raised.value) == "unknown option 'quux'; check its name"


def test_options_are_keywords() -> None:
    with pytest.raises(TypeError, match="positional"):
        untyped("us-east-1")


def test_a_missing_region() -> None:
    with pytest.raises(MissingRegionError):
        SageMakerRuntimeClient(environ={})


def test_the_base_class_makes_no_clients() -> None:
    base: Any = Client
    with pytest.raises(TypeError, match="abstract"):
        base(region="us-east-1")


def test_a_generated_package_that_is_newer_than_the_runtime() -> None:
    require_contract(1, "things")
    with pytest.raises(ImportError) as raised:
        require_contract(1000, "things")
    assert str(raised.value).startswith("things needs a newer drawplate than ")


def test_operation_names() -> None:
    assert make().operation_names == [
        "invoke_endpoint",
        "invoke_endpoint_async",
        "invoke_endpoint_with_response_stream",
    ]
    assert repr(INVOKE_ENDPOINT_ASYNC) == "<Operation InvokeEndpointAsync>"


def test_repr_says_nothing_of_the_configuration() -> None:
    assert repr(make()) == "<SageMakerRuntimeClient>"


def test_a_custom_transport_gets_the_request_and_its_answer_is_parsed() -> None:
    transport = Recorder(json_answer(b"answer", x_amzn_requestid="r-1"))
    output = invoke(make(transport=transport))
    assert output == types.InvokeEndpointOutput(body=b"answer")
    assert (output.metadata.request_id, output.metadata.attempts) == ("r-1", 1)
    request = transport.request
    assert (request.method, request.url) == ("POST", f"{HOST}/endpoints/ep/invocations")
    assert request.body == b"x"


def test_invocation_ids_are_uuids_new_for_each_call() -> None:
    transport = Recorder()
    client = make(transport=transport)
    invoke(client)
    invoke(client)
    ids = [request.headers["amz-sdk-invocation-id"] for request in transport.requests]
    assert all(UUID4.fullmatch(one) for one in ids)
    assert ids[0] != ids[1]


def test_the_user_agent_is_that_of_the_client() -> None:
    transport = Recorder()
    client = make(
        transport=transport,
        endpoint="https://example.com",
        sdk_ua_app_id="my app",
        user_agent_suffix="more/1",
        account_id="123456789012",
        environ={"AWS_EXECUTION_ENV": "here"},
    )
    invoke(client)
    agent = transport.request.headers["user-agent"]
    assert " api/sagemaker_runtime#" in agent
    assert agent.endswith(" exec-env/here app/my-app m/N,T,D more/1")


@pytest.mark.blocks
def test_the_endpoint_is_resolved_at_the_first_call_and_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str | None] = []

    def resolve(*, region: str | None, **_: object) -> Endpoint:
        asked.append(region)
        return Endpoint(f"https://{region}.example.com")

    monkeypatch.setattr("sagemaker_runtime.client.resolve_endpoint", resolve)
    transport = Recorder()
    client = make(transport=transport)
    assert asked == []
    invoke(client)
    invoke(client)
    invoke(client.with_options(region="eu-west-1"))
    assert asked == ["us-east-1", "eu-west-1"]
    assert [request.url.partition(".")[0] for request in transport.requests] == [
        "https://us-east-1",
        "https://us-east-1",
        "https://eu-west-1",
    ]


def test_what_the_endpoint_rules_refuse() -> None:
    with pytest.raises(EndpointResolutionError) as raised:
        invoke(make(endpoint="https://example.com", use_fips_endpoint=True))
    assert str(raised.value) == "Invalid Configuration: FIPS and custom endpoint are not supported"


@pytest.mark.blocks
def test_with_options_changes_a_copy_alone() -> None:
    transport = Recorder()
    client = make(transport=transport)
    made = client.with_options(region="eu-west-1", retry_mode="standard")
    invoke(client)
    invoke(made)
    assert type(made) is SageMakerRuntimeClient
    assert (client.config.region, client.config.retry_mode) == ("us-east-1", "legacy")
    first, second = transport.requests
    assert first.url.startswith(HOST)
    assert second.url.startswith("https://runtime.sagemaker.eu-west-1.amazonaws.com/")
    assert "amz-sdk-request" not in first.headers
    assert second.headers["amz-sdk-request"] == "attempt=1; max=3"
    assert "/eu-west-1/sagemaker/aws4_request" in second.headers["authorization"]


def test_with_options_takes_no_option_that_is_settled() -> None:
    with pytest.raises(ConfigurationError, match="max_pool_connections cannot be changed"):
        make().with_options(max_pool_connections=5)


def one_more(delay: float) -> float:
    return delay + 1


@pytest.mark.parametrize(
    ("jitter", "slept"),
    [
        ("none", [0.3, 0.6, 1.2]),
        ("equal", [0.225, 0.45, 0.9]),
        ("full", [0.15, 0.3, 0.6]),
        (one_more, [1.3, 1.6, 2.2]),
    ],
    ids=["none", "equal", "full", "callable"],
)
def test_legacy_waits(jitter: Any, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("drawplate._client_base._random", lambda: 0.5)
    monkeypatch.setattr("drawplate.client.time.sleep", waits.append)
    client = make(transport=Recorder(BUSY), retry_jitter=jitter)
    with pytest.raises(errors.ServiceUnavailable):
        invoke(client)
    assert waits == pytest.approx(slept)


def test_random_waits_are_below_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("drawplate.client.time.sleep", waits.append)
    client = make(transport=Recorder(BUSY), retry_mode="standard", max_attempts=4)
    with pytest.raises(errors.ServiceUnavailable):
        invoke(client)
    assert len(waits) == 3
    assert all(0 <= wait < limit for wait, limit in zip(waits, (1, 2, 4), strict=True))


def test_parameters_are_checked_before_anything_is_sent() -> None:
    transport = Recorder()
    client: Any = make(transport=transport)
    with pytest.raises(ParamValidationError) as raised:
        client.invoke_endpoint(endpoint_name=5, body=None)
    assert raised.value.errors == [
        'missing required parameter params["body"]',
        'expected params["endpoint_name"] to be a str, got int instead',
    ]
    assert transport.requests == []


def test_a_request_is_built_first_and_sent_later() -> None:
    transport = Recorder(HttpResponse(200, {"content-type": "text/csv"}, b"1"))
    client = make(transport=transport)
    params: InvokeEndpointInput = {"endpoint_name": "ep", "body": b"x"}
    request = client.build_request("invoke_endpoint", params)
    params["endpoint_name"] = "other"
    assert transport.requests == []
    assert request.operation_name == "invoke_endpoint"
    response = request.send()
    assert response.successful
    assert response.error is None
    assert response.data == types.InvokeEndpointOutput(body=b"1", content_type="text/csv")
    assert transport.request.url == f"{HOST}/endpoints/ep/invocations"
    assert repr(response) == f"Response({response.data!r})"
    assert repr(request) == "<Request invoke_endpoint(endpoint_name, body)>"


def test_a_request_reports_wrong_parameters_when_it_is_sent() -> None:
    client: Any = make()
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "bodyx": b""})
    with pytest.raises(ParamValidationError) as raised:
        request.send()
    assert raised.value.errors == [
        'missing required parameter params["body"]',
        'unexpected value at params["bodyx"]',
    ]


def test_an_unknown_operation() -> None:
    client: Any = make()
    with pytest.raises(ValueError, match="unknown operation") as raised:
        client.build_request("nope", {})
    assert str(raised.value) == (
        "unknown operation 'nope'; SageMakerRuntimeClient has invoke_endpoint, "
        "invoke_endpoint_async, invoke_endpoint_with_response_stream"
    )


def test_a_response_with_an_error() -> None:
    failure = errors.ValidationError("no")
    request = make(transport=Recorder()).build_request(
        "invoke_endpoint", {"endpoint_name": "ep", "body": b""}
    )
    context = request.send().context
    response: Response[types.InvokeEndpointOutput] = Response(context, None, failure)
    assert (response.successful, response.data, response.error) == (False, None, failure)
    assert repr(response) == f"Response({failure!r})"


def test_a_service_without_endpoint_rules() -> None:
    class Bare(Client):
        _service = ServiceInfo(service_id="Bare", signing_name="bare", identifier="bare")
        _package = "bare#1"
        _operations: ClassVar[Mapping[str, Operation[Any, Any]]] = {}

        def _resolve_endpoint(self, config: object) -> Endpoint:
            return custom_endpoint(None)

    client = Bare(region="us-east-1", environ={})
    assert (client.operation_names, repr(client)) == ([], "<Bare>")


def test_keys_are_the_ones_that_sign() -> None:
    transport = Recorder()
    client = make(transport=transport, access_key_id="AKIDOTHER", secret_access_key="other")
    invoke(client)
    invoke(client.with_options(access_key_id=KEY, secret_access_key=SECRET, session_token="token"))
    first, second = (request.headers for request in transport.requests)
    assert "Credential=AKIDOTHER/" in first["authorization"]
    assert f"Credential={KEY}/" in second["authorization"]
    assert (first.get("x-amz-security-token"), second["x-amz-security-token"]) == (None, "token")
