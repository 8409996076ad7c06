"""A call as an object: built now, sent later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from drawplate.errors import NetworkingError, ServiceError
from drawplate.structures import Output

OutputT = TypeVar("OutputT", bound=Output)


class Response(Generic[OutputT]):
    """What came of a request: `data`, the typed output, or `error`."""

    __slots__ = ("data", "error")

    def __init__(
        self, data: OutputT | None, error: ServiceError | NetworkingError | None = None
    ) -> None:
        self.data = data
        self.error = error

    @property
    def successful(self) -> bool:
        """Whether the service answered with success."""
        return self.error is None

    def __repr__(self) -> str:
        return f"Response({self.data if self.error is None else self.error!r})"


class Request(Generic[OutputT]):
    """An operation with its parameters, not yet sent; made by `client.build_request`.

    The parameters were copied, but are checked only when the request is sent.
    """

    __slots__ = ("_send", "operation_name", "params")

    def __init__(
        self,
        operation_name: str,
        params: Mapping[str, object],
        send: Callable[[Mapping[str, object]], OutputT],
    ) -> None:
        self.operation_name = operation_name
        self.params = dict(params)
        self._send = send

    def send(self) -> Response[OutputT]:
        """Send it; raises what calling the operation raises."""
        return Response(self._send(self.params))

    def __repr__(self) -> str:
        # The values may be secret.
        return f"<Request {self.operation_name}({', '.join(self.params)})>"
