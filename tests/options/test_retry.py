"""Retries, clocks and modes: numbers 7, 14, 15, 29, 33, 34, 35, 36, 37, 38."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawplate.errors import DrawplateError
from drawplate.http import HttpResponse

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder, invoke, json_answer

NOT_A_FLAG = " must be True or False, got 'yes'"
NOT_A_MODE = " must be 'legacy', 'standard' or 'adaptive', got 'lots'"
NOT_A_DEFAULTS_MODE = (
    " must be 'legacy', 'standard', 'in-region', 'cross-region', 'mobile' or 'auto', got 'lots'"
)
FAILED = HttpResponse(500)
THROTTLED = json_answer(b'{"message":"slow"}', 429, x_amzn_errortype="ThrottlingException")
SKEWED = json_answer(
    b"{}", 403, x_amzn_errortype="RequestTimeTooSkewed", date="Thu, 15 Jan 2026 13:34:56 GMT"
)


def half(seconds: float) -> float:
    return seconds / 2


def announced(trial: Trial) -> bool:
    return "amz-sdk-request" in trial.sent().headers


def mode(trial: Trial) -> tuple[bool, float, float | None]:
    """What a defaults mode decides: the retry mode, as the wire shows it, and two timeouts."""
    config = trial.client().config
    return announced(trial), config.http_open_timeout, config.ssl_timeout


def requests(trial: Trial) -> int:
    return len(trial.attempts(FAILED))


def waits(trial: Trial) -> list[float]:
    trial.attempts(FAILED, retry_limit=5, retry_base_delay=0.3)
    return trial.slept


def dates(trial: Trial) -> list[str | None]:
    """The dates of two attempts, after the service has said that the clock is an hour slow."""
    sent = trial.attempts(SKEWED, HttpResponse(200))
    return [request.headers["x-amz-date"] for request in sent[:2]]


def refused(trial: Trial) -> str:
    """What ends a call that is throttled for ever, on a clock that sleeping moves."""

    def now() -> float:
        return 1000.0 + sum(trial.slept)

    trial.patch.setattr("time.monotonic", now)
    try:
        invoke(trial.client(transport=Recorder(THROTTLED)))
    except DrawplateError as error:
        return type(error).__name__
    return "nothing"


class Backoff:
    """Waits in its own way, and keeps what it was told."""

    def __init__(self) -> None:
        self.retries: list[int] = []

    def __call__(self, context: object) -> None:
        self.retries.append(getattr(context, "retries", -1))


BACKOFF = Backoff()
NONE: list[int] = []


def own_waits(trial: Trial) -> tuple[list[int], int]:
    BACKOFF.retries.clear()
    trial.attempts(FAILED, retry_base_delay=0.3)
    return [*BACKOFF.retries], len(trial.slept)


ROWS = (
    Row(
        7,
        "adaptive_retry_wait_to_fill",
        value=False,
        text="FALSE",
        variables=("AWS_ADAPTIVE_RETRY_WAIT_TO_FILL",),
        key="adaptive_retry_wait_to_fill",
        beside={"retry_mode": "adaptive"},
        observe=refused,
        seen="RetryCapacityNotAvailableError",
        unseen="ThrottlingException",
        wrong=Wrong("yes", f"adaptive_retry_wait_to_fill{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        14,
        "correct_clock_skew",
        value=False,
        text="false",
        variables=("AWS_CORRECT_CLOCK_SKEW",),
        key="correct_clock_skew",
        beside={"retry_mode": "standard"},
        observe=dates,
        seen=["20260115T123456Z"] * 2,
        unseen=["20260115T123456Z", "20260115T133456Z"],
        wrong=Wrong("yes", f"correct_clock_skew{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        15,
        "defaults_mode",
        value="standard",
        text="Standard",
        variables=("AWS_DEFAULTS_MODE",),
        key="defaults_mode",
        observe=mode,
        seen=(True, 3.1, 3.1),
        unseen=(False, 15, None),
        wrong=Wrong("lots", f"defaults_mode{NOT_A_DEFAULTS_MODE}"),
        wrong_text=("Lots", NOT_A_DEFAULTS_MODE),
    ),
    Row(
        29,
        "max_attempts",
        value=2,
        variables=("AWS_MAX_ATTEMPTS",),
        key="max_attempts",
        beside={"retry_mode": "standard"},
        observe=requests,
        seen=2,
        unseen=3,
        wrong=Wrong(0, "max_attempts must be an int of 1 or more, got 0"),
        wrong_text=("many", " must be an int of 1 or more, got 'many'"),
    ),
    Row(
        33,
        "retry_backoff",
        value=BACKOFF,
        observe=own_waits,
        seen=([0, 1, 2], 0),
        unseen=(NONE, 3),
        without=("retry_base_delay",),
        wrong=Wrong(1, "retry_backoff must be a callable, got 1", TypeError),
    ),
    Row(
        34,
        "retry_base_delay",
        value=1,
        observe=waits,
        seen=[1, 2, 4, 8, 16],
        unseen=[0.3, 0.6, 1.2, 2.4, 4.8],
        beside={"retry_limit": 5},
        wrong=Wrong(-1, "retry_base_delay must be a number of seconds from 0 on, got -1"),
    ),
    Row(
        35,
        "retry_jitter",
        value=half,
        observe=waits,
        seen=[0.15, 0.3, 0.6, 1.2, 2.4],
        unseen=[0.3, 0.6, 1.2, 2.4, 4.8],
        wrong=Wrong(
            "half", "retry_jitter must be 'none', 'equal', 'full' or a callable, got 'half'"
        ),
    ),
    Row(
        36,
        "retry_limit",
        value=0,
        observe=requests,
        seen=1,
        unseen=4,
        wrong=Wrong("3", "retry_limit must be an int of 0 or more, got '3'", TypeError),
    ),
    Row(
        37,
        "retry_max_delay",
        value=2,
        observe=waits,
        seen=[0.3, 0.6, 1.2, 2, 2],
        unseen=[0.3, 0.6, 1.2, 2.4, 4.8],
        wrong=Wrong(float("nan"), "retry_max_delay must be a number of seconds from 0 on, got nan"),
    ),
    Row(
        38,
        "retry_mode",
        value="standard",
        variables=("AWS_RETRY_MODE",),
        key="retry_mode",
        observe=announced,
        seen=True,
        unseen=False,
        modes={"standard": True, "mobile": True, "legacy": False},
        wrong=Wrong("lots", f"retry_mode{NOT_A_MODE}"),
        wrong_text=("lots", NOT_A_MODE),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)
