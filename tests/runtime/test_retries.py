"""When to send again and after how long: the tables and numbers of retries.md sections 2 to 4.

The numbers of 2026 are in test_retries_2026.py, the policies of a client in test_retries_modes.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.errors import (
    CallTimeoutError,
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
    ProxyError,
    ReadTimeoutError,
    ResponseParseError,
    ServiceError,
    TlsError,
    TruncatedBodyError,
)
from drawplate.retries import (
    CHECKSUM_CODES,
    EXPIRED_CODES,
    SKEW_CODES,
    THROTTLING_CODES,
    TRANSIENT_CODES,
    LegacyRetry,
    RetryPolicy,
    RetryQuota,
    StandardRetry,
    announcement,
    is_clock_skew_code,
    is_expired_credentials,
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


@pytest.mark.parametrize(
    ("error", "expired", "skew"),
    [
        *((refused(403, code), True, code in SKEW_CODES) for code in sorted(EXPIRED_CODES)),
        *(
            (refused(400, code), "xpired" in code, True)
            for code in sorted(SKEW_CODES - EXPIRED_CODES)
        ),
        (refused(403, "TokenHasEXPIRED"), True, False),
        (refused(403, "AccessDeniedException"), False, False),
        (refused(500), False, False),
        (ConnectionLostError("ExpiredToken"), False, False),
    ],
    ids=lambda value: getattr(value, "code", None) or None,
)
def test_errors_that_the_call_may_find_a_remedy_for(
    error: Exception, expired: bool, skew: bool
) -> None:
    assert (is_expired_credentials(error), is_clock_skew_code(error)) == (expired, skew)


@pytest.mark.parametrize("code", sorted(EXPIRED_CODES | SKEW_CODES))
def test_without_a_remedy_they_are_not_retried(code: str) -> None:
    assert not is_retryable(refused(403, code))


def legacy(
    *, limit: int = 3, base: float = 0.3, longest: float = 0.0, jitter: float = 1.0
) -> LegacyRetry:
    return LegacyRetry(
        limit=limit, base=base, longest=longest, jitter=lambda seconds: seconds * jitter
    )


def delays(policy: RetryPolicy, error: DrawplateError, *, forced: bool = False) -> list[float]:
    """Ask until the policy gives up."""
    found: list[float] = []
    while (delay := policy.delay(error, len(found) + 1, forced=forced)) is not None:
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


@given(
    limit=st.integers(0, 12),
    base=st.floats(0, 100),
    longest=st.one_of(st.just(0.0), st.floats(0.001, 100)),
    share=st.floats(0, 1),
)
def test_legacy_sequences(limit: int, base: float, longest: float, share: float) -> None:
    found = delays(legacy(limit=limit, base=base, longest=longest, jitter=share), refused(500))
    whole = [base * 2**retry for retry in range(limit)]
    assert found == [(min(wait, longest) if longest else wait) * share for wait in whole]


def test_legacy_leaves_the_waiting_to_a_backoff() -> None:
    contexts: list[object] = []
    policy = LegacyRetry(
        limit=2, base=0.3, longest=0, jitter=lambda _: 99.0, backoff=contexts.append
    )
    assert delays(policy, refused(500)) == [0, 0]
    assert policy.delay(refused(400), 1) is None
    assert policy.backoff is not None
    assert contexts == []  # the call has the context, and calls it


@pytest.mark.parametrize("code", ["ExpiredTokenException", "RequestTimeTooSkewed"])
def test_what_the_call_found_a_remedy_for_is_retried_within_the_limits(code: str) -> None:
    error, quota = refused(403, code), drained(12)
    assert delays(legacy(), error) == delays(standard(quota), error) == []
    assert delays(legacy(), error, forced=True) == [0.3, 0.6, 1.2]
    assert delays(standard(max_attempts=2), error, forced=True) == [1]
    assert delays(standard(quota, max_attempts=9), error, forced=True) == [1, 2]
    assert quota.available == 2


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_nothing_but_the_service_holds_requests_back(mode: str) -> None:
    policy: RetryPolicy = legacy() if mode == "legacy" else standard()
    policy.finished(refused(429))
    policy.finished(None)
    assert (policy.acquire(), policy.last_wait, policy.backoff) == (0, 0, None)


@pytest.mark.parametrize(
    ("attempt", "ttl", "text"),
    [
        (1, None, "attempt=1; max=3"),
        (2, "20260115T123556Z", "attempt=2; max=3; ttl=20260115T123556Z"),
    ],
)
def test_what_the_service_is_told(attempt: int, ttl: str | None, text: str) -> None:
    assert announcement(attempt, 3, ttl) == text


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


@given(
    attempt=st.integers(1, 5000),
    random=st.floats(0, 1, exclude_max=True),
    status=st.sampled_from([429, 500, 503]),
)
def test_standard_delays_are_bounded(attempt: int, random: float, status: int) -> None:
    policy = standard(max_attempts=5001, random=random)
    delay = policy.delay(refused(status), attempt)
    assert delay is not None
    assert 0 <= delay <= min(2.0 ** min(attempt - 1, 5), 20)


def test_attempts_without_delay_may_go_on_for_ever() -> None:
    error = refused(500)
    assert legacy(limit=5000, base=0).delay(error, 4000) == 0
    assert legacy(limit=5000, longest=2).delay(error, 4000) == 2


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (CallTimeoutError("over"), False),
        (ProxyError("refused", status=407), False),
        (ProxyError("gone", status=502), True),
        (ProxyError("no answer"), True),
    ],
)
def test_what_a_proxy_or_the_clock_has_settled_is_not_tried_again(
    error: NetworkingError, retried: bool
) -> None:
    assert is_retryable(error) is retried
    assert is_networking(error) is retried
