"""What tests of the generated client share."""

from __future__ import annotations

import pytest
from drawplate.useragent import UserAgent

INVOCATION_ID = "11111111-2222-4333-8444-555555555555"
USER_AGENT = "example/1.0"


def _invocation_id() -> str:
    return INVOCATION_ID


def _user_agent(*_: object) -> UserAgent:
    return UserAgent(USER_AGENT, (), "")


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pin what is random or depends on the machine, as the examples of operations.md have it."""
    monkeypatch.setattr("drawplate.client._uuid4", _invocation_id)
    monkeypatch.setattr("drawplate.client.user_agent", _user_agent)
