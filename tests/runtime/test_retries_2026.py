"""The two columns of the table of retry numbers, and what is new in the newer one."""

from __future__ import annotations

import pytest
from drawplate._service_errors import service_error
from drawplate.errors import ConfigurationError, ConnectionLostError, ServiceError
from drawplate.http import HttpResponse
from drawplate.operation import Errors
from drawplate.retries import RetryPolicy, RetryQuota, StandardRetry
from drawplate.retry_eras import CLASSIC, NEW_2026, VARIABLE, Era, era_of
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.flows import ThingError, busy

COLUMNS = {
    "default_mode": ("legacy", "standard"),
    "max_attempts": (3, 3),
    "networking_cost": (10, 14),
    "throttling_cost": (5, 5),
    "other_cost": (5, 14),
    "base": (1.0, 0.05),
    "throttling_base": (1.0, 1.0),
    "longest": (20.0, 20.0),
    "heeds_retry_after": (False, True),
    "paces_long_polling": (False, True),
}


def refused(status: int, code: str = "SomeCode", after: str | None = None) -> ServiceError:
    """The error of an answer, which may ask for a wait."""
    headers = {"x-amzn-errortype": code, **({"x-amz-retry-after": after} if after else {})}
    return service_error(Errors(ServiceError, {}), HttpResponse(status, headers), b"")


def policy(
    era: Era = NEW_2026,
    *,
    quota: RetryQuota | None = None,
    random: float = 1.0,
    max_attempts: int = 3,
    long_polling: bool = False,
) -> StandardRetry:
    return StandardRetry(
        max_attempts=max_attempts,
        quota=quota or RetryQuota(),
        random=lambda: random,
        era=era,
        long_polling=long_polling,
    )


def drained(available: int) -> RetryQuota:
    quota = RetryQuota()
    assert quota.take(RetryQuota.CAPACITY - available)
    return quota


@pytest.mark.parametrize("name", Era.__slots__)
def test_both_columns(name: str) -> None:
    assert (getattr(CLASSIC, name), getattr(NEW_2026, name)) == COLUMNS[name]


@pytest.mark.parametrize(
    ("text", "era"),
    [
        (None, CLASSIC),
        ("", CLASSIC),
        ("  ", CLASSIC),
        ("false", CLASSIC),
        ("FALSE", CLASSIC),
        ("true", NEW_2026),
        ("True", NEW_2026),
        (" true ", NEW_2026),
    ],
)
def test_a_variable_chooses_the_column(text: str | None, era: Era) -> None:
    environ = {} if text is None else {VARIABLE: text}
    assert era_of(environ, "SageMaker Runtime") is era


@pytest.mark.parametrize("text", ["1", "yes", "on"])
def test_a_variable_that_says_neither_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        era_of({VARIABLE: text})
    assert str(raised.value) == (
        f"environment variable AWS_NEW_RETRIES_2026 must be 'true' or 'false', got {text!r}"
    )


@pytest.mark.parametrize(
    ("service", "base", "max_attempts"),
    [
        ("SageMaker Runtime", 0.05, 3),
        ("SQS", 0.05, 3),
        ("DynamoDB", 0.025, 4),
        ("DynamoDB Streams", 0.025, 4),
        ("dynamodb-streams", 0.025, 4),
    ],
)
def test_services_with_numbers_of_their_own(service: str, base: float, max_attempts: int) -> None:
    found = era_of({VARIABLE: "true"}, service)
    assert (found.base, found.max_attempts) == (base, max_attempts)
    for name in {*Era.__slots__} - {"base", "max_attempts"}:
        assert getattr(found, name) == getattr(NEW_2026, name)
    assert era_of({}, service) is CLASSIC


def test_a_column_can_be_changed() -> None:
    changed = NEW_2026.replace(max_attempts=5, base=0.1, longest=2.0)
    assert (changed.max_attempts, changed.base, changed.longest) == (5, 0.1, 2.0)
    same = NEW_2026.replace()
    assert [getattr(same, name) for name in Era.__slots__] == [
        getattr(NEW_2026, name) for name in Era.__slots__
    ]


@pytest.mark.parametrize(
    ("error", "classic", "new"),
    [
        (refused(500), (1, 5), (0.05, 14)),
        (refused(503, "ServiceUnavailable"), (1, 5), (0.05, 14)),
        (refused(400, "BadDigest"), (1, 5), (0.05, 14)),
        (refused(400, "RequestTimeout"), (1, 10), (0.05, 14)),
        (ConnectionLostError("reset"), (1, 10), (0.05, 14)),
        (refused(429, "RequestTimeout"), (1, 10), (0.05, 14)),
        (refused(400, "ThrottlingException"), (1, 5), (1, 5)),
        (refused(429, "ModelNotReadyException"), (1, 5), (1, 5)),
        (refused(503, "SlowDown"), (1, 5), (1, 5)),
        (refused(500, "Throttling"), (1, 5), (1, 5)),
    ],
)
def test_waits_and_costs(
    error: Exception, classic: tuple[float, int], new: tuple[float, int]
) -> None:
    for era, (wait, cost) in ((CLASSIC, classic), (NEW_2026, new)):
        quota = RetryQuota()
        asked = policy(era, quota=quota)
        assert [asked.delay(error, attempt) for attempt in (1, 2, 3)] == [wait, 2 * wait, None]
        assert quota.available == 500 - 2 * cost
        asked.succeeded()
        assert quota.available == 500 - cost


def test_waits_end_to_grow() -> None:
    asked = policy(max_attempts=12, random=0.5)
    waits = [asked.delay(refused(500), attempt) for attempt in range(1, 13)]
    assert waits == [0.5 * min(0.05 * 2**retry, 20) for retry in range(11)] + [None]
    assert waits[9:11] == [10, 10]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1500", 1.5),
        ("0", 0.0),
        (" 20 ", 0.02),
        ("60000", 60.0),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("x", None),
        ("1_000", None),
        ("²", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        (None, None),
    ],
)
def test_how_long_the_service_asks_to_wait(text: str | None, seconds: float | None) -> None:
    assert refused(503, after=text).retry_after == seconds


def test_modelled_errors_know_it_too() -> None:
    response = busy()
    response.headers["X-Amz-Retry-After"] = "250"
    assert service_error(Errors(ThingError, {}), response, b"").retry_after == 0.25
    assert ThingError().retry_after is None


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (refused(500), 0.05),
        (refused(500, after="x"), 0.05),
        (refused(500, after="0"), 0.05),
        (refused(500, after="49"), 0.05),
        (refused(500, after="1500"), 1.5),
        (refused(500, after="5050"), 5.05),
        (refused(500, after="60000"), 5.05),
        (refused(500, after="9" * 400), 5.05),
        (refused(429, after="10"), 1.0),
        (refused(429, after="7000"), 6.0),
    ],
)
def test_the_service_may_lengthen_a_wait(error: ServiceError, wait: float) -> None:
    assert policy().delay(error, 1) == pytest.approx(wait)


def test_earlier_it_may_not() -> None:
    assert policy(CLASSIC).delay(refused(500, after="7000"), 1) == 1


@given(
    attempt=st.integers(1, 50),
    random=st.floats(0, 1, exclude_max=True),
    after=st.one_of(st.none(), st.integers(0, 10**9).map(str)),
    status=st.sampled_from([429, 500]),
)
def test_waits_are_bounded(attempt: int, random: float, after: str | None, status: int) -> None:
    delay = policy(random=random, max_attempts=51).delay(refused(status, after=after), attempt)
    assert delay is not None
    assert 0 <= delay <= (25 if after else 20)


@pytest.mark.parametrize(
    ("asked", "error", "attempt", "wait"),
    [
        (policy(quota=drained(0), long_polling=True), refused(400, "Throttling"), 1, 1.0),
        (policy(quota=drained(13), long_polling=True), refused(500), 2, 0.1),
        (policy(quota=drained(0), long_polling=True), refused(500, after="900"), 1, 0.9),
        (policy(quota=drained(0)), refused(500), 1, 0.0),
        (policy(CLASSIC, quota=drained(0), long_polling=True), refused(500), 1, 0.0),
        (policy(long_polling=True), refused(500), 3, 0.0),
        (policy(long_polling=True), refused(404), 1, 0.0),
    ],
    ids=["throttled", "later", "asked-for", "short-poll", "classic", "last-attempt", "final"],
)
def test_a_long_poll_that_cannot_pay_ends_slowly(
    asked: RetryPolicy, error: ServiceError, attempt: int, wait: float
) -> None:
    assert asked.delay(error, attempt) is None
    assert asked.last_wait == pytest.approx(wait)


def test_a_long_poll_that_can_pay_is_like_any_other() -> None:
    asked = policy(quota=drained(14), long_polling=True)
    assert (asked.delay(refused(500), 1), asked.last_wait) == (0.05, 0)
