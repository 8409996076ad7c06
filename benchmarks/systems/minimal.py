"""The least code that signs a request, for the floors: no retries, no configuration, no types."""

from __future__ import annotations

import time
from functools import cache
from hashlib import sha256
from hmac import digest

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    REGION,
    SECRET_ACCESS_KEY,
    SERVICE,
)

SIGNED_HEADERS = "content-type;host;x-amz-date"


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
