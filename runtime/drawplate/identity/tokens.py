"""Where bearer tokens come from without a client that says so. credentials.md section 13."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate._flow_lock import FlowLock
from drawplate.errors import MissingBearerTokenError
from drawplate.identity._blocking import run_flow
from drawplate.identity.profile_chain import sso_session
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from drawplate._call import Flow
    from drawplate.credentials import Token
    from drawplate.identity.sso_token import SsoToken


class TokenChain:
    """The token of a profile with an `sso_session`.

    Raises `MissingBearerTokenError` for a profile without one, `InvalidProfileError` for a broken
    one, and what `SsoToken` raises.
    """

    __slots__ = ("_around", "_choosing", "_chosen")

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._around = surroundings or Surroundings()
        self._chosen: SsoToken | None = None
        self._choosing = FlowLock()

    @property
    def token(self) -> Token:
        """The token; may read the cache and send a request."""
        return run_flow(self.resolve(), self._around.transport)

    def resolve(self) -> Flow[Token]:
        """Return a token that can be used now."""
        chosen = self._chosen
        if chosen is None:
            from drawplate._call import Acquire, Work

            yield Acquire(self._choosing)
            try:
                chosen = self._chosen
                if chosen is None:
                    made: SsoToken = yield Work(self._made)  # reads the shared files
                    chosen = self._chosen = made
            finally:
                self._choosing.release()
        return (yield from chosen.resolve())

    def _made(self) -> SsoToken:
        from drawplate.identity.sso_token import SsoToken

        around = self._around
        if not around.section.get("sso_session"):
            raise MissingBearerTokenError(
                f"no bearer token was found: profile {around.profile!r} in "
                f"{around.files.places} has no sso_session; pass token_provider"
            )
        name, region = sso_session(around.files, around.profile)
        return SsoToken(name, region, around, profile=around.profile)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} profile={self._around.profile!r}>"


def default_token_chain(surroundings: Surroundings | None = None) -> TokenChain:
    """What a client without `token_provider` asks, after the variable of its service."""
    return TokenChain(surroundings)
