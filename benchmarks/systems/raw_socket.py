"""A blocking socket and a request that is written out beforehand: what the machine allows."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks.frames import payloads
from benchmarks.systems import CONTENT_TYPE, ENDPOINT_NAME

_SIZE = 1 << 16


class Client:
    """One connection, made when it is needed."""

    def __init__(self, url: str, certificates: str | None = None) -> None:
        del certificates
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._socket: socket.socket | None = None

    def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        connection, _, rest = self._post(f"{endpoint_name}/invocations", body)
        while not rest.endswith(b'"}'):
            rest += connection.recv(_SIZE)
        return rest

    def stream(self, endpoint_name: str, body: bytes) -> Iterator[bytes]:
        """Call once and yield the payloads of the events."""
        connection, head, rest = self._post(f"{endpoint_name}/invocations-response-stream", body)
        if b"chunked" in head:
            yield from payloads(_chunks(connection, rest))
            return
        missing = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 1 << 62)
        yield from payloads(_pieces(connection, rest, missing))
        if b"Connection: close" in head:
            self.close()

    def close(self) -> None:
        """Drop the connection."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _post(self, path: str, body: bytes) -> tuple[socket.socket, bytes, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(
            f"POST /endpoints/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._socket.recv(_SIZE)
        head, _, rest = data.partition(b"\r\n\r\n")
        return self._socket, head, rest


def _pieces(connection: socket.socket, rest: bytes, missing: int) -> Iterator[bytes]:
    while missing > 0:
        if rest:
            missing -= len(rest)
            yield rest
        rest = connection.recv(_SIZE) if missing > 0 else b""
        if not rest:
            return


def _chunks(connection: socket.socket, rest: bytes) -> Iterator[bytes]:
    while True:
        at = 0
        while (end := rest.find(b"\r\n", at)) >= 0:
            size = int(rest[at:end], 16)
            if len(rest) < end + size + 4:
                break
            if not size:
                return
            yield rest[end + 2 : end + 2 + size]
            at = end + size + 4
        rest = rest[at:] + connection.recv(_SIZE)
