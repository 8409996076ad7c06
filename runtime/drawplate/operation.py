"""What a client knows about one operation: a value made of generated functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from drawplate.auth import SIGV4, Auth
from drawplate.errors import ServiceError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.parse import error_message, json_object

if TYPE_CHECKING:
    from drawplate.checksums import Checksums
    from drawplate.config import Config
    from drawplate.endpoints import Endpoint
    from drawplate.stream_handlers import StreamHandler

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", covariant=True)

#: Makes a modelled error from the header fields and the JSON body of an error answer.
ErrorParser = Callable[[Headers, Mapping[str, Any]], ServiceError]


def plain_error(made: type[ServiceError]) -> ErrorParser:
    """A parser for an error that has no member but its message."""
    return lambda _headers, body: made(error_message(body))


def error_event(parse: ErrorParser) -> Callable[[object, bytes], ServiceError]:
    """A parser for an error as an event, whose members are all in the payload."""
    return lambda _headers, payload: parse(Headers(), json_object(payload))


class Errors:
    """The errors of a service: parsers by error code, and the class for codes the model lacks."""

    __slots__ = ("base", "parsers")

    def __init__(self, base: type[ServiceError], parsers: Mapping[str, ErrorParser]) -> None:
        self.base = base
        self.parsers = parsers


class Operation(Generic[InputT, OutputT]):
    """One operation of a service.

    `check` turns parameters into the input structure, `serialize` that into a request whose URL is
    the path below the endpoint, `parse` a successful answer into the output. `streaming` says that
    `parse` wants the body unread, `auth` authorizes requests (None where they are anonymous),
    `unsigned_payload` leaves the body out of the signature, and `idempotency_token` names the
    member that is filled with a fresh token where the caller gave none. `endpoint` finds the
    endpoint of operations that have a say in it; the others share that of the client.
    `sends_events` says that the body is a stream of events, each of which is signed.
    `host_prefix` makes what stands before its host. `checksums` says which checksums requests and
    answers have; `compression` whether bodies are compressed when they are large, or always.
    `long_polling` says that the service may wait for something to answer with. `blob_payload` names
    the member of the output that is the whole body, `event_stream` the one that is a stream of
    events; `stream_handler` returns the class of what handles these.
    """

    __slots__ = (
        "auth",
        "blob_payload",
        "check",
        "checksums",
        "compression",
        "endpoint",
        "errors",
        "event_stream",
        "host_prefix",
        "idempotency_token",
        "long_polling",
        "method_name",
        "name",
        "parse",
        "sends_events",
        "serialize",
        "settles_payload",
        "stream_handler",
        "streaming",
        "unsigned_payload",
    )

    def __init__(
        self,
        *,
        name: str,
        method_name: str,
        check: Callable[[object], InputT],
        serialize: Callable[[InputT], HttpRequest],
        parse: Callable[[HttpResponse], OutputT],
        errors: Errors,
        streaming: bool = False,
        sends_events: bool = False,
        auth: Auth | None = SIGV4,
        unsigned_payload: bool = False,
        endpoint: Callable[[Config, InputT], Endpoint] | None = None,
        host_prefix: Callable[[InputT], str] | None = None,
        checksums: Checksums | None = None,
        compression: Literal["large", "always"] | None = None,
        idempotency_token: str | None = None,
        blob_payload: str | None = None,
        long_polling: bool = False,
        event_stream: str | None = None,
        stream_handler: Callable[[], type[StreamHandler[Any]]] | None = None,
    ) -> None:
        self.name = name
        self.method_name = method_name
        self.check = check
        self.serialize = serialize
        self.parse = parse
        self.errors = errors
        self.streaming = streaming
        self.sends_events = sends_events
        self.auth = auth
        self.unsigned_payload = unsigned_payload
        self.endpoint = endpoint
        self.host_prefix = host_prefix
        self.checksums = checksums
        self.compression = compression
        self.settles_payload = checksums is not None or compression is not None
        self.idempotency_token = idempotency_token
        self.blob_payload = blob_payload
        self.long_polling = long_polling
        self.event_stream = event_stream
        self.stream_handler = stream_handler

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"
