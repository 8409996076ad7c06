"""What tests of the generated client share."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from drawplate.useragent import UserAgent

INVOCATION_ID = "11111111-2222-4333-8444-555555555555"
USER_AGENT = "example/1.0"


def _invocation_id() -> str:
    return INVOCATION_ID


def _user_agent(*_: object) -> UserAgent:
    return UserAgent(USER_AGENT, (), "")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """URL of a server of moto on a port of its own choice."""
    # Imported here, for moto takes a second and loads half of AWS.
    moto_server: Any = importlib.import_module("moto.server")
    made = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    yield f"http://{host}:{port}"
    made.stop()


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pin what is random or depends on the machine, as the examples of operations.md have it."""
    monkeypatch.setattr("drawplate._client_base._uuid4", _invocation_id)
    monkeypatch.setattr("drawplate._client_base.user_agent", _user_agent)
