"""Runs the expected package of the case `bindings`: what goes into the URL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from drawplate.errors import ParamValidationError
from drawplate.http import HttpResponse

from tests.golden.bindings.expected.bindings import BindingsClient, types
from tests.golden.wire import Wire

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=timezone(timedelta(hours=1)))


def test_labels_and_query_are_encoded_and_in_order() -> None:
    wire = Wire(HttpResponse(200))
    out = BindingsClient(**wire.options).find(
        shelf="a/b ü",
        since=DAY,
        path="x/y z",
        limit=0,
        days=[DAY],
        more={"day": ["hidden"], "sort": ["hidden"], "k=": ["1&2", ""]},
    )
    url = (
        "https://golden.test/base/a%2Fb%20%C3%BC/2026-01-15T11%3A34%3A56Z/x/y%20z/end"
        "?sort=asc&raw&max=0&day=Thu%2C%2015%20Jan%202026%2011%3A34%3A56%20GMT&k%3D=1%262&k%3D="
    )
    assert wire.sent == ("GET", url, {}, b"")
    assert out == types.FindOutput()


def test_optional_parts_of_the_query_are_left_out() -> None:
    wire = Wire(HttpResponse(200))
    since = datetime(1970, 1, 1, tzinfo=UTC)
    BindingsClient(**wire.options).find(shelf="s", since=since, path="p", limit=1, days=[])
    url = "https://golden.test/base/s/1970-01-01T00%3A00%3A00Z/p/end?sort=asc&raw&max=1"
    assert wire.sent == ("GET", url, {}, b"")


@pytest.mark.parametrize(("shelf", "path"), [("", "p"), ("s", "")])
def test_an_empty_label_is_refused(shelf: str, path: str) -> None:
    wire = Wire()
    name = "path" if shelf else "shelf"
    with pytest.raises(ParamValidationError) as caught:
        BindingsClient(**wire.options).find(shelf=shelf, since=DAY, path=path, limit=1)
    assert caught.value.errors == [f'params["{name}"] must not be blank: it is part of the path']
    assert wire.requests == []
