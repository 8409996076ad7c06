"""Clocks that differ: what is learned from answers, and what requests are dated with."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate

import pytest
from drawplate.clock_skew import ClockSkew, origin_of
from drawplate.errors import ConnectionLostError, ServiceError
from drawplate.retries import SKEW_CODES
from hypothesis import given
from hypothesis import strategies as st

NOON = 1768480496.0  # 2026-01-15T12:34:56Z
NOON_TEXT = "Thu, 15 Jan 2026 12:34:56 GMT"
HERE = "https://here.example.com:443"
THERE = "https://there.example.com:443"


def skew(*, correcting: bool = True, now: float = NOON) -> ClockSkew:
    return ClockSkew(clock=lambda: now, correcting=correcting)


def refused(code: str = "RequestTimeTooSkewed", status: int = 400) -> ServiceError:
    error = ServiceError()
    error.status = status
    error.code = code
    return error


def dated(seconds: float) -> str:
    """The `Date` of an answer, some seconds after noon."""
    return formatdate(NOON + seconds, usegmt=True)


def read(text: str) -> float | None:
    """What a `Date` is understood as, seen through what it says about this clock."""
    known = skew()
    return known.now(HERE) if known.correct(HERE, refused(), text) else None


@pytest.mark.parametrize("code", sorted(SKEW_CODES))
def test_a_wrong_clock_is_corrected_for_its_endpoint(code: str) -> None:
    known = skew()
    assert known.correct(HERE, refused(code, 403), dated(3600))
    assert (known.now(HERE), known.now(THERE)) == (NOON + 3600, NOON)


@pytest.mark.parametrize(
    ("difference", "wrong"),
    [(-3600, True), (-301, True), (-300, False), (0, False), (300, False), (301, True)],
)
def test_services_forgive_five_minutes(difference: float, wrong: bool) -> None:
    known = skew()
    assert known.correct(HERE, refused(), dated(difference)) is wrong
    assert known.now(HERE) == NOON + (difference if wrong else 0)


@pytest.mark.parametrize(
    ("error", "date"),
    [
        (refused("AccessDeniedException", 403), dated(3600)),
        (refused("InternalFailure", 500), dated(3600)),
        (ConnectionLostError("reset"), dated(3600)),
        (refused(), None),
        (refused(), ""),
        (refused(), "yesterday"),
    ],
)
def test_other_errors_say_nothing_about_the_clock(error: Exception, date: str | None) -> None:
    known = skew()
    assert not known.correct(HERE, error, date)
    assert known.now(HERE) == NOON


def test_without_correction_it_is_only_noticed() -> None:
    known = skew(correcting=False)
    assert known.correct(HERE, refused(), dated(3600))
    assert known.now(HERE) == NOON


def test_a_correction_holds_until_the_next() -> None:
    known = skew()
    assert known.correct(HERE, refused(), dated(3600))
    assert not known.correct(HERE, refused(), dated(10))
    known.observe(HERE, dated(0))
    assert known.now(HERE) == NOON + 3600
    assert known.correct(HERE, refused(), dated(-7200))
    assert known.now(HERE) == NOON - 7200


def test_corrections_move_with_the_clock() -> None:
    times = iter([NOON, NOON + 5])
    known = ClockSkew(clock=lambda: next(times))
    assert known.correct(HERE, refused(), dated(3600))
    assert known.now(HERE) == NOON + 3605


def test_a_time_to_live_takes_one_answer() -> None:
    known = skew()
    assert known.ttl(HERE, 60) is None
    known.observe(HERE, dated(0))
    assert known.ttl(HERE, 60) == "20260115T123556Z"
    assert known.ttl(THERE, 60) is None


@pytest.mark.parametrize(
    ("date", "now", "ttl"),
    [
        (dated(3600), None, "20260115T133556Z"),
        (dated(-3600), None, "20260115T113556Z"),
        (dated(0), NOON - 10, "20260115T123606Z"),
        (None, None, None),
        ("soon", None, None),
    ],
)
def test_a_time_to_live_is_by_the_other_clock(
    date: str | None, now: float | None, ttl: str | None
) -> None:
    known = skew()
    known.observe(HERE, date, now)
    assert known.ttl(HERE, 60) == ttl


def test_the_last_readable_date_counts() -> None:
    known = skew()
    for date in (dated(3600), dated(60), "never", None):
        known.observe(HERE, date)
    assert known.ttl(HERE, 0) == "20260115T123556Z"


@pytest.mark.parametrize("timeout", [1e12, 1e300])
def test_who_waits_for_ever_announces_no_end(timeout: float) -> None:
    known = skew()
    known.observe(HERE, NOON_TEXT)
    assert known.ttl(HERE, timeout) is None


def test_copies_learn_together_and_date_on_their_own() -> None:
    known = skew()
    copied = known.sharing(clock=lambda: NOON + 100, correcting=False)
    again = copied.sharing(clock=lambda: NOON + 100, correcting=True)
    assert copied.correct(HERE, refused(), dated(3600))
    assert [each.now(HERE) for each in (known, copied, again)] == [
        NOON + 3500,
        NOON + 100,
        NOON + 3600,
    ]
    known.observe(HERE, dated(0))
    assert copied.ttl(HERE, 0) == "20260115T123636Z"


def test_few_endpoints_are_remembered() -> None:
    known = skew()
    for number in range(ClockSkew.MOST_ORIGINS + 1):
        known.observe(f"https://h{number}:443", NOON_TEXT)
        assert known.ttl(f"https://h{number}:443", 0) is not None
    assert known.ttl("https://h0:443", 0) is None


def test_threads_learn_at_once() -> None:
    known = skew()

    def learn(number: int) -> tuple[bool, float, str | None]:
        origin = f"https://h{number % 7}:443"
        found = known.correct(origin, refused(), dated(3600 + number % 7 * 60))
        known.observe(origin, dated(0))
        return found, known.now(origin), known.ttl(origin, 0)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(learn, range(210))) == [
            (True, NOON + 3600 + number % 7 * 60, "20260115T123456Z") for number in range(210)
        ]


@given(st.integers(0, 253402300799))
def test_every_date_is_read(seconds: int) -> None:
    known = ClockSkew(clock=lambda: -1000.0)
    text = format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    for _ in range(2):  # the second time out of what the first one kept
        assert known.correct(HERE, refused(), text)
        assert known.now(HERE) == seconds


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=20))
def test_dates_of_neighbouring_minutes_are_told_apart(offsets: list[int]) -> None:
    known = ClockSkew(clock=lambda: 0.0)
    for offset in offsets:
        assert known.correct(HERE, refused(), dated(offset))
        assert known.now(HERE) == NOON + offset


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 15 Jan 2026 13:34:56 -0000",
        "Thu, 15 Jan 2026 13:34:56 +0000",
        "Thu, 15 Jan 2026 15:34:56 +0200",
        "Thu, 15 Jan 2026 13:34:56 UTC",
        "15 Jan 2026 13:34:56 GMT",
        "Thursday, 15-Jan-26 13:34:56 GMT",
    ],
)
def test_other_ways_to_write_a_date(text: str) -> None:
    assert read(text) == NOON + 3600


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 15 Jan 2026 24:34:56 GMT",
        "Thu, 15 Jan 2026 12:60:56 GMT",
        "Thu, 15 Jan 2026 12:34:61 GMT",
        "Thu, 31 Feb 2026 12:34:56 GMT",
        "Thu, 15 Foo 2026 12:34:56 GMT",
        "Thu, ²5 Jan 2026 12:34:56 GMT",
        "Thu, 1\u0665 Jan 2026 12:34:56 GMT",
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -0100",
        "1768484096",
        "2026-01-15T13:34:56Z",
        "GMT",
        " GMT",
        "x" * 25 + " GMT",
    ],
)
def test_what_is_no_date_says_nothing(text: str) -> None:
    assert read(text) is None


@given(st.one_of(st.text(max_size=40), st.text(max_size=25).map(lambda text: f"{text:25} GMT")))
def test_no_text_is_too_odd(text: str) -> None:
    found = read(text)
    assert found is None or 0 <= found < 253402300800


@given(st.integers(0, 28), st.characters(min_codepoint=32, max_codepoint=255))
def test_one_wrong_character_is_never_misread_by_the_fast_way(place: int, wrong: str) -> None:
    text = NOON_TEXT[:place] + wrong + NOON_TEXT[place + 1 :]
    known = ClockSkew(clock=lambda: 0.0)
    assert known.correct(HERE, refused(), NOON_TEXT)
    known.correct(HERE, refused(), text)
    afresh = ClockSkew(clock=lambda: 0.0)
    if afresh.correct(HERE, refused(), text):
        assert known.now(HERE) == afresh.now(HERE)
    else:
        assert known.now(HERE) == NOON


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example.com/endpoints/x", "https://a.example.com:443"),
        ("http://a.example.com/endpoints/x?y=1", "http://a.example.com:80"),
        ("https://A.Example.com", "https://a.example.com:443"),
        ("https://a.example.com?y=http://b:1", "https://a.example.com:443"),
        ("http://127.0.0.1:8080/base/", "http://127.0.0.1:8080"),
        ("https://[::1]/x", "https://[::1]:443"),
        ("https://[::1]:8443/x:9", "https://[::1]:8443"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_reading_the_usual_dates_loads_no_mail_parser() -> None:
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from drawplate.clock_skew import ClockSkew\n"
        "known = ClockSkew(clock=lambda: 0.0)\n"
        f"known.observe('o', {NOON_TEXT!r})\n"
        "assert known.ttl('o', 0) == '20260115T123456Z'\n"
        "assert 'email' not in set(sys.modules) - before\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
