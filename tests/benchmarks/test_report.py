"""What a run of the benchmarks prints."""

from __future__ import annotations

import pytest

from benchmarks import report
from benchmarks.spreads import Result, Row, Spread, Target, result

ROW = Row("cpu", "CPU", targets=(Target("ours", "theirs", 0.5), Target("ours", None, 1e-6)))
SAMPLES = {
    "theirs": [{"cpu": 2e-3}, {"cpu": 4e-3}],
    "ours": [{"cpu": 2.1e-5}, {"cpu": 2.1e-5}],
}


def measured() -> Result:
    found = result("call-1B", "call with 1 B", ROW, SAMPLES, ["theirs"])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("median", "unit", "shown"),
    [
        (0.25, "s", "250 ms [125 - 500]"),
        (2.5e-3, "s", "2.50 ms [1.25 - 5.00]"),
        (2.5e-5, "s", "25.0 µs [12.5 - 50.0]"),
        (3 << 20, "B", "3.00 MiB [1.50 - 6.00]"),
        (10 << 10, "B", "10.0 KiB [5.0 - 20.0]"),
        (12_345, "1/s", "12,345 [6,172 - 24,690]"),
        (2.5e6, "instructions", "2.50 M [1.25 - 5.00]"),
        (120_000, "instructions", "120 k [60 - 240]"),
    ],
)
def test_quantities_have_a_unit_that_suits_them(median: float, unit: str, shown: str) -> None:
    assert report.quantity(Spread(median, median / 2, median * 2), unit) == shown


@pytest.mark.parametrize(
    ("median", "shown"),
    [
        (12.5, "12.5 [6.2 - 25.0]"),
        (0.5, "0.50 [0.25 - 1.00]"),
        (0.05, "0.050 [0.025 - 0.100]"),
        (0.005, "0.0050 [0.0025 - 0.0100]"),
    ],
)
def test_ratios_have_the_digits_that_count(median: float, shown: str) -> None:
    assert report.ratio(Spread(median, median / 2, median * 2)) == shown


def test_a_result_as_text() -> None:
    assert [line.split() for line in report.text(measured()).splitlines()] == [
        line.split()
        for line in (
            "call-1B: call with 1 B, CPU",
            "  theirs           3.00 ms [2.50 - 3.50]",
            "  ours             21.0 µs [21.0 - 21.0]              "
            "0.0079 [0.0066 - 0.0092] of theirs",
            "  ours: at most 0.5 of theirs: met",
            "  ours: at most 1 µs: NOT MET",
        )
    ]


def test_a_result_as_a_markdown_table() -> None:
    assert list(report.markdown([measured()])) == [
        "**Call with 1 B**, CPU\n",
        "|        | median [quartiles]    | of theirs                |\n"
        "| ------ | --------------------- | ------------------------ |\n"
        "| theirs | 3.00 ms [2.50 - 3.50] |                          |\n"
        "| ours   | 21.0 µs [21.0 - 21.0] | 0.0079 [0.0066 - 0.0092] |\n",
    ]


def test_the_table_of_targets_says_met_not_met_and_not_measured() -> None:
    alone = result("call-1B", "call with 1 B", ROW, {"theirs": SAMPLES["theirs"]}, ["theirs"])
    assert alone is not None
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in report.targets([measured(), alone]).replace(" |\n", "\n").splitlines()[2:]
    ]
    assert cells == [
        ["call with 1 B, CPU", "at most 0.5 of theirs", "0.0079 [0.0066 - 0.0092]", "met"],
        ["call with 1 B, CPU", "at most 1 µs", "21.0 µs [21.0 - 21.0]", "**not met**"],
        ["call with 1 B, CPU", "at most 0.5 of theirs", "", "not measured"],
        ["call with 1 B, CPU", "at most 1 µs", "", "not measured"],
    ]
    assert report.targets([]) == ""


def test_what_changed_since_before() -> None:
    lines = report.against([measured()], [("ours", "theirs"), ("ours", "gone")]).splitlines()
    assert lines[2] == "| call with 1 B, CPU | ours   | 0.0079 [0.0066 - 0.0092] |"
    assert len(lines) == 3
    assert report.against([measured()], [("ours", "gone")]) == ""
