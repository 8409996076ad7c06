"""The numbers of standard and adaptive mode: one table, a column for each era.

AWS changed them in 2026. The environment variable AWS_NEW_RETRIES_2026 chooses the newer column.
retries.md sections 4.1 and 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from drawplate.errors import ConfigurationError

VARIABLE = "AWS_NEW_RETRIES_2026"


class Era:
    """One column of the table; waits are in seconds, costs in tokens of the client's quota.

    A wait is U · min(base · 2ⁿ, longest), with `throttling_base` for errors that are throttling.
    `heeds_retry_after`: waits grow to what the service asks for in x-amz-retry-after.
    `paces_long_polling`: a long poll whose retry the quota cannot pay ends after the wait only.
    """

    __slots__ = (
        "base",
        "default_mode",
        "heeds_retry_after",
        "longest",
        "max_attempts",
        "networking_cost",
        "other_cost",
        "paces_long_polling",
        "throttling_base",
        "throttling_cost",
    )

    def __init__(
        self,
        *,
        default_mode: Literal["legacy", "standard"],
        max_attempts: int,
        networking_cost: int,
        throttling_cost: int,
        other_cost: int,
        base: float,
        throttling_base: float,
        longest: float,
        heeds_retry_after: bool,
        paces_long_polling: bool,
    ) -> None:
        self.default_mode: Literal["legacy", "standard"] = default_mode
        self.max_attempts = max_attempts
        self.networking_cost = networking_cost
        self.throttling_cost = throttling_cost
        self.other_cost = other_cost
        self.base = base
        self.throttling_base = throttling_base
        self.longest = longest
        self.heeds_retry_after = heeds_retry_after
        self.paces_long_polling = paces_long_polling

    def replace(
        self,
        *,
        max_attempts: int | None = None,
        base: float | None = None,
        longest: float | None = None,
    ) -> Era:
        """A copy with some numbers changed."""
        return Era(
            default_mode=self.default_mode,
            max_attempts=self.max_attempts if max_attempts is None else max_attempts,
            networking_cost=self.networking_cost,
            throttling_cost=self.throttling_cost,
            other_cost=self.other_cost,
            base=self.base if base is None else base,
            throttling_base=self.throttling_base,
            longest=self.longest if longest is None else longest,
            heeds_retry_after=self.heeds_retry_after,
            paces_long_polling=self.paces_long_polling,
        )


CLASSIC = Era(
    default_mode="legacy",
    max_attempts=3,
    networking_cost=10,
    throttling_cost=5,
    other_cost=5,
    base=1.0,
    throttling_base=1.0,
    longest=20.0,
    heeds_retry_after=False,
    paces_long_polling=False,
)
NEW_2026 = Era(
    default_mode="standard",
    max_attempts=3,
    networking_cost=14,
    throttling_cost=5,
    other_cost=14,
    base=0.05,
    throttling_base=1.0,
    longest=20.0,
    heeds_retry_after=True,
    paces_long_polling=True,
)

_DYNAMODB_2026 = NEW_2026.replace(max_attempts=4, base=0.025)
#: Services that differ from the newer column, by service id in lower case, letters alone.
_SERVICES_2026: Mapping[str, Era] = {
    "dynamodb": _DYNAMODB_2026,
    "dynamodbstreams": _DYNAMODB_2026,
}


def era_of(environ: Mapping[str, str], service_id: str = "") -> Era:
    """The numbers that hold for a service, such as "DynamoDB", in an environment.

    Raises `ConfigurationError` where AWS_NEW_RETRIES_2026 is neither true nor false.
    """
    text = environ.get(VARIABLE, "").strip().lower()
    if text in ("", "false"):
        return CLASSIC
    if text != "true":
        raise ConfigurationError(
            f"environment variable {VARIABLE} must be 'true' or 'false', got {environ[VARIABLE]!r}"
        )
    name = service_id.lower().replace(" ", "").replace("-", "")
    return _SERVICES_2026.get(name, NEW_2026)
