"""Short runs of `tests/soak`: nothing leaks, nothing gets lost, whatever fails on the way."""

from __future__ import annotations

import asyncio

from tests.soak import async_calls, calls, streams
from tests.soak.server import served


def test_calls_with_faults_leave_nothing_behind() -> None:
    with served(0.1) as url:
        report = calls.run(url, 400)
    assert (report.leaked, report.wrong) == (0, [])
    # Nearly all faults are made good by another attempt; only a stream cannot be had again.
    assert report.outcomes["ok"] > 390
    assert report.outcomes.total() == 400


def test_awaited_and_cancelled_calls_with_faults_leave_nothing_behind() -> None:
    with served(0.1) as url:
        report = asyncio.run(async_calls.run(url, 400, tasks=16))
    assert (report.leaked, report.tasks, report.wrong) == (0, 0, [])
    assert report.outcomes["cancelled"] > 0
    assert report.outcomes["ok"] > 370


def test_many_streams_at_once() -> None:
    with served(0) as url:
        report = asyncio.run(streams.run(url, 100, 50))
    assert report.outcomes == {"ok": 100}
    assert (report.leaked, report.tasks, report.wrong) == (0, 0, [])


def test_many_streams_of_which_some_break() -> None:
    with served(0.3) as url:
        report = asyncio.run(streams.run(url, 100, 50))
    assert report.outcomes.total() == 100
    # A reset that overtakes the head of the answer is made good by another attempt.
    assert {*report.outcomes, "ConnectionLostError"} == (
        {"ok", "ConnectionLostError", "EventStreamChecksumError", "TruncatedStreamError"}
    )
    assert (report.leaked, report.tasks, report.wrong) == (0, 0, [])
