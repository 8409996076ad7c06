"""What the layer below costs in asyncio: aiohttp as it is, and the least code that signs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

from benchmarks.frames import Splitter
from benchmarks.systems import ENDPOINT_NAME
from benchmarks.systems.minimal import sign

# Not in the environment of the type checkers.
aiohttp: Any = import_module("aiohttp")
yarl: Any = import_module("yarl")


class AsyncClient:
    """A session with a pool of connections."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._host = url.partition("://")[2]
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64), auto_decompress=False
        )

    @classmethod
    async def make(cls, url: str, certificates: str | None = None) -> AsyncClient:
        """Make a client."""
        del certificates
        return cls(url)

    async def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        async with self._post(f"/endpoints/{endpoint_name}/invocations", body) as response:
            content: bytes = await response.read()
        return content

    async def stream(self, endpoint_name: str, body: bytes) -> AsyncIterator[bytes]:
        """Call once and yield the payloads of the events."""
        path = f"/endpoints/{endpoint_name}/invocations-response-stream"
        splitter = Splitter()
        async with self._post(path, body) as response:
            async for chunk in response.content.iter_any():
                for payload in splitter.feed(chunk):
                    yield payload

    async def close(self) -> None:
        """Drop the connections."""
        await self._session.close()

    def _post(self, path: str, body: bytes) -> Any:
        url = yarl.URL(self._url + path, encoded=True)
        return self._session.post(url, data=body, headers=sign(self._host, path, body))
