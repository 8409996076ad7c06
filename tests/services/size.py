"""How much code a generated package spends on a member."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Sequence
from pathlib import Path

_NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def lines_per_member(package: Path) -> float:
    """Code lines of `types` and `_serializers` for each member of a structure or union.

    Docstrings, comments, empty lines, imports, `__all__` and enums do not count.
    """
    tree = _parse(package / "types.py")
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.bases]
    members = sum(isinstance(node, ast.AnnAssign) for made in classes for node in made.body)
    functions = [
        node
        for node in _parse(package / "_serializers.py").body
        if isinstance(node, ast.FunctionDef)
    ]
    lines = _lines(package / "types.py", classes) + _lines(package / "_serializers.py", functions)
    return lines / members if members else 0.0


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _lines(path: Path, nodes: Sequence[ast.ClassDef | ast.FunctionDef]) -> int:
    """Lines of classes or functions that hold code."""
    with path.open("rb") as file:
        code = {
            number
            for token in tokenize.tokenize(file.readline)
            if token.type not in _NO_CODE
            for number in range(token.start[0], token.end[0] + 1)
        }
    return sum(
        len(code & {*range(node.lineno, (node.end_lineno or 0) + 1)} - _prose(node))
        for node in nodes
    )


def _prose(node: ast.ClassDef | ast.FunctionDef) -> set[int]:
    """Lines of docstrings, those behind attributes included."""
    return {
        number
        for part in node.body
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
        for number in range(part.lineno, (part.end_lineno or 0) + 1)
    }
