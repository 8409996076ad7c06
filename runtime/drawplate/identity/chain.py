"""The chain that a client without credentials asks. credentials.md section 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from drawplate.credentials import Credentials, credentials_of, renewal_of
from drawplate.errors import MissingCredentialsError
from drawplate.identity.environment import EnvironmentCredentials
from drawplate.identity.profile import (
    ChosenCredentials,
    EnvironmentWebIdentity,
    OtherProfileCredentials,
    RoleCredentials,
)
from drawplate.identity.refreshing import FlowCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from drawplate._call import Flow
    from drawplate.credentials import CredentialProvider

_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


class CredentialChain(FlowCredentials):
    """Asks providers in order and stays with the first that has credentials.

    One that has none raises `MissingCredentialsError`, and the next one is asked; every other error
    ends the search, for a later provider would sign as somebody else than was asked for. When none
    has any, the error lists each with its reason.
    """

    name = "chain"

    def __init__(
        self,
        providers: Sequence[CredentialProvider],
        surroundings: Surroundings | None = None,
    ) -> None:
        self._around = surroundings or Surroundings()
        self._providers = tuple(providers)
        self._chosen: CredentialProvider | None = None

    @property
    def chosen(self) -> CredentialProvider | None:
        """The provider that had credentials; None before the first use."""
        found = self._chosen
        while isinstance(found, ChosenCredentials) and found.chosen is not None:
            found = found.chosen
        return found

    @property
    def expiration(self) -> datetime | None:
        """When the credentials that are held end; None where they do not, or none are held."""
        found: datetime | None = getattr(self.chosen, "expiration", None)
        return found

    @property
    def renew(self) -> Callable[[], Flow[object]] | None:
        """What fetches other credentials; None where there are no others."""
        return renewal_of(self._chosen)

    def resolve(self) -> Flow[Credentials]:
        """Return credentials of the chosen provider, which may refresh them."""
        if self._chosen is not None:
            return (yield from credentials_of(self._chosen))
        reasons: list[str] = []
        for provider in self._providers:
            try:
                found = yield from credentials_of(provider)
            except MissingCredentialsError as absent:
                reasons.append(str(absent))
            else:
                self._chosen = provider
                return found
        tried = "".join(f"\n  - {reason}" for reason in reasons)
        raise MissingCredentialsError(
            "unable to sign the request: no credentials were found. Pass access_key_id and "
            "secret_access_key or credentials, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            f"add both keys to a profile. Tried, in this order:{tried}"
        )

    def __repr__(self) -> str:
        return f"CredentialChain({list(self._providers)})"


def default_chain(surroundings: Surroundings | None = None) -> CredentialChain:
    """Make the chain of a client that was given no credentials.

    Environment, role of the profile, web identity, then the other settings of the profile, and last
    container or instance. A profile that was chosen by an option comes before the environment, and
    keeps the environment's web identity out; a profile that the environment names comes after.
    """
    around = surroundings or Surroundings()
    profile: list[CredentialProvider] = [
        RoleCredentials(around),
        EnvironmentWebIdentity(around),
        OtherProfileCredentials(around),
    ]
    environment = EnvironmentCredentials(around)
    first = [*profile, environment] if around.explicit_profile else [environment, *profile]
    return CredentialChain([*first, _Container(around), _Instance(around)], around)


class _Container(ChosenCredentials):
    """The container, which is imported only if it names an endpoint."""

    name = "container"

    def _choose(self) -> CredentialProvider:
        if not self._around.value(*_CONTAINER):
            raise MissingCredentialsError(f"container: neither {' nor '.join(_CONTAINER)} is set")
        from drawplate.identity.container import ContainerCredentials

        return ContainerCredentials(self._around)


class _Instance(ChosenCredentials):
    """The instance; it is not asked where the container is, which comes before it."""

    name = "instance metadata"

    def _choose(self) -> CredentialProvider:
        from drawplate.identity.instance_metadata import InstanceCredentials

        return InstanceCredentials(self._around)
