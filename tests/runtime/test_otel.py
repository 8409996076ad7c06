"""Spans in OpenTelemetry, as its in-memory exporter has them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from drawplate._call import CallSettings, Flow, Read, Send, call
from drawplate.errors import ConnectionLostError, ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.telemetry import OTelProvider, SpanBase, SpanKind, SpanStatus
from drawplate.testing import LocalEndpoint
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sagemaker_runtime import SageMakerRuntimeClient, errors, types
from sagemaker_runtime._operations import INVOKE_ENDPOINT

from tests.runtime.clients import Recorder, invoke, local, make
from tests.runtime.observing import BUSY, FINE, MODEL_ERROR, event, stream, stream_error, streamed

pytestmark = pytest.mark.usefixtures("face")  # both clients

CALL, ATTEMPT = "SageMakerRuntime.InvokeEndpoint", "Handler.Http"
STREAM = "SageMakerRuntime.InvokeEndpointWithResponseStream"


def context_of(span: ReadableSpan) -> trace.SpanContext:
    context: trace.SpanContext | None = span.context
    assert context is not None
    return context


class Traces:
    """Spans that have ended, and what makes them."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def client(self, *answers: HttpResponse | Exception, **options: Any) -> SageMakerRuntimeClient:
        return make(
            transport=Recorder(*answers),
            telemetry_provider=OTelProvider(self.provider),
            retry_base_delay=0,
            **options,
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """The spans, in the order in which they ended."""
        return self.exporter.get_finished_spans()

    def tree(self) -> list[tuple[str, str, str | None, list[str]]]:
        """Name, status, name of the parent, and exceptions of each span."""
        names = {context_of(span).span_id: span.name for span in self.spans}
        return [
            (
                span.name,
                span.status.status_code.name,
                None if span.parent is None else names.get(span.parent.span_id, "unknown"),
                [
                    str((found.attributes or {})["exception.type"])
                    for found in span.events
                    if found.name == "exception"
                ],
            )
            for span in self.spans
        ]


@pytest.fixture
def traces() -> Iterator[Traces]:
    made = Traces()
    yield made
    made.provider.shutdown()


def test_a_success(traces: Traces) -> None:
    invoke(traces.client(FINE))
    attempt, call = traces.spans
    assert traces.tree() == [(ATTEMPT, "UNSET", CALL, []), (CALL, "UNSET", None, [])]
    assert (call.kind, attempt.kind) == (trace.SpanKind.CLIENT, trace.SpanKind.INTERNAL)
    scope = call.instrumentation_scope
    assert scope is not None
    assert scope.name == "aws.sagemakerruntime.client"
    assert dict(call.attributes or {}) == {
        "rpc.system": "aws-api",
        "rpc.service": "SageMaker Runtime",
        "rpc.method": "InvokeEndpoint",
        "code.function": "invoke_endpoint",
        "code.namespace": "sagemaker_runtime.client",
    }
    assert dict(attempt.attributes or {}) == {
        "http.method": "POST",
        "net.protocol.name": "http",
        "net.protocol.version": "1.1",
        "net.peer.name": "runtime.sagemaker.us-east-1.amazonaws.com",
        "net.peer.port": "443",
        "http.request_content_length": 1,
        "http.status_code": "200",
        "http.response_content_length": 2,
        "aws.request_id": "r-2",
    }


def test_retries_and_an_error(traces: Traces) -> None:
    client = traces.client(BUSY, ConnectionLostError("reset"), MODEL_ERROR)
    with pytest.raises(errors.ModelError):
        invoke(client)
    unavailable = "sagemaker_runtime.errors.ServiceUnavailable"
    model_error = "sagemaker_runtime.errors.ModelError"
    assert traces.tree() == [
        (ATTEMPT, "ERROR", CALL, [unavailable]),
        (ATTEMPT, "ERROR", CALL, ["drawplate.errors.ConnectionLostError"]),
        (ATTEMPT, "ERROR", CALL, [model_error]),
        (CALL, "ERROR", None, [model_error]),
    ]
    assert [span.status.description for span in traces.spans] == [
        "ServiceUnavailable",
        "ConnectionLostError",
        "ModelError",
        "ModelError",
    ]


def test_what_is_raised_inside_of_a_call(traces: Traces) -> None:
    client = traces.client(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        invoke(client)
    with pytest.raises(ZeroDivisionError):
        stream(client)
    assert traces.tree() == [
        (ATTEMPT, "ERROR", CALL, ["ZeroDivisionError"]),
        (CALL, "ERROR", None, ["ZeroDivisionError"]),
        (ATTEMPT, "ERROR", STREAM, ["ZeroDivisionError"]),
        (STREAM, "ERROR", None, ["ZeroDivisionError"]),
    ]


@pytest.mark.parametrize("streams", [False, True])
def test_spans_of_others_are_around_and_inside(traces: Traces, streams: bool) -> None:
    tracer = traces.provider.get_tracer("test")

    class Inside(Recorder):
        def send(self, request: HttpRequest) -> HttpResponse:
            with tracer.start_as_current_span("socket"):
                return super().send(request)

    client = make(
        transport=Inside(streamed(event(b"a"))), telemetry_provider=OTelProvider(traces.provider)
    )
    with tracer.start_as_current_span("program"):
        if streams:
            output = stream(client)
            # The caller's own span is current again, while the stream is read.
            with tracer.start_as_current_span("reading"):
                output.body.collect()
        else:
            invoke(client)
    call = STREAM if streams else CALL
    assert [span[:3:2] for span in traces.tree()] == [
        ("socket", ATTEMPT),
        (ATTEMPT, call),
        *([] if not streams else [(call, "program"), ("reading", "program")]),
        *([(call, "program")] if not streams else []),
        ("program", None),
    ]
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_a_stream(traces: Traces) -> None:
    client = traces.client(streamed(event(b"a"), event(b"b")))
    output = stream(client)
    assert [span.name for span in traces.spans] == [ATTEMPT]
    output.body.collect()
    assert traces.tree() == [(ATTEMPT, "UNSET", STREAM, []), (STREAM, "UNSET", None, [])]
    attributes = dict(traces.spans[1].attributes or {})
    assert attributes["aws.event_stream.events"] == 2
    assert attributes["aws.event_stream.complete"] is True
    first = attributes["aws.event_stream.time_to_first_event"]
    assert isinstance(first, float)
    assert first >= 0


def test_a_stream_that_fails(traces: Traces) -> None:
    output = stream(traces.client(streamed(event(b"a"), stream_error())))
    with pytest.raises(ServiceError):
        output.body.collect()
    assert traces.tree()[1] == (
        STREAM,
        "ERROR",
        None,
        ["sagemaker_runtime.errors.ModelStreamError"],
    )


def test_a_stream_that_is_left_over_the_wire(traces: Traces) -> None:
    with (
        LocalEndpoint({"ep": lambda request: iter([b"a", b"b"])}) as server,
        local(server, telemetry_provider=OTelProvider(traces.provider)) as client,
        stream(client) as output,
    ):
        assert next(output.body) == types.PayloadPart(bytes=b"a")
    assert traces.tree() == [(ATTEMPT, "UNSET", STREAM, []), (STREAM, "UNSET", None, [])]
    attributes = dict(traces.spans[0].attributes or {})
    assert attributes["net.peer.name"] == "127.0.0.1"
    assert attributes["net.peer.port"] == server.url.rpartition(":")[2]


def test_a_stream_may_be_read_in_another_thread(traces: Traces) -> None:
    output = stream(traces.client(streamed(event(b"a"))))
    thread = threading.Thread(target=output.body.collect)
    thread.start()
    thread.join()
    assert [span.name for span in traces.spans] == [ATTEMPT, STREAM]


def test_calls_of_threads_do_not_get_into_each_other(traces: Traces) -> None:
    client = traces.client(FINE)

    def work() -> None:
        for _ in range(20):
            invoke(client)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {context_of(span).trace_id for span in traces.spans}
    assert len(traces.spans) == 400
    assert len(ids) == 200
    assert {span[:3:2] for span in traces.tree()} == {(ATTEMPT, CALL), (CALL, None)}


async def drive(flow: Flow[Any], transport: Recorder) -> Any:
    """Do what a flow yields, and let other tasks run in between."""
    result: Any = None
    while True:
        try:
            step = flow.send(result)
        except StopIteration as stop:
            return stop.value
        result = None
        await asyncio.sleep(0)
        if isinstance(step, Send):
            result = transport.send(step.request)
        elif isinstance(step, Read):
            result = step.response.body
        await asyncio.sleep(0)


def test_flows_that_tasks_resume_by_turns_do_not_get_into_each_other(traces: Traces) -> None:
    client = traces.client(BUSY, BUSY, BUSY, FINE)
    transport: Any = client.config.transport
    settings: CallSettings = vars(client)["_settings"]
    tracer = traces.provider.get_tracer("test")

    async def work(name: str) -> None:
        with tracer.start_as_current_span(name):
            parameters = types.InvokeEndpointInput(endpoint_name="ep", body=b"x")
            await drive(call(INVOKE_ENDPOINT, parameters, settings), transport)
            assert trace.get_current_span() is not trace.INVALID_SPAN

    async def main() -> None:
        await asyncio.gather(work("task"), work("task"))

    asyncio.run(main())
    assert sorted(span[:3:2] for span in traces.tree() if span[2] is not None) == [
        *[(ATTEMPT, CALL)] * 5,
        *[(CALL, "task")] * 2,
    ]
    # Of each task all spans are in one trace.
    assert len({context_of(span).trace_id for span in traces.spans}) == 2


def test_the_interface_reaches_opentelemetry(traces: Traces) -> None:
    provider = OTelProvider(traces.provider)
    tracer, contexts = provider.tracer_provider.tracer("mine"), provider.context_manager
    with tracer.in_span("outer", {"a": 1}, SpanKind.SERVER):
        outer = contexts.current()
        current: SpanBase = tracer.current_span()
        current.add_attributes({"b": "2"})
        current.add_event("happened", {"c": True})
        current.status = SpanStatus.ok("ignored by OpenTelemetry")
    alone = tracer.start_span("alone", kind=SpanKind.PRODUCER)
    alone.status = SpanStatus.unset()
    alone.finish()
    token = contexts.attach(outer)
    child = tracer.start_span("child")
    contexts.detach(token)
    child.record_exception(ValueError("x"), {"d": 1.5})
    child.status = SpanStatus.error("why")
    child.finish()
    tracer.start_span("other", with_parent=outer, attributes={"e": ["f"]}).finish()
    spans = {span.name: span for span in traces.spans}
    assert dict(spans["outer"].attributes or {}) == {"a": 1, "b": "2"}
    assert [found.name for found in spans["outer"].events] == ["happened"]
    assert spans["outer"].status.status_code is trace.StatusCode.OK
    assert (spans["outer"].kind, spans["alone"].kind) == (
        trace.SpanKind.SERVER,
        trace.SpanKind.PRODUCER,
    )
    assert spans["alone"].parent is None
    assert spans["child"].status.description == "why"
    assert spans["child"].parent == spans["outer"].context == spans["other"].parent


def test_the_global_provider_is_the_default() -> None:
    tracer = OTelProvider().tracer_provider.tracer("mine")
    # Nobody has set one, so spans lead nowhere, but the calls go on.
    with tracer.in_span("a") as span:
        span.set_attribute("b", 1)
    client = make(transport=Recorder(FINE), telemetry_provider=OTelProvider())
    assert invoke(client).body == b"ok"


def test_a_stubbed_client_has_spans_of_its_stubs(traces: Traces) -> None:
    client = traces.client(FINE, stub_responses=True)
    invoke(client)
    attempt, _ = traces.spans
    assert attempt.name == "Handler.StubResponses"
    assert "net.peer.name" not in (attempt.attributes or {})
