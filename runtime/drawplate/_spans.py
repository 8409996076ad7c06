"""The handlers that make a span of each call, and one of each attempt inside of it.

Sources: requests.md section 11. The span of a call whose answer is a stream ends with the stream.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from drawplate._debug import OBSERVER
from drawplate.errors import ServiceError
from drawplate.streams import stream_of
from drawplate.structures import request_id
from drawplate.telemetry import AttributeValue, SpanBase, SpanKind, SpanStatus, TracerBase

if TYPE_CHECKING:
    from drawplate._call import CallNext, Flow
    from drawplate.config import Config
    from drawplate.context import RequestContext
    from drawplate.http import HttpRequest
    from drawplate.response import Response
    from drawplate.telemetry import TelemetryProviderBase

#: Seconds from the beginning of a call to the first event that was handed over.
FIRST_EVENT = "aws.event_stream.time_to_first_event"
#: How many events were handed over.
EVENTS = "aws.event_stream.events"
#: Whether all of the stream was read.
COMPLETE = "aws.event_stream.complete"


def tracer_of(provider: TelemetryProviderBase, config: Config) -> TracerBase:
    """The tracer of the clients of a service."""
    return provider.tracer_provider.tracer(f"aws.{config.service.identifier}.client")


class CallSpans:
    """Makes the span of a call, which all else of it is inside of."""

    __slots__ = ("_tracer",)

    def __init__(self, tracer: TracerBase) -> None:
        self._tracer = tracer

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        """Make the span; see `drawplate.handlers`."""
        context["tracer"] = self._tracer
        around = self._around_stream if context.operation.streaming else self._around
        return around(context, call_next)

    def _around(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        with self._tracer.in_span(
            _name(context), attributes=_attributes(context), kind=SpanKind.CLIENT
        ) as span:
            response = yield from call_next(context)
            if response.error is not None:
                failed(span, response.error)
            return response

    def _around_stream(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        span = self._tracer.start_span(
            _name(context), attributes=_attributes(context), kind=SpanKind.CLIENT
        )
        observer = _StreamSpan(span, lambda: context.elapsed)
        context[OBSERVER] = observer
        left_to_stream = False
        try:
            with self._tracer.use_span(span):
                response = yield from call_next(context)
            if response.error is not None:
                observer.failed(response.error)
                return response
            if OBSERVER in context and (stream := stream_of(response.data)) is not None:
                stream.observe(context.metadata.pop(OBSERVER))
            left_to_stream = OBSERVER not in context
            return response
        except Exception as error:
            observer.failed(error)
            raise
        finally:
            context.metadata.pop(OBSERVER, None)
            observer.call_ended(left_to_stream=left_to_stream)


class AttemptSpans:
    """Makes a span of each attempt: from the request to the answer, as far as the call reads it."""

    __slots__ = ("_stubbed", "_tracer")

    def __init__(self, tracer: TracerBase, *, stubbed: bool) -> None:
        self._tracer = tracer
        self._stubbed = stubbed

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        """Make the span; see `drawplate.handlers`."""
        with self._tracer.in_span(
            "Handler.StubResponses" if self._stubbed else "Handler.Http",
            attributes=_request_attributes(context.request, stubbed=self._stubbed),
        ) as span:
            response = yield from call_next(context)
            answer = context.http_response
            if answer is not None:
                span.set_attribute("http.status_code", str(answer.status))
                length = answer.headers.get("content-length", "")
                if length.isascii() and length.isdigit():
                    span.set_attribute("http.response_content_length", int(length))
                if (found := request_id(answer.headers)) is not None:
                    span.set_attribute("aws.request_id", found)
            if response.error is not None:
                failed(span, response.error)
            return response


def failed(span: SpanBase, error: Exception) -> None:
    """Say that what the span stands for failed, and how."""
    span.record_exception(error)
    code = error.code if isinstance(error, ServiceError) else ""
    span.status = SpanStatus.error(code or type(error).__name__)


def _name(context: RequestContext) -> str:
    service_id = context.config.service.service_id.replace(" ", "")
    return f"{service_id}.{context.operation.name}"


def _attributes(context: RequestContext) -> dict[str, AttributeValue]:
    return {
        "rpc.system": "aws-api",
        "rpc.service": context.config.service.service_id,
        "rpc.method": context.operation.name,
        "code.function": context.operation_name,
        "code.namespace": type(context.client).__module__,
    }


def _request_attributes(request: HttpRequest, *, stubbed: bool) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "http.method": request.method,
        "net.protocol.name": "http",
        "net.protocol.version": "1.1",
    }
    if not stubbed:
        url = urlsplit(request.url)
        attributes["net.peer.name"] = url.hostname or ""
        attributes["net.peer.port"] = str(url.port or (80 if url.scheme == "http" else 443))
    body = request.body
    length = len(body) if isinstance(body, bytes) else body.length
    if length is not None:
        attributes["http.request_content_length"] = length
    return attributes


class _StreamSpan:
    """Ends the span of a call with the call and its stream, or with the last reference to that."""

    __slots__ = ("_count", "_elapsed", "_in_call", "_is_failed", "_is_over", "_span")

    def __init__(self, span: SpanBase, elapsed: Callable[[], float]) -> None:
        self._span = span
        self._elapsed = elapsed
        self._count = 0
        self._in_call = True
        self._is_failed = False
        #: Whether nothing more is to be told of: the stream has ended, or there is none.
        self._is_over = False

    def item(self) -> None:
        """See `StreamObserver.item`."""
        if self._count == 0:
            self._span.set_attribute(FIRST_EVENT, self._elapsed())
        self._count += 1

    def ended(self, error: Exception | None, *, complete: bool) -> None:
        """See `StreamObserver.ended`."""
        if self._is_over:
            return
        self._is_over = True
        self._span.add_attributes({EVENTS: self._count, COMPLETE: complete})
        if error is not None:
            self.failed(error)
        if not self._in_call:
            self._span.finish()

    def failed(self, error: Exception) -> None:
        """Say what went wrong, unless that was said before."""
        if not self._is_failed:
            self._is_failed = True
            failed(self._span, error)

    def call_ended(self, *, left_to_stream: bool) -> None:
        """End the span now, unless the stream is still to be read."""
        self._in_call = False
        if self._is_over or not left_to_stream:
            self._is_over = True
            self._span.finish()

    def __del__(self) -> None:
        self.ended(None, complete=False)
