"""Client-side monitoring: a datagram for each call and each attempt."""

from __future__ import annotations

from typing import Any, Protocol


class Publisher(Protocol):
    """Takes the facts of a call and of its attempts."""

    agent_host: str
    agent_port: int

    def publish(self, request_metrics: Any, /) -> None: ...
