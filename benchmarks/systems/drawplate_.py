"""The generated client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sagemaker_runtime import SageMakerRuntimeClient, types

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
    SERVICE,
    SIGNED_URL,
)

if TYPE_CHECKING:
    from drawplate.http import HttpRequest, HttpResponse

#: Optional parameters of a call, a mere value each.
OPTIONAL = {
    "content_type": CONTENT_TYPE,
    "accept": CONTENT_TYPE,
    "custom_attributes": "a=1",
    "target_model": "m.tar.gz",
    "target_variant": "v1",
    "target_container_hostname": "h1",
    "inference_id": "i1",
    "enable_explanations": "`true`",
    "inference_component_name": "c1",
    "session_id": "s1",
}


class Client:
    """A client with nothing but what a call needs."""

    def __init__(self, url: str, certificates: str | None = None) -> None:
        self._client = SageMakerRuntimeClient(
            region=REGION,
            endpoint=url,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
            ssl_ca_bundle=certificates,
        )

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        return self._client.invoke_endpoint(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        ).body

    def invoke_with(self, body: bytes, optional: Mapping[str, str]) -> None:
        """Call once with some of `OPTIONAL`."""
        self._client.invoke_endpoint(endpoint_name=ENDPOINT_NAME, body=body, **optional)

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        with self._client.invoke_endpoint_with_response_stream(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        ) as answer:
            for event in answer.body:
                if isinstance(event, types.PayloadPart):
                    yield event.bytes

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()


class Body:
    """A response body whose pieces are there already."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        """Nothing is open."""


class Canned:
    """A transport that answers at once, with pieces of a stream or with one body."""

    def __init__(self, content_type: str) -> None:
        from drawplate.http import HttpResponse

        self._headers = {
            "content-type": content_type,
            "x-amzn-requestid": "5d3e3b1f-6f5a-4a5e-9c1c-2b7a4f0e1d11",
            "x-amzn-invoked-production-variant": "AllTraffic",
        }
        self._response = HttpResponse
        self.body: bytes | Body = b""

    def send(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        del request
        return self._response(200, self._headers, self.body)


def canned(content_type: str) -> tuple[SageMakerRuntimeClient, Canned]:
    """Return a client that sends nothing, and the transport to fill with its answers."""
    transport = Canned(content_type)
    client = SageMakerRuntimeClient(
        region=REGION,
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET_ACCESS_KEY,
        transport=transport,
    )
    return client, transport


def events() -> Callable[[Iterable[bytes]], int]:
    """Return what takes pieces of a stream apart to the events that a user sees.

    It goes through a whole call, which thousands of events share.
    """
    client, transport = canned("application/vnd.amazon.eventstream")

    def take_apart(arrivals: Iterable[bytes]) -> int:
        transport.body = Body(arrivals)
        found = 0
        with client.invoke_endpoint_with_response_stream(
            endpoint_name=ENDPOINT_NAME, body=b""
        ) as answer:
            for event in answer.body:
                found += isinstance(event, types.PayloadPart)
        return found

    return take_apart


def signing(body: bytes) -> Callable[[], object]:
    """Return what signs one request with this body, the request object included."""
    import time

    from drawplate.credentials import Credentials
    from drawplate.http import HttpRequest
    from drawplate.sigv4 import sign

    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    return lambda: sign(
        HttpRequest("POST", SIGNED_URL, {"content-type": CONTENT_TYPE}, body),
        credentials,
        service=SERVICE,
        region=REGION,
        now=time.time(),
    )
