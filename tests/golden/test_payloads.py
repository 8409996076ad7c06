"""Runs the expected package of the case `bindings`: a member as the whole body."""

from __future__ import annotations

import pytest
from drawplate.errors import ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire

ECHO = "https://golden.test/base/echo"
PACK = "https://golden.test/base/pack"


def test_text_goes_out_and_comes_back_as_utf_8() -> None:
    wire = Wire(HttpResponse(200, body="ok ü".encode()))
    out = BindingsClient(**wire.options).echo(text="t", count=1, note="grüß")
    fields = {"x-text": "t", "x-count": "1", "content-type": "text/plain"}
    assert wire.sent == ("POST", ECHO, fields, "grüß".encode())
    assert out == types.Fields(text="", count=0, labels={}, note="ok ü")


def test_without_a_payload_there_is_no_content_type_and_none_comes_back() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).echo(text="t", count=1)
    assert wire.sent == ("POST", ECHO, {"x-text": "t", "x-count": "1"}, b"")
    assert out.note is None


def test_text_that_is_not_utf_8_is_an_error() -> None:
    wire = Wire(HttpResponse(200, body=b"\xff"))
    with pytest.raises(ResponseParseError, match=r"^the response body is not UTF-8 text$"):
        BindingsClient(**wire.options).echo(text="t", count=1)


def test_a_blob_goes_out_as_it_is_and_a_document_comes_back() -> None:
    wire = Wire(HttpResponse(201, body=b'{"a": [1, null]}'))
    out = BindingsClient(**wire.options).pack(image=b"\x89PNG")
    assert wire.sent == ("PUT", PACK, {"content-type": "image/png"}, b"\x89PNG")
    assert out == types.PackOutput(any={"a": [1, None]}, status=201)


def test_a_blob_that_is_absent_is_no_body() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).pack()
    assert wire.sent == ("PUT", PACK, {}, b"")
    assert out == types.PackOutput(any=None, status=200)
