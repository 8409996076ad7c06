"""Credentials of a role that a user signed in for with IAM Identity Center. credentials.md, 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.credentials import Credentials, token_of
from drawplate.errors import SsoCredentialsError, SsoTokenError
from drawplate.identity._times import as_datetime
from drawplate.identity.refreshing import RefreshingCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate._call import Flow
    from drawplate.credentials import TokenProvider
    from drawplate.identity.surroundings import Surroundings

_UNAUTHORIZED = 401


class SsoCredentials(RefreshingCredentials):
    """Asks IAM Identity Center for the credentials of a role in an account.

    `token` is the sign-in, such as an `SsoToken`; `region` that of IAM Identity Center. Raises
    `SsoTokenError` where the user has to sign in, `SsoCredentialsError` for other answers.
    """

    name = "IAM Identity Center"

    def __init__(
        self,
        token: TokenProvider,
        region: str,
        account_id: str,
        role_name: str,
        surroundings: Surroundings | None = None,
        *,
        profile: str | None = None,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        super().__init__(surroundings, before_refresh=before_refresh)
        self._token = token
        self._region = region
        self._account_id = account_id
        self._role_name = role_name
        self._profile = profile

    def _fetch(self) -> Flow[Credentials]:
        from drawplate.identity._generated.sso import types
        from drawplate.identity._generated.sso._operations import GET_ROLE_CREDENTIALS
        from drawplate.identity._generated.sso.errors import SSOError
        from drawplate.identity._service_calls import FAILURES, call_sso

        token = yield from token_of(self._token)
        parameters = types.GetRoleCredentialsRequest(
            role_name=self._role_name, account_id=self._account_id, access_token=token.value
        )
        wanted = f"role {self._role_name} in account {self._account_id}"
        try:
            output = yield from call_sso(
                GET_ROLE_CREDENTIALS, parameters, self._around, self._region
            )
        except FAILURES as error:
            if isinstance(error, SSOError) and error.status == _UNAUTHORIZED:
                profile = self._profile or self._around.profile
                raise SsoTokenError(
                    f"IAM Identity Center no longer accepts the sign-in for {wanted}; run "
                    f"`aws sso login{'' if profile == 'default' else f' --profile {profile}'}`"
                ) from error
            raise SsoCredentialsError(
                f"IAM Identity Center did not give {wanted}: {error}"
            ) from error
        found = output.role_credentials
        if found is None or not found.access_key_id or not found.secret_access_key:
            raise SsoCredentialsError(f"IAM Identity Center answered without keys for {wanted}")
        return Credentials(
            found.access_key_id,
            found.secret_access_key,
            found.session_token,
            self._account_id,
            expiration=as_datetime(found.expiration / 1000) if found.expiration else None,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._role_name} in {self._account_id}>"
