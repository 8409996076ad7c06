"""Calls of the async transport that are cancelled, at every place where they wait."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import traceback
from collections import Counter
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
from tests.faults.tls import bundle_of, context_of

#: More than the system takes at once.
LARGE = bytes(6 << 20)

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


async def cut_off(work: Coroutine[Any, Any, object], drawn: random.Random) -> set[str]:
    """Run something, and cancel it somewhere; in which functions of the library that was."""
    task = asyncio.create_task(work)
    if drawn.random() < 0.5:
        await asyncio.sleep(drawn.random() * 0.003)
    else:
        for _ in range(drawn.choice([0, 1, 2, 3, 4, 6, 9, 14, 30])):
            await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        frames = traceback.extract_tb(error.__traceback__)
        return {frame.name for frame in frames if "_asyncio_" in frame.filename}
    except ConnectionLostError:
        pass
    return set()


def test_cancelling_anywhere_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """2,000 calls, half on each kind of loop, each cancelled at a time that is drawn at random."""
    ca = trustme.CA()
    drawn = random.Random(20261125)
    tls = context_of(ca.issue_cert("127.0.0.1", "localhost"))
    places: Counter[str] = Counter()

    def tolerant(step: Step) -> Step:
        def tried(exchange: Exchange) -> None:
            with suppress(OSError, AssertionError):
                step(exchange)

        return tried

    async def main() -> None:
        settings = TransportSettings(ca_bundle=bundle_of(ca, tmp_path), max_connections=3)
        transport = AsyncioTransport(settings)

        async def use(url: str) -> None:
            streamed = OnePassBody(iter([b"one", b"two"]))
            contents: list[Any] = [b"{}", b"", streamed, LARGE]
            (content,) = drawn.choices(contents, [4, 2, 3, 1])
            fields = {"expect": "100-continue"} if drawn.random() < 0.2 else {}
            response = await transport.send(post(url, content, **fields))
            if isinstance(response.body, bytes):
                return
            async for _ in body_of(response):
                if drawn.random() < 0.2:
                    break

        await call(transport, post(servers[0].url))  # what is loaded and opened once
        await call(transport, post(servers[1].tls_url))
        await asyncio.to_thread(int)
        await transport.aclose()
        await asyncio.sleep(0.01)
        before = client_sockets(servers)
        for _ in range(1000):
            number = drawn.randrange(len(servers))
            url = servers[number].tls_url if number == 1 else servers[number].url
            if drawn.random() < 0.2:
                url = url.replace("127.0.0.1", "localhost")  # often two addresses
            places.update(await cut_off(use(url), drawn))
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
    places_of_interest = {
        "_look_up", "_open", "_secure", "_drain", "_may_go_on", "_read", "exchange_on", "_receive"
    }  # fmt: skip
    assert places_of_interest <= places.keys()
