"""The models of the demo learn what is in their data, and nothing else."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.models import CharacterModel, LeastSquares, solve

WEIGHTS = st.lists(st.integers(-50, 50), min_size=3, max_size=3)


def test_a_text_without_a_choice_is_continued_exactly() -> None:
    model = CharacterModel("the die draws the wire. ", order=8)
    assert "".join(model.generate("the die", 17)) == " draws the wire. "


def test_the_same_seed_writes_the_same_text() -> None:
    model = CharacterModel("abacadaeabacada" * 3, order=1)
    first = list(model.generate("a", 40, seed=7))
    assert first == list(model.generate("a", 40, seed=7))
    assert first != list(model.generate("a", 40, seed=8))


@given(text=st.text(min_size=1, max_size=60), prompt=st.text(max_size=8), order=st.integers(0, 4))
def test_only_characters_of_the_text_are_written(text: str, prompt: str, order: int) -> None:
    written = list(CharacterModel(text, order).generate(prompt, 20))
    assert len(written) == 20
    assert set(written) <= set(text)


@given(text=st.text(alphabet="abc", min_size=3, max_size=60))
def test_every_written_pair_stands_in_the_text_or_follows_its_end(text: str) -> None:
    written = text[0] + "".join(CharacterModel(text, order=1).generate(text[0], 30))
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    for i in range(len(written) - 1):
        assert written[i : i + 2] in pairs or written[i] == text[-1]


def test_characters_come_one_at_a_time() -> None:
    endless = CharacterModel("xyx").generate("x", 10**9)
    assert list(islice(endless, 3)) == ["y", "x", "y"]


def test_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="needs text"):
        CharacterModel("")


@given(weights=WEIGHTS)
def test_a_linear_rule_is_found(weights: list[int]) -> None:
    rows = [[float(x), float(y)] for x in range(4) for y in range(4)]
    targets = [weights[0] * x + weights[1] * y + weights[2] for x, y in rows]
    assert LeastSquares(rows, targets).weights == pytest.approx(weights, abs=1e-6)


def test_noise_is_averaged_out() -> None:
    model = LeastSquares([[0.0], [0.0], [1.0], [1.0]], [1.0, 3.0, 4.0, 6.0])
    assert model.weights == pytest.approx([3.0, 2.0])


def test_csv_is_predicted_line_by_line() -> None:
    model = LeastSquares([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [5.0, 7.0, 4.5])
    assert model.predict_csv("1,2\n0,0\n10,-2\n") == "6\n5\n26\n"


def test_a_row_of_the_wrong_width_is_refused() -> None:
    model = LeastSquares([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(ValueError, match="expected 1 features, got 2"):
        model.predict_csv("1,2")


def test_rows_and_targets_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="2 rows, but 1 targets"):
        LeastSquares([[0.0], [1.0]], [0.0])


def test_dependent_features_are_refused() -> None:
    with pytest.raises(ValueError, match="depend on one another"):
        LeastSquares([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [1.0, 2.0, 3.0])


def test_a_zero_on_the_diagonal_is_pivoted_around() -> None:
    assert solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]) == pytest.approx([1.0, 2.0])
