"""What was told is renewed in the background."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

import pytest
from drawplate import endpoint_discovery
from drawplate.endpoint_discovery import EndpointCache, RenewingThread

from tests.generated.fresh.endpoint_discovery.roaming import Clock, Regional, Service


class Waits:
    """Stands for the waiting of threads: a test lets one thread go on at a time."""

    def __init__(self) -> None:
        self.seconds: SimpleQueue[float] = SimpleQueue()
        self.ready: SimpleQueue[None] = SimpleQueue()

    def __call__(self, stop: Event, seconds: float) -> bool:
        self.seconds.put(seconds)
        while not stop.is_set():
            with suppress(Empty):
                self.ready.get(timeout=0.01)
                return stop.is_set()
        return True

    def go(self) -> None:
        """Let the one thread renew once; returns when it waits again."""
        self.ready.put(None)
        self.seconds.get(timeout=10)


def threads_of(cache: EndpointCache) -> list[Thread]:
    """The threads that renew entries, oldest first."""
    return [renewal.thread for renewal in cache.renewals if isinstance(renewal, RenewingThread)]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    made = Waits()
    monkeypatch.setattr(endpoint_discovery, "_wait", made)
    return made


def test_an_active_cache_renews_in_the_background(make: Any, clock: Clock, waits: Waits) -> None:
    service = Service()
    client = make(service, active_endpoint_cache=True, endpoint_cache_poll_interval=7)
    client.peek()
    client.peek()
    assert waits.seconds.get(timeout=10) == 7
    (thread,) = threads_of(client._shared.endpoints())
    assert (thread.daemon, len(service.asked)) == (True, 1)
    clock.now += 299
    waits.go()
    clock.now += 299
    client.peek()
    assert len(service.asked) == 2
    assert service.urls == [f"https://{host}.test/peek" for host in ("one", "one", "two")]
    client.close()
    thread.join(10)
    assert (thread.is_alive(), threads_of(client._shared.endpoints())) == (False, [])


def test_a_question_that_fails_in_the_background_leaves_what_is_known(
    make: Any, waits: Waits
) -> None:
    service = Service("one.test", RuntimeError("of the transport"), "three.test")
    client = make(service, active_endpoint_cache=True)
    client.peek()
    assert waits.seconds.get(timeout=10) == 60
    waits.go()
    client.peek()
    waits.go()
    client.peek()
    assert service.urls == [f"https://{host}.test/peek" for host in ("one", "one", "three")]


def test_the_oldest_thread_ends_where_there_are_too_many(make: Any, waits: Waits) -> None:
    client = make(Service(), active_endpoint_cache=True, endpoint_cache_max_threads=2)
    first: Any = None
    for table in ("a", "b", "c"):
        client.fetch(table=table)
        first = first or threads_of(client._shared.endpoints())[0]
    first.join(10)
    left = threads_of(client._shared.endpoints())
    assert (first.is_alive(), len(left), first in left) == (False, 2, False)


def test_the_thread_of_an_entry_that_made_room_ends(make: Any, waits: Waits) -> None:
    client = make(Service(), active_endpoint_cache=True, endpoint_cache_max_entries=1)
    client.fetch(table="a")
    (first,) = threads_of(client._shared.endpoints())
    client.fetch(table="b")
    first.join(10)
    assert (first.is_alive(), len(threads_of(client._shared.endpoints()))) == (False, 1)


def test_a_client_that_nobody_holds_ends_its_threads(package: Any, waits: Waits) -> None:
    client = package.RoamingClient(
        transport=Service(),
        endpoint_provider=Regional(),
        region="us-east-1",
        access_key_id="AKIDEXAMPLE",
        secret_access_key="secret",
        environ={},
        endpoint_discovery=True,
        active_endpoint_cache=True,
    )
    client.peek()
    (thread,) = threads_of(client._shared.endpoints())
    del client
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


def test_a_fork_begins_with_nothing(
    make: Any, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service()
    client = make(service, active_endpoint_cache=True)
    client.peek()
    cache = client._shared.endpoints()
    (thread,) = threads_of(cache)
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        assert (threads_of(cache), len(cache)) == ([], 0)
        client.peek()
        assert service.urls == ["https://one.test/peek", "https://two.test/peek"]
        assert len(threads_of(cache)) == 1
        client.close()
    # What is left of the parent's in this test, where there is no second process.
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()
