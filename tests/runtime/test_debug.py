"""What the library says of itself to loggers of the standard library."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from drawplate.errors import ConnectError, ServiceError

from tests.runtime.clients import Recorder, invoke, make
from tests.runtime.observing import BUSY, MODEL_ERROR, event, stream, stream_error, streamed

pytestmark = pytest.mark.usefixtures("face")  # both clients


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(found.name, found.getMessage()) for found in caplog.records]


def test_each_retry_is_told_with_reason_and_delay(caplog: pytest.LogCaptureFixture) -> None:
    client = make(
        transport=Recorder(BUSY, ConnectError("refused"), MODEL_ERROR), retry_base_delay=0
    )
    with caplog.at_level(logging.DEBUG, "drawplate"), pytest.raises(ServiceError):
        invoke(client)
    said, following = "InvokeEndpoint: attempt", "the next one follows in 0.000 seconds"
    assert lines(caplog) == [
        (
            "drawplate.retries",
            f"{said} 1 failed (ServiceUnavailable, status 503), {following}",
        ),
        (
            "drawplate.retries",
            f"{said} 2 failed (ConnectError), {following}",
        ),
        ("drawplate.retries", f"{said} 3 failed (ModelError, status 424) and was the last one"),
    ]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"endpoint": "http://127.0.0.1"}, "endpoint"),
        (
            {"environ": {"AWS_ENDPOINT_URL": "http://127.0.0.1"}},
            "environment variable AWS_ENDPOINT_URL",
        ),
    ],
)
def test_the_source_of_the_endpoint_is_told(
    options: Any, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "drawplate"):
        make(**options)
    assert lines(caplog) == [("drawplate.config", f"the endpoint is taken from {where}")]


@pytest.mark.parametrize("ending", ["end", "error", "close"])
def test_the_end_of_a_stream_is_told(ending: str, caplog: pytest.LogCaptureFixture) -> None:
    frames = [event(b"a"), event(b"b"), *([stream_error()] if ending == "error" else [])]
    client = make(transport=Recorder(streamed(*frames)))
    with caplog.at_level(logging.DEBUG, "drawplate"):
        output = stream(client)
        assert lines(caplog) == []
        next(output.body)
        if ending == "error":
            with pytest.raises(ServiceError):
                output.body.collect()
        elif ending == "end":
            output.body.collect()
        output.close()
    how = {
        "end": "was read to its end, after 2 items",
        "error": "failed with ModelStreamError, status 0, after 2 items",
        "close": "was closed before its end, after 1 items",
    }
    said = f"the stream of InvokeEndpointWithResponseStream {how[ending]}"
    assert lines(caplog)[:1] == [("drawplate.streams", said)]


def test_nothing_is_told_where_logging_was_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    from drawplate import _debug

    assert _debug.listener("retries") is None  # it is not set up to listen
    monkeypatch.delitem(sys.modules, "logging")
    assert _debug.listener("retries") is None
    assert "logging" not in sys.modules
