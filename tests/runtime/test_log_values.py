"""What records of calls leave out, and how they show values."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate._summaries import Summaries
from drawplate.context import RequestContext
from drawplate.errors import ServiceError
from drawplate.http import HttpResponse
from drawplate.log import Formatter
from drawplate.response import Response
from drawplate.structures import Structure, UnionMember
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_runtime import types

from tests.runtime.clients import Recorder, make
from tests.runtime.observing import FINE, PARAMS, Log, record

pytestmark = pytest.mark.usefixtures("face")  # both clients


class Card(Structure):
    __slots__ = ("holder", "number")
    _sensitive = frozenset({"number"})

    def __init__(self, holder: object, number: object = None) -> None:
        self.holder = holder
        self.number = number


class MarkCard(UnionMember):
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class MarkPin(UnionMember):
    __slots__ = ("value",)
    _sensitive = frozenset({"value"})

    def __init__(self, value: object) -> None:
        self.value = value


class MarkDot(UnionMember):
    __slots__ = ()


def summaries(*names: str, hides: bool = True, longest: int = 1000) -> Summaries:
    return Summaries(max_string_size=longest, names=frozenset(names), hides=hides)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (5, "5"),
        (1.5, "1.5"),
        ("it's", '"it\'s"'),
        (b"\x00a", "b'\\x00a'"),
        (datetime(2026, 1, 1, tzinfo=UTC), repr(datetime(2026, 1, 1, tzinfo=UTC))),
        ([1, ["a"]], "[1, ['a']]"),
        ((), "[]"),
        ({"a": {"b": None}}, "{'a': {'b': None}}"),
        (Card("Ada", "4111"), "{'holder': 'Ada', 'number': '[FILTERED]'}"),
        ([Card(Card("Ada", 1))], "[{'holder': {'holder': 'Ada', 'number': '[FILTERED]'}}]"),
        (MarkCard(Card("Ada", 1)), "MarkCard({'holder': 'Ada', 'number': '[FILTERED]'})"),
        (MarkPin("1234"), "MarkPin('[FILTERED]')"),
        (MarkDot(), "MarkDot()"),
        (types.PayloadPart(bytes=b"secret"), "{'bytes': '[FILTERED]'}"),
        ([types.PayloadPart(bytes=b"secret")], "[{'bytes': '[FILTERED]'}]"),
        (object(), "<object>"),
        (iter(()), "<tuple_iterator>"),
    ],
)
def test_summaries(value: object, text: str) -> None:
    assert summaries().text(value) == text


def test_long_values_are_cut() -> None:
    brief = summaries(longest=3)
    assert brief.text("abc") == "'abc'"
    assert brief.text("abcé") == "<str 'abc' ... (5 bytes)>"
    assert brief.text(b"abcd") == "<bytes b'abc' ... (4 bytes)>"
    assert brief.text(["abcd"]) == "[<str 'abc' ... (4 bytes)>]"


def test_names_are_left_out_at_any_depth() -> None:
    hidden = summaries("holder", "deep_key")
    assert hidden.text(Card("Ada")) == "{'holder': '[FILTERED]'}"
    assert hidden.text({"a": [{"deep_key": 1, "b": 2}]}) == (
        "{'a': [{'deep_key': '[FILTERED]', 'b': 2}]}"
    )
    # The member "card" of the union "Mark".
    assert summaries("card").text(MarkCard(5)) == "MarkCard('[FILTERED]')"
    assert summaries("pin").text(MarkCard(5)) == "MarkCard(5)"


def test_everything_is_shown_to_who_asks_for_it() -> None:
    open_ = summaries("holder", hides=False)
    assert open_.text(Card("Ada", "4111")) == "{'holder': 'Ada', 'number': '4111'}"
    assert open_.text({"holder": 1}) == "{'holder': 1}"
    formatter = Formatter(
        ":request_params :http_request_body :http_response_body",
        filter=["endpoint_name"],
        filter_sensitive_params=False,
    )
    assert record(formatter) == "endpoint_name:'ep',body:b'x' b'x' b'ok'"


def test_parameters_that_a_formatter_is_told_to_leave_out() -> None:
    formatter = Formatter(":request_params :http_request_endpoint", filter=["endpoint_name"])
    text = record(formatter, params={"target_variant": "blue"})
    assert text == (
        "endpoint_name:'[FILTERED]',body:'[FILTERED]',target_variant:'blue' "
        "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/[FILTERED]/invocations"
    )


def test_a_query_is_left_out() -> None:
    client = make(transport=Recorder(FINE))
    request = client.build_request("invoke_endpoint", PARAMS)

    def ask(context: Any) -> None:
        context.request.url += "?key=secret"

    request.handle_request(ask)
    assert (
        Formatter(":http_request_endpoint")
        .format(request.send())
        .endswith("/invocations?[FILTERED]")
    )


def test_files_are_named_and_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "body.bin"
    path.write_bytes(b"12345")
    formatter = Formatter(":request_params", filter_sensitive_params=False)
    with path.open("rb") as file:
        for body in (path, file):
            text = record(formatter, params={"body": body})
            assert text == f"endpoint_name:'ep',body:<file {str(path)!r} (5 bytes)>"
    text = record(formatter, params={"body": io.BytesIO(b"123")})
    assert text == "endpoint_name:'ep',body:b'123'"


def test_bodies_are_shown_where_the_model_knows_nothing_secret() -> None:
    log = Log()
    client = make(
        transport=Recorder(HttpResponse(202, body=b'{"InferenceId":"i"}')),
        logger=log,
        log_formatter=Formatter(":http_response_body"),
    )
    client.invoke_endpoint_async(endpoint_name="ep", input_location="s3://b/k")
    # Its input has a body, even if this call gave none: the class decides.
    assert log.text == "<bytes [FILTERED] (19 bytes)>"
    shown = summaries()
    assert shown.body(b"{}", Card.__base__, {"a": 1}) == "b'{}'"
    assert shown.body(b"{}", None, [Card("a")]) == "<bytes [FILTERED] (2 bytes)>"
    assert summaries("a").body(b"{}", {"a": 1}) == "<bytes [FILTERED] (2 bytes)>"
    assert shown.body(iter([b"x"])) == "<stream>"


def test_dictionaries_that_nobody_checked_are_left_out() -> None:
    assert summaries().members(Card({"number": 1}), {}, is_checked=False) == "holder:'[FILTERED]'"
    assert summaries().members(Card({"n": 1}), {}, is_checked=True) == "holder:{'n': 1}"
    assert summaries().members("text", None, is_checked=True) == "[FILTERED]"
    given = {"a": 1, "b": None}
    assert summaries().unchecked(given) == "a:[FILTERED]"
    assert summaries(hides=False).unchecked(given) == "a:1"
    assert summaries().unchecked(None) == ""


def test_a_handler_that_answers_before_parameters_are_checked() -> None:
    log = Log()
    client = make(
        transport=Recorder(),
        logger=log,
        log_formatter=Formatter(
            ":http_request_method:http_request_scheme:http_request_host:http_request_port"
            ":http_request_endpoint:http_request_headers:http_request_body|:request_params"
        ),
        raise_response_errors=False,
    )

    def handle(context: RequestContext, _next: CallNext) -> Flow[Response[Any]]:
        yield from ()
        return Response(context, None, ServiceError("no"))

    request = client.build_request("invoke_endpoint", PARAMS)
    request.handle(handle, step="validate", priority=51)
    request.send()
    assert log.text == "|endpoint_name:[FILTERED],body:[FILTERED]"


@given(st.text())
def test_text_without_placeholders_stays_as_it_is(text: str) -> None:
    client = make(transport=Recorder(FINE))
    response = client.build_request("invoke_endpoint", PARAMS).send()
    plain = text.replace(":", ";")
    assert Formatter(plain).format(response) == plain
