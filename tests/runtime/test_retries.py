"""When to send again and after how long: the tables and numbers of retries.md sections 2 to 4."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.errors import (
    CertificateError,
    ConfigurationError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    CredentialsError,
    DrawplateError,
    EventStreamChecksumError,
    HttpProtocolError,
    NetworkingError,
    NoSuchEndpointError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseParseError,
    ServiceError,
    TlsError,
    TruncatedBodyError,
)
from drawplate.retries import (
    CHECKSUM_CODES,
    THROTTLING_CODES,
    TRANSIENT_CODES,
    LegacyRetry,
    RetryQuota,
    StandardRetry,
    is_networking,
    is_retryable,
    is_throttling,
    may_have_run,
)
from hypothesis import given
from hypothesis import strategies as st


class Retryable(ServiceError):
    code = "Retryable"
    retryable = True


class ModelledThrottling(ServiceError):
    code = "SlowerPlease"
    throttling = True


def refused(
    status: int, code: str = "SomeCode", kind: type[ServiceError] = ServiceError
) -> ServiceError:
    error = kind()
    error.status = status
    error.code = code
    return error


#: error, retryable, throttling, networking, whether the service may have acted on the request
CLASSES: list[tuple[Exception, bool, bool, bool, bool]] = [
    (refused(500), True, False, False, True),
    (refused(501), True, False, False, True),
    (refused(502), True, False, False, True),
    (refused(503, "ServiceUnavailable"), True, False, False, True),
    (refused(504), True, False, False, True),
    (refused(505), True, False, False, True),
    (refused(530, "InternalDependencyException"), True, False, False, True),
    (refused(599), True, False, False, True),
    (refused(600), False, False, False, True),
    (refused(429, "ModelNotReadyException"), True, True, False, False),
    (refused(429), True, True, False, False),
    (refused(424, "ModelError"), False, False, False, False),
    (refused(400, "ThrottlingException"), True, True, False, False),
    (refused(400, "MyThrottledThing"), True, True, False, False),
    (refused(400, "notTHROTTLed"), True, True, False, False),
    (refused(503, "SlowDown"), True, True, False, False),
    (refused(400, kind=ModelledThrottling), True, True, False, False),
    (refused(400, kind=Retryable), True, False, False, False),
    (refused(400, "ValidationError"), False, False, False, False),
    (refused(403, "ExpiredTokenException"), False, False, False, False),
    (refused(403, "AccessDeniedException"), False, False, False, False),
    (refused(404), False, False, False, False),
    (refused(302, "MovedTemporarily"), False, False, False, False),
    (refused(0), False, False, False, False),
    *((refused(400, code), True, True, False, False) for code in sorted(THROTTLING_CODES)),
    *((refused(400, code), True, False, True, False) for code in sorted(TRANSIENT_CODES)),
    *((refused(400, code), True, False, False, False) for code in sorted(CHECKSUM_CODES)),
    (ConnectError("refused"), True, False, True, False),
    (NoSuchEndpointError("no address"), True, False, True, False),
    (ConnectTimeoutError("slow"), True, False, True, False),
    (TlsError("handshake"), True, False, True, False),
    (CertificateError("not trusted"), False, False, False, False),
    (ConnectionLostError("reset"), True, False, True, False),
    (ConnectionLostError("reset", request_sent=True), True, False, True, True),
    (ReadTimeoutError("silent", request_sent=True), True, False, True, True),
    (HttpProtocolError("odd", request_sent=True), True, False, True, True),
    (TruncatedBodyError("short", request_sent=True), True, False, True, True),
    (NetworkingError("some"), True, False, True, False),
    (ParamValidationError(["wrong"]), False, False, False, False),
    (ConfigurationError("wrong"), False, False, False, False),
    (CredentialsError("none"), False, False, False, False),
    (ResponseParseError("not JSON"), False, False, False, False),
    (EventStreamChecksumError("damaged"), False, False, False, False),
    (OSError("of somebody's callback"), False, False, False, False),
]


@pytest.mark.parametrize(
    ("error", "retryable", "throttling", "networking", "ran"),
    CLASSES,
    ids=[
        f"{type(error).__name__}-{getattr(error, 'status', index)}-{getattr(error, 'code', '')}"
        for index, (error, *_) in enumerate(CLASSES)
    ],
)
def test_classification(
    error: Exception, retryable: bool, throttling: bool, networking: bool, ran: bool
) -> None:
    assert (
        is_retryable(error),
        is_throttling(error),
        is_networking(error),
        may_have_run(error),
    ) == (retryable, throttling, networking, ran)


def legacy(
    *, limit: int = 3, base: float = 0.3, longest: float = 0.0, jitter: float = 1.0
) -> LegacyRetry:
    return LegacyRetry(
        limit=limit, base=base, longest=longest, jitter=lambda seconds: seconds * jitter
    )


def delays(policy: LegacyRetry | StandardRetry, error: DrawplateError) -> list[float]:
    """Ask until the policy gives up."""
    found: list[float] = []
    while (delay := policy.delay(error, len(found) + 1)) is not None:
        found.append(delay)
    return found


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (legacy(), [0.3, 0.6, 1.2]),
        (legacy(limit=0), []),
        (legacy(limit=1), [0.3]),
        (legacy(limit=5, base=1), [1, 2, 4, 8, 16]),
        (legacy(base=0), [0, 0, 0]),
        (legacy(longest=0.5), [0.3, 0.5, 0.5]),
        (legacy(longest=0.1), [0.1, 0.1, 0.1]),
        (legacy(limit=2, base=1, longest=1.5, jitter=0.5), [0.5, 0.75]),
    ],
    ids=["default", "none", "one", "base", "at-once", "capped", "all-capped", "jitter-after-cap"],
)
def test_legacy_delays(policy: LegacyRetry, expected: list[float]) -> None:
    assert delays(policy, refused(500)) == pytest.approx(expected)


def test_legacy_announces_nothing_and_keeps_nothing() -> None:
    policy = legacy()
    assert policy.announced_attempts is None
    policy.succeeded()
    assert policy.delay(refused(400), 1) is None
    assert policy.delay(refused(500), 1) == 0.3


def standard(
    quota: RetryQuota | None = None, *, max_attempts: int = 3, random: float = 1.0
) -> StandardRetry:
    return StandardRetry(
        max_attempts=max_attempts, quota=quota or RetryQuota(), random=lambda: random
    )


def drained(available: int) -> RetryQuota:
    quota = RetryQuota()
    assert quota.take(RetryQuota.CAPACITY - available)
    return quota


@pytest.mark.parametrize(
    ("max_attempts", "random", "expected"),
    [
        (3, 1.0, [1, 2]),
        (1, 1.0, []),
        (8, 1.0, [1, 2, 4, 8, 16, 20, 20]),
        (8, 0.5, [0.5, 1, 2, 4, 8, 10, 10]),
        (3, 0.0, [0, 0]),
    ],
)
def test_standard_delays(max_attempts: int, random: float, expected: list[float]) -> None:
    policy = standard(max_attempts=max_attempts, random=random)
    assert policy.announced_attempts == max_attempts
    assert delays(policy, refused(503)) == expected


@pytest.mark.parametrize(
    ("error", "after_one", "after_two"),
    [
        (refused(503), 495, 490),
        (refused(429), 495, 490),
        (refused(400, "ThrottlingException"), 495, 490),
        (refused(400, "BadDigest"), 495, 490),
        (refused(400, "RequestTimeout"), 490, 480),
        (ConnectionLostError("reset"), 490, 480),
        (ReadTimeoutError("silent"), 490, 480),
    ],
)
def test_what_a_retry_costs(error: DrawplateError, after_one: int, after_two: int) -> None:
    quota = RetryQuota()
    policy = standard(quota)
    policy.delay(error, 1)
    assert quota.available == after_one
    policy.delay(error, 2)
    assert quota.available == after_two
    assert policy.delay(error, 3) is None
    assert quota.available == after_two  # the limit of attempts comes before the quota


def test_a_success_gives_the_last_payment_back() -> None:
    quota = RetryQuota()
    policy = standard(quota)
    policy.delay(refused(503), 1)
    policy.delay(ConnectionLostError("reset"), 2)
    assert quota.available == 485
    policy.succeeded()
    assert quota.available == 495


def test_a_success_at_once_gives_one_back() -> None:
    quota = drained(400)
    standard(quota).succeeded()
    assert quota.available == 401


def test_a_quota_never_exceeds_its_capacity() -> None:
    quota = drained(498)
    policy = standard(quota)
    policy.succeeded()
    quota.give_back(10)
    assert quota.available == 500
    policy.succeeded()
    assert quota.available == 500


@pytest.mark.parametrize(
    ("error", "available", "retried"),
    [
        (refused(503), 5, True),
        (refused(503), 4, False),
        (ConnectionLostError("reset"), 10, True),
        (ConnectionLostError("reset"), 9, False),
    ],
)
def test_a_quota_that_cannot_pay_ends_the_call(
    error: DrawplateError, available: int, retried: bool
) -> None:
    quota = drained(available)
    assert (standard(quota).delay(error, 1) is not None) is retried
    assert quota.available == (0 if retried else available)


def test_what_is_not_retryable_costs_nothing() -> None:
    quota = RetryQuota()
    assert standard(quota).delay(refused(424), 1) is None
    assert quota.available == 500


def test_a_quota_is_safe_to_share() -> None:
    quota = RetryQuota()

    def spend(_: int) -> bool:
        return quota.take(5)

    with ThreadPoolExecutor(8) as pool:
        paid = list(pool.map(spend, range(150)))
    assert (paid.count(True), quota.available) == (100, 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60))))
def test_a_quota_stays_between_nothing_and_its_capacity(moves: list[tuple[bool, int]]) -> None:
    quota = RetryQuota()
    for taking, amount in moves:
        before = quota.available
        if taking:
            assert quota.take(amount) is (amount <= before)
            assert quota.available == (before - amount if amount <= before else before)
        else:
            quota.give_back(amount)
            assert quota.available == min(before + amount, 500)
