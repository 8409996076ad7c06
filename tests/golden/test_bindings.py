"""Runs the expected package of the case `bindings`: header fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from drawplate.errors import ParamValidationError, ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
NEXT_DAY = datetime(2026, 1, 16, tzinfo=UTC)

FIELDS = {
    "x-text": "a, b",
    "x-count": "-3",
    "x-texts": 'a, "b,c", "say \\"hi\\""',
    "x-dates": "Thu, 15 Jan 2026 12:34:56 GMT, Fri, 16 Jan 2026 00:00:00 GMT",
    "x-label-color": "red",
}


def test_each_kind_of_value_is_written_and_read() -> None:
    wire = Wire(HttpResponse(200, FIELDS))
    out = BindingsClient(**wire.options).echo(
        text="a, b",
        count=-3,
        texts=["a", "b,c", 'say "hi"'],
        dates=[DAY, NEXT_DAY],
        labels={"Color": "red"},
    )
    assert wire.sent == ("POST", "https://golden.test/base/echo", FIELDS, b"")
    assert out == types.Fields(
        text="a, b",
        count=-3,
        texts=["a", "b,c", 'say "hi"'],
        dates=[DAY, NEXT_DAY],
        labels={"color": "red"},
    )


def test_what_is_absent_is_not_sent_and_what_is_required_is_corrected() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).echo(text="", count=0, texts=[], labels={})
    assert wire.sent == (
        "POST",
        "https://golden.test/base/echo",
        {"x-text": "", "x-count": "0", "x-texts": ""},
        b"",
    )
    assert out == types.Fields(text="", count=0, labels={})


def test_a_prefixed_field_does_not_replace_one_of_its_own() -> None:
    wire = Wire(HttpResponse(200))
    BindingsClient(**wire.options).echo(text="t", count=1, labels={"A": "1", "b": "2"})
    assert wire.sent[2] == {"x-text": "t", "x-count": "1", "x-label-a": "1", "x-label-b": "2"}


def test_a_field_that_is_not_of_its_type_is_an_error_that_names_it() -> None:
    wire = Wire(HttpResponse(200, {"x-count": "many"}))
    with pytest.raises(ResponseParseError, match=r"^header x-count: expected an integer$"):
        BindingsClient(**wire.options).echo(text="t", count=1)


def test_a_value_that_would_end_its_field_is_refused_and_not_shown() -> None:
    wire = Wire()
    with pytest.raises(ParamValidationError) as caught:
        BindingsClient(**wire.options).echo(text="secret\r\nx-evil: 1", count=1)
    assert caught.value.errors == [
        "header x-text: the value has a CR, LF or NUL character; remove it"
    ]
    assert wire.requests == []
