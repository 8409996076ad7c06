"""Sources of credentials that need no request: environment, shared files, and the chain of sources.

A source is a `CredentialProvider` whose `credentials` raises `MissingCredentialsError` when it has
nothing to offer; the chain then goes on to the next. Every other error ends the search. Nothing is
read before the first signature asks. Order and names: credentials.md sections 2 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drawplate.credentials import CredentialProvider, Credentials
from drawplate.errors import MissingCredentialsError, PartialCredentialsError
from drawplate.profiles import Section, SharedFiles

_KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AMAZON_ACCESS_KEY_ID", "AWS_ACCESS_KEY")
_SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AMAZON_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")
_TOKEN_VARIABLES = ("AWS_SESSION_TOKEN", "AMAZON_SESSION_TOKEN", "AWS_SECURITY_TOKEN")

# Settings that name another source of credentials, by where it stands in the order.
_BEFORE_KEYS = ("role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name")
_BEFORE_CONFIG_KEYS = ("login_session", "credential_process")
_AFTER_KEYS = ("sso_session", "sso_start_url")


class _UnsupportedSourceError(MissingCredentialsError):
    """A source is configured that this version cannot use.

    It ends the search: a later source would sign as somebody else than was asked for.
    """


class EnvironmentCredentials:
    """Credentials from environment variables, read at the first use and then kept.

    While AWS_CREDENTIAL_EXPIRATION is set they are read anew each time, since whoever set it will
    replace them. An empty or blank variable counts as not set. Raises `PartialCredentialsError`
    when only one half of the key pair is there.
    """

    __slots__ = ("_environ", "_kept")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._kept: Credentials | None = None

    @property
    def credentials(self) -> Credentials:
        """The credentials that the variables hold."""
        if self._kept is not None:
            return self._kept
        key, secret = self._set_one(_KEY_VARIABLES), self._set_one(_SECRET_VARIABLES)
        if not key and not secret:
            raise MissingCredentialsError(f"environment: {_KEY_VARIABLES[0]} is not set")
        if not key or not secret:
            there, lacking = (key, _SECRET_VARIABLES[0]) if key else (secret, _KEY_VARIABLES[0])
            raise PartialCredentialsError(
                f"environment: {there} is set without {lacking}; set both or neither"
            )
        token = self._set_one(_TOKEN_VARIABLES)
        found = Credentials(
            self._value(key),
            self._value(secret),
            self._value(token) if token else None,
            self._value("AWS_ACCOUNT_ID"),
        )
        if not self._value("AWS_CREDENTIAL_EXPIRATION"):
            self._kept = found
        return found

    def _value(self, variable: str) -> str:
        return self._environ.get(variable, "").strip()

    def _set_one(self, variables: Sequence[str]) -> str | None:
        """Name the first of the variables that is set."""
        return next((variable for variable in variables if self._value(variable)), None)

    def __repr__(self) -> str:
        return "EnvironmentCredentials()"


class SharedFileCredentials:
    """The key pair of a profile in the shared files.

    Key and secret come from one file, the credentials file first. Raises `PartialCredentialsError`
    when a file has one half only, and a `MissingCredentialsError` that names the setting when the
    profile asks for a role, SSO, login or process, which stand before or after the keys in order.
    """

    __slots__ = ("_files", "_kept", "_profile")

    def __init__(self, files: SharedFiles, profile: str = "default") -> None:
        self._files = files
        self._profile = profile
        self._kept: Credentials | None = None

    @property
    def credentials(self) -> Credentials:
        """The credentials of the profile."""
        if self._kept is None:
            self._kept = self._find()
        return self._kept

    def _find(self) -> Credentials:
        files = self._files
        merged = files.profiles.get(self._profile)
        if merged is None:
            raise MissingCredentialsError(f"{self._where}: there is no such profile")
        self._refuse(merged, _BEFORE_KEYS)
        pair = self._pair(files.credentials.profiles.get(self._profile), merged)
        if pair is None:
            self._refuse(merged, _BEFORE_CONFIG_KEYS)
            pair = self._pair(files.config.profiles.get(self._profile), merged)
        if pair is None:
            self._refuse(merged, _AFTER_KEYS)
            raise MissingCredentialsError(f"{self._where}: it has no aws_access_key_id")
        return pair

    def _pair(self, section: Section | None, merged: Section) -> Credentials | None:
        if section is None:
            return None
        key = section.get("aws_access_key_id")
        secret = section.get("aws_secret_access_key")
        if not key and not secret:
            return None
        if not key or not secret:
            names = ("aws_access_key_id", "aws_secret_access_key")
            there, lacking = names if key else names[::-1]
            raise PartialCredentialsError(
                f"{self._where}: it has {there} without {lacking}; put both into the same file"
            )
        token = section.get("aws_session_token") or section.get("aws_security_token")
        return Credentials(key, secret, token, merged.get("aws_account_id"))

    def _refuse(self, section: Section, settings: Sequence[str]) -> None:
        for setting in settings:
            if section.get(setting):
                raise _UnsupportedSourceError(
                    f"{self._where}: it has {setting}, which this version cannot use yet"
                )

    @property
    def _where(self) -> str:
        return f"profile {self._profile!r} in {self._files.places}"

    def __repr__(self) -> str:
        return f"SharedFileCredentials({self._profile!r}, in {self._files.places})"


class UnsupportedSource:
    """Stands in for a source that this version lacks, so that it is never passed in silence.

    Any of `variables` being set means that the source is asked for.
    """

    __slots__ = ("_environ", "_name", "_variables")

    def __init__(self, name: str, environ: Mapping[str, str], variables: Sequence[str]) -> None:
        self._name = name
        self._environ = environ
        self._variables = variables

    @property
    def credentials(self) -> Credentials:
        """Never has any; the error tells whether it was asked for."""
        for variable in self._variables:
            if self._environ.get(variable, "").strip():
                raise _UnsupportedSourceError(
                    f"{self._name}: {variable} is set, but this version cannot use it yet"
                )
        if not self._variables:
            reason = "this version cannot use it yet"
        elif len(self._variables) == 1:
            reason = f"{self._variables[0]} is not set"
        else:
            reason = f"neither {' nor '.join(self._variables)} is set"
        raise MissingCredentialsError(f"{self._name}: {reason}")

    def __repr__(self) -> str:
        return f"UnsupportedSource({self._name!r})"


class CredentialChain:
    """Asks providers in order and stays with the first that has credentials.

    When none has any, `MissingCredentialsError` lists each with its reason.
    """

    __slots__ = ("_chosen", "_providers")

    def __init__(self, providers: Sequence[CredentialProvider]) -> None:
        self._providers = tuple(providers)
        self._chosen: CredentialProvider | None = None

    @property
    def credentials(self) -> Credentials:
        """Credentials of the chosen provider, which may refresh them."""
        if self._chosen is not None:
            return self._chosen.credentials
        reasons: list[str] = []
        for provider in self._providers:
            try:
                found = provider.credentials
            except MissingCredentialsError as absent:
                reasons.append(str(absent))
                if isinstance(absent, _UnsupportedSourceError):
                    break
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


def default_chain(
    environ: Mapping[str, str], files: SharedFiles, profile: str, *, explicit_profile: bool
) -> CredentialChain:
    """Make the chain of a client that was given no credentials.

    A profile given as an option (`explicit_profile`) comes before the environment, and keeps the
    environment's web identity out; a profile named by the environment comes after.
    """
    environment = EnvironmentCredentials(environ)
    shared = SharedFileCredentials(files, profile)
    web_identity = UnsupportedSource("web identity", environ, ("AWS_WEB_IDENTITY_TOKEN_FILE",))
    container = UnsupportedSource(
        "container",
        environ,
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    )
    instance = UnsupportedSource("instance metadata", environ, ())
    first: Sequence[CredentialProvider] = (
        (shared, environment) if explicit_profile else (environment, web_identity, shared)
    )
    return CredentialChain((*first, container, instance))
