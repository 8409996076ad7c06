"""What answers are made of: each kind of member is written as the parser reads it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from drawplate import parse
from drawplate import stub_shapes as of
from drawplate.errors import ParamValidationError
from drawplate.http import HttpResponse
from drawplate.structures import Structure, UnionMember
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 15, 12, 34, 56, 500000, tzinfo=UTC)
WHOLE = NOW.replace(microsecond=0)  # HTTP dates are written without a fraction


class Out(Structure):
    __slots__ = ("value",)

    def __init__(self, value: Any = None) -> None:
        self.value = value


class OutNode(UnionMember):
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class OutText(OutNode):
    __slots__ = ()


def written(member: of.Member, value: object) -> HttpResponse:
    """The answer for an output of one member."""
    answer = of.Answer(Out, {"value": member})
    return answer.response(answer.check({"value": value}))


FIELDS: list[tuple[of.Kind, object, str, Callable[[str], object]]] = [
    (of.text("S"), " a, b ", " a, b ", str),
    (of.media_text("S"), '{"ü":1}', "eyLDvCI6MX0=", parse.base64_header),
    (of.BOOLEAN, False, "false", parse.bool_text),
    (of.INTEGER, -3, "-3", parse.int_text),
    (of.FLOAT, float("-inf"), "-Infinity", parse.float_text),
    (of.DECIMAL, Decimal("1.10"), "1.10", parse.decimal_text),
    (of.HTTP_DATE, WHOLE, "Thu, 15 Jan 2026 12:34:56 GMT", parse.as_http_date),
    (of.DATE_TIME, NOW, "2026-01-15T12:34:56.5Z", parse.as_date_time),
    (of.EPOCH_SECONDS, NOW, "1768480496.5", parse.epoch_text),
    (of.list_of(of.INTEGER), [1, 2], "1, 2", parse.list_of_text(parse.int_text)),
    (
        of.list_of(of.HTTP_DATE),
        [WHOLE, WHOLE],
        "Thu, 15 Jan 2026 12:34:56 GMT, Thu, 15 Jan 2026 12:34:56 GMT",
        parse.http_date_list,
    ),
    (
        of.list_of(of.text("S")),
        ["a b", "", "c,d", ' e"\\'],
        'a b, "", "c,d", " e\\"\\\\"',
        parse.list_of_text(str),
    ),
]


@pytest.mark.parametrize(("kind", "value", "field", "read"), FIELDS)
def test_a_header_field_is_read_back(
    kind: of.Kind, value: object, field: str, read: Callable[[str], object]
) -> None:
    headers = written(of.header("x-value", kind), value).headers
    assert dict(headers) == {"x-value": field}
    assert read(field) == value


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))))
def test_a_list_of_text_is_read_back(items: list[str]) -> None:
    headers = written(of.header("x-value", of.list_of(of.text("S"))), items).headers
    assert parse.list_of_text(str)(headers["x-value"]) == items


def test_fields_by_prefix_do_not_replace_one_of_its_own() -> None:
    answer = of.Answer(
        Out,
        {
            "more": of.prefix("x-", of.map_of(of.text("S"))),
            "value": of.header("x-value", of.text("S")),
        },
    )
    response = answer.response(answer.check({"more": {"Value": "1", "A": "2"}, "value": "3"}))
    assert dict(response.headers) == {"x-value": "3", "x-a": "2"}


PAYLOADS: list[tuple[of.Kind, object, bytes]] = [
    (of.BLOB, "ü", "ü".encode()),
    (of.STREAM, "ü", "ü".encode()),
    (of.STREAM, io.BytesIO(b"file"), b"file"),
    (of.STREAM, iter([b"a", b"b"]), b"ab"),
    (of.text("S"), "ü", "ü".encode()),
    (of.DOCUMENT, {"a": [None, True]}, b'{"a":[null,true]}'),
    (of.list_of(of.BLOB, sparse=True), [b"\0", None], b'["AA==",null]'),
    (of.map_of(of.DECIMAL, sparse=True), {"a": Decimal("1.10"), "b": None}, b'{"a":1.10,"b":null}'),
]


@pytest.mark.parametrize(("kind", "value", "content"), PAYLOADS)
def test_a_payload_is_the_body(kind: of.Kind, value: object, content: bytes) -> None:
    assert written(of.payload(kind), value).body == content


@pytest.mark.parametrize("value", [[b"a", "b"], {"a": 1}, 5])
def test_a_stream_of_bytes_has_to_be_one(value: object) -> None:
    with pytest.raises(ParamValidationError, match=r'^expected data\["value"\] to be bytes, a str'):
        written(of.payload(of.STREAM), value)


def test_what_is_absent_leaves_the_body_empty_or_an_empty_object() -> None:
    assert written(of.payload(of.DOCUMENT), None).body == b""
    assert written(of.body("V", of.INTEGER), None).body == b"{}"
    assert written(of.header("v", of.INTEGER), None).body == b""


def test_made_up_shapes_end_where_they_would_contain_themselves() -> None:
    node = of.Structure(Out, members={"value": of.body("V", of.text("Name"))})
    union = of.Union("Node", members={})
    node.members["next"] = of.body("N", union)
    union.members["node"] = (OutNode, "n", node)
    answer = of.Answer(Out, {"value": of.payload(union)})
    assert answer.sample(NOW) == {"value": OutNode({"value": "Name"})}
    # The first member would contain itself, and the second one is made up.
    union.members["text"] = (OutText, "t", of.text("Text"))
    made = answer.sample(NOW)
    assert made == {"value": OutNode({"value": "Name"})}
    assert answer.response(made).body == b'{"n":{"V":"Name"}}'
    first = of.Structure(Out, members={})
    choice = of.Union("Choice", members={"first": (OutNode, "f", first)})
    choice.members["text"] = (OutText, "t", of.text("Text"))
    first.members["value"] = of.body("C", choice)
    assert of.Answer(Out, {"value": of.body("V", first)}).sample(NOW) == {
        "value": {"value": OutText("Text")}
    }
    alone = of.Union("Alone", members={"first": (OutNode, "f", first)})
    first.members["value"] = of.body("C", alone)
    assert of.Answer(Out, {"value": of.body("V", first)}).sample(NOW) == {"value": {}}
    assert of.Answer(Out, {"value": of.body("V", alone)}).sample(NOW) == {"value": OutNode({})}
