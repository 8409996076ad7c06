"""Key pairs in the shared files. credentials.md section 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.credentials import Credentials
from drawplate.errors import MissingCredentialsError, NoSuchProfileError
from drawplate.identity.profile_chain import KeysStep, keys_step
from drawplate.identity.refreshing import FlowCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from drawplate._call import Flow


class SharedFileCredentials(FlowCredentials):
    """The key pair of a profile in the shared files.

    For what else a profile may ask for there is `ProfileCredentials`. Key and secret come from one
    file, the credentials file first. Raises `NoSuchProfileError`, `PartialCredentialsError` when a
    file has one half only, and `MissingCredentialsError`.
    """

    name = "shared files"

    def __init__(
        self, profile: str | None = None, surroundings: Surroundings | None = None
    ) -> None:
        self._around = surroundings or Surroundings()
        self._profile = profile or self._around.profile
        self._kept: Credentials | None = None

    def resolve(self) -> Flow[Credentials]:
        """Return the keys of the profile."""
        from drawplate._call import Work

        kept = self._kept
        if kept is None:
            kept = self._kept = yield Work(self._find)
        return kept

    def _find(self) -> Credentials:
        files = self._around.files
        if self._profile not in files.profiles:
            raise NoSuchProfileError(f"profile {self._profile!r} is not in {files.places}")
        found: KeysStep | None = keys_step(files, self._profile)
        if found is None:
            raise MissingCredentialsError(
                f"profile {self._profile!r} in {files.places}: it has no aws_access_key_id"
            )
        return Credentials(
            found.access_key_id, found.secret_access_key, found.session_token, found.account_id
        )

    def __repr__(self) -> str:
        return f"SharedFileCredentials({self._profile!r}, in {self._around.files.places})"
