"""The service on the loopback interface: `python -m benchmarks.server [CERTIFICATE]`.

It prints the ports of http and, with a certificate and key in one PEM file, https, and serves until
its standard input closes. Answers are put together once and cost it next to nothing. The name of
the endpoint says what to answer:

- `rSIZE`: a body of so many bytes; any other name: 200 bytes;
- `COUNTxSIZE-FRAMING`, of an operation that streams: so many events with payloads of so many bytes,
  framed by HTTP as `chunked` (a chunk an event), `length` or `close`;
- `COUNTxSIZE-FRAMING-MICROSECONDS`: one event each so many microseconds; each begins with the 19
  digits of the monotonic clock at which it left.

One request is read and answered at a time, since the systems are asked one after the other.

It never sleeps. Whoever sends to a process that does has to wake it, which on a virtual machine
costs some 20 µs where a processor is to be woken as well: a client would pay for that by how long
it lets the server wait, and a service at the other end of a network is not woken by its client.
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from benchmarks.frames import payload_part, payload_parts

_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Date: Sun, 18 Jan 2026 08:00:00 GMT\r\n"
    b"x-amzn-RequestId: 5d3e3b1f-6f5a-4a5e-9c1c-2b7a4f0e1d11\r\n"
    b"x-Amzn-Invoked-Production-Variant: AllTraffic\r\n"
)
_STREAM_HEAD = (
    _HEAD + b"Content-Type: application/vnd.amazon.eventstream\r\n"
    b"X-Amzn-SageMaker-Content-Type: application/json\r\n"
)
#: Events that make a longer stream by repetition.
_BLOCK = 200


class Answer(NamedTuple):
    """Bytes to send: `head`, `block` so many times, `tail`; then hang up or not."""

    head: bytes
    block: bytes = b""
    repeat: int = 0
    tail: bytes = b""
    closes: bool = False
    #: Seconds between the events that are sent instead of `block`, and the size of their payloads.
    pace: float = 0
    size: int = 0


@cache
def answer(path: bytes) -> Answer:
    """Return what to send for a path."""
    _, _, name, operation = path.split(b"/")
    if not operation.endswith(b"stream"):
        size = int(name[1:]) if name[:1] == b"r" and name[1:].isdigit() else 200
        head = _HEAD + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
        return Answer(head + b'{"generated_text": "'.ljust(size - 2, b"x") + b'"}')
    events, framing, *pace = name.decode().split("-")
    count, size = map(int, events.split("x"))
    per_block = count if count * size < 1 << 23 or count % _BLOCK else _BLOCK
    parts = payload_parts(per_block, size)
    heads = {
        "chunked": b"Transfer-Encoding: chunked\r\n\r\n",
        "length": b"Content-Length: %d\r\n\r\n" % (len(parts[0]) * count),
        "close": b"Connection: close\r\n\r\n",
    }
    chunked = framing == "chunked"
    return Answer(
        _STREAM_HEAD + heads[framing],
        b"".join(map(chunk, parts)) if chunked else b"".join(parts),
        count // per_block if not pace else count,
        b"0\r\n\r\n" if chunked else b"",
        closes=framing == "close",
        pace=int(pace[0]) / 1e6 if pace else 0,
        size=size,
    )


def chunk(data: bytes) -> bytes:
    """Frame as one chunk of HTTP."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def paced(told: Answer) -> Iterator[bytes]:
    """Yield stamped events when they are due."""
    due = time.monotonic()
    for _ in range(told.repeat):
        due += told.pace
        time.sleep(max(0, due - time.monotonic()))
        event = payload_part((b"%019d" % time.monotonic_ns()).ljust(told.size))
        yield chunk(event) if told.tail else event


def body_length(lower: bytes) -> int | None:
    """Return the length of a request's body by its head in lower case; None where chunks tell."""
    if b"\r\ntransfer-encoding: chunked" in lower:
        return None
    return int(lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)


def read_request(connection: socket.socket) -> bytes:
    """Read one request and return its head; empty when the client has hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"\r\nexpect: 100-continue" in lower:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = body_length(lower)
    if length is None:
        # What the systems send has no trailers, so that the end looks like this.
        while not (body.endswith(b"\r\n0\r\n\r\n") or body == b"0\r\n\r\n"):
            body = body[-16:] + received(connection)
        return head
    missing = length - len(body)
    while missing > 0:
        missing -= len(received(connection))
    return head


def received(connection: socket.socket) -> bytes:
    """Receive more of a body."""
    data = connection.recv(1 << 20)
    if not data:
        raise ConnectionError("the client hung up within a body")
    return data


def exchange(connection: socket.socket) -> bool:
    """Read one request and answer it; False when the connection is over."""
    try:
        head = read_request(connection)
        if not head:
            return False
        told = answer(head.split(b" ", 2)[1].partition(b"?")[0])
        connection.sendall(told.head)
        if told.pace:
            for event in paced(told):
                connection.sendall(event)
        else:
            for _ in range(told.repeat):
                connection.sendall(told.block)
        if told.tail:
            connection.sendall(told.tail)
    except OSError:
        return False
    return not told.closes


def main() -> None:
    """Serve until standard input closes."""
    plain = socket.create_server(("127.0.0.1", 0), backlog=1024)
    secure = socket.create_server(("127.0.0.1", 0), backlog=1024)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for certificate in sys.argv[1:]:
        context.load_cert_chain(certificate)
    print(plain.getsockname()[1], secure.getsockname()[1], flush=True)
    # What comes with selectors takes longer than the answer.
    poller: select.poll | select.epoll = getattr(select, "epoll", select.poll)()
    for source in (sys.stdin, plain, secure):
        poller.register(source, select.POLLIN)
    connections: dict[int, socket.socket] = {}
    listening = {source.fileno(): source for source in (plain, secure)}
    while True:
        for number, _ in poller.poll(0):
            if number in connections:
                if not exchange(connections[number]):
                    poller.unregister(number)
                    connections.pop(number).close()
                continue
            if number not in listening:
                return
            connection, _ = listening[number].accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                if listening[number] is secure:
                    connection = context.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                continue
            connections[connection.fileno()] = connection
            poller.register(connection, select.POLLIN)


if __name__ == "__main__":
    main()
