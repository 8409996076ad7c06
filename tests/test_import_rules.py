"""Imports go one way: generated -> drawplate -> stdlib and urllib3.

The rules of the generator, which stands apart, are in `tests/codegen/test_imports.py`: reading its
source takes the Python that it needs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support import ROOT

DRAWPLATE = ROOT / "runtime" / "drawplate"
GENERATED = ROOT / "generated"

RUNTIME_NEEDS = {"urllib3"}
RUNTIME_OPTIONAL = {"cryptography", "opentelemetry"}
"""The extras of the runtime: imported where it is used, never at the top of a module."""

PLUGIN = "runtime/drawplate/_pytest.py"
"""Loaded by pytest alone, so that one is there."""

SLOW = {
    "asyncio",
    "concurrent",
    "dataclasses",
    "decimal",
    "email",
    "enum",
    "importlib",
    "inspect",
    "logging",
    "subprocess",
    "tomllib",
    "unittest",
    "xml",
}
"""Modules that cost a program's start more than they give it: imported where they are used."""

SLOW_ALLOWED = {
    "testing": SLOW,
    "_async": {"asyncio"},
    "async_client": {"asyncio"},
    "_asyncio": {"asyncio"},
    "_asyncio_connect": {"asyncio"},
    "_asyncio_connection": {"asyncio"},
    "_asyncio_exchange": {"asyncio"},
    "_asyncio_pool": {"asyncio"},
}
"""What may be slow: parts of drawplate that no client imports before it is asked for them."""


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """One imported module, absolute."""

    file: str
    line: int
    module: str
    at_top: bool
    """Whether importing the file runs it."""
    wildcard: bool = False

    @property
    def root(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def imports_of(path: Path, base: Path) -> Iterator[Import]:
    """The imports of a file; `base` is the folder that its absolute module names start from."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    package = list(path.relative_to(base).parent.parts)

    def walk(node: ast.AST, at_top: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Import():
                    for alias in child.names:
                        yield Import(name, child.lineno, alias.name, at_top)
                case ast.ImportFrom():
                    above = package[: len(package) - child.level + 1] if child.level else []
                    module = ".".join([*above, *([child.module] if child.module else [])])
                    wildcard = any(alias.name == "*" for alias in child.names)
                    yield Import(name, child.lineno, module, at_top, wildcard)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    yield from walk(child, False)
                case ast.If() if _is_type_checking(child.test):
                    for branch in child.body:
                        yield from walk(ast.Module([branch], []), False)
                    for branch in child.orelse:
                        yield from walk(ast.Module([branch], []), at_top)
                case _:
                    yield from walk(child, at_top)

    yield from walk(ast.parse(path.read_text(encoding="utf-8"), str(path)), True)


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


@cache
def imports_below(folder: Path, base: Path) -> tuple[Import, ...]:
    return tuple(item for path in sorted(folder.rglob("*.py")) for item in imports_of(path, base))


def generated_packages() -> list[Path]:
    return sorted(path.parent for path in GENERATED.glob("*/*/__init__.py"))


def own_clients() -> list[Path]:
    """The generated clients that are a part of the runtime."""
    return sorted(path.parent for path in DRAWPLATE.glob("*/_generated/*/__init__.py"))


def told(imports: Iterable[Import]) -> list[str]:
    return [str(item) for item in imports]


def test_the_runtime_imports_the_standard_library_and_urllib3() -> None:
    found = imports_below(DRAWPLATE, DRAWPLATE.parent)
    allowed = {*sys.stdlib_module_names, "drawplate", *RUNTIME_NEEDS}
    wrong = [
        item
        for item in found
        if item.root not in allowed
        and (item.at_top or item.root not in RUNTIME_OPTIONAL)
        and (item.file, item.module) != (PLUGIN, "pytest")
    ]
    assert "drawplate" in {item.root for item in found}
    assert told(wrong) == []
    assert [str(item) for item in found if item.module.startswith("drawplate._pytest")] == []


def test_the_runtime_starts_without_slow_modules() -> None:
    def allowed(item: Import) -> set[str]:
        parts = Path(item.file).relative_to("runtime/drawplate").with_suffix("").parts
        return SLOW_ALLOWED.get(parts[0], set())

    found = imports_below(DRAWPLATE, DRAWPLATE.parent)
    slow = [item for item in found if item.at_top and item.root in SLOW - allowed(item)]
    assert told(slow) == []


def test_generated_packages_import_the_runtime_and_the_standard_library() -> None:
    for package in generated_packages():
        found = imports_below(package, package.parent)
        allowed = {*sys.stdlib_module_names, "drawplate", package.name}
        assert "drawplate" in {item.root for item in found}, package.name
        assert told([item for item in found if item.root not in allowed]) == []
        runtime = [item for item in found if item.root == "drawplate"]
        assert told([item for item in runtime if "._" in item.module]) == []


def test_generated_clients_of_the_runtime_import_what_any_generated_package_may() -> None:
    assert [path.name for path in own_clients()] == ["signin", "sso", "sso_oidc", "sts", "s3"]
    for package in own_clients():
        own = ".".join(package.relative_to(DRAWPLATE.parent).parts)
        found = imports_below(package, DRAWPLATE.parent)
        other = [item for item in found if f"{item.module}.".partition(f"{own}.")[1] == ""]
        allowed = {*sys.stdlib_module_names, "drawplate"}
        assert "drawplate" in {item.root for item in other}, package.name
        assert told([item for item in other if item.root not in allowed]) == []
        assert told([item for item in other if "._" in item.module]) == []


@pytest.mark.parametrize("folder", [DRAWPLATE, GENERATED], ids=lambda path: path.name)
def test_no_wildcards(folder: Path) -> None:
    found = imports_below(folder, folder.parent)
    assert told([item for item in found if item.wildcard]) == []


def test_the_rules_see_every_kind_of_import(tmp_path: Path) -> None:
    folder = tmp_path / "pkg" / "sub"
    folder.mkdir(parents=True)
    path = folder / "m.py"
    path.write_text(
        "import a.b, c\n"
        "from . import d\n"
        "from ..e import f\n"
        "from g import *\n"
        "if TYPE_CHECKING:\n"
        "    import h\n"
        "else:\n"
        "    import i\n"
        "class K:\n"
        "    import j\n"
        "    def m(self):\n"
        "        import k\n"
        "try:\n"
        "    import n\n"
        "finally:\n"
        "    pass\n"
    )
    assert [
        (item.line, item.module, item.at_top, item.wildcard) for item in imports_of(path, tmp_path)
    ] == [
        (1, "a.b", True, False),
        (1, "c", True, False),
        (2, "pkg.sub", True, False),
        (3, "pkg.e", True, False),
        (4, "g", True, True),
        (6, "h", False, False),
        (8, "i", True, False),
        (10, "j", True, False),
        (12, "k", False, False),
        (14, "n", True, False),
    ]
