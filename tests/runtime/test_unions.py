"""Unions: checking what a caller passes, and reading the one member of a JSON object."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate import params, parse
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.params import UnionChecker, check_params
from drawplate.structures import UnionMember, UnknownMember
from hypothesis import given
from hypothesis import strategies as st


class Empty(UnionMember):
    __slots__ = ()


class Text(UnionMember):
    __slots__ = ("value",)

    value: str

    def __init__(self, value: str) -> None:
        self.value = value


class Pin(UnionMember):
    __slots__ = ("value",)
    _sensitive = frozenset({"value"})

    value: int

    def __init__(self, value: int) -> None:
        self.value = value


class Nested(UnionMember):
    __slots__ = ("value",)

    value: Any

    def __init__(self, value: Any) -> None:
        self.value = value


CHOICE = UnionChecker(
    "Choice",
    members={
        "empty": (Empty, None),
        "text": (Text, params.string),
        "pin": (Pin, params.integer),
    },
)
CHOICE.members["nested"] = (Nested, params.list_of(CHOICE))
KEYS = "one key of empty, text, pin, nested"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"empty": {}}, Empty()),
        (Empty(), Empty()),
        ({"text": "x"}, Text("x")),
        ({"text": "x", "pin": None}, Text("x")),
        (Text("x"), Text("x")),
        ({"pin": "12"}, Pin(12)),
        ({"nested": [{"text": "a"}, Empty()]}, Nested([Text("a"), Empty()])),
        (UnknownMember("new", {"a": (1, None)}), UnknownMember("new", {"a": [1, None]})),
    ],
)
def test_a_member_is_made_or_checked(given: object, made: object) -> None:
    checked = check_params(CHOICE, given)
    assert checked == made
    assert type(checked) is type(made)


def test_an_instance_is_checked_and_copied() -> None:
    given: Any = Pin(1)
    given.value = "5"
    assert check_params(CHOICE, given) == Pin(5)
    assert given.value == "5"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, f"expected params to have exactly {KEYS}; got none"),
        ({"text": "x", "pin": 1}, f"expected params to have exactly {KEYS}; got text, pin"),
        ({"txt": "x"}, f'unexpected value at params["txt"]; expected {KEYS}'),
        ({"empty": True}, 'expected params["empty"] to be an empty dict'),
        ({"text": 5}, 'expected params["text"] to be a str, got int instead'),
        (
            {"nested": [{"text": 5}]},
            'expected params["nested"][0]["text"] to be a str, got int instead',
        ),
        (5, "expected params to be a dict or types.Choice, got int instead"),
        (
            UnknownMember("new", {"a": {1}}),
            'expected params["a"] to be a JSON value, got set instead',
        ),
    ],
)
def test_what_is_no_member_is_told(given: object, problem: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(CHOICE, given)
    assert raised.value.errors == [problem]


def test_members_are_equal_by_class_and_value_and_hide_secrets() -> None:
    assert Text("1") != Nested("1")
    assert Empty() == Empty()
    assert repr([Empty(), Text("x"), Pin(1234)]) == (
        "[Empty(), Text(value='x'), Pin(value=<redacted>)]"
    )
    assert repr(UnknownMember("new", "secret")) == "UnknownMember(name='new', value=<redacted>)"


def test_members_are_taken_apart_by_match() -> None:
    found: list[object] = []
    for member in (Text("x"), UnknownMember("new", 1)):
        match member:
            case Text(value):
                found.append(value)
            case UnknownMember(name, value):
                found.append((name, value))
    assert found == ["x", ("new", 1)]


NAMES = st.text().filter(lambda name: name != "__type")
VALUES = st.booleans() | st.integers() | st.text() | st.lists(st.none())


@given(NAMES, VALUES, st.lists(NAMES))
def test_the_one_member_that_is_not_null_is_read(
    name: str, value: object, others: list[str]
) -> None:
    body = {**dict.fromkeys(others), "__type": "ns#Choice", name: value}
    assert parse.union_member(body) == (name, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "expected an object with one member, got 0"),
        ({"a": None, "__type": "A"}, "expected an object with one member, got 0"),
        ({"a": 1, "b": 2}, "expected an object with one member, got 2"),
        ([1], "expected an object, got list"),
    ],
)
def test_what_is_no_union_is_an_error(value: object, message: str) -> None:
    with pytest.raises(ResponseParseError) as raised:
        parse.union_member(value)
    assert str(raised.value) == message


def test_a_missing_union_is_a_member_without_a_name() -> None:
    assert parse.union_member(parse.NO_MEMBER) == ("", "")
