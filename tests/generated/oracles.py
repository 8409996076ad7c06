"""botocore as a second opinion, without a network. It has no types of its own."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

from drawplate.http import HttpRequest, HttpResponse

from tests.runtime.clients import KEY, SECRET

_session: Any = importlib.import_module("botocore.session")
_config: Any = importlib.import_module("botocore.config")
_awsrequest: Any = importlib.import_module("botocore.awsrequest")
_auth: Any = importlib.import_module("botocore.auth")
_credentials: Any = importlib.import_module("botocore.credentials")
botocore_exceptions: Any = importlib.import_module("botocore.exceptions")

#: Members by their names in the model.
Members = Mapping[str, Any]


class _Raw(io.BytesIO):
    """What botocore takes for a response of urllib3."""

    def stream(self, **_: object) -> Iterator[bytes]:
        while chunk := self.read(7):
            yield chunk


class Boto:
    """A botocore client that sends nothing: it keeps each request and answers as it was told."""

    def __init__(self, service: str = "sagemaker-runtime") -> None:
        session = _session.Session()
        self._client = session.create_client(
            service,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=_config.Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
        self._client.meta.events.register(f"before-send.{service}.*", self._answer)
        self._response = HttpResponse(200)
        self._request: Any = None

    def _answer(self, request: Any, **_: object) -> Any:
        self._request = request
        body = self._response.body
        assert isinstance(body, bytes)
        return _awsrequest.AWSResponse(
            request.url, self._response.status, dict(self._response.headers), _Raw(body)
        )

    def request(
        self, operation: str, members: Members, answer: HttpResponse | None = None
    ) -> HttpRequest:
        """The request that botocore makes of an operation; `answer` is one that it can read."""
        empty = HttpResponse(200, {}, b"{}" if operation.endswith("async") else b"")
        self._response = answer or empty
        getattr(self._client, operation)(**members)
        request = self._request
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        return HttpRequest(request.method, request.url, headers, body)

    def parse(
        self, operation: str, response: HttpResponse, members: Members | None = None
    ) -> dict[str, Any]:
        """The members that botocore finds in an answer; raises its `ClientError` for an error."""
        self._response = response
        given = {"EndpointName": "ep", "Body": b""} if members is None else members
        found: dict[str, Any] = getattr(self._client, operation)(**given)
        del found["ResponseMetadata"]
        return found


def authorization(request: HttpRequest, timestamp: str) -> str:
    """The Authorization header that botocore gives a request at a time such as 20260115T123456Z."""
    unsigned = {"authorization", "x-amz-date"}
    headers = {name: value for name, value in request.headers.items() if name not in unsigned}
    headers["X-Amz-Date"] = timestamp
    signer = _auth.SigV4Auth(_credentials.Credentials(KEY, SECRET), "sagemaker", "us-east-1")
    made = _awsrequest.AWSRequest(
        method=request.method, url=request.url, headers=headers, data=request.body
    )
    made.context["timestamp"] = timestamp
    signature = signer.signature(signer.string_to_sign(made, signer.canonical_request(made)), made)
    names = signer.signed_headers(signer.headers_to_sign(made))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(made)}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
