"""The suite of JMESPath: what is compiled yields what the suite says; the rest is refused.

A document of the suite says what types its values have: see `jmespath_documents`. Each expression
is compiled for structures and for maps, with members that may be missing and that are there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from codegen.plan.jmespath import PathCompiler
from codegen.plan.path_values import PathError, Value, type_of
from tests.codegen.jmespath_documents import Typed, plain
from tests.support import read_json, suite_path

CASES: list[tuple[str, Any, Any]] = [
    (f"behaviour-jmespath-{path.stem}-{index}-{number}", group["given"], case)
    for path in sorted(suite_path("behaviour-tests", "jmespath").glob("*.json"))
    for index, group in enumerate(read_json(path))
    for number, case in enumerate(group["cases"])
]
REFUSED = object()


def results(given: Any, expression: str) -> Iterator[object]:
    for maps, required in itertools.product((False, True), repeat=2):
        typed = Typed(given, maps=maps, required=required)
        root = Value(type_of(typed.root), "output")
        if typed.context.faults:
            yield REFUSED  # two members of one name: there is no such package
            continue
        try:
            code = PathCompiler(typed.context).value(expression, root).whole().code
        except PathError:
            yield REFUSED
        else:
            yield plain(eval(code, {}, {"output": typed.value}))  # noqa: S307 - what was compiled


@pytest.mark.parametrize(
    ("given", "case"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_compiled_is_right(given: Any, case: dict[str, Any]) -> None:
    allowed = [REFUSED] if "error" in case else [REFUSED, plain(case["result"])]
    for result in results(given, case["expression"]):
        assert any(result is one or (type(result), result) == (type(one), one) for one in allowed)


def test_a_good_part_is_compiled() -> None:
    told = [(given, case) for _, given, case in CASES if case.get("result") is not None]
    compiled = [
        case
        for given, case in told
        if any(result is not REFUSED for result in results(given, case["expression"]))
    ]
    assert len(compiled) > len(told) / 2
