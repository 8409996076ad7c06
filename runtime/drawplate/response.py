"""What came of a call: the typed output, or the error that ended it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from drawplate.errors import EventStreamError, NetworkingError, ServiceError
from drawplate.structures import Output

if TYPE_CHECKING:
    from drawplate.context import RequestContext

OutputT = TypeVar("OutputT", bound=Output)


class Response(Generic[OutputT]):
    """What came of a request: `data`, the typed output, or `error`; one of them is None.

    Only a stream that failed while it was read for its handler leaves both: the events so far.
    Members of the output can be read off the response itself: `response.body` is
    `response.data.body`. requests.md section 13.
    """

    __slots__ = ("context", "data", "error")

    data: OutputT | None
    error: ServiceError | NetworkingError | EventStreamError | None

    def __init__(
        self,
        context: RequestContext,
        data: OutputT | None,
        error: ServiceError | NetworkingError | EventStreamError | None = None,
    ) -> None:
        self.context = context
        self.data = data
        self.error = error

    @property
    def output(self) -> OutputT:
        """The output; raises the error where there is none."""
        if self.error is not None:
            raise self.error
        if self.data is None:
            raise RuntimeError("a handler answered the call with neither data nor an error")
        return self.data

    @property
    def status(self) -> int:
        """HTTP status of the last answer, 0 where there was none."""
        answer = self.context.http_response
        return 0 if answer is None else answer.status

    @property
    def successful(self) -> bool:
        """Whether the service answered with success."""
        return self.error is None

    @property
    def checksum_validated(self) -> str | None:
        """Name of the checksum that the body is held to, as in `ResponseMetadata.checksum`."""
        return None if self.data is None else self.data.metadata.checksum

    def on(
        self, status: int | range, function: Callable[[Response[OutputT]], object]
    ) -> Response[OutputT]:
        """Call a function with this response if its status is this one, or in this range."""
        if self.status == status if isinstance(status, int) else self.status in status:
            function(self)
        return self

    def on_success(self, function: Callable[[Response[OutputT]], object]) -> Response[OutputT]:
        """Call a function with this response if it is successful."""
        if self.successful:
            function(self)
        return self

    def on_error(self, function: Callable[[Response[OutputT]], object]) -> Response[OutputT]:
        """Call a function with this response if it holds an error."""
        if self.error is not None:
            function(self)
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in Response.__slots__:
            raise AttributeError(name)
        if self.data is None:
            raise AttributeError(
                f"the response has no {name}, since the call failed; look at its error"
            )
        return getattr(self.data, name)

    def __repr__(self) -> str:
        return f"Response({self.data if self.error is None else self.error!r})"
