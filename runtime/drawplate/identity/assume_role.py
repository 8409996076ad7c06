"""Credentials of a role, assumed with other credentials. credentials.md section 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.credentials import Credentials, credentials_of
from drawplate.errors import AssumeRoleError, MfaError
from drawplate.identity.refreshing import RefreshingCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate._call import Flow
    from drawplate.credentials import CredentialProvider
    from drawplate.identity._generated.sts import types
    from drawplate.identity.surroundings import Surroundings


class AssumeRoleCredentials(RefreshingCredentials):
    """Assumes a role with the credentials of `source`, again before they end.

    `session_name` is by default drawplate-session- and the time. `duration` is in seconds. For a
    role that asks for an MFA device, `mfa_serial` names it and `mfa_prompt` returns its code: it is
    called once, since a code works only once and nobody may be there later. `region` is that of
    AWS STS. Raises `AssumeRoleError`, and what `source` raises.
    """

    name = "assume role"

    def __init__(
        self,
        source: CredentialProvider,
        role_arn: str,
        surroundings: Surroundings | None = None,
        *,
        session_name: str | None = None,
        external_id: str | None = None,
        duration: int | None = None,
        mfa_serial: str | None = None,
        mfa_prompt: Callable[[str], str] | None = None,
        region: str | None = None,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        super().__init__(surroundings, before_refresh=before_refresh)
        self._source = source
        self._role_arn = role_arn
        self._session_name = session_name
        self._external_id = external_id
        self._duration = duration
        self._mfa_serial = mfa_serial
        self._mfa_prompt = mfa_prompt or self._around.mfa_prompt
        self._mfa_given = False
        self._region = region

    def _fetch(self) -> Flow[Credentials]:
        from drawplate.identity._generated.sts import types
        from drawplate.identity._generated.sts._operations import ASSUME_ROLE
        from drawplate.identity._service_calls import FAILURES, call_sts

        # Asked for first, so that what it raises is not mistaken for an answer of AWS STS.
        yield from credentials_of(self._source)
        code = yield from self._mfa_code()
        parameters = types.AssumeRoleRequest(
            role_arn=self._role_arn,
            role_session_name=self._session_name or session_name(self._around),
            duration_seconds=self._duration,
            external_id=self._external_id,
            serial_number=self._mfa_serial,
            token_code=code,
        )
        try:
            output = yield from call_sts(
                ASSUME_ROLE,
                parameters,
                self._around,
                region=self._region,
                credentials=self._source,
            )
        except FAILURES as error:
            raise AssumeRoleError(f"role {self._role_arn} was not assumed: {error}") from error
        return credentials_from(output.credentials, output.assumed_role_user, AssumeRoleError)

    def _mfa_code(self) -> Flow[str | None]:
        if self._mfa_serial is None:
            return None
        if self._mfa_prompt is None:
            raise MfaError(
                f"role {self._role_arn} asks for a code of {self._mfa_serial}, and nobody can give "
                "it: pass mfa_prompt to AssumeRoleCredentials or Surroundings"
            )
        if self._mfa_given:
            raise MfaError(
                f"role {self._role_arn} asks for a new code of {self._mfa_serial}: the session "
                "that was made with the first one is over; make a new client"
            )
        from drawplate._call import Work

        prompt, serial = self._mfa_prompt, self._mfa_serial
        code: str = yield Work(lambda: prompt(serial))
        self._mfa_given = True
        return code

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._role_arn}>"


def session_name(around: Surroundings) -> str:
    """The name of a session that nobody named."""
    return f"drawplate-session-{int(around.clock())}"


def credentials_from(
    given: types.Credentials | None,
    user: types.AssumedRoleUser | None,
    failure: type[AssumeRoleError],
) -> Credentials:
    """What AWS STS answered. Raises `failure` where there are no credentials in it."""
    if given is None:
        raise failure("AWS STS answered without credentials")
    parts = "" if user is None else user.arn
    account_id = parts.split(":")[4] if parts.count(":") >= 5 else None
    return Credentials(
        given.access_key_id,
        given.secret_access_key,
        given.session_token,
        account_id,
        expiration=given.expiration,
    )
