"""What the layer below costs: urllib3 as it is, and the least code that signs a request.

No retries, no configuration, no types, no frames; no client on urllib3's `urlopen` can be faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from hmac import digest

import urllib3

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
    SERVICE,
    SIGNED_URL,
)

SIGNED_HEADERS = "content-type;host;x-amz-date"


class Client:
    """A pool of connections."""

    def __init__(self, url: str) -> None:
        self._pool = urllib3.connection_from_url(url)
        self._host = url.partition("://")[2]

    def invoke(self, body: bytes) -> bytes:
        """Call once and read the answer."""
        return self._post(f"/endpoints/{ENDPOINT_NAME}/invocations", body, preload=True).data

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the bytes of the answer, frames and all."""
        path = f"/endpoints/{endpoint_name}/invocations-response-stream"
        response = self._post(path, body, preload=False)
        yield from response.stream()
        response.release_conn()

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


def sign(host: str, path: str, body: bytes) -> dict[str, str]:
    """Return the header fields of a signed POST without a query."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    canonical = (
        f"POST\n{path}\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{now}\n\n"
        f"{SIGNED_HEADERS}\n{sha256(body).hexdigest()}"
    )
    scope = f"{now[:8]}/{REGION}/{SERVICE}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = digest(signing_key(now[:8]), text.encode(), "sha256").hex()
    return {
        "Content-Type": CONTENT_TYPE,
        "X-Amz-Date": now,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{scope}, "
        f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
    }


@cache
def signing_key(day: str) -> bytes:
    """Return the key for signatures of one day."""
    key = f"AWS4{SECRET_ACCESS_KEY}".encode()
    for part in (day, REGION, SERVICE, "aws4_request"):
        key = digest(key, part.encode(), "sha256")
    return key


def signing(body: bytes) -> Callable[[], object]:
    """Return what signs one request with this body."""
    _, _, host_and_path = SIGNED_URL.partition("://")
    host, _, path = host_and_path.partition("/")
    return lambda: sign(host, f"/{path}", body)
