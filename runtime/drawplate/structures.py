"""Base classes of generated shapes.

A generated class writes out its slots, annotations and `__init__`; what would read the same in each
of them (equality, repr) is here, driven by the slots.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, ClassVar, Protocol, TypeVar

from drawplate.http import REDACTED, Headers

Self_ = TypeVar("Self_", bound="StreamingOutput")


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


class ResponseMetadata:
    """Facts about the answer that an output came from.

    `status` is the HTTP status, `request_id` the service's id of the request (None when it sent
    none), `attempts` how many requests the call took, `headers` the fields of the last answer.
    `checksum` names the algorithm of the checksum that the body is held to, such as "CRC32"; None
    where the call asked for none, or the service sent none.
    """

    __slots__ = ("attempts", "checksum", "headers", "request_id", "status")

    def __init__(
        self, *, status: int, headers: Headers, attempts: int, checksum: str | None = None
    ) -> None:
        self.status = status
        self.headers = headers
        self.attempts = attempts
        self.checksum = checksum
        self.request_id = request_id(headers)

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


class Closeable(Protocol):
    """Something that holds a connection until it is closed."""

    def close(self) -> None: ...


class StreamingOutput(Output):
    """An output whose payload is still on the wire. A context manager that closes it on exit."""

    __slots__ = ()

    #: Name of the member that holds the stream.
    _stream: ClassVar[str]

    def close(self) -> None:
        """Close the stream; drops the connection unless it was read to the end. Idempotent."""
        stream: Closeable = stream_of(self)
        stream.close()

    def __enter__(self: Self_) -> Self_:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def stream_of(output: StreamingOutput) -> Any:
    """The stream that an output holds, whatever its member is called."""
    return getattr(output, output._stream)


def replace_stream(output: StreamingOutput, stream: Closeable) -> None:
    """Let an output hold another stream."""
    setattr(output, output._stream, stream)
