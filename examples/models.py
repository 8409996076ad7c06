"""Two small models that are real: they learn from data, in a blink, with the standard library."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence


class CharacterModel:
    """Writes text one character at a time, each drawn by how often it followed the last ones.

    `order` is how many characters it looks back; it backs off to fewer where it has seen nothing.
    """

    def __init__(self, text: str, order: int = 5) -> None:
        if not text:
            raise ValueError("a character model needs text to learn from")
        self.order = order
        self._followers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for end, character in enumerate(text):
            for length in range(min(order, end) + 1):
                self._followers[text[end - length : end]][character] += 1

    def generate(self, prompt: str, length: int, seed: int = 0) -> Iterator[str]:
        """Yield `length` characters that go on from `prompt`; the same ones for the same seed."""
        dice = random.Random(seed)
        context: str = prompt
        for _ in range(length):
            context = context[-self.order :] if self.order else ""
            while context not in self._followers:
                context = context[1:]
            followers = self._followers[context]
            (character,) = dice.choices(list(followers), list(followers.values()))
            yield character
            context += character


class LeastSquares:
    """Predicts a number as a weighted sum of features and a constant, fitted by least squares."""

    def __init__(self, rows: Sequence[Sequence[float]], targets: Sequence[float]) -> None:
        if len(rows) != len(targets):
            raise ValueError(f"{len(rows)} rows, but {len(targets)} targets")
        design = [[*row, 1.0] for row in rows]
        columns = list(zip(*design, strict=True))
        # The normal equations: (transposed X times X) times weights = transposed X times y.
        self.weights = solve(
            [[_dot(one, other) for other in columns] for one in columns],
            [_dot(column, targets) for column in columns],
        )

    def predict(self, row: Sequence[float]) -> float:
        """Return the prediction for one row of features."""
        if len(row) != len(self.weights) - 1:
            raise ValueError(f"expected {len(self.weights) - 1} features, got {len(row)}")
        return _dot(self.weights, [*row, 1.0])

    def predict_csv(self, text: str) -> str:
        """Return one prediction a line for lines of comma-separated features."""
        rows = [[float(cell) for cell in line.split(",")] for line in text.splitlines()]
        return "".join(f"{self.predict(row):.6g}\n" for row in rows)


def solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Solve a square system by Gaussian elimination; the largest pivot is taken for accuracy."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if abs(rows[column][column]) < 1e-12:
            raise ValueError("the features depend on one another; no single solution exists")
        for below in rows[column + 1 :]:
            factor = below[column] / rows[column][column]
            for index in range(column, size + 1):
                below[index] -= factor * rows[column][index]
    solution = [0.0] * size
    for index in reversed(range(size)):
        known = _dot(rows[index][index + 1 : size], solution[index + 1 :])
        solution[index] = (rows[index][size] - known) / rows[index][index]
    return solution


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(left * right for left, right in zip(one, other, strict=True))
