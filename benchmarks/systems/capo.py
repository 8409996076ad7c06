"""capo-sagemaker-runtime, another generated client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
)

capo: Any = import_module("capo_sagemaker_runtime")  # not in the environment of the type checkers


class Client:
    """A client with keys."""

    def __init__(self, url: str, certificates: str | None = None) -> None:
        del certificates
        self._client = capo.SageMakerRuntimeClient(
            endpoint=url,
            region=REGION,
            credentials=capo.Credentials(access_key=ACCESS_KEY_ID, secret_key=SECRET_ACCESS_KEY),
        )

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        answer = self._client.invoke_endpoint(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        )
        content: bytes = answer["body"]
        return content

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        with self._client.invoke_endpoint_with_response_stream(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        ) as answer:
            for event in answer["body"]:
                yield event["PayloadPart"]["bytes"]

    def close(self) -> None:
        """Drop the connections."""
        self._client.__exit__(None, None, None)


def events() -> Callable[[Iterable[bytes]], int]:
    """Return what takes pieces of a stream apart, to messages: its events are made of less."""
    decoder: Any = import_module("capo_sagemaker_runtime._protocol.eventstream").MessageDecoder

    def take_apart(arrivals: Iterable[bytes]) -> int:
        feed = decoder().feed
        return sum(1 for piece in arrivals for _ in feed(piece))

    return take_apart
