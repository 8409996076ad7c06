"""From options to policies: what each mode makes of them, and what copies of a client share."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.adaptive import AdaptiveRetry, RateLimiter
from drawplate.errors import RetryCapacityNotAvailableError, ServiceError
from drawplate.retries import LegacyRetry, RetryPolicy, RetryQuota, StandardRetry
from drawplate.retry_eras import CLASSIC, NEW_2026, Era
from drawplate.retry_modes import JitterOption, PolicyFactory, RetryMode, RetryState, policies


def refused(status: int) -> ServiceError:
    error = ServiceError()
    error.status = status
    return error


def made(
    mode: RetryMode,
    *,
    quota: RetryQuota | None = None,
    era: Era = CLASSIC,
    max_attempts: int | None = None,
) -> PolicyFactory:
    return policies(
        mode=mode,
        quota=quota or RetryQuota(),
        random=lambda: 0.5,
        clock=lambda: 0.0,
        era=era,
        max_attempts=max_attempts,
    )


def delays(policy: RetryPolicy) -> list[float]:
    found: list[float] = []
    while (delay := policy.delay(refused(500), len(found) + 1)) is not None:
        found.append(delay)
    return found


@pytest.mark.parametrize(
    ("mode", "kind", "announced"),
    [
        ("legacy", LegacyRetry, None),
        ("standard", StandardRetry, 3),
        ("adaptive", AdaptiveRetry, 3),
    ],
)
def test_each_mode_has_its_policy(
    mode: RetryMode, kind: type[RetryPolicy], announced: int | None
) -> None:
    policy = made(mode)()
    assert type(policy) is kind
    assert policy.announced_attempts == announced


def test_calls_in_legacy_mode_share_their_policy() -> None:
    make = made("legacy")
    assert make() is make(long_polling=True)


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_other_calls_have_their_own(mode: RetryMode) -> None:
    quota = RetryQuota()
    make = made(mode, quota=quota)
    first, second = make(), make()
    assert first.delay(refused(500), 1) == second.delay(refused(500), 1) == 0.5
    assert quota.available == 490
    first.succeeded()
    assert quota.available == 495


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
@pytest.mark.parametrize(
    ("era", "given", "attempts"),
    [
        (CLASSIC, None, 3),
        (CLASSIC, 5, 5),
        (NEW_2026, None, 3),
        (NEW_2026.replace(max_attempts=4), None, 4),
        (NEW_2026.replace(max_attempts=4), 2, 2),
    ],
)
def test_attempts_are_those_of_the_option_or_of_the_era(
    mode: RetryMode, era: Era, given: int | None, attempts: int
) -> None:
    policy = made(mode, era=era, max_attempts=given)()
    assert policy.announced_attempts == attempts
    assert delays(policy) == [0.5 * era.base * 2**retry for retry in range(attempts - 1)]


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_long_polling_reaches_the_policy(mode: RetryMode) -> None:
    quota = RetryQuota()
    assert quota.take(500)
    make = made(mode, quota=quota, era=NEW_2026)
    for long_polling, wait in ((False, 0.0), (True, 0.025)):
        policy = make(long_polling=long_polling)
        assert (policy.delay(refused(500), 1), policy.last_wait) == (None, wait)


def one_more(delay: float) -> float:
    return delay + 1


@pytest.mark.parametrize(
    ("jitter", "expected"),
    [
        ("none", [0.3, 0.6, 1.2]),
        ("equal", [0.225, 0.45, 0.9]),
        ("full", [0.15, 0.3, 0.6]),
        (one_more, [1.3, 1.6, 2.2]),
    ],
    ids=["none", "equal", "full", "callable"],
)
def test_legacy_jitter(jitter: JitterOption, expected: list[float]) -> None:
    policy = policies(mode="legacy", quota=RetryQuota(), random=lambda: 0.5, retry_jitter=jitter)()
    assert delays(policy) == pytest.approx(expected)


def test_legacy_numbers() -> None:
    policy = policies(
        mode="legacy",
        quota=RetryQuota(),
        random=lambda: 0.5,
        retry_limit=5,
        retry_base_delay=0.3,
        retry_max_delay=2,
    )()
    assert delays(policy) == pytest.approx([0.3, 0.6, 1.2, 2, 2])


def test_legacy_backoff_is_handed_over() -> None:
    contexts: list[object] = []
    policy = policies(
        mode="legacy",
        quota=RetryQuota(),
        random=lambda: 0.5,
        retry_jitter="full",
        retry_backoff=contexts.append,
    )()
    assert delays(policy) == [0, 0, 0]
    assert policy.backoff is not None
    policy.backoff("context")
    assert contexts == ["context"]


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_other_modes_take_no_backoff(mode: RetryMode) -> None:
    policy = policies(
        mode=mode, quota=RetryQuota(), random=lambda: 0.5, retry_backoff=lambda _: None
    )()
    assert policy.backoff is None


def test_adaptive_calls_share_a_limiter() -> None:
    make = made("adaptive")
    make().finished(refused(429))
    assert make().acquire() == 2


def test_adaptive_clients_may_share_a_limiter() -> None:
    state = RetryState(clock=lambda: 0.0)
    waiting, hasty = (
        policies(
            mode="adaptive",
            quota=state.quota,
            limiter=state.limiter(),
            random=lambda: 0.5,
            adaptive_retry_wait_to_fill=wait,
        )
        for wait in (True, False)
    )
    assert hasty().acquire() == 0
    waiting().finished(refused(429))
    assert waiting().acquire() == 2
    with pytest.raises(RetryCapacityNotAvailableError):
        hasty().acquire()


def test_a_state_makes_one_limiter_for_all_threads() -> None:
    state = RetryState(clock=lambda: 0.0)

    def ask(_: int) -> RateLimiter:
        return state.limiter()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(50)))
    assert {id(limiter) for limiter in found} == {id(state.limiter())}


def test_only_adaptive_clients_load_the_limiter() -> None:
    program = (
        "import sys\n"
        "from drawplate.retry_modes import RetryState, policies\n"
        "state = RetryState(float)\n"
        "for mode in ('legacy', 'standard'):\n"
        "    policies(mode=mode, quota=state.quota, random=float)()\n"
        "assert 'drawplate.adaptive' not in sys.modules\n"
        "policies(mode='adaptive', quota=state.quota, random=float, limiter=state.limiter())()\n"
        "assert 'drawplate.adaptive' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
