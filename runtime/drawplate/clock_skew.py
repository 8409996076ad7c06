"""How wrong the clock of this machine is, by the `Date` of the answers. retries.md section 5."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from functools import lru_cache
from time import gmtime, strftime

from drawplate.retries import is_clock_skew_code

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_SIXTY = {f"{number:02}": number for number in range(60)}
#: The first day of 1970 as `date` counts days, and the end of the years with four digits.
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR_10000 = 253402300800


class ClockSkew:
    """What one client knows about the clocks of its endpoints. Safe to share by threads.

    `clock` returns seconds since 1970. With `correcting` False requests are dated by it alone.
    Origins are texts such as "https://example.com:443", see `origin_of`.
    """

    #: Services accept dates that are wrong by up to this many seconds.
    TOLERANCE = 300.0
    #: Endpoints to remember; only clients that put parameters into host names have so many.
    MOST_ORIGINS = 1000

    __slots__ = ("_clock", "_correcting", "_corrections", "_dates", "_estimates")

    def __init__(self, *, clock: Callable[[], float], correcting: bool = True) -> None:
        self._clock = clock
        self._correcting = correcting
        # No locks: a dict's item is set at once, and threads that race both measured just now.
        self._corrections: dict[str, float] = {}
        self._estimates: dict[str, float] = {}
        self._dates = _HttpDates()

    def sharing(self, *, clock: Callable[[], float], correcting: bool) -> ClockSkew:
        """A copy for a client with other options; both learn from the answers to either."""
        made = ClockSkew(clock=clock, correcting=correcting)
        made._corrections = self._corrections
        made._estimates = self._estimates
        made._dates = self._dates
        return made

    @property
    def has_corrections(self) -> bool:
        """Whether some endpoint is dated by another clock than this machine's."""
        return self._correcting and bool(self._corrections)

    def now(self, origin: str) -> float:
        """What to date a request with: seconds since 1970, corrected where that is known."""
        now = self._clock()
        if self.has_corrections:
            return now + self._corrections.get(origin, 0.0)
        return now

    def observe(self, origin: str, date_header: str | None, now: float | None = None) -> None:
        """Learn from the `Date` of any answer; one that is missing or unreadable says nothing.

        `now` is the time on this machine when the answer came, by default this moment.
        """
        server = self._dates.seconds(date_header)
        if server is not None:
            skew = server - (self._clock() if now is None else now)
            self._put(self._estimates, origin, skew)

    def correct(self, origin: str, error: Exception, date_header: str | None) -> bool:
        """Whether the clock is the reason for an error. Later requests are then dated by the other.

        So it is when the error is one that a wrong date leads to, and the `Date` of its answer is
        more than five minutes away.
        """
        if not is_clock_skew_code(error):
            return False
        server = self._dates.seconds(date_header)
        if server is None:
            return False
        skew = server - self._clock()
        if abs(skew) <= self.TOLERANCE:
            return False
        self._put(self._corrections, origin, skew)
        return True

    def ttl(self, origin: str, read_timeout: float) -> str | None:
        """When this client stops waiting for an answer to what it sends now, by the other clock.

        As `20260115T123556Z`; None before the first answer of the endpoint.
        """
        skew = self._estimates.get(origin)
        if skew is None:
            return None
        end = self._clock() + read_timeout + skew
        return strftime("%Y%m%dT%H%M%SZ", gmtime(end)) if 0 <= end < _YEAR_10000 else None

    def _put(self, known: dict[str, float], origin: str, skew: float) -> None:
        if origin not in known and len(known) >= self.MOST_ORIGINS:
            known.clear()
        known[origin] = skew


class _HttpDates:
    """Reads dates as RFC 9110 section 5.6.7 writes them; all of a minute share most of the work."""

    __slots__ = ("_minute",)

    def __init__(self) -> None:
        # How the dates of a minute begin, and when it does; replaced as a whole.
        self._minute: tuple[str, int] = ("", 0)

    def seconds(self, text: str | None) -> float | None:
        """Seconds since 1970, None where `text` is no date from then on."""
        if text is None:
            return None
        if text[25:] != " GMT" or text[23:25] not in _SIXTY:
            return _seconds_of_any(text)
        minute, start = self._minute
        if text[:23] != minute:
            found = _minute(text)
            if found is None:
                return _seconds_of_any(text)
            start = found
            self._minute = text[:23], start
        return start + _SIXTY[text[23:25]]


def _minute(text: str) -> int | None:
    """When the minute of `Thu, 15 Jan 2026 12:34:56 GMT` begins."""
    day, year, hour, minute = text[5:7], text[12:16], text[17:19], text[20:22]
    if text[3:5] + text[7] + text[11] + text[16] + text[19] + text[22] != ",    ::":
        return None
    digits = day + year
    if minute not in _SIXTY or hour not in _SIXTY or not (digits.isascii() and digits.isdecimal()):
        return None
    try:
        ordinal = date(int(year), _MONTHS[text[8:11]], int(day)).toordinal()
    except (KeyError, ValueError):
        return None
    if ordinal < _EPOCH or _SIXTY[hour] > 23:
        return None
    return (ordinal - _EPOCH) * 86400 + _SIXTY[hour] * 3600 + _SIXTY[minute] * 60


def _seconds_of_any(text: str) -> float | None:
    """Read what others than AWS write, such as an offset of +0000 or one of the older formats."""
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        # An offset of -0000 is UTC too, from a place that does not say where it is.
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < _YEAR_10000 else None


def origin_of(url: str) -> str:
    """The origin of an absolute http or https URL, as "https://example.com:443"."""
    return _origin(url.partition("?")[0])


@lru_cache(maxsize=256)
def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].lower()
    if host.rpartition(":")[2].isdigit():
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{80 if scheme == 'http' else 443}"
