"""HTTP messages as plain values: what serializers make, signers sign and transports carry."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
)
from typing import Literal, Protocol, TypeGuard, TypeVar, cast, overload

from drawplate.errors import ParamValidationError

#: Stands in a repr for a value that is sensitive.
REDACTED = "<redacted>"

T = TypeVar("T")

#: Called with a piece of a body, how many bytes of the body that makes, and how many there will be
#: in all, None where that is not known. What it raises ends the call, unchanged and unretried.
OnChunk = Callable[[bytes, int, int | None], object]


class Headers(MutableMapping[str, str]):
    """Header fields: case-insensitive names, kept in lower case and in the order of first setting.

    A value with CR, LF or NUL is refused when it is set, since it would end the field early on the
    wire (RFC 9110 section 5.5); `ParamValidationError` names the field and never shows the value.
    """

    __slots__ = ("fields",)

    #: The fields as they are kept. Reading here is faster; who changes it vouches for what he sets.
    fields: dict[str, str]

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        kept = self.fields = {}
        # To be asked for an abstract class is slow, and most are plain dicts.
        is_dict = type(fields) is dict
        if not is_dict and isinstance(fields, Headers):
            kept.update(fields.fields)
            return
        if is_dict or isinstance(fields, Mapping):
            fields = cast("Mapping[str, str]", fields).items()
        for name, value in fields:
            lower = name.lower()
            kept[lower] = f"{kept[lower]}, {value}" if lower in kept else value
        _check(kept)

    def __getitem__(self, name: str) -> str:
        return self.fields[name.lower()]

    def __setitem__(self, name: str, value: str) -> None:
        if "\n" in value or "\r" in value or "\0" in value:
            raise _refused(name.lower())
        self.fields[name.lower()] = value

    def __delitem__(self, name: str) -> None:
        del self.fields[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self.fields

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    # The next two are inherited, but slow: by an exception, and by looking each field up again.
    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str, default: str | T) -> str | T: ...
    def get(self, name: str, default: object = None) -> object:
        """Value of a field, or `default`."""
        return self.fields.get(name.lower(), default)

    def items(self) -> ItemsView[str, str]:
        """Name and value of each field."""
        return self.fields.items()

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return self.fields == other.fields if isinstance(other, Headers) else NotImplemented

    def __repr__(self) -> str:
        # Names only: any value may be a credential, or a member that the model marks as sensitive.
        return f"<Headers {', '.join(self.fields)}>"

    def add(self, name: str, value: str) -> None:
        """Set a field, or append to it with ", " (RFC 9110 section 5.2)."""
        present = self.fields.get(name.lower())
        self[name] = value if present is None else f"{present}, {value}"

    @classmethod
    def adopt(cls, fields: dict[str, str]) -> Headers:
        """Headers of fields that were checked: names in lower case, values without CR, LF, NUL."""
        made = object.__new__(cls)
        made.fields = fields
        return made

    @classmethod
    def checked(cls, fields: dict[str, str]) -> Headers:
        """Headers of fields whose names are known to be in lower case; values are checked."""
        _check(fields)
        return cls.adopt(fields)

    def copy(self) -> Headers:
        """Return an independent copy."""
        return Headers.adopt(self.fields.copy())


def _check(fields: dict[str, str]) -> None:
    # One look at all values: most are right.
    text = "".join(fields.values())
    if "\n" in text or "\r" in text or "\0" in text:
        for name, value in fields.items():
            if "\n" in value or "\r" in value or "\0" in value:
                raise _refused(name)


def _refused(name: str) -> ParamValidationError:
    return ParamValidationError(
        [f"header {name}: the value has a CR, LF or NUL character; remove it"]
    )


class BodySource(Protocol):
    """A request body that is read while it is sent, so that it is never in memory as a whole."""

    @property
    def length(self) -> int | None:
        """How many bytes there are; None where that shows only at the end."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether `chunks` can be called again, and gives the same bytes then."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the start. Raises what reading raises; see `RequestBodyError`."""
        ...


class AsyncBodySource(Protocol):
    """The same for an async client: reading it is awaited."""

    @property
    def length(self) -> int | None:
        """How many bytes there are; None where that shows only at the end."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether `chunks` can be called again, and gives the same bytes then."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes from the start. Raises what reading raises; see `RequestBodyError`."""
        ...


class Deadline:
    """When a call has to be over: `at` by the transport's clock, which is `time.monotonic`.

    `limit` is the number of seconds that were given, and `option` who gave them, for messages. All
    three may change while the answer is read, so a transport looks at them each time it waits.
    """

    __slots__ = ("at", "limit", "option")

    def __init__(
        self,
        at: float,
        limit: float,
        option: Literal["timeout", "stream_timeout", "stream_idle_timeout"] = "timeout",
    ) -> None:
        self.at = at
        self.limit = limit
        self.option = option

    def __repr__(self) -> str:
        return f"Deadline(at={self.at!r}, limit={self.limit!r})"


class HttpRequest:
    """One HTTP request: an absolute, percent-encoded `url`, and `body` as it goes on the wire.

    A `BodySource` goes out with its length as Content-Length, in chunks where that is not known.
    """

    __slots__ = (
        "body",
        "deadline",
        "headers",
        "method",
        "on_chunk_received",
        "on_chunk_sent",
        "url",
    )

    #: When the call that the request belongs to has to be over; copies keep it, and the next two.
    deadline: Deadline | None
    #: Told about the pieces of the bodies of this request and its response, in place of the
    #: function that the transport was set up with.
    on_chunk_sent: OnChunk | None
    on_chunk_received: OnChunk | None

    def __init__(
        self,
        method: str,
        url: str,
        headers: Headers | Mapping[str, str] | None = None,
        body: bytes | BodySource = b"",
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers if type(headers) is Headers else Headers(headers or ())
        self.body = body
        self.deadline = self.on_chunk_sent = self.on_chunk_received = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HttpRequest):
            return NotImplemented
        return (self.method, self.url, self.headers, self.body) == (
            other.method,
            other.url,
            other.headers,
            other.body,
        )

    def __repr__(self) -> str:
        length = len(self.body) if isinstance(self.body, bytes) else self.body.length
        body = "<stream>" if length is None else f"<{length} bytes>"
        url, mark, _ = self.url.partition("?")
        shown = f"{url}?{REDACTED}" if mark else url  # a query may hold an API key
        return f"HttpRequest({self.method!r}, {shown!r}, {self.headers!r}, {body})"

    def copy(self) -> HttpRequest:
        """Return a copy with its own headers; the body is shared."""
        made = object.__new__(HttpRequest)
        made.method = self.method
        made.url = self.url
        # As `Headers.copy`, without two calls.
        made.headers = headers = object.__new__(Headers)
        headers.fields = self.headers.fields.copy()
        made.body = self.body
        made.deadline = self.deadline
        made.on_chunk_sent = self.on_chunk_sent
        made.on_chunk_received = self.on_chunk_received
        return made


class BodyReader(Protocol):
    """A response body that is still on the wire: iterate it for chunks of bytes as they arrive.

    Reading to the end gives the connection back to its pool; `close()` before the end drops it.
    Errors while reading are `NetworkingError`s. A reader may also have `read()`, which returns all
    bytes that are left; it is then called where the whole body is wanted.
    """

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class AsyncBodyReader(Protocol):
    """The same as an async client gets it: reading is awaited, and so is `aclose()`."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class HttpResponse:
    """One HTTP response. `body` is bytes if all of it is there, else a reader of chunks.

    What an `AsyncTransport` returns may have an `AsyncBodyReader`.

    `request_id` is the service's id of the request, once a parser has found it in the body.
    """

    __slots__ = ("body", "headers", "request_id", "status")

    def __init__(
        self,
        status: int,
        headers: Headers | Mapping[str, str] | None = None,
        body: bytes | BodyReader | AsyncBodyReader = b"",
    ) -> None:
        self.status = status
        self.headers = headers if isinstance(headers, Headers) else Headers(headers or ())
        self.body = body
        self.request_id: str | None = None

    def __repr__(self) -> str:
        body = f"<{len(self.body)} bytes>" if isinstance(self.body, bytes) else "<stream>"
        return f"HttpResponse({self.status}, {self.headers!r}, {body})"


class Transport(Protocol):
    """Whatever carries a request: one method, so that tests and other HTTP libraries fit in.

    One that can send a body while it reads the answer has `supports_event_streams = True` as well.
    """

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return its response once the head has arrived.

        Raises a `NetworkingError` for every failure to exchange messages. Never retries, never
        follows a redirect.
        """
        ...


class AsyncTransport(Protocol):
    """The same for an async client."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return its response once the head has arrived.

        See `Transport.send`. Cancelling it leaves no connection behind that was half used.
        """
        ...


def is_awaited(body: bytes | BodyReader | AsyncBodyReader) -> TypeGuard[AsyncBodyReader]:
    """Whether reading a body has to be awaited."""
    return hasattr(body, "__aiter__")


def blocking_body(response: HttpResponse) -> bytes | BodyReader:
    """The body of a response for code that cannot await; raises `TypeError` if it has to be."""
    body = response.body
    return body if isinstance(body, bytes) else blocking(body)


def blocking(body: BodyReader | AsyncBodyReader) -> BodyReader:
    """A body for code that cannot await; raises `TypeError` if it has to be."""
    if not is_awaited(body):
        return cast("BodyReader", body)
    raise TypeError(
        "this response came from an async transport: read its body with `async for`, "
        "or give a sync client a transport whose send() is no coroutine"
    )


_COROUTINE = 0x80  # inspect.CO_COROUTINE, without a slow import


def is_async(transport: Transport | AsyncTransport) -> TypeGuard[AsyncTransport]:
    """Whether what a transport sends has to be awaited."""
    return is_coroutine_function(transport.send)


def is_coroutine_function(called: object) -> bool:
    """Whether what a function returns has to be awaited; False for what is no function."""
    function = getattr(called, "__func__", called)
    if hasattr(function, "_is_coroutine_mark"):  # inspect.markcoroutinefunction
        return True
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _COROUTINE)


async def async_chunks(
    body: bytes | BodyReader | AsyncBodyReader,
) -> AsyncGenerator[bytes, None]:
    """The pieces of a body as they arrive, whatever kind it is; it is not closed afterwards.

    A `BodyReader` is read without giving way to others: it is one that never blocks, as of a stub.
    """
    if isinstance(body, bytes):
        if body:
            yield body
    elif is_awaited(body):
        pieces = aiter(body)
        try:
            async for piece in pieces:
                yield piece
        finally:
            if isinstance(pieces, AsyncGenerator):  # or the loop would have to close it later
                await pieces.aclose()
    else:
        for piece in cast("BodyReader", body):
            yield piece
