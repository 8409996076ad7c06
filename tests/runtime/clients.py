"""The generated client with the example keys, alone in the world: no environment, no files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drawplate.http import HttpRequest, HttpResponse
from drawplate.testing import EXAMPLE_CREDENTIALS, LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient, types

if TYPE_CHECKING:
    from typing import Unpack

    from drawplate.options import ClientOptions

KEY, SECRET = EXAMPLE_CREDENTIALS
NOON = 1768480496.0  # 2026-01-15T12:34:56Z


class Recorder:
    """A transport that keeps what was sent and answers in order, with the last for ever."""

    def __init__(self, *answers: HttpResponse | Exception) -> None:
        self.answers = answers or (HttpResponse(200),)
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        given = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(given, Exception):
            raise given
        return HttpResponse(given.status, given.headers.copy(), given.body)

    @property
    def request(self) -> HttpRequest:
        """The one request that was sent."""
        (request,) = self.requests
        return request


def noon() -> float:
    """A clock that stands still, and can be pickled."""
    return NOON


def make(**options: Unpack[ClientOptions]) -> SageMakerRuntimeClient:
    """Make a client for us-east-1 at noon; `options` replace what it is given here."""
    given: ClientOptions = {
        "region": "us-east-1",
        "environ": {},
        "clock": noon,
        "access_key_id": KEY,
        "secret_access_key": SECRET,
    }
    given.update(options)
    return SageMakerRuntimeClient(**given)


def local(server: LocalEndpoint, **options: Unpack[ClientOptions]) -> SageMakerRuntimeClient:
    """Make a client of a local endpoint that waits for nothing between attempts."""
    given: ClientOptions = {
        "region": server.region,
        "environ": {},
        "endpoint": server.url,
        "access_key_id": server.access_key_id,
        "secret_access_key": server.secret_access_key,
        "retry_base_delay": 0,
    }
    given.update(options)
    return SageMakerRuntimeClient(**given)


def invoke(client: SageMakerRuntimeClient, body: bytes = b"x") -> types.InvokeEndpointOutput:
    """Call the endpoint "ep"."""
    return client.invoke_endpoint(endpoint_name="ep", body=body)


def json_answer(body: bytes, status: int = 200, **headers: str) -> HttpResponse:
    """An answer; underscores in the names of `headers` stand for hyphens."""
    fields: Mapping[str, str] = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpResponse(status, fields, body)
