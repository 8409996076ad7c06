"""boto3, as its documentation has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
    SERVICE,
    SIGNED_URL,
)

boto3: Any = import_module("boto3")  # it has no types

#: Optional parameters of a call, a mere value each.
OPTIONAL = {
    "ContentType": CONTENT_TYPE,
    "Accept": CONTENT_TYPE,
    "CustomAttributes": "a=1",
    "TargetModel": "m.tar.gz",
    "TargetVariant": "v1",
    "TargetContainerHostname": "h1",
    "InferenceId": "i1",
    "EnableExplanations": "`true`",
    "InferenceComponentName": "c1",
    "SessionId": "s1",
}
#: Another service, to see what a client costs that has more operations.
CLIENT_NAME = os.environ.get("BENCHMARKED_SERVICE", "sagemaker-runtime")


class Client:
    """A client of a session, its own by default."""

    def __init__(self, url: str, certificates: str | None = None, session: Any = None) -> None:
        self._client = (session or boto3.session.Session()).client(
            CLIENT_NAME,
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            verify=certificates,
        )

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        answer = self._client.invoke_endpoint(
            EndpointName=endpoint_name, Body=body, ContentType=CONTENT_TYPE
        )
        content: bytes = answer["Body"].read()
        return content

    def invoke_with(self, body: bytes, optional: Mapping[str, str]) -> None:
        """Call once with some of `OPTIONAL`."""
        self._client.invoke_endpoint(EndpointName=ENDPOINT_NAME, Body=body, **optional)[
            "Body"
        ].read()

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        answer = self._client.invoke_endpoint_with_response_stream(
            EndpointName=endpoint_name, Body=body, ContentType=CONTENT_TYPE
        )
        for event in answer["Body"]:
            yield event["PayloadPart"]["Bytes"]

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()


def clients(url: str, count: int) -> list[Client]:
    """Make clients as cheaply as one can: of one session."""
    session = boto3.session.Session()
    return [Client(url, session=session) for _ in range(count)]


class _Body:
    """Stands in for a body that arrives from urllib3."""

    def __init__(self, arrivals: Iterable[bytes]) -> None:
        self._arrivals = arrivals

    def stream(self) -> Iterator[bytes]:
        """Yield the pieces."""
        return iter(self._arrivals)


def events() -> Callable[[Iterable[bytes]], int]:
    """Return what takes pieces of a stream apart to the events that a user sees."""
    session: Any = import_module("botocore.session").get_session()
    operation = session.get_service_model("sagemaker-runtime").operation_model(
        "InvokeEndpointWithResponseStream"
    )
    parser: Any = import_module("botocore.parsers").EventStreamJSONParser()
    shape, name = operation.output_shape.members["Body"], operation.name
    event_stream: Any = import_module("botocore.eventstream").EventStream

    def take_apart(arrivals: Iterable[bytes]) -> int:
        found = 0
        for event in event_stream(_Body(arrivals), shape, parser, name):
            found += bool(event["PayloadPart"]["Bytes"])
        return found

    return take_apart


def signing(body: bytes) -> Callable[[], object]:
    """Return what signs one request with this body, the request object included."""
    request: Any = import_module("botocore.awsrequest").AWSRequest
    credentials = import_module("botocore.credentials").Credentials(
        ACCESS_KEY_ID, SECRET_ACCESS_KEY
    )
    signer = import_module("botocore.auth").SigV4Auth(credentials, SERVICE, REGION)
    return lambda: signer.add_auth(
        request("POST", SIGNED_URL, data=body, headers={"Content-Type": CONTENT_TYPE})
    )
