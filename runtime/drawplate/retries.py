"""When to send again, and after how long: values in, a delay or None out.

A policy is asked after each failed attempt; it never sleeps and never sends. `StandardRetry` shares
one `RetryQuota` between all calls of a client. Numbers and classes: retries.md sections 2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

from drawplate.errors import CertificateError, NetworkingError, ServiceError

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
        # A certificate that was refused once will be refused again.
        return not isinstance(error, CertificateError)
    return isinstance(error, ServiceError) and error.code in TRANSIENT_CODES


def is_retryable(error: Exception) -> bool:
    """Whether sending the same request again may succeed."""
    if is_networking(error) or is_throttling(error):
        return True
    return isinstance(error, ServiceError) and (
        500 <= error.status <= 599 or error.code in CHECKSUM_CODES or error.retryable
    )


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

    def delay(self, error: Exception, attempt: int) -> float | None:
        """Seconds to wait before the next attempt, None to give up.

        `attempt` counts the requests that were sent so far, from 1.
        """
        ...

    def succeeded(self) -> None:
        """The call ended well."""
        ...


class LegacyRetry:
    """Up to `limit` retries after `base · 2ⁿ` seconds; no quota, no announcement to the service."""

    __slots__ = ("announced_attempts", "base", "jitter", "limit", "longest")

    def __init__(self, *, limit: int, base: float, longest: float, jitter: Jitter) -> None:
        self.announced_attempts: int | None = None
        self.limit = limit
        self.base = base
        self.longest = longest
        self.jitter = jitter

    def delay(self, error: Exception, attempt: int) -> float | None:
        """See `RetryPolicy.delay`."""
        retries = attempt - 1
        if retries >= self.limit or not is_retryable(error):
            return None
        seconds: float = self.base * 2**retries
        return self.jitter(min(seconds, self.longest) if self.longest > 0 else seconds)

    def succeeded(self) -> None:
        """Nothing to give back: legacy mode has no quota."""


class RetryQuota:
    """Tokens that retries of one client pay for, so that a failing service is not flooded."""

    CAPACITY = 500
    NETWORKING_COST = 10
    OTHER_COST = 5
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
    """Up to `max_attempts` requests, waits of U · min(2ⁿ, 20) seconds, and a quota per client."""

    LONGEST = 20.0

    __slots__ = ("_max_attempts", "_paid", "_quota", "_random", "announced_attempts")

    def __init__(
        self, *, max_attempts: int, quota: RetryQuota, random: Callable[[], float]
    ) -> None:
        self.announced_attempts: int | None = max_attempts
        self._max_attempts = max_attempts
        self._quota = quota
        self._random = random
        self._paid = RetryQuota.UNRETRIED_REFUND

    def delay(self, error: Exception, attempt: int) -> float | None:
        """See `RetryPolicy.delay`."""
        if attempt >= self._max_attempts or not is_retryable(error):
            return None
        cost = RetryQuota.NETWORKING_COST if is_networking(error) else RetryQuota.OTHER_COST
        if not self._quota.take(cost):
            return None
        self._paid = cost
        return self._random() * min(2.0 ** (attempt - 1), self.LONGEST)

    def succeeded(self) -> None:
        """Give the last payment back, or one token if there was none."""
        self._quota.give_back(self._paid)
