"""Logging, monitoring and telemetry that nobody asked for cost nothing: no handler, no import."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from drawplate import _call
from drawplate.testing import LocalEndpoint

from tests.runtime.clients import make
from tests.runtime.observing import Log

PROGRAM = """
import json, sys
from sagemaker_runtime import SageMakerRuntimeClient
options = json.loads(sys.argv[2])
client = SageMakerRuntimeClient(
    region="us-east-1", endpoint=sys.argv[1], access_key_id={key!r}, secret_access_key={secret!r},
    environ={{}}, **options,
)
client.invoke_endpoint(endpoint_name="echo", body=b"hello")
with client.invoke_endpoint_with_response_stream(endpoint_name="echo", body=b"hello") as output:
    output.body.collect()
print(json.dumps(sorted(sys.modules)))
"""

OURS = {
    "drawplate._otel",
    "drawplate._spans",
    "drawplate._summaries",
    "drawplate.log",
    "drawplate.monitoring",
    "drawplate.telemetry",
}


def loaded(**options: object) -> set[str]:
    """The modules that a program has loaded after calls with these options."""
    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        program = PROGRAM.format(key=server.access_key_id, secret=server.secret_access_key)
        run = subprocess.run(
            [sys.executable, "-c", program, server.url, json.dumps(options)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


def test_nothing_is_imported_that_nobody_asked_for() -> None:
    modules = loaded()
    assert {name for name in modules if name in OURS or name.startswith("opentelemetry")} == set()


@pytest.mark.parametrize(
    ("options", "ours"),
    [
        ({"logger": "calls"}, {"drawplate.log", "drawplate._summaries"}),
        ({"client_side_monitoring": True}, {"drawplate.monitoring"}),
    ],
)
def test_what_was_asked_for_brings_nothing_else(options: Any, ours: set[str]) -> None:
    assert loaded(**options) & OURS == ours


def test_the_stages_are_bare() -> None:
    assert make().handlers.stages is _call.BARE
    assert make(log_level=10).with_options(http_read_timeout=5).handlers.stages is _call.BARE
    watched = make(logger=Log())
    assert watched.handlers.stages is not _call.BARE
    assert len(watched.handlers) == 0  # the library's own are not among the user's
