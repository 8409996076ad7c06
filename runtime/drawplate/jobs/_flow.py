"""Waiting for a stored result, free of I/O: the flow yields what has to be done, and sleeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from drawplate._call import Flow, Sleep
from drawplate.errors import (
    DrawplateError,
    ParamValidationError,
    ResponseParseError,
    ServiceError,
)
from drawplate.http import Headers
from drawplate.jobs._objects import StoredObject
from drawplate.parse import as_http_date
from drawplate.structures import BlobOutput, DeferredOutput, deferred_of

if TYPE_CHECKING:
    from drawplate.jobs._objects import Store
    from drawplate.operation import Errors

JobStatus = Literal["running", "succeeded", "failed"]
"""What is known of a job. One that is waiting for its turn counts as running: nobody can tell."""

#: Seconds that a result may take from the end of its run until it can be read.
_GRACE = 60.0


class JobError(DrawplateError):
    """A job has no result."""


class JobTimeoutError(JobError):
    """There was no result in time; the job may still be running.

    `job_id` is None where the service told none; `elapsed` is in seconds, `looks` says how often
    the two locations were looked at. `doubts` tell why something may be there all the same, such as
    permissions that the credentials lack.
    """

    def __init__(
        self,
        job_id: str | None,
        output_location: str,
        failure_location: str | None,
        *,
        elapsed: float = 0.0,
        looks: int = 0,
        doubts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(job_id, output_location, failure_location)
        self.job_id = job_id
        self.output_location = output_location
        self.failure_location = failure_location
        self.elapsed = elapsed
        self.looks = looks
        self.doubts = doubts

    def __str__(self) -> str:
        at = " or ".join(place for place in (self.output_location, self.failure_location) if place)
        return (
            f"job {self.job_id}: nothing at {at} after {self.elapsed:.1f} s and {self.looks} looks"
            f"; {'; '.join((*self.doubts, self._advice))}"
        )

    _advice = "wait longer, or look again later"


class JobExpiredError(JobTimeoutError):
    """The service has given the job up: no result can come any more."""

    _advice = "its time in the queue and its time to run are over, so no result will come"


class JobResult(BlobOutput):
    """What a job came to: `body`, its `content_type`, and the `location` that it was read from.

    `metadata` is that of the call that submitted the job.
    """

    __slots__ = ("body", "content_type", "location")
    _sensitive = frozenset({"body"})
    blob_members = ("body", "content_type")

    body: bytes
    content_type: str | None
    location: str

    def __init__(self, *, body: bytes, content_type: str | None, location: str) -> None:
        self.body = body
        self.content_type = content_type
        self.location = location


class Polling:
    """How often to look: delays in seconds, doubled from `first` up to `longest`, with jitter.

    Raises `ParamValidationError` unless 0 < first <= longest.
    """

    __slots__ = ("_first", "_longest", "_random")

    def __init__(self, first: float, longest: float, random: Callable[[], float]) -> None:
        if not 0 < first <= longest:
            raise ParamValidationError(
                [f"min_delay {first!r} and max_delay {longest!r} have to be 0 < min <= max"]
            )
        self._first = first
        self._longest = longest
        self._random = random

    def delay(self, looks: int) -> float:
        """Seconds until the next look after so many."""
        # A job that takes hours is looked at often: the power stops growing where nobody sees it.
        whole = min(self._longest, self._first * 2.0 ** min(looks - 1, 60))
        return whole * (0.5 + 0.5 * self._random())


class JobState:
    """What is known of one job. Safe to share between threads: each looks for itself."""

    __slots__ = (
        "_clock",
        "_deferred",
        "_errors",
        "_output",
        "_result",
        "_store",
        "_timer",
        "expires_at",
        "failure",
        "failure_location",
        "id",
        "output_location",
        "status",
        "submitted_at",
    )

    def __init__(
        self,
        output: DeferredOutput,
        store: Store,
        errors: Errors,
        *,
        clock: Callable[[], float],
        timer: Callable[[], float],
        wait_seconds: float | None,
        run_seconds: float | None,
    ) -> None:
        facts = deferred_of(output)
        location: str | None = getattr(output, facts.result)
        if not location:
            raise JobError(
                f"the output has no {facts.result}, so nobody can tell where the result will be"
            )
        self._clock = clock
        self._deferred = facts
        self._errors = errors
        self._output = output
        self._store = store
        self._timer = timer
        self._result: JobResult | None = None
        self.output_location = location
        self.failure_location: str | None = getattr(output, facts.failure)
        self.id: str | None = getattr(output, facts.run_id) if facts.run_id else None
        self.status: JobStatus = "running"
        self.failure: ServiceError | None = None
        self.submitted_at = _date_of(output) or clock()
        waits = facts.wait_seconds if wait_seconds is None else wait_seconds
        runs = facts.run_seconds if run_seconds is None else run_seconds
        self.expires_at = self.submitted_at + waits + runs

    def poll(self) -> Flow[JobStatus]:
        """Look once, without fetching a result; a failure is fetched, since it is small."""
        if self.status == "running":
            if (yield from self._store.has(self.output_location)):
                self.status = "succeeded"
            elif self.failure_location is not None:
                found = yield from self._store.fetch(self.failure_location)
                if found is not None:
                    self._fail(found)
        return self.status

    def wait(self, timeout: float | None, polling: Polling) -> Flow[JobResult]:
        """Look until there is a result, for `timeout` seconds or until the job has expired.

        Raises the error that a failure stands for, `JobTimeoutError`, `JobExpiredError`, and what
        the store raises.
        """
        started = self._timer()
        looks = 0
        while True:
            looks += 1
            result = yield from self._look()
            if result is not None:
                return result
            elapsed = self._timer() - started
            left = self.expires_at + _GRACE - self._clock()
            made: type[JobTimeoutError] = JobExpiredError
            if timeout is not None and timeout - elapsed < left:
                left, made = timeout - elapsed, JobTimeoutError
            if left <= 0:
                raise made(
                    self.id,
                    self.output_location,
                    self.failure_location,
                    elapsed=elapsed,
                    looks=looks,
                    doubts=self._doubts(),
                )
            yield Sleep(min(polling.delay(looks), left))

    def _doubts(self) -> tuple[str, ...]:
        places = (self.output_location, self.failure_location)
        found = (self._store.doubt(place) for place in places if place)
        return tuple(doubt for doubt in found if doubt)

    def _look(self) -> Flow[JobResult | None]:
        if self._result is None and self.failure is None:
            found = yield from self._store.fetch(self.output_location)
            if found is not None:
                self._succeed(found)
            elif self.failure_location is not None:
                found = yield from self._store.fetch(self.failure_location)
                if found is not None:
                    self._fail(found)
        if self.failure is not None:
            raise self.failure
        return self._result

    def _succeed(self, found: StoredObject) -> None:
        self._result = result = JobResult(
            body=found.body, content_type=found.content_type, location=self.output_location
        )
        if hasattr(self._output, "metadata"):
            result.metadata = self._output.metadata
        self.status = "succeeded"

    def _fail(self, found: StoredObject) -> None:
        self.failure = _stored_error(self._errors, self._deferred.error, found.body)
        self.status = "failed"


def _stored_error(errors: Errors, code: str, content: bytes) -> ServiceError:
    """The error that a failure stands for. What is no error of the protocol is its message."""
    answer = errors.read(Headers(), content)
    parse = errors.parsers.get(answer.code) or errors.parsers.get(code)
    if parse is None:
        from drawplate.error_classes import error_classes

        error = error_classes(errors.base)(code)(answer.message)
        error.code = code
    else:
        error = parse(Headers(), answer.body)
    if not error.message:
        error.message = content.decode("utf-8", "replace").strip()
    return error


def _date_of(output: DeferredOutput) -> float | None:
    """When the service answered, in seconds since 1970, by its own clock."""
    metadata = getattr(output, "metadata", None)
    date = None if metadata is None else metadata.headers.get("date")
    if date is None:
        return None
    try:
        return as_http_date(date).timestamp()
    except ResponseParseError:
        return None
