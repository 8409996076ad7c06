"""Credentials that a profile of the shared files asks for, of whatever kind."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from drawplate._flow_lock import FlowLock
from drawplate.credentials import Credentials, credentials_of, renewal_of
from drawplate.errors import (
    CredentialSourceError,
    InvalidProfileError,
    MissingCredentialsError,
    NoSuchProfileError,
)
from drawplate.identity import profile_chain as steps
from drawplate.identity.refreshing import FlowCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from drawplate._call import Flow
    from drawplate.credentials import CredentialProvider

_DEFAULT = "default"


class ChosenCredentials(FlowCredentials):
    """A provider that finds out at its first use which other one it stands for."""

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._around = surroundings or Surroundings()
        self._chosen: CredentialProvider | None = None
        self._choosing = FlowLock()

    @abstractmethod
    def _choose(self) -> CredentialProvider:
        """The provider that it stands for. Raises `MissingCredentialsError` where there is none."""

    @property
    def chosen(self) -> CredentialProvider | None:
        """The provider that it stands for; None before the first use."""
        return self._chosen

    @property
    def expiration(self) -> datetime | None:
        """When the credentials that are held end; None where they do not, or none are held."""
        found: datetime | None = getattr(self._chosen, "expiration", None)
        return found

    @property
    def renew(self) -> Callable[[], Flow[object]] | None:
        """What fetches other credentials; None where there are no others."""
        return renewal_of(self._chosen)

    def resolve(self) -> Flow[Credentials]:
        """Return credentials that can be used now. Raises a `CredentialsError`."""
        chosen = self._chosen
        if chosen is None:
            # Of two providers for two threads, each would fetch credentials of its own.
            from drawplate._call import Acquire, Work

            yield Acquire(self._choosing)
            try:
                chosen = self._chosen
                if chosen is None:
                    chosen = self._chosen = yield Work(self._choose)  # may read the shared files
            finally:
                self._choosing.release()
        return (yield from credentials_of(chosen))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} profile={self._around.profile!r}>"


class ProfileCredentials(ChosenCredentials):
    """Credentials of a profile: a role, web identity, IAM Identity Center, keys, login or process.

    The first of them that the profile asks for counts. `profile` is by default that of the
    surroundings. Raises `NoSuchProfileError` for one that is not there, `MissingCredentialsError`
    for one without credentials, `InvalidProfileError` for settings that contradict one another.
    """

    name = "profile"

    def __init__(
        self, profile: str | None = None, surroundings: Surroundings | None = None
    ) -> None:
        super().__init__(surroundings)
        self._profile = profile or self._around.profile

    def _choose(self) -> CredentialProvider:
        files = self._around.files
        section = files.profiles.get(self._profile)
        if section is None:
            if self._profile != _DEFAULT:
                raise NoSuchProfileError(
                    f"profile {self._profile!r} is not in {files.places}; add it there, or choose "
                    "another"
                )
            raise MissingCredentialsError(
                f"profile {_DEFAULT!r} in {files.places}: there is no such profile"
            )
        found = steps.profile_steps(files, self._profile)
        if found is None:
            raise MissingCredentialsError(
                f"profile {self._profile!r} in {files.places}: it has no role_arn, sso_account_id, "
                "aws_access_key_id, login_session or credential_process"
            )
        return provider_of(found, self._around)


class RoleCredentials(ChosenCredentials):
    """The role of a profile, with what `source_profile` or `credential_source` gives."""

    name = "role of a profile"

    def _choose(self) -> CredentialProvider:
        around, section = self._around, self._around.section
        path = "" if around.explicit_profile else around.value("AWS_WEB_IDENTITY_TOKEN_FILE")
        if path and not (section.get("source_profile") or section.get("credential_source")):
            raise MissingCredentialsError(f"{_where(around)}: its role is for a web identity")
        found = steps.role_steps(around.files, around.profile)
        if found is None:
            raise MissingCredentialsError(f"{_where(around)}: it has no role to assume (role_arn)")
        return provider_of(found, around)


class EnvironmentWebIdentity(ChosenCredentials):
    """Web identity of the environment, and of the profile where the environment says nothing.

    AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_SESSION_NAME count one by one, unless the
    profile was chosen by an option.
    """

    name = "web identity"

    def _choose(self) -> CredentialProvider:
        around, section = self._around, self._around.section

        def value(variable: str) -> str:
            return "" if around.explicit_profile else around.value(variable)

        path = value("AWS_WEB_IDENTITY_TOKEN_FILE") or section.get("web_identity_token_file")
        role = value("AWS_ROLE_ARN") or section.get("role_arn")
        if not path:
            raise MissingCredentialsError(
                "web identity: neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file of "
                f"{_where(around)} is set"
            )
        if not role:
            raise InvalidProfileError(
                f"web identity: there is a token file, {path}, but no role; set AWS_ROLE_ARN or "
                "role_arn of the profile"
            )
        step = steps.WebIdentityStep(
            role, path, value("AWS_ROLE_SESSION_NAME") or section.get("role_session_name")
        )
        return provider_of([step], around)


class OtherProfileCredentials(ChosenCredentials):
    """What else a profile may have: IAM Identity Center, keys, a login, a process."""

    name = "profile"

    def _choose(self) -> CredentialProvider:
        around = self._around
        files, profile = around.files, around.profile
        if profile not in files.profiles:
            raise MissingCredentialsError(f"{_where(around)}: there is no such profile")
        found: steps.Step | None = steps.sso_step(files, profile) or steps.plain_step(
            files, profile
        )
        if found is None:
            raise MissingCredentialsError(
                f"{_where(around)}: it has no sso_account_id, aws_access_key_id, login_session or "
                "credential_process"
            )
        return provider_of([found], around)


class _Source(FlowCredentials):
    """What `credential_source` names. It has to have credentials."""

    def __init__(self, step: steps.SourceStep, around: Surroundings) -> None:
        self._around = around
        self._step = step
        self._provider = _outside(step.source, around)

    def resolve(self) -> Flow[Credentials]:
        try:
            return (yield from credentials_of(self._provider))
        except MissingCredentialsError as error:
            raise CredentialSourceError(
                f"profile {self._step.profile!r}: credential_source is {self._step.source}, which "
                f"has no credentials: {error}"
            ) from error

    @property
    def renew(self) -> Callable[[], Flow[object]] | None:
        """What fetches other credentials; None where there are no others."""
        return renewal_of(self._provider)


def provider_of(found: Sequence[steps.Step], around: Surroundings) -> CredentialProvider:
    """The provider of the last step, on top of those before."""
    first, *rest = found
    provider = _provider(first, Credentials("", ""), around)
    for step in rest:
        provider = _provider(step, provider, around)
    return provider


def _provider(
    step: steps.Step, before: CredentialProvider, around: Surroundings
) -> CredentialProvider:
    if isinstance(step, steps.KeysStep):
        return Credentials(
            step.access_key_id, step.secret_access_key, step.session_token, step.account_id
        )
    if isinstance(step, steps.SourceStep):
        return _Source(step, around)
    # Each kind is imported only where it is asked for.
    if isinstance(step, steps.RoleStep):
        from drawplate.identity.assume_role import AssumeRoleCredentials

        return AssumeRoleCredentials(
            before,
            step.role_arn,
            around,
            session_name=step.session_name,
            external_id=step.external_id,
            duration=step.duration,
            mfa_serial=step.mfa_serial,
        )
    if isinstance(step, steps.WebIdentityStep):
        from drawplate.identity.web_identity import WebIdentityCredentials

        return WebIdentityCredentials(
            step.role_arn,
            step.token_file,
            around,
            session_name=step.session_name,
            duration=step.duration,
        )
    if isinstance(step, steps.SsoStep):
        from drawplate.identity.sso import SsoCredentials
        from drawplate.identity.sso_token import SsoToken

        return SsoCredentials(
            SsoToken(step.session or step.start_url, step.region, around, profile=step.profile),
            step.region,
            step.account_id,
            step.role_name,
            around,
            profile=step.profile,
        )
    if isinstance(step, steps.LoginStep):
        from drawplate.identity.login import LoginCredentials

        return LoginCredentials(step.session, around)
    from drawplate.identity.process import ProcessCredentials

    return ProcessCredentials(step.command, around, account_id=step.account_id)


def _outside(source: str, around: Surroundings) -> CredentialProvider:
    if source == "Environment":
        from drawplate.identity.environment import EnvironmentCredentials

        return EnvironmentCredentials(around)
    if source == "EcsContainer":
        from drawplate.identity.container import ContainerCredentials

        return ContainerCredentials(around)
    from drawplate.identity.instance_metadata import InstanceCredentials

    return InstanceCredentials(around)


def _where(around: Surroundings) -> str:
    return f"profile {around.profile!r} in {around.files.places}"
