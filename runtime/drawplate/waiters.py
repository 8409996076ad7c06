"""Waiting for a resource: one operation, called again until its answer is as it should be.

The flow is free of I/O, as that of a single call is: it yields what has to be done, sleeps
included. Source: the waiters of Smithy (`smithy.waiters#waitable`), "waiter retries".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from math import log2
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from drawplate._call import CallSettings, Close, Flow, Sleep, call
from drawplate.errors import (
    ParamValidationError,
    ServiceError,
    WaiterError,
    WaiterFailedError,
    WaiterTimeoutError,
)
from drawplate.structures import AsyncStreamingOutput, Output, StreamingOutput

if TYPE_CHECKING:
    from drawplate.operation import Operation

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", bound=Output)
#: What waiting returns: the last output, None where success is an error such as "not found".
ResultT = TypeVar("ResultT", covariant=True)

#: What an answer means: wait no longer, give up, ask again, or an error that nobody foresaw.
State = Literal["success", "failure", "retry", "unexpected"]


class Waiter(Generic[ResultT]):
    """One way to wait: `judge` tells from parameters and answer where the resource stands."""

    __slots__ = ("judge", "name", "operation")

    operation: Operation[Any, Any]
    judge: Callable[[Any, Any], State]

    def __init__(
        self,
        *,
        name: str,
        operation: Operation[InputT, OutputT],
        judge: Callable[[InputT, OutputT | ServiceError], State],
    ) -> None:
        self.name = name
        self.operation = operation
        self.judge = judge

    def __repr__(self) -> str:
        return f"<Waiter {self.name}>"


class Pace:
    """How long to wait in all, and between two calls; all in seconds.

    Raises `ParamValidationError` unless 0 < min_delay <= max_delay and 0 < max_wait.
    """

    __slots__ = ("_random", "max_delay", "max_wait", "min_delay")

    def __init__(
        self,
        *,
        max_wait: float,
        min_delay: float,
        max_delay: float,
        random: Callable[[], float],
    ) -> None:
        wrong = [
            f"{name} has to be more than 0 seconds, got {value!r}"
            for name, value in (("max_wait", max_wait), ("min_delay", min_delay))
            if not value > 0
        ]
        if max_delay < min_delay:
            wrong.append(f"max_delay {max_delay!r} is less than min_delay {min_delay!r}")
        if wrong:
            raise ParamValidationError(wrong)
        self.max_wait = max_wait
        self.min_delay = min_delay
        self.max_delay = max_delay
        self._random = random

    def delay(self, attempt: int, elapsed: float) -> float | None:
        """Seconds until the next call, None where there is no time left for one.

        `attempt` counts the calls made. Delays double up to `max_delay`, and each is drawn from
        between `min_delay` and that; the last one is shortened so that a call fits behind it.
        """
        remaining = self.max_wait - elapsed
        if remaining <= self.min_delay:
            return None
        longest = self.max_delay
        if attempt <= log2(self.max_delay / self.min_delay) + 1:
            longest = self.min_delay * 2.0 ** (attempt - 1)
        delay = self.min_delay + (longest - self.min_delay) * self._random()
        if remaining - delay <= self.min_delay:
            return remaining - self.min_delay
        return delay


def wait(
    waiter: Waiter[ResultT],
    parameters: object,
    settings: CallSettings,
    pace: Pace,
    clock: Callable[[], float],
) -> Flow[ResultT]:
    """Call the waiter's operation until it has succeeded.

    Returns the last output, None where success was an error. Raises `WaiterFailedError`,
    `WaiterTimeoutError`, an error of the service that the waiter does not know, and what else a
    call raises. `clock` counts seconds.
    """
    started = clock()
    attempt = 0
    while True:
        attempt += 1
        answer: Output | ServiceError
        try:
            # A call fills in an idempotency token: each one has its own.
            answer = yield from call(waiter.operation, copy(parameters), settings, ("B",))
        except ServiceError as error:
            answer = error
        state = waiter.judge(parameters, answer)
        if state == "success":
            # The generator knows which of the two a waiter ends with, and types it so.
            return cast("ResultT", None if isinstance(answer, ServiceError) else answer)
        if isinstance(answer, StreamingOutput | AsyncStreamingOutput):
            yield Close(answer)
        if isinstance(answer, ServiceError) and state == "unexpected":
            raise answer
        elapsed = clock() - started
        delay = None if state == "failure" else pace.delay(attempt, elapsed)
        if delay is None:
            made = WaiterFailedError if state == "failure" else WaiterTimeoutError
            raise _ended(made, waiter, answer, attempt, elapsed)
        yield Sleep(delay)


def all_equal(values: Sequence[str | None], expected: str) -> bool:
    """Whether there are values, and all of them are this one."""
    return bool(values) and all(value == expected for value in values)


def _ended(
    made: type[WaiterError],
    waiter: Waiter[Any],
    answer: Output | ServiceError,
    attempts: int,
    elapsed: float,
) -> WaiterError:
    error = made(waiter.name, waiter.operation.name, attempts=attempts, elapsed=elapsed)
    if isinstance(answer, ServiceError):
        error.__cause__ = answer
        error.status, error.request_id = answer.status, answer.request_id
        error.code = answer.code
    else:
        error.output = answer
        error.status, error.request_id = answer.metadata.status, answer.metadata.request_id
    return error
