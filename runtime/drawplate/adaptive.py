"""Adaptive mode: standard mode behind a limiter of the client's request rate. retries.md section 8.

The limiter measures how fast requests go out. A throttled one cuts the allowed rate, every other
one lets it grow again along a cubic curve, slowly near the rate that was too much.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from threading import Lock

from drawplate.errors import RetryCapacityNotAvailableError
from drawplate.retries import RetryQuota, StandardRetry, is_throttling
from drawplate.retry_eras import CLASSIC, Era


class Cubic:
    """The allowed rate, in requests a second, as a function of time and of what was throttled.

    `max_rate` is the rate at which the service refused last, `throttled_at` when that was.
    """

    #: What is left of a rate that was too much.
    BETA = 0.7
    #: How steeply the rate grows.
    SCALE = 0.4

    __slots__ = ("max_rate", "throttled_at")

    def __init__(self, *, max_rate: float, throttled_at: float) -> None:
        self.max_rate = max_rate
        self.throttled_at = throttled_at

    def cut(self, rate: float, now: float) -> float:
        """The rate after a throttled request, when it was `rate`."""
        self.max_rate = rate
        self.throttled_at = now
        return rate * self.BETA

    def grow(self, now: float) -> float:
        """The rate after a request that was not throttled."""
        # When the curve is flat, and the rate is what was too much: seconds after the cut.
        flat: float = (self.max_rate * (1 - self.BETA) / self.SCALE) ** (1 / 3)
        since = now - self.throttled_at
        return self.SCALE * (since - flat) ** 3 + self.max_rate


class RateLimiter:
    """Holds back the requests of one client once it was throttled. Safe to share by threads.

    `clock` returns seconds that never go backwards. Nothing here sleeps.
    """

    MIN_RATE = 0.5
    MIN_CAPACITY = 1.0
    #: Weight of the newest measurement.
    SMOOTH = 0.8
    #: A wait that is too short for the clock to notice would be asked for over and over.
    SHORTEST_WAIT = 1e-6

    __slots__ = (
        "_available",
        "_bucket",
        "_capacity",
        "_clock",
        "_count",
        "_cubic",
        "_filled_at",
        "_lock",
        "enabled",
        "measured_rate",
        "rate",
    )

    def __init__(self, clock: Callable[[], float]) -> None:
        now = clock()
        #: Whether requests are held back: once one of them was throttled.
        self.enabled = False
        #: Requests a second that are allowed, and that went out lately.
        self.rate = 0.0
        self.measured_rate = 0.0
        self._clock = clock
        self._cubic = Cubic(max_rate=0.0, throttled_at=now)
        self._lock = Lock()
        self._available = 0.0
        self._capacity = 0.0
        self._filled_at: float | None = None
        # Requests are counted in half seconds; the first began before this limiter did.
        self._bucket = _half_second(now)
        self._count = 0

    def acquire(self) -> float:
        """Take capacity for one request and return 0.0, or return the seconds until there is some.

        Whoever waited has to ask again: another thread may have been faster.
        """
        if not self.enabled:
            return 0.0
        with self._lock:
            self._fill(self._clock())
            if self._available >= 1:
                self._available -= 1
                return 0.0
            return max((1 - self._available) / self.rate, self.SHORTEST_WAIT)

    def finished(self, *, throttled: bool) -> None:
        """Take note of one request that ended."""
        with self._lock:
            now = self._clock()
            self._measure(now)
            if throttled:
                rate = min(self.measured_rate, self.rate) if self.enabled else self.measured_rate
                allowed = self._cubic.cut(rate, now)
                self.enabled = True
            else:
                allowed = self._cubic.grow(now)
            self._fill(now)
            allowed = min(allowed, 2 * self.measured_rate)
            self.rate = max(allowed, self.MIN_RATE)
            self._capacity = max(allowed, self.MIN_CAPACITY)
            self._available = min(self._available, self._capacity)

    def _measure(self, now: float) -> None:
        self._count += 1
        bucket = _half_second(now)
        if bucket > self._bucket:
            rate = self._count / (bucket - self._bucket)
            self.measured_rate = self.SMOOTH * rate + (1 - self.SMOOTH) * self.measured_rate
            self._count = 0
            self._bucket = bucket

    def _fill(self, now: float) -> None:
        if self._filled_at is not None:
            filled = self._available + (now - self._filled_at) * self.rate
            self._available = min(filled, self._capacity)
        self._filled_at = now


class AdaptiveRetry(StandardRetry):
    """Standard mode that also asks the client's limiter before each attempt.

    With `wait_to_fill` False it raises `RetryCapacityNotAvailableError` instead of waiting.
    """

    __slots__ = ("_limiter", "_wait_to_fill")

    def __init__(
        self,
        *,
        limiter: RateLimiter,
        wait_to_fill: bool,
        max_attempts: int,
        quota: RetryQuota,
        random: Callable[[], float],
        era: Era = CLASSIC,
        long_polling: bool = False,
    ) -> None:
        super().__init__(
            max_attempts=max_attempts,
            quota=quota,
            random=random,
            era=era,
            long_polling=long_polling,
        )
        self._limiter = limiter
        self._wait_to_fill = wait_to_fill

    def acquire(self) -> float:
        """See `RetryPolicy.acquire`."""
        seconds = self._limiter.acquire()
        if seconds and not self._wait_to_fill:
            raise RetryCapacityNotAvailableError(
                "the service throttled this client, and there is no capacity for another request "
                f"for the next {seconds:.3g} s; call again later, or set "
                "adaptive_retry_wait_to_fill to True to wait for it"
            )
        return seconds

    def finished(self, error: Exception | None) -> None:
        """See `RetryPolicy.finished`; an error that is no throttling counts like a success."""
        self._limiter.finished(throttled=error is not None and is_throttling(error))


def _half_second(now: float) -> float:
    return floor(2 * now) / 2
