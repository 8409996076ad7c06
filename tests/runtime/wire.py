"""Talking to a local endpoint without any client: bytes over a socket."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import Any

from drawplate.testing import LocalEndpoint

#: boto3 has no types of its own.
boto3: Any = importlib.import_module("boto3")
botocore_config: Any = importlib.import_module("botocore.config")
botocore_exceptions: Any = importlib.import_module("botocore.exceptions")
botocore_eventstream: Any = importlib.import_module("botocore.eventstream")


def connect(server: LocalEndpoint) -> socket.socket:
    """Open a connection that fails a test which would wait for ever."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def post(path: str, body: bytes = b"x", *fields: str) -> bytes:
    """Write an unsigned request."""
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def talk(server: LocalEndpoint, request: bytes) -> bytes:
    """Send a request and nothing more; return all that comes back."""
    with connect(server) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return read_all(connection)


def status_and_body(answer: bytes) -> tuple[int, bytes]:
    """Take an answer apart."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def field(answer: bytes, name: str) -> str | None:
    """Value of a header field of an answer."""
    for line in answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(": ")
        if key.lower() == name.lower():
            return value
    return None


def dechunk(body: bytes) -> list[bytes]:
    """Chunks of a chunked body, which has to end as one does."""
    chunks: list[bytes] = []
    while True:
        size, _, body = body.partition(b"\r\n")
        count = int(size, 16)
        chunk, end, body = body[:count], body[count : count + 2], body[count + 2 :]
        assert end == b"\r\n"
        if count == 0:
            assert body == b""
            return chunks
        chunks.append(chunk)


@contextmanager
def boto_client(
    server: LocalEndpoint,
    *,
    secret: str | None = None,
    token: str | None = None,
) -> Generator[Any, None, None]:
    """Make a boto3 client of a server, signing with its key pair unless told otherwise."""
    client = boto3.session.Session().client(
        "sagemaker-runtime",
        endpoint_url=server.url,
        region_name=server.region,
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=secret or server.secret_access_key,
        aws_session_token=token,
        config=botocore_config.Config(retries={"total_max_attempts": 1}),
    )
    with closing(client):
        yield client
