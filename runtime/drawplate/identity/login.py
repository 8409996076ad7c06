"""Credentials that `aws login` left behind, and their renewal. credentials.md section 8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from drawplate._uuid import uuid4
from drawplate.credentials import Credentials
from drawplate.errors import LoginError, LoginExpiredError, LoginPermissionError
from drawplate.identity._cache_files import read_object, write_object
from drawplate.identity._times import as_datetime, format_time, parse_time
from drawplate.identity.refreshing import RefreshingCredentials, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate._call import CallNext, Flow
    from drawplate.context import RequestContext
    from drawplate.handlers import HandlerFunction
    from drawplate.identity.surroundings import Surroundings
    from drawplate.response import Response

#: Seconds that the credentials of the file have to last to be used as they are.
_ENOUGH = 5 * 60
_EXPIRED = frozenset({"TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED"})
_FORBIDDEN = "INSUFFICIENT_PERMISSIONS"
_KEYS = ("accessKeyId", "secretAccessKey", "sessionToken", "accountId", "expiresAt")
_TEXTS = ("refreshToken", "dpopKey", "clientId")


class LoginCredentials(RefreshingCredentials):
    """Credentials of a session of `aws login`.

    `session` is what the profile calls `login_session`; the cache file is named after it. Renewal
    takes the package cryptography. Raises `LoginError`: `LoginExpiredError` where the user has to
    sign in again, `LoginPermissionError` where they may not renew.
    """

    name = "aws login"

    def __init__(
        self,
        session: str,
        surroundings: Surroundings | None = None,
        *,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        from hashlib import sha256

        super().__init__(surroundings, before_refresh=before_refresh)
        around = self._around
        folder = around.value("AWS_LOGIN_CACHE_DIRECTORY")
        name = f"{sha256(session.encode()).hexdigest()}.json"
        if folder:
            from string import Template

            folder = around.expanded(Template(folder).safe_substitute(around.environ))
            self._path = f"{folder.rstrip('/')}/{name}"
        else:
            self._path = around.cache_path("login", "cache", name)

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Work

        content: dict[str, Any] = yield Work(self._read)
        ends_at = parse_time(content["accessToken"]["expiresAt"])
        if ends_at - self._around.clock() <= _ENOUGH:
            content = yield from self._renewed(content)
        return _credentials(content)

    def _read(self) -> dict[str, Any]:
        advice = "run `aws login` again"
        try:
            content = read_object(self._around.read_file(self._path))
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise LoginError(
                f"aws login: there is no session, {self._path} cannot be read ({why}); {advice}"
            ) from None
        except ValueError as wrong:
            raise LoginError(f"aws login: {self._path} cannot be used: {wrong}; {advice}") from None
        token: object = content.get("accessToken")
        keys = cast("dict[str, Any]", token) if isinstance(token, dict) else {}
        lacking = [f"accessToken.{name}" for name in _KEYS if not isinstance(keys.get(name), str)]
        lacking += [name for name in _TEXTS if not isinstance(content.get(name), str)]
        if lacking:
            raise LoginError(f"aws login: {self._path} lacks {', '.join(lacking)}; {advice}")
        try:
            parse_time(keys["expiresAt"])
        except ValueError as wrong:
            raise LoginError(
                f"aws login: accessToken.expiresAt in {self._path}: {wrong}; {advice}"
            ) from None
        return content

    def _renewed(self, content: dict[str, Any]) -> Flow[dict[str, Any]]:
        from drawplate._call import Work
        from drawplate.identity._dpop import prover
        from drawplate.identity._generated.signin import types
        from drawplate.identity._generated.signin._operations import CREATE_O_AUTH2_TOKEN
        from drawplate.identity._service_calls import FAILURES, call_signin

        try:
            prove = prover(content["dpopKey"])
        except ValueError as wrong:
            raise LoginError(
                f"aws login: dpopKey in {self._path}: {wrong}; run `aws login` again"
            ) from None
        body = types.CreateOAuth2TokenRequestBody(
            client_id=content["clientId"],
            grant_type="refresh_token",
            refresh_token=content["refreshToken"],
        )
        try:
            answer = yield from call_signin(
                CREATE_O_AUTH2_TOKEN,
                types.CreateOAuth2TokenRequest(token_input=body),
                self._around,
                _proving(prove, self._around.clock),
            )
        except FAILURES as error:
            raise _failure(error) from error
        output = answer.token_output
        keys = output.access_token
        made = {
            **content,
            "accessToken": {
                **content["accessToken"],
                "accessKeyId": keys.access_key_id,
                "secretAccessKey": keys.secret_access_key,
                "sessionToken": keys.session_token,
                "expiresAt": format_time(self._around.clock() + output.expires_in),
            },
            "refreshToken": output.refresh_token,
        }
        try:
            yield Work(lambda: self._around.write_file(self._path, write_object(made)))
        except OSError as error:
            # The keys are good all the same.
            warn("aws login: %s cannot be written (%s)", self._path, type(error).__name__)
        return made


def _credentials(content: dict[str, Any]) -> Credentials:
    keys = content["accessToken"]
    return Credentials(
        keys["accessKeyId"],
        keys["secretAccessKey"],
        keys["sessionToken"],
        keys["accountId"],
        expiration=as_datetime(parse_time(keys["expiresAt"])),
    )


def _proving(
    prove: Callable[[str, str, int, str], str], clock: Callable[[], float]
) -> HandlerFunction:
    """A handler that adds a fresh proof to each attempt."""

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        request = context.request
        url = request.url.partition("?")[0]
        request.headers["dpop"] = prove(request.method, url, int(clock()), uuid4())
        return (yield from call_next(context))

    return handle


def _failure(error: Exception) -> LoginError:
    code = getattr(error, "error", None)
    if code in _EXPIRED:
        return LoginExpiredError("aws login: the session is over; run `aws login` again")
    if code == _FORBIDDEN:
        return LoginPermissionError(
            "aws login: the user may not renew the credentials; allow signin:CreateOAuth2Token"
        )
    return LoginError(f"aws login: the credentials were not renewed: {error}")
