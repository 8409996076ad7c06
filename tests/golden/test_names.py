"""Runs the expected package of the case `names`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from drawplate.http import HttpResponse

from tests.golden.names.expected.names import NamesClient, errors, types
from tests.golden.wire import Wire

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_names_that_are_taken_get_an_underscore_and_others_stay() -> None:
    answer = {"metadata": "m", "str": "s", "list": ["l"]}
    wire = Wire(HttpResponse(200, body=json.dumps(answer).encode()))
    out = NamesClient(**wire.options).import_(
        self_="me", from_="f", class_="c", bytes=b"b", datetime=EPOCH, types={"none": {}}
    )
    assert wire.sent == (
        "POST",
        "https://golden.test/base/import/me?from=f",
        {"class": "c", "content-type": "application/json"},
        b'{"bytes":"Yg==","datetime":0,"types":{"None":{}}}',
    )
    assert out == types.Output_(metadata_="m", str="s", list=["l"])
    assert repr(out) == "Output_(metadata_='m', str='s', list=['l'])"
    assert out.metadata.status == 200


def test_a_shape_named_as_a_builtin_keeps_its_name_on_the_wire() -> None:
    body = b'{"message": "m", "str": "s", "types": {"None": {}}, "status": "bad"}'
    wire = Wire(HttpResponse(400, {"x-amzn-errortype": "Exception"}, body))
    with pytest.raises(errors.Exception_) as caught:
        NamesClient(**wire.options).import_(self_="me")
    error = caught.value
    assert (error.code, error.message, error.status) == ("Exception", "m", 400)
    assert (error.str, error.status_) == ("s", "bad")
    assert error.types == types.Any_(none=types.Any_())


def test_a_request_can_be_built_by_name() -> None:
    wire = Wire(HttpResponse(200))
    response = NamesClient(**wire.options).build_request("import_", {"self_": "me"}).send()
    assert response.data == types.Output_()
    assert wire.sent[1] == "https://golden.test/base/import/me"


def test_an_overlay_tells_apart_what_python_would_call_the_same() -> None:
    wire = Wire(HttpResponse(200), HttpResponse(200))
    client = NamesClient(**wire.options)
    assert client.import_(self_="me", from_="a", other_from="b") == types.Output_()
    assert wire.sent[:2] == ("POST", "https://golden.test/base/import/me?from=a&from_=b")
    assert client.import_all() == types.Output_()
    assert wire.requests[1].url == "https://golden.test/base/import"
