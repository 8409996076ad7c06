"""Which type expressions take every value of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.diff.widening import plain, takes

ATOMS = ["str", "bool", "int", "float", "datetime", "Any", "Blob", "types.A | params.A"]
TYPES = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        inner.map("Sequence[{}]".format)
        | inner.map("Mapping[str, {}]".format)
        | inner.map("{} | None".format)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("float", "int"),
        ("Blob", "str"),
        ("Blob", "bytes"),
        ("Any", "types.A | params.A"),
        ("Decimal | int", "int"),
        ("Sequence[float]", "Sequence[int]"),
        ("Mapping[str, str | None]", "Mapping[str, str]"),
        ("Mapping[str, Sequence[Any]]", "Mapping[str, Sequence[str]]"),
        ("params.A | types.A", "types.A | params.A"),
        ("str", "builtins.str"),
        ("_dt.datetime", "datetime"),
        ("_types.A", "types.A"),
    ],
)
def test_takes(new: str, old: str) -> None:
    assert takes(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("int", "float"),
        ("int", "bool"),  # a type checker would let it pass, the client does not
        ("str", "Blob"),
        ("str", "Any"),
        ("str", "str | None"),
        ("Sequence[str]", "str"),
        ("Sequence[str]", "Mapping[str, str]"),
        ("Sequence[str]", "Sequence[str | None]"),
        ("types.B | params.B", "types.A | params.A"),
        ("types.A", "types.A | params.A"),
    ],
)
def test_does_not_take(new: str, old: str) -> None:
    assert not takes(new, old)


@given(TYPES)
def test_a_type_takes_itself_and_any_takes_all(type_: str) -> None:
    assert takes(type_, type_)
    assert takes("Any", type_)
    assert takes(f"{type_} | None", type_)


@given(TYPES, TYPES, TYPES)
def test_taking_is_transitive(first: str, second: str, third: str) -> None:
    if takes(first, second) and takes(second, third):
        assert takes(first, third)


@given(TYPES, TYPES)
def test_containers_take_what_their_items_take(new: str, old: str) -> None:
    assert takes(f"Sequence[{new}]", f"Sequence[{old}]") == takes(new, old)
    assert takes(f"Mapping[str, {new}]", f"Mapping[str, {old}]") == takes(new, old)


@given(TYPES)
def test_plain_types_are_left_alone(type_: str) -> None:
    assert plain(type_) == type_
