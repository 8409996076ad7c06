"""One marker is put wherever something secret goes; logs, datagrams and spans do not have it."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drawplate.errors import DrawplateError, NetworkingError
from drawplate.http import HttpResponse
from drawplate.log import Formatter
from drawplate.monitoring import RequestMetrics
from drawplate.telemetry import OTelProvider
from drawplate.testing import (
    Answer,
    CloseBeforeAnswer,
    CutFrame,
    Fail,
    Handler,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sagemaker_runtime import SageMakerRuntimeClient

from tests.runtime.clients import Recorder, json_answer, local, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

MARKER = "m4rk3r"
SECRET = f"secret-{MARKER}"
TOKEN = f"token-{MARKER}"
BODY = f"body-{MARKER}".encode()
ATTRIBUTES = f"attributes-{MARKER}"
PROXY = f"http://user:{MARKER}@127.0.0.1:1"

EVERYTHING = " ".join(
    f":{name}"
    for name in (
        *("region", "client_class", "operation", "request_params", "time", "retries"),
        *("http_request_method", "http_request_scheme", "http_request_host", "http_request_port"),
        *("http_request_endpoint", "http_request_headers", "http_request_body"),
        *("http_response_status_code", "http_response_headers", "http_response_body"),
        *("error_class", "error_message"),
    )
)


class Seen:
    """Everything that was logged, published, sent and traced."""

    def __init__(self) -> None:
        self.metrics: list[RequestMetrics] = []
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", 0))
        self.datagrams.setblocking(False)
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def options(self) -> Any:
        """Options of a client that is watched in every way."""
        return {
            "logger": "drawplate.calls",
            "log_formatter": Formatter(EVERYTHING),
            "telemetry_provider": OTelProvider(self.tracers),
            "client_side_monitoring": True,
            "client_side_monitoring_port": self.datagrams.getsockname()[1],
            "session_token": TOKEN,
        }

    def texts(self, caplog: pytest.LogCaptureFixture) -> dict[str, list[str]]:
        """What each of them has."""
        sent: list[str] = []
        while True:
            try:
                sent.append(repr(self.datagrams.recv(65536)))
            except BlockingIOError:
                break
        spans = [
            f"{span.to_json()} {span.events!r} {span.attributes!r} {span.status.description}"
            for span in self.exporter.get_finished_spans()
        ]
        # The server's side may log what it pleases: it is not what is tested here.
        records = [
            repr(vars(record))
            for record in caplog.get_records("call")
            if record.name != "drawplate.testing"
        ]
        return {"records": records, "datagrams": sent, "spans": spans}


@pytest.fixture
def seen(caplog: pytest.LogCaptureFixture) -> Iterator[Seen]:
    """Look through all of it when the test is over; each has to have something."""
    made = Seen()
    with caplog.at_level(logging.DEBUG):
        yield made
    texts = made.texts(caplog)
    made.datagrams.close()
    made.tracers.shutdown()
    for where, found in texts.items():
        assert found, f"there are no {where} to look at"
        assert [text for text in found if MARKER in text] == []


def serving(handler: Handler, **options: Any) -> LocalEndpoint:
    return LocalEndpoint({"ep": handler}, credentials=("AKIDEXAMPLE", SECRET, TOKEN), **options)


def repeat(request: InvocationRequest) -> Answer:
    return Answer(request.body, custom_attributes=request.custom_attributes)


def parts(request: InvocationRequest) -> Answer:
    return Answer([request.body] * 2, custom_attributes=request.custom_attributes)


def fails(request: InvocationRequest) -> bytes:
    raise ModelFailedError(500, "no reason given")


def invoke(client: SageMakerRuntimeClient) -> object:
    return client.invoke_endpoint(endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES)


def invoke_async(client: SageMakerRuntimeClient) -> object:
    return client.invoke_endpoint_async(endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES)


def stream(client: SageMakerRuntimeClient) -> object:
    with client.invoke_endpoint_with_response_stream(
        endpoint_name="ep", body=BODY, custom_attributes=ATTRIBUTES
    ) as output:
        return output.body.collect()


@pytest.mark.parametrize(
    ("handler", "call", "faults", "raises"),
    [
        pytest.param(repeat, invoke, [], False, id="success"),
        pytest.param(repeat, invoke, [Fail(503, "Busy", "later")], False, id="retry"),
        pytest.param(repeat, invoke, [CloseBeforeAnswer()], False, id="lost"),
        pytest.param(fails, invoke, [], True, id="error"),
        pytest.param(repeat, invoke_async, [], False, id="async"),
        pytest.param(parts, stream, [], False, id="stream"),
        pytest.param(parts, stream, [CutFrame(1, 20)], True, id="cut-stream"),
        pytest.param(fails, stream, [], True, id="stream-error"),
    ],
)
def test_calls_over_the_wire(
    seen: Seen,
    handler: Handler,
    call: Callable[[SageMakerRuntimeClient], object],
    faults: list[Any],
    raises: bool,
) -> None:
    with serving(handler, faults=faults) as server, local(server, **seen.options) as client:
        if raises:
            with pytest.raises(DrawplateError):
                call(client)
        else:
            call(client)


def test_answers_that_repeat_what_they_were_asked(seen: Seen) -> None:
    answer = json_answer(
        b'{"unmodelled": "' + BODY + b'"}', 400, x_amzn_errortype="Other", x_echo=ATTRIBUTES
    )
    client = make(transport=Recorder(answer), secret_access_key=SECRET, **seen.options)
    with pytest.raises(DrawplateError):
        invoke(client)
    broken = HttpResponse(202, {"x-echo": TOKEN}, BODY)
    client = make(transport=Recorder(broken), secret_access_key=SECRET, **seen.options)
    with pytest.raises(DrawplateError):
        invoke_async(client)


def test_parameters_that_are_refused(seen: Seen) -> None:
    client: Any = make(transport=Recorder(), secret_access_key=SECRET, **seen.options)
    for params in ({"body": {ATTRIBUTES}}, {"body": BODY, "custom_attributes": f"{MARKER}\n"}):
        with pytest.raises(DrawplateError):
            client.invoke_endpoint(endpoint_name="ep", **params)
    invoke(client)  # so that there is something to look at


def test_parameters_that_nobody_checks(seen: Seen) -> None:
    client: Any = make(
        transport=Recorder(), secret_access_key=SECRET, validate_params=False, **seen.options
    )
    params = {"endpoint_name": "ep", "body": BODY, "target_model": {"a": [MARKER]}, "b": MARKER}
    with pytest.raises(TypeError):  # which is what comes of it
        client.build_request("invoke_endpoint", params).send()
    params["target_model"] = "a"
    client.build_request("invoke_endpoint", params).send()


def test_a_proxy_with_a_password(seen: Seen) -> None:
    client = make(
        endpoint="http://127.0.0.1:1",
        http_proxy=PROXY,
        secret_access_key=SECRET,
        retry_limit=1,
        retry_base_delay=0,
        **seen.options,
    )
    with client, pytest.raises(NetworkingError):
        invoke(client)
