"""Many calls from a few tasks, of which some are streams that are left, or cancelled."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

from drawplate.errors import DrawplateError
from drawplate.testing import EXAMPLE_CREDENTIALS
from sagemaker_runtime import AsyncSageMakerRuntimeClient, types

from tests.soak.calls import EVENTS, STREAM_EVERY
from tests.soak.report import Report, open_files, resident_kib
from tests.soak.server import event

#: Every so many calls one is cancelled wherever it is by then.
CANCEL_EVERY = 20


async def run(url: str, count: int, tasks: int = 64) -> Report:
    """Make `count` calls; the report says how often which error was raised."""
    report = Report()
    client = AsyncSageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        endpoint=url,
        access_key_id=EXAMPLE_CREDENTIALS[0],
        secret_access_key=EXAMPLE_CREDENTIALS[1],
        retry_base_delay=0,
        http_read_timeout=30,
    )

    async def one(number: int) -> None:
        is_stream = number % STREAM_EVERY == 0
        try:
            problem = await (_stream(client, number) if is_stream else _call(client, number))
            outcome = "ok"
        except DrawplateError as error:
            problem, outcome = None, type(error).__name__
        report.outcomes[outcome] += 1
        if problem:
            report.wrong.append(problem)

    async def cancelled(number: int, turns: int) -> None:
        task = asyncio.create_task(one(number))
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.cancel():
            report.outcomes["cancelled"] += 1
        with suppress(asyncio.CancelledError):
            await task

    async def part(first: int) -> None:
        draw = random.Random(first)
        for number in range(first, count, tasks):
            if draw.random() * CANCEL_EVERY < 1:
                await cancelled(number, draw.randrange(12))
            else:
                await one(number)

    report.files_before, report.kib_before = open_files(), resident_kib()
    began = time.monotonic()
    async with client, asyncio.TaskGroup() as group:
        for first in range(tasks):
            group.create_task(part(first))
    report.seconds = time.monotonic() - began
    report.kib_most = report.kib_after = resident_kib()
    report.files_after = open_files()
    report.tasks = len(asyncio.all_tasks()) - 1
    return report


async def _call(client: AsyncSageMakerRuntimeClient, number: int) -> str | None:
    sent = b"call %d" % number
    got = (await client.invoke_endpoint(endpoint_name="echo", body=sent)).body
    return None if got == sent else f"{sent!r} was answered with {got!r}"


async def _stream(client: AsyncSageMakerRuntimeClient, number: int) -> str | None:
    """Read a stream, or a part of it; what comes before an error has to be right as well."""
    wanted = EVENTS if number % (2 * STREAM_EVERY) else 2
    got = 0
    out = await client.invoke_endpoint_with_response_stream(
        endpoint_name="events", body=b"%d" % EVENTS
    )
    async with out:
        async for item in out.body:
            if not isinstance(item, types.PayloadPart) or item.bytes != event(got):
                return f"event {got} of stream {number} is {item!r}"
            got += 1
            if got == wanted:
                return None
    return f"stream {number} ended after {got} events"
