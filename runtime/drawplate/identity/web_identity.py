"""Credentials of a role for a token of an identity provider. credentials.md section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.errors import TokenFileError, WebIdentityError
from drawplate.identity.assume_role import credentials_from, session_name
from drawplate.identity.refreshing import RefreshingCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate._call import Flow
    from drawplate.credentials import Credentials
    from drawplate.identity.surroundings import Surroundings


class WebIdentityCredentials(RefreshingCredentials):
    """Assumes a role with the token that lies in a file, as Kubernetes writes it for a pod.

    The file is read again each time. The request is not signed. `duration` is in seconds, `region`
    that of AWS STS. Raises `TokenFileError` for the file, `WebIdentityError` for what AWS STS says.
    """

    name = "web identity"

    def __init__(
        self,
        role_arn: str,
        token_file: str,
        surroundings: Surroundings | None = None,
        *,
        session_name: str | None = None,
        duration: int | None = None,
        region: str | None = None,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        super().__init__(surroundings, before_refresh=before_refresh)
        self._role_arn = role_arn
        self._token_file = token_file
        self._session_name = session_name
        self._duration = duration
        self._region = region

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Work
        from drawplate.identity._generated.sts import types
        from drawplate.identity._generated.sts._operations import ASSUME_ROLE_WITH_WEB_IDENTITY
        from drawplate.identity._service_calls import FAILURES, call_sts

        token: str = yield Work(self._token)
        parameters = types.AssumeRoleWithWebIdentityRequest(
            role_arn=self._role_arn,
            role_session_name=self._session_name or session_name(self._around),
            web_identity_token=token,
            duration_seconds=self._duration,
        )
        try:
            output = yield from call_sts(
                ASSUME_ROLE_WITH_WEB_IDENTITY, parameters, self._around, region=self._region
            )
        except FAILURES as error:
            raise WebIdentityError(
                f"role {self._role_arn} was not assumed with the token of "
                f"{self._token_file}: {error}"
            ) from error
        return credentials_from(output.credentials, output.assumed_role_user, WebIdentityError)

    def _token(self) -> str:
        path = self._around.expanded(self._token_file)
        try:
            token = self._around.read_file(path).decode().strip()
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise TokenFileError(f"web identity: token file {path} cannot be read: {why}") from None
        except UnicodeDecodeError:
            raise TokenFileError(f"web identity: token file {path} is not UTF-8") from None
        if not token:
            raise TokenFileError(f"web identity: token file {path} is empty")
        return token

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._role_arn}>"
