"""Handlers that are coroutines, and an endpoint that is entered from an event loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator

import pytest
from drawplate.testing import (
    Answer,
    Body,
    Frame,
    InvocationRequest,
    LocalEndpoint,
    ModelFailedError,
    event_frame,
    exception_frame,
)
from drawplate.testing._loops import AHEAD

from tests.runtime.local_handlers import ASYNC, HELLO, INVOKE, STREAM, path_of, unsigned
from tests.runtime.wire import connect, dechunk, field, post, status_and_body, talk


async def shout(request: InvocationRequest) -> bytes:
    await asyncio.sleep(0)
    return request.body.upper()


async def hello_twice(request: InvocationRequest) -> AsyncIterator[bytes | str | Frame]:
    yield "Hello"
    await asyncio.sleep(0)
    yield event_frame("PayloadPart", b"Hello")


async def talk_async(server: LocalEndpoint, request: bytes) -> bytes:
    return await asyncio.to_thread(talk, server, request)


def test_coroutines_run_on_a_loop_of_the_endpoints_own() -> None:
    threads: list[threading.Thread] = []

    async def handler(request: InvocationRequest) -> Body:
        threads.append(threading.current_thread())
        return await shout(request)

    before = threading.active_count()
    with unsigned(handler) as server:
        for _ in range(2):
            assert status_and_body(talk(server, post(INVOKE, b"hi"))) == (200, b"HI")
        answer = talk(server, post(ASYNC, b"hi"))
        assert path_of(field(answer, "x-amzn-sagemaker-outputlocation")).read_bytes() == b"HI"
        assert server.errors == []
    assert len(set(threads)) == 1
    assert threading.active_count() == before


def test_coroutines_run_on_the_loop_that_entered_the_endpoint() -> None:
    async def main() -> None:
        told = asyncio.Event()  # of this very loop
        threads: list[threading.Thread] = []

        async def handler(request: InvocationRequest) -> Answer:
            threads.append(threading.current_thread())
            await told.wait()
            return Answer("1", content_type="text/csv")

        async with unsigned(handler) as server:
            calling = asyncio.create_task(talk_async(server, post(INVOKE)))
            while not threads:
                await asyncio.sleep(0)
            told.set()
            answer = await calling
        assert threads == [threading.current_thread()]
        assert (field(answer, "content-type"), status_and_body(answer)) == ("text/csv", (200, b"1"))

    asyncio.run(main())


def test_asynchronous_generators_are_streams() -> None:
    async def answer(request: InvocationRequest) -> Answer:
        return Answer(hello_twice(request), content_type="text/plain")

    async def main() -> None:
        async with LocalEndpoint({"ep": hello_twice}, credentials=None) as server:
            sent = status_and_body(await talk_async(server, post(STREAM)))[1]
            assert dechunk(sent) == [HELLO, HELLO]
            assert server.errors == []
            server.serve("ep", answer)
            typed = await talk_async(server, post(STREAM))
            assert field(typed, "x-amzn-sagemaker-content-type") == "text/plain"
            assert dechunk(status_and_body(typed)[1]) == [HELLO, HELLO]
            server.serve("ep", shout)
            assert b"HI" in (await talk_async(server, post(STREAM, b"hi")))

    asyncio.run(main())


@pytest.mark.parametrize("early", [True, False])
def test_a_model_fails_before_or_inside_its_stream(early: bool) -> None:
    async def handler(request: InvocationRequest) -> AsyncIterator[bytes]:
        if not early:
            yield b"Hello"
        raise ModelFailedError(500, "gone")

    with unsigned(handler) as server:
        status, body = status_and_body(talk(server, post(STREAM)))
        assert server.errors == []
    if early:
        assert status == 424
    else:
        members = {"Message": "the model answered 500: gone", "ErrorCode": "StreamBroken"}
        assert dechunk(body) == [HELLO, exception_frame("ModelStreamError", members).encode()]


def test_another_failure_of_a_coroutine_is_kept() -> None:
    async def handler(request: InvocationRequest) -> Body:
        raise ZeroDivisionError

    with unsigned(handler) as server:
        assert status_and_body(talk(server, post(INVOKE)))[0] == 500
        assert [type(error) for error in server.errors] == [ZeroDivisionError]


def test_a_stream_is_made_a_little_ahead_and_closed_when_its_reader_leaves() -> None:
    left = threading.Event()
    made: list[int] = []
    size = 1 << 20

    async def endless(request: InvocationRequest) -> AsyncIterator[bytes]:
        tasks.append(asyncio.current_task())
        try:
            while True:
                yield bytes(size)
                made.append(size)
        finally:
            tasks.append(asyncio.current_task())
            left.set()

    tasks: list[asyncio.Task[object] | None] = []
    with unsigned(endless) as server:
        with connect(server) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
            connection.sendall(post(STREAM))
            received = 0
            while received < 30 * size:
                received += len(connection.recv(size))
        assert left.wait(10)
        assert server.errors == []
    # What was read, what the sockets hold, and what is made ahead.
    assert 30 <= len(made) <= 30 + AHEAD + 20
    assert len(tasks) == 2
    assert tasks[0] is tasks[1]


def test_closing_cancels_coroutines() -> None:
    reached, cancelled = threading.Event(), threading.Event()

    async def handler(request: InvocationRequest) -> AsyncIterator[bytes]:
        try:
            yield b"Hello"
            reached.set()
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with unsigned(handler) as server, connect(server) as connection:
        connection.sendall(post(STREAM))
        assert reached.wait(10)
        server.close()
        assert cancelled.wait(10)
        assert server.errors == []


def test_leaving_an_endpoint_does_not_block_the_loop() -> None:
    reached = threading.Event()

    async def waits(request: InvocationRequest) -> Body:
        reached.set()
        await asyncio.Event().wait()
        return b""

    async def main() -> int:
        async with unsigned(waits) as server:
            calling = asyncio.create_task(talk_async(server, post(INVOKE)))
            await asyncio.to_thread(reached.wait, 10)
        assert await calling == b""
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
