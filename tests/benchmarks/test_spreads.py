"""Statistics of the benchmarks: medians, quartiles and ratios of the same round."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.run import rotated
from benchmarks.spreads import Result, Row, Spread, Target, ratios, result

NUMBERS = st.floats(min_value=1e-9, max_value=1e9)


def test_quartiles_lie_on_or_between_the_numbers() -> None:
    assert Spread.of([4, 1, 3, 2, 5]) == Spread(3, 2, 4)
    assert Spread.of([1, 2]) == Spread(1.5, 1.25, 1.75)
    assert Spread.of([7]) == Spread(7, 7, 7)


@given(st.lists(NUMBERS, min_size=1))
def test_a_spread_is_in_order_and_within_the_numbers(numbers: list[float]) -> None:
    spread = Spread.of(numbers)
    widest = pytest.approx(min(numbers)), pytest.approx(max(numbers))
    assert min(numbers) <= spread.low or spread.low == widest[0]
    assert spread.high <= max(numbers) or spread.high == widest[1]
    assert spread.low <= spread.median * (1 + 1e-12)
    assert spread.median <= spread.high * (1 + 1e-12)


def test_ratios_are_of_the_same_round() -> None:
    # A busy machine made the second round ten times as slow for both.
    assert ratios([1, 10, 1], [2, 20, 2]) == Spread(0.5, 0.5, 0.5)
    assert ratios([1, 2], [0, 1]) is None


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1), st.floats(min_value=0.1, max_value=10))
def test_ratios_do_not_see_what_falls_on_both(
    rounds: list[tuple[float, float]], slower: float
) -> None:
    ours, theirs = [one for one, _ in rounds], [other for _, other in rounds]
    at_rest = ratios(ours, theirs)
    busy = ratios([one * slower for one in ours], [other * slower for other in theirs])
    assert at_rest is not None
    assert busy == pytest.approx(at_rest)


def test_a_result_divides_by_the_references_that_were_measured() -> None:
    row = Row("cpu", "CPU", targets=(Target("ours", "theirs", 0.5), Target("ours", "gone", 1)))
    samples = {
        "theirs": [{"cpu": 2.0}, {"cpu": 4.0}],
        "ours": [{"cpu": 1.0}, {"cpu": 1.0}],
        "silent": [{"wall": 1.0}, {"wall": 1.0}],
        "failed": [],
    }
    found = result("call", "a call", row, samples, ["gone", "theirs"])
    assert found is not None
    assert found.values == {"theirs": (3, 2.5, 3.5), "ours": (1, 1, 1)}
    assert found.ratios == {"ours": {"theirs": (0.375, 0.3125, 0.4375)}}
    assert found.references == ["theirs"]
    assert Result.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert [target["met"] for target in found.as_json()["targets"]] == [True, None]  # type: ignore[attr-defined]
    assert result("call", "a call", Row("peak", "peak"), samples, []) is None


@pytest.mark.parametrize(
    ("at_least", "limit", "met"),
    [(False, 2, True), (False, 1.9, False), (True, 2, True), (True, 2.1, False)],
)
def test_a_target_is_about_the_median(at_least: bool, limit: float, met: bool) -> None:
    assert Target("ours", None, limit, at_least).met(Spread(2, 0, 9)) is met


def test_each_round_begins_with_another_system() -> None:
    assert [rotated(["a", "b", "c"], number) for number in (-1, 0, 1, 2)] == [
        ["c", "a", "b"],
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
    ]
    assert rotated([], 3) == []
