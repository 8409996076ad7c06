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
    refusal,
)

#: Seconds that `close` gives a handler which is still running.
GRACE = 5.0

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
        self._listener = socket.create_server((_HOST, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

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
        with contextlib.suppress(OSError), socket.create_connection((_HOST, self.port)):
            self._acceptor.join()
        self._listener.close()
        with self._lock:
            threads = self._threads
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if stuck := sum(thread.is_alive() for thread in threads):
            warnings.warn(
                f"{stuck} handlers of the local endpoint still run {GRACE:g} s after its close",
                ResourceWarning,
                stacklevel=2,
            )

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing.is_set():  # this connection is `close` waking us up
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
                if step.reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                return False
            if isinstance(step, Pause):
                step.reached.set()
                while not (step.until.wait(_POLL) or self._closing.is_set()):
                    pass
            else:
                connection.sendall(step)
        return True
