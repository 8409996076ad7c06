"""Spans by the library's own interface: what a tracing library is asked for, and what it is not."""

from __future__ import annotations

import builtins
import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate.context import RequestContext
from drawplate.errors import ConnectError, ParamValidationError, ServiceError
from drawplate.handlers import HandlerFunction
from drawplate.http import HttpResponse
from drawplate.response import Response
from drawplate.streams import EventStream
from drawplate.telemetry import (
    Attributes,
    AttributeValue,
    ContextManagerBase,
    Kind,
    NoOpContextManager,
    NoOpSpan,
    NoOpTelemetryProvider,
    NoOpTracerProvider,
    OTelProvider,
    SpanBase,
    SpanKind,
    SpanStatus,
    TelemetryProviderBase,
    TracerBase,
    TracerProviderBase,
)

from tests.runtime.clients import Recorder, invoke, make
from tests.runtime.observing import BUSY, FINE, MODEL_ERROR, PARAMS, Slow, event, stream, streamed
from tests.runtime.observing import timed as timed_client

pytestmark = pytest.mark.usefixtures("face")  # both clients


class Span(SpanBase):
    def __init__(self, told: list[str], name: str) -> None:
        self.told = told
        self.name = name
        self.attributes: dict[str, AttributeValue] = {}

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        self.attributes[key] = value

    def add_attributes(self, attributes: Attributes) -> None:
        self.attributes.update(attributes)

    def _set_status(self, status: SpanStatus) -> None:
        self.told.append(f"{self.name}: status {status.code} {status.description}")

    def finish(self) -> None:
        self.told.append(f"{self.name}: finish")

    def record_exception(
        self, exception: BaseException, attributes: Attributes | None = None
    ) -> None:
        self.told.append(f"{self.name}: {type(exception).__name__}")


class Tracer(TracerBase):
    """Tells what it is asked, in order. It cannot make a span current that it did not begin."""

    def __init__(self, told: list[str], spans: list[Span]) -> None:
        self.told = told
        self.spans = spans

    def start_span(
        self,
        name: str,
        with_parent: object | None = None,
        attributes: Attributes | None = None,
        kind: Kind | None = None,
    ) -> SpanBase:
        span = Span(self.told, name)
        span.add_attributes(attributes or {})
        self.told.append(f"{name}: start {kind}")
        self.spans.append(span)
        return span

    @contextmanager
    def in_span(
        self, name: str, attributes: Attributes | None = None, kind: Kind | None = None
    ) -> Generator[SpanBase, None, None]:
        span = self.start_span(name, attributes=attributes, kind=kind)
        try:
            yield span
        except Exception as error:
            span.record_exception(error)
            raise
        finally:
            span.finish()


class Provider(TelemetryProviderBase):
    """A provider that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.spans: list[Span] = []
        provider = self

        class Tracers(TracerProviderBase):
            def tracer(self, name: str) -> TracerBase:
                provider.told.append(f"tracer {name}")
                return Tracer(provider.told, provider.spans)

        super().__init__(Tracers(), NoOpContextManager())


CALL, ATTEMPT = "SageMakerRuntime.InvokeEndpoint", "Handler.Http"
STREAM = "SageMakerRuntime.InvokeEndpointWithResponseStream"


def traced(*answers: HttpResponse | Exception, **options: Any) -> tuple[Any, Provider]:
    provider = Provider()
    client = make(
        transport=Slow(*answers), telemetry_provider=provider, retry_base_delay=0, **options
    )
    assert provider.told == ["tracer aws.sagemakerruntime.client"]
    provider.told.clear()
    return timed_client(client), provider


def test_the_span_of_a_call_encloses_one_of_each_attempt() -> None:
    client, provider = traced(BUSY, FINE)
    invoke(client)
    assert provider.told == [
        f"{CALL}: start client",
        f"{ATTEMPT}: start None",
        f"{ATTEMPT}: ServiceUnavailable",
        f"{ATTEMPT}: status 2 ServiceUnavailable",
        f"{ATTEMPT}: finish",
        f"{ATTEMPT}: start None",
        f"{ATTEMPT}: finish",
        f"{CALL}: finish",
    ]
    exchange = {
        "http.method": "POST",
        "net.protocol.name": "http",
        "net.protocol.version": "1.1",
        "net.peer.name": "runtime.sagemaker.us-east-1.amazonaws.com",
        "net.peer.port": "443",
        "http.request_content_length": 1,
    }
    assert [span.attributes for span in provider.spans] == [
        {
            "rpc.system": "aws-api",
            "rpc.service": "SageMaker Runtime",
            "rpc.method": "InvokeEndpoint",
            "code.function": "invoke_endpoint",
            "code.namespace": "sagemaker_runtime.client",
        },
        {**exchange, "http.status_code": "503", "aws.request_id": "r-1"},
        {
            **exchange,
            "http.status_code": "200",
            "http.response_content_length": 2,
            "aws.request_id": "r-2",
        },
    ]


@pytest.mark.parametrize("raises", [True, False])
def test_an_error_is_recorded_whether_it_is_raised_or_not(raises: bool) -> None:
    client, provider = traced(MODEL_ERROR, raise_response_errors=raises)
    request = client.build_request("invoke_endpoint", PARAMS)
    if raises:
        with pytest.raises(ServiceError):
            request.send()
    else:
        request.send()
    assert provider.told[-3:] == [
        f"{CALL}: ModelError",
        f"{CALL}: status 2 ModelError",
        f"{CALL}: finish",
    ]


def test_an_attempt_without_an_answer_has_no_facts_of_one() -> None:
    client, provider = traced(ConnectError("refused"), retry_limit=0)
    with pytest.raises(ConnectError):
        invoke(client)
    assert "http.status_code" not in provider.spans[1].attributes
    assert f"{ATTEMPT}: status 2 ConnectError" in provider.told


def test_what_is_raised_goes_through_the_span() -> None:
    client, provider = traced()
    with pytest.raises(ParamValidationError):
        client.invoke_endpoint(endpoint_name="ep", body=5)
    assert provider.told == [
        f"{CALL}: start client",
        f"{CALL}: ParamValidationError",
        f"{CALL}: finish",
    ]


def test_handlers_find_the_tracer_in_the_context() -> None:
    client, _ = traced(FINE)
    request = client.build_request("invoke_endpoint", PARAMS)
    request.send()
    seen: list[object] = []

    def look(context: RequestContext) -> None:
        seen.append(context["tracer"])

    request.handle_request(look)
    request.send()
    assert isinstance(seen[0], Tracer)


# Streams


def stream_end(count: int, complete: bool, **facts: AttributeValue) -> dict[str, AttributeValue]:
    return {
        "aws.event_stream.events": count,
        "aws.event_stream.complete": complete,
        **{f"aws.event_stream.{name}": value for name, value in facts.items()},
    }


def stream_attributes(provider: Provider) -> dict[str, AttributeValue]:
    attributes = provider.spans[0].attributes
    return {
        name: value for name, value in attributes.items() if name.startswith("aws.event_stream.")
    }


def test_the_span_of_a_stream_ends_with_the_stream() -> None:
    client, provider = traced(streamed(event(b"a"), event(b"b")))
    output = stream(client)
    assert provider.told == [
        f"{STREAM}: start client",
        f"{ATTEMPT}: start None",
        f"{ATTEMPT}: finish",
    ]
    client.config.transport.seconds += 0.5
    next(output.body)
    client.config.transport.seconds += 0.5
    next(output.body)
    assert provider.told[3:] == []
    assert list(output.body) == []
    output.close()
    assert provider.told[3:] == [f"{STREAM}: finish"]
    assert stream_attributes(provider) == stream_end(2, True, time_to_first_event=0.75)


def test_a_stream_that_is_closed_early() -> None:
    client, provider = traced(streamed(event(b"a"), event(b"b")))
    with stream(client) as output:
        next(output.body)
    assert provider.told[3:] == [f"{STREAM}: finish"]
    assert stream_attributes(provider) == stream_end(1, False, time_to_first_event=0.25)


@pytest.mark.parametrize("begun", [True, False])
def test_a_stream_that_is_dropped(begun: bool) -> None:
    client, provider = traced(streamed(event(b"a"), event(b"b")))
    output = stream(client)
    if begun:
        next(output.body)
    del output
    gc.collect()
    assert provider.told[3:] == [f"{STREAM}: finish"]
    assert stream_attributes(provider)["aws.event_stream.events"] == begun


def test_a_stream_that_breaks() -> None:
    client, provider = traced(streamed(event(b"a"), event(b"b")[:-5]))
    output = stream(client)
    with pytest.raises(Exception, match="stream ended inside"):
        output.body.collect()
    output.close()
    assert provider.told[3:] == [
        f"{STREAM}: TruncatedStreamError",
        f"{STREAM}: status 2 TruncatedStreamError",
        f"{STREAM}: finish",
    ]
    assert stream_attributes(provider) == stream_end(1, False, time_to_first_event=0.25)


def test_a_call_for_a_stream_that_fails() -> None:
    client, provider = traced(MODEL_ERROR)
    with pytest.raises(ServiceError):
        stream(client)
    ending = [f"{STREAM}: ModelError", f"{STREAM}: status 2 ModelError", f"{STREAM}: finish"]
    assert provider.told[-3:] == ending
    anything: Any = client
    with pytest.raises(ParamValidationError):
        anything.invoke_endpoint_with_response_stream(endpoint_name="ep", body=5)
    assert provider.told[-3:] == [
        f"{STREAM}: ParamValidationError",
        f"{STREAM}: status 2 ParamValidationError",
        f"{STREAM}: finish",
    ]
    assert stream_attributes(provider) == {}


def answering(answer: Callable[[Response[Any]], Response[Any]]) -> HandlerFunction:
    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        response = yield from call_next(context)
        return answer(response)

    return handle


@pytest.mark.blocks
def test_a_stream_that_a_handler_reads_ends_before_the_call() -> None:
    client, provider = traced(streamed(event(b"a")))

    def read(response: Response[Any]) -> Response[Any]:
        response.output.body.collect()
        return response

    client.handlers.add(answering(read), step="sign")
    stream(client)
    assert provider.told[3:] == [f"{STREAM}: finish"]
    assert stream_attributes(provider) == stream_end(1, True, time_to_first_event=0.25)


def test_a_stream_that_a_handler_drops() -> None:
    client, provider = traced(streamed(event(b"a")))

    def drop(response: Response[Any]) -> Response[Any]:
        response.data = None
        return response

    client.handlers.add(answering(drop), step="send")
    request = client.build_request("invoke_endpoint_with_response_stream", PARAMS)
    assert request.send().data is None
    gc.collect()
    assert provider.told[3:] == [f"{STREAM}: finish"]


@pytest.mark.blocks
def test_a_stream_from_elsewhere_is_looked_at_too() -> None:
    other = stream(make(transport=Recorder(streamed(event(b"a")))))
    client, provider = traced()

    def handle(context: RequestContext, _next: CallNext) -> Flow[Response[Any]]:
        yield from ()
        return Response(context, other)

    client.handlers.add(handle, step="build")
    output = stream(client)
    assert isinstance(output.body, EventStream)
    assert provider.told == [f"{STREAM}: start client"]
    output.body.collect()
    assert provider.told[1:] == [f"{STREAM}: finish"]


# The interface


def test_bases_do_nothing_by_themselves() -> None:
    span, tracer, contexts = SpanBase(), TracerBase(), ContextManagerBase()

    def set_status() -> None:
        span.status = SpanStatus.ok()

    asked: list[Callable[[], object]] = [
        lambda: span.set_attribute("a", 1),
        lambda: span.add_attributes({}),
        lambda: span.add_event("a"),
        lambda: span.finish(),
        lambda: span.record_exception(ValueError()),
        lambda: span.status,
        set_status,
        lambda: tracer.start_span("a"),
        lambda: tracer.in_span("a"),
        lambda: tracer.current_span(),
        lambda: TracerProviderBase().tracer("a"),
        lambda: contexts.current(),
        lambda: contexts.attach(None),
        lambda: contexts.detach(None),
    ]
    for ask in asked:
        with pytest.raises(NotImplementedError):
            ask()
    with tracer.use_span(span):
        pass


def test_a_method_that_is_missing_is_named_with_its_class() -> None:
    class Half(SpanBase):
        pass

    with pytest.raises(NotImplementedError) as raised:
        Half().add_event("a")
    assert str(raised.value) == (
        "Half does not define add_event; a class for another tracing library overrides it"
    )


def test_nothing_comes_of_what_does_nothing() -> None:
    provider = NoOpTelemetryProvider()
    tracer = provider.tracer_provider.tracer("a")
    contexts = provider.context_manager
    contexts.detach(contexts.attach(contexts.current()))
    with tracer.in_span("a", {"b": 1}, SpanKind.SERVER) as span:
        assert isinstance(span, NoOpSpan)
        span.set_attribute("a", 1)
        span.add_attributes({"a": 1})
        span.add_event("a", {})
        span.record_exception(ValueError(), {})
        span.status = SpanStatus.unset()
    tracer.start_span("a").finish()
    tracer.current_span().finish()
    plain = TelemetryProviderBase()
    assert isinstance(plain.tracer_provider, NoOpTracerProvider)
    assert isinstance(plain.context_manager, NoOpContextManager)
    assert make(telemetry_provider=provider).handlers.own == ()


def test_a_status_is_a_value() -> None:
    assert (SpanStatus.OK, SpanStatus.UNSET, SpanStatus.ERROR) == (0, 1, 2)
    assert SpanStatus.error("a") == SpanStatus(2, "a")
    assert len({SpanStatus.ok(), SpanStatus.ok(), SpanStatus.unset()}) == 2
    assert SpanStatus.ok().__eq__(0) is NotImplemented
    assert repr(SpanStatus.error("a")) == "SpanStatus(2, 'a')"


def test_opentelemetry_that_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(f"No module named {name!r}", name="opentelemetry")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r'pip install "drawplate\[otel\]"') as caught:
        OTelProvider()
    assert caught.value.name == "opentelemetry"
