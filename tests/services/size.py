"""How much code a generated package spends on its members."""

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


def lines_and_members(package: Path) -> tuple[int, int]:
    """Count the code lines of `types` and `_serializers`, and the members of structures and unions.

    Docstrings, comments, empty lines, imports, `__all__` and enums do not count.
    """
    types, serializers = package / "types.py", package / "_serializers.py"
    classes = [node for node in _body(types) if isinstance(node, ast.ClassDef) and node.bases]
    members = sum(isinstance(node, ast.AnnAssign) for made in classes for node in made.body)
    functions = [node for node in _body(serializers) if isinstance(node, ast.FunctionDef)]
    return _lines(types, classes) + _lines(serializers, functions), members


def _body(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text(encoding="utf-8")).body


def _lines(path: Path, nodes: Sequence[ast.ClassDef | ast.FunctionDef]) -> int:
    """Lines of classes or functions that hold code."""
    with path.open("rb") as file:
        code = {
            number
            for token in tokenize.tokenize(file.readline)
            if token.type not in _NO_CODE
            for number in range(token.start[0], token.end[0] + 1)
        }
    return sum(len(code & _span(node) - _prose(node)) for node in nodes)


def _span(node: ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _prose(node: ast.ClassDef | ast.FunctionDef) -> set[int]:
    """Lines of docstrings, those behind attributes included."""
    texts = (part for part in node.body if isinstance(part, ast.Expr))
    return {number for part in texts for number in _span(part)}
