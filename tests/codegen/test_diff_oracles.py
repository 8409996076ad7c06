"""Second opinions on the verdicts of `diff`: mypy on a typed program, griffe on the packages.

Each pair of models is generated. A program that is correct with the older package must fail mypy
with the newer one in the parts that the pair names, and nowhere else; griffe, which compares names
and signatures, must object to the same functions and classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import griffe
import pytest

from codegen.diff.compare import compare
from codegen.diff.reading import surface_of
from codegen.diff.surface import Surface
from codegen.diff.verdict import Change
from codegen.plan import plan_package
from codegen.render import render_package
from codegen.resolve import resolve
from tests.codegen.diff_callers import failing_uses, write_caller
from tests.codegen.diff_pairs import PAIRS, Edits, load_edited

GRIFFE_SEES = {
    "operation-removed",
    "required-input-added",
    "input-removed",
    "input-required",
    "output-removed",
    "type-removed",
    "type-renamed",
    "type-changed",
    "union-member-removed",
    "callback-removed",
    "enum-value-removed",
    "error-removed",
    "error-renamed",
    "error-rebased",
    "endpoints-removed",
    "endpoint-parameter-changed",
}
"""Breaking kinds that show in names, parameters and bases; griffe compares no types and values."""

FRESHLY_REQUIRED = {
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED,
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED,
}


@dataclass(frozen=True)
class Judged:
    """A pair with what was made of it."""

    old: Surface
    changes: tuple[Change, ...]
    old_package: str
    new_package: str


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="module")
def judged(packages: Path) -> dict[str, Judged]:
    """Both packages of every pair, written below `packages` but not formatted."""
    made: dict[str, Surface] = {}

    def make(name: str, edits: Edits) -> str:
        package = name.replace("-", "_")
        if package not in made:
            loaded = load_edited(packages, edits, package=package)
            plan = plan_package(resolve(loaded), loaded.config, loaded.partitions)
            for path, text in render_package(plan).items():
                if path.startswith(f"{package}/"):
                    (packages / package).mkdir(exist_ok=True)
                    (packages / path).write_text(text, encoding="utf-8")
            # The packages lie beside each other; users have both under one name.
            made[package] = surface_of(load_edited(packages / package, edits))
        return package

    found: dict[str, Judged] = {}
    for name, pair in PAIRS.items():
        old = make(f"old-{name}" if pair.old else "old", pair.old)
        new = make(f"new-{name}", pair.new)
        found[name] = Judged(made[old], compare(made[old], made[new]), old, new)
    return found


@pytest.fixture(scope="module")
def failing(packages: Path, judged: dict[str, Judged]) -> dict[str, set[str]]:
    """The parts of the program that fail, by package: one run of mypy for all."""
    names = {name for pair in judged.values() for name in (pair.old_package, pair.new_package)}
    programs = {name: write_caller(packages, name) for name in sorted(names)}
    failed = failing_uses(programs.values(), packages)
    return {name: failed[path.stem] for name, path in programs.items()}


def test_the_program_is_correct_before(failing: dict[str, set[str]]) -> None:
    assert failing["old"] == set()


@pytest.mark.parametrize("name", PAIRS)
def test_callers_break_where_mypy_says_so(
    name: str, judged: dict[str, Judged], failing: dict[str, set[str]]
) -> None:
    pair = judged[name]
    assert failing[pair.new_package] - failing[pair.old_package] == PAIRS[name].fails
    breaking = any(change.breaking for change in pair.changes)
    assert breaking == (bool(PAIRS[name].fails) or PAIRS[name].untyped)


@pytest.mark.parametrize("name", [name for name in PAIRS if name != "client-renamed"])
def test_griffe_objects_to_the_same_places(
    name: str, packages: Path, judged: dict[str, Judged]
) -> None:
    pair = judged[name]
    ours = {_place(_path(change.python, pair.old)) for change in pair.changes if _is_seen(change)}
    assert _objections(pair, packages) == ours


def test_griffe_objects_to_another_name_of_the_client(
    packages: Path, judged: dict[str, Judged]
) -> None:
    assert {"PairsClient", "client.PairsClient", "errors.PairsError"} == _objections(
        judged["client-renamed"], packages
    )


def _is_seen(change: Change) -> bool:
    return change.kind in GRIFFE_SEES


def _path(python: str, surface: Surface) -> str:
    """Where griffe finds a place: methods in the module `client`, keys in the class they are of."""
    path = python.partition("(")[0]
    if path.startswith(f"{surface.client}."):
        return f"client.{path}"
    return path.replace("params.", "types.", 1)


def _place(path: str) -> str:
    """The function or class that a place is in."""
    parts = path.split(".")
    if parts == ["endpoints", "resolve_endpoint"]:
        parts = ["endpoints"]
    return ".".join(parts[: 3 if parts[0] == "client" else 2])


def _objections(pair: Judged, packages: Path) -> set[str]:
    """The places that griffe objects to, each told as the place that explains it."""
    old = griffe.load(pair.old_package, search_paths=[packages])
    new = griffe.load(pair.new_package, search_paths=[packages])
    breakages = list(griffe.find_breaking_changes(old, new))
    return set(_explained(pair, breakages))


def _explained(pair: Judged, breakages: Iterable[griffe.Breakage]) -> Iterable[str]:
    methods = pair.old.methods.values()
    gone = {change.python for change in pair.changes if change.kind == "operation-removed"}
    parts_of = {method.input: method for method in methods}
    events_gone = {
        change.python.partition(".")[2] for change in pair.changes if change.kind == "event-removed"
    }
    events_gone.add("")
    parts_of |= {method.output: method for method in methods if method.python in gone}
    for breakage in breakages:
        path = _blocking(breakage.obj.path.partition(".")[2]).replace("params.", "types.", 1)
        place = _place(path)
        class_ = place.partition(".")[2]
        if class_ in parts_of:
            # Input and output classes mirror their method.
            yield f"client.{parts_of[class_].python}"
        elif place.startswith("event_streams") and class_ in events_gone:
            # The method for an event goes with it; the module with its last stream.
            continue
        elif path.count(".") > 1 and _is_union(class_, pair.old):
            # A key of the dictionary form; the class of the member goes with it.
            continue
        elif breakage.kind in FRESHLY_REQUIRED and _is_made_by_the_client(class_, pair.old):
            # Only a program that builds an output itself has to pass what is new in it.
            continue
        else:
            yield place


def _blocking(path: str) -> str:
    """The same place of the client that blocks: the async one mirrors it."""
    return re.sub(r"\bAsync(?=[A-Z])", "", path).replace("async_client.", "client.", 1)


def _is_union(class_: str, surface: Surface) -> bool:
    found = surface.classes.get(class_)
    return found is not None and found.sort == "union"


def _is_made_by_the_client(class_: str, surface: Surface) -> bool:
    found = surface.classes.get(class_)
    return found is not None and found.parameters is None
