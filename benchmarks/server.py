"""The service on the loopback interface: `python -m benchmarks.server`.

It prints its port and serves until its standard input closes. Answers are put together once and
cost it next to nothing. `/endpoints/NAME/invocations` answers 200 bytes; the name of an endpoint
that streams is "COUNTxSIZE", and each of its events travels in an HTTP chunk of its own.

One request is answered at a time, since the systems are asked one after the other.
"""

from __future__ import annotations

import selectors
import socket
import sys
from functools import cache

from benchmarks.frames import payload_parts

_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Date: Sun, 18 Jan 2026 08:00:00 GMT\r\n"
    b"x-amzn-RequestId: 5d3e3b1f-6f5a-4a5e-9c1c-2b7a4f0e1d11\r\n"
    b"x-Amzn-Invoked-Production-Variant: AllTraffic\r\n"
)
_BODY = b'{"generated_text": "'.ljust(198, b"x") + b'"}'
_PLAIN = _HEAD + b"Content-Type: application/json\r\nContent-Length: 200\r\n\r\n" + _BODY


@cache
def answer(path: bytes) -> bytes:
    """Return head and body for a path."""
    _, _, endpoint_name, operation = path.split(b"/")
    if operation == b"invocations":
        return _PLAIN
    count, _, size = endpoint_name.partition(b"x")
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in payload_parts(int(count), int(size))]
    return b"".join(
        [
            _HEAD,
            b"Content-Type: application/vnd.amazon.eventstream\r\n",
            b"X-Amzn-SageMaker-Content-Type: application/json\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n",
            *chunks,
            b"0\r\n\r\n",
        ]
    )


def exchange(connection: socket.socket) -> bool:
    """Read one request and answer it; False when the client has hung up."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(65536)
        if not data:
            return False
        head += data
    head, _, body = head.partition(b"\r\n\r\n")
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    missing = int(length or 0) - len(body)
    while missing > 0:
        missing -= len(connection.recv(1 << 20))
    connection.sendall(answer(head.split(b" ", 2)[1]))
    return True


def main() -> None:
    """Serve until standard input closes."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            source = key.fileobj
            if source is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
            elif not isinstance(source, socket.socket):
                return
            elif not exchange(source):
                selector.unregister(source)
                source.close()


if __name__ == "__main__":
    main()
