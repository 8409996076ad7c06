"""Runs the expected package of the case `bindings`: a member as the whole body."""

from __future__ import annotations

from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire

URL = "https://golden.test/base/tell"


def test_text_goes_out_as_utf_8_and_a_document_comes_back() -> None:
    wire = Wire(HttpResponse(201, body=b'{"a": [1, null]}'))
    out = BindingsClient(**wire.options).tell(text="grüß")
    assert wire.sent == ("PUT", URL, {"content-type": "text/plain"}, "grüß".encode())
    assert out == types.TellOutput(any={"a": [1, None]}, status=201)


def test_a_member_says_the_content_type_and_wins() -> None:
    wire = Wire(HttpResponse(200))
    BindingsClient(**wire.options).tell(text="a,b", kind="text/csv")
    assert wire.sent == ("PUT", URL, {"content-type": "text/csv"}, b"a,b")


def test_without_a_payload_there_is_no_content_type_and_none_comes_back() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).tell()
    assert wire.sent == ("PUT", URL, {}, b"")
    assert out == types.TellOutput(any=None, status=200)
