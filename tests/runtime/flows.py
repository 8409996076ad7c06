"""A small service for tests of one call: an operation, its errors, settings without a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from drawplate._call import Acquire, CallSettings, Close, Each, Flow, Read, Send, Work, call
from drawplate.auth import SIGV4
from drawplate.clock_skew import ClockSkew
from drawplate.endpoints import Endpoint
from drawplate.errors import NetworkingError, ServiceError
from drawplate.handlers import Handlers
from drawplate.http import Headers, HttpRequest, HttpResponse, blocking, blocking_body
from drawplate.operation import Errors, Operation, plain_error
from drawplate.params import string
from drawplate.parse import payload
from drawplate.retries import LegacyRetry, RetryQuota, StandardRetry
from drawplate.retry_modes import PolicyFactory
from drawplate.structures import Output
from drawplate.useragent import UserAgent

from tests.runtime.configuration import settle

URL = "https://things.example.com"
NOON = 1768480496.0  # 2026-01-15T12:34:56Z


class Named(Output):
    __slots__ = ("name", "unread")

    def __init__(self, *, name: str, unread: bool = False) -> None:
        self.name = name
        self.unread = unread


class ThingError(ServiceError):
    pass


class Busy(ThingError):
    code = "Busy"


class Body:
    """A response body that is still on the wire; an error among its pieces is raised there."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = iter(pieces)
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self) -> None:
        self.closed = True


def _serialize(name: str) -> HttpRequest:
    headers = Headers({"content-type": "text/plain"})
    return HttpRequest("POST", f"/things/{name}", headers, b"the body")


def _parse(response: HttpResponse) -> Named:
    if isinstance(response.body, bytes):
        return Named(name=payload(response).decode())
    return Named(name="", unread=True)


def operation(
    *,
    streaming: bool = False,
    signed: bool = True,
    unsigned_payload: bool = False,
    parse: Callable[[HttpResponse], Named] = _parse,
) -> Operation[str, Named]:
    """An operation whose input is a name and whose output is the body of the answer."""
    return Operation(
        name="NameThing",
        method_name="name_thing",
        check=string,
        serialize=_serialize,
        parse=parse,
        errors=Errors(ThingError, {"Busy": plain_error(Busy)}),
        streaming=streaming,
        auth=SIGV4 if signed else None,
        unsigned_payload=unsigned_payload,
    )


def legacy(**_: bool) -> LegacyRetry:
    """The default policy: three retries after 0.3, 0.6 and 1.2 s."""
    return LegacyRetry(limit=3, base=0.3, longest=0, jitter=lambda seconds: seconds)


def standard(quota: RetryQuota | None = None) -> PolicyFactory:
    """Standard mode with the longest possible waits."""
    shared = quota or RetryQuota()
    return lambda *, long_polling=False: StandardRetry(
        max_attempts=3, quota=shared, random=lambda: 1.0
    )


def settings(
    *,
    policy: PolicyFactory = legacy,
    endpoint: Endpoint | None = None,
    new_id: Callable[[], str] = lambda: "id-1",
    **options: object,
) -> CallSettings:
    """Settings of a client with the example keys, at noon."""
    given: dict[str, object] = {
        "region": "us-east-1",
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "clock": lambda: NOON,
    }
    if "credentials" in options:
        del given["access_key_id"], given["secret_access_key"]
    found = endpoint or Endpoint(URL)
    config = settle({}, **{**given, **options})
    return CallSettings(
        config=config,
        skew=ClockSkew(clock=config.clock),
        endpoint=lambda: found,
        signing_name="things",
        handlers=Handlers(),
        user_agent=UserAgent("example/1.0", (), ""),
        timer=lambda: 0.0,
        policy=policy,
        new_id=new_id,
    )


def answer(status: int = 200, body: bytes = b"", **headers: str) -> HttpResponse:
    """An answer whose body is still on the wire, as a transport gives it."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, fields, Body(body))


def busy(status: int = 503) -> HttpResponse:
    """The modelled error as an answer."""
    return answer(status, b'{"message":"later"}', x_amzn_errortype="Busy")


class Played:
    """What a flow asked for: requests, and what it did in words, in order."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.steps: list[str] = []
        self._output: Named | None = None

    @property
    def output(self) -> Named:
        """What the call returned."""
        assert self._output is not None
        return self._output

    def ended(self, output: Named) -> None:
        """Keep what the call returned."""
        self._output = output

    def sent(self, header: str) -> list[str | None]:
        """One header field of every request."""
        return [request.headers.get(header) for request in self.requests]


def play(
    flow: Flow[Named], answers: Sequence[HttpResponse | NetworkingError], into: Played | None = None
) -> Played:
    """Answer what a flow asks for, one answer a request, until it ends; raises what it raises."""
    played = into or Played()
    waiting = iter(answers)
    result: Any = None
    failure: NetworkingError | None = None
    while True:
        try:
            step = flow.send(result) if failure is None else flow.throw(failure)
        except StopIteration as stop:
            played.ended(stop.value)
            return played
        result, failure = None, None
        if isinstance(step, Send):
            played.steps.append("send")
            played.requests.append(step.request)
            given = next(waiting)
            if isinstance(given, NetworkingError):
                failure = given
            else:
                result = given
        elif isinstance(step, Read):
            played.steps.append("read")
            body = blocking_body(step.response)
            assert not isinstance(body, bytes)
            try:
                result = b"".join(body)
            except NetworkingError as error:
                failure = error
        elif isinstance(step, Work):
            played.steps.append("work")
            result = step.run()
        elif isinstance(step, Each):
            played.steps.append("each")
            try:
                for item in blocking(step.body):
                    step.function(item)
            except NetworkingError as error:
                failure = error
        elif isinstance(step, Acquire):
            played.steps.append("acquire")
            step.lock.acquire()
        elif isinstance(step, Close):
            raise AssertionError("none of the operations here has an output to be closed")
        else:
            played.steps.append(f"sleep {step.seconds:g}")


def play_call(
    *answers: HttpResponse | NetworkingError,
    of: Operation[str, Named] | None = None,
    into: Played | None = None,
    **options: Any,
) -> Played:
    """Play a call of the operation with the name "x"."""
    return play(call(of or operation(), "x", settings(**options)), answers, into)
