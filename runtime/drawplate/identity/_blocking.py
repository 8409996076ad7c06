"""Asks a provider where there is no client: its flow runs here, on connections of its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from drawplate._pool import TransportPool
from drawplate._sync import run
from drawplate.http import HttpRequest, HttpResponse, Transport
from drawplate.transport import TransportSettings

if TYPE_CHECKING:
    from drawplate._call import Flow

T = TypeVar("T")

_pool = TransportPool()


class _Pooled:
    """Carries requests that do not say how to connect."""

    def send(self, request: HttpRequest) -> HttpResponse:
        return _pool.transport(TransportSettings()).send(request)


def run_flow(flow: Flow[T], transport: Transport | None = None) -> T:
    """Run a flow in this thread; `transport` carries all of its requests."""
    if transport is not None:
        return run(flow, transport, time.sleep)
    return run(flow, _Pooled(), time.sleep, _pool.transport)
