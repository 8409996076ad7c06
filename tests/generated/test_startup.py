"""What a program loads by importing a generated client, by making one, and by its first call.

Start-up is a figure of `nox -s bench`; these are the modules that it stands and falls with.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from drawplate.testing import LocalEndpoint

PROGRAM = """
import json, sys
before = set(sys.modules)
from sagemaker_runtime import SageMakerRuntimeClient
client = SageMakerRuntimeClient(
    region="us-east-1", endpoint=sys.argv[1], access_key_id={key!r}, secret_access_key={secret!r}
)
made = set(sys.modules)
body = client.invoke_endpoint(endpoint_name="echo", body=b"hello").body
print(json.dumps([sorted(made - before), sorted(set(sys.modules) - made), body.decode()]))
"""

#: The transport, and what only it or something rare needs.
NOT_BEFORE_A_CALL = {
    "asyncio",
    "dataclasses",
    "email",
    "http",
    "hashlib",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "platform",
    "random",
    "socket",
    "ssl",
    "subprocess",
    "urllib3",
    "uuid",
}
#: What a plain call with keys does not need.
NOT_AT_A_CALL = {
    "asyncio",
    "dataclasses",
    "drawplate._content_errors",
    "drawplate._provider_errors",
    "drawplate._reading",
    "drawplate._urllib3",
    "drawplate._stubbing",
    "drawplate._waiting_errors",
    "drawplate.eventstream",
    "drawplate.identity",
    "drawplate.jobs",
    "drawplate.options",
    "drawplate.query",
    "drawplate.request",
    "drawplate.sessions",
    "drawplate.stream_handlers",
    "drawplate.stubs",
    "drawplate.testing",
    "drawplate.xml",
    "drawplate.xml_write",
    "encodings.idna",
    "platform",
    "sagemaker_runtime.event_streams",
    "sagemaker_runtime._stubs",
    "sagemaker_runtime.sessions",
    "ssl",
    "subprocess",
    "tempfile",
    "urllib.parse",
    "urllib3",
    "uuid",
}


@pytest.fixture(scope="module")
def loaded() -> tuple[set[str], set[str]]:
    """Modules that a program loads until it has a client, and by its first call."""
    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        program = PROGRAM.format(key=server.access_key_id, secret=server.secret_access_key)
        run = subprocess.run(
            [sys.executable, "-c", program, server.url], capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 0, run.stderr
    by_client, by_call, body = json.loads(run.stdout)
    assert body == "hello"
    return set(by_client), set(by_call)


def test_a_client_is_made_without_a_transport(loaded: tuple[set[str], set[str]]) -> None:
    by_client, _ = loaded
    assert "drawplate.client" in by_client
    assert by_client & (NOT_BEFORE_A_CALL | NOT_AT_A_CALL) == set()


def test_a_call_loads_what_it_needs(loaded: tuple[set[str], set[str]]) -> None:
    _, by_call = loaded
    assert "drawplate._blocking" in by_call
    assert by_call & NOT_AT_A_CALL == set()
