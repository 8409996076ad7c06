"""The retry cases of another SDK: standard mode of both eras, and the limiter of adaptive mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from drawplate._service_errors import service_error
from drawplate.adaptive import Cubic, RateLimiter
from drawplate.errors import ServiceError
from drawplate.http import HttpResponse
from drawplate.operation import Errors
from drawplate.retries import RetryPolicy, RetryQuota, is_retryable
from drawplate.retry_eras import CLASSIC, VARIABLE, Era, era_of
from drawplate.retry_modes import PolicyFactory, policies

from tests.support import read_json, suite_path

Case = dict[str, Any]
ERRORS = Errors(ServiceError, {})
SUITE = suite_path("behaviour-tests", "retries")


def each_case(pattern: str, having: str, *, lacking: str = "") -> pytest.MarkDecorator:
    """Parametrise over the cases of matching files that have one key and lack another."""
    found = [
        (f"{file.stem}-{case['name']}", case)
        for file in sorted(SUITE.glob(pattern))
        for case in read_json(file)
        if having in case and lacking not in case
    ]
    return pytest.mark.parametrize(
        "case", [case for _, case in found], ids=[name for name, _ in found]
    )


def era_for(case: Case, *, new: bool) -> Era:
    """The numbers of an era, with those that the case sets."""
    given = case.get("given", {})
    era = era_of({VARIABLE: "true"}, given.get("service", "")) if new else CLASSIC
    return era.replace(
        max_attempts=given.get("max_attempts"), longest=given.get("max_backoff_time")
    )


def quota_for(case: Case) -> RetryQuota:
    quota = RetryQuota()
    available = case.get("given", {}).get("initial_retry_tokens", RetryQuota.CAPACITY)
    assert quota.take(RetryQuota.CAPACITY - available)
    return quota


class Client:
    """Calls one after the other that share a quota; `step` gets one response more."""

    def __init__(self, case: Case, *, new: bool, quota: RetryQuota) -> None:
        given = case.get("given", {})
        self._era = era_for(case, new=new)
        self._quota = quota
        self._long_polling: bool = given.get("long_polling", False)
        self._factory: PolicyFactory = policies(
            mode="standard",
            quota=quota,
            random=lambda: given.get("exponential_base", 1),
            era=self._era,
        )
        self._policy: RetryPolicy | None = None
        self._attempt = 0

    def step(self, response: Case) -> Case:
        """What the client does about a response, in the words of the suite."""
        if self._policy is None:
            self._policy = self._factory(long_polling=self._long_polling)
            self._attempt = 0
        policy = self._policy
        assert policy.acquire() == 0
        self._attempt += 1
        if 200 <= response["status_code"] <= 299:
            policy.finished(None)
            policy.succeeded()
            self._policy = None
            return {"outcome": "success", "retry_quota": self._quota.available, "delay": 0}
        error = parsed(response)
        policy.finished(error)
        delay = policy.delay(error, self._attempt)
        outcome = "retry_request"
        if delay is None:
            self._policy = None
            delay = policy.last_wait
            if not is_retryable(error):
                outcome = "fail_request"
            elif self._attempt == self._era.max_attempts:
                outcome = "max_attempts_exceeded"
            else:
                outcome = "retry_quota_exceeded"
        return {"outcome": outcome, "retry_quota": self._quota.available, "delay": delay}


def parsed(response: Case) -> ServiceError:
    given: dict[str, object] = response.get("headers") or {}
    headers = {name: str(value) for name, value in given.items()}
    if "error_code" in response:
        headers["x-amzn-errortype"] = response["error_code"]
    return service_error(ERRORS, HttpResponse(response["status_code"], headers), b"")


def expected(step: Case, found: Case) -> Case:
    """What a step should have led to; what the suite leaves open is taken from what was found."""
    given = step["expected"]
    wanted = {**found, **given}
    if given["outcome"] != "retry_request" and "delay" not in given:
        wanted["delay"] = 0  # nothing is waited for at the end of a call
    wanted["delay"] = pytest.approx(wanted["delay"])
    return wanted


def played(case: Case, *, new: bool) -> Iterator[tuple[Case, Case]]:
    client = Client(case, new=new, quota=quota_for(case))
    for step in case["responses"]:
        found = client.step(step["response"])
        yield found, expected(step, found)


@each_case("standard-*.json", "responses")
def test_standard_mode_of_behaviour_suite(case: Case) -> None:
    assert case["given"].get("exponential_power", 2) == 2
    for found, wanted in played(case, new=False):
        assert found == wanted


@each_case("new-standard-*.json", "responses")
def test_new_standard_mode_of_behaviour_suite(case: Case) -> None:
    for found, wanted in played(case, new=True):
        assert found == wanted


def order_that_fits(case: Case, threads: Sequence[Sequence[Case]]) -> list[int] | None:
    """An order of the threads in which each step leads to what the suite says of it."""

    def fits(order: list[int]) -> bool:
        quota = quota_for(case)
        clients = [Client(case, new=True, quota=quota) for _ in threads]
        steps = [iter(thread) for thread in threads]
        for thread in order:
            step = next(steps[thread])
            found = clients[thread].step(step["response"])
            if found != expected(step, found):
                return False
        return True

    def search(order: list[int]) -> list[int] | None:
        if not fits(order):
            return None
        if len(order) == sum(map(len, threads)):
            return order
        for number, thread in enumerate(threads):
            if order.count(number) < len(thread):
                whole = search([*order, number])
                if whole is not None:
                    return whole
        return None

    return search([])


@each_case("new-standard-*.json", "threads")
def test_threads_of_behaviour_suite_in_turn(case: Case) -> None:
    assert order_that_fits(case, case["threads"]) is not None


@each_case("new-standard-*.json", "threads")
def test_threads_of_behaviour_suite_at_once(case: Case) -> None:
    quota = quota_for(case)

    def run(steps: Sequence[Case]) -> list[str]:
        client = Client(case, new=True, quota=quota)
        return [client.step(step["response"])["outcome"] for step in steps]

    with ThreadPoolExecutor(len(case["threads"])) as pool:
        outcomes = list(pool.map(run, case["threads"]))
    assert outcomes == [
        [step["expected"]["outcome"] for step in thread] for thread in case["threads"]
    ]
    assert quota.available == case["expected_final_quota"]


@each_case("adaptive-*.json", "given")
def test_cubic_curve_of_behaviour_suite(case: Case) -> None:
    given = case["given"]
    cubic = Cubic(max_rate=given["last_max_rate"], throttled_at=given["last_throttle_time"])
    rate = 0.0
    for step in case["cases"]:
        now = step["timestamp"]
        rate = cubic.cut(rate, now) if step["response"] == "throttle" else cubic.grow(now)
        assert rate == pytest.approx(step["calculated_rate"]), now


@each_case("adaptive-*.json", "cases", lacking="given")
def test_rate_limiter_of_behaviour_suite(case: Case) -> None:
    now = 0.0
    limiter = RateLimiter(lambda: now)
    for step in case["cases"]:
        now = step["timestamp"]
        limiter.finished(throttled=step["response"] == "throttle")
        assert limiter.measured_rate == pytest.approx(step["measured_tx_rate"]), now
        assert limiter.rate == pytest.approx(step["new_token_bucket_rate"], abs=1e-6), now
