"""Connections and the event loops that they belong to; what ends with what."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from drawplate._asyncio import AsyncioTransport
from drawplate._asyncio_body import AsyncHttp1Body
from drawplate.errors import ReadTimeoutError
from drawplate.transport import TransportSettings

from tests.faults.awaiting import MUCH, Run, body_of, call, echo, post, until_gone
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    recv_request,
    send,
    serve,
    signal,
    wait,
)


def test_two_loops_in_two_threads() -> None:
    transport = AsyncioTransport()
    meet = threading.Barrier(2, timeout=PATIENCE)

    async def calls(name: bytes) -> None:
        for number in range(30):
            sent = b"%b%d" % (name, number)
            assert await call(transport, post(server.url, sent)) == sent
        meet.wait()
        if name == b"a":
            await transport.aclose()  # closes those of the other loop as well
        meet.wait()
        assert await call(transport, post(server.url, name)) == name

    with ScriptedServer([serve(echo)], repeat=True) as server:
        failures: list[Exception] = []

        def work(name: bytes) -> None:
            try:
                asyncio.run(calls(name))
            except Exception as error:  # noqa: BLE001 - the test looks at it
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in (b"a", b"b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert server.accepted == 4


def test_a_loop_that_was_closed_without_a_word() -> None:
    """Nobody shut its asynchronous generators down, so its sockets are closed by who comes next."""
    transport = AsyncioTransport()

    def once() -> None:
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(call(transport, post(server.url))) == b"{}"
        loop.close()

    with ScriptedServer([serve(echo)], [serve(echo)], [serve(echo)]) as server:
        for _ in range(2):
            once()
        asyncio.run(call(transport, post(server.url)))
    assert server.accepted == 3


@pytest.mark.parametrize("held", ["transport", "body", "error"])
def test_nothing_is_said_about_what_is_left_when_a_loop_is_closed(held: str) -> None:
    """With warnings as errors, what warns in a destructor fails the test."""
    kept: list[object] = []

    async def main() -> None:
        transport = AsyncioTransport(TransportSettings(read_timeout=0.05))
        body = body_of(await transport.send(post(server.url)))
        kept.append({"transport": transport, "body": body}.get(held))
        if held == "error":
            with pytest.raises(ReadTimeoutError) as raised:
                await body.read()
            kept.append(raised)

    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"
    with ScriptedServer([recv_request, send(begun), until_gone]) as server:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        gc.collect()
        kept.clear()
        gc.collect()


def test_dropping_a_transport_closes_its_connections(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        assert await call(transport, post(server.url)) == b"{}"
        body: AsyncHttp1Body | None = body_of(await transport.send(post(server.url, bytes(MUCH))))
        del transport
        gc.collect()
        assert body is not None
        assert len(await body.read()) == MUCH
        body = None
        gc.collect()
        assert await asyncio.to_thread(left.wait, PATIENCE)

    left = threading.Event()
    with ScriptedServer([serve(echo), signal(left)]) as server:
        run(main())


def test_a_body_that_is_dropped_in_another_thread(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        bodies = [await transport.send(post(server.url, bytes(MUCH)))]
        await asyncio.to_thread(bodies.clear)
        assert await asyncio.to_thread(left.wait, PATIENCE)

    left = threading.Event()

    def script(exchange: Exchange) -> None:
        with suppress(ConnectionError):
            serve(echo)(exchange)
        left.set()

    with ScriptedServer([script]) as server:
        run(main())


def test_two_tasks_that_read_one_body(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        body = body_of(await transport.send(post(server.url)))
        await anext(body)
        first = asyncio.create_task(body.read())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="two tasks read one response"):
            await anext(body)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"
    with ScriptedServer([recv_request, send(begun), until_gone]) as server:
        run(main())


def test_idle_connections_close_themselves(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport(TransportSettings(idle_timeout=0.02, read_timeout=0.5))
        assert await call(transport, post(server.url)) == b"{}"
        assert await asyncio.to_thread(left.wait, PATIENCE)

    left = threading.Event()
    with ScriptedServer([serve(echo), signal(left)]) as server:
        run(main())


@pytest.mark.parametrize("late", [b"", b"HTTP/1.1 408 Too late\r\nContent-Length: 0\r\n\r\n"])
def test_what_the_loop_has_not_seen_yet_is_seen_before_a_request(run: Run, late: bytes) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        assert await call(transport, post(server.url)) == b"ok"
        read.set()
        assert ended.wait(PATIENCE)  # the loop does not come to look
        assert await call(transport, post(server.url)) == b"{}"
        await transport.aclose()

    read, ended = threading.Event(), threading.Event()

    def end(exchange: Exchange) -> None:
        exchange.sock.sendall(late)
        exchange.sock.shutdown(socket.SHUT_WR)

    with ScriptedServer(
        [recv_request, send(OK), wait(read), end, signal(ended), until_gone], [serve(echo)]
    ) as server:
        run(main())
    assert [request[-2:] for request in server.requests] == [b"{}", b"{}"]


FORKING = """
import asyncio, gc, os, sys
from drawplate._asyncio import AsyncioTransport
from drawplate.http import HttpRequest

transport = AsyncioTransport()

async def call(name):
    body = (await transport.send(HttpRequest("POST", sys.argv[1] + "/x", body=name))).body
    assert (body if isinstance(body, bytes) else await body.read()) == name

loop = asyncio.new_event_loop()
loop.run_until_complete(call(b"before"))
child = os.fork()
if child == 0:
    asyncio.run(call(b"child"))
    gc.collect()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
loop.run_until_complete(call(b"after"))
loop.run_until_complete(transport.aclose())
loop.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_fork() -> None:
    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", FORKING, server.url],
            check=True,
            timeout=3 * PATIENCE,
            capture_output=True,
        )
    assert done.stderr == b""
    assert [request.rpartition(b"\r\n")[2] for request in server.requests] == [
        b"before",
        b"child",
        b"after",
    ]
