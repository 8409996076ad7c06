"""Whether one type expression takes every value of another: what an input may change to."""

from __future__ import annotations

import ast
import re

#: Besides itself, a type takes what these name: as a type checker sees it, and `drawplate.params`
#: too, which is why `int` does not take `bool`.
_TAKES = {"float": {"int"}, "Blob": {"bytes", "str"}}
_WRITTEN_OTHERWISE = re.compile(r"\b(?:builtins\.|_dt\.)|\b_(?=types\.)")


def plain(type_: str) -> str:
    """Write a type expression as it would be in a class whose attributes shadow nothing."""
    return _WRITTEN_OTHERWISE.sub("", type_)


def takes(new: str, old: str) -> bool:
    """Whether whatever fits the type expression `old` fits `new`, for arguments of a call."""
    return _takes(_parsed(new), _parsed(old))


def _parsed(type_: str) -> ast.expr:
    return ast.parse(plain(type_), mode="eval").body


def _takes(new: ast.expr, old: ast.expr) -> bool:
    alternatives = _alternatives(new)
    return all(
        any(_takes_one(wanted, given) for wanted in alternatives) for given in _alternatives(old)
    )


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _takes_one(new: ast.expr, old: ast.expr) -> bool:
    wanted, given = ast.unparse(new), ast.unparse(old)
    if wanted in ("Any", given) or given in _TAKES.get(wanted, ()):
        return True
    if isinstance(new, ast.Subscript) and isinstance(old, ast.Subscript):
        same = ast.unparse(new.value) == ast.unparse(old.value)
        return same and _takes(_item(new), _item(old))
    return False


def _item(node: ast.Subscript) -> ast.expr:
    """What a Sequence or Mapping holds; keys are always text."""
    return node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice
