"""What a fuzz target is made of."""

from __future__ import annotations

import random
from collections.abc import AsyncIterable, Callable, Coroutine, Sequence
from itertools import pairwise
from typing import Any, TypeVar

T = TypeVar("T")


class Target:
    """A function that raises where a promise is broken, and what a fuzzer begins with.

    `seeds` are inputs from which others are made by mutation, `tokens` pieces that mutations use.
    """

    __slots__ = ("check", "seeds", "tokens")

    def __init__(
        self, check: Callable[[bytes], None], seeds: Sequence[bytes], tokens: Sequence[bytes]
    ) -> None:
        self.check = check
        self.seeds = seeds
        self.tokens = tokens


def pieces(content: bytes, choice: int) -> list[bytes]:
    """The content cut at places that follow from `choice` alone, so that a finding repeats."""
    draw = random.Random(choice)
    at = sorted(draw.randint(0, len(content)) for _ in range(draw.randint(1, 6)))
    return [content[start:end] for start, end in pairwise([0, *at, len(content)])]


def bytewise(content: bytes) -> list[bytes]:
    """The content in single bytes."""
    return [content[i : i + 1] for i in range(len(content))]


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine comes to that waits for nothing, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        returned: T = stop.value
        return returned
    raise AssertionError("it waits for something")


async def collect(items: AsyncIterable[T], into: list[T]) -> None:
    """Append the items, so that those before an error are there."""
    async for item in items:
        into.append(item)
