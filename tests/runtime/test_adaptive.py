"""The rate limiter of adaptive mode and its policy: the numbers of retries.md section 8."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.adaptive import AdaptiveRetry, Cubic, RateLimiter
from drawplate.errors import ConnectionLostError, RetryCapacityNotAvailableError, ServiceError
from drawplate.retries import RetryQuota
from drawplate.retry_eras import NEW_2026, Era
from hypothesis import given
from hypothesis import strategies as st


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def refused(status: int, code: str = "SomeCode") -> ServiceError:
    error = ServiceError()
    error.status = status
    error.code = code
    return error


def send(limiter: RateLimiter, clock: Clock) -> float:
    """Do what a call does before an attempt; returns the seconds it slept."""
    slept = 0.0
    while (wait := limiter.acquire()) > 0:
        clock.now += wait
        slept += wait
    return slept


def test_the_curve_of_the_specification() -> None:
    cubic = Cubic(max_rate=0, throttled_at=0)
    assert cubic.cut(10, 5) == 7
    assert (cubic.max_rate, cubic.throttled_at) == (10, 5)
    rates = [cubic.grow(5 + since) for since in (0, 1, 1.9574, 3)]
    assert rates == pytest.approx([7.0, 9.649, 10, 10.453], abs=1e-3)


@given(rate=st.floats(0.01, 1e6), wait=st.floats(0, 1e4))
def test_the_curve_begins_at_the_cut_and_only_rises(rate: float, wait: float) -> None:
    cubic = Cubic(max_rate=0, throttled_at=0)
    cut = cubic.cut(rate, 0)
    assert cubic.grow(0) == pytest.approx(cut, abs=1e-9)
    assert cubic.grow(wait) >= cut - 1e-9 * rate
    assert cubic.grow(wait + 1) >= cubic.grow(wait)


def test_nothing_is_held_back_before_the_first_throttling() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    for _ in range(1000):
        assert limiter.acquire() == 0
        limiter.finished(throttled=False)
        clock.now += 0.001
    assert not limiter.enabled


def test_a_throttled_client_waits_for_capacity() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.finished(throttled=True)
    # Nothing was measured yet, so the slowest rate holds: one request in two seconds.
    assert (limiter.enabled, limiter.measured_rate, limiter.rate) == (True, 0, 0.5)
    assert limiter.acquire() == 2
    clock.now = 0.5
    assert limiter.acquire() == 1.5
    clock.now = 2
    assert limiter.acquire() == 0
    assert limiter.acquire() == 2


def test_capacity_does_not_pile_up() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.finished(throttled=True)
    clock.now = 1000
    assert [limiter.acquire() for _ in range(2)] == [0, 2]


def test_a_rate_is_measured_by_half_seconds() -> None:
    clock = Clock(100.3)
    limiter = RateLimiter(clock)
    measured: list[float] = []
    for now in (100.4, 100.6, 100.9, 101.0, 103.1):
        clock.now = now
        limiter.finished(throttled=False)
        measured.append(limiter.measured_rate)
    second = 0.8 * 2 / 0.5 + 0.2 * 3.2
    third = 0.8 * 1 / 2 + 0.2 * second
    assert measured == pytest.approx([0, 3.2, 3.2, second, third])


def test_a_second_throttling_cuts_the_allowed_rate_further() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    for tenth in range(1, 31):
        clock.now = tenth / 10
        limiter.finished(throttled=False)
    assert limiter.measured_rate == pytest.approx(10, rel=0.05)
    limiter.finished(throttled=True)
    first = limiter.rate
    assert first == pytest.approx(0.7 * limiter.measured_rate)
    limiter.finished(throttled=True)
    assert limiter.rate == pytest.approx(0.7 * first)


def test_capacity_filled_while_nothing_was_held_back_counts() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.finished(throttled=False)
    clock.now = 60
    limiter.finished(throttled=True)
    assert limiter.acquire() == 0
    assert limiter.acquire() > 0


@given(
    steps=st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60),
    start=st.floats(0, 1e7),
)
def test_a_limiter_never_lets_go_and_never_stops(
    steps: list[tuple[float, bool]], start: float
) -> None:
    clock = Clock(start)
    limiter = RateLimiter(clock)
    for pause, throttled in steps:
        clock.now += pause
        # The slowest rate there is gives a whole token after two seconds.
        assert send(limiter, clock) <= 2 + 1e-5
        limiter.finished(throttled=throttled)
        assert limiter.rate == 0.5 or limiter.rate <= 2 * limiter.measured_rate
        assert limiter.rate >= 0.5
    assert limiter.enabled is any(throttled for _, throttled in steps)


def test_a_wait_is_never_too_short_for_the_clock() -> None:
    clock = Clock(1e7 + 0.1)
    limiter = RateLimiter(clock)
    limiter.finished(throttled=True)
    clock.now += 2 - 1e-9
    wait = limiter.acquire()
    assert wait == RateLimiter.SHORTEST_WAIT
    assert clock.now + wait > clock.now


def test_a_limiter_is_safe_to_share() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    for _ in range(50):
        limiter.finished(throttled=False)
    clock.now = 1
    limiter.finished(throttled=True)  # 51 requests in a second
    clock.now = 1000  # as full as it gets
    capacity = limiter.rate

    def ask(_: int) -> bool:
        return limiter.acquire() == 0

    with ThreadPoolExecutor(8) as pool:
        granted = sum(pool.map(ask, range(200)))
    assert granted == int(capacity)
    assert granted == 28  # 0.7 · 0.8 · 51 is 28.56


def policy(
    limiter: RateLimiter,
    *,
    wait_to_fill: bool = True,
    quota: RetryQuota | None = None,
    era: Era = NEW_2026,
    long_polling: bool = False,
) -> AdaptiveRetry:
    return AdaptiveRetry(
        limiter=limiter,
        wait_to_fill=wait_to_fill,
        max_attempts=3,
        quota=quota or RetryQuota(),
        random=lambda: 1.0,
        era=era,
        long_polling=long_polling,
    )


def test_a_policy_waits_before_each_attempt_of_each_call() -> None:
    limiter = RateLimiter(Clock())
    asked = policy(limiter)
    assert asked.acquire() == 0
    asked.finished(refused(429))
    assert asked.acquire() == 2
    assert policy(limiter).acquire() == 2


def test_a_policy_that_must_not_wait_says_why_it_ends_the_call() -> None:
    limiter = RateLimiter(Clock())
    asked = policy(limiter, wait_to_fill=False)
    assert asked.acquire() == 0
    asked.finished(refused(429))
    with pytest.raises(RetryCapacityNotAvailableError) as raised:
        asked.acquire()
    assert str(raised.value) == (
        "the service throttled this client, and there is no capacity for another request for the "
        "next 2 s; call again later, or set adaptive_retry_wait_to_fill to True to wait for it"
    )


@pytest.mark.parametrize(
    ("error", "enabled"),
    [
        (None, False),
        (refused(500), False),
        (ConnectionLostError("reset"), False),
        (refused(429), True),
        (refused(503, "SlowDown"), True),
        (refused(400, "MyThrottlingThing"), True),
    ],
)
def test_only_throttling_slows_a_client_down(error: Exception | None, enabled: bool) -> None:
    limiter = RateLimiter(Clock())
    policy(limiter).finished(error)
    assert limiter.enabled is enabled


def test_attempts_quota_and_waits_are_those_of_standard_mode() -> None:
    quota = RetryQuota()
    asked = policy(RateLimiter(Clock()), quota=quota)
    assert asked.announced_attempts == 3
    assert [asked.delay(refused(500), attempt) for attempt in (1, 2, 3)] == [0.05, 0.1, None]
    assert quota.available == 472
    asked.succeeded()
    assert quota.available == 486
    assert quota.take(486)
    polling = policy(RateLimiter(Clock()), quota=quota, long_polling=True)
    assert (polling.delay(refused(400), 1, forced=True), polling.last_wait) == (None, 0.05)
