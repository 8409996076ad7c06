"""What tests of the async transport share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from drawplate._asyncio import AsyncioTransport
from drawplate._asyncio_body import AsyncHttp1Body
from drawplate.http import HttpRequest, HttpResponse

from tests.faults.server import (
    Exchange,
    recv_end,
)

#: More than arrives with a head, so that the connection is in use until the body is read.
MUCH = 400_000

Run = Callable[[Coroutine[Any, Any, None]], None]


def run_on_asyncio(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def run_on_uvloop(work: Coroutine[Any, Any, None]) -> None:
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def finding(*addresses: object) -> Callable[..., list[object]]:
    """A `getaddrinfo` that finds these for every name."""

    def resolve(*_: object, **__: object) -> list[object]:
        return list(addresses)

    return resolve


def body_of(response: HttpResponse) -> AsyncHttp1Body:
    assert isinstance(response.body, AsyncHttp1Body)
    return response.body


def post(url: str, body: Any = b"{}", **fields: str) -> HttpRequest:
    return HttpRequest("POST", f"{url}/x", fields, body)


async def call(transport: AsyncioTransport, request: HttpRequest) -> bytes:
    response = await transport.send(request)
    return response.body if isinstance(response.body, bytes) else await body_of(response).read()


def echo(request: bytes) -> bytes:
    body = request.partition(b"\r\n\r\n")[2]
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def until_gone(exchange: Exchange) -> None:
    with suppress(OSError):
        recv_end(exchange)
