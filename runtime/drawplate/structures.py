"""Base classes of generated shapes.

A generated class writes out its slots, annotations and `__init__`; what would read the same in each
of them (equality, repr) is here, driven by the slots.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from drawplate.errors import EventStreamError
from drawplate.http import REDACTED, Headers

if TYPE_CHECKING:
    from collections.abc import Callable


class Structure:
    """A shape with named members. Equal by value, and therefore not hashable."""

    __slots__: tuple[str, ...] = ()

    #: Sensitive members: printed as `<redacted>`, so that a reader sees that they are set.
    _sensitive: ClassVar[frozenset[str]] = frozenset()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self) -> str:
        members = ", ".join(
            f"{name}={REDACTED if name in self._sensitive else repr(value)}"
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        )
        return f"{type(self).__name__}({members})"


class UnionMember(Structure):
    """One of the alternatives of a union, with its `value`; a member without content has none.

    `match` takes it apart: `case types.FooText(text): …`.
    """

    __slots__ = ()
    __match_args__ = ("value",)


class UnknownMember(Structure):
    """A member of a union that this client's model does not know: a newer service may send one.

    `name` is its name on the wire, `value` its JSON value as it came. Passed as a parameter, it is
    sent the same way.
    """

    __slots__ = ("name", "value")
    __match_args__ = ("name", "value")
    _sensitive = frozenset({"value"})  # who knows?

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value


class SharedEvent(Structure):
    """An event that stands for several members of a stream.

    `event_type` tells which one it came as; made by hand it is the first. (No slots: the class has
    a value for it, and an instance that was received its own.)
    """

    event_type: str


class StreamFacts:
    """What has arrived of a stream of events; it grows while the stream is read.

    `events_received` counts the events, without an error that ends them; `bytes_received` is how
    many bytes the messages took, as they came. `time_to_first_event` is in seconds since the call
    began, None while there was no event.
    """

    __slots__ = ("_timer", "began", "bytes_received", "events_received", "time_to_first_event")

    #: When the call began, by the timer.
    began: float

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self.began = timer()
        self.bytes_received = 0
        self.events_received = 0
        self.time_to_first_event: float | None = None

    def since(self, began: float, timer: Callable[[], float]) -> StreamFacts:
        """These facts, of a call that began then."""
        self.began = began
        self._timer = timer
        return self

    def first(self) -> None:
        """The first event is there."""
        self.time_to_first_event = self._timer() - self.began

    def arrived(self, event: object) -> None:
        """Count an event, or give an error that stands for one the facts up to it."""
        if isinstance(event, Exception):
            self.tell(event)
            return
        self.events_received += 1
        if self.time_to_first_event is None:
            self.first()

    def tell(self, error: Exception) -> None:
        """Give an error of the stream the facts up to it; other errors stay as they are."""
        if isinstance(error, EventStreamError):
            error.events_received = self.events_received
            error.bytes_received = self.bytes_received
            error.time_to_first_event = self.time_to_first_event

    def __repr__(self) -> str:
        return f"<StreamFacts, {self.events_received} events, {self.bytes_received} bytes>"


class ResponseMetadata:
    """Facts about the answer that an output came from.

    `status` is the HTTP status, `attempts` how many requests the call took, `headers` the fields of
    the last answer.
    `checksum` names the algorithm of the checksum that the body is held to, such as "CRC32"; None
    where the call asked for none, or the service sent none. `id_in_body` is the id where the
    protocol has it in the body; otherwise it is in the header fields.
    """

    __slots__ = ("_id_in_body", "attempts", "checksum", "headers", "status", "stream")

    #: What has arrived of the events of the answer; None where it has none.
    stream: StreamFacts | None

    def __init__(
        self,
        status: int,
        headers: Headers,
        attempts: int,
        checksum: str | None = None,
        id_in_body: str | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self.attempts = attempts
        self.checksum = checksum
        self._id_in_body = id_in_body
        self.stream = None

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, None when it sent none."""
        return self._id_in_body or request_id(self.headers)

    @property
    def events_received(self) -> int:
        """How many events of the answer have arrived; 0 where it has none."""
        return 0 if self.stream is None else self.stream.events_received

    @property
    def bytes_received(self) -> int:
        """How many bytes the events took that have arrived; 0 where the answer has none."""
        return 0 if self.stream is None else self.stream.bytes_received

    @property
    def time_to_first_event(self) -> float | None:
        """Seconds from the beginning of the call to its first event; None while there is none."""
        return None if self.stream is None else self.stream.time_to_first_event

    def __repr__(self) -> str:
        return (
            f"ResponseMetadata(status={self.status}, request_id={self.request_id!r}, "
            f"attempts={self.attempts})"
        )


def request_id(headers: Headers) -> str | None:
    """The service's id of a request, from the header fields of its answer."""
    return headers.get("x-amzn-requestid") or headers.get("x-amz-request-id")


class Output(Structure):
    """What an operation returns: its modelled members, and `metadata` about the answer.

    Equality and repr speak of the members alone.
    """

    __slots__ = ("metadata",)

    metadata: ResponseMetadata


class BlobOutput(Output):
    """An output whose payload is bytes of a content type that the answer states."""

    __slots__ = ()

    #: Names of the members that hold the payload and its content type.
    blob_members: ClassVar[tuple[str, str]]

    def text(self, encoding: str | None = None, errors: str = "strict") -> str:
        """The payload as text, in the charset of its content type, else in UTF-8.

        `encoding` and `errors` are those of `bytes.decode`. Raises `TextDecodeError`.
        """
        from drawplate.codecs import text_of  # few calls need them

        body, content_type = content_of(self)
        return text_of(body, content_type, encoding, errors)

    def json(self) -> Any:
        """The payload as a JSON document, whatever its content type; raises `ContentError`."""
        from drawplate.codecs import JSON

        return JSON.decode(*content_of(self))


def content_of(output: BlobOutput) -> tuple[bytes, str | None]:
    """The payload of an output and its content type, whatever their members are called."""
    payload, content_type = output.blob_members
    return getattr(output, payload), getattr(output, content_type)


class Deferred:
    """Where the result of a call will be, once there is one; `drawplate.jobs` waits for it.

    `result`, `failure` and `run_id` name members of the output: where the result and the failure
    will be stored, one or the other, and what the run is called ("" where it has no name). `error`
    is the code of the error that a failure stands for. The service keeps a request for
    `wait_seconds` at most before it runs, and lets it run for `run_seconds` at most, if the caller
    asks for nothing else.
    """

    __slots__ = ("error", "failure", "result", "run_id", "run_seconds", "wait_seconds")

    def __init__(
        self,
        *,
        result: str,
        failure: str,
        error: str,
        wait_seconds: int,
        run_seconds: int,
        run_id: str = "",
    ) -> None:
        self.result = result
        self.failure = failure
        self.run_id = run_id
        self.error = error
        self.wait_seconds = wait_seconds
        self.run_seconds = run_seconds


class DeferredOutput(Output):
    """An output that says where the result will be: `drawplate.jobs.inference_job` waits for it."""

    __slots__ = ()

    _deferred: ClassVar[Deferred]


def deferred_of(output: DeferredOutput) -> Deferred:
    """Where the result of an output will be."""
    return output._deferred  # pyright: ignore[reportPrivateUsage]


class Closeable(Protocol):
    """Something that holds a connection until it is closed."""

    def close(self) -> None: ...


class AsyncCloseable(Protocol):
    """The same where closing is awaited."""

    async def aclose(self) -> None: ...


class StreamingOutput(Output):
    """An output whose payload is still on the wire. A context manager that closes it on exit."""

    __slots__ = ()

    #: Name of the member that holds the stream.
    _stream: ClassVar[str]

    def close(self) -> None:
        """Close the stream; drops the connection unless it was read to the end. Idempotent."""
        stream: Closeable = getattr(self, self._stream)
        stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncStreamingOutput(Output):
    """The same of an async client: an async context manager."""

    __slots__ = ()

    #: Name of the member that holds the stream.
    _stream: ClassVar[str]

    async def aclose(self) -> None:
        """Close the stream; drops the connection unless it was read to the end. Idempotent."""
        stream: AsyncCloseable = getattr(self, self._stream)
        await stream.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
