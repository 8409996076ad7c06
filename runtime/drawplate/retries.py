"""When to send again, and after how long: values in, a delay or None out.

A policy is asked after each failed attempt; it never sleeps and never sends. `StandardRetry` shares
one `RetryQuota` between all calls of a client. `retry_modes` makes the policies of a client,
`adaptive` has the third one. Classes of errors and formulas: retries.md sections 2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol

from drawplate.errors import (
    CallTimeoutError,
    CertificateError,
    NetworkingError,
    ProxyError,
    ServiceError,
)
from drawplate.retry_eras import CLASSIC, Era

THROTTLING_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
TRANSIENT_CODES = frozenset(
    {"RequestTimeout", "InternalError", "RequestTimeoutException", "IDPCommunicationError"}
)
CHECKSUM_CODES = frozenset({"CRC32CheckFailed", "BadDigest"})
EXPIRED_CODES = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidIdentityToken",
        "UnrecognizedClientException",
    }
)
SKEW_CODES = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)

Jitter = Callable[[float], float]


def is_throttling(error: Exception) -> bool:
    """Whether the service refused the request for its rate, before doing anything with it."""
    return isinstance(error, ServiceError) and (
        error.code in THROTTLING_CODES
        or "throttl" in error.code.lower()
        or error.status == 429
        or error.throttling
    )


def is_networking(error: Exception) -> bool:
    """Whether the exchange failed, or the service says that one behind it did."""
    if isinstance(error, NetworkingError):
        if isinstance(error, ProxyError) and error.status is not None:
            return not 400 <= error.status <= 499
        # A certificate that was refused once will be refused again; a call's time is over for good.
        return not isinstance(error, CertificateError | CallTimeoutError)
    return isinstance(error, ServiceError) and error.code in TRANSIENT_CODES


def is_retryable(error: Exception) -> bool:
    """Whether sending the same request again may succeed."""
    if is_networking(error) or is_throttling(error):
        return True
    return isinstance(error, ServiceError) and (
        500 <= error.status <= 599 or error.code in CHECKSUM_CODES or error.retryable
    )


def is_expired_credentials(error: Exception) -> bool:
    """Whether other credentials may be accepted; worth a retry only once there are others."""
    return isinstance(error, ServiceError) and (
        error.code in EXPIRED_CODES or "expired" in error.code.lower()
    )


def is_clock_skew_code(error: Exception) -> bool:
    """Whether a wrong clock may be the reason; whether it is, only the date of the answer tells."""
    return isinstance(error, ServiceError) and error.code in SKEW_CODES


def may_have_run(error: Exception) -> bool:
    """Whether the service may have acted on the request that ended in `error`.

    False only where it certainly did not: the request never left whole, or was throttled.
    """
    if isinstance(error, NetworkingError):
        return error.request_sent
    return isinstance(error, ServiceError) and error.status >= 500 and not is_throttling(error)


class RetryPolicy(Protocol):
    """Decides on retries of one call; made anew for each call."""

    #: What `amz-sdk-request` announces as `max`; None keeps the header away.
    announced_attempts: int | None
    #: The caller's own way to wait, called with the context of the request instead of a sleep.
    backoff: Callable[[Any], object] | None
    #: Seconds to wait before the error is raised, once `delay` has returned None.
    last_wait: float

    def acquire(self) -> float:
        """Ask before each attempt: 0.0 to go on, else seconds to sleep and to ask again after.

        Raises `RetryCapacityNotAvailableError` where nobody wants to wait.
        """
        ...

    def finished(self, error: Exception | None) -> None:
        """One attempt ended, with an error or without; called before `delay` and `succeeded`."""
        ...

    def delay(self, error: Exception, attempt: int, *, forced: bool = False) -> float | None:
        """Seconds to wait before the next attempt, None to give up.

        `attempt` counts the requests that were sent so far, from 1. `forced` says that the call
        has a reason of its own to try again: credentials were refreshed, or the clock is wrong.
        Limits of attempts and quota hold all the same.
        """
        ...

    def succeeded(self) -> None:
        """The call ended well."""
        ...


class LegacyRetry:
    """Up to `limit` retries after `base · 2ⁿ` seconds; no quota, no announcement to the service.

    With a `backoff` the delays are 0: it waits by itself. Keeps nothing between attempts, so that
    all calls of a client can share one.
    """

    __slots__ = ("announced_attempts", "backoff", "base", "jitter", "last_wait", "limit", "longest")

    def __init__(
        self,
        *,
        limit: int,
        base: float,
        longest: float,
        jitter: Jitter,
        backoff: Callable[[Any], object] | None = None,
    ) -> None:
        self.announced_attempts: int | None = None
        self.backoff = backoff
        self.last_wait = 0.0
        self.limit = limit
        self.base = base
        self.longest = longest
        self.jitter = jitter

    def acquire(self) -> float:
        """See `RetryPolicy.acquire`; nothing limits the rate."""
        return 0.0

    def finished(self, error: Exception | None) -> None:
        """Nothing to note: only the error that is asked about counts."""

    def delay(self, error: Exception, attempt: int, *, forced: bool = False) -> float | None:
        """See `RetryPolicy.delay`."""
        retries = attempt - 1
        if retries >= self.limit or not (forced or is_retryable(error)):
            return None
        if self.backoff is not None:
            return 0.0
        seconds = _doubled(self.base, retries)
        return self.jitter(min(seconds, self.longest) if self.longest > 0 else seconds)

    def succeeded(self) -> None:
        """Nothing to give back: legacy mode has no quota."""


class RetryQuota:
    """Tokens that retries of one client pay for, so that a failing service is not flooded."""

    CAPACITY = 500
    UNRETRIED_REFUND = 1

    __slots__ = ("_lock", "available")

    def __init__(self) -> None:
        self.available = self.CAPACITY
        self._lock = Lock()

    def take(self, amount: int) -> bool:
        """Pay for a retry; False when there is not enough left."""
        with self._lock:
            if amount > self.available:
                return False
            self.available -= amount
            return True

    def give_back(self, amount: int) -> None:
        """Return tokens after a success; never above the capacity."""
        if self.available < self.CAPACITY:
            with self._lock:
                self.available = min(self.available + amount, self.CAPACITY)


class StandardRetry:
    """Up to `max_attempts` requests, waits and costs of an era, and a quota per client.

    `random` returns numbers from 0 up to 1. `long_polling` marks operations that wait for work:
    their callers ask again at once, so in some eras they end slowly when the quota is used up.
    """

    #: How much longer than the computed wait the service may ask for, in seconds.
    LONGEST_EXTRA = 5.0

    __slots__ = (
        "_era",
        "_long_polling",
        "_max_attempts",
        "_paid",
        "_quota",
        "_random",
        "announced_attempts",
        "backoff",
        "last_wait",
    )

    def __init__(
        self,
        *,
        max_attempts: int,
        quota: RetryQuota,
        random: Callable[[], float],
        era: Era = CLASSIC,
        long_polling: bool = False,
    ) -> None:
        self.announced_attempts: int | None = max_attempts
        self.backoff: Callable[[Any], object] | None = None
        self.last_wait = 0.0
        self._max_attempts = max_attempts
        self._quota = quota
        self._random = random
        self._era = era
        self._long_polling = long_polling
        self._paid = RetryQuota.UNRETRIED_REFUND

    def acquire(self) -> float:
        """See `RetryPolicy.acquire`; nothing limits the rate."""
        return 0.0

    def finished(self, error: Exception | None) -> None:
        """Nothing to note: only the error that is asked about counts."""

    def delay(self, error: Exception, attempt: int, *, forced: bool = False) -> float | None:
        """See `RetryPolicy.delay`."""
        if attempt >= self._max_attempts or not (forced or is_retryable(error)):
            return None
        cost = self._cost(error)
        if not self._quota.take(cost):
            if self._long_polling and self._era.paces_long_polling:
                self.last_wait = self._wait(error, attempt - 1)
            return None
        self._paid = cost
        return self._wait(error, attempt - 1)

    def succeeded(self) -> None:
        """Give the last payment back, or one token if there was none."""
        self._quota.give_back(self._paid)

    def _cost(self, error: Exception) -> int:
        if is_networking(error):
            return self._era.networking_cost
        return self._era.throttling_cost if is_throttling(error) else self._era.other_cost

    def _wait(self, error: Exception, retries: int) -> float:
        era = self._era
        throttled = is_throttling(error) and not is_networking(error)
        base = era.throttling_base if throttled else era.base
        seconds = self._random() * min(_doubled(base, retries), era.longest)
        asked = error.retry_after if isinstance(error, ServiceError) else None
        if asked is None or not era.heeds_retry_after:
            return seconds
        return max(seconds, min(asked, seconds + self.LONGEST_EXTRA))


def announcement(attempt: int, attempts: int, ttl: str | None = None) -> str:
    """The text of `amz-sdk-request`: `attempt` counts from 1, `attempts` is the most there can be.

    `ttl` is the moment when the client stops waiting for the answer, see `ClockSkew.ttl`.
    """
    text = f"attempt={attempt}; max={attempts}"
    return text if ttl is None else f"{text}; ttl={ttl}"


def _doubled(base: float, times: int) -> float:
    # A float ends at 2¹⁰²³; nobody waits that long, but attempts without delay get there.
    return base * 2.0 ** min(times, 1000)
