"""The generated client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

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


class Client:
    """A client with nothing but what a call needs."""

    def __init__(self, url: str) -> None:
        self._client = SageMakerRuntimeClient(
            region=REGION,
            endpoint=url,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
        )

    def invoke(self, body: bytes) -> bytes:
        """Call once and read the answer."""
        return self._client.invoke_endpoint(
            endpoint_name=ENDPOINT_NAME, body=body, content_type=CONTENT_TYPE
        ).body

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        with self._client.invoke_endpoint_with_response_stream(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        ) as answer:
            for event in answer.body:
                if isinstance(event, types.PayloadPart):
                    yield event.bytes


def decode(arrivals: Iterable[bytes]) -> int:
    """Take frames apart, as the client does before it looks for a parser; returns how many."""
    from drawplate.eventstream import FrameDecoder

    decoder = FrameDecoder()
    count = sum(1 for data in arrivals for _ in decoder.messages(data))
    decoder.close()
    return count


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
