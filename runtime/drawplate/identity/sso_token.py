"""The sign-in of IAM Identity Center as a bearer token, from the cache of `aws sso login`.

credentials.md sections 7 and 13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawplate._flow_lock import FlowLock
from drawplate.credentials import Token
from drawplate.errors import DrawplateError, SsoTokenError
from drawplate.identity._blocking import run_flow
from drawplate.identity._cache_files import read_object, write_object
from drawplate.identity._times import as_datetime, format_time, parse_time
from drawplate.identity.refreshing import warn
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from drawplate._call import Flow

#: Seconds before its end from which a token is renewed, and between attempts that failed.
WINDOW = 15 * 60
PAUSE = 60


class SsoToken:
    """The token of a sign-in, which is renewed in its last 15 minutes while it can be.

    `session` is the name of the `sso-session` section, or the start URL where a profile has none;
    the cache file is named after it. A token that cannot be renewed is used until it ends. Raises
    `SsoTokenError` where there is none, or it is over.
    """

    __slots__ = ("_around", "_cached", "_lock", "_login", "_path", "_region", "_rests_until")

    def __init__(
        self,
        session: str,
        region: str,
        surroundings: Surroundings | None = None,
        *,
        profile: str | None = None,
    ) -> None:
        from hashlib import sha1

        self._around = surroundings or Surroundings()
        self._region = region
        name = sha1(session.encode(), usedforsecurity=False).hexdigest()
        self._path = self._around.cache_path("sso", "cache", f"{name}.json")
        profile = profile or self._around.profile
        self._login = (
            "run `aws sso login`"
            if profile == "default"
            else f"run `aws sso login --profile {profile}`"
        )
        self._cached: _Cached | None = None
        self._lock = FlowLock()
        self._rests_until = 0.0

    @property
    def token(self) -> Token:
        """The token; may read the cache and send a request. Raises `SsoTokenError`."""
        return run_flow(self.resolve(), self._around.transport)

    @property
    def expiration(self) -> datetime | None:
        """When the token that is held ends; None where none is held."""
        return None if self._cached is None else as_datetime(self._cached.ends_at)

    def resolve(self) -> Flow[Token]:
        """Return a token that can be used now. Raises `SsoTokenError`."""
        now, cached = self._around.clock(), self._cached
        if cached is None or cached.ends_at <= now:
            from drawplate._call import Acquire

            yield Acquire(self._lock)
            cached = yield from self._renewed()
        elif cached.ends_at - now < WINDOW and self._lock.try_acquire():
            cached = yield from self._renewed()  # others go on with what there is
        if cached.ends_at <= self._around.clock():
            raise SsoTokenError(f"the sign-in of IAM Identity Center is over; {self._login}")
        return Token(cached.token, as_datetime(cached.ends_at))

    def _renewed(self) -> Flow[_Cached]:
        """The token of the cache, and if that is about to end another one; gives the lock back."""
        from drawplate._call import Work

        try:
            now = self._around.clock()
            held = self._cached
            if held is not None and held.ends_at - now >= WINDOW:
                return held  # another one renewed it while this one waited
            # Another process may have renewed it, or its user may have signed in.
            cached: _Cached = yield Work(self._read)
            self._cached = cached
            if cached.ends_at - now < WINDOW and cached.can_renew(now) and self._rests_until <= now:
                try:
                    cached = self._cached = yield from self._renew(cached)
                except DrawplateError as error:
                    self._rests_until = now + PAUSE
                    warn(
                        "IAM Identity Center: the token was not renewed (%s); it is tried again "
                        "in %d s",
                        type(error).__name__,
                        PAUSE,
                    )
            return cached
        finally:
            self._lock.release()

    def _renew(self, cached: _Cached) -> Flow[_Cached]:
        from drawplate._call import Work
        from drawplate.identity._generated.sso_oidc import types
        from drawplate.identity._generated.sso_oidc._operations import CREATE_TOKEN
        from drawplate.identity._service_calls import call_oidc

        content = cached.content
        parameters = types.CreateTokenRequest(
            client_id=content["clientId"],
            client_secret=content["clientSecret"],
            grant_type="refresh_token",
            refresh_token=content["refreshToken"],
        )
        output = yield from call_oidc(CREATE_TOKEN, parameters, self._around, self._region)
        if not output.access_token or output.expires_in is None:
            raise SsoTokenError("the token service answered without a token")
        made = {
            **content,
            "accessToken": output.access_token,
            "expiresAt": format_time(self._around.clock() + output.expires_in),
        }
        made.pop("refreshToken")
        if output.refresh_token:
            made["refreshToken"] = output.refresh_token
        try:
            yield Work(lambda: self._around.write_file(self._path, write_object(made)))
        except OSError as error:
            # The token is good all the same; the next process just has to renew it, too.
            warn("IAM Identity Center: %s cannot be written (%s)", self._path, type(error).__name__)
        return _Cached(made)

    def _read(self) -> _Cached:
        try:
            return _Cached(read_object(self._around.read_file(self._path)))
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise SsoTokenError(
                f"there is no sign-in of IAM Identity Center: {self._path} cannot be read ({why}); "
                f"{self._login}"
            ) from None
        except ValueError as wrong:
            raise SsoTokenError(
                f"the sign-in of IAM Identity Center in {self._path} cannot be used: {wrong}; "
                f"{self._login}"
            ) from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in {self._path}>"


class _Cached:
    """The content of a cache file. Raises `ValueError` where there is no token in it."""

    __slots__ = ("content", "ends_at", "token")

    def __init__(self, content: dict[str, Any]) -> None:
        token, ends = content.get("accessToken"), content.get("expiresAt")
        if not isinstance(token, str) or not token:
            raise ValueError("it lacks accessToken")
        if ends is None:
            raise ValueError("it lacks expiresAt")
        self.content = content
        self.token = token
        self.ends_at = parse_time(ends)

    def can_renew(self, now: float) -> bool:
        """Whether everything that it takes is there, and the registration of the client holds."""
        names = ("refreshToken", "clientId", "clientSecret")
        if not all(isinstance(self.content.get(name), str) for name in names):
            return False
        ends = self.content.get("registrationExpiresAt")
        try:
            return ends is None or parse_time(ends) > now
        except ValueError:
            return False
