"""Waiting, as a loop over yielded steps: when it is asked again, and how it ends."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator

import pytest
from drawplate._sync import run
from drawplate.errors import (
    ConnectError,
    ParamValidationError,
    ServiceError,
    WaiterError,
    WaiterFailedError,
    WaiterTimeoutError,
)
from drawplate.http import HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.structures import StreamingOutput
from drawplate.waiters import Pace, State, Waiter, all_equal, wait
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.flows import Named, Played, answer, busy, operation, play, settings


def judge(_name: str, answer: Named | ServiceError) -> State:
    if isinstance(answer, ServiceError):
        return "success" if answer.status == 410 else "unexpected"
    states: dict[str, State] = {"ready": "success", "broken": "failure"}
    return states.get(answer.name, "retry")


WAITER: Waiter[Named] = Waiter(name="ThingReady", operation=operation(), judge=judge)


def pace(
    max_wait: float = 100.0,
    min_delay: float = 2.0,
    max_delay: float = 120.0,
    random: Callable[[], float] = lambda: 1.0,
) -> Pace:
    return Pace(max_wait=max_wait, min_delay=min_delay, max_delay=max_delay, random=random)


def clock(step: float) -> Callable[[], float]:
    """A clock that goes on by `step` seconds each time it is asked."""
    times: Iterator[float] = (1000 + step * number for number in range(1000))
    return lambda: next(times)


class Answering:
    """Gives one answer a request."""

    def __init__(self, *answers: HttpResponse) -> None:
        self._answers = iter(answers)

    def send(self, request: HttpRequest) -> HttpResponse:
        return next(self._answers)


def waited(
    *answers: HttpResponse | ConnectError,
    paced: Pace | None = None,
    step: float = 0.0,
    into: Played | None = None,
) -> Played:
    flow = wait(WAITER, "x", settings(), paced or pace(), clock(step))
    return play(flow, answers, into)


def test_it_is_asked_again_with_growing_delays_until_it_is_ready() -> None:
    played = waited(answer(body=b"new"), answer(body=b"new"), answer(body=b"ready"))
    assert played.output == Named(name="ready")
    assert played.steps == ["send", "read", "sleep 2", "send", "read", "sleep 4", "send", "read"]


def test_an_error_as_success_returns_no_output() -> None:
    flow = wait(WAITER, "x", settings(), pace(), clock(0.0))
    assert run(flow, Answering(busy(410)), lambda _seconds: None) is None


def test_a_call_retries_what_a_call_retries_and_the_rest_leaves() -> None:
    played = Played()
    with pytest.raises(ServiceError) as caught:
        waited(answer(body=b"new"), busy(503), busy(400), into=played)
    assert caught.value.status == 400
    assert played.steps == [
        *("send", "read", "sleep 2"),
        *("send", "read", "sleep 0.3", "send", "read"),
    ]
    refused = [ConnectError("refused")] * 4
    with pytest.raises(ConnectError):
        waited(*refused)


def test_failure_tells_facts_and_no_content() -> None:
    with pytest.raises(WaiterFailedError) as caught:
        waited(answer(body=b"new"), answer(body=b"broken", x_amzn_requestid="id-7"))
    error = caught.value
    assert str(error) == (
        "ThingReady: what was waited for cannot come any more (operation NameThing, attempts 2, "
        "last status 200, last request id id-7)"
    )
    assert (error.output, error.code, error.__cause__) == (Named(name="broken"), "", None)


def test_time_runs_out_when_no_call_fits_any_more() -> None:
    played = Played()
    with pytest.raises(WaiterTimeoutError) as caught:
        waited(
            *(answer(body=b"new") for _ in range(3)),
            paced=pace(max_wait=9.5),
            step=3.0,
            into=played,
        )
    assert played.steps == ["send", "read", "sleep 2", "send", "read", "sleep 1.5", "send", "read"]
    assert (caught.value.attempts, caught.value.elapsed) == (3, 9.0)
    assert "was not there after 9.0 seconds" in str(caught.value)


class Stream:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Streamed(StreamingOutput):
    __slots__ = ("body",)
    _stream = "body"

    def __init__(self) -> None:
        self.body = Stream()


def test_a_stream_that_will_not_be_handed_over_is_closed() -> None:
    outputs = [Streamed(), Streamed(), Streamed()]
    made = iter(outputs)
    streaming = Operation(
        name="Read",
        method_name="read",
        check=str,
        serialize=WAITER.operation.serialize,
        parse=lambda _response: next(made),
        errors=Errors(ServiceError, {}),
        streaming=True,
    )
    waiter: Waiter[Streamed] = Waiter(
        name="Readable",
        operation=streaming,
        judge=lambda _name, output: "success" if output is outputs[2] else "retry",
    )
    flow = wait(waiter, "x", settings(), pace(), clock(0.0))
    delays: list[float] = []
    assert run(flow, Answering(answer(), answer(), answer()), delays.append) is outputs[2]
    assert [output.body.closed for output in outputs] == [1, 1, 0]
    assert delays == [2.0, 4.0]


@given(
    min_delay=st.floats(0.1, 50),
    factor=st.floats(1, 1000),
    attempt=st.integers(1, 2000),
    elapsed=st.floats(0, 2000),
    max_wait=st.floats(0.1, 2000),
    drawn=st.floats(0, 1, exclude_max=True),
)
def test_delays_stay_within_their_limits(
    min_delay: float, factor: float, attempt: int, elapsed: float, max_wait: float, drawn: float
) -> None:
    paced = pace(max_wait, min_delay, min_delay * factor, lambda: drawn)
    delay = paced.delay(attempt, elapsed)
    remaining = max_wait - elapsed
    if remaining <= min_delay:
        assert delay is None
        return
    assert delay is not None
    assert 0 < delay <= remaining - min_delay
    longest = min(paced.max_delay, min_delay * 2.0 ** min(attempt - 1, 100))
    assert delay <= longest * (1 + 1e-9)
    if delay < remaining - min_delay:
        assert delay >= min_delay


def test_delays_double_up_to_the_longest() -> None:
    paced = pace(max_wait=10_000, max_delay=15)
    assert [paced.delay(attempt, 0) for attempt in range(1, 6)] == [2.0, 4.0, 8.0, 15.0, 15.0]
    assert [pace(random=lambda: 0.5).delay(attempt, 0) for attempt in (1, 2, 3)] == [2.0, 3.0, 5.0]


@pytest.mark.parametrize(
    ("max_wait", "min_delay", "max_delay", "errors"),
    [
        (0, 1, 2, ["max_wait has to be more than 0 seconds, got 0"]),
        (float("nan"), 1, 2, ["max_wait has to be more than 0 seconds, got nan"]),
        (1, 0, 2, ["min_delay has to be more than 0 seconds, got 0"]),
        (1, 3, 2, ["max_delay 2 is less than min_delay 3"]),
    ],
)
def test_limits_that_make_no_sense(
    max_wait: float, min_delay: float, max_delay: float, errors: list[str]
) -> None:
    with pytest.raises(ParamValidationError) as caught:
        pace(max_wait, min_delay, max_delay)
    assert caught.value.errors == errors


def test_all_equal_wants_values() -> None:
    assert all_equal(["x", "x"], "x")
    assert not all_equal(["x", None], "x")
    assert not all_equal([], "x")


@pytest.mark.parametrize("made", [WaiterError, WaiterFailedError, WaiterTimeoutError])
def test_errors_can_be_pickled(made: type[WaiterError]) -> None:
    error = made("ThingReady", "NameThing", attempts=3, elapsed=1.5)
    error.code = "Busy"
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert (type(copy), str(copy), copy.elapsed) == (made, str(error), 1.5)


def test_repr() -> None:
    assert repr(WAITER) == "<Waiter ThingReady>"
