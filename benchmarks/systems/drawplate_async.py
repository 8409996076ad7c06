"""The generated asyncio client."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sagemaker_runtime import types

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
    Absent,
)

try:
    from sagemaker_runtime import AsyncSageMakerRuntimeClient
except ImportError as why:  # an earlier commit
    raise Absent("this sagemaker_runtime has no AsyncSageMakerRuntimeClient") from why


class AsyncClient:
    """A client with nothing but what a call needs."""

    def __init__(self, url: str) -> None:
        self._client = AsyncSageMakerRuntimeClient(
            region=REGION,
            endpoint=url,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
            max_pool_connections=64,
        )

    @classmethod
    async def make(cls, url: str, certificates: str | None = None) -> AsyncClient:
        """Make a client."""
        del certificates
        return cls(url)

    async def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        answer = await self._client.invoke_endpoint(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        )
        return answer.body

    async def stream(self, endpoint_name: str, body: bytes) -> AsyncIterator[bytes]:
        """Call once and yield the payloads of the events."""
        async with await self._client.invoke_endpoint_with_response_stream(
            endpoint_name=endpoint_name, body=body, content_type=CONTENT_TYPE
        ) as answer:
            async for event in answer.body:
                if isinstance(event, types.PayloadPart):
                    yield event.bytes

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()
