"""Handlers of streams: numbers 23, 25, 30."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawplate.http import HttpResponse

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder
from tests.runtime.frames import part

HELLO = part(b"hello") + part(b"again")
NOT_A_HANDLER = " to be a callable or ResponseStream, got 'print'"
SEEN: list[bytes] = []


def watch(stream: Any) -> None:
    """Register for the parts of one call: a fresh handler comes in."""

    def keep(event: Any) -> None:
        SEEN.append(event.bytes)

    stream.on_payload_part_event(keep)


def events(trial: Trial) -> list[bytes]:
    """What the handler has seen when the call returns."""
    SEEN.clear()
    client = trial.client(transport=Recorder(HttpResponse(200, body=HELLO)))
    with client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b""):
        return [*SEEN]


def nothing_else(trial: Trial) -> list[bytes]:
    """Handlers for operations that the service has not: the call is as ever."""
    SEEN.clear()
    client = trial.client(transport=Recorder(HttpResponse(200, body=HELLO)))
    with client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"") as output:
        parts = [getattr(event, "bytes", b"") for event in output.body]
    return [*SEEN, *parts]


ROWS = (
    Row(
        23,
        "event_stream_handler",
        value=watch,
        observe=events,
        seen=[b"hello", b"again"],
        unseen=[],
        wrong=Wrong("print", f"expected event_stream_handler{NOT_A_HANDLER}", TypeError),
    ),
    Row(
        25,
        "input_event_stream_handler",
        value=watch,
        observe=nothing_else,
        seen=[b"hello", b"again"],
        unseen=[b"hello", b"again"],
        wrong=Wrong("print", f"expected input_event_stream_handler{NOT_A_HANDLER}", TypeError),
    ),
    Row(
        30,
        "output_event_stream_handler",
        value=watch,
        observe=nothing_else,
        seen=[b"hello", b"again"],
        unseen=[b"hello", b"again"],
        wrong=Wrong("print", f"expected output_event_stream_handler{NOT_A_HANDLER}", TypeError),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)
