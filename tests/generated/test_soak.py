"""Short runs of `tests/soak`: nothing leaks, nothing gets lost, whatever fails on the way."""

from __future__ import annotations

from tests.soak import calls
from tests.soak.server import served


def test_calls_with_faults_leave_nothing_behind() -> None:
    with served(0.1) as url:
        report = calls.run(url, 400)
    assert (report.leaked, report.wrong) == (0, [])
    # Nearly all faults are made good by another attempt; only a stream cannot be had again.
    assert report.outcomes["ok"] > 390
    assert report.outcomes.total() == 400
