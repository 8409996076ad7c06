"""What a proxy does with a connection once it has made one."""

from __future__ import annotations

import select
import socket
import ssl

from tests.faults.server import PATIENCE, Exchange, Step

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\nProxy-Agent: scripted\r\n\r\n"


def relay(port: int) -> Step:
    """Connect to a port of this machine, whatever was asked for, and carry bytes both ways."""

    def step(exchange: Exchange) -> None:
        client = exchange.sock
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as target:
            target.sendall(exchange.buffer)
            try:
                while True:
                    readable, _, _ = select.select([client, target], [], [], PATIENCE)
                    for source in readable or [client]:
                        data = source.recv(65536)
                        while isinstance(source, ssl.SSLSocket) and source.pending():
                            data += source.recv(65536)  # select() does not tell of these
                        if not data:
                            return
                        (client if source is target else target).sendall(data)
            except ConnectionError:
                pass  # one side hung up in the middle

    return step
