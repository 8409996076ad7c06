"""A transport that answers from memory, and what tests of the expected packages compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drawplate.eventstream import HeaderValue, encode_frame
from drawplate.http import HttpRequest, HttpResponse
from drawplate.options import ClientOptions

#: Header fields that the runtime adds to every request, whatever the model says.
RUNTIME_FIELDS = frozenset(
    {"accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "user-agent"}
)


class Wire:
    """Keeps requests and gives the answers that it was made with, one a request."""

    supports_event_streams = True

    def __init__(self, *answers: HttpResponse) -> None:
        self.requests: list[HttpRequest] = []
        self._answers = iter(answers)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return next(self._answers)

    @property
    def options(self) -> ClientOptions:
        """Options of a client that talks to this and to nothing else."""
        return {
            "region": "us-west-2",
            "endpoint": "https://golden.test/base",
            "environ": {},
            "retry_base_delay": 0.0,
            "transport": self,
        }

    @property
    def sent(self) -> tuple[str, str, dict[str, str], bytes]:
        """Method, URL, header fields of the model and body of the one request that was sent."""
        (request,) = self.requests
        fields = {n: v for n, v in request.headers.items() if n not in RUNTIME_FIELDS}
        body = request.body
        content = body if isinstance(body, bytes) else b"".join(body.chunks())
        return request.method, request.url, fields, content


class Frames:
    """A response body that is still on the wire: each chunk arrives on its own."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = iter(chunks)
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        self.closed = True


def event(kind: str, payload: bytes, headers: Mapping[str, HeaderValue] | None = None) -> bytes:
    """An event as it stands on the wire."""
    facts: dict[str, HeaderValue] = {":message-type": "event", ":event-type": kind}
    return encode_frame(facts | dict(headers or {}), payload)


def exception(kind: str, payload: bytes, headers: Mapping[str, HeaderValue] | None = None) -> bytes:
    """A modelled error in a stream as it stands on the wire."""
    facts: dict[str, HeaderValue] = {":message-type": "exception", ":exception-type": kind}
    return encode_frame(facts | dict(headers or {}), payload)
