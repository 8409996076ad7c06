"""Through a proxy that others wrote, proxy.py: plain HTTP, tunnels, and what it refuses."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from drawplate.errors import ProxyError
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.server import OK, PATIENCE, ScriptedServer, handshake, serve
from tests.faults.tls import bundle_of, server_tls

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a proxy that asks for the user "us er" with the password "p:w/@%"."""
    folder = tmp_path_factory.mktemp("proxy")
    # Reading from a pipe waits until the proxy has written its port.
    pipe = folder / "port"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDWR)
    options = {
        "hostname": "127.0.0.1",
        "port": "0",
        "port-file": str(pipe),
        "num-workers": "1",
        "num-acceptors": "1",
        "basic-auth": "us er:p:w/@%",
        "data-dir": str(folder),
        "cache-dir": str(folder),
        "log-file": str(folder / "log"),
    }
    command = [sys.executable, "-m", "proxy"]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    running = subprocess.Popen(command, cwd=folder, env={**os.environ, "HOME": str(folder)})
    try:
        assert select.select([reading], [], [], 3 * PATIENCE)[0], "the proxy does not start"
        yield f"127.0.0.1:{int(os.read(reading, 100))}"
    finally:
        os.close(reading)
        running.terminate()
        running.wait(PATIENCE)


def settings(
    proxy: str, user: str = "us%20er:p%3Aw%2F%40%25@", ca_bundle: Path | None = None
) -> TransportSettings:
    return TransportSettings(
        proxy=f"http://{user}{proxy}", connect_timeout=PATIENCE, ca_bundle=ca_bundle
    )


def call(transport: AnyTransport, url: str, body: bytes) -> bytes:
    return body_of(transport.send(HttpRequest("POST", f"{url}/a%2Fb?c=d", {}, body))).read()


def echo(request: bytes) -> bytes:
    body = request.partition(b"\r\n\r\n")[2]
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_plain_http(make_transport: MakeTransport, proxy: str) -> None:
    with ScriptedServer([serve(echo)], repeat=True) as service:
        transport = make_transport(settings(proxy))
        for size in (2, 300_000):
            assert call(transport, service.url, b"x" * size) == b"x" * size
            transport.close()  # proxy.py takes no care of what it forwards but at first
    # The service sees its own path, and nothing that was for the proxy.
    for request in service.requests:
        assert request.startswith(b"POST /a%2Fb?c=d HTTP/1.1\r\n")
        assert b"proxy-authorization" not in request.lower()


def test_a_tunnel(make_transport: MakeTransport, proxy: str, tmp_path: Path) -> None:
    ca = trustme.CA()
    with ScriptedServer([handshake(server_tls(ca)), serve(echo)]) as service:
        transport = make_transport(settings(proxy, ca_bundle=bundle_of(ca, tmp_path)))
        for size in (2, 300_000):
            assert call(transport, service.tls_url, b"x" * size) == b"x" * size
        transport.close()
    assert service.accepted == 1


@pytest.mark.parametrize("user", ["", "us%20er:wrong@"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_without_the_right_user(
    make_transport: MakeTransport, proxy: str, user: str, scheme: str
) -> None:
    transport = make_transport(settings(proxy, user))
    with pytest.raises(ProxyError, match="asks for another user or password") as raised:
        call(transport, f"{scheme}://127.0.0.1:1", b"{}")
    assert raised.value.status == 407
    assert "wrong" not in str(raised.value)


def test_a_target_that_the_proxy_cannot_reach(make_transport: MakeTransport, proxy: str) -> None:
    with pytest.raises(ProxyError) as raised:
        call(make_transport(settings(proxy)), "https://127.0.0.1:1", b"{}")
    assert raised.value.status == 502
    assert str(raised.value).startswith(
        f"no connection to 127.0.0.1:1: the proxy {proxy} could not connect (status 502); "
    )


def test_hosts_that_no_proxy_names(make_transport: MakeTransport, proxy: str) -> None:
    environ = {"http_proxy": f"http://nobody@{proxy}", "no_proxy": "127.0.0.1"}
    with ScriptedServer([serve(lambda _: OK)]) as service:
        transport = make_transport(TransportSettings(proxies_from=environ))
        assert call(transport, service.url, b"{}") == b"ok"
        transport.close()
