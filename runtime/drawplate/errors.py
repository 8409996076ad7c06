"""Every error this library raises.

    DrawplateError
    ├── ServiceError                  the service answered with an error; modelled ones: a subclass
    ├── NetworkingError               the exchange failed; `request_sent`: service may have acted
    │   ├── ConnectError              no connection (refused, unreachable)
    │   │   ├── ProxyError            the proxy cannot be reached, or makes no connection
    │   │   ├── NoSuchEndpointError   the host name has no address
    │   │   ├── ConnectTimeoutError
    │   │   └── TlsError
    │   │       └── CertificateError  the peer's certificate was not accepted; never retried
    │   ├── ReadTimeoutError          the service was silent for too long
    │   ├── CallTimeoutError          the call as a whole took too long; never retried
    │   │   └── StreamTimeoutError    its stream of events did, or the wait for the next event
    │   ├── ConnectionLostError       reset or closed in the middle of the exchange
    │   ├── HttpProtocolError         the answer is not HTTP
    │   └── TruncatedBodyError        fewer bytes than Content-Length announced
    ├── EventStreamError              a stream of events could not be read on
    │   ├── EventStreamParserError    a message that breaks the format
    │   │   └── EventStreamChecksumError
    │   ├── TruncatedStreamError      the stream ended inside a message
    │   └── EventError                the service sent an unmodelled error event
    ├── EventStreamEncodeError        an event is wrong, or does not fit into a message
    ├── UnsupportedTransportError     the transport cannot do what the operation takes
    ├── ResponseParseError            a successful answer whose body is not what the model says
    ├── ResponseChecksumError         an answer whose body does not match its checksum
    ├── RequestBodyError              a stream of the caller's that changed, or was used up
    ├── ContentError                  (ValueError) content that is not of the format asked for
    │   ├── TextDecodeError           bytes that are no text of the encoding; `.position`
    │   ├── LineTooLongError          a line, or an event, over the limit; `.line`, `.limit`
    │   ├── JsonLineError             a line that is not JSON; `.line`
    │   └── UnknownContentTypeError   nothing here reads, or makes, content of this type
    ├── ParamValidationError          (ValueError) wrong parameters; `.errors` lists every problem
    ├── ConfigurationError            (ValueError) wrong option, environment or profile value
    │   ├── MissingRegionError
    │   ├── InvalidRegionError
    │   ├── InvalidRegionSetError
    │   ├── NoSuchProfileError
    │   └── ConfigParseError          a shared file that cannot be parsed; names path and line
    ├── MissingLibraryError           (ImportError) an extra of this library is not installed
    ├── EndpointResolutionError       the endpoint rules refuse the configuration
    ├── EndpointDiscoveryError        the service has to be asked for the endpoint, and was not
    ├── RetryCapacityNotAvailableError
    │                                 adaptive mode would have to wait, and was told not to
    ├── PaginationError               the pages of an operation would not end
    ├── WaiterError                   waiting ended without success; facts of the last answer
    │   ├── WaiterFailedError         the resource is in a state that it will not leave
    │   └── WaiterTimeoutError        it was not there in time
    └── CredentialsError              credentials, or a token, could not be had
        ├── MissingCredentialsError   no source has any
        │   └── InstanceMetadataError the metadata service of an instance did not give any
        │       └── InstanceMetadataDisabledError
        ├── MissingBearerTokenError
        ├── PartialCredentialsError
        ├── InvalidProfileError       settings of a profile that lack or contradict one another
        │   ├── SourceProfileError    the profile that source_profile names is of no use
        │   └── ProfileLoopError      profiles that name one another in a circle
        ├── CredentialSourceError     what credential_source names has no credentials
        ├── TokenFileError            a file with a token cannot be read
        ├── AssumeRoleError           AWS STS did not give the role
        │   ├── WebIdentityError
        │   └── MfaError              the role asks for a code that nobody can give
        ├── SsoTokenError             the sign-in of IAM Identity Center is missing or over
        ├── SsoCredentialsError       it is valid, but did not give the role
        ├── LoginError                what `aws login` left cannot be used
        │   ├── LoginExpiredError
        │   └── LoginPermissionError
        ├── ProcessCredentialsError   credential_process failed, or printed something else
        └── ContainerCredentialsError the endpoint of a container did not give any
            └── ContainerHostError    keys are not asked for at that place without TLS

Sessions and jobs, which few programs import, have a few more `DrawplateError`s in modules of their
own: `drawplate.sessions` and `drawplate.jobs`.

Whose fault it was is the first question: ParamValidationError and ConfigurationError are the
caller's, ServiceError is the service's (see its `fault`), NetworkingError is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from drawplate._content_errors import (
        ContentError as ContentError,
        JsonLineError as JsonLineError,
        LineTooLongError as LineTooLongError,
        TextDecodeError as TextDecodeError,
        UnknownContentTypeError as UnknownContentTypeError,
    )
    from drawplate._provider_errors import (
        AssumeRoleError as AssumeRoleError,
        ContainerCredentialsError as ContainerCredentialsError,
        ContainerHostError as ContainerHostError,
        CredentialSourceError as CredentialSourceError,
        InstanceMetadataDisabledError as InstanceMetadataDisabledError,
        InstanceMetadataError as InstanceMetadataError,
        InvalidProfileError as InvalidProfileError,
        LoginError as LoginError,
        LoginExpiredError as LoginExpiredError,
        LoginPermissionError as LoginPermissionError,
        MfaError as MfaError,
        ProcessCredentialsError as ProcessCredentialsError,
        ProfileLoopError as ProfileLoopError,
        SourceProfileError as SourceProfileError,
        SsoCredentialsError as SsoCredentialsError,
        SsoTokenError as SsoTokenError,
        TokenFileError as TokenFileError,
        WebIdentityError as WebIdentityError,
    )
    from drawplate._waiting_errors import (
        PaginationError as PaginationError,
        WaiterError as WaiterError,
        WaiterFailedError as WaiterFailedError,
        WaiterTimeoutError as WaiterTimeoutError,
    )

#: Errors that few programs meet, by the module that has them: it is imported when one is asked for.
_ELSEWHERE = {
    "_content_errors": (
        "ContentError",
        "JsonLineError",
        "LineTooLongError",
        "TextDecodeError",
        "UnknownContentTypeError",
    ),
    "_waiting_errors": (
        "PaginationError",
        "WaiterError",
        "WaiterFailedError",
        "WaiterTimeoutError",
    ),
    "_provider_errors": (
        "AssumeRoleError",
        "ContainerCredentialsError",
        "ContainerHostError",
        "CredentialSourceError",
        "InstanceMetadataDisabledError",
        "InstanceMetadataError",
        "InvalidProfileError",
        "LoginError",
        "LoginExpiredError",
        "LoginPermissionError",
        "MfaError",
        "ProcessCredentialsError",
        "ProfileLoopError",
        "SourceProfileError",
        "SsoCredentialsError",
        "SsoTokenError",
        "TokenFileError",
        "WebIdentityError",
    ),
}


class DrawplateError(Exception):
    """Base class of every error this library raises."""


def _attempts(attempts: int, elapsed: float) -> str:
    """The number of attempts as a message has it, and how long they took if it was several."""
    if attempts > 1:
        return f"{attempts} in {elapsed:.1f} s"
    return str(attempts or "")


class ServiceError(DrawplateError):
    """The service answered with an error.

    Generated clients add one subclass per modelled error, with its members as attributes; an error
    that the model does not know is raised as the client's own base class, with its `code`.
    The text holds operation, code, message, status and request id, never a body or a header value.
    """

    #: Error code as the service names it, such as "ModelError".
    code: str = ""
    #: Who has to change something: "client", "server", or None where neither model nor answer says.
    fault: Literal["client", "server"] | None = None
    #: Whether another call may succeed where this one failed, as far as the model tells: calls are
    #: repeated for it, unless a stream of events had begun.
    retryable: bool = False
    #: Whether the model marks it as a throttling error.
    throttling: ClassVar[bool] = False

    #: What the service said; "" when it said nothing.
    message: str
    #: HTTP status, 0 for an error that arrived inside an event stream.
    status: int
    #: The service's id of the failed request, None when the answer had none.
    request_id: str | None
    #: Seconds that the service asked to wait before another attempt, None where it did not.
    retry_after: float | None
    #: Name of the operation, such as "InvokeEndpoint"; None while the error is not tied to a call.
    operation: str | None
    #: How many requests were sent for the call.
    attempts: int
    #: How many of them the service may have acted on.
    possible_runs: int
    #: Seconds that the call took, with all attempts and waits.
    elapsed: float

    def __init__(self, message: str | None = None) -> None:
        self.message = message or ""
        super().__init__(self.message)
        self.status = 0
        self.request_id = None
        self.retry_after = None
        self.operation = None
        self.attempts = 0
        self.possible_runs = 0
        self.elapsed = 0.0

    def __str__(self) -> str:
        said = f"{self.code}: {self.message}" if self.message else self.code or type(self).__name__
        facts = [
            f"{name} {value}"
            for name, value in (
                ("operation", self.operation),
                ("status", self.status),
                ("request id", self.request_id),
                ("attempts", _attempts(self.attempts, self.elapsed)),
            )
            if value
        ]
        return f"{said} ({', '.join(facts)})" if facts else said


class NetworkingError(DrawplateError):
    """The exchange with the service failed below HTTP.

    `request_sent` is True when the whole request had been handed to the network before the failure:
    the service may then have acted on it, so sending again may run an inference twice.
    """

    request_sent: bool
    #: Name of the operation; None while the error is not tied to a call.
    operation: str | None
    #: How many requests were sent for the call.
    attempts: int
    #: How many of them the service may have acted on.
    possible_runs: int
    #: Seconds that the call took, with all attempts and waits.
    elapsed: float

    def __init__(self, message: str, *, request_sent: bool = False) -> None:
        super().__init__(message)
        self.request_sent = request_sent
        self.operation = None
        self.attempts = 0
        self.possible_runs = 0
        self.elapsed = 0.0

    def __str__(self) -> str:
        said = super().__str__()
        if self.operation is None:
            return said
        facts = [f"operation {self.operation}"]
        if self.attempts:
            facts.append(f"attempts {_attempts(self.attempts, self.elapsed)}")
        if self.possible_runs:
            facts.append(f"of which the service may have acted on {self.possible_runs}")
        return f"{said} ({', '.join(facts)})"


class ConnectError(NetworkingError):
    """No connection could be made."""


class ProxyError(ConnectError):
    """The proxy cannot be reached, or it made no connection: nothing came to the service.

    `status` is what the proxy answered, such as 407 for a wrong user or password; None without an
    answer. Trying again cannot help after a status from 400 to 499.
    """

    status: int | None

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoSuchEndpointError(ConnectError):
    """The endpoint's host name has no address; check region and endpoint."""


class ConnectTimeoutError(ConnectError):
    """No connection within the connect timeout."""


class TlsError(ConnectError):
    """The TLS handshake failed."""


class CertificateError(TlsError):
    """The peer's certificate was not accepted; trying again cannot help, so it is never retried."""


class ReadTimeoutError(NetworkingError):
    """The service sent nothing within the read timeout."""


class CallTimeoutError(NetworkingError):
    """The call took longer than its total timeout, so it is not tried again."""


class StreamTimeoutError(CallTimeoutError):
    """A stream of events took too long: as a whole, or until its next event.

    Events that were handed over before stay valid.
    """


class ConnectionLostError(NetworkingError):
    """The connection was reset or closed in the middle of the exchange."""


class HttpProtocolError(NetworkingError):
    """The head of the answer is not one of HTTP/1.1."""


class TruncatedBodyError(NetworkingError):
    """The response body ended before its announced length."""


class EventStreamError(DrawplateError):
    """A stream of events cannot be read on. Events handed over earlier stay valid."""

    #: How many events had arrived, and how many bytes the messages took up to here.
    events_received: int = 0
    bytes_received: int = 0
    #: Seconds from the beginning of the call to its first event, None where there was none.
    time_to_first_event: float | None = None


class EventStreamParserError(EventStreamError):
    """A message that breaks the event-stream format."""


class EventStreamChecksumError(EventStreamParserError):
    """A message whose prelude or content does not match its CRC."""


class TruncatedStreamError(EventStreamError):
    """The stream ended inside a message; `buffered` is how many bytes of it had arrived."""

    buffered: int

    def __init__(self, message: str, *, buffered: int = 0) -> None:
        super().__init__(message)
        self.buffered = buffered


class EventError(EventStreamError):
    """The service sent an error event that the model does not describe."""

    #: As events have it.
    event_type: ClassVar[Literal["error"]] = "error"
    #: The service's `:error-code`, or the `:exception-type` of an unmodelled exception.
    error_code: str
    error_message: str

    def __init__(self, error_code: str, error_message: str = "") -> None:
        super().__init__(error_code, error_message)
        self.error_code = error_code
        self.error_message = error_message

    def __str__(self) -> str:
        return f"{self.error_code}: {self.error_message}" if self.error_message else self.error_code


class EventStreamEncodeError(DrawplateError, ValueError):
    """An event cannot be sent: it is not what the model says, or does not fit into a message."""


class UnsupportedTransportError(DrawplateError):
    """The transport cannot do what the operation takes. Nothing was sent."""


class ResponseParseError(DrawplateError):
    """A successful answer whose body or header is not what the model says; not retried."""


class ResponseChecksumError(DrawplateError):
    """The body of an answer does not match the checksum that came with it; not retried."""


class RequestBodyError(DrawplateError):
    """A stream to be sent cannot be read as announced: it became shorter, or was read before."""


class ParamValidationError(DrawplateError, ValueError):
    """The parameters of a call are wrong. Nothing was sent.

    `errors` holds one sentence per problem, each with the path of the value, as `params["body"]`.
    """

    errors: list[str]

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__(list(errors))
        self.errors = list(errors)

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return self.errors[0]
        lines = "".join(f"\n  - {error}" for error in self.errors)
        return f"parameter validator found {len(self.errors)} errors:{lines}"


class ConfigurationError(DrawplateError, ValueError):
    """A constructor option, environment variable or profile value is wrong; the text names it."""


class MissingRegionError(ConfigurationError):
    """No region was given by option, environment or profile."""


class InvalidRegionError(ConfigurationError):
    """The region is not a valid host label."""


class InvalidRegionSetError(ConfigurationError):
    """The set of regions that signatures are to hold in is empty, or no list of regions."""


class NoSuchProfileError(ConfigurationError):
    """The profile asked for is in none of the shared files."""


class ConfigParseError(ConfigurationError):
    """A shared file cannot be parsed; the text names path and line."""


class MissingLibraryError(DrawplateError, ImportError):
    """The call takes a package that is not installed; the text says how to install it."""


class EndpointResolutionError(DrawplateError):
    """The endpoint rules of the service refuse this configuration; the text is the model's."""


class EndpointDiscoveryError(DrawplateError):
    """The operation is sent to an endpoint that the service tells, and there is none.

    Either the option `endpoint_discovery` is off, or the service answered without one.
    """


class RetryCapacityNotAvailableError(DrawplateError):
    """Adaptive mode holds requests back, and `adaptive_retry_wait_to_fill` is False.

    It ends a call before its first request, or between two attempts.
    """


class CredentialsError(DrawplateError):
    """Credentials could not be had. No text of these errors holds a key or a token."""


class MissingCredentialsError(CredentialsError):
    """No source of credentials had any; the text lists what was tried."""


class MissingBearerTokenError(CredentialsError):
    """The operation is authorized with a bearer token, and no source has one."""


class PartialCredentialsError(CredentialsError):
    """A source has an access key id without a secret, or the other way round."""


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import the module that has an error; its classes are then those of this one."""
        module = next((module for module, names in _ELSEWHERE.items() if name in names), None)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = import_module(f"drawplate.{module}")
        for each in _ELSEWHERE[module]:
            made = getattr(found, each)
            # What tracebacks and pickles call it: nobody has to know where it stands.
            made.__module__ = __name__
            globals()[each] = made
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *(name for names in _ELSEWHERE.values() for name in names)})
