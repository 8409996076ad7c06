"""The job of an asyncio client."""

from __future__ import annotations

from collections.abc import Generator
from random import random
from typing import Any

from drawplate.jobs._flow import JobResult, JobStatus, Polling
from drawplate.jobs._job import JobBase


class AsyncInferenceJob(JobBase):
    """The same as `InferenceJob` of an async client: what asks is awaited. So is the job itself.

    `await job` is `await job.wait()`. Any number of tasks may wait for it.
    """

    __slots__ = ()

    async def poll(self) -> JobStatus:
        """Look once whether the job is done; see `InferenceJob.poll`."""
        status: JobStatus = await self._run(self._state.poll())
        return status

    async def wait(
        self, timeout: float | None = None, *, min_delay: float = 0.5, max_delay: float = 15.0
    ) -> JobResult:
        """Wait for the result; see `InferenceJob.wait`. Cancelling leaves the job as it is."""
        polling = Polling(min_delay, max_delay, random)
        result: JobResult = await self._run(self._state.wait(timeout, polling))
        return result

    async def result(self, timeout: float | None = None) -> JobResult:
        """The result; waits for it as `wait` does, and raises the same."""
        return await self.wait(timeout)

    def __await__(self) -> Generator[Any, Any, JobResult]:
        return self.wait().__await__()
