"""What the endpoints of containers and instances have in common: plain requests, JSON with keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from drawplate import __version__
from drawplate.credentials import Credentials
from drawplate.identity._cache_files import read_object
from drawplate.identity._times import as_datetime, parse_time

if TYPE_CHECKING:
    from drawplate._call import Flow
    from drawplate.http import HttpRequest, HttpResponse
    from drawplate.identity.surroundings import Surroundings

#: The wait before attempt n + 1 is this to the power of n, in seconds.
BACKOFF = 1.2


class Answer:
    """The status and the whole body of an answer; `code` is its error code, "" without any."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, response: HttpResponse, body: bytes) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def code(self) -> str:
        """The error code in a JSON body, if it looks like one."""
        try:
            found = read_object(self.body)
        except ValueError:
            return ""
        code = found.get("Code") or found.get("code")
        return code if isinstance(code, str) and code.isascii() and code.isalnum() else ""


def ask(request: HttpRequest, around: Surroundings) -> Flow[Answer]:
    """Send a request that is signed by nobody, straight to its host. Raises `NetworkingError`."""
    from drawplate._call import Read, Send
    from drawplate.transport import TransportSettings

    request.headers["user-agent"] = f"drawplate/{__version__}"
    timeout = around.instance_timeout
    settings = TransportSettings(connect_timeout=timeout, read_timeout=timeout)
    response: HttpResponse = yield Send(request, settings)
    body: bytes = yield Read(response)
    return Answer(response, body)


def credentials_in(body: bytes, required: Sequence[str]) -> Credentials:
    """Keys as both endpoints write them. Raises `ValueError`, without a part of the body."""
    found = read_object(body)
    lacking = [name for name in required if not isinstance(found.get(name), str) or not found[name]]
    if lacking:
        raise ValueError(f"it lacks {', '.join(lacking)}")
    account_id: Any = found.get("AccountId")
    end = found.get("Expiration")
    return Credentials(
        found["AccessKeyId"],
        found["SecretAccessKey"],
        found.get("Token"),
        str(account_id) if account_id else None,
        expiration=as_datetime(parse_time(end)) if end else None,
    )
