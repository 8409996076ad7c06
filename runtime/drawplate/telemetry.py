"""Spans of calls and attempts: what a tracing library has to offer, and an adapter for one.

    client = SageMakerRuntimeClient(telemetry_provider=drawplate.telemetry.OTelProvider())

`OTelProvider` is for OpenTelemetry. For another library derive from the `...Base` classes, whose
methods all raise `NotImplementedError` unless their docstring says what they do. Names, kinds and
attributes of the spans: requests.md section 11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

#: What an attribute of a span or of an event can be.
AttributeValue = str | bool | int | float | Sequence[str]
Attributes = Mapping[str, AttributeValue]

Kind = Literal["internal", "server", "client", "consumer", "producer"]


class SpanKind:
    """What a span stands for: work inside of the program, or one side of an exchange."""

    INTERNAL: ClassVar[Kind] = "internal"
    SERVER: ClassVar[Kind] = "server"
    CLIENT: ClassVar[Kind] = "client"
    CONSUMER: ClassVar[Kind] = "consumer"
    PRODUCER: ClassVar[Kind] = "producer"


class SpanStatus:
    """How what a span stands for ended: `code` is one of the constants."""

    OK: ClassVar[int] = 0
    UNSET: ClassVar[int] = 1
    ERROR: ClassVar[int] = 2

    __slots__ = ("code", "description")

    def __init__(self, code: int, description: str = "") -> None:
        self.code = code
        self.description = description

    @classmethod
    def ok(cls, description: str = "") -> SpanStatus:
        """It went well."""
        return cls(cls.OK, description)

    @classmethod
    def unset(cls, description: str = "") -> SpanStatus:
        """Nobody said how it went."""
        return cls(cls.UNSET, description)

    @classmethod
    def error(cls, description: str = "") -> SpanStatus:
        """It failed."""
        return cls(cls.ERROR, description)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SpanStatus):
            return NotImplemented
        return (self.code, self.description) == (other.code, other.description)

    def __hash__(self) -> int:
        return hash((self.code, self.description))

    def __repr__(self) -> str:
        return f"SpanStatus({self.code}, {self.description!r})"


def _undefined(owner: object, method: str) -> NotImplementedError:
    return NotImplementedError(
        f"{type(owner).__name__} does not define {method}; a class for another tracing library "
        "overrides it"
    )


class SpanBase:
    """Something that takes time and is told of."""

    __slots__ = ()

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Say something about the span."""
        raise _undefined(self, "set_attribute")

    def add_attributes(self, attributes: Attributes) -> None:
        """Say several things about the span."""
        raise _undefined(self, "add_attributes")

    def add_event(self, name: str, attributes: Attributes | None = None) -> None:
        """Say that something happened now."""
        raise _undefined(self, "add_event")

    @property
    def status(self) -> SpanStatus:
        """How it ended. It is only set, which `_set_status` does."""
        raise _undefined(self, "status")

    @status.setter
    def status(self, status: SpanStatus) -> None:
        self._set_status(status)

    def _set_status(self, status: SpanStatus) -> None:
        raise _undefined(self, "_set_status")

    def finish(self) -> None:
        """Say that it ended now."""
        raise _undefined(self, "finish")

    def record_exception(
        self, exception: BaseException, attributes: Attributes | None = None
    ) -> None:
        """Say that something was raised now."""
        raise _undefined(self, "record_exception")


class TracerBase:
    """Makes spans."""

    __slots__ = ()

    def start_span(
        self,
        name: str,
        with_parent: object | None = None,
        attributes: Attributes | None = None,
        kind: Kind | None = None,
    ) -> SpanBase:
        """Begin a span that someone else ends; it does not become the current one.

        `with_parent` is a context as of `ContextManagerBase.current`; default the current one.
        """
        raise _undefined(self, "start_span")

    def in_span(
        self, name: str, attributes: Attributes | None = None, kind: Kind | None = None
    ) -> AbstractContextManager[SpanBase]:
        """A span around a block, inside of which it is the current one.

        An exception that leaves the block is recorded on the span, which then has failed.
        """
        raise _undefined(self, "in_span")

    def use_span(self, span: SpanBase) -> AbstractContextManager[object]:
        """Make a span the current one inside of a block, and leave its end to others.

        Asked for calls whose span outlives them, since their answer is a stream. Does nothing here:
        the attempts then are no children of the call.
        """
        del span
        return nullcontext()

    def current_span(self) -> SpanBase:
        """The innermost span that is current."""
        raise _undefined(self, "current_span")


class TracerProviderBase:
    """Makes tracers."""

    __slots__ = ()

    def tracer(self, name: str) -> TracerBase:
        """The tracer of a part of the program, such as "aws.sagemakerruntime.client"."""
        raise _undefined(self, "tracer")


class ContextManagerBase:
    """Knows the current context, of which the current span is a part."""

    __slots__ = ()

    def current(self) -> object:
        """The current context."""
        raise _undefined(self, "current")

    def attach(self, context: object) -> object:
        """Make a context the current one; returns a token for `detach`."""
        raise _undefined(self, "attach")

    def detach(self, token: object) -> None:
        """Go back to the context that was current before."""
        raise _undefined(self, "detach")


class NoOpSpan(SpanBase):
    """A span that nobody hears of."""

    __slots__ = ()

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Do nothing."""

    def add_attributes(self, attributes: Attributes) -> None:
        """Do nothing."""

    def add_event(self, name: str, attributes: Attributes | None = None) -> None:
        """Do nothing."""

    def _set_status(self, status: SpanStatus) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""

    def record_exception(
        self, exception: BaseException, attributes: Attributes | None = None
    ) -> None:
        """Do nothing."""


class NoOpTracer(TracerBase):
    """Makes spans that nobody hears of."""

    __slots__ = ()

    def start_span(
        self,
        name: str,
        with_parent: object | None = None,
        attributes: Attributes | None = None,
        kind: Kind | None = None,
    ) -> SpanBase:
        """A span that nobody hears of."""
        return NoOpSpan()

    def in_span(
        self, name: str, attributes: Attributes | None = None, kind: Kind | None = None
    ) -> AbstractContextManager[SpanBase]:
        """A span that nobody hears of."""
        return nullcontext(NoOpSpan())

    def current_span(self) -> SpanBase:
        """A span that nobody hears of."""
        return NoOpSpan()


class NoOpTracerProvider(TracerProviderBase):
    """Makes tracers of spans that nobody hears of."""

    __slots__ = ()

    def tracer(self, name: str) -> TracerBase:
        """A tracer of spans that nobody hears of."""
        return NoOpTracer()


class NoOpContextManager(ContextManagerBase):
    """Knows no context."""

    __slots__ = ()

    def current(self) -> object:
        """None."""
        return None

    def attach(self, context: object) -> object:
        """Do nothing."""
        return None

    def detach(self, token: object) -> None:
        """Do nothing."""


class TelemetryProviderBase:
    """What the option `telemetry_provider` takes: where spans go, and which one is current.

    What is not given does nothing.
    """

    tracer_provider: TracerProviderBase
    context_manager: ContextManagerBase

    def __init__(
        self,
        tracer_provider: TracerProviderBase | None = None,
        context_manager: ContextManagerBase | None = None,
    ) -> None:
        self.tracer_provider = tracer_provider or NoOpTracerProvider()
        self.context_manager = context_manager or NoOpContextManager()


class NoOpTelemetryProvider(TelemetryProviderBase):
    """Tells nobody: a client that has it makes no spans."""


class OTelProvider(TelemetryProviderBase):
    """Gives spans to OpenTelemetry: to its global tracer provider, or to the one given.

    Raises ImportError where OpenTelemetry is not installed.
    """

    def __init__(self, tracer_provider: TracerProvider | None = None) -> None:
        from drawplate._otel import OTelContextManager, OTelTracerProvider

        try:
            super().__init__(OTelTracerProvider(tracer_provider), OTelContextManager())
        except ModuleNotFoundError as error:
            raise ImportError(
                "OTelProvider needs OpenTelemetry, which is not installed: "
                'pip install "drawplate[otel]"',
                name=error.name,
            ) from None
