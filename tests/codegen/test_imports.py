"""The generator imports neither the runtime nor its output, and smithy-python in one place."""

from __future__ import annotations

from tests.support import ROOT
from tests.test_import_rules import DRAWPLATE, generated_packages, imports_below, told

CODEGEN = ROOT / "codegen"


def test_the_generator_does_not_import_what_it_generates_for() -> None:
    found = imports_below(CODEGEN, ROOT)
    apart = {"drawplate", "tests", *(path.name for path in generated_packages())}
    assert "codegen" in {item.root for item in found}
    assert told([item for item in found if item.root in apart]) == []


def test_the_runtime_does_not_import_the_generator() -> None:
    found = imports_below(DRAWPLATE, DRAWPLATE.parent)
    assert told([item for item in found if item.root in {"codegen", "smithy_python"}]) == []


def test_one_module_knows_smithy_python() -> None:
    found = imports_below(CODEGEN, ROOT)
    assert {item.file for item in found if item.root == "smithy_python"} == {"codegen/load.py"}


def test_no_wildcards() -> None:
    assert told([item for item in imports_below(CODEGEN, ROOT) if item.wildcard]) == []
