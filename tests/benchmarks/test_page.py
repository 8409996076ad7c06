"""The page of figures, its pictures, and the counts that are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from benchmarks import instructions, page, plot
from benchmarks.cases import BOTO3, DRAWPLATE, FLOOR, Case
from benchmarks.spreads import Result, Row, Sample, Spread, Target, result


def elements(drawn: str, kind: str) -> Iterator[Element]:
    return fromstring(drawn).iter(f"{{http://www.w3.org/2000/svg}}{kind}")  # noqa: S314 - it is ours


def shapes(drawn: str, kind: str) -> list[dict[str, str]]:
    return [dict(found.attrib) for found in elements(drawn, kind)]


def test_a_picture_puts_ratios_on_a_logarithmic_axis() -> None:
    rows = [
        ("a <call>", {"ours": Spread(0.1, 0.05, 0.2), "theirs": Spread(10, 9, 11)}),
        ("an event", {"ours": Spread(1, 1, 1)}),
    ]
    drawn = plot.dots("Cost & more", "boto3", rows, accent="ours")
    legend, dots = shapes(drawn, "circle")[:2], shapes(drawn, "circle")[2:]
    tenth, ten, one = (float(dot["cx"]) for dot in dots)
    assert one - tenth == pytest.approx(ten - one, abs=0.2)
    assert tenth < one < ten
    assert [dot["fill"] for dot in dots] == [
        legend[0]["fill"],
        legend[1]["fill"],
        legend[0]["fill"],
    ]
    words = [text.text for text in elements(drawn, "text")]
    assert words == [
        "Cost & more",
        *("ours", "theirs"),
        *("0.01", "0.1", "1", "10", "100"),
        "1 = boto3",
        *("a <call>", "an event"),
    ]
    quartiles = [line for line in shapes(drawn, "line") if line.get("stroke-width") == "3"]
    assert float(quartiles[0]["x1"]) < tenth < float(quartiles[0]["x2"])
    assert quartiles[2]["x1"] == quartiles[2]["x2"] == dots[2]["cx"]


def measured(row: Row, samples: dict[str, list[Sample]], references: list[str]) -> Result:
    found = result("call-200B", "call with 200 B", row, samples, references)
    assert found is not None
    return found


def test_the_page_has_targets_pictures_tables_and_versions(tmp_path: Path) -> None:
    cpu = Row("cpu", "CPU", targets=(Target(DRAWPLATE, BOTO3, 0.5),))
    case = Case("call-200B", "call", "call with 200 B", (cpu,))
    samples: dict[str, list[Sample]] = {
        BOTO3: [{"cpu": 1e-3}],
        FLOOR: [{"cpu": 2e-4}],
        DRAWPLATE: [{"cpu": 1e-4}],
    }
    machine = {
        "processors": 2,
        "processor": "A",
        "system": "Linux 6",
        "python": "3.12.1 (main)",
        "load": 0.25,
    }
    versions = {"boto3": {"boto3": "1.2", "six": "1"}, "drawplate": {"drawplate": "0.1"}}
    page.write(
        tmp_path, [case], [measured(cpu, samples, [BOTO3, FLOOR])], machine, versions, rounds=7
    )
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "benchmarks.md",
        "benchmarks/sync.svg",
    ]
    lines = (tmp_path / "benchmarks.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(("#", "!", "2 ", "- boto3:", "- draw"))] == [
        "# Benchmarks",
        "![Cost relative to boto3: less is better](benchmarks/sync.svg)",
        "## Targets",
        "## What was measured",
        "2 processors (A), Linux 6, Python 3.12.1, 7 rounds; load average when it began: 0.2.",
        "- boto3: boto3 1.2",
        "- drawplate: drawplate 0.1",
        "## Calls",
    ]
    tables = [[cell.strip() for cell in line.split("|")] for line in lines if line[:1] == "|"]
    assert [cells[-3:-1] for cells in tables if cells[1] == DRAWPLATE] == [
        ["0.10 [0.10 - 0.10]", "0.50 [0.50 - 0.50]"]
    ]
    assert [cells[-2] for cells in tables if "at most 0.5 of boto3" in cells] == ["met"]


def test_the_kept_counts_are_of_what_is_counted() -> None:
    kept = json.loads(instructions.BASELINE.read_text(encoding="utf-8"))
    assert set(kept["versions"]) == {"machine", "python", "valgrind"}
    assert set(kept["counts"]) == {*instructions.PARTS, instructions.COLD}
