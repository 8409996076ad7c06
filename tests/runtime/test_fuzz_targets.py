"""Every seed of the fuzz targets holds, so that the targets themselves do; see `tests/fuzz`."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_hold(name: str) -> None:
    target = TARGETS[name]
    assert target.seeds
    for seed in target.seeds:
        target.check(seed)
        target.check(seed[:-1])
    target.check(b"")
