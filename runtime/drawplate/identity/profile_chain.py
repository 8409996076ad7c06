"""What the settings of a profile ask for: a source of credentials, and roles to assume from there.

Pure: shared files in, steps out. credentials.md sections 4 to 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from drawplate.errors import (
    InvalidProfileError,
    PartialCredentialsError,
    ProfileLoopError,
    SourceProfileError,
)
from drawplate.profiles import Section, SharedFiles

SourceName = Literal["Environment", "Ec2InstanceMetadata", "EcsContainer"]
_SOURCES: Mapping[str, SourceName] = {
    "Environment": "Environment",
    "Ec2InstanceMetadata": "Ec2InstanceMetadata",
    "EcsContainer": "EcsContainer",
}


class KeysStep:
    """A key pair that is written in a profile."""

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
        self.session_token = session_token
        self.account_id = account_id

    def __repr__(self) -> str:
        return f"KeysStep({self.access_key_id!r}, <redacted>)"


class RoleStep:
    """A role to assume with what the step before gave."""

    __slots__ = ("duration", "external_id", "mfa_serial", "profile", "role_arn", "session_name")

    def __init__(
        self,
        profile: str,
        role_arn: str,
        *,
        session_name: str | None = None,
        external_id: str | None = None,
        mfa_serial: str | None = None,
        duration: int | None = None,
    ) -> None:
        self.profile = profile
        self.role_arn = role_arn
        self.session_name = session_name
        self.external_id = external_id
        self.mfa_serial = mfa_serial
        self.duration = duration


class WebIdentityStep:
    """A role to assume with a token in a file."""

    __slots__ = ("duration", "role_arn", "session_name", "token_file")

    def __init__(
        self,
        role_arn: str,
        token_file: str,
        session_name: str | None = None,
        duration: int | None = None,
    ) -> None:
        self.role_arn = role_arn
        self.token_file = token_file
        self.session_name = session_name
        self.duration = duration


class SsoStep:
    """A role of a user who signed in; `session` is "" where the profile has a start URL itself."""

    __slots__ = ("account_id", "profile", "region", "role_name", "session", "start_url")

    def __init__(
        self,
        profile: str,
        *,
        account_id: str,
        role_name: str,
        region: str,
        start_url: str,
        session: str = "",
    ) -> None:
        self.profile = profile
        self.account_id = account_id
        self.role_name = role_name
        self.region = region
        self.start_url = start_url
        self.session = session


class LoginStep:
    """A session of `aws login`."""

    __slots__ = ("session",)

    def __init__(self, session: str) -> None:
        self.session = session


class ProcessStep:
    """A command that prints credentials."""

    __slots__ = ("account_id", "command")

    def __init__(self, command: str, account_id: str | None = None) -> None:
        self.command = command
        self.account_id = account_id


class SourceStep:
    """A source outside of the shared files, by its name in `credential_source`."""

    __slots__ = ("profile", "source")

    def __init__(self, profile: str, source: SourceName) -> None:
        self.profile = profile
        self.source = source


Step: TypeAlias = (
    KeysStep | RoleStep | WebIdentityStep | SsoStep | LoginStep | ProcessStep | SourceStep
)


def role_steps(files: SharedFiles, profile: str) -> list[Step] | None:
    """A source of credentials, and the roles to assume from there; None for one without a role.

    Raises `InvalidProfileError`, and `PartialCredentialsError` for half a key pair on the way.
    """
    section = files.profiles.get(profile, {})
    if not section.get("role_arn") or section.get("web_identity_token_file"):
        return None
    return _role(files, profile, [])


def web_identity_step(files: SharedFiles, profile: str) -> WebIdentityStep | None:
    """The role and token file of a profile; None without a file. Raises `InvalidProfileError`."""
    section = files.profiles.get(profile, {})
    path = section.get("web_identity_token_file")
    if not path:
        return None
    role = section.get("role_arn")
    if not role:
        raise InvalidProfileError(
            f"{_where(files, profile)}: it has web_identity_token_file without role_arn; add "
            "role_arn"
        )
    return WebIdentityStep(
        role, path, section.get("role_session_name"), _duration(files, profile, section)
    )


def sso_step(files: SharedFiles, profile: str) -> SsoStep | None:
    """The role of a user who signed in; None without one. Raises `InvalidProfileError`."""
    section = files.profiles.get(profile, {})
    if not section.get("sso_account_id") and not section.get("sso_role_name"):
        return None
    session = section.get("sso_session", "")
    needed = ["sso_account_id", "sso_role_name"]
    if not session:
        needed += ["sso_start_url", "sso_region"]
    lacking = [key for key in needed if not section.get(key)]
    if lacking:
        raise InvalidProfileError(
            f"{_where(files, profile)}: to sign in with IAM Identity Center it lacks "
            f"{', '.join(lacking)}; run `aws configure sso`"
        )
    if session:
        _, region = sso_session(files, profile)
        start_url = files.sso_sessions[session].get("sso_start_url", "")
    else:
        region, start_url = section["sso_region"], section["sso_start_url"]
    return SsoStep(
        profile,
        account_id=section["sso_account_id"],
        role_name=section["sso_role_name"],
        region=region,
        start_url=start_url,
        session=session,
    )


def sso_session(files: SharedFiles, profile: str) -> tuple[str, str]:
    """Name and region of the `sso_session` of a profile. Raises `InvalidProfileError`."""
    section = files.profiles.get(profile, {})
    name = section.get("sso_session", "")
    where = _where(files, profile)
    found = files.sso_sessions.get(name)
    if found is None:
        raise InvalidProfileError(
            f"{where}: sso_session is {name!r}, but there is no [sso-session {name}] in "
            f"{files.config_path}"
        )
    for key in ("sso_region", "sso_start_url"):
        own, of_session = section.get(key), found.get(key)
        if own and own != of_session:
            raise InvalidProfileError(
                f"{where}: its {key} is not that of [sso-session {name}]; leave it out of the "
                "profile"
            )
    region = found.get("sso_region")
    if not region:
        raise InvalidProfileError(
            f"{where}: [sso-session {name}] has no sso_region; run `aws configure sso`"
        )
    return name, region


def plain_step(files: SharedFiles, profile: str) -> KeysStep | LoginStep | ProcessStep | None:
    """Keys of the credentials file, else a login, a process, or keys of the config file.

    None for a profile with none of them. Raises `PartialCredentialsError`.
    """
    section = files.profiles.get(profile, {})
    keys = _keys(files, profile, files.credentials.profiles.get(profile))
    if keys is not None:
        return keys
    if session := section.get("login_session"):
        return LoginStep(session)
    if command := section.get("credential_process"):
        return ProcessStep(command, section.get("aws_account_id"))
    return _keys(files, profile, files.config.profiles.get(profile))


def keys_step(files: SharedFiles, profile: str) -> KeysStep | None:
    """The key pair of a profile, that of the credentials file first; None without one.

    Raises `PartialCredentialsError`.
    """
    return _keys(files, profile, files.credentials.profiles.get(profile)) or _keys(
        files, profile, files.config.profiles.get(profile)
    )


def profile_steps(files: SharedFiles, profile: str) -> list[Step] | None:
    """Everything that a profile may ask for, the first of it that it does; None for nothing."""
    roles = role_steps(files, profile)
    if roles is not None:
        return roles
    found: Step | None = (
        web_identity_step(files, profile) or sso_step(files, profile) or plain_step(files, profile)
    )
    return None if found is None else [found]


def _role(files: SharedFiles, profile: str, on_the_way: list[str]) -> list[Step]:
    section = files.profiles[profile]
    where = _where(files, profile)
    source, outside = section.get("source_profile"), section.get("credential_source")
    if source and outside:
        raise InvalidProfileError(
            f"{where}: it has source_profile and credential_source; leave out one of them"
        )
    before: list[Step]
    if source:
        before = _source(files, profile, source, [*on_the_way, profile])
    elif outside:
        name = _SOURCES.get(outside)
        if name is None:
            raise InvalidProfileError(
                f"{where}: credential_source is {outside!r}; it must be one of "
                f"{', '.join(_SOURCES)}"
            )
        before = [SourceStep(profile, name)]
    else:
        raise InvalidProfileError(
            f"{where}: it has role_arn, but neither source_profile nor credential_source, and no "
            "web_identity_token_file; add one of them"
        )
    role = RoleStep(
        profile,
        section["role_arn"],
        session_name=section.get("role_session_name"),
        external_id=section.get("external_id"),
        mfa_serial=section.get("mfa_serial"),
        duration=_duration(files, profile, section),
    )
    return [*before, role]


def _source(files: SharedFiles, profile: str, source: str, on_the_way: list[str]) -> list[Step]:
    """Steps to the credentials of a source profile; its own keys come before its role."""
    section = files.profiles.get(source)
    if section is None:
        raise SourceProfileError(
            f"{_where(files, profile)}: source_profile is {source!r}, and there is no such profile"
        )
    if source != profile and source in on_the_way:
        circle = " -> ".join([*on_the_way[on_the_way.index(source) :], source])
        raise ProfileLoopError(
            f"profiles in {files.places} name one another as source_profile: {circle}; one of them "
            "needs credentials of its own"
        )
    keys = keys_step(files, source)
    if keys is not None:
        return [keys]
    if source == profile:
        raise ProfileLoopError(
            f"{_where(files, profile)}: it names itself as source_profile, and has no "
            "aws_access_key_id; add the keys, or name another profile"
        )
    if section.get("role_arn") and not section.get("web_identity_token_file"):
        return _role(files, source, on_the_way)
    found = profile_steps(files, source)
    if found is None:
        raise SourceProfileError(
            f"{_where(files, profile)}: source_profile is {source!r}, which has no credentials"
        )
    return found


def _keys(files: SharedFiles, profile: str, section: Section | None) -> KeysStep | None:
    if section is None:
        return None
    key, secret = section.get("aws_access_key_id"), section.get("aws_secret_access_key")
    if not key and not secret:
        return None
    if not key or not secret:
        names = ("aws_access_key_id", "aws_secret_access_key")
        there, lacking = names if key else names[::-1]
        raise PartialCredentialsError(
            f"{_where(files, profile)}: it has {there} without {lacking}; put both into the same "
            "file"
        )
    token = section.get("aws_session_token") or section.get("aws_security_token")
    return KeysStep(key, secret, token, files.profiles[profile].get("aws_account_id"))


def _duration(files: SharedFiles, profile: str, section: Section) -> int | None:
    text = section.get("duration_seconds")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidProfileError(
            f"{_where(files, profile)}: duration_seconds is {text!r}, not a number of seconds"
        )
    return int(text)


def _where(files: SharedFiles, profile: str) -> str:
    return f"profile {profile!r} in {files.places}"
