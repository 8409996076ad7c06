"""Transports for tests that keep what was sent, and answer it themselves or pass it on.

    transport = CapturingTransport(HttpResponse(200, {}, b"[1]"))
    client = SageMakerRuntimeClient(transport=transport, …)
    client.invoke_endpoint(endpoint_name="my-endpoint", body=b"x")
    assert transport.request.body == b"x"

A request is kept as the transport got it: signed, and once for each attempt. What carries one over
the wire adds to it only what HTTP/1.1 is framed by.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from drawplate.http import HttpRequest, HttpResponse
from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from types import TracebackType

    from drawplate.http import AsyncTransport, Transport

#: A response, an error to raise, or a function of the request that returns or raises one.
Answer = HttpResponse | Exception | Callable[[HttpRequest], HttpResponse]


class _Captured:
    """The requests so far, and the answers to them. Requests may come from any thread."""

    __slots__ = ("_answers", "_given", "_lock", "_requests")

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = answers
        self._given = 0
        self._lock = Lock()
        self._requests: list[HttpRequest] = []

    @property
    def requests(self) -> list[HttpRequest]:
        """Copies of the requests so far, in their order."""
        with self._lock:
            return list(self._requests)

    @property
    def request(self) -> HttpRequest:
        """The one request that was sent; `ValueError` if there are none or several."""
        found = self.requests
        if len(found) != 1:
            raise ValueError(f"{len(found)} requests were sent, not one; `requests` has them all")
        return found[0]

    def clear(self) -> None:
        """Forget the requests so far. Answers go on where they were."""
        with self._lock:
            self._requests.clear()

    def __repr__(self) -> str:
        # A request shows no value of a header field, no query, and nothing of its body.
        return f"{type(self).__name__}({self.requests!r})"

    def _keep(self, kept: HttpRequest) -> None:
        with self._lock:
            self._requests.append(kept)

    def _answer(self, request: HttpRequest, kept: HttpRequest) -> HttpResponse:
        self._keep(kept)
        with self._lock:
            number = min(self._given, len(self._answers) - 1)
            self._given += 1
        answer = self._answers[number] if self._answers else HttpResponse(200)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, HttpResponse):
            # A copy, as another request may get the same.
            return HttpResponse(answer.status, answer.headers.copy(), answer.body)
        return answer(request)


class CapturingTransport(_Captured):
    """Keeps requests and gives the answers in their order, the last one for ever.

    Without answers each is an empty one with status 200. With `transport` requests go on to that
    one, and what it returns or raises is the answer. A body that is read while it is sent is kept
    as bytes where nothing else sends it, else as it is.

    A context manager, which closes `transport`.
    """

    __slots__ = ("_transport",)

    def __init__(self, *answers: Answer, transport: Transport | None = None) -> None:
        super().__init__(answers)
        self._transport = transport

    @classmethod
    def over_wire(cls, settings: TransportSettings | None = None) -> CapturingTransport:
        """A transport that sends requests as a client does, and keeps them."""
        from drawplate._blocking import SocketTransport  # most tests send nothing

        return cls(transport=SocketTransport(settings or TransportSettings()))

    @property
    def supports_event_streams(self) -> bool:
        """Whether `transport` can send a body while it reads the answer."""
        return bool(getattr(self._transport, "supports_event_streams", False))

    def send(self, request: HttpRequest) -> HttpResponse:
        """Keep the request and answer it; see `drawplate.http.Transport`."""
        kept = request.copy()
        if self._transport is not None:
            self._keep(kept)
            return self._transport.send(request)
        if not isinstance(request.body, bytes):
            kept.body = b"".join(request.body.chunks())
        return self._answer(request, kept)

    def close(self) -> None:
        """Close `transport` if it can be closed."""
        close: Callable[[], object] | None = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> CapturingTransport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncCapturingTransport(_Captured):
    """The same for an async client."""

    __slots__ = ("_transport",)

    def __init__(self, *answers: Answer, transport: AsyncTransport | None = None) -> None:
        super().__init__(answers)
        self._transport = transport

    @classmethod
    def over_wire(cls, settings: TransportSettings | None = None) -> AsyncCapturingTransport:
        """A transport that sends requests as an async client does, and keeps them."""
        from drawplate._asyncio import AsyncioTransport  # most tests send nothing

        return cls(transport=AsyncioTransport(settings or TransportSettings()))

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Keep the request and answer it; see `drawplate.http.AsyncTransport`."""
        kept = request.copy()
        if self._transport is not None:
            self._keep(kept)
            return await self._transport.send(request)
        if not isinstance(request.body, bytes):
            chunks: Any = request.body.chunks()
            if hasattr(chunks, "__aiter__"):
                kept.body = b"".join([chunk async for chunk in chunks])
            else:
                kept.body = b"".join(chunks)
        return self._answer(request, kept)

    async def aclose(self) -> None:
        """Close `transport` if it can be closed."""
        close: Callable[[], Awaitable[object]] | None = getattr(self._transport, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> AsyncCapturingTransport:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
