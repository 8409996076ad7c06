"""Credentials of a container: ECS tasks and EKS Pod Identity. credentials.md section 10."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from drawplate.credentials import Credentials
from drawplate.errors import (
    ContainerCredentialsError,
    ContainerHostError,
    MissingCredentialsError,
    NetworkingError,
    TokenFileError,
)
from drawplate.http import Headers, HttpRequest
from drawplate.identity._metadata import BACKOFF, ask, credentials_in
from drawplate.identity.refreshing import RefreshingCredentials
from drawplate.identity.surroundings import Surroundings

if TYPE_CHECKING:
    from drawplate._call import Flow

RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_AUTHORIZATION_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_AUTHORIZATION = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_ECS = "http://169.254.170.2"
_LOCAL = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23")
_OK = 200

#: The addresses of a host name. Raises `OSError`.
Addresses = Callable[[str], list[str]]


class ContainerCredentials(RefreshingCredentials):
    """Credentials from the endpoint that the environment of a container names.

    That is AWS_CONTAINER_CREDENTIALS_RELATIVE_URI below the address of ECS, or else
    AWS_CONTAINER_CREDENTIALS_FULL_URI, which without TLS has to be a loopback address or that of
    ECS or EKS; `addresses` looks up the addresses of a host name. The file of
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is read again before each request. Raises
    `MissingCredentialsError` without either variable, `ContainerHostError` for another place,
    `TokenFileError`, and `ContainerCredentialsError` for what the endpoint answers.
    """

    name = "container"

    def __init__(
        self, surroundings: Surroundings | None = None, *, addresses: Addresses | None = None
    ) -> None:
        super().__init__(surroundings)
        self._addresses = addresses or _addresses

    def _fetch(self) -> Flow[Credentials]:
        from drawplate._call import Sleep, Work

        attempts = 0
        while True:
            attempts += 1
            request: HttpRequest = yield Work(self._request)
            final = attempts > self._around.instance_retries
            try:
                answer = yield from ask(request, self._around)
            except NetworkingError as error:
                failure = ContainerCredentialsError(
                    f"container: {_place(request.url)} gave no answer ({type(error).__name__}); "
                    f"check {RELATIVE} and {FULL}"
                )
                failure.__cause__ = error
            else:
                if answer.status == _OK:
                    try:
                        return credentials_in(answer.body, ("AccessKeyId", "SecretAccessKey"))
                    except ValueError as wrong:
                        # The endpoint may be about to write it: asking again may help.
                        text = (
                            f"container: the answer of {_place(request.url)} has no keys: {wrong}"
                        )
                        failure = ContainerCredentialsError(text)
                else:
                    code = f" ({answer.code})" if answer.code else ""
                    failure = ContainerCredentialsError(
                        f"container: {_place(request.url)} answered with status "
                        f"{answer.status}{code}; check the role of the task or pod"
                    )
            if final:
                raise failure
            yield Sleep(BACKOFF**attempts)

    def _request(self) -> HttpRequest:
        """What to send now. Reads the token file, and may look up a host name."""
        headers = Headers({"accept": "application/json"})
        url = self._url()
        token = self._token()
        if token is not None:
            headers["authorization"] = token
        return HttpRequest("GET", url, headers)

    def _url(self) -> str:
        value = self._around.value
        if relative := value(RELATIVE):
            return f"{_ECS}/{relative.removeprefix('/')}"
        full = value(FULL)
        if not full:
            raise MissingCredentialsError(f"container: neither {RELATIVE} nor {FULL} is set")
        try:
            parts = urlsplit(full)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if not host or parts.scheme not in ("http", "https"):
            raise ContainerHostError(
                f"container: {FULL} must be an absolute URL with http or https and a host"
            )
        if parts.scheme == "http":
            self._check_host(host)
        return full

    def _check_host(self, host: str) -> None:
        """Without TLS the token must not leave the machine: each address has to be a local one."""
        from ipaddress import ip_address

        try:
            found = [str(ip_address(host))]
        except ValueError:
            try:
                found = self._addresses(host)
            except OSError:
                found = []
        if not found or not all(_is_local(address) for address in found):
            raise ContainerHostError(
                f"container: {FULL} names the host {host!r}; with http it has to be a loopback "
                f"address or one of {', '.join(_LOCAL)}, use https for any other"
            )

    def _token(self) -> str | None:
        value = self._around.value
        path = value(_AUTHORIZATION_FILE)
        if not path:
            token, where = self._around.environ.get(_AUTHORIZATION, ""), _AUTHORIZATION
        else:
            where = f"{path} ({_AUTHORIZATION_FILE})"
            try:
                token = self._around.read_file(path).decode().strip()
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise TokenFileError(f"container: {where} cannot be read: {why}") from None
            except UnicodeDecodeError:
                raise TokenFileError(f"container: {where} is not UTF-8") from None
        if "\r" in token or "\n" in token:
            raise TokenFileError(f"container: {where} has a line break inside of the token")
        return token or None


def _is_local(address: str) -> bool:
    from ipaddress import ip_address

    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback or str(found) in _LOCAL


def _addresses(host: str) -> list[str]:
    import socket

    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def _place(url: str) -> str:
    """A URL without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
