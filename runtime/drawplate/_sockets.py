"""Sockets: opened, sent through a proxy, secured, and read with a deadline."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any, Protocol

from drawplate._exchange import Exchange

if TYPE_CHECKING:
    import ssl

    from drawplate._proxy import Proxy

#: What `socket.getaddrinfo` tells of one address.
Address = tuple[Any, Any, int, str, Any]

NO_ADDRESS = "the name of the host has no address"
#: Bytes of the answer of a proxy to CONNECT.
MAX_TUNNEL_HEAD = 16384
# The first probe after a minute of silence, the peer given up a minute after that. Routers forget
# connections that are silent for longer, those of AWS after 350 seconds, and tell neither end.
_KEEPALIVE = (
    ("TCP_KEEPIDLE", 60),
    ("TCP_KEEPALIVE", 60),  # what macOS calls it
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 4),
)


def open_socket(
    host: str, port: int, timeout: Callable[[], float], *, keepalive: bool
) -> socket.socket:
    """Connect to the first address of a host that answers.

    `timeout` is asked before each address is tried. Raises what connecting to the last one raised,
    and `UnicodeError` for what cannot be the name of a host.
    """
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses_of(host, port):
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            set_options(sock, keepalive=keepalive)
            sock.settimeout(timeout())
            sock.connect(address)
        except OSError as error:
            failure = error
            if sock is not None:
                sock.close()
        else:
            return sock
    raise failure or OSError(NO_ADDRESS)


def addresses_of(host: str, port: int) -> list[Address]:
    """Ask the system where a host is. Raises `OSError`, and `UnicodeError` for what is no name."""
    return socket.getaddrinfo(_name(host), port, 0, socket.SOCK_STREAM)


def _name(host: str) -> str | bytes:
    """Return a host as `socket.getaddrinfo` takes it.

    It encodes what is `str` as an international name, even if it is none, and the import of that
    codec costs more than the connection. The rule for the length of labels is the codec's.
    """
    labels = host.removesuffix(".").split(".")
    plain = host.isascii() and all(0 < len(label) < 64 for label in labels)
    return host.encode() if plain else host


def set_options(sock: socket.socket, *, keepalive: bool) -> None:
    """Set what a socket is to have from before it is connected."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not keepalive:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def secure(sock: Any, context: ssl.SSLContext, host: str) -> Any:
    """Do the TLS handshake with a host; what is returned closes the socket under it."""
    import ssl  # plain http does without

    name = certificate_name(host)
    if isinstance(sock, ssl.SSLSocket):
        from urllib3.util.ssltransport import SSLTransport  # only behind a proxy that speaks TLS

        return SSLTransport(sock, context, name)
    return context.wrap_socket(sock, server_hostname=name)


def certificate_name(host: str) -> str:
    """The name of a host as certificates have it: no dot at its end, and no scope."""
    return host.partition("%")[0].rstrip(".")


def tunnel(sock: socket.socket, proxy: Proxy, target: str, timeout: Callable[[], float]) -> bytes:
    """Ask a proxy for a connection to `target`; returns the head of its answer.

    What is returned may also be cut short, or no HTTP at all.
    """
    sock.settimeout(timeout())
    sock.sendall(proxy.connect_request(target))
    head = b""
    # Byte by byte towards the end: what follows the head is the target's.
    while not head.endswith((b"\r\n\r\n", b"\n\n")) and len(head) < MAX_TUNNEL_HEAD:
        sock.settimeout(timeout())
        data = sock.recv(1)
        if not data:
            break
        head += data
    return head


class Readiness(Protocol):
    """Tells whether there is something to read, or an end, on a socket; `poll(0)` does not wait."""

    def poll(self, timeout: float, /) -> object: ...


def readiness(sock: Any) -> Readiness:
    """What tells about a socket; made once a connection, since it is asked before each request."""
    if hasattr(select, "poll"):
        asked = select.poll()
        asked.register(sock, select.POLLIN)
        return asked
    return _Selected(sock)


class _Selected:
    """The same where the system has no poll: Windows."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def poll(self, timeout: float, /) -> object:
        return select.select([self._sock], [], [], timeout)[0]


class TimedReader(RawIOBase):
    """Reads a socket for one exchange, and waits no longer than its deadline allows."""

    def __init__(self, sock: Any, exchange: Exchange) -> None:
        super().__init__()
        self._sock = sock
        # It also holds the socket open while the answer is read.
        self._raw = sock.makefile("rb", buffering=0)
        #: How long the next read may take; raises when there is no time left.
        self.patience: Callable[[], float] = exchange.patience

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for some bytes."""
        self._sock.settimeout(self.patience())
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        """Let go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


def reader(sock: Any, exchange: Exchange) -> BufferedReader:
    """A buffered reader of what the peer sends in one exchange."""
    if exchange.deadline is None:
        buffered: BufferedReader = sock.makefile("rb")
        return buffered
    return BufferedReader(TimedReader(sock, exchange))
