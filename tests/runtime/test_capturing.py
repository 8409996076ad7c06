"""Transports that keep what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from drawplate.bodies import OnePassBody
from drawplate.capturing import AsyncCapturingTransport, CapturingTransport
from drawplate.errors import ConnectTimeoutError
from drawplate.http import HttpRequest, HttpResponse, Transport, async_chunks
from drawplate.testing import LocalEndpoint

from tests.runtime.clients import invoke, local, make
from tests.runtime.local_handlers import INVOKE, echo


def request(body: bytes | OnePassBody = b"") -> HttpRequest:
    return HttpRequest("POST", "http://127.0.0.1:1/x?key=SECRET", {"x-token": "SECRET"}, body)


def answered(transport: Transport, count: int) -> list[tuple[int, bytes] | str]:
    """What `count` requests come to."""
    found: list[tuple[int, bytes] | str] = []
    for _ in range(count):
        try:
            response = transport.send(request(b"a"))
        except ConnectTimeoutError as error:
            found.append(str(error))
        else:
            assert isinstance(response.body, bytes)
            response.headers["x-changed"] = "by a handler"
            found.append((response.status, response.body))
    return found


class Awaited:
    """An async transport as a blocking one."""

    def __init__(self, transport: AsyncCapturingTransport) -> None:
        self.transport = transport

    def send(self, request: HttpRequest) -> HttpResponse:
        return asyncio.run(self.transport.send(request))


def exclaim(sent: HttpRequest) -> HttpResponse:
    assert isinstance(sent.body, bytes)
    return HttpResponse(200, {}, sent.body + b"!")


def test_answers_come_in_order_and_the_last_for_ever() -> None:
    last = HttpResponse(200, {}, b"last")
    answers = (
        HttpResponse(503, {}, b"first"),
        ConnectTimeoutError("no", request_sent=False),
        exclaim,
        last,
    )
    expected = [(503, b"first"), "no", (200, b"a!"), (200, b"last"), (200, b"last")]
    assert answered(CapturingTransport(*answers), 5) == expected
    assert answered(Awaited(AsyncCapturingTransport(*answers)), 5) == expected
    assert "x-changed" not in last.headers


def test_without_answers_each_is_an_empty_one() -> None:
    assert answered(CapturingTransport(), 2) == [(200, b"")] * 2


def test_a_client_is_seen_as_it_signs_and_repeats() -> None:
    failed = HttpResponse(500, {}, b"{}")
    transport = CapturingTransport(failed, HttpResponse(200, {}, b"out"))
    with make(transport=transport, retry_base_delay=0) as client:
        assert invoke(client, b"in").body == b"out"
    first, second = transport.requests
    assert (first.method, first.body, second.body) == ("POST", b"in", b"in")
    assert first.url.endswith("/endpoints/ep/invocations")
    assert "Signature=" in first.headers["authorization"]
    with pytest.raises(ValueError, match=r"^2 requests were sent, not one"):
        _ = transport.request
    transport.clear()
    assert transport.requests == []
    assert answered(transport, 1) == [(200, b"out")]
    assert transport.request.body == b"a"


def test_what_is_kept_does_not_change_later() -> None:
    transport = CapturingTransport()
    sent = request(b"a")
    transport.send(sent)
    sent.headers["x-later"] = "1"
    assert list(transport.request.headers) == ["x-token"]


def test_a_body_that_is_read_while_it_is_sent_is_kept_as_bytes() -> None:
    transport = CapturingTransport()
    transport.send(request(OnePassBody(iter([b"a", b"b"]))))
    assert transport.request.body == b"ab"


def test_an_async_body_is_kept_as_bytes() -> None:
    class Source:
        length = None
        repeatable = False

        async def chunks(self) -> AsyncIterator[bytes]:
            yield b"a"
            yield b"b"

    async def main() -> None:
        async with AsyncCapturingTransport() as transport:
            await transport.send(request(cast("Any", Source())))
            await transport.send(request(OnePassBody(iter([b"c"]))))
        assert [sent.body for sent in transport.requests] == [b"ab", b"c"]

    asyncio.run(main())


def test_no_secret_is_shown() -> None:
    transport = CapturingTransport()
    transport.send(request(b"SECRET"))
    assert repr(transport) == (
        "CapturingTransport([HttpRequest('POST', 'http://127.0.0.1:1/x?<redacted>', "
        "<Headers x-token>, <6 bytes>)])"
    )
    assert repr(AsyncCapturingTransport()) == "AsyncCapturingTransport([])"


def test_requests_go_on_over_the_wire() -> None:
    with LocalEndpoint({"ep": echo}) as server, CapturingTransport.over_wire() as transport:
        assert not transport.supports_event_streams
        with local(server, transport=transport) as client:
            assert invoke(client, b"in").body == b"in"
        (arrived,) = server.requests
        assert (arrived.body, transport.request.body) == (b"in", b"in")
        kept = dict(transport.request.headers)
        assert {name: arrived.headers[name] for name in kept} == kept


def test_requests_go_on_over_the_wire_from_an_event_loop() -> None:
    async def main() -> None:
        async with (
            LocalEndpoint({"ep": echo}, credentials=None) as server,
            AsyncCapturingTransport.over_wire() as transport,
        ):
            sent = HttpRequest("POST", f"{server.url}{INVOKE}", {"x-y": "z"}, b"in")
            response = await transport.send(sent)
            assert b"".join([chunk async for chunk in async_chunks(response.body)]) == b"in"
            (arrived,) = server.requests
            assert (arrived.headers["x-y"], arrived.body) == ("z", b"in")
        assert transport.request == sent

    asyncio.run(main())


def test_another_transport_is_asked_and_closed() -> None:
    class Inner:
        supports_event_streams = True
        closed = False

        def send(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse(418, {}, cast("bytes", request.body))

        def close(self) -> None:
            self.closed = True

    class AsyncInner:
        closed = False

        async def send(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse(418, {}, cast("bytes", request.body))

        async def aclose(self) -> None:
            self.closed = True

    inner, other = Inner(), AsyncInner()
    with CapturingTransport(transport=inner) as transport:
        assert transport.supports_event_streams
        assert answered(transport, 1) == [(418, b"a")]

    async def main() -> None:
        async with AsyncCapturingTransport(transport=other) as transport:
            assert (await transport.send(request(b"a"))).status == 418
            assert len(transport.requests) == 1

    asyncio.run(main())
    assert (inner.closed, other.closed) == (True, True)
