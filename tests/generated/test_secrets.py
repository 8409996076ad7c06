"""One marker is put wherever something secret goes, then looked for wherever a person may look."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    ConnectError,
    DrawplateError,
    EventStreamError,
    NetworkingError,
    ParamValidationError,
    ResponseParseError,
)
from drawplate.http import HttpRequest, HttpResponse
from drawplate.testing import (
    Answer,
    CloseBeforeAnswer,
    CutFrame,
    FlipBit,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
)
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.clients import Recorder, json_answer, local, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

MARKER = "m4rk3r"
SECRET = f"secret-{MARKER}"
TOKEN = f"token-{MARKER}"
BODY = f"body-{MARKER}".encode()
ATTRIBUTES = f"attributes-{MARKER}"


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Look through every record of the test when it is over, arguments too."""
    with caplog.at_level(logging.DEBUG):
        yield
    for record in caplog.get_records("call"):
        # The server's side may log what it pleases: it is not what is tested here.
        if record.name != "drawplate.testing":
            assert MARKER not in repr(vars(record))


def keys() -> Any:
    return {"secret_access_key": SECRET, "session_token": TOKEN}


def server_of(handler: Handler, **options: Any) -> LocalEndpoint:
    return LocalEndpoint({"ep": handler}, credentials=("AKIDEXAMPLE", SECRET, TOKEN), **options)


def client_of(server: LocalEndpoint) -> SageMakerRuntimeClient:
    return local(server, session_token=TOKEN, retry_limit=1)


def invoke(client: SageMakerRuntimeClient) -> types.InvokeEndpointOutput:
    return client.invoke_endpoint(endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES)


def stream(client: SageMakerRuntimeClient) -> types.InvokeEndpointWithResponseStreamOutput:
    return client.invoke_endpoint_with_response_stream(
        endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES
    )


def give_back(request: InvocationRequest) -> Answer:
    return Answer(request.body, custom_attributes=request.custom_attributes)


def in_parts(request: InvocationRequest) -> Answer:
    return Answer([request.body] * 3, custom_attributes=request.custom_attributes)


def shown(value: object) -> str:
    return f"{value!r} {value}"


def told(error: BaseException) -> str:
    """Everything that a person sees of an error: text, arguments, attributes, traceback."""
    parts = [shown(error), repr(error.args), repr(vars(error))]
    parts.extend(traceback.format_exception(error))
    return "\n".join(parts)


def raised_by(call: Callable[[], object]) -> DrawplateError:
    with pytest.raises(DrawplateError) as raised:
        call()
    return raised.value


def test_configuration_and_client() -> None:
    client = make(**keys())
    provider = Credentials("AKIDEXAMPLE", SECRET, TOKEN)
    given = make(credentials=provider)
    for value in (client, client.config, provider, given, given.config, client.config.credentials):
        assert MARKER not in shown(value)
        assert MARKER not in shown([value])


def test_a_request_before_it_is_sent() -> None:
    request = make(**keys()).build_request(
        "invoke_endpoint",
        {"endpoint_name": "ep", "body": BODY, "custom_attributes": ATTRIBUTES},
    )
    assert MARKER not in shown(request)


def test_what_a_transport_is_given_prints_no_key_and_no_body() -> None:
    transport = Recorder()
    make(transport=transport, **keys()).invoke_endpoint(endpoint_name="ep", body=BODY)
    assert transport.request.body == BODY
    assert transport.request.headers["x-amz-security-token"] == TOKEN
    assert MARKER not in shown(transport.request)


def test_inputs_and_events_as_values() -> None:
    values = [
        types.InvokeEndpointInput(endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES),
        types.InvokeEndpointAsyncInput(endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES),
        types.InvokeEndpointWithResponseStreamInput(
            endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES
        ),
        types.PayloadPart(bytes=BODY),
    ]
    assert all(MARKER not in shown(value) for value in values)
    assert all("<redacted>" in repr(value) for value in values)


def test_a_successful_call() -> None:
    with server_of(give_back) as server, client_of(server) as client:
        output = invoke(client)
        request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": BODY})
        response = request.send()
    assert (output.body, output.custom_attributes) == (BODY, ATTRIBUTES)
    for value in (output, output.metadata, response, request, client):
        assert MARKER not in shown(value)


def test_a_stream() -> None:
    with server_of(in_parts) as server, client_of(server) as client, stream(client) as output:
        events = list(output.body)
        assert events == [types.PayloadPart(bytes=BODY)] * 3
        assert output.custom_attributes == ATTRIBUTES
        for value in (output, output.body, output.metadata, events):
            assert MARKER not in shown(value)


def refuse(request: InvocationRequest) -> bytes:
    raise ModelFailedError(500, "no reason given")


def test_an_error_of_the_service() -> None:
    with server_of(refuse) as server, client_of(server) as client:
        error = raised_by(lambda: invoke(client))
    assert isinstance(error, errors.ModelError)
    assert MARKER not in told(error)


def test_an_error_whose_answer_repeats_the_request() -> None:
    body = b'{"unmodelled": "' + BODY + b'"}'
    answer = json_answer(body, 400, x_amzn_errortype="Other", x_secret=ATTRIBUTES)
    client = make(transport=Recorder(answer), **keys())
    error = raised_by(lambda: invoke(client))
    assert isinstance(error, errors.SageMakerRuntimeError)
    assert MARKER not in told(error)


def test_a_wrong_signature() -> None:
    server = LocalEndpoint({"ep": give_back}, credentials=("AKIDEXAMPLE", "another", TOKEN))
    with server:
        client = local(server, **keys())
        with client:
            error = raised_by(lambda: invoke(client))
    assert isinstance(error, errors.SageMakerRuntimeError)
    assert MARKER not in told(error)


@pytest.mark.parametrize(
    "params",
    [
        {"endpoint_name": "", "body": BODY},
        {"endpoint_name": BODY, "body": {ATTRIBUTES}},
        {"endpoint_name": "ep", "body": BODY, "custom_attributes": BODY},
        {"endpoint_name": "ep", "body": BODY, "custom_attributes": f"{MARKER}\n"},
        {"endpoint_name": "ep", "body": f"{MARKER}\ud800"},
        {"endpoint_name": "ep", "body": BODY, "custom_attributes": f"{MARKER}\ud800"},
        {"endpoint_name": f"{MARKER}\ud800", "body": BODY},
        {"body": BODY},
    ],
)
def test_wrong_parameters(params: dict[str, object]) -> None:
    client: Any = make(transport=Recorder(), **keys())
    error = raised_by(lambda: client.invoke_endpoint(**{"endpoint_name": None, **params}))
    assert isinstance(error, ParamValidationError)
    assert MARKER not in told(error)


def test_an_integer_that_is_none() -> None:
    client: Any = make(transport=Recorder(), **keys())
    error = raised_by(
        lambda: client.invoke_endpoint_async(endpoint_name="ep", request_ttl_seconds=SECRET)
    )
    assert MARKER not in told(error)


def test_nobody_listens() -> None:
    with server_of(give_back) as server:
        client = client_of(server)
    with client:
        error = raised_by(lambda: invoke(client))
    assert isinstance(error, ConnectError)
    assert MARKER not in told(error)


def test_a_lost_connection() -> None:
    server = server_of(give_back, faults=[CloseBeforeAnswer(), CloseBeforeAnswer(reset=True)])
    with server, client_of(server) as client:
        error = raised_by(lambda: invoke(client))
    assert isinstance(error, NetworkingError)
    assert MARKER not in told(error)


@pytest.mark.parametrize("fault", [CutFrame(1, 20), FlipBit(1, -40), FlipBit(1, 3)])
def test_a_broken_stream(fault: Any) -> None:
    server = server_of(in_parts, faults=[fault])
    with server, client_of(server) as client, stream(client) as output:
        assert next(output.body) == types.PayloadPart(bytes=BODY)
        error = raised_by(output.body.collect)
        assert isinstance(error, EventStreamError)
        assert MARKER not in told(error)
        assert MARKER not in shown(output)


def test_a_failing_model_in_a_stream() -> None:
    def fails(request: InvocationRequest) -> Iterator[bytes]:
        yield request.body
        raise ModelFailedError(500, "no reason given")

    with server_of(fails) as server, client_of(server) as client, stream(client) as output:
        error = raised_by(output.body.collect)
    assert isinstance(error, errors.ModelStreamError)
    assert MARKER not in told(error)


def test_an_answer_that_cannot_be_parsed() -> None:
    for body in (BODY, b'{"InferenceId": ["' + BODY + b'"]}', b'"' + BODY + b'"', BODY + b"\xff"):
        client = make(transport=Recorder(json_answer(body)), **keys())
        error = raised_by(partial(client.invoke_endpoint_async, endpoint_name="ep"))
        assert isinstance(error, ResponseParseError)
        assert MARKER not in told(error)


class Talkative:
    """A transport that fails with what it was given in the text of its own error."""

    def send(self, request: HttpRequest) -> HttpResponse:
        raise ConnectError(f"could not send {request!r}")


def test_a_custom_transport_may_print_the_request() -> None:
    client = make(transport=Talkative(), retry_limit=0, **keys())
    error = raised_by(lambda: client.invoke_endpoint(endpoint_name="ep", body=BODY))
    assert "could not send HttpRequest('POST', " in str(error)
    assert MARKER not in told(error)
