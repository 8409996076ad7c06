"""The models of known protocols that lie beside the project, with the partitions of their time."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support import suite_path

REFUSED = {
    "codegen/constraints": "a structure with a stream of events is input and output at once",
}
"""Models that no client can be made for, and what is said about them."""

_SPEAKS = re.compile(rb'"aws\.protocols#(restJson1|awsQuery)"|"protocol"\s*:\s*"(rest-json|query)"')
_MONTH = re.compile(r"(?<!\d)20\d\d-\d\d")
_SMITHY_1 = (b'"smithy": "1', b'"smithy":"1')


@dataclass(frozen=True, slots=True)
class SharedModel:
    """A model file."""

    id: str
    """Its path below models/, without suffixes."""
    path: Path
    partitions: Path

    @property
    def package(self) -> str:
        """A name for its package that no other model has."""
        return "model_" + "".join(char if char.isalnum() else "_" for char in self.id.lower())


@cache
def shared_models() -> tuple[SharedModel, ...]:
    """Every Smithy 2.0 or botocore model with a protocol that clients speak, by their paths."""
    return tuple(_models())


def _models() -> Iterator[SharedModel]:
    base = suite_path("models")
    for path in sorted([*base.rglob("*.json"), *base.rglob("*.json.gz")]):
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        if not _SPEAKS.search(text) or any(mark in text for mark in _SMITHY_1):
            continue
        relative = path.relative_to(base).as_posix()
        yield SharedModel(
            relative.removesuffix(".gz").removesuffix(".json").removesuffix(".service-2"),
            path,
            base / f"partitions-{_date_of_partitions(relative)}.json",
        )


def _date_of_partitions(path: str) -> str:
    """Which of the two states of partitions is nearer to a model."""
    found = _MONTH.search(path)
    return "2025-04" if found and found[0] <= "2025-09" else "2026-08"
