"""What a client knows about one operation: a value made of generated functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from drawplate.auth import SIGV4, Auth
from drawplate.errors import ResponseParseError, ServiceError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.parse import error_message, json_object

if TYPE_CHECKING:
    from drawplate.checksums import Checksums
    from drawplate.config import Config
    from drawplate.endpoint_discovery import Discovery
    from drawplate.endpoints import Endpoint
    from drawplate.stream_handlers import StreamHandler

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", covariant=True)
ParsedT = TypeVar("ParsedT")

#: Makes a modelled error from the header fields of an error answer and its body as the protocol
#: reads it: a JSON object, an XML element.
ErrorParser = Callable[[Headers, Any], ServiceError]

#: Who has to change something, as awsQuery has it.
FAULTS: Mapping[str, Literal["client", "server"]] = {"Sender": "client", "Receiver": "server"}


def plain_error(made: type[ServiceError]) -> ErrorParser:
    """A parser for an error that has no member but its message."""
    return lambda _headers, body: made(error_message(body))


def error_event(parse: ErrorParser) -> Callable[[object, bytes], ServiceError]:
    """A parser for an error as an event, whose members are all in the payload."""
    return lambda _headers, payload: parse(Headers(), json_object(payload))


class ErrorAnswer:
    """What an error answer says, whatever its protocol.

    `code` is what parsers are found by, "" where the answer has none; `shown` the code that the
    error gets in its place, where it is another. `body` is for the parser; `bare` the same with
    nothing but the message. `fault` says who has to change something, if the answer does.
    """

    __slots__ = ("bare", "body", "code", "fault", "message", "request_id", "shown")

    fault: Literal["client", "server"] | None

    def __init__(
        self,
        *,
        code: str,
        message: str,
        body: object,
        bare: object,
        shown: str = "",
        request_id: str | None = None,
        fault: Literal["client", "server"] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.body = body
        self.bare = bare
        self.shown = shown
        self.request_id = request_id
        self.fault = fault


#: Reads the header fields and the content of an error answer.
ErrorReader = Callable[[Headers, bytes], ErrorAnswer]


def json_error(headers: Headers, content: bytes) -> ErrorAnswer:
    """What an error answer with JSON in it says; without JSON only its header fields speak."""
    try:
        body: Mapping[str, Any] = json_object(content)
    except ResponseParseError:
        body = {}
    message = error_message(body)
    return ErrorAnswer(
        code=_json_code(headers, body), message=message, body=body, bare={"message": message}
    )


def query_compatible_error(headers: Headers, content: bytes) -> ErrorAnswer:
    """As `json_error`, of a service that once spoke awsQuery: it still sends the code of then.

    The field `x-amzn-query-error` has it, as `AWS.SimpleQueueService.NonExistentQueue;Sender`.
    """
    answer = json_error(headers, content)
    code, _, fault = headers.get("x-amzn-query-error", "").partition(";")
    answer.shown = code.strip()
    answer.fault = FAULTS.get(fault.strip())
    return answer


def _json_code(headers: Headers, body: Mapping[str, Any]) -> str:
    for candidate in (headers.get("x-amzn-errortype"), body.get("code"), body.get("__type")):
        if isinstance(candidate, str) and (code := _plain_code(candidate)):
            return code
    return ""


def _plain_code(code: str) -> str:
    """`aws.protocoltests#FooError:http://…` is `FooError`."""
    return code.partition(":")[0].rpartition("#")[2].strip()


class Errors:
    """The errors of a service: parsers by error code, and the class for codes the model lacks.

    `read` takes an error answer apart, as the protocol of the service has it.
    """

    __slots__ = ("base", "parsers", "read")

    def __init__(
        self,
        base: type[ServiceError],
        parsers: Mapping[str, ErrorParser],
        read: ErrorReader = json_error,
    ) -> None:
        self.base = base
        self.parsers = parsers
        self.read = read


class Operation(Generic[InputT, OutputT]):
    """One operation of a service.

    `check` turns parameters into the input structure; `plain_input` does so at once where all
    values are of plain types, and returns None for others. `serialize` turns that into a request
    whose URL is the path below the endpoint, `parse` a successful answer into the output.
    `streaming` says that `parse` wants the body unread, `auth` authorizes requests (None where they
    are anonymous),
    `unsigned_payload` leaves the body out of the signature, and `idempotency_token` names the
    member that is filled with a fresh token where the caller gave none. `endpoint` finds the
    endpoint of operations that have a say in it; the others share that of the client. `discovery`
    says how the service is asked for another one, and `api_version` is sent along by the operation
    that answers such questions.
    `sends_events` says that the body is a stream of events, each of which is signed.
    `host_prefix` makes what stands before its host. `checksums` says which checksums requests and
    answers have; `compression` whether bodies are compressed when they are large, or always.
    `long_polling` says that the service may wait for something to answer with. `blob_payload` names
    the member of the output that is the whole body, `event_stream` the one that is a stream of
    events; `stream_handler` returns the class of what handles these.
    """

    __slots__ = (
        "api_version",
        "auth",
        "blob_payload",
        "check",
        "checksums",
        "compression",
        "discovery",
        "endpoint",
        "errors",
        "event_stream",
        "host_prefix",
        "idempotency_token",
        "long_polling",
        "method_name",
        "name",
        "parse",
        "plain_input",
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
        plain_input: Callable[[dict[str, Any]], InputT | None] | None = None,
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
        discovery: Discovery | None = None,
        api_version: str | None = None,
    ) -> None:
        self.name = name
        self.method_name = method_name
        self.check = check
        self.plain_input = plain_input
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
        self.discovery = discovery
        self.api_version = api_version

    def with_parser(self, parse: Callable[[HttpResponse], ParsedT]) -> Operation[InputT, ParsedT]:
        """The same operation, with another function for its answers."""
        made = cast("Operation[InputT, ParsedT]", object.__new__(type(self)))
        for name in Operation.__slots__:
            setattr(made, name, getattr(self, name))
        made.parse = parse
        return made

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"
