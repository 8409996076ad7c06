"""Runs the expected package of the case `bindings`: a member as the whole body."""

from __future__ import annotations

import pytest
from drawplate.errors import ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire


def test_a_blob_goes_out_as_it_is_and_a_document_comes_back() -> None:
    wire = Wire(HttpResponse(201, body=b'{"a": [1, null]}'))
    out = BindingsClient(**wire.options).draw(image=b"\x89PNG\x00")
    url = "https://golden.test/base/draw"
    assert wire.sent == ("PUT", url, {"content-type": "image/png"}, b"\x89PNG\x00")
    assert out == types.DrawOutput(any={"a": [1, None]}, status=201)


def test_an_empty_blob_that_is_required_still_has_its_type() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).draw(image=b"")
    url = "https://golden.test/base/draw"
    assert wire.sent == ("PUT", url, {"content-type": "image/png"}, b"")
    assert out == types.DrawOutput(any=None, status=200)


def test_text_goes_out_as_utf_8() -> None:
    wire = Wire(HttpResponse(200, body=b"\x89"))
    out = BindingsClient(**wire.options).tell(text="grüß")
    url = "https://golden.test/base/tell"
    assert wire.sent == ("PUT", url, {"content-type": "text/plain"}, "grüß".encode())
    assert out == types.TellOutput(image=b"\x89")


def test_a_member_says_the_content_type_and_wins() -> None:
    wire = Wire(HttpResponse(200))
    BindingsClient(**wire.options).tell(text="a,b", kind="text/csv")
    url = "https://golden.test/base/tell"
    assert wire.sent == ("PUT", url, {"content-type": "text/csv"}, b"a,b")


def test_without_a_payload_there_is_no_content_type_and_none_comes_back() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).tell()
    assert wire.sent == ("PUT", "https://golden.test/base/tell", {}, b"")
    assert out == types.TellOutput()


def test_a_structure_goes_out_as_json() -> None:
    wire = Wire(HttpResponse(200, body="ok ü".encode()))
    out = BindingsClient(**wire.options).pack(box={"size": 3})
    url = "https://golden.test/base/pack"
    assert wire.sent == ("PUT", url, {"content-type": "application/json"}, b'{"Size":3}')
    assert out == types.PackOutput(text="ok ü")


def test_a_structure_that_is_absent_is_an_empty_object() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).pack()
    url = "https://golden.test/base/pack"
    assert wire.sent == ("PUT", url, {"content-type": "application/json"}, b"{}")
    assert out == types.PackOutput(text="")


def test_text_that_is_not_utf_8_is_an_error() -> None:
    wire = Wire(HttpResponse(200, body=b"\xff"))
    with pytest.raises(ResponseParseError, match=r"^the response body is not UTF-8 text$"):
        BindingsClient(**wire.options).pack(box=types.Box(size=1))
