"""Credentials that are renewed ahead of their end, by one at a time. credentials.md section 12."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, cast

from drawplate._flow_lock import FlowLock
from drawplate.credentials import Credentials
from drawplate.errors import CredentialsError
from drawplate.identity._blocking import run_flow
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from drawplate._call import Flow

#: Seconds before their end from which credentials are renewed, and from which nobody uses the old.
ADVISORY_WINDOW = 15 * 60
MANDATORY_WINDOW = 10 * 60
#: Seconds after a renewal that failed, and did not have to succeed yet, until the next one.
PAUSE = 60


class FlowCredentials(ABC):
    """A provider that is a flow. Without a client its `credentials` can be read as well."""

    #: What the provider is called where people read about it.
    name: str = "credentials"
    _around: Surroundings

    @abstractmethod
    def resolve(self) -> Flow[Credentials]:
        """Return credentials that can be used now."""

    @property
    def credentials(self) -> Credentials:
        """Credentials that can be used now; may send requests. Raises a `CredentialsError`."""
        return run_flow(self.resolve(), self._around.transport)


class RefreshingCredentials(FlowCredentials):
    """Keeps credentials and fetches others before they end.

    In the last 15 minutes one caller renews them while others go on with the old; when that fails,
    it is logged and tried again a minute later. In the last 10 minutes all wait for it, and all
    get its error. Credentials without an `expiration` are kept. `before_refresh` is called with the
    provider before each fetch, the first one included.
    """

    def __init__(
        self,
        surroundings: Surroundings | None = None,
        *,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        self._around = surroundings or Surroundings()
        self._before_refresh = before_refresh
        self._lock = FlowLock()
        self._held: Credentials | None = None
        #: When the held ones end, None where they do not, in seconds since 1970.
        self._ends_at: float | None = None
        #: No renewal that is not urgent before this time.
        self._rests_until = 0.0
        self._fetches = 0
        self._failure: Exception | None = None

    @abstractmethod
    def _fetch(self) -> Flow[Credentials]:
        """Get new credentials from their source. Raises a `CredentialsError`."""

    @property
    def expiration(self) -> datetime | None:
        """When the credentials that are held end; None where they do not, or none are held."""
        held = self._held
        return None if held is None else held.expiration

    @property
    def is_set(self) -> bool:
        """Whether credentials were fetched."""
        return self._held is not None

    def resolve(self) -> Flow[Credentials]:
        """Return credentials that can be used now. Raises a `CredentialsError`."""
        held = self._held
        if held is None or self._left() < MANDATORY_WINDOW:
            yield from self._renew_urgently()
        elif self._left() < ADVISORY_WINDOW and self._rests_until <= self._around.clock():
            yield from self._renew_early()
        return cast("Credentials", self._held)  # a first fetch that failed has raised

    def renew(self) -> Flow[None]:
        """Fetch other credentials now. Raises a `CredentialsError`."""
        from drawplate._call import Acquire

        before = self._held
        yield Acquire(self._lock)
        try:
            if self._held is before:  # else another one did it while this one waited
                yield from self._refetch()
        finally:
            self._lock.release()

    def refresh(self) -> None:
        """Fetch other credentials now. Raises a `CredentialsError`."""
        run_flow(self.renew(), self._around.transport)

    def _left(self) -> float:
        """Seconds until the credentials end."""
        return float("inf") if self._ends_at is None else self._ends_at - self._around.clock()

    def _renew_urgently(self) -> Flow[None]:
        from drawplate._call import Acquire

        fetches = self._fetches
        yield Acquire(self._lock)
        try:
            if self._held is not None and self._left() >= MANDATORY_WINDOW:
                return  # another one renewed them while this one waited
            if self._fetches != fetches and self._failure is not None:
                raise self._failure  # another one failed, so this one would, too
            if self._held is not None and self._fetches != fetches:
                return  # what came is about to end as well
            yield from self._refetch()
        finally:
            self._lock.release()

    def _renew_early(self) -> Flow[None]:
        if not self._lock.try_acquire():
            return
        try:
            if self._left() < ADVISORY_WINDOW:
                yield from self._refetch()
        except Exception as error:  # noqa: BLE001 - a function of the user's may raise anything
            now = self._around.clock()
            self._rests_until = now + PAUSE
            warn(
                "%s: renewal failed (%s); the present credentials are used on, the next attempt "
                "is in %d s",
                self.name,
                type(error).__name__,
                PAUSE,
            )
        finally:
            self._lock.release()

    def _refetch(self) -> Flow[None]:
        if self._before_refresh is not None:
            from drawplate._call import Work

            yield Work(partial(self._before_refresh, self))
        try:
            found = yield from self._fetch()
        except Exception as error:
            self._fetches += 1
            self._failure = error
            raise
        self._take(found)

    def _take(self, found: Credentials) -> None:
        """Hold what was fetched. Raises `CredentialsError` where that is over already."""
        end = found.expiration
        if end is not None and end.timestamp() <= self._around.clock():
            error = CredentialsError(
                f"{self.name}: the credentials that were fetched ended at {end:%Y-%m-%dT%H:%M:%SZ} "
                "already; check the clock of this machine and of the source"
            )
            self._fetches += 1
            self._failure = error
            raise error
        self._keep(found)

    def _keep(self, found: Credentials, ends_at: float | None = None) -> None:
        """Hold credentials; `ends_at` takes the place of their own end."""
        if ends_at is None and found.expiration is not None:
            ends_at = found.expiration.timestamp()
        self._held, self._ends_at = found, ends_at
        self._fetches += 1
        self._failure = None
        self._rests_until = 0.0

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class CallableCredentials(RefreshingCredentials):
    """Credentials that a function returns.

    They are kept until they are about to end, where they say when, and asked for anew each time
    otherwise.
    """

    def __init__(
        self, function: Callable[[], Credentials], surroundings: Surroundings | None = None
    ) -> None:
        super().__init__(surroundings)
        self._function = function

    name = "a function"

    def resolve(self) -> Flow[Credentials]:
        """Return credentials that can be used now. Raises what the function raises."""
        if self._held is not None and self._ends_at is not None:
            return (yield from super().resolve())
        found = yield from self._fetch()
        if found.expiration is not None:
            self._keep(found)
        return found

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Work

        found: object = yield Work(self._function)
        if not isinstance(found, Credentials):
            raise CredentialsError(
                f"the function that was given as credentials returned {type(found).__name__}; "
                "return drawplate.credentials.Credentials"
            )
        return found


def warn(text: str, *arguments: object) -> None:
    """Log what the user of a provider should know, and does not get as an error."""
    import logging

    logging.getLogger("drawplate").warning(text, *arguments)
