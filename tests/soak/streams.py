"""Many streams at once on one event loop."""

from __future__ import annotations

import asyncio
import time

from drawplate.errors import DrawplateError, EventStreamChecksumError, TruncatedStreamError
from drawplate.testing import EXAMPLE_CREDENTIALS
from sagemaker_runtime import AsyncSageMakerRuntimeClient, types

from tests.soak.report import Report, open_files, resident_kib
from tests.soak.server import FRAMES_AT_FAULT, event

#: Seconds after which a run hangs.
PATIENCE = 300.0


class _Started:
    """Counts streams that have had their first event, or have ended without one."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self.all = asyncio.Event()

    def one_more(self) -> None:
        """Count one."""
        self._missing -= 1
        if not self._missing:
            self.all.set()


async def run(url: str, count: int, events: int) -> Report:
    """Read `count` streams of so many events, all of which are open at the same time.

    `kib_most` of the report is the memory at that time. Raises `TimeoutError` if a stream hangs.
    """
    report = Report()
    client = AsyncSageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        endpoint=url,
        access_key_id=EXAMPLE_CREDENTIALS[0],
        secret_access_key=EXAMPLE_CREDENTIALS[1],
        retry_base_delay=0,
        max_pool_connections=count,
    )

    async def read(number: int, body: bytes, started: _Started) -> None:
        got, outcome = 0, "ok"
        try:
            out = await client.invoke_endpoint_with_response_stream(
                endpoint_name="events", body=body
            )
            async with out:
                async for item in out.body:
                    if not isinstance(item, types.PayloadPart) or item.bytes != event(got):
                        report.wrong.append(f"event {got} of stream {number} is {item!r}")
                    got += 1
                    if got == 1:
                        started.one_more()
        except DrawplateError as error:
            outcome = type(error).__name__
            # HTTP is whole there, so that all events before the damage have to be delivered.
            is_whole = isinstance(error, EventStreamChecksumError | TruncatedStreamError)
            if is_whole and got not in FRAMES_AT_FAULT:
                report.wrong.append(f"stream {number} gave {got} events before {outcome}")
        if not got:
            started.one_more()
        if outcome == "ok" and got != events:
            report.wrong.append(f"stream {number} ended after {got} events")
        report.outcomes[outcome] += 1

    report.files_before = open_files()
    async with asyncio.timeout(PATIENCE), client:
        await read(0, b"%d" % events, _Started(1))  # whatever is imported late
        report.outcomes.clear()
        report.kib_before = resident_kib()
        began = time.monotonic()
        started = _Started(count)
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(read(number, b"%d waits" % events, started))
            await started.all.wait()
            report.kib_most = resident_kib()
            await client.invoke_endpoint(endpoint_name="go", body=b"")
        report.seconds = time.monotonic() - began
    report.files_after, report.kib_after = open_files(), resident_kib()
    report.tasks = len(asyncio.all_tasks()) - 1
    return report
