"""Calls of the async transport that are cancelled, at every place where they wait."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import trustme
from drawplate._asyncio import AsyncioTransport
from drawplate.bodies import OnePassBody
from drawplate.errors import ConnectionLostError
from drawplate.transport import TransportSettings

from tests.faults.awaiting import Run, body_of, call, echo, post, until_gone
from tests.faults.server import (
    Exchange,
    ScriptedServer,
    Step,
    handshake,
    recv_head,
    recv_request,
    send,
    serve,
)
from tests.faults.tls import bundle_of, server_tls

#: What services do to requests that are cancelled, each forever.
HABITS: dict[str, list[Step]] = {
    "answers": [serve(echo)],
    "silent": [recv_request, until_gone],
    "stops in the head": [recv_request, send(b"HTTP/1.1 200 O"), until_gone],
    "stops in the body": [
        recv_request,
        send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"),
        until_gone,
    ],
    "reads nothing": [recv_head, until_gone],
}


def client_sockets(servers: list[ScriptedServer]) -> int:
    """How many sockets of this process are connected to one of the servers."""
    ports = {server.port for server in servers}
    count = 0
    for number in range(1024):
        with suppress(OSError):
            sock = socket.socket(fileno=number)
            try:
                count += sock.family == socket.AF_INET and sock.getpeername()[1] in ports
            finally:
                sock.detach()
    return count


async def cut_off(work: Coroutine[Any, Any, object], steps: int) -> bool:
    """Run something, and cancel it when it waits for the time that is numbered; whether it was."""
    task = asyncio.create_task(work)
    for _ in range(steps):
        if task.done():
            break
        await asyncio.sleep(0)
    cancelled = task.cancel()
    with suppress(asyncio.CancelledError, ConnectionLostError):
        await task
    return cancelled


def test_cancelling_anywhere_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """2,000 calls, each cancelled after a number of turns of the loop that is drawn at random."""
    ca = trustme.CA()
    drawn = random.Random(20261125)
    tls = server_tls(ca)
    count = 1000  # on each kind of loop
    cancelled = 0

    def tolerant(step: Step) -> Step:
        def tried(exchange: Exchange) -> None:
            with suppress(OSError, AssertionError):
                step(exchange)

        return tried

    async def main() -> None:
        nonlocal cancelled
        settings = TransportSettings(ca_bundle=bundle_of(ca, tmp_path), max_connections=3)
        transport = AsyncioTransport(settings)

        async def use(url: str) -> None:
            kind = drawn.randrange(4)
            content: Any = [b"{}", bytes(200_000), OnePassBody(iter([b"one", b"two"])), b""][kind]
            fields = {"expect": "100-continue"} if drawn.random() < 0.2 else {}
            response = await transport.send(post(url, content, **fields))
            async for _ in body_of(response):
                if drawn.random() < 0.2:
                    break

        await call(transport, post(servers[0].url))  # what is loaded and opened once
        await call(transport, post(servers[1].tls_url))
        await asyncio.to_thread(int)
        await transport.aclose()
        await asyncio.sleep(0.01)
        before = client_sockets(servers)
        for _ in range(count):
            number = drawn.randrange(len(servers))
            url = servers[number].tls_url if number == 1 else servers[number].url
            cancelled += await cut_off(use(url), drawn.choice([0, 1, 2, 3, 4, 6, 9, 14, 30]))
        await transport.aclose()
        gc.collect()
        # Threads that read a body when its call was cancelled come to their end, and so do the
        # callbacks that close sockets.
        await asyncio.sleep(0.05)
        assert client_sockets(servers) == before == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    scripts = [HABITS["answers"], [handshake(tls), *HABITS["answers"]], *list(HABITS.values())[1:]]
    servers = [
        ScriptedServer([tolerant(step) for step in script], repeat=True) for script in scripts
    ]
    for server in servers:
        server.__enter__()
    try:
        run(main())
    finally:
        for server in servers:
            server.__exit__(None, None, None)
    assert cancelled > count // 2
