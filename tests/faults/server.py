"""A server that follows a script, one per connection, for what a well-behaved server never does."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Self

#: No wait in a script lasts longer, so a failing test ends by itself.
PATIENCE = 10.0

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Exchange:
    """One accepted connection: its socket, and what was read from it but not used yet."""

    def __init__(self, sock: socket.socket, server: ScriptedServer) -> None:
        self.sock = sock
        self.server = server
        self.buffer = b""

    def fill(self) -> bool:
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)


Step = Callable[[Exchange], None]
Script = Sequence[Step]


def recv_head(exchange: Exchange) -> None:
    """Read a request head and forget it; the body stays where it is."""
    while b"\r\n\r\n" not in exchange.buffer:
        if not exchange.fill():
            raise ConnectionError("the client closed before the end of its request head")
    exchange.buffer = exchange.buffer.partition(b"\r\n\r\n")[2]


def recv_request(exchange: Exchange) -> None:
    """Read a whole request into `server.requests`."""
    if not _recv_request(exchange):
        raise ConnectionError("the client closed without a request")


def _recv_request(exchange: Exchange) -> bool:
    while b"\r\n\r\n" not in exchange.buffer:
        if not exchange.fill():
            return False
    head, _, rest = exchange.buffer.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(rest) < length:
        if not exchange.fill():
            raise ConnectionError("the client closed inside its request body")
        rest = exchange.buffer.partition(b"\r\n\r\n")[2]
    exchange.buffer = rest[length:]
    exchange.server.requests.append(head + b"\r\n\r\n" + rest[:length])
    return True


def recv_some(exchange: Exchange) -> None:
    """Read whatever the client says first."""
    exchange.fill()


def recv_end(exchange: Exchange) -> None:
    """Wait until the client closes its side."""
    while exchange.fill():
        pass


def send(data: bytes) -> Step:
    """Write bytes."""
    return lambda exchange: exchange.sock.sendall(data)


def wait(event: threading.Event) -> Step:
    """Go on once the test says so."""

    def step(exchange: Exchange) -> None:
        if not event.wait(PATIENCE):
            raise TimeoutError("the event that the script waits for was never set")

    return step


def signal(event: threading.Event) -> Step:
    """Tell the test that the script came to this point."""
    return lambda exchange: event.set()


def reset(exchange: Exchange) -> None:
    """Close with a reset instead of an orderly end."""
    exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.sock.close()


def close(exchange: Exchange) -> None:
    """Close; only needed where the script has to go on afterwards."""
    exchange.sock.close()


def handshake(context: ssl.SSLContext) -> Step:
    """Go on over TLS."""

    def step(exchange: Exchange) -> None:
        exchange.sock = context.wrap_socket(exchange.sock, server_side=True)

    return step


def failing_handshake(context: ssl.SSLContext) -> Step:
    """Shake hands in vain, then wait until the client closes."""

    def step(exchange: Exchange) -> None:
        sock = context.wrap_socket(exchange.sock, server_side=True, do_handshake_on_connect=False)
        exchange.sock = sock
        try:
            sock.do_handshake()
        except (ssl.SSLError, ConnectionError):
            # Read what is left below TLS: a close with unread bytes would reset the connection
            # and could overtake the alert.
            while _raw_bytes(sock):
                pass
        else:
            raise AssertionError("the handshake succeeded")

    return step


def _raw_bytes(sock: socket.socket) -> bytes:
    try:
        return socket.socket.recv(sock, 65536)
    except ConnectionError:
        return b""


def serve(answer: Callable[[bytes], bytes]) -> Step:
    """Answer every request of the connection until the client closes it."""

    def step(exchange: Exchange) -> None:
        while _recv_request(exchange):
            exchange.sock.sendall(answer(exchange.server.requests[-1]))

    return step


class ScriptedServer:
    """Listens on 127.0.0.1 and plays one script per connection, in the order of their arrival.

    Leaving the `with` block waits for the scripts and raises what went wrong in one, so that a
    script that never came to its end fails its test. With `repeat` the last script is played for
    every further connection; without it, one connection too many is an error.
    """

    def __init__(self, *scripts: Script, repeat: bool = False) -> None:
        self._scripts = scripts
        self._repeat = repeat
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self._threads: list[threading.Thread] = []
        self._failures: list[Exception] = []
        self._stopping = False
        self.port: int = self._listener.getsockname()[1]
        #: Whole requests in the order of their arrival, over all connections.
        self.requests: list[bytes] = []
        #: How many connections were accepted.
        self.accepted = 0

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """The same for scripts that begin with a handshake."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping = True
        # A connection is what wakes accept() on every system; closing a listener is not.
        socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        self._listener.close()
        if self._failures and error is None:
            raise self._failures[0]

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self._stopping:
                sock.close()
                return
            number, self.accepted = self.accepted, self.accepted + 1
            if number >= len(self._scripts) and not self._repeat:
                sock.close()
                self._failures.append(AssertionError(f"{number + 1} connections were made"))
                continue
            script = self._scripts[min(number, len(self._scripts) - 1)]
            self._start(partial(self._play, sock, script))

    def _play(self, sock: socket.socket, script: Script) -> None:
        sock.settimeout(PATIENCE)
        # What a step sends has arrived when the next one begins.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange = Exchange(sock, self)
        try:
            for step in script:
                step(exchange)
        except (OSError, AssertionError) as error:
            self._failures.append(error)
        finally:
            exchange.sock.close()
            sock.close()
