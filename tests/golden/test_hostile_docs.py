"""Runs the expected package of the case `hostile_docs`: text of the model stays text."""

from __future__ import annotations

import ast
import inspect
import tomllib
from pathlib import Path

import pytest
from drawplate.http import HttpResponse

from tests.golden import wire
from tests.golden.hostile_docs.expected import hostile_docs
from tests.golden.hostile_docs.expected.hostile_docs import HostileDocsClient, client, errors, types

FOLDER = Path(__file__).parent / "hostile_docs" / "expected"


def test_the_client_works_and_strings_arrive_whole() -> None:
    transport = wire.Wire(HttpResponse(200, body=b'{"ki\'n\\"d\\\\": "x"}'))
    out = HostileDocsClient(**transport.options).read(page="1")
    url = 'https://golden.test/base/read/"""/\\N?pa%22ge%0A=1'
    assert transport.sent == ("GET", url, {}, b"")
    assert out == types.ReadOutput(kind="x")
    assert types.Kind.ONE == "o\"n'e\n"


def test_markup_and_code_are_text_in_the_docstrings() -> None:
    title = 'Title """ + exit() + """ \\'
    assert inspect.getdoc(hostile_docs) == (
        f'A typed client for {title}.\n\n""" raise SystemExit """\n\n'
        "Second paragraph, which never ends"
    )
    assert inspect.getdoc(client) == f"The client of {title}."
    assert inspect.getdoc(types.ReadOutput) == "\\"
    assert inspect.getdoc(types.Kind) == "Values of Kind."
    assert inspect.getdoc(errors.Refused) == "Link unclosed"


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_no_control_character_gets_into_the_code_and_no_call_out_of_a_docstring(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "".join(text.split("\n")).isprintable()
    called = [
        node.func.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert not {"exit", "alert"} & set(called)
    assert "SystemExit" not in {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def test_the_project_file_is_toml() -> None:
    table = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
    assert table["project"]["description"] == (
        'A typed Python client for Title """ + exit() + """ \\'
    )
