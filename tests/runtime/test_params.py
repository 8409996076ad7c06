"""Checking parameters: what each checker takes, what it makes of it, and how it complains."""

from __future__ import annotations

import enum
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from drawplate import params
from drawplate.errors import ParamValidationError
from drawplate.params import Checker, Mismatch, StructureChecker, check_params
from drawplate.structures import Structure
from hypothesis import given
from hypothesis import strategies as st

LONE = "\ud83d"  # half of a pair: a str in Python, no text in UTF-8
NAN, INFINITY = float("nan"), float("inf")


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    def __str__(self) -> str:
        return "not the value"


class Reader:
    def __init__(self, content: object) -> None:
        self.content = content

    def read(self) -> object:
        return self.content


ACCEPTED: list[tuple[Checker, object, object]] = [
    (params.string, "", ""),
    (params.string, "naïve", "naïve"),
    (params.string, Colour.RED, "red"),
    (params.string, Text("x"), "x"),
    (params.boolean, True, True),
    (params.boolean, False, False),
    (params.boolean, "true", True),
    (params.boolean, "false", False),
    (params.integer, 60, 60),
    (params.integer, 60.0, 60),
    (params.integer, "60", 60),
    (params.integer, "-1", -1),
    (params.integer, Level.HIGH, 3),
    (params.number, 1, 1.0),
    (params.number, 0.5, 0.5),
    (params.number, "2.5e3", 2500.0),
    (params.number, INFINITY, INFINITY),
    (params.timestamp, 1768480496, datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)),
    (params.timestamp, date(2026, 1, 15), datetime(2026, 1, 15, tzinfo=UTC)),
    (params.timestamp, "2026-01-15", datetime(2026, 1, 15, tzinfo=UTC)),
    (params.timestamp, "2026-01-15T12:34:56Z", datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)),
    (params.timestamp, 0.5, datetime(1970, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)),
    (params.blob, b"x", b"x"),
    (params.blob, bytearray(b"x"), b"x"),
    (params.blob, memoryview(b"xyz")[::2], b"xz"),
    (params.blob, "é", b"\xc3\xa9"),
    (params.blob, "", b""),
    (params.blob, io.BytesIO(b"file"), b"file"),
    (params.blob, Reader(b"anything with read()"), b"anything with read()"),
    (params.document, None, None),
    (params.document, {"a": [1, True, None, {"b": 2.5}]}, {"a": [1, True, None, {"b": 2.5}]}),
    (params.document, ("a", "b"), ["a", "b"]),
    (params.list_of(params.string), ("a", "b"), ["a", "b"]),
    (params.list_of(params.string), (c for c in "ab"), ["a", "b"]),
    (params.list_of(params.string, sparse=True), ["a", None], ["a", None]),
    (params.map_of(params.integer), {"a": "1"}, {"a": 1}),
    (params.map_of(params.integer, sparse=True), {"a": None}, {"a": None}),
]

REFUSED: list[tuple[Checker, object, list[str]]] = [
    (params.string, 5, ["expected params to be a str, got int instead"]),
    (params.string, b"x", ["expected params to be a str, got bytes instead"]),
    (params.string, LONE, ["expected params to be text without halves of surrogate pairs"]),
    (params.boolean, 1, ["expected params to be a bool, got int instead"]),
    (params.boolean, "True", ["expected params to be a bool, got str instead"]),
    (params.integer, "abc", ["expected params to be an int, got str instead"]),
    (params.integer, True, ["expected params to be an int, got bool instead"]),
    (params.integer, 60.9, ["expected params to be an int, got float instead"]),
    (params.integer, NAN, ["expected params to be an int, got float instead"]),
    (params.integer, INFINITY, ["expected params to be an int, got float instead"]),
    (params.integer, [1], ["expected params to be an int, got list instead"]),
    (params.number, True, ["expected params to be a float, got bool instead"]),
    (params.number, "much", ["expected params to be a float, got str instead"]),
    (params.number, 10**400, ["expected params to be an int that a float can hold"]),
    (params.timestamp, "2026", ["expected params to be a datetime, got str instead"]),
    (
        params.timestamp,
        "2026-01-15T12:34:56",
        ["expected params to be an aware datetime; give it a tzinfo"],
    ),
    (params.timestamp, True, ["expected params to be a datetime, got bool instead"]),
    (
        params.timestamp,
        datetime(2026, 1, 15),
        ["expected params to be an aware datetime; give it a tzinfo"],
    ),
    *(
        (
            params.timestamp,
            seconds,
            ["expected params to be seconds since 1970 within the years 1 to 9999"],
        )
        for seconds in (1e30, 1e12, NAN, INFINITY, -(10**30))
    ),
    (
        params.blob,
        5,
        ["expected params to be bytes, a str, a path or a file-like object, got int instead"],
    ),
    (params.blob, io.StringIO("text"), ["expected the file params to be opened in binary mode"]),
    (params.blob, LONE, ["expected params to be text without halves of surrogate pairs"]),
    (params.document, {1, 2}, ["expected params to be a JSON value, got set instead"]),
    (
        params.document,
        {"a": [object(), LONE]},
        [
            'expected params["a"][0] to be a JSON value, got object instead',
            'expected params["a"][1] to be text without halves of surrogate pairs',
        ],
    ),
    (params.list_of(params.string), "ab", ["expected params to be a list, got str instead"]),
    (params.list_of(params.string), {"a": 1}, ["expected params to be a list, got dict instead"]),
    (params.list_of(params.string), 5, ["expected params to be a list, got int instead"]),
    (
        params.list_of(params.string),
        ["a", None, 5],
        [
            "expected params[1] to be a str, got NoneType instead",
            "expected params[2] to be a str, got int instead",
        ],
    ),
    (
        params.map_of(params.string),
        [("a", "b")],
        ["expected params to be a dict, got list instead"],
    ),
    (
        params.map_of(params.list_of(params.integer)),
        {"a": ["x"], 5: [1], "b": None},
        [
            'expected params["a"][0] to be an int, got str instead',
            "expected the keys of params to be str, got int",
            'expected params["b"] to be a list, got NoneType instead',
        ],
    ),
]


def named(checker: Checker) -> str:
    return getattr(checker, "__qualname__", "checker").partition(".")[0]


@pytest.mark.parametrize(
    ("checker", "value", "made"),
    ACCEPTED,
    ids=[f"{named(checker)}-{index}" for index, (checker, _, _) in enumerate(ACCEPTED)],
)
def test_accepted(checker: Checker, value: object, made: object) -> None:
    result = checker(value)
    assert (type(result), result) == (type(made), made)


@pytest.mark.parametrize(
    ("checker", "value", "problems"),
    REFUSED,
    ids=[f"{named(checker)}-{index}" for index, (checker, _, _) in enumerate(REFUSED)],
)
def test_refused(checker: Checker, value: object, problems: list[str]) -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(checker, value)
    assert raised.value.errors == problems


def test_an_aware_datetime_stays_in_its_zone() -> None:
    value = datetime(2026, 1, 15, 12, tzinfo=timezone(timedelta(hours=2)))
    assert params.timestamp(value) is value


def test_a_path_is_opened_read_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"from a file")
    assert params.blob(path) == b"from a file"


def test_a_path_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        params.blob(tmp_path / "body")


def test_a_file_is_read_from_its_position() -> None:
    file = io.BytesIO(b"skip|rest")
    file.seek(5)
    assert params.blob(file) == b"rest"
    assert not file.closed


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY])
def test_a_number_that_json_lacks_is_no_document(value: float) -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(params.document, {"a": [value]})
    assert raised.value.errors == [
        'expected params["a"][0] to be a finite number, as JSON has no other'
    ]


def test_a_key_that_utf_8_cannot_hold_is_refused() -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(params.map_of(params.integer), {"\ud800": 1})
    assert raised.value.errors == [
        "expected the keys of params to be text without halves of surrogate pairs"
    ]


@given(JSON_VALUES)
def test_every_json_value_is_a_document(value: object) -> None:
    assert repr(params.document(value)) == repr(value)


@given(
    st.sampled_from(
        [
            params.string,
            params.boolean,
            params.integer,
            params.number,
            params.timestamp,
            params.blob,
            params.document,
            params.list_of(params.integer),
            params.map_of(params.timestamp),
        ]
    ),
    JSON_VALUES | st.text() | st.binary() | st.datetimes() | st.complex_numbers(),
)
def test_a_checker_answers_or_says_what_is_wrong(checker: Checker, value: object) -> None:
    try:
        checker(value)
    except Mismatch as mismatch:
        problems = mismatch.problems
    else:
        problems = [("none", "", "")]
    assert problems
    assert all(before for before, _, _ in problems)


class Inner(Structure):
    __slots__ = ("count",)

    def __init__(self, *, count: int | None = None) -> None:
        self.count = count


class Outer(Structure):
    __slots__ = ("body", "inner", "inners", "name")

    def __init__(
        self,
        *,
        name: str,
        body: bytes,
        inner: Inner | None = None,
        inners: list[Inner] | None = None,
    ) -> None:
        self.name = name
        self.body = body
        self.inner = inner
        self.inners = inners


INNER = StructureChecker(Inner, required=(), members={"count": params.integer})
OUTER = StructureChecker(
    Outer,
    required=("name", "body"),
    members={
        "name": params.string,
        "body": params.blob,
        "inner": INNER,
        "inners": params.list_of(INNER),
    },
)


def test_a_structure_is_made_of_a_mapping() -> None:
    given: dict[str, object] = {
        "name": "n",
        "body": "b",
        "inner": {"count": "5"},
        "inners": [Inner(count=1), {}],
    }
    before = dict(given)
    assert check_params(OUTER, given) == Outer(
        name="n", body=b"b", inner=Inner(count=5), inners=[Inner(count=1), Inner()]
    )
    assert given == before


def test_an_instance_is_checked_and_copied() -> None:
    given: Any = Inner()
    given.count = "5"
    assert check_params(INNER, given).count == 5
    assert given.count == "5"


def test_none_counts_as_absent() -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(OUTER, {"name": None, "body": b"", "inner": None})
    assert raised.value.errors == ['missing required parameter params["name"]']


def test_empty_text_satisfies_required() -> None:
    assert check_params(OUTER, {"name": "", "body": b""}) == Outer(name="", body=b"")


def test_all_problems_are_told_at_once_missing_ones_first_then_in_the_given_order() -> None:
    wrong = {"inners": [{"count": "x"}, 5], "bodyx": b"", "name": 5}
    with pytest.raises(ParamValidationError) as raised:
        check_params(OUTER, wrong)
    assert str(raised.value) == (
        "parameter validator found 5 errors:\n"
        '  - missing required parameter params["body"]\n'
        '  - expected params["inners"][0]["count"] to be an int, got str instead\n'
        '  - expected params["inners"][1] to be a dict or types.Inner, got int instead\n'
        '  - unexpected value at params["bodyx"]\n'
        '  - expected params["name"] to be a str, got int instead'
    )
    assert raised.value.__suppress_context__


def test_one_problem_is_the_whole_text() -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(OUTER, {"name": "n"})
    assert str(raised.value) == 'missing required parameter params["body"]'


def test_a_checker_may_contain_itself() -> None:
    tree = StructureChecker(dict[str, object], required=(), members={})
    tree.members["left"] = tree
    tree.members["value"] = params.integer
    assert tree({"left": {"left": {"value": 1}}}) == {"left": {"left": {"value": 1}}}
    with pytest.raises(ParamValidationError) as raised:
        check_params(tree, {"left": {"left": {"value": "x"}}})
    assert raised.value.errors == [
        'expected params["left"]["left"]["value"] to be an int, got str instead'
    ]


def test_an_iterator_is_read_once() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        yield 2

    source = numbers()
    assert params.list_of(params.integer)(source) == [1, 2]
    assert list(source) == []
