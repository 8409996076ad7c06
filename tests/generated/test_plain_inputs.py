"""Inputs that are made of plain values at once are those that the table of checkers makes."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from drawplate.jobs._generated.s3._operations import GET_OBJECT, HEAD_OBJECT
from drawplate.operation import Operation
from drawplate.params import Mismatch, StructureChecker
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_runtime._operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

OPERATIONS = [
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    GET_OBJECT,
    HEAD_OBJECT,
]
ANYTHING_ELSE = datetime(2026, 1, 1, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Text(str):
    __slots__ = ()


VALUES = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.integers(),
    st.sampled_from([True, 1.5, "\ud800", "é", Colour.RED, Text("t"), bytearray(b"b"), [], {}]),
    st.just(ANYTHING_ELSE),
)


def of(operation: Operation[Any, Any]) -> st.SearchStrategy[dict[str, Any]]:
    checker = operation.check
    assert isinstance(checker, StructureChecker)
    names = [*checker.members, "no_member"]
    # Most are right, or none would be taken at once.
    right = {
        "endpoint_name": st.just("e"),
        "bucket": st.just("b"),
        "key": st.just("k"),
        "body": st.just(b"{}"),
    }
    needed = {name: st.one_of(right[name], VALUES) for name in checker.required}
    return st.tuples(
        st.fixed_dictionaries({}, optional=needed) | st.fixed_dictionaries(needed),
        st.dictionaries(st.sampled_from(names), st.one_of(st.none(), VALUES), max_size=3),
    ).map(lambda parts: {**parts[1], **parts[0]})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@given(data=st.data())
def test_what_is_made_at_once_is_what_the_table_makes(
    operation: Operation[Any, Any], data: st.DataObject
) -> None:
    params = data.draw(of(operation))
    assert operation.plain_input is not None
    made = operation.plain_input(params)
    if made is None:
        return
    try:
        checked = operation.check(params)
    except Mismatch as mismatch:
        raise AssertionError(f"the table refuses {params}") from mismatch
    assert made == checked
    names: tuple[str, ...] = made.__slots__
    for name in names:
        assert type(getattr(made, name)) is type(getattr(checked, name))


def test_plain_values_are_taken_at_once() -> None:
    assert INVOKE_ENDPOINT.plain_input is not None
    params: dict[str, Any] = {"endpoint_name": "e", "body": b"{}", "accept": None}
    made = INVOKE_ENDPOINT.plain_input(params)
    assert made is not None
    assert (made.endpoint_name, made.body, made.accept, made.content_type) == (
        *("e", b"{}"),
        *(None, None),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"endpoint_name": "e"},
        {"endpoint_name": None, "body": b""},
        {"endpoint_name": "e", "body": "text"},
        {"endpoint_name": "é", "body": b""},
        {"endpoint_name": Colour.RED, "body": b""},
        {"endpoint_name": "e", "body": b"", "accept": 0},
        {"endpoint_name": "e", "body": b"", "no_member": "x"},
    ],
)
def test_everything_else_is_left_to_the_table(wrong: dict[str, Any]) -> None:
    assert INVOKE_ENDPOINT.plain_input is not None
    assert INVOKE_ENDPOINT.plain_input(wrong) is None
