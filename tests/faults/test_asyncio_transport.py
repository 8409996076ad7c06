"""What only the async transport does: addresses raced, flow control, uploads answered early."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from drawplate import _asyncio_connect
from drawplate._asyncio import AsyncioTransport
from drawplate._asyncio_connection import Connection
from drawplate.bodies import OnePassBody
from drawplate.errors import ConnectError, ConnectionLostError, HttpProtocolError, ReadTimeoutError
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.awaiting import MUCH, Run, body_of, call, echo, finding, post, until_gone
from tests.faults.relay import ESTABLISHED, relay
from tests.faults.server import (
    OK,
    PATIENCE,
    Exchange,
    ScriptedServer,
    handshake,
    recv_end,
    recv_head,
    recv_request,
    send,
    serve,
    wait,
)
from tests.faults.tls import bundle_of, server_tls


def test_a_connection_is_used_again_and_closed_with_the_loop(run: Run) -> None:
    transport = AsyncioTransport()

    async def main() -> None:
        for number in range(3):
            assert await call(transport, post(server.url, b"%d" % number)) == b"%d" % number

    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        # Nobody closes the transport, and the server waits until its connections are closed.
        run(main())
        run(main())
    assert server.accepted == 2


def test_tls_both_ways(run: Run, tmp_path: Path) -> None:
    ca = trustme.CA()
    body = random.Random(7).randbytes(3_000_000)

    async def main() -> None:
        transport = AsyncioTransport(TransportSettings(ca_bundle=bundle_of(ca, tmp_path)))
        for sent in (b"{}", body, b""):
            assert await call(transport, post(server.tls_url, sent)) == sent
        await transport.aclose()

    with ScriptedServer([handshake(server_tls(ca)), serve(echo)]) as server:
        run(main())


def test_tls_within_tls(run: Run, tmp_path: Path) -> None:
    ca = trustme.CA()
    outer, inner = server_tls(ca), server_tls(ca, "example.invalid")

    async def main() -> None:
        transport = AsyncioTransport(
            TransportSettings(
                proxy=f"https://127.0.0.1:{proxy.port}", ca_bundle=bundle_of(ca, tmp_path)
            )
        )
        for sent in (b"{}", bytes(300_000)):
            assert await call(transport, post("https://example.invalid", sent)) == sent
        await transport.aclose()

    with (
        ScriptedServer([handshake(inner), serve(echo)]) as service,
        ScriptedServer(
            [handshake(outer), recv_request, send(ESTABLISHED), relay(service.port)]
        ) as proxy,
    ):
        run(main())


def test_failures_on_both_kinds_of_loops(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        hasty = transport.with_settings(TransportSettings(read_timeout=0.05))
        with pytest.raises(ReadTimeoutError, match=r"silent for 0\.05 s while waiting"):
            await call(hasty, post(server.url))
        with pytest.raises(ConnectionLostError, match="while waiting for the response") as lost:
            await call(transport, post(server.url))
        assert lost.value.request_sent
        transport = transport.with_settings(TransportSettings(read_timeout=0.3))
        response = await transport.send(post(server.url))
        with pytest.raises(ReadTimeoutError, match="while reading the response body"):
            await body_of(response).read()
        with pytest.raises(ReadTimeoutError, match="while sending the request") as unsent:
            await call(transport, post(server.url, bytes(32 << 20)))
        assert not unsent.value.request_sent
        done.set()

    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"
    done = threading.Event()
    with ScriptedServer(
        [recv_request, until_gone],
        [recv_request],
        [recv_request, send(begun), until_gone],
        [recv_head, wait(done)],
    ) as server:
        run(main())


def test_a_service_that_speaks_first(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        for _ in range(20):
            with pytest.raises((ConnectionLostError, HttpProtocolError)):
                await call(transport, post(server.url))

    with ScriptedServer([send(b"220 ready\r\n"), until_gone], repeat=True) as server:
        run(main())


def test_a_connection_that_is_gone_is_not_waited_for() -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            loop = asyncio.get_running_loop()
            connection = Connection(
                loop, "example.com:80", time.monotonic, set(), memoryview(bytearray(65536))
            )
            await connection.attach(ours)
            connection.abort()
            await asyncio.sleep(0)
            with pytest.raises(ConnectionAbortedError):
                await connection.wait(PATIENCE)
            connection.expect("POST")
            await connection.wait(PATIENCE)
            assert connection.decoder is not None
            assert isinstance(connection.decoder.error, ConnectionLostError)

    asyncio.run(main())


def test_async_sources_of_bodies(run: Run) -> None:
    class Source:
        length: int | None = None
        repeatable = True

        async def chunks(self) -> AsyncIterator[bytes]:
            for chunk in (b"one", b"", b"two"):
                await asyncio.sleep(0)
                yield chunk

    async def main() -> None:
        transport = AsyncioTransport()
        assert await call(transport, post(server.url, Source())) == b"ok"
        measured = Source()
        measured.length = 6
        assert await call(transport, post(server.url, measured)) == b"ok"
        await transport.aclose()

    def recv_chunks(exchange: Exchange) -> None:
        while not exchange.buffer.endswith(b"0\r\n\r\n"):
            exchange.fill()
        exchange.server.requests.append(exchange.buffer)
        exchange.buffer = b""

    with ScriptedServer([recv_chunks, send(OK), recv_request, send(OK), recv_end]) as server:
        run(main())
    assert [request.partition(b"\r\n\r\n")[2] for request in server.requests] == [
        b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
        b"onetwo",
    ]


@pytest.mark.parametrize("status", [413, 500])
@pytest.mark.parametrize("streamed", [True, False])
def test_an_error_ends_the_upload(run: Run, status: int, streamed: bool) -> None:
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\nno" % status

    async def main() -> None:
        transport = AsyncioTransport(TransportSettings(read_timeout=PATIENCE))
        body = bytes(64 << 20)
        content = OnePassBody(iter([body] * 100)) if streamed else body
        response = await transport.send(post(server.url, content))
        assert (response.status, await body_of(response).read()) == (status, b"no")
        gone.set()
        # What was cut off is not used again.
        assert await call(transport, post(server.url)) == b"{}"
        await transport.aclose()

    gone = threading.Event()
    with ScriptedServer([recv_head, send(answer), wait(gone)], [serve(echo)]) as server:
        run(main())
    assert server.accepted == 2


def test_an_answer_that_is_no_error_waits_for_the_end_of_the_upload(run: Run) -> None:
    body = bytes(1 << 20)

    def answer_then_receive(exchange: Exchange) -> None:
        recv_head(exchange)
        exchange.sock.sendall(OK)
        while len(exchange.buffer) < len(body):
            assert exchange.fill()
        exchange.buffer = exchange.buffer[len(body) :]

    async def main() -> None:
        transport = AsyncioTransport()
        assert await call(transport, post(server.url, body)) == b"ok"
        assert await call(transport, post(server.url)) == b"{}"
        await transport.aclose()

    with ScriptedServer([answer_then_receive, serve(echo)]) as server:
        run(main())
    assert server.accepted == 1


def test_the_loop_goes_on_while_a_source_is_read(run: Run) -> None:
    ticked = threading.Event()

    def chunks() -> Any:
        assert ticked.wait(PATIENCE)
        yield b"late"

    async def main() -> None:
        transport = AsyncioTransport()
        calling = asyncio.create_task(call(transport, post(server.url, OnePassBody(chunks()))))
        await asyncio.sleep(0.01)
        ticked.set()
        assert await calling == b"ok"
        await transport.aclose()

    def recv_chunks(exchange: Exchange) -> None:
        while not exchange.buffer.endswith(b"0\r\n\r\n"):
            exchange.fill()

    with ScriptedServer([recv_chunks, send(OK), recv_end]) as server:
        run(main())


def test_names_are_looked_up_off_the_loop(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = threading.Event()
    threads: list[int] = []

    def resolve(host: object, port: object, *_: object, **__: object) -> object:
        threads.append(threading.get_ident())
        assert ticked.wait(PATIENCE)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def main() -> None:
        transport = AsyncioTransport()
        request = HttpRequest("POST", f"http://name.invalid:{server.port}/", {}, b"{}")
        calling = asyncio.create_task(call(transport, request))
        await asyncio.sleep(0.01)
        ticked.set()
        assert await calling == b"{}"
        await transport.aclose()

    with ScriptedServer([serve(echo)]) as server, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        run(main())
    assert threads != [threading.get_ident()]


def test_an_address_that_does_not_answer_costs_a_head_start(
    run: Run, monkeypatch: pytest.MonkeyPatch, full_port: int
) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        assert await call(transport, HttpRequest("POST", "http://two.invalid/", {}, b"{}")) == b"{}"
        await transport.aclose()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with ScriptedServer([serve(echo)]) as server:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            for port in (full_port, server.port)
        ]
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", finding(*found))
            patch.setattr(_asyncio_connect, "_HEAD_START", 0.01)
            run(main())


def test_families_of_addresses_take_turns() -> None:
    def found(*families: int) -> list[Any]:
        return [(family, 1, 6, "", number) for number, family in enumerate(families)]

    four, six = socket.AF_INET, socket.AF_INET6
    turns = _asyncio_connect.in_turn(found(six, six, six, four, four))
    assert [address[4] for address in turns] == [0, 3, 1, 4, 2]
    assert _asyncio_connect.in_turn([]) == []


def test_a_slow_reader_bounds_what_is_held(run: Run) -> None:
    """What the peer could send tells how much was taken from it while nobody read."""
    size = 256 << 20
    sent = 0
    stuck = threading.Event()

    def flood(exchange: Exchange) -> None:
        nonlocal sent
        exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        exchange.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        exchange.sock.settimeout(0.2)
        piece = bytes(65536)
        with suppress(OSError):
            while True:
                sent += exchange.sock.send(piece)
        stuck.set()

    async def main() -> None:
        transport = AsyncioTransport()
        body = body_of(await transport.send(post(server.url)))
        while not stuck.is_set():
            await asyncio.sleep(0.01)
        # The buffers of the system hold some megabytes of it.
        assert sent < 32 << 20
        with pytest.raises(ConnectionLostError, match="reading the response body"):
            await body.read()

    def flood_then_reset(exchange: Exchange) -> None:
        recv_request(exchange)
        flood(exchange)
        exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with ScriptedServer([flood_then_reset]) as server:
        run(main())


def test_a_body_is_complete_however_slowly_it_is_read(run: Run) -> None:
    body = random.Random(3).randbytes(4 << 20)

    async def main() -> None:
        transport = AsyncioTransport()
        response = body_of(await transport.send(post(server.url, body)))
        pieces: list[bytes] = []
        async for piece in response:
            pieces.append(piece)
            if len(pieces) % 3 == 0:
                await asyncio.sleep(0)
        assert b"".join(pieces) == body
        assert await call(transport, post(server.url, body)) == body
        await transport.aclose()

    with ScriptedServer([serve(echo)]) as server:
        run(main())
    assert server.accepted == 1


def test_many_calls_at_a_time(run: Run) -> None:
    """No call gets the answer of another; what is beyond the size of the pool is closed."""

    async def main() -> None:
        transport = AsyncioTransport(TransportSettings(max_connections=8))

        async def calls(task: int) -> None:
            for number in range(10):
                sent = b"%d/%d" % (task, number)
                assert await call(transport, post(server.url, sent)) == sent

        async with asyncio.TaskGroup() as group:
            for task in range(50):
                group.create_task(calls(task))
        await transport.aclose()

    with ScriptedServer([serve(echo)], repeat=True) as server:
        run(main())
    assert len(server.requests) == 500


def test_the_latest_connection_is_used_first(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        bodies = [
            body_of(await transport.send(post(server.url, b"%d" % number * MUCH)))
            for number in range(3)
        ]
        for body in (bodies[1], bodies[2], bodies[0]):
            await body.read()
        for _ in range(3):
            assert await call(transport, post(server.url)) == b"{}"
        await transport.aclose()

    ports: list[tuple[int, int]] = []

    def noted(exchange: Exchange) -> None:
        def answer(request: bytes) -> bytes:
            ports.append((exchange.sock.getpeername()[1], len(request)))
            return echo(request)

        serve(answer)(exchange)

    with ScriptedServer([noted], repeat=True) as server:
        run(main())
    assert [port for port, _ in ports[3:]] == [ports[0][0]] * 3


def test_refused_by_all_addresses(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))] * 3
    monkeypatch.setattr(socket, "getaddrinfo", finding(*found))

    async def main() -> None:
        with pytest.raises(ConnectError, match=r"no connection to two.invalid:80 \(Connection ref"):
            await call(AsyncioTransport(), HttpRequest("POST", "http://two.invalid/"))

    run(main())


def test_a_small_answer_takes_little_memory(run: Run) -> None:
    # asyncio makes an object of 256 KiB for each arrival; the server, in this process, of 64 KiB.
    async def main() -> None:
        transport = AsyncioTransport()
        await call(transport, post(server.url, b"{}"))
        tracemalloc.start()
        try:
            assert await call(transport, post(server.url, b"{}")) == b"{}"
            assert tracemalloc.get_traced_memory()[1] < 131072
        finally:
            tracemalloc.stop()
        await transport.aclose()

    with ScriptedServer([serve(echo)]) as server:
        run(main())


def test_large_answers_of_two_connections_stay_apart(run: Run) -> None:
    async def main() -> None:
        transport = AsyncioTransport()
        bodies = [bytes([number]) * 1_000_000 for number in range(2)]
        answers = await asyncio.gather(
            *(call(transport, post(server.url, body)) for body in bodies)
        )
        assert answers == bodies
        await transport.aclose()

    with ScriptedServer([serve(echo)], [serve(echo)]) as server:
        run(main())
