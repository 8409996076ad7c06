"""aiobotocore: botocore on aiohttp."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Any

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
)

# Not in the environment of the type checkers.
session: Any = import_module("aiobotocore.session")
config: Any = import_module("aiobotocore.config")


class AsyncClient:
    """A client of a session of its own."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._client: Any = None

    @classmethod
    async def make(cls, url: str, certificates: str | None = None) -> AsyncClient:
        """Make a client."""
        made = cls()
        made._client = await made._stack.enter_async_context(
            session.get_session().create_client(
                "sagemaker-runtime",
                region_name=REGION,
                endpoint_url=url,
                aws_access_key_id=ACCESS_KEY_ID,
                aws_secret_access_key=SECRET_ACCESS_KEY,
                verify=certificates,
                config=config.AioConfig(max_pool_connections=64),
            )
        )
        return made

    async def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        answer = await self._client.invoke_endpoint(
            EndpointName=endpoint_name, Body=body, ContentType=CONTENT_TYPE
        )
        async with answer["Body"] as stream:
            content: bytes = await stream.read()
        return content

    async def stream(self, endpoint_name: str, body: bytes) -> AsyncIterator[bytes]:
        """Call once and yield the payloads of the events."""
        answer = await self._client.invoke_endpoint_with_response_stream(
            EndpointName=endpoint_name, Body=body, ContentType=CONTENT_TYPE
        )
        async for event in answer["Body"]:
            yield event["PayloadPart"]["Bytes"]

    async def close(self) -> None:
        """Drop the connections."""
        await self._stack.aclose()
