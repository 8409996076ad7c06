"""The acceptance checks of retries.md section 9 that one call and its policy decide.

The id of each test is the text of its row; the rows about options and the wire are in
test_retries_call.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from drawplate.errors import ConnectionLostError, NetworkingError, ServiceError
from drawplate.http import HttpResponse
from drawplate.retries import RetryQuota
from drawplate.retry_eras import CLASSIC, NEW_2026, Era
from drawplate.retry_modes import PolicyFactory, policies

from tests.runtime.flows import Played, ThingError, answer, play_call


def failed(status: int, code: str = "", after: str = "") -> HttpResponse:
    """An error answer."""
    response = answer(status, x_amzn_errortype=code)
    if after:
        response.headers["x-amz-retry-after"] = after
    return response


def standard(quota: RetryQuota, era: Era = CLASSIC) -> PolicyFactory:
    """Standard mode with the longest waits."""
    return policies(mode="standard", quota=quota, random=lambda: 1.0, era=era)


def played(policy: PolicyFactory, *answers: HttpResponse | NetworkingError) -> Played:
    """A call that fails in the end, unless its last answer is a success."""
    into = Played()
    last = answers[-1]
    if isinstance(last, HttpResponse) and last.status == 200:
        play_call(*answers, into=into, policy=policy)
    else:
        with pytest.raises(ThingError) as raised:
            play_call(*answers, into=into, policy=policy)
        assert isinstance(last, HttpResponse)
        assert raised.value.status == last.status
    return into


def slept(call: Played) -> list[str]:
    return [step.removeprefix("sleep ") for step in call.steps if step.startswith("sleep")]


def legacy_always_500() -> None:
    policy = policies(mode="legacy", quota=RetryQuota(), random=lambda: 1.0)
    call = played(policy, *(failed(500) for _ in range(4)))
    assert len(call.requests) == 4
    assert slept(call) == ["0.3", "0.6", "1.2"]
    assert call.sent("amz-sdk-request") == [None] * 4
    assert call.sent("amz-sdk-invocation-id") == ["id-1"] * 4


def legacy_without_retries() -> None:
    policy = policies(mode="legacy", quota=RetryQuota(), random=lambda: 1.0, retry_limit=0)
    assert len(played(policy, failed(500)).requests) == 1


def standard_always_503() -> None:
    quota = RetryQuota()
    call = played(standard(quota), *(failed(503) for _ in range(3)))
    assert [(text or "").partition(";")[0] for text in call.sent("amz-sdk-request")] == [
        "attempt=1",
        "attempt=2",
        "attempt=3",
    ]
    assert quota.available == 490


def standard_reset_then_200() -> None:
    quota = RetryQuota()
    levels: list[int] = []

    def random() -> float:
        levels.append(quota.available)
        return 1.0

    policy = policies(mode="standard", quota=quota, random=random)
    levels.append(quota.available)
    played(policy, ConnectionLostError("reset"), answer(200))
    levels.append(quota.available)
    assert levels == [500, 490, 500]


def standard_drained() -> None:
    quota = RetryQuota()
    assert quota.take(496)
    into = Played()
    with pytest.raises(ServiceError) as raised:
        play_call(failed(503, "ServiceUnavailable"), into=into, policy=standard(quota))
    assert (raised.value.code, raised.value.status) == ("ServiceUnavailable", 503)
    assert (len(into.requests), quota.available) == (1, 4)


def new_500s() -> None:
    quota = RetryQuota()
    call = played(standard(quota, NEW_2026), *(failed(500) for _ in range(3)))
    assert slept(call) == ["0.05", "0.1"]
    assert quota.available == 500 - 2 * 14


def new_throttling() -> None:
    quota = RetryQuota()
    throttled = (failed(429, "ThrottlingException") for _ in range(3))
    call = played(standard(quota, NEW_2026), *throttled)
    assert slept(call) == ["1", "2"]
    assert quota.available == 500 - 2 * 5


def new_retry_after() -> None:
    waits: dict[str, list[str]] = {}
    for text in ("1500", "60000", "x"):
        call = played(standard(RetryQuota(), NEW_2026), failed(500, after=text), answer(200))
        waits[text] = slept(call)
    assert waits == {"1500": ["1.5"], "60000": ["5.05"], "x": ["0.05"]}


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(
            legacy_always_500,
            id="legacy, always 500 -> 4 requests, delays .3 .6 1.2, no amz-sdk-request, "
            "same invocation id",
        ),
        pytest.param(legacy_without_retries, id="legacy, retry_limit 0 -> 1 request"),
        pytest.param(
            standard_always_503,
            id="standard, always 503, max_attempts 3 -> 3 requests, attempt=1,2,3; "
            "quota 500 -> 490 (two retries x 5; nothing refunded)",
        ),
        pytest.param(
            standard_reset_then_200,
            id="standard, connection reset then 200 -> quota 500 -> 490 -> 500",
        ),
        pytest.param(
            standard_drained,
            id="standard, quota drained to 4, 503 -> 1 request, the 503 error itself",
        ),
        pytest.param(new_500s, id="2026, 500s, U=1 -> delays .05, .1; quota cost 14 each"),
        pytest.param(
            new_throttling, id="2026, 429 throttling code, U=1 -> delays 1, 2; cost 5 each"
        ),
        pytest.param(
            new_retry_after,
            id="2026, x-amz-retry-after 1500, computed .05 -> sleeps 1.5; header 60000 -> 5.05; "
            'header "x" -> .05',
        ),
    ],
)
def test_acceptance_check(check: Callable[[], None]) -> None:
    check()
