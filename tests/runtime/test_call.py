"""One call as a loop over the steps it yields: no server, no clock, no sleeping."""

from __future__ import annotations

from itertools import count

import pytest
from drawplate._call import Read, Send, Sleep, call
from drawplate.credentials import Credentials
from drawplate.endpoints import Endpoint
from drawplate.errors import (
    CertificateError,
    ConnectError,
    MissingCredentialsError,
    NetworkingError,
    ReadTimeoutError,
    ResponseParseError,
    TruncatedBodyError,
)
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.params import StructureChecker, string
from drawplate.retries import RetryQuota
from drawplate.sigv4 import sign
from drawplate.structures import Structure

from tests.runtime.flows import (
    NOON,
    URL,
    Body,
    Busy,
    Named,
    Played,
    ThingError,
    answer,
    busy,
    operation,
    play,
    play_call,
    settings,
    standard,
)

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def timeout() -> ReadTimeoutError:
    return ReadTimeoutError("silent", request_sent=True)


def signed(
    headers: dict[str, str] | None = None,
    *,
    url: str = f"{URL}/things/x",
    now: float = NOON,
    service: str = "things",
    region: str = "us-east-1",
    unsigned_payload: bool = False,
) -> HttpRequest:
    common = {
        "content-type": "text/plain",
        "accept-encoding": "identity",
        "amz-sdk-invocation-id": "id-1",
        "user-agent": "example/1.0",
    }
    request = HttpRequest("POST", url, {**common, **(headers or {})}, b"the body")
    return sign(
        request, KEYS, service=service, region=region, now=now, unsigned_payload=unsigned_payload
    )


def test_a_call_is_a_loop_over_steps() -> None:
    flow = call(operation(), "x", settings())
    steps = [type(next(flow)).__name__]
    for given in (busy(), b"{}", None, answer(200)):
        steps.append(type(flow.send(given)).__name__)
    with pytest.raises(StopIteration) as stopped:
        flow.send(b"named")
    assert stopped.value.value == Named(name="named")
    assert steps == ["Send", "Read", "Sleep", "Send", "Read"]


def test_steps_carry_what_is_to_be_done() -> None:
    response = busy()
    flow = call(operation(), "x", settings())
    send = next(flow)
    assert isinstance(send, Send)
    assert send.request == signed()
    read = flow.send(response)
    assert isinstance(read, Read)
    assert read.response is response
    sleep = flow.send(b"")
    assert isinstance(sleep, Sleep)
    assert sleep.seconds == 0.3
    flow.close()


def test_success_at_once() -> None:
    played = play_call(answer(201, b"named", x_amzn_requestid="r-1"))
    assert played.steps == ["send", "read"]
    assert played.requests == [signed()]
    assert played.output == Named(name="named")
    metadata = played.output.metadata
    assert (metadata.status, metadata.request_id, metadata.attempts) == (201, "r-1", 1)
    assert metadata.headers == Headers({"x-amzn-RequestId": "r-1"})


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_every_2xx_is_a_success(status: int) -> None:
    assert play_call(answer(status, b"named")).output == Named(name="named")


@pytest.mark.parametrize("status", [199, 300, 302, 304, 400, 403, 600])
def test_everything_else_is_an_error(status: int) -> None:
    with pytest.raises(ThingError) as raised:
        play_call(answer(status))
    assert raised.value.status == status


def test_a_streaming_operation_gets_its_body_unread() -> None:
    response = answer(200, b"never read")
    played = play_call(response, of=operation(streaming=True))
    assert played.steps == ["send"]
    assert played.output == Named(name="", unread=True)
    assert isinstance(response.body, Body)
    assert not response.body.closed


def test_a_streaming_operations_error_is_read_and_retried() -> None:
    played = play_call(busy(500), answer(200), of=operation(streaming=True))
    assert played.steps == ["send", "read", "sleep 0.3", "send"]
    assert played.output.metadata.attempts == 2


def test_legacy_gives_up_after_three_retries() -> None:
    played = Played()
    ids = (f"id-{number}" for number in count(1))
    with pytest.raises(Busy) as raised:
        play_call(*(busy() for _ in range(5)), into=played, new_id=lambda: next(ids))
    assert played.steps == [
        *("send", "read", "sleep 0.3"),
        *("send", "read", "sleep 0.6"),
        *("send", "read", "sleep 1.2"),
        *("send", "read"),
    ]
    assert played.sent("amz-sdk-invocation-id") == ["id-1"] * 4
    assert played.sent("amz-sdk-request") == [None] * 4
    error = raised.value
    assert (error.operation, error.attempts, error.status, error.message) == (
        "NameThing",
        4,
        503,
        "later",
    )
    assert str(error) == "Busy: later (operation NameThing, status 503, attempts 4 in 0.0 s)"


def test_standard_announces_and_pays() -> None:
    quota, played = RetryQuota(), Played()
    with pytest.raises(Busy) as raised:
        play_call(*(busy() for _ in range(4)), into=played, policy=standard(quota))
    assert played.steps == ["send", "read", "sleep 1", "send", "read", "sleep 2", "send", "read"]
    assert played.sent("amz-sdk-request") == [
        "attempt=1; max=3",
        "attempt=2; max=3",
        "attempt=3; max=3",
    ]
    assert (raised.value.attempts, quota.available) == (3, 490)


def test_the_announcement_is_signed() -> None:
    played = play_call(answer(), policy=standard())
    assert played.requests == [signed({"amz-sdk-request": "attempt=1; max=3"})]


def test_standard_gets_its_payment_back() -> None:
    quota = RetryQuota()
    flow = call(operation(), "x", settings(policy=standard(quota)))
    next(flow)
    flow.throw(ConnectError("refused"))
    assert quota.available == 490
    next(flow)
    flow.send(answer(200))
    with pytest.raises(StopIteration):
        flow.send(b"named")
    assert quota.available == 500


def test_a_drained_quota_surfaces_the_error_itself() -> None:
    quota = RetryQuota()
    quota.take(496)
    played = Played()
    with pytest.raises(Busy) as raised:
        play_call(busy(), into=played, policy=standard(quota))
    assert (played.steps, raised.value.attempts, quota.available) == (["send", "read"], 1, 4)


def test_date_and_signature_are_new_for_each_attempt() -> None:
    seconds = count(0)
    played = play_call(busy(), busy(), answer(), clock=lambda: NOON + next(seconds))
    assert played.requests == [signed(now=NOON + attempt) for attempt in range(3)]
    assert played.sent("x-amz-date") == [
        "20260115T123456Z",
        "20260115T123457Z",
        "20260115T123458Z",
    ]
    assert len(set(played.sent("authorization"))) == 3


class Order(Structure):
    __slots__ = ("token",)

    def __init__(self, *, token: str | None = None) -> None:
        self.token = token


@pytest.mark.parametrize(("given", "sent"), [(None, "id-1"), ("mine", "mine")])
def test_an_idempotency_token_is_made_once_where_none_was_given(
    given: str | None, sent: str
) -> None:
    ids = (f"id-{number}" for number in count(1))
    ordering = Operation(
        name="OrderThing",
        method_name="order_thing",
        check=StructureChecker(Order, required=(), members={"token": string}),
        serialize=lambda order: HttpRequest("POST", "/orders", {"x-token": str(order.token)}),
        parse=lambda response: Named(name=""),
        errors=Errors(ThingError, {}),
        idempotency_token="token",
    )
    flow = call(ordering, Order(token=given), settings(new_id=lambda: next(ids)))
    played = play(flow, [busy(), answer()])
    assert played.sent("x-token") == [sent, sent]
    assert played.sent("amz-sdk-invocation-id") == ["id-2" if given is None else "id-1"] * 2


class Rotating:
    """Credentials that are others each time they are asked for."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def credentials(self) -> Credentials:
        self.asked += 1
        return Credentials(f"AKID{self.asked}", "secret", f"token-{self.asked}")


def test_credentials_are_asked_for_each_attempt() -> None:
    rotating = Rotating()
    played = play_call(busy(), answer(), credentials=rotating)
    assert rotating.asked == 2
    assert played.sent("x-amz-security-token") == ["token-1", "token-2"]
    keys = [(value or "").partition("Credential=")[2] for value in played.sent("authorization")]
    assert [key.partition("/")[0] for key in keys] == ["AKID1", "AKID2"]


class Broken:
    @property
    def credentials(self) -> Credentials:
        raise MissingCredentialsError("nothing anywhere")


def test_failing_credentials_end_the_call_unsent() -> None:
    played = Played()
    with pytest.raises(MissingCredentialsError):
        play_call(into=played, credentials=Broken())
    assert played.steps == ["work"]


def test_an_unsigned_operation_asks_for_no_credentials() -> None:
    played = play_call(busy(), answer(), of=operation(signed=False), credentials=Broken())
    assert played.sent("authorization") == [None, None]
    assert played.sent("user-agent") == ["example/1.0"] * 2
    assert played.requests[0] is not played.requests[1]


@pytest.mark.parametrize(("url", "hashed"), [(URL, False), ("http://things.example.com", True)])
def test_an_unsigned_payload_is_trusted_to_tls_alone(url: str, hashed: bool) -> None:
    played = play_call(answer(), of=operation(unsigned_payload=True), endpoint=Endpoint(url))
    assert played.requests == [signed(url=f"{url}/things/x", unsigned_payload=not hashed)]
    assert (played.sent("x-amz-content-sha256") == ["UNSIGNED-PAYLOAD"]) is not hashed


def test_a_networking_error_is_retried() -> None:
    played = play_call(ConnectError("refused"), timeout(), answer(200, b"named"))
    assert played.steps == ["send", "sleep 0.3", "send", "sleep 0.6", "send", "read"]
    assert played.output == Named(name="named")
    assert played.output.metadata.attempts == 3


def test_an_error_while_reading_the_answer_is_retried() -> None:
    cut = HttpResponse(200, body=Body(b"na", TruncatedBodyError("short", request_sent=True)))
    played = play_call(cut, answer(200, b"named"))
    assert played.steps == ["send", "read", "sleep 0.3", "send", "read"]
    assert played.output == Named(name="named")


def test_the_last_networking_error_says_what_may_have_run() -> None:
    last = timeout()
    with pytest.raises(NetworkingError) as raised:
        play_call(timeout(), ConnectError("refused"), busy(500), last)
    assert raised.value is last
    assert (raised.value.operation, raised.value.attempts, raised.value.possible_runs) == (
        "NameThing",
        4,
        3,
    )
    assert str(raised.value) == (
        "silent (operation NameThing, attempts 4 in 0.0 s, "
        "of which the service may have acted on 3)"
    )


def test_a_refused_certificate_is_not_tried_again() -> None:
    played = Played()
    with pytest.raises(CertificateError) as raised:
        play_call(CertificateError("not trusted"), into=played)
    assert (played.steps, raised.value.attempts, raised.value.possible_runs) == (["send"], 1, 0)


@pytest.mark.parametrize(
    ("failure", "steps"),
    [
        (timeout(), ["send"]),
        (ConnectError("refused"), ["send", "sleep 0.3", "send", "read"]),
    ],
    ids=["sent", "not-sent"],
)
def test_retry_after_send_false_never_runs_anything_twice(
    failure: NetworkingError, steps: list[str]
) -> None:
    played = Played()
    answers = (failure, answer(200, b"named"))
    if len(steps) == 1:
        with pytest.raises(ReadTimeoutError) as raised:
            play_call(*answers, into=played, retry_after_send=False)
        assert (raised.value.attempts, raised.value.possible_runs) == (1, 1)
    else:
        play_call(*answers, into=played, retry_after_send=False)
    assert played.steps == steps


@pytest.mark.parametrize(("status", "attempts"), [(500, 1), (503, 1), (530, 1), (429, 4), (424, 1)])
def test_retry_after_send_false_retries_only_what_was_throttled(status: int, attempts: int) -> None:
    with pytest.raises(Busy) as raised:
        play_call(*(busy(status) for _ in range(4)), retry_after_send=False)
    assert raised.value.attempts == attempts


def test_retry_after_send_false_pays_for_nothing() -> None:
    quota = RetryQuota()
    with pytest.raises(Busy):
        play_call(busy(500), policy=standard(quota), retry_after_send=False)
    assert quota.available == 500


def broken_parser(response: HttpResponse) -> Named:
    raise ResponseParseError("not what the model says")


def test_an_answer_that_cannot_be_parsed_is_not_retried() -> None:
    played = Played()
    with pytest.raises(ResponseParseError):
        play_call(answer(200, b"{"), of=operation(parse=broken_parser), into=played)
    assert played.steps == ["send", "read"]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://things.example.com", "https://things.example.com/things/x"),
        ("https://things.example.com/", "https://things.example.com/things/x"),
        ("http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base/things/x"),
    ],
)
def test_the_path_comes_below_the_endpoint(base: str, url: str) -> None:
    assert play_call(answer(), endpoint=Endpoint(base)).requests == [signed(url=url)]


def test_headers_of_the_endpoint_rules_are_sent_and_signed() -> None:
    endpoint = Endpoint(URL, headers={"X-Tier": ["gold", "fast"]})
    assert play_call(answer(), endpoint=endpoint).requests == [signed({"x-tier": "gold,fast"})]


@pytest.mark.parametrize(
    ("schemes", "service", "region"),
    [
        ([], "things", "us-east-1"),
        ([{"name": "sigv4"}], "things", "us-east-1"),
        ([{"name": "sigv4", "signingName": "other"}], "other", "us-east-1"),
        ([{"name": "sigv4", "signingRegion": "eu-west-1"}], "things", "eu-west-1"),
        (
            [
                {"name": "sigv4-of-tomorrow", "signingName": "never"},
                {"name": "sigv4", "signingName": "other", "signingRegion": "eu-west-1"},
                {"name": "sigv4a", "signingName": "never"},
            ],
            "other",
            "eu-west-1",
        ),
        ([{"name": "sigv4-of-tomorrow", "signingName": "never"}], "things", "us-east-1"),
    ],
)
def test_auth_schemes_of_the_endpoint_rules(
    schemes: list[dict[str, str]], service: str, region: str
) -> None:
    endpoint = Endpoint(URL, properties={"authSchemes": schemes})
    played = play_call(answer(), endpoint=endpoint)
    assert played.requests == [signed(service=service, region=region)]
