"""The blocking driver: it does what a flow yields and throws in what went wrong."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from drawplate._call import Flow, Read, Send, Sleep, Step, Work
from drawplate._sync import read, run
from drawplate.errors import ConnectError, NetworkingError, TruncatedBodyError
from drawplate.http import HttpRequest, HttpResponse

from tests.runtime.flows import Body

REQUEST = HttpRequest("GET", "https://things.example.com/")


class Scripted:
    """A transport that gives its answers in order, and raises those that are errors."""

    def __init__(self, *answers: HttpResponse | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


def test_each_step_is_done_and_answered() -> None:
    response = HttpResponse(200, body=Body(b"a", b"", b"b"))
    transport, slept = Scripted(response), list[float]()

    def flow() -> Flow[list[object]]:
        return [
            (yield Send(REQUEST)),
            (yield Read(response)),
            (yield Sleep(0.5)),
            (yield Work(lambda: "done")),
        ]

    assert run(flow(), transport, slept.append) == [response, b"ab", None, "done"]
    assert (transport.sent, slept) == ([REQUEST], [0.5])


def test_networking_errors_are_thrown_into_the_flow() -> None:
    refused, short = ConnectError("refused"), TruncatedBodyError("short")
    response = HttpResponse(200, body=Body(b"a", short))
    caught: list[NetworkingError] = []

    def flow() -> Flow[str]:
        for step in (Send(REQUEST), Read(response)):
            try:
                yield step
            except NetworkingError as error:
                caught.append(error)
        return "done"

    assert run(flow(), Scripted(refused), float) == "done"
    assert caught == [refused, short]


def test_other_errors_end_the_flow_and_pass_through() -> None:
    ended: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Send(REQUEST)
        finally:
            ended.append("closed")

    failure = OSError("of somebody's own transport")
    with pytest.raises(OSError, match="somebody") as raised:
        run(flow(), Scripted(failure), float)
    assert raised.value is failure
    assert ended == ["closed"]


def test_an_interrupted_sleep_ends_the_flow() -> None:
    ended: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(5)
        finally:
            ended.append("closed")

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(flow(), Scripted(), interrupt)
    assert ended == ["closed"]


def test_what_a_flow_raises_is_raised() -> None:
    def flow() -> Generator[Step, Any, None]:
        yield Sleep(0)
        raise KeyError("given up")

    with pytest.raises(KeyError, match="given up"):
        run(flow(), Scripted(), float)


def test_reading_closes_the_body_even_when_it_fails() -> None:
    whole, broken = Body(b"a", b"b"), Body(b"a", TruncatedBodyError("short"))
    assert read(HttpResponse(200, body=whole)) == b"ab"
    with pytest.raises(TruncatedBodyError):
        read(HttpResponse(200, body=broken))
    assert whole.closed
    assert broken.closed
    assert read(HttpResponse(200, body=b"bytes")) == b"bytes"
