"""Credentials of an EC2 instance, from its metadata service. credentials.md section 11."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from drawplate.credentials import Credentials
from drawplate.errors import (
    InstanceMetadataDisabledError,
    InstanceMetadataError,
    NetworkingError,
)
from drawplate.http import Headers, HttpRequest
from drawplate.identity._metadata import BACKOFF, Answer, ask, credentials_in
from drawplate.identity.refreshing import ADVISORY_WINDOW, RefreshingCredentials, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from drawplate._call import Flow
    from drawplate.identity.surroundings import Surroundings

_DISABLED = "AWS_EC2_METADATA_DISABLED"
_ENDPOINTS = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
_SESSION_PATH = "/latest/api/token"
_KEYS_PATH = "/latest/meta-data/iam/security-credentials/"
_TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds"
_TTL = 21600
#: Seconds before a session token ends from which another one is asked for.
_TOKEN_WINDOW = 120
#: Seconds, and at random up to as many more, for which credentials are used on whatever their end.
_EXTENSION = 300
_EXTENSION_MORE = 60
_OK, _BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _SERVER_ERROR = 200, 400, 401, 404, 500
_WHOLE = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")


class InstanceCredentials(RefreshingCredentials):
    """Credentials of the role of an EC2 instance.

    The session token of IMDSv2 is asked for first; where the service has none to give, requests go
    without it, unless AWS_EC2_METADATA_V1_DISABLED forbids that. `endpoint` is the URL of the
    service in place of that of environment, profile and IP version.

    Once there are credentials, the service may fail: they are used on, after their end as well, and
    it is asked again after five to six minutes. Raises `InstanceMetadataDisabledError` where it is
    not to be asked, `MissingCredentialsError` where nobody answers or the instance has no role, and
    `InstanceMetadataError` for other answers and a configuration that cannot be right.
    """

    name = "instance metadata"

    def __init__(
        self,
        surroundings: Surroundings | None = None,
        *,
        endpoint: str | None = None,
        before_refresh: Callable[[RefreshingCredentials], object] | None = None,
    ) -> None:
        super().__init__(surroundings, before_refresh=before_refresh)
        self._endpoint = endpoint
        self._session = _Session()

    def endpoint(self) -> str:
        """Where the service is. Raises `InstanceMetadataError` for a wrong setting."""
        setting = "the option endpoint"
        url = self._endpoint
        if not url:
            url, setting = self._setting("endpoint")
        if url:
            try:
                parts = urlsplit(url)
                right = parts.scheme in ("http", "https") and parts.hostname and " " not in url
            except ValueError:
                right = False
            if not right:
                raise InstanceMetadataError(
                    f"instance metadata: {setting} is {url!r}, which is not an absolute URL with "
                    "http or https"
                )
            return url.rstrip("/")
        mode, setting = self._setting("endpoint_mode")
        found = _ENDPOINTS.get((mode or "ipv4").lower())
        if found is None:
            raise InstanceMetadataError(
                f"instance metadata: {setting} is {mode!r}; it must be IPv4 or IPv6"
            )
        return found

    def _setting(self, name: str) -> tuple[str, str]:
        """A value of environment or profile, "" without any, and what it is called there."""
        variable, key = f"AWS_EC2_METADATA_SERVICE_{name.upper()}", f"ec2_metadata_service_{name}"
        if found := self._around.value(variable):
            return found, variable
        return self._around.section.get(key, ""), f"{key} of profile {self._around.profile!r}"

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Sleep, Work

        self._check_enabled()
        endpoint: str = yield Work(self.endpoint)  # may read the shared files
        attempt = 0
        while True:
            attempt += 1
            last = attempt > self._around.instance_retries
            failure: InstanceMetadataError
            try:
                role = yield from self._role(endpoint, last)
                answer = yield from self._get(
                    endpoint, _KEYS_PATH + quote(role, safe="+=,.@"), last
                )
                if answer.status == _OK:
                    return credentials_in(answer.body, _WHOLE)
                failure = _refused(answer, "the keys of its role")
            except NetworkingError as error:
                failure = InstanceMetadataError(
                    f"instance metadata: nothing answers at {endpoint} ({type(error).__name__}); "
                    f"is this an EC2 instance? {_DISABLED}=true keeps it from being asked"
                )
            except ValueError as wrong:
                failure = InstanceMetadataError(
                    f"instance metadata: the answer of {endpoint} has no keys: {wrong}"
                )
            except _RefusedError as refused:
                failure = refused.failure
                if refused.final:
                    raise failure from None
            if last:
                raise failure
            yield Sleep(BACKOFF**attempt)

    def _check_enabled(self) -> None:
        if self._around.value(_DISABLED).lower() == "true":
            raise InstanceMetadataDisabledError(f"instance metadata: {_DISABLED} is true")

    def _role(self, endpoint: str, last: bool) -> Flow[str]:
        answer = yield from self._get(endpoint, _KEYS_PATH, last)
        if answer.status == _NOT_FOUND:
            raise _RefusedError(
                InstanceMetadataError(
                    "instance metadata: the instance has no role; attach an instance profile to it"
                ),
                final=True,
            )
        if answer.status != _OK:
            raise _RefusedError(_refused(answer, "the name of its role"))
        lines = answer.body.decode("utf-8", "replace").strip().splitlines()
        if not lines:
            raise _RefusedError(_refused(answer, "the name of its role"))
        return lines[0].strip()

    def _get(self, endpoint: str, path: str, last: bool) -> Flow[Answer]:
        token = yield from self._token(endpoint, last)
        headers = Headers()
        if token:
            headers["x-aws-ec2-metadata-token"] = token
        answer = yield from ask(HttpRequest("GET", endpoint + path, headers), self._around)
        if answer.status == _UNAUTHORIZED:
            # The session is over, or one is needed now: the next attempt asks for another.
            self._session = _Session()
        return answer

    def _token(self, endpoint: str, last: bool) -> Flow[str]:
        """The session token; "" where requests go without one."""
        from drawplate._call import Work

        now = self._around.clock()
        session = self._session
        if session.ends_at > now:
            return session.token
        headers = Headers({_TTL_HEADER: str(_TTL)})
        status = 0
        try:
            answer = yield from ask(
                HttpRequest("PUT", endpoint + _SESSION_PATH, headers), self._around
            )
            status = answer.status
        except NetworkingError as error:
            if not _is_silence(error):
                raise  # whom nobody listens to, nobody listens to either way
        else:
            token = answer.body.decode("ascii", "replace").strip()
            if status == _OK and token.isascii() and token.isprintable():
                ttl = answer.headers.get(_TTL_HEADER, "")
                seconds = int(ttl) if ttl.isascii() and ttl.isdigit() else _TTL
                self._session = _Session(token, now + max(seconds - _TOKEN_WINDOW, 0))
                return token
            if status == _BAD_REQUEST:
                failure = InstanceMetadataError(
                    "instance metadata: the service refused to open a session (status 400)"
                )
                raise _RefusedError(failure, final=True)
            if status >= _SERVER_ERROR and not last:
                raise _RefusedError(_refused(answer, "a session token"))
        if (yield Work(self._v1_disabled)):
            why = f"status {status}" if status else "no answer"
            raise _RefusedError(
                InstanceMetadataError(
                    f"instance metadata: the service opened no session ({why}), and version 1, "
                    "which needs none, is disabled; allow IMDSv2 on the instance (in a container "
                    "its hop limit has to be 2)"
                ),
                final=True,
            )
        self._session = _Session("", float("inf"))
        return ""

    def _v1_disabled(self) -> bool:
        found = self._around.value("AWS_EC2_METADATA_V1_DISABLED")
        found = found or self._around.section.get("ec2_metadata_v1_disabled", "")
        return found.strip().lower() == "true"

    def _refetch(self) -> Flow[None]:
        try:
            yield from super()._refetch()
        except InstanceMetadataDisabledError:
            raise
        except Exception:
            held = self._held
            if held is None:
                raise
            self._extend(held)

    def _take(self, found: Credentials) -> None:
        end = found.expiration
        if end is not None and end.timestamp() <= self._around.clock():
            self._extend(found)
        else:
            self._keep(found)

    def _extend(self, found: Credentials) -> None:
        """Hold credentials that are about to end, or have ended, as if they held some time on."""
        wait = _EXTENSION + self._around.random() * _EXTENSION_MORE
        self._keep(found, self._around.clock() + wait + ADVISORY_WINDOW)
        warn(
            "instance metadata: it has no newer credentials; the present ones are used on, "
            "whatever their end, and it is asked again in %d s",
            wait,
        )


class _Session:
    """A session token and when it ends, in seconds since 1970; "" is for going without one."""

    __slots__ = ("ends_at", "token")

    def __init__(self, token: str = "", ends_at: float = 0.0) -> None:
        self.token = token
        self.ends_at = ends_at


class _RefusedError(Exception):
    """An answer that is no success; `final` where asking again cannot help."""

    def __init__(self, failure: InstanceMetadataError, *, final: bool = False) -> None:
        super().__init__()
        self.failure = failure
        self.final = final


def _refused(answer: Answer, what: str) -> InstanceMetadataError:
    code = f" ({answer.code})" if answer.code else ""
    return InstanceMetadataError(
        f"instance metadata: the service answered with status {answer.status}{code} when asked for "
        f"{what}"
    )


def _is_silence(error: NetworkingError) -> bool:
    """Whether there is a service that just does not answer this: a hop limit drops the answer."""
    from drawplate.errors import ReadTimeoutError

    return isinstance(error, ReadTimeoutError)
