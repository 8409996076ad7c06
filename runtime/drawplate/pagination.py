"""Pages of an operation that answers in parts: iterate over the items, or over the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from drawplate.errors import PaginationError

if TYPE_CHECKING:
    from drawplate.operation import Operation

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
ItemT = TypeVar("ItemT")


class Pagination(Generic[InputT, OutputT, ItemT]):
    """How the pages of an operation hang together (Smithy's `paginated` trait).

    `member` names the member of the input that asks for a page, `next_token` reads out of a page
    the token of the one after it, and `items` what the page holds; both may come to None.
    """

    __slots__ = ("items", "member", "next_token", "operation")

    def __init__(
        self,
        *,
        operation: Operation[InputT, OutputT],
        member: str,
        next_token: Callable[[OutputT], object],
        items: Callable[[OutputT], Iterable[ItemT] | None],
    ) -> None:
        self.operation = operation
        self.member = member
        self.next_token = next_token
        self.items = items

    def following(self, parameters: InputT, page: OutputT) -> InputT | None:
        """Parameters for the page after the one that these parameters led to, None after the last.

        The last page has no token, or an empty one. Raises `PaginationError` for a token that asks
        for the same page again: paging on would not end.
        """
        token = self.next_token(page)
        if not token:
            return None
        if token == getattr(parameters, self.member):
            raise PaginationError(
                f"{self.operation.name} answered a page with the token that had asked for it "
                f"({self.member}); the pages would not end, so ask for single ones with "
                f"{self.operation.method_name}"
            )
        following = copy(parameters)
        setattr(following, self.member, token)
        return following


class _Pages(Generic[ItemT, OutputT]):
    """What pages of one call are taken from."""

    __slots__ = ("_pagination", "_parameters")

    def __init__(self, pagination: Pagination[Any, OutputT, ItemT], parameters: Any) -> None:
        self._pagination = pagination
        self._parameters = parameters

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._pagination.operation.name}>"


class Paginator(_Pages[ItemT, OutputT]):
    """All pages of one call. Nothing is sent before the iteration begins; each one begins anew.

    Iterating yields the items of all pages, or the pages where the model names no items. Raises
    what calling the operation raises, and `PaginationError` for pages that do not end.
    """

    __slots__ = ("_call",)

    def __init__(
        self,
        pagination: Pagination[Any, OutputT, ItemT],
        parameters: Any,
        call: Callable[[Any], OutputT],
    ) -> None:
        super().__init__(pagination, parameters)
        self._call = call

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.pages():
            yield from self._pagination.items(page) or ()

    def pages(self) -> Iterator[OutputT]:
        """Yield the outputs of the operation, one call a page."""
        parameters = self._parameters
        while parameters is not None:
            # A call fills in an idempotency token: each page has its own.
            page = self._call(copy(parameters))
            yield page
            parameters = self._pagination.following(parameters, page)


class AsyncPaginator(_Pages[ItemT, OutputT]):
    """All pages of one call, with `async for`; else as `Paginator`."""

    __slots__ = ("_call",)

    def __init__(
        self,
        pagination: Pagination[Any, OutputT, ItemT],
        parameters: Any,
        call: Callable[[Any], Awaitable[OutputT]],
    ) -> None:
        super().__init__(pagination, parameters)
        self._call = call

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.pages():
            for item in self._pagination.items(page) or ():
                yield item

    async def pages(self) -> AsyncIterator[OutputT]:
        """Yield the outputs of the operation, one call a page."""
        parameters = self._parameters
        while parameters is not None:
            page = await self._call(copy(parameters))  # copied as in `Paginator.pages`
            yield page
            parameters = self._pagination.following(parameters, page)
