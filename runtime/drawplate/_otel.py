"""OpenTelemetry behind the interface of `drawplate.telemetry`; imported by `OTelProvider`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, cast

from drawplate.telemetry import (
    Attributes,
    AttributeValue,
    ContextManagerBase,
    Kind,
    SpanBase,
    SpanStatus,
    TracerBase,
    TracerProviderBase,
)

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry import trace
    from opentelemetry.context import Context


class OTelSpan(SpanBase):
    """A span of OpenTelemetry."""

    __slots__ = ("span",)

    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """See `SpanBase.set_attribute`."""
        self.span.set_attribute(key, value)

    def add_attributes(self, attributes: Attributes) -> None:
        """See `SpanBase.add_attributes`."""
        self.span.set_attributes(attributes)

    def add_event(self, name: str, attributes: Attributes | None = None) -> None:
        """See `SpanBase.add_event`."""
        self.span.add_event(name, attributes)

    def _set_status(self, status: SpanStatus) -> None:
        from opentelemetry.trace import Status, StatusCode

        codes = {SpanStatus.OK: StatusCode.OK, SpanStatus.ERROR: StatusCode.ERROR}
        code = codes.get(status.code, StatusCode.UNSET)
        # OpenTelemetry takes descriptions of errors alone.
        self.span.set_status(Status(code, status.description if code is StatusCode.ERROR else None))

    def finish(self) -> None:
        """See `SpanBase.finish`."""
        self.span.end()

    def record_exception(
        self, exception: BaseException, attributes: Attributes | None = None
    ) -> None:
        """See `SpanBase.record_exception`."""
        self.span.record_exception(exception, attributes)


class OTelTracer(TracerBase):
    """A tracer of OpenTelemetry."""

    __slots__ = ("_tracer",)

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def start_span(
        self,
        name: str,
        with_parent: object | None = None,
        attributes: Attributes | None = None,
        kind: Kind | None = None,
    ) -> SpanBase:
        """See `TracerBase.start_span`."""
        context = cast("Context | None", with_parent)
        return OTelSpan(
            self._tracer.start_span(name, context, kind=_kind(kind), attributes=attributes)
        )

    @contextmanager
    def in_span(
        self, name: str, attributes: Attributes | None = None, kind: Kind | None = None
    ) -> Generator[SpanBase, None, None]:
        """See `TracerBase.in_span`."""
        with self._tracer.start_as_current_span(
            name, kind=_kind(kind), attributes=attributes
        ) as span:
            yield OTelSpan(span)

    def use_span(self, span: SpanBase) -> AbstractContextManager[object]:
        """See `TracerBase.use_span`."""
        from opentelemetry.trace import use_span

        return use_span(
            cast("OTelSpan", span).span, record_exception=False, set_status_on_exception=False
        )

    def current_span(self) -> SpanBase:
        """See `TracerBase.current_span`."""
        from opentelemetry.trace import get_current_span

        return OTelSpan(get_current_span())


class OTelTracerProvider(TracerProviderBase):
    """Makes tracers of OpenTelemetry. Raises ModuleNotFoundError where it is not installed."""

    __slots__ = ("_get_tracer", "_provider")

    def __init__(self, provider: trace.TracerProvider | None = None) -> None:
        # What is missing is better missed here than at a call.
        from opentelemetry.trace import get_tracer

        self._get_tracer = get_tracer
        self._provider = provider

    def tracer(self, name: str) -> TracerBase:
        """See `TracerProviderBase.tracer`."""
        from drawplate import __version__

        return OTelTracer(self._get_tracer(name, __version__, self._provider))


class OTelContextManager(ContextManagerBase):
    """The contexts of OpenTelemetry."""

    __slots__ = ()

    def current(self) -> object:
        """See `ContextManagerBase.current`."""
        from opentelemetry.context import get_current

        return get_current()

    def attach(self, context: object) -> object:
        """See `ContextManagerBase.attach`."""
        from opentelemetry.context import attach

        return attach(cast("Context", context))

    def detach(self, token: object) -> None:
        """See `ContextManagerBase.detach`."""
        from opentelemetry.context import detach

        detach(cast("Token[Context]", token))


def _kind(kind: Kind | None) -> trace.SpanKind:
    from opentelemetry.trace import SpanKind

    return SpanKind.INTERNAL if kind is None else SpanKind[kind.upper()]
