"""TLS over bytes in memory: what asyncio's transports carry is taken apart and put together here.

No socket is touched. asyncio's own TLS tells neither when all bytes are handed to the system nor,
on every loop, what went wrong in a handshake; both decide whether a call may be repeated.
"""

from __future__ import annotations

import ssl

from drawplate._sockets import certificate_name

# A record holds at most 16 KiB.
_PIECE = 16384


class TlsLayer:
    """The client's side of one TLS connection, over the network or over another layer.

    Raises `ValueError` for a host that cannot be the name in a certificate.
    """

    __slots__ = ("_below", "_incoming", "_outgoing", "_tls", "ended", "error", "established")

    #: Whether the handshake is done.
    established: bool
    #: Whether the peer said that it sends no more.
    ended: bool
    #: What broke the connection; what was read before it was handed over.
    error: OSError | None

    def __init__(self, context: ssl.SSLContext, host: str, below: TlsLayer | None = None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=certificate_name(host)
        )
        self._below = below
        self.established = self.ended = False
        self.error = None

    @property
    def version(self) -> str | None:
        """Name of the version that both sides agreed on."""
        return self._tls.version()

    def shake_hands(self) -> bool:
        """Go on with the handshake; whether it is done. Raises `ssl.SSLError` if it failed."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.established = True
        return True

    def feed(self, data: bytes | memoryview) -> None:
        """Take in what came from the network."""
        if self._below is not None:
            self._below.feed(data)
            data = b"".join(self._below.read())
            if self._below.ended:
                self._incoming.write_eof()
            self.error = self._below.error
        if data:
            self._incoming.write(data)

    def eof(self) -> None:
        """Say that nothing more comes from the network."""
        self._incoming.write_eof()

    def read(self) -> list[bytes]:
        """What the peer said, as far as whole records have arrived."""
        pieces: list[bytes] = []
        tls, incoming = self._tls, self._incoming
        try:
            while incoming.pending or tls.pending():
                piece = tls.read(_PIECE)
                if not piece:
                    self.ended = True
                    break
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.ended = True
        except OSError as error:
            self.error = error
        return pieces

    def write(self, data: bytes | memoryview) -> bytes:
        """Return what has to be sent in order to say `data`."""
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]
        return self.outgoing()

    def outgoing(self) -> bytes:
        """What has to be sent by now: parts of a handshake, and answers to updates of keys."""
        data = self._outgoing.read()
        return data if self._below is None else self._below.write(data)
