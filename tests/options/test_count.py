"""The table is whole: a row for each number of options.md."""

from __future__ import annotations

import importlib

import pytest
from drawplate._option_table import ALIASES, OPTIONS

from tests.options.rows import Row

AREAS = (
    "discovery",
    "endpoint",
    "http",
    "identity",
    "messages",
    "observing",
    "retry",
    "streams",
    "stubs",
    "tls",
)


def rows() -> list[Row]:
    modules = (importlib.import_module(f"tests.options.test_{area}") for area in AREAS)
    return sorted((row for module in modules for row in module.ROWS), key=lambda row: row.number)


def test_every_option_has_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows()
    assert [row.number for row in found] == list(range(1, 66))
    assert len({row.name for row in found}) == 65
    with capsys.disabled():
        print(f"\noptions: {len(found)} of 65")


def test_rows_name_the_sources_of_the_table() -> None:
    for row in rows():
        option = OPTIONS[ALIASES.get(row.name, row.name)]
        if option.variables:
            assert (row.name, tuple(row.variables)) == (row.name, option.variables)
        if option.key:
            assert (row.name, row.key) == (row.name, option.key)
