"""Handlers and addresses that the tests of the local endpoint share."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drawplate.testing import (
    Frame,
    Handler,
    InvocationRequest,
    LocalEndpoint,
)

INVOKE = "/endpoints/ep/invocations"
ASYNC = "/endpoints/ep/async-invocations"
STREAM = "/endpoints/ep/invocations-response-stream"

# The frame of event-streams.md section 1.
HELLO = bytes.fromhex(
    "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
    "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
    "637465742d73747265616d48656c6c6ff7c3a006"
)


def unsigned(handler: Handler, **options: Any) -> LocalEndpoint:
    return LocalEndpoint({"ep": handler}, credentials=None, **options)


def echo(request: InvocationRequest) -> bytes:
    return request.body


def hello_twice(request: InvocationRequest) -> list[str | bytes | Frame]:
    return ["Hello", b"Hello"]


def upper() -> LocalEndpoint:
    return LocalEndpoint({"ep": lambda request: request.body.upper()})


def path_of(uri: str | None) -> Path:
    assert uri is not None
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("file", "")
    return Path(parts.path)
