"""Reads the two sides of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from codegen.diff.compare import compare
from codegen.diff.reading import surface_of
from codegen.diff.surface import Surface
from codegen.diff.verdict import Change
from codegen.faults import Fault, GenerationError
from codegen.load import load
from codegen.loaded import LoadedModel
from codegen.partitions import SHARED
from codegen.read import read_object


def diff_paths(
    old: Path, new: Path, *, service: str | None = None
) -> tuple[Surface, tuple[Change, ...]]:
    """Compare two models, each a model folder, a Smithy JSON AST or a service-2.json.

    Where one of them alone has a `package.toml`, its names hold for both. Operations that
    `package.toml` keeps and the model lacks count as gone. A service-2.json holds neither
    documentation that is imported nor endpoint rules: with one of them nothing is told of these.
    Returns the newer surface and the changes. Raises GenerationError with all faults of both.
    """
    faults: list[Fault] = []
    sides: list[LoadedModel] = []
    for path in (old, new):
        try:
            sides.append(load([path], service=service, partitions=_partitions(path)))
        except GenerationError as error:
            faults += error.faults
    if faults:
        raise GenerationError(faults)
    surfaces: list[Surface] = []
    for side in _named_alike(sides):
        try:
            surfaces.append(surface_of(_without_lost_operations(side)))
        except GenerationError as error:
            faults += error.faults
    if faults:
        raise GenerationError(faults)
    before, after = surfaces
    unsaid = {kind for side in zip((old, new), surfaces, strict=True) for kind in _unsaid(*side)}
    changes = compare(before, after)
    return after, tuple(change for change in changes if change.kind not in unsaid)


def _unsaid(path: Path, surface: Surface) -> Iterator[str]:
    """Yield the kinds of changes that a model cannot tell of: a service-2.json is no whole model.

    Its prose is not imported, and its endpoint rules are in a file that need not lie beside it.
    """
    if _is_botocore(path):
        yield "documentation"
        if surface.endpoints is None:
            yield from ("endpoints-added", "endpoints-removed")


def _is_botocore(path: Path) -> bool:
    if path.is_dir():
        return not (path / "service.json").is_file()
    return "smithy" not in read_object(path)[0]


def _partitions(path: Path) -> Path | None:
    """The partitions beside a model folder: those of its own date. None: they are inside of it."""
    if not path.is_dir():
        return SHARED
    own, beside = path / "partitions.json", path.parent / "partitions.json"
    if own.is_file():
        return None
    return beside if beside.is_file() else SHARED


def _named_alike(sides: Sequence[LoadedModel]) -> list[LoadedModel]:
    named = [side for side in sides if side.config_file]
    if len(named) != 1:
        return list(sides)
    (giver,) = named
    return [replace(side, config=giver.config, config_file=giver.config_file) for side in sides]


def _without_lost_operations(side: LoadedModel) -> LoadedModel:
    kept = side.config.operations
    if kept is None:
        return side
    there = {shape.name for shape in side.shapes.values() if shape.type == "operation"}
    config = replace(side.config, operations=tuple(name for name in kept if name in there))
    return replace(side, config=config)
