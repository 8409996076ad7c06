"""From options to retry policies: what the calls of one client ask about retries."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, Protocol

from drawplate.retries import LegacyRetry, RetryPolicy, RetryQuota, StandardRetry
from drawplate.retry_eras import CLASSIC, Era

if TYPE_CHECKING:
    from drawplate.adaptive import RateLimiter

RetryMode = Literal["legacy", "standard", "adaptive"]
JitterOption = Literal["none", "equal", "full"] | Callable[[float], float]


class PolicyFactory(Protocol):
    """Makes the policy of one call; `long_polling` marks operations that wait for work."""

    def __call__(self, *, long_polling: bool = False) -> RetryPolicy: ...


class RetryState:
    """What a client and its copies share about retries. `clock` returns monotonic seconds."""

    __slots__ = ("_clock", "_limiter", "_lock", "quota")

    def __init__(self, clock: Callable[[], float]) -> None:
        self.quota = RetryQuota()
        self._clock = clock
        self._limiter: RateLimiter | None = None
        self._lock = Lock()

    def limiter(self) -> RateLimiter:
        """The rate limiter, made when the first client in adaptive mode asks for it."""
        with self._lock:
            if self._limiter is None:
                from drawplate.adaptive import RateLimiter  # few clients are adaptive

                self._limiter = RateLimiter(self._clock)
            return self._limiter


def policies(
    *,
    mode: RetryMode,
    quota: RetryQuota,
    random: Callable[[], float],
    limiter: RateLimiter | None = None,
    clock: Callable[[], float] = monotonic,
    era: Era = CLASSIC,
    max_attempts: int | None = None,
    retry_limit: int = 3,
    retry_base_delay: float = 0.3,
    retry_max_delay: float = 0.0,
    retry_jitter: JitterOption = "none",
    retry_backoff: Callable[[Any], object] | None = None,
    adaptive_retry_wait_to_fill: bool = True,
) -> PolicyFactory:
    """Settle the options of a client; the result makes a policy for each call.

    `random` returns numbers from 0 up to 1. `max_attempts` None is the era's. `limiter` is for
    adaptive mode, which makes its own of `clock` where there is none to share.
    """
    if mode == "legacy":
        # It keeps nothing between attempts, so all calls can ask the same one.
        legacy = LegacyRetry(
            limit=retry_limit,
            base=retry_base_delay,
            longest=retry_max_delay,
            jitter=_jitter(retry_jitter, random),
            backoff=retry_backoff,
        )

        def shared_legacy(**_: bool) -> LegacyRetry:
            return legacy

        return shared_legacy
    attempts = era.max_attempts if max_attempts is None else max_attempts
    if mode == "standard":
        return lambda *, long_polling=False: StandardRetry(
            max_attempts=attempts, quota=quota, random=random, era=era, long_polling=long_polling
        )
    from drawplate.adaptive import AdaptiveRetry, RateLimiter  # few clients are adaptive

    shared = RateLimiter(clock) if limiter is None else limiter
    return lambda *, long_polling=False: AdaptiveRetry(
        limiter=shared,
        wait_to_fill=adaptive_retry_wait_to_fill,
        max_attempts=attempts,
        quota=quota,
        random=random,
        era=era,
        long_polling=long_polling,
    )


def _jitter(kind: JitterOption, random: Callable[[], float]) -> Callable[[float], float]:
    if callable(kind):
        return kind
    kinds: dict[str, Callable[[float], float]] = {
        "none": lambda delay: delay,
        "equal": lambda delay: delay / 2 + delay / 2 * random(),
        "full": lambda delay: delay * random(),
    }
    return kinds[kind]
