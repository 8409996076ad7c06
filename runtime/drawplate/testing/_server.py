"""Listens on loopback and gives every connection a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
import warnings
from collections.abc import Callable

from drawplate.testing._http import (
    HangUp,
    HttpError,
    Pause,
    ReceivedRequest,
    Reply,
    RequestReader,
    Wait,
    refusal,
)

#: Seconds that `close` gives a handler which is still running.
GRACE = 5.0

#: Connections that may wait to be accepted, where many are opened at once.
BACKLOG = 1024

_HOST = "127.0.0.1"
_POLL = 0.02
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class HttpServer:
    """Serves `answer` on a port of its own choice until `close`.

    `answer` runs on the thread of the connection; what it raises is a fault of this package.
    """

    def __init__(self, answer: Callable[[ReceivedRequest], Reply], *, body_limit: int) -> None:
        self._answer = answer
        self._body_limit = body_limit
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._connections = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._gate = threading.Lock()
        self._listening = False
        self._listener = _bound(0)
        self.port: int = self._listener.getsockname()[1]
        self.accept()

    @property
    def connections(self) -> int:
        """How many connections were accepted so far."""
        return self._connections

    def close(self) -> None:
        """Stop listening, end every connection and wait for the threads. Harmless when repeated.

        Warns with `ResourceWarning` about a handler that does not come back in time.
        """
        if self._closing.is_set():
            return
        self._closing.set()
        with self._gate:
            self._stop_listening()
        with self._lock:
            threads = self._threads
        deadline = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if stuck := sum(thread.is_alive() for thread in threads):
            warnings.warn(
                f"{stuck} handlers of the local endpoint still run {GRACE:g} s after its close",
                ResourceWarning,
                stacklevel=2,
            )

    def refuse(self) -> None:
        """End every connection and refuse new ones until `accept`. Harmless when repeated."""
        with self._gate:
            self._stop_listening()
            if not self._closing.is_set():
                # Bound and not listened on: connections are refused, and nobody takes the port.
                self._listener = _bound(self.port)

    def accept(self) -> None:
        """Accept connections again. Harmless when repeated."""
        with self._gate:
            if self._listening or self._closing.is_set():
                return
            self._listener.listen(BACKLOG)
            self._listening = True
            self._acceptor = threading.Thread(target=self._accept, daemon=True)
            self._acceptor.start()

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            # A connection is what wakes accept() on every system.
            with contextlib.suppress(OSError), socket.create_connection((_HOST, self.port)):
                self._acceptor.join()
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if not self._listening:  # this connection is what wakes us up
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._connections += 1
                self._open.add(connection)
                self._threads = [t for t in self._threads if t.is_alive()]
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            # OSError: the client went away, or `close` shut the socket.
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reader = RequestReader(connection, self._body_limit)
                while self._exchange(connection, reader):
                    pass
            with self._lock:
                self._open.discard(connection)

    def _exchange(self, connection: socket.socket, reader: RequestReader) -> bool:
        """Serve one request; return whether the connection can carry another."""
        try:
            request = reader.read()
        except HttpError as refused:
            connection.sendall(refusal(refused.status))
            # Closing over unread bytes would reset the connection and take the answer with it.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
            return False
        if request is None:
            return False
        reply = self._answer(request)
        if reply.framing == "chunked" and request.version == "HTTP/1.0":
            reply.framing = "close"
        try:
            persistent = request.persistent and reply.framing != "close"
            return self._send(connection, reply, persistent=persistent) and persistent
        finally:
            if reply.on_done:
                reply.on_done()

    def _send(self, connection: socket.socket, reply: Reply, *, persistent: bool) -> bool:
        """Send an answer; return whether it was left whole."""
        blocks = reply.blocks(persistent=persistent)
        if reply.on_wire is None and reply.framing == "length":
            connection.sendall(b"".join(blocks))
            return True
        for step in reply.on_wire(blocks) if reply.on_wire else blocks:
            if isinstance(step, HangUp):
                if step.refuse:
                    self.refuse()
                if step.reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                return False
            if isinstance(step, Pause):
                step.reached.set()
                while not (step.until.wait(_POLL) or self._closing.is_set()):
                    pass
            elif isinstance(step, Wait):
                self._closing.wait(step.seconds)
            else:
                connection.sendall(step)
        return True


def _bound(port: int) -> socket.socket:
    """A socket on a port of loopback, 0 for any, which does not listen yet."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # So that connections that have ended do not keep the port for minutes.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HOST, port))
    return made
