"""bigDecimal: numbers that go through JSON, headers and parameters digit for digit."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from drawplate import params, parse, serialize
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.http import HttpResponse
from drawplate.params import check_params
from hypothesis import given
from hypothesis import strategies as st

#: More digits than a float has.
LONG = "3.14159265358979323846264338327950288419716939937510"

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(codec="utf-8"))
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=8,
)


@given(DECIMALS)
def test_every_decimal_survives_json(value: Decimal) -> None:
    body = serialize.exact_json_body({"a": [serialize.exact_number(value)]})
    (found,) = parse.read_list(parse.json_object(body, exact=True)["a"], parse.as_decimal)
    assert found == value
    if set(str(value)) & set(".E"):
        assert str(found) == str(value)  # `==` calls 1.0 and 1.00 the same


@given(DOCUMENTS)
def test_other_values_are_written_as_ever(value: object) -> None:
    assert serialize.exact_json_body(value) == serialize.json_body(value)


def test_only_numbers_with_a_fraction_or_exponent_need_their_digits() -> None:
    body = parse.json_object(f'{{"pi": {LONG}, "n": {10**30}, "e": 1E+2}}'.encode(), exact=True)
    assert parse.as_decimal(body["pi"]) == Decimal(LONG)
    assert parse.as_decimal(body["n"]) == Decimal(10**30)
    assert str(parse.as_decimal(body["e"])) == "1E+2"
    assert (parse.as_float(body["pi"]), parse.as_int(body["e"])) == (float(LONG), 100)
    assert type(parse.as_float(body["pi"])) is float
    assert json.dumps(body["pi"]) == json.dumps(float(LONG))


def test_a_document_that_was_not_decoded_as_exact_gives_what_a_float_has() -> None:
    assert parse.as_decimal(0.1) == Decimal("0.1")
    assert parse.as_decimal(7) == Decimal(7)


@pytest.mark.parametrize("value", ["1", True, None, float("nan"), float("inf")])
def test_what_is_no_number_is_an_error(value: object) -> None:
    with pytest.raises(ResponseParseError, match=r"^expected a number, got "):
        parse.as_decimal(value)


@pytest.mark.parametrize("text", ["1e99999999999999999999", "-1e-99999999999999999999"])
def test_an_exponent_beyond_all_is_an_error(text: str) -> None:
    body = parse.json_object(f'{{"a": {text}}}'.encode(), exact=True)
    with pytest.raises(ResponseParseError, match=r"^expected a number, got one out of range$"):
        parse.as_decimal(body["a"])
    with pytest.raises(ResponseParseError, match=r"^expected a number, got one out of range$"):
        parse.decimal_text(text)


def test_a_header_field_is_read_digit_for_digit() -> None:
    assert parse.decimal_text(LONG) == Decimal(LONG)
    for text in ("many", "Infinity", ""):
        with pytest.raises(ResponseParseError, match=r"^expected a number"):
            parse.decimal_text(text)


def test_a_payload_is_decoded_as_exact() -> None:
    response = HttpResponse(200, body=LONG.encode())
    assert parse.optional_payload(response, parse.as_decimal, exact=True) == Decimal(LONG)
    assert parse.optional_payload(HttpResponse(200), parse.as_decimal, exact=True) is None


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (Decimal(LONG), Decimal(LONG)),
        (LONG, Decimal(LONG)),
        (10**40, Decimal(10**40)),
        (0.1, Decimal("0.1")),
    ],
)
def test_a_parameter_is_taken_digit_for_digit(given: object, made: Decimal) -> None:
    assert check_params(params.decimal, given) == made


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (True, "expected params to be a Decimal, got bool instead"),
        ("1,5", "expected params to be a Decimal, got str instead"),
        (b"1", "expected params to be a Decimal, got bytes instead"),
        (Decimal("NaN"), "expected params to be a finite number"),
        (float("inf"), "expected params to be a finite number"),
    ],
)
def test_other_parameters_are_refused(given: object, problem: str) -> None:
    with pytest.raises(ParamValidationError) as raised:
        check_params(params.decimal, given)
    assert raised.value.errors == [problem]
