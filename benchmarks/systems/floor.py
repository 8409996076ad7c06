"""What the layer below costs: urllib3 as it is, and the least code that signs a request.

No retries, no configuration, no types; frames are split but not checked. No client on urllib3's
`urlopen` can be faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import urllib3

from benchmarks.frames import payloads
from benchmarks.systems import ENDPOINT_NAME, SIGNED_HOST, SIGNED_PATH
from benchmarks.systems.minimal import sign


class Client:
    """A pool of connections."""

    def __init__(self, url: str, certificates: str | None = None) -> None:
        if certificates:
            self._pool = urllib3.connection_from_url(url, maxsize=8, ca_certs=certificates)
        else:
            self._pool = urllib3.connection_from_url(url, maxsize=8)
        self._host = url.partition("://")[2]

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        return self._post(f"/endpoints/{endpoint_name}/invocations", body, preload=True).data

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        path = f"/endpoints/{endpoint_name}/invocations-response-stream"
        response = self._post(path, body, preload=False)
        yield from payloads(response.stream())
        response.release_conn()

    def close(self) -> None:
        """Drop the connections."""
        self._pool.close()

    def _post(self, path: str, body: bytes, *, preload: bool) -> urllib3.BaseHTTPResponse:
        return self._pool.urlopen(
            "POST",
            path,
            body,
            sign(self._host, path, body),
            retries=False,
            preload_content=preload,
            decode_content=False,
        )


def signing(body: bytes) -> Callable[[], object]:
    """Return what signs one request with this body."""
    return lambda: sign(SIGNED_HOST, SIGNED_PATH, body)
