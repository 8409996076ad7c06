"""Renewal ahead of the end: windows, one at a time, failures. credentials.md section 12."""

from __future__ import annotations

import logging
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from drawplate._call import Acquire, Flow, Work
from drawplate._flow_lock import FlowLock
from drawplate._sync import run
from drawplate.credentials import Credentials, renewal_of
from drawplate.errors import CredentialsError
from drawplate.identity import CallableCredentials, RefreshingCredentials, StaticCredentials

from tests.identity.support import NOON, Clock, Script, around, ask, drive, moment

pytestmark = pytest.mark.usefixtures("face")  # both clients

T = TypeVar("T")


class Fetching(RefreshingCredentials):
    """Numbers the credentials that it fetches; an error among the ends is raised instead."""

    name = "numbered"

    def __init__(self, clock: Clock, *lasting: float | Exception | None) -> None:
        super().__init__(around(clock=clock))
        self._clock = clock
        self._lasting = list(lasting)
        self.fetched = 0

    def _fetch(self) -> Flow[Credentials]:
        yield Work(lambda: None)
        self.fetched += 1
        lasting = self._lasting.pop(0) if len(self._lasting) > 1 else self._lasting[0]
        if isinstance(lasting, Exception):
            raise lasting
        end = None if lasting is None else moment(self._clock.now + lasting)
        return Credentials(f"key-{self.fetched}", "secret", expiration=end)


def key_at(provider: Fetching, clock: Clock, now: float) -> str:
    clock.now = now
    return ask(provider).access_key_id


def test_nothing_is_fetched_before_it_is_asked_for() -> None:
    provider = Fetching(Clock(), 3600)
    assert (provider.fetched, provider.is_set, provider.expiration) == (0, False, None)
    assert ask(provider) == Credentials("key-1", "secret")
    assert (provider.fetched, provider.is_set) == (1, True)
    assert provider.expiration == moment(NOON + 3600)


def test_credentials_without_an_end_are_kept() -> None:
    clock = Clock()
    provider = Fetching(clock, None)
    assert [key_at(provider, clock, NOON + days * 86400) for days in range(3)] == ["key-1"] * 3


@pytest.mark.parametrize(
    ("left", "expected"),
    [(901, "key-1"), (900, "key-1"), (899, "key-2"), (601, "key-2"), (599, "key-2"), (-5, "key-2")],
)
def test_they_are_renewed_in_the_last_quarter_of_an_hour(left: float, expected: str) -> None:
    clock = Clock()
    provider = Fetching(clock, 3600)
    ask(provider)
    assert key_at(provider, clock, NOON + 3600 - left) == expected


def test_a_failure_that_is_not_urgent_is_logged_and_tried_again_a_minute_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    provider = Fetching(clock, 3600, CredentialsError("no"), CredentialsError("no"), 3600)
    ask(provider)
    start = NOON + 3600 - 720
    with caplog.at_level(logging.WARNING, "drawplate"):
        found = [key_at(provider, clock, start + seconds) for seconds in (0, 59, 60, 119, 120)]
    assert found == ["key-1", "key-1", "key-1", "key-1", "key-4"]
    assert provider.fetched == 4
    assert [record.getMessage() for record in caplog.records] == [
        "numbered: renewal failed (CredentialsError); the present credentials are used on, the "
        "next attempt is in 60 s"
    ] * 2


def test_a_failure_that_is_urgent_is_raised() -> None:
    clock = Clock()
    provider = Fetching(clock, 3600, CredentialsError("no"), 3600)
    ask(provider)
    with pytest.raises(CredentialsError, match=r"^no$"):
        key_at(provider, clock, NOON + 3600 - 599)
    assert ask(provider).access_key_id == "key-3"


def test_what_is_fetched_may_be_about_to_end_but_not_be_over() -> None:
    clock = Clock()
    provider = Fetching(clock, 240, 3600)
    assert ask(provider).access_key_id == "key-1"
    assert ask(provider).access_key_id == "key-2"
    with pytest.raises(CredentialsError, match="ended at 2026-01-15T12:34:56Z already"):
        ask(Fetching(clock, 0))


def test_refresh_fetches_at_once() -> None:
    provider = Fetching(Clock(), 3600)
    ask(provider)
    provider.refresh()
    assert provider.credentials.access_key_id == "key-2"


def test_before_refresh_is_called_before_each_fetch() -> None:
    told: list[tuple[object, int]] = []

    class Told(Fetching):
        def __init__(self) -> None:
            super().__init__(Clock(), 3600)
            self._before_refresh = self.tell

        def tell(self, who: object) -> None:
            told.append((who, self.fetched))

    provider = Told()
    ask(provider)
    provider.refresh()
    assert told == [(provider, 0), (provider, 1)]


class Gate(RefreshingCredentials):
    """A fetch that ends when the test says so."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(around(clock=clock))
        self._clock = clock
        self.fetched = 0
        self.started = threading.Semaphore(0)
        self.go_on = threading.Event()

    def _fetch(self) -> Flow[Credentials]:
        yield Work(self._wait)
        return Credentials(f"k{self.fetched}", "s", expiration=moment(self._clock.now + 3600))

    def _wait(self) -> None:
        self.fetched += 1
        self.started.release()
        assert self.go_on.wait(30)


def in_threads(count: int, work: Callable[[int], str]) -> list[str]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_others_go_on_while_one_renews_early() -> None:
    clock = Clock()
    provider = Gate(clock)
    provider.go_on.set()
    ask(provider)
    provider.go_on.clear()
    provider.started = threading.Semaphore(0)
    clock.now = NOON + 3600 - 720
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(lambda: ask(provider).access_key_id)
        assert provider.started.acquire(timeout=30)
        assert [ask(provider).access_key_id for _ in range(5)] == ["k1"] * 5
        provider.go_on.set()
        assert renewing.result(30) == "k2"
    assert provider.fetched == 2


def test_all_wait_for_the_one_that_fetches_first() -> None:
    provider = Gate(Clock())

    def work(index: int) -> str:
        if index == 7:
            assert provider.started.acquire(timeout=30)
            provider.go_on.set()
        return ask(provider).access_key_id

    assert in_threads(8, work) == ["k1"] * 8
    assert provider.fetched == 1


def ended(flow: Flow[T], sent: object = None) -> T:
    """What a flow returns when it goes on; it takes no further step."""
    with pytest.raises(StopIteration) as caught:
        flow.send(sent)
    found: T = caught.value.value
    return found


def test_those_who_waited_for_a_failure_get_it_without_asking_again() -> None:
    provider = Fetching(Clock(), CredentialsError("no"), 3600)
    flows = [provider.resolve() for _ in range(3)]
    assert [type(next(flow)) for flow in flows] == [Acquire] * 3
    assert isinstance(flows[0].send(None), Work)
    for flow in flows:
        with pytest.raises(CredentialsError, match=r"^no$"):
            flow.send(None)
    assert provider.fetched == 1
    assert ask(provider).access_key_id == "key-2"


def test_threads_across_ten_expiries_fetch_once_each_and_never_use_a_key_that_is_over() -> None:
    clock = Clock()
    ends: dict[str, float] = {}
    fetches: list[str] = []

    class Role(RefreshingCredentials):
        def _fetch(self) -> Flow[Credentials]:
            yield Work(lambda: None)
            key = f"key-{len(fetches)}"
            ends[key] = clock.now + 3600
            fetches.append(key)
            return Credentials(key, "secret", expiration=moment(ends[key]))

    provider = Role(around(clock=clock))
    barrier = threading.Barrier(64)
    wrong: list[str] = []

    def work(_: int) -> str:
        for _expiry in range(10):
            for _call in range(3):
                key = ask(provider).access_key_id
                if ends[key] <= clock.now:
                    wrong.append(key)
            if barrier.wait(60) == 0:
                clock.now += 3600
            barrier.wait(60)
        return ""

    in_threads(64, work)
    assert wrong == []
    assert fetches == [f"key-{number}" for number in range(10)]


def test_a_forced_renewal_of_many_is_one() -> None:
    provider = Fetching(Clock(), 3600)
    ask(provider)
    flows = [provider.renew() for _ in range(3)]
    assert [type(next(flow)) for flow in flows] == [Acquire] * 3
    assert isinstance(flows[0].send(None), Work)
    for flow in flows:
        ended(flow)
    assert provider.fetched == 2


def test_a_flow_that_is_left_in_the_middle_gives_the_lock_back() -> None:
    provider = Fetching(Clock(), 3600)
    flow = provider.resolve()
    step = next(flow)
    assert isinstance(step, Acquire)
    step.lock.acquire()
    flow.send(None)
    flow.close()
    assert ask(provider).access_key_id == "key-1"


def test_a_provider_can_be_a_function() -> None:
    clock = Clock()
    made: list[str] = []

    def function() -> Credentials:
        made.append("x")
        return Credentials(f"key-{len(made)}", "secret")

    provider = CallableCredentials(function, around(clock=clock))
    assert [ask(provider).access_key_id for _ in range(2)] == ["key-1", "key-2"]

    def expiring() -> Credentials:
        made.append("x")
        return Credentials(f"key-{len(made)}", "secret", expiration=moment(clock.now + 3600))

    provider = CallableCredentials(expiring, around(clock=clock))
    assert [ask(provider).access_key_id for _ in range(2)] == ["key-3", "key-3"]
    clock.now += 3600
    assert ask(provider).access_key_id == "key-4"


def test_a_function_that_returns_something_else() -> None:
    provider = CallableCredentials(lambda: "key", around())  # type: ignore[arg-type, return-value]
    with pytest.raises(CredentialsError, match=r"returned str; return drawplate\.credentials"):
        ask(provider)


def test_what_can_be_renewed() -> None:
    class Old:
        asked = 0

        def refresh(self) -> None:
            self.asked += 1

    old = Old()
    renew = renewal_of(old)
    assert renew is not None
    drive(renew())
    assert old.asked == 1
    assert renewal_of(StaticCredentials("a", "b")) is None
    assert renewal_of(object()) is None
    assert renewal_of(Fetching(Clock(), 1)) is not None


def test_a_lock_goes_to_those_who_wait_in_their_order() -> None:
    lock = FlowLock()
    lock.acquire()
    assert not lock.try_acquire()
    order: list[str] = []

    def first() -> None:
        order.append("first")

    def second() -> None:
        order.append("second")

    def third() -> None:
        order.append("third")

    assert [lock.enter(call) for call in (first, second, third)] == [False, False, False]
    lock.leave(second)
    lock.release()
    lock.leave(first)  # it was its turn, and it is not interested any more
    assert order == ["first", "third"]
    assert not lock.try_acquire()
    lock.release()
    assert lock.try_acquire()


def test_a_copy_of_a_lock_is_free() -> None:
    lock = FlowLock()
    lock.acquire()
    copy: FlowLock = pickle.loads(pickle.dumps(lock))  # noqa: S301
    assert copy.try_acquire()


def test_the_blocking_driver_waits_for_a_lock() -> None:
    lock = FlowLock()

    def flow() -> Flow[str]:
        yield Acquire(lock)
        return "taken"

    assert run(flow(), Script(), lambda _: None) == "taken"
    assert not lock.try_acquire()


def test_a_lock_is_free_in_a_process_that_was_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = FlowLock()
    lock.acquire()
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert lock.try_acquire()
    assert not lock.try_acquire()
