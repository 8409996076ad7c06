"""How pages hang together: values in, the parameters of the next call out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from drawplate.errors import PaginationError, ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.pagination import Pagination, Paginator
from drawplate.structures import Output, Structure
from hypothesis import given
from hypothesis import strategies as st


class Input(Structure):
    __slots__ = ("after", "once")

    def __init__(self, *, after: str | None = None, once: str | None = None) -> None:
        self.after = after
        self.once = once


class Page(Output):
    __slots__ = ("items", "next")

    def __init__(self, items: list[int] | None = None, next: str | None = None) -> None:  # noqa: A002
        self.items = items
        self.next = next


def _check(params: object) -> Input:
    assert isinstance(params, Input)
    return params


def _serialize(_params: Input) -> HttpRequest:
    return HttpRequest("GET", "/")


def _parse(_response: HttpResponse) -> Page:
    return Page()


PAGINATION: Pagination[Input, Page, int] = Pagination(
    operation=Operation(
        name="ListThings",
        method_name="list_things",
        check=_check,
        serialize=_serialize,
        parse=_parse,
        errors=Errors(ServiceError, {}),
    ),
    member="after",
    next_token=lambda page: page.next,
    items=lambda page: page.items,
)


class Service:
    """Answers with pages, one a call, and fills in what a call fills in."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.asked: list[str | None] = []
        self._pages = iter(pages)

    def call(self, params: Input) -> Page:
        assert params.once is None
        params.once = "filled in"
        self.asked.append(params.after)
        return next(self._pages)


@pytest.mark.parametrize("token", [None, ""])
def test_the_last_page_has_no_token(token: str | None) -> None:
    assert PAGINATION.following(Input(after="1"), Page([1], token)) is None


def test_the_next_parameters_are_the_same_but_for_the_token() -> None:
    given = Input(after="1", once="x")
    assert PAGINATION.following(given, Page(next="2")) == Input(after="2", once="x")
    assert given == Input(after="1", once="x")


def test_a_token_that_comes_back_is_an_error() -> None:
    with pytest.raises(PaginationError, match="ListThings answered a page with the token that"):
        PAGINATION.following(Input(after="1"), Page(next="1"))


@given(st.lists(st.none() | st.lists(st.integers(), max_size=3), min_size=1, max_size=6))
def test_items_are_those_of_all_pages_in_order(pages: list[list[int] | None]) -> None:
    tokens = [str(number) for number in range(1, len(pages))]
    made = [Page(items, token) for items, token in zip(pages, [*tokens, None], strict=True)]
    service = Service(made * 2)
    paginator: Paginator[int, Page] = Paginator(PAGINATION, Input(), service.call)
    assert list(paginator.pages()) == made
    assert list(paginator) == [item for items in pages for item in items or ()]
    assert service.asked == [None, *tokens] * 2
