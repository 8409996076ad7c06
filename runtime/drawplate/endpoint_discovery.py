"""Services that tell their endpoints at run time: asking them, and remembering what they said.

An operation with a `Discovery` asks before its request is made, unless the client was given an
endpoint or its option `endpoint_discovery` is off. Answers are kept for as long as the service
says, for each access key, endpoint of the region, and what the question was about. Imported by
clients of such services alone. options.md, numbers 6 and 19 to 22.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from weakref import ref

from drawplate._call import Flow, base_url, call, rules_endpoint
from drawplate._option_checks import endpoint as checked_endpoint
from drawplate.auth import SigV4Auth
from drawplate.credentials import credentials_of
from drawplate.endpoints import Endpoint
from drawplate.errors import (
    ConfigurationError,
    EndpointDiscoveryError,
    NetworkingError,
    ServiceError,
)
from drawplate.http import Headers
from drawplate.params import check_params

if TYPE_CHECKING:
    from drawplate._call import CallSettings
    from drawplate.context import RequestContext
    from drawplate.operation import Operation

Key: TypeAlias = tuple[str, ...]
"""Whose endpoint it is and what for: access key, endpoint of the region, name and identifiers."""

_MISDIRECTED = 421  # RFC 9110 section 15.5.20
_MINUTE = 60.0


class Discovery:
    """How an operation asks for its endpoint.

    `teller` returns the operation that answers. Without its answer a `required` operation cannot be
    called, and others go to the endpoint of the region. `identifiers` are the members that the
    endpoint depends on: the attribute of the input, and its name in the question. `error` is the
    code of the error that says that an endpoint is not the right one any more.
    """

    __slots__ = ("error", "identifiers", "required", "teller")

    def __init__(
        self,
        teller: Callable[[], Operation[Any, Any]],
        *,
        required: bool = False,
        identifiers: tuple[tuple[str, str], ...] = (),
        error: str | None = None,
    ) -> None:
        self.teller = teller
        self.required = required
        self.identifiers = identifiers
        self.error = error

    def is_elsewhere(self, error: ServiceError | NetworkingError) -> bool:
        """Whether an answer says that the request belongs to another endpoint."""
        return isinstance(error, ServiceError) and (
            error.status == _MISDIRECTED or (self.error is not None and error.code == self.error)
        )


class EndpointCache:
    """The endpoints that a client and its copies were told, and what renews them.

    Safe to share between threads. After a fork the child begins with an empty one. Times are
    seconds of a clock that never goes back.
    """

    __slots__ = ("_entries", "_lock", "_pid", "_renewals")

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = Lock()
        # Both from the oldest to the newest: of use the one, of age the other.
        self._entries: OrderedDict[Key, tuple[str | None, float]] = OrderedDict()
        self._renewals: OrderedDict[Key, Renewal] = OrderedDict()

    def _here(self) -> Lock:
        # Threads are not inherited by a fork, and a lock may be held for ever by one that is gone.
        if self._pid != os.getpid():
            self._begin()
        return self._lock

    def find(self, key: Key, now: float) -> tuple[str | None] | None:
        """What is known: the URL, or that there is none for now; None where nothing is known."""
        with self._here():
            entry = self._entries.get(key)
            if entry is None or entry[1] <= now:
                return None
            self._entries.move_to_end(key)
            return (entry[0],)

    def keep(self, key: Key, url: str | None, until: float, limit: int) -> None:
        """Remember a URL, or that there is none, until a time; the least used ones make room."""
        with self._here():
            self._entries[key] = (url, until)
            self._entries.move_to_end(key)
            while len(self._entries) > limit:
                self._end(self._entries.popitem(last=False)[0])

    def drop(self, key: Key) -> None:
        """Forget an entry."""
        with self._here():
            self._entries.pop(key, None)

    def renew(self, key: Key, limit: int, begin: Callable[[], Renewal]) -> None:
        """Have an entry renewed, unless it already is; `begin` begins the renewal.

        Of more than `limit` renewals the oldest ends.
        """
        with self._here():
            renewal = self._renewals.get(key)
            if renewal is not None and not renewal.ended:
                return
            self._renewals[key] = begin()
            while len(self._renewals) > limit:
                self._end(next(iter(self._renewals)))

    def close(self) -> None:
        """End the renewals, without waiting for one that is in the middle of a question."""
        with self._here():
            for key in tuple(self._renewals):
                self._end(key)

    @property
    def renewals(self) -> list[Renewal]:
        """What renews entries, oldest first."""
        with self._here():
            return list(self._renewals.values())

    def _end(self, key: Key) -> None:
        renewal = self._renewals.pop(key, None)
        if renewal is not None:
            renewal.end()

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<EndpointCache, {len(self)}>"


class Renewal(Protocol):
    """Something that is done every now and then in the background."""

    @property
    def ended(self) -> bool:
        """Whether it is not done any more."""
        ...

    def end(self) -> None:
        """Do it no more. Called from any thread."""
        ...


class RenewingThread:
    """A thread that ends with this object: it does not keep the client alive."""

    __slots__ = ("__weakref__", "_stop", "renew", "thread")

    def __init__(self, seconds: float, renew: Callable[[], object]) -> None:
        self.renew = renew
        self._stop = stop = Event()
        itself = ref(self, lambda _: stop.set())
        self.thread = Thread(
            target=_renew_regularly,
            args=(itself, stop, seconds),
            name="drawplate-endpoint-discovery",
            daemon=True,
        )
        self.thread.start()

    @property
    def ended(self) -> bool:
        """See `Renewal.ended`."""
        return self._stop.is_set()

    def end(self) -> None:
        """See `Renewal.end`."""
        self._stop.set()


def _renew_regularly(
    renewal: Callable[[], RenewingThread | None], stop: Event, seconds: float
) -> None:
    while not _wait(stop, seconds):
        found = renewal()
        if found is None or stop.is_set():
            return
        found.renew()
        del found  # or the thread would keep the client while it waits


def _wait(stop: Event, seconds: float) -> bool:
    """Wait until it is time or the thread is to end; whether it is to end."""
    return stop.wait(seconds)


class _Question:
    """What to ask, where the answer is kept, and for whom."""

    __slots__ = ("cache", "discovery", "key", "limit", "params", "settings")

    def __init__(
        self,
        discovery: Discovery,
        params: dict[str, object],
        key: Key,
        settings: CallSettings,
        cache: EndpointCache,
    ) -> None:
        self.discovery = discovery
        self.params = params
        self.key = key
        self.settings = settings
        self.cache = cache
        self.limit = settings.config.endpoint_cache_max_entries

    def ask(self) -> Flow[str | None]:
        """Ask the service and keep the answer; returns the URL, None where it told none."""
        teller = self.discovery.teller()
        output = yield from call(teller, check_params(teller.check, self.params), self.settings)
        for told in output.endpoints or ():
            url = _usable(told.address)
            if url is not None:
                minutes: int | None = getattr(told, "cache_period_in_minutes", None)
                self.keep(url, _MINUTE * max(minutes or 1, 1))
                return url
        return None

    def keep(self, url: str | None, seconds: float) -> None:
        """Remember an answer from now on."""
        self.cache.keep(self.key, url, self.settings.timer() + seconds, self.limit)

    def ask_again(self) -> Flow[None]:
        """Ask in the background. What is known stays where that fails: a call will ask itself."""
        try:
            yield from self.ask()
        except Exception as failure:  # noqa: BLE001 - nobody is there to catch it
            _debug("endpoints were not renewed: %s", type(failure).__name__)


def discover(context: RequestContext) -> Flow[ServiceError | NetworkingError | None]:
    """Put the endpoint that the service tells in place of the context's, which the rules gave.

    Returns the error where the service did not answer and the operation needs that. Raises
    `EndpointDiscoveryError` where such an operation is not allowed to ask, or was told no endpoint.
    """
    operation, settings = context.operation, context.settings
    discovery, config, endpoint = operation.discovery, settings.config, context.endpoint
    context.discovered = None
    if discovery is None or endpoint is None or config.endpoint is not None:
        return None
    if not config.endpoint_discovery:
        if discovery.required:
            raise EndpointDiscoveryError(
                f"{operation.name} requires endpoint discovery, which is off: pass "
                "endpoint_discovery=True, set AWS_ENABLE_ENDPOINT_DISCOVERY=true, or give the "
                "endpoint with the option endpoint"
            )
        return None
    if config.stub_responses is not False or settings.endpoint_cache is None:
        return None
    question = yield from _question(context, discovery, endpoint, settings.endpoint_cache())
    known = question.cache.find(question.key, settings.timer())
    if known is not None:
        url = known[0]
    else:
        url, failure = None, None
        try:
            url = yield from question.ask()
        except (ServiceError, NetworkingError) as error:
            failure = error
        if url is None and discovery.required:
            if failure is not None:
                return failure
            raise EndpointDiscoveryError(
                f"{discovery.teller().name} told no endpoint that {operation.name} can be sent to; "
                "give one with the option endpoint"
            )
        if url is None:
            # Do not make every call wait for a service that does not answer.
            question.keep(None, _MINUTE)
            _debug("%s goes to the endpoint of the region: none was told", operation.name)
    if config.active_endpoint_cache and settings.repeat is not None:
        question.cache.renew(
            question.key,
            config.endpoint_cache_max_threads,
            partial(
                settings.repeat,
                discovery.teller(),
                question.ask_again,
                config.endpoint_cache_poll_interval,
            ),
        )
    if url is not None:
        context.discovered = question.key
        context.endpoint = Endpoint(url, endpoint.headers, endpoint.properties)
    return None


def forget(context: RequestContext, error: ServiceError | NetworkingError) -> bool:
    """Drop the endpoint that the call was sent to, if the error says that it was the wrong one."""
    discovery, key, cache = (
        context.operation.discovery,
        context.discovered,
        context.settings.endpoint_cache,
    )
    if discovery is None or key is None or cache is None or not discovery.is_elsewhere(error):
        return False
    cache().drop(key)
    return True


def relocate(context: RequestContext) -> Flow[ServiceError | NetworkingError | None]:
    """Ask for the endpoint anew and point the request of the next attempt there; see `discover`."""
    request, endpoint = context.request, context.endpoint
    if endpoint is None:
        return None
    old = base_url(context, endpoint)
    context.endpoint = rules_endpoint(context)
    failure = yield from discover(context)
    # A handler may have chosen another place, which is then where it goes.
    if request.url.startswith(old):
        request.url = base_url(context, context.endpoint) + request.url[len(old) :]
    return failure


def announce(context: RequestContext, headers: Headers) -> None:
    """Add the header fields that tell the service that its client asks for endpoints."""
    operation, config = context.operation, context.settings.config
    if operation.api_version is not None:
        headers["x-amz-api-version"] = operation.api_version
    elif not config.endpoint_discovery:
        return
    if config.endpoint is None:
        headers["user-agent"] += " endpoint-discovery"


def _question(
    context: RequestContext, discovery: Discovery, endpoint: Endpoint, cache: EndpointCache
) -> Flow[_Question]:
    operation, settings = context.operation, context.settings
    caller = ""
    if isinstance(operation.auth, SigV4Auth):
        credentials = yield from credentials_of(settings.config.credentials)
        caller = credentials.access_key_id
    params: dict[str, object] = {}
    key: Key = (caller, endpoint.url)
    if discovery.identifiers:
        values = {
            name: str(getattr(context.parameters, attribute))
            for attribute, name in discovery.identifiers
        }
        params = {"operation": operation.name, "identifiers": values}
        key = (*key, operation.name, *values.values())
    return _Question(discovery, params, key, settings, cache)


def _usable(address: object) -> str | None:
    """The address as a URL; None for what is no host name."""
    if not isinstance(address, str):
        return None
    try:
        return checked_endpoint(
            address if "://" in address else f"https://{address}", "the endpoint"
        )
    except ConfigurationError:
        return None


def _debug(message: str, fact: str) -> None:
    import logging  # slow to import

    logging.getLogger("drawplate").debug(message, fact)
