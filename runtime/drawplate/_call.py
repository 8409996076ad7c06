"""One call, without I/O: a generator that yields what has to be done and is sent the result.

A driver sends, reads and sleeps for it, and throws in what went wrong. So the sync and the async
client run the same text, and a test of retries is a loop over the yielded steps.

A call goes through five stages, each of which runs the next one: parameters are checked, the
request is made, attempts are repeated, each is signed, and sent. Between them is room for handlers
(`drawplate.handlers`); where there are none, a stage runs the next one itself. An inner one that
has nothing to wait for is a plain function: it does its work at once and returns the flow of the
next one. So most calls are three generators: the outermost, without which nothing happens, one for
the attempts, and one for what is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from drawplate._debug import reason, say, watch
from drawplate._service_errors import service_error
from drawplate.clock_skew import ClockSkew, origin_of
from drawplate.config import Config
from drawplate.context import RequestContext
from drawplate.credentials import renewal_of
from drawplate.endpoints import Endpoint
from drawplate.errors import ConnectError, EventStreamError, NetworkingError, ServiceError
from drawplate.http import Deadline, HttpRequest, HttpResponse
from drawplate.operation import Operation
from drawplate.params import check_as_told, check_params, may_block
from drawplate.response import Response
from drawplate.retries import announcement, is_expired_credentials, may_have_run
from drawplate.serialize import header_list
from drawplate.structures import Output, ResponseMetadata
from drawplate.useragent import UserAgent

if TYPE_CHECKING:
    from drawplate._flow_lock import FlowLock
    from drawplate.auth import Auth
    from drawplate.endpoint_discovery import EndpointCache, Renewal
    from drawplate.handlers import Handlers
    from drawplate.http import AsyncBodyReader, BodyReader
    from drawplate.retry_modes import PolicyFactory
    from drawplate.streams import BaseEventStream
    from drawplate.structures import AsyncCloseable, Closeable
    from drawplate.transport import TransportSettings

    #: Has an operation, and a flow that renews something of it, run every so many seconds.
    Repeat = Callable[[Operation[Any, Any], Callable[[], "Flow[None]"], float], Renewal]

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", bound=Output)
T = TypeVar("T")


class Send:
    """Send a request; the result is its `HttpResponse`, whose body may still be on the wire.

    One that is not to the service itself, but about credentials, says how to connect.
    """

    __slots__ = ("request", "settings")

    def __init__(self, request: HttpRequest, settings: TransportSettings | None = None) -> None:
        self.request = request
        self.settings = settings


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


class Each:
    """Call a function with each piece of a body as it arrives, then close that; no result.

    `blocks` says that the function may write files, and so take its time.
    """

    __slots__ = ("blocks", "body", "function")

    def __init__(
        self,
        body: BodyReader | AsyncBodyReader,
        function: Callable[[bytes], object],
        *,
        blocks: bool = False,
    ) -> None:
        self.body = body
        self.function = function
        self.blocks = blocks


class Close:
    """Close an output whose body is still on the wire; there is no result."""

    __slots__ = ("output",)

    def __init__(self, output: Closeable | AsyncCloseable) -> None:
        self.output = output


class Acquire:
    """Wait until a lock is free, and take it; there is no result."""

    __slots__ = ("lock",)

    def __init__(self, lock: FlowLock) -> None:
        self.lock = lock


Step = Send | Read | Sleep | Work | Each | Close | Acquire
#: The result of a step depends on its kind, which a generator's type cannot say.
Flow = Generator[Step, Any, T]


CallNext = Callable[[RequestContext], "Flow[Response[Any]]"]
"""Runs a stage of a call and all that is inside of it."""


class Stages:
    """The stages of a call, each with the handlers that go around it."""

    __slots__ = ("build", "retry", "send", "sign", "validate")

    def __init__(
        self,
        *,
        validate: CallNext,
        build: CallNext,
        retry: CallNext,
        sign: CallNext,
        send: CallNext,
    ) -> None:
        self.validate = validate
        self.build = build
        self.retry = retry
        self.sign = sign
        self.send = send


class CallSettings:
    """What all calls of one client have in common.

    `policy` makes the retry policy of one call, `new_id` a fresh UUID; `skew` knows how wrong the
    clock is, and `timer` returns seconds that never go back. `transport` says how to connect, where
    that is not up to the client whose call is under way: credentials are asked for in between.
    `endpoint_cache` returns what the service told of its endpoints, and `repeat` has it asked again
    in the background. `awaits` says that what drives the calls cannot block.
    """

    __slots__ = (
        "awaits",
        "checks",
        "client",
        "config",
        "endpoint",
        "endpoint_cache",
        "handlers",
        "new_id",
        "policy",
        "repeat",
        "signing_name",
        "skew",
        "timer",
        "traced",
        "transport",
        "user_agent",
    )

    def __init__(
        self,
        *,
        config: Config,
        endpoint: Callable[[], Endpoint],
        handlers: Handlers,
        signing_name: str,
        user_agent: UserAgent,
        policy: PolicyFactory,
        skew: ClockSkew,
        new_id: Callable[[], str],
        timer: Callable[[], float] = time.monotonic,
        transport: TransportSettings | None = None,
        client: object = None,
        endpoint_cache: Callable[[], EndpointCache] | None = None,
        repeat: Repeat | None = None,
        awaits: bool = False,
    ) -> None:
        self.config = config
        #: Whether parameters are checked, and turned into what the model asks for.
        self.checks = config.convert_params and config.validate_params
        self.endpoint = endpoint
        self.handlers = handlers
        self.signing_name = signing_name
        self.user_agent = user_agent
        self.policy = policy
        self.skew = skew
        self.new_id = new_id
        self.timer = timer
        self.transport = transport
        self.client = client
        self.endpoint_cache = endpoint_cache
        self.repeat = repeat
        self.awaits = awaits
        #: Whether requests carry on a trace: only inside of AWS Lambda.
        self.traced = "AWS_LAMBDA_FUNCTION_NAME" in config.environ

    def now(self, url: str) -> float:
        """What to date a request to this URL with: seconds since 1970."""
        return self.skew.now(origin_of(url)) if self.skew.has_corrections else self.config.clock()


def call(
    operation: Operation[InputT, OutputT],
    parameters: InputT,
    settings: CallSettings,
    metrics: tuple[str, ...] = (),
) -> Flow[OutputT]:
    """Call an operation with parameters that were checked; returns its output or raises.

    `metrics` are codes that only this call adds to the User-Agent header.
    """
    context = RequestContext(operation, settings, parameters=parameters)
    context.metrics = metrics
    response: Response[OutputT] = yield from context.stages.validate(context)
    return response.output


def validate_stage(context: RequestContext) -> Flow[Response[Any]]:
    """Turn the parameters into the input structure of the operation."""
    operation, params = context.operation, context.params
    if context.parameters is None and operation.plain_input is not None and type(params) is dict:
        context.parameters = operation.plain_input(cast("dict[str, Any]", params))
    if context.parameters is None:
        settings = context.settings
        reads_files = settings.awaits and may_block(context.params)
        if settings.checks and not reads_files:
            context.parameters = check_params(operation.check, context.params)
        else:
            checked = partial(
                check_as_told,
                operation.check,
                context.params,
                converts=settings.config.convert_params,
                validates=settings.config.validate_params,
            )
            context.parameters = (yield Work(checked)) if reads_files else checked()
    return (yield from context.stages.build(context))


def build_stage(context: RequestContext) -> Flow[Response[Any]]:
    """Settle endpoint, message and invocation id, which all attempts have in common."""
    context.endpoint = endpoint = rules_endpoint(context)
    if context.operation.discovery is not None:
        return _discovering(context)
    return _build(context, endpoint)


def _discovering(context: RequestContext) -> Flow[Response[Any]]:
    from drawplate.endpoint_discovery import discover  # few services have it

    failure = yield from discover(context)
    if failure is not None:
        return Response(context, None, failure)
    return (yield from _build(context, context.endpoint or rules_endpoint(context)))


def _build(context: RequestContext, endpoint: Endpoint) -> Flow[Response[Any]]:
    operation, settings = context.operation, context.settings
    context.http_request = request = _prepare(context, endpoint)
    timeout = settings.config.timeout
    if timeout is not None:
        request.deadline = Deadline(context.started_at + timeout, timeout)
    elif operation.event_stream is not None and settings.config.limits_streams:
        request.deadline = Deadline(float("inf"), float("inf"))  # until there is a stream
    if context.on_chunk != (None, None):
        request.on_chunk_sent, request.on_chunk_received = context.on_chunk
    if operation.settles_payload or type(request.body) is not bytes:
        return _settling(context, request)
    return context.stages.retry(context)


def _settling(context: RequestContext, request: HttpRequest) -> Flow[Response[Any]]:
    from drawplate._payload import settle_payload  # few operations need it

    codes = yield from settle_payload(
        context.operation, context.parameters, request, context.settings
    )
    context.metrics = (*context.metrics, *codes)
    _introduce(context, request)
    return (yield from context.stages.retry(context))


def _introduce(context: RequestContext, request: HttpRequest) -> None:
    """Say who sends the request."""
    operation, agent = context.operation, context.settings.user_agent
    request.headers.fields["user-agent"] = (
        agent.with_metrics(context.metrics) if context.metrics else agent.plain
    )
    if operation.discovery is not None or operation.api_version is not None:
        from drawplate.endpoint_discovery import announce  # few services need it

        announce(context, request.headers)


def retry_stage(context: RequestContext) -> Flow[Response[Any]]:
    """Send until the service answers with success, or the retry policy gives up."""
    settings, operation = context.settings, context.operation
    policy = settings.policy(long_polling=True) if operation.long_polling else settings.policy()
    skew = settings.skew
    while True:
        while (wait := policy.acquire()) > 0:
            yield Sleep(wait)
        context.attempts = attempts = context.attempts + 1
        request = context.request
        if policy.announced_attempts is not None:
            request.headers["amz-sdk-request"] = announcement(
                attempts,
                policy.announced_attempts,
                None
                if operation.sends_events
                else skew.ttl(origin_of(request.url), settings.config.http_read_timeout),
            )
        response = yield from context.stages.sign(context)
        error, answer = response.error, context.http_response
        if policy.announced_attempts is not None and answer is not None:
            skew.observe(origin_of(request.url), answer.headers.get("date"))
        if error is None or isinstance(error, EventStreamError):
            # An error inside of a stream comes after a success: nothing is sent again for it.
            policy.finished(None)
            policy.succeeded()
            return response
        policy.finished(error)
        may_run = may_have_run(error)
        context.possible_runs += may_run
        renew = None
        if is_expired_credentials(error):
            renew = renewal_of(settings.config.credentials)
        moved = False
        if context.discovered is not None:
            from drawplate.endpoint_discovery import forget

            moved = forget(context, error)
        delay = None
        if (
            not context.is_final
            and _can_repeat(request, error)
            and (settings.config.retry_after_send or not may_run)
        ):
            date = None if answer is None else answer.headers.get("date")
            forced = skew.correct(origin_of(request.url), error, date) or renew is not None or moved
            delay = policy.delay(error, attempts, forced=forced)
        if delay is None or not context.has_time(delay):
            if policy.last_wait and context.has_time(policy.last_wait):
                yield Sleep(policy.last_wait)
            error.operation = operation.name
            error.attempts = attempts
            error.possible_runs = context.possible_runs
            error.elapsed = context.elapsed
            say("retries", _FINAL, operation.name, attempts, reason(error))
            return response
        say("retries", _RETRY, operation.name, attempts, reason(error), delay)
        if renew is not None:
            yield from renew()
        if policy.backoff is None:
            yield Sleep(delay)
        else:
            yield Work(partial(policy.backoff, context))
        context.http_request = context.unsigned
        context.http_response = None
        if moved:
            from drawplate.endpoint_discovery import relocate

            failure = yield from relocate(context)
            if failure is not None:
                return Response(context, None, failure)


def sign_stage(context: RequestContext) -> Flow[Response[Any]]:
    """Authorize one attempt: date, credentials and signature are new for each."""
    context.unsigned = request = context.request
    operation, endpoint, settings = context.operation, context.endpoint, context.settings
    if settings.traced:
        from drawplate._tracing import carry_on_trace  # only inside of AWS Lambda

        carry_on_trace(request.headers, settings.config.environ)
    if operation.auth is None or endpoint is None:
        context.http_request = request.copy()
        return context.stages.send(context)
    signed = operation.auth.at_once(request, operation, endpoint, settings)
    if signed is None:
        return _authorizing(context, operation.auth, endpoint)
    context.http_request = signed
    return context.stages.send(context)


def _authorizing(context: RequestContext, auth: Auth, endpoint: Endpoint) -> Flow[Response[Any]]:
    context.http_request = yield from auth.authorize(
        context.request, context.operation, endpoint, context.settings
    )
    return (yield from context.stages.send(context))


def send_stage(context: RequestContext) -> Flow[Response[Any]]:
    """Send one attempt, and make an output or an error of its answer."""
    operation = context.operation
    output: Any = None
    error: ServiceError | NetworkingError | EventStreamError | None = None
    try:
        response: HttpResponse = yield Send(context.request, context.settings.transport)
        context.http_response = response
        if 200 <= response.status <= 299:
            checksum = None
            if operation.checksums is not None:
                checksum = operation.checksums.hold(context.parameters, response)
            if context.target is not None:
                from drawplate._target import deliver  # few calls have one

                output = yield from deliver(context, context.target, response)
            else:
                if operation.streaming:
                    output = operation.parse(response)
                    watch(context, output)
                else:
                    if type(response.body) is not bytes:
                        response.body = yield Read(response)
                    output = operation.parse(response)
            output.metadata = ResponseMetadata(
                response.status, response.headers, context.attempts, checksum, response.request_id
            )
            if operation.event_stream is not None:
                stream: BaseEventStream[Any] = getattr(output, operation.event_stream)
                settings = context.settings
                output.metadata.stream = stream.facts.since(context.started_at, settings.timer)
                if settings.config.limits_streams and context.request.deadline is not None:
                    stream.limit(
                        context.request.deadline,
                        settings.timer,
                        idle=settings.config.stream_idle_timeout,
                        total=settings.config.stream_timeout,
                    )
        else:
            content = response.body = yield Read(response)
            error = service_error(operation.errors, response, content)
    except NetworkingError as failure:
        error = failure
    if error is None and context.reading is not None:
        # Apart from the above: what a callback raises is no failure of the network.
        error = yield from context.reading.read(context, output)
    return Response(context, output, error)


_RETRY = "%s: attempt %d failed (%s), the next one follows in %.3f seconds"
_FINAL = "%s: attempt %d failed (%s) and was the last one"

BARE = Stages(
    validate=validate_stage,
    build=build_stage,
    retry=retry_stage,
    sign=sign_stage,
    send=send_stage,
)
"""The stages of a call without handlers."""


def rules_endpoint(context: RequestContext) -> Endpoint:
    """The endpoint that the service's rules give."""
    operation, settings = context.operation, context.settings
    if operation.endpoint is None:
        return settings.endpoint()
    return operation.endpoint(settings.config, context.parameters)


def base_url(context: RequestContext, endpoint: Endpoint) -> str:
    """What stands before the path of an operation at this endpoint."""
    operation, url = context.operation, endpoint.url.rstrip("/")
    if operation.host_prefix is None or context.settings.config.disable_host_prefix_injection:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{operation.host_prefix(context.parameters)}{rest}"


def _prepare(context: RequestContext, endpoint: Endpoint) -> HttpRequest:
    operation, settings, parameters = context.operation, context.settings, context.parameters
    token = operation.idempotency_token
    if token is not None and getattr(parameters, token) is None:
        setattr(parameters, token, settings.new_id())
    request = operation.serialize(parameters)
    request.url = base_url(context, endpoint) + request.url
    fields = request.headers.fields
    fields["accept-encoding"] = "identity"
    fields["amz-sdk-invocation-id"] = settings.new_id()
    for name, values in endpoint.headers.items():
        request.headers[name] = ",".join([header_list([value]) for value in values])
    _introduce(context, request)
    return request


def _can_repeat(request: HttpRequest, error: ServiceError | NetworkingError) -> bool:
    """Whether the body is still there; without a connection nothing of it was read."""
    if isinstance(request.body, bytes) or request.body.repeatable:
        return True
    return isinstance(error, ConnectError)
