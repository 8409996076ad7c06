"""AWS credentials and bearer tokens: the values, and what counts as a provider of them.

A provider with a method `resolve` is a flow itself (`FlowProvider`), which every driver can run.
Any other is asked for its attribute, in a step of its own, since that may take files and time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from drawplate._call import Flow

ValueT = TypeVar("ValueT", covariant=True)


class Credentials:
    """An access key id with its secret. Also its own provider.

    `session_token` comes with temporary credentials; an empty one counts as none.
    `account_id` travels along where the source knows it, and so does `expiration`, the time when
    temporary credentials end: it is for those who renew them, and makes no two pairs unequal.
    """

    __slots__ = (
        "access_key_id",
        "account_id",
        "expiration",
        "secret_access_key",
        "session_token",
    )

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
        account_id: str | None = None,
        *,
        expiration: datetime | None = None,
    ) -> None:
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.session_token = session_token or None
        self.account_id = account_id or None
        self.expiration = expiration

    @property
    def credentials(self) -> Credentials:
        """These credentials: a value is its own provider."""
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return (
            self.access_key_id == other.access_key_id
            and self.secret_access_key == other.secret_access_key
            and self.session_token == other.session_token
            and self.account_id == other.account_id
        )

    def __hash__(self) -> int:
        return hash((self.access_key_id, self.session_token))

    def __repr__(self) -> str:
        return f"Credentials(access_key_id={self.access_key_id!r}, secret_access_key=<redacted>)"


class CredentialProvider(Protocol):
    """Anything with a `credentials` attribute; read once per attempt, so it may refresh them."""

    @property
    def credentials(self) -> Credentials: ...


class Token:
    """A bearer token. Also its own provider. `expiration` is for those who renew it."""

    __slots__ = ("expiration", "value")

    def __init__(self, value: str, expiration: datetime | None = None) -> None:
        self.value = value
        self.expiration = expiration

    @property
    def token(self) -> Token:
        """The token itself: a value is its own provider."""
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Token):
            return NotImplemented
        return (self.value, self.expiration) == (other.value, other.expiration)

    def __hash__(self) -> int:
        return hash((self.value, self.expiration))

    def __repr__(self) -> str:
        return f"Token(<redacted>, expiration={self.expiration!r})"


class TokenProvider(Protocol):
    """Anything with a `token` attribute; read once per attempt, so it may renew it."""

    @property
    def token(self) -> Token: ...


class FlowProvider(Protocol[ValueT]):
    """A provider that yields what it needs instead of doing it."""

    def resolve(self) -> Flow[ValueT]:
        """Return credentials, or a token, that can be used now; called for each attempt."""
        ...


def renewal_of(provider: object) -> Callable[[], Flow[object]] | None:
    """What makes a provider get new credentials now; None for one that has no others.

    That is its flow `renew`, else its method `refresh` as a step.
    """
    renew: Callable[[], Flow[object]] | None = getattr(provider, "renew", None)
    if renew is not None or hasattr(provider, "resolve"):
        return renew
    refresh: Callable[[], object] | None = getattr(provider, "refresh", None)
    if refresh is None:
        return None
    from drawplate._call import Work

    def in_a_step() -> Flow[object]:
        return (yield Work(refresh))

    return in_a_step


def credentials_of(provider: CredentialProvider) -> Flow[Credentials]:
    """The credentials of a provider. Raises what it raises."""
    if type(provider) is Credentials:
        return provider
    if hasattr(provider, "resolve"):
        return (yield from cast("FlowProvider[Credentials]", provider).resolve())
    from drawplate._call import Work

    found: Credentials = yield Work(lambda: provider.credentials)
    return found


def token_of(provider: TokenProvider) -> Flow[Token]:
    """The token of a provider. Raises what it raises."""
    if type(provider) is Token:
        return provider
    if hasattr(provider, "resolve"):
        return (yield from cast("FlowProvider[Token]", provider).resolve())
    from drawplate._call import Work

    found: Token = yield Work(lambda: provider.token)
    return found
