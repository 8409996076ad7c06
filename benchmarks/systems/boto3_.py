"""boto3, as its documentation has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


class Client:
    """A client of a session of its own."""

    def __init__(self, url: str) -> None:
        self._client = boto3.session.Session().client(
            "sagemaker-runtime",
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )

    def invoke(self, body: bytes) -> bytes:
        """Call once and read the answer."""
        answer = self._client.invoke_endpoint(
            EndpointName=ENDPOINT_NAME, Body=body, ContentType=CONTENT_TYPE
        )
        content: bytes = answer["Body"].read()
        return content

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        answer = self._client.invoke_endpoint_with_response_stream(
            EndpointName=endpoint_name, Body=body, ContentType=CONTENT_TYPE
        )
        for event in answer["Body"]:
            yield event["PayloadPart"]["Bytes"]


def decode(arrivals: Iterable[bytes]) -> int:
    """Take frames apart, as botocore does before it looks at the model; returns how many."""
    buffer = import_module("botocore.eventstream").EventStreamBuffer()
    count = 0
    for data in arrivals:
        buffer.add_data(data)
        count += sum(1 for _ in buffer)
    return count


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
