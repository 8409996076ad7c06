"""The job of a client that blocks, and the function that makes jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from random import random
from typing import TYPE_CHECKING, Any, overload

from drawplate._client_base import errors_of
from drawplate.client import Client, run_flow
from drawplate.jobs._flow import JobResult, JobState, JobStatus, Polling
from drawplate.jobs._objects import BlockingStore, ObjectGetter, SchemeStore, Store

if TYPE_CHECKING:
    from drawplate._call import Flow
    from drawplate._client_base import ClientBase
    from drawplate.async_client import AsyncClient
    from drawplate.errors import ServiceError
    from drawplate.jobs._async_job import AsyncInferenceJob
    from drawplate.structures import DeferredOutput


class JobBase:
    """What jobs of blocking and of asyncio clients have in common: facts, known without I/O."""

    __slots__ = ("_run", "_state")

    def __init__(self, state: JobState, run: Callable[[Flow[Any]], Any]) -> None:
        self._state = state
        self._run = run

    @property
    def id(self) -> str | None:
        """The service's id of the job, or yours; None where the answer had none."""
        return self._state.id

    @property
    def status(self) -> JobStatus:
        """What is known: "running", "succeeded" or "failed". `poll` and `wait` find it out."""
        return self._state.status

    @property
    def error(self) -> ServiceError | None:
        """What the model failed with, None as far as is known."""
        return self._state.failure

    @property
    def output_location(self) -> str:
        """URI that the result will be at."""
        return self._state.output_location

    @property
    def failure_location(self) -> str | None:
        """URI that the failure will be at, if it comes to one; None where nobody will be told."""
        return self._state.failure_location

    @property
    def submitted_at(self) -> datetime:
        """When the service took the job, by its own clock where the answer has a date."""
        return datetime.fromtimestamp(self._state.submitted_at, UTC)

    @property
    def expires_at(self) -> datetime:
        """When the service gives the job up at the latest: time in the queue and time to run."""
        return datetime.fromtimestamp(self._state.expires_at, UTC)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}, {self.status}>"


class InferenceJob(JobBase):
    """A run whose result is stored when it is there; made by `inference_job`.

    Results are kept: whoever asks again gets the same. Safe to share between threads.
    """

    __slots__ = ()

    def poll(self) -> JobStatus:
        """Look once whether the job is done. Does not fetch a result; `status` keeps the answer."""
        status: JobStatus = self._run(self._state.poll())
        return status

    def wait(
        self, timeout: float | None = None, *, min_delay: float = 0.5, max_delay: float = 15.0
    ) -> JobResult:
        """Wait for the result.

        Looks at once, and then again after `min_delay` seconds, doubled up to `max_delay`, each
        drawn from the upper half of that. `timeout` is in seconds; None waits until the job has
        expired.

        Raises the service's error for a model that failed, with what it left; `JobTimeoutError`
        and `JobExpiredError` where there is no result; and what the getter raises.
        """
        polling = Polling(min_delay, max_delay, random)
        result: JobResult = self._run(self._state.wait(timeout, polling))
        return result

    def result(self, timeout: float | None = None) -> JobResult:
        """The result; waits for it as `wait` does, and raises the same."""
        return self.wait(timeout)


@overload
def inference_job(
    client: Client,
    output: DeferredOutput,
    *,
    getter: ObjectGetter | None = None,
    request_ttl_seconds: float | None = None,
    invocation_timeout_seconds: float | None = None,
) -> InferenceJob: ...
@overload
def inference_job(
    client: AsyncClient,
    output: DeferredOutput,
    *,
    getter: ObjectGetter | None = None,
    request_ttl_seconds: float | None = None,
    invocation_timeout_seconds: float | None = None,
) -> AsyncInferenceJob: ...
def inference_job(
    client: Client | AsyncClient,
    output: DeferredOutput,
    *,
    getter: ObjectGetter | None = None,
    request_ttl_seconds: float | None = None,
    invocation_timeout_seconds: float | None = None,
) -> InferenceJob | AsyncInferenceJob:
    """The job that a call has submitted, by the output of the call.

    Results at `s3:` URIs are fetched with the credentials, region, retry, TLS and proxy options of
    the client, `file:` URIs are read; `getter` fetches both in their place. Pass what the call
    passed as `request_ttl_seconds` and `invocation_timeout_seconds`: they say when no result can
    come any more; None stands for the service's own defaults.

    What a job of an async client does is awaited, and so is the job itself: `await job`.

    Raises `JobError` for an output without a place for a result.
    """
    state = _state(client, output, getter, request_ttl_seconds, invocation_timeout_seconds)
    if isinstance(client, Client):
        return InferenceJob(state, partial(run_flow, client))
    from drawplate.async_client import run_flow as await_flow  # it is there: so is a client of it
    from drawplate.jobs._async_job import AsyncInferenceJob

    return AsyncInferenceJob(state, partial(await_flow, client))


def _state(
    client: ClientBase[Any],
    output: DeferredOutput,
    getter: ObjectGetter | None,
    wait_seconds: float | None,
    run_seconds: float | None,
) -> JobState:
    store: Store = SchemeStore(client) if getter is None else BlockingStore(getter)
    return JobState(
        output,
        store,
        errors_of(client),
        clock=client.config.clock,
        timer=time.monotonic,
        wait_seconds=wait_seconds,
        run_seconds=run_seconds,
    )
