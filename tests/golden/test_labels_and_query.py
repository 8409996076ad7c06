"""Runs the expected package of the case `bindings`: what goes into the URL."""

from __future__ import annotations

import pytest
from drawplate.errors import ParamValidationError
from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire


def test_labels_and_query_are_encoded_and_in_order() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).find(
        shelf="a/b ü",
        path="x/y z",
        limit=0,
        tags=["1&2", ""],
        more={"tag": ["hidden"], "sort": ["hidden"], "k=": ["v", "w"]},
    )
    url = (
        "https://golden.test/base/a%2Fb%20%C3%BC/x/y%20z/end"
        "?sort=asc&raw&max=0&tag=1%262&tag="
        "&k%3D=v&k%3D=w"
    )
    assert wire.sent == ("GET", url, {}, b"")
    assert out == types.FindOutput()


def test_optional_parts_of_the_query_are_left_out() -> None:
    wire = Wire(HttpResponse(200))
    BindingsClient(**wire.options).find(shelf="s", path="p", limit=1, tags=[])
    url = "https://golden.test/base/s/p/end?sort=asc&raw&max=1"
    assert wire.sent == ("GET", url, {}, b"")


@pytest.mark.parametrize(("shelf", "path"), [("", "p"), ("s", "")])
def test_an_empty_label_is_refused(shelf: str, path: str) -> None:
    wire = Wire()
    name = "path" if shelf else "shelf"
    with pytest.raises(ParamValidationError) as caught:
        BindingsClient(**wire.options).find(shelf=shelf, path=path, limit=1)
    assert caught.value.errors == [f'params["{name}"] must not be blank: it is part of the path']
    assert wire.requests == []
