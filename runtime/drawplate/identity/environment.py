"""Credentials in environment variables. credentials.md section 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from drawplate.credentials import Credentials
from drawplate.errors import CredentialsError, MissingCredentialsError, PartialCredentialsError
from drawplate.identity.refreshing import FlowCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from drawplate._call import Flow

_KEY = ("AWS_ACCESS_KEY_ID", "AMAZON_ACCESS_KEY_ID", "AWS_ACCESS_KEY")
_SECRET = ("AWS_SECRET_ACCESS_KEY", "AMAZON_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")
_TOKEN = ("AWS_SESSION_TOKEN", "AMAZON_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_EXPIRATION = "AWS_CREDENTIAL_EXPIRATION"


class EnvironmentCredentials(FlowCredentials):
    """Credentials from environment variables, read at the first use and then kept.

    While AWS_CREDENTIAL_EXPIRATION is set they are read anew each time, since whoever set it will
    replace them. An empty or blank variable counts as not set.
    """

    name = "environment"

    def __init__(self, environ: Mapping[str, str] | Surroundings | None = None) -> None:
        self._around = environ if isinstance(environ, Surroundings) else Surroundings(environ)
        self._kept: Credentials | None = None

    def resolve(self) -> Flow[Credentials]:
        """Return what the variables hold.

        Raises `MissingCredentialsError` when they hold nothing, `PartialCredentialsError` when one
        half of the key pair is not there, `CredentialsError` when what they hold is over.
        """
        yield from ()
        if self._kept is None:
            found = self._read()
            if found.expiration is not None:
                return found
            self._kept = found
        return self._kept

    def _read(self) -> Credentials:
        value = self._around.value
        key, secret = self._set_one(_KEY), self._set_one(_SECRET)
        if not key and not secret:
            raise MissingCredentialsError(f"environment: {_KEY[0]} is not set")
        if not key or not secret:
            there, lacking = (key, _SECRET[0]) if key else (secret, _KEY[0])
            raise PartialCredentialsError(
                f"environment: {there} is set without {lacking}; set both or neither"
            )
        return Credentials(
            value(key),
            value(secret),
            value(*_TOKEN) or None,
            value("AWS_ACCOUNT_ID"),
            expiration=self._expiration(),
        )

    def _expiration(self) -> datetime | None:
        text = self._around.value(_EXPIRATION)
        if not text:
            return None
        from drawplate.identity._times import as_datetime, parse_time  # few programs set it

        try:
            seconds = parse_time(text)
        except ValueError as wrong:
            raise CredentialsError(
                f"environment: {_EXPIRATION} is {text!r}, but {wrong}; write it as "
                "2026-01-15T12:34:56Z"
            ) from None
        if seconds <= self._around.clock():
            raise CredentialsError(
                f"environment: the credentials ended at {text} ({_EXPIRATION}); set others"
            )
        return as_datetime(seconds)

    def _set_one(self, variables: Sequence[str]) -> str:
        """Name the first of the variables that is set."""
        return next((variable for variable in variables if self._around.value(variable)), "")

    def __repr__(self) -> str:
        return "EnvironmentCredentials()"
