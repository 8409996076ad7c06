"""One call, without I/O: a generator that yields what has to be done and is sent the result.

A driver sends, reads and sleeps for it, and throws in what went wrong. So the sync and the async
client run the same text, and a test of retries is a loop over the yielded steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from drawplate._service_errors import service_error
from drawplate.config import Config
from drawplate.endpoints import Endpoint
from drawplate.errors import ConnectError, DrawplateError, NetworkingError, ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.operation import Operation
from drawplate.retries import RetryPolicy, may_have_run
from drawplate.structures import Output, ResponseMetadata

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", bound=Output)
T = TypeVar("T")


class Send:
    """Send a request; the result is its `HttpResponse`, whose body may still be on the wire."""

    __slots__ = ("request",)

    def __init__(self, request: HttpRequest) -> None:
        self.request = request


class Read:
    """Read the rest of a response; the result is its body as bytes."""

    __slots__ = ("response",)

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class Sleep:
    """Wait for some seconds; there is no result."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Work:
    """Do what may read files, and so take its time; the result is what `run` returns."""

    __slots__ = ("run",)

    def __init__(self, run: Callable[[], object]) -> None:
        self.run = run


Step = Send | Read | Sleep | Work
#: The result of a step depends on its kind, which a generator's type cannot say.
Flow = Generator[Step, Any, T]


class CallSettings:
    """What all calls of one client have in common.

    `policy` makes the retry policy of one call; `new_id` a fresh UUID.
    """

    __slots__ = ("config", "endpoint", "new_id", "policy", "signing_name", "user_agent")

    def __init__(
        self,
        *,
        config: Config,
        endpoint: Callable[[], Endpoint],
        signing_name: str,
        user_agent: str,
        policy: Callable[[], RetryPolicy],
        new_id: Callable[[], str],
    ) -> None:
        self.config = config
        self.endpoint = endpoint
        self.signing_name = signing_name
        self.user_agent = user_agent
        self.policy = policy
        self.new_id = new_id


def call(
    operation: Operation[InputT, OutputT], parameters: InputT, settings: CallSettings
) -> Flow[OutputT]:
    """Send one operation until it succeeds or the retry policy gives up; returns its output.

    Endpoint, serialisation and invocation id are settled once; date, credentials and signature are
    new for each attempt.
    """
    endpoint = (
        settings.endpoint()
        if operation.endpoint is None
        else operation.endpoint(settings.config, parameters)
    )
    request = _prepare(operation, parameters, endpoint, settings)
    if operation.settles_payload or not isinstance(request.body, bytes):
        from drawplate._payload import settle_payload  # few operations need it

        yield from settle_payload(operation, parameters, request, settings.config)
    policy = settings.policy()
    attempt = 0
    runs = 0
    while True:
        attempt += 1
        if policy.announced_attempts is not None:
            request.headers["amz-sdk-request"] = (
                f"attempt={attempt}; max={policy.announced_attempts}"
            )
        try:
            response: HttpResponse = yield Send(
                request.copy()
                if operation.auth is None
                else operation.auth.authorize(request, operation, endpoint, settings)
            )
            if 200 <= response.status <= 299:
                checksum = None
                if operation.checksums is not None:
                    checksum = operation.checksums.hold(parameters, response)
                if not operation.streaming:
                    response.body = yield Read(response)
                output = operation.parse(response)
                output.metadata = ResponseMetadata(
                    status=response.status,
                    headers=response.headers,
                    attempts=attempt,
                    checksum=checksum,
                    id_in_body=response.request_id,
                )
                policy.succeeded()
                return output
            content: bytes = yield Read(response)
            error: DrawplateError = service_error(operation.errors, response, content)
        except NetworkingError as failure:
            error = failure
        runs += may_have_run(error)
        delay = None
        if _can_repeat(request, error) and (
            settings.config.retry_after_send or not may_have_run(error)
        ):
            delay = policy.delay(error, attempt)
        if delay is None:
            raise _final(error, operation.name, attempt, runs)
        yield Sleep(delay)


def _prepare(
    operation: Operation[InputT, OutputT],
    parameters: InputT,
    endpoint: Endpoint,
    settings: CallSettings,
) -> HttpRequest:
    token = operation.idempotency_token
    if token is not None and getattr(parameters, token) is None:
        setattr(parameters, token, settings.new_id())
    request = operation.serialize(parameters)
    url = endpoint.url.rstrip("/")
    if operation.host_prefix is not None and not settings.config.disable_host_prefix_injection:
        scheme, _, rest = url.partition("://")
        url = f"{scheme}://{operation.host_prefix(parameters)}{rest}"
    request.url = url + request.url
    headers = request.headers
    headers["accept-encoding"] = "identity"
    headers["amz-sdk-invocation-id"] = settings.new_id()
    headers["user-agent"] = settings.user_agent
    for name, values in endpoint.headers.items():
        headers[name] = ",".join(values)
    return request


def _can_repeat(request: HttpRequest, error: DrawplateError) -> bool:
    """Whether the body is still there; without a connection nothing of it was read."""
    if isinstance(request.body, bytes) or request.body.repeatable:
        return True
    return isinstance(error, ConnectError)


def _final(error: DrawplateError, operation: str, attempts: int, runs: int) -> DrawplateError:
    """The error that leaves the call: it tells how often was sent, and what may have run."""
    if isinstance(error, ServiceError | NetworkingError):
        error.operation = operation
        error.attempts = attempts
        error.possible_runs = runs
    return error
