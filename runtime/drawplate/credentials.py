"""AWS credentials: the value, and what counts as a provider of them."""

from __future__ import annotations

from typing import Protocol


class Credentials:
    """An access key id with its secret. Also its own provider.

    `session_token` comes with temporary credentials; an empty one counts as none.
    `account_id` travels along where the source knows it.
    """

    __slots__ = ("access_key_id", "account_id", "secret_access_key", "session_token")

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
        account_id: str | None = None,
    ) -> None:
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.session_token = session_token or None
        self.account_id = account_id or None

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
