"""Requests through proxies: what the proxy sees, what the service sees, and every way it fails."""

from __future__ import annotations

import base64
import socket
import ssl
from pathlib import Path

import pytest
import trustme
from drawplate._tls import proxy_context, tls_context
from drawplate.errors import CertificateError, ConnectError, NetworkingError, ProxyError
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.relay import ESTABLISHED, relay
from tests.faults.server import (
    OK,
    ScriptedServer,
    failing_handshake,
    handshake,
    recv_end,
    recv_request,
    recv_some,
    reset,
    send,
    serve,
)
from tests.faults.test_transport_exchange import texts
from tests.faults.tls import bundle_of, server_tls

SECRET = "hunter2marker"
ENCODED = base64.b64encode(f"us er:{SECRET}".encode()).decode()


def through(port: int, *, user: bool = False) -> str:
    return f"http://us%20er:{SECRET}@127.0.0.1:{port}" if user else f"127.0.0.1:{port}"


def call(transport: AnyTransport, url: str, body: bytes = b"{}") -> bytes:
    return body_of(transport.send(HttpRequest("POST", url, {"x-id": "1"}, body))).read()


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(ca: trustme.CA, tmp_path: Path) -> Path:
    return bundle_of(ca, tmp_path)


@pytest.mark.parametrize("user", [True, False])
def test_plain_http_names_the_whole_url(make_transport: MakeTransport, user: bool) -> None:
    with ScriptedServer([serve(lambda _: OK)]) as proxy:
        transport = make_transport(TransportSettings(proxy=through(proxy.port, user=user)))
        for _ in range(2):
            assert call(transport, "http://example.invalid:8080/endpoints/a%2Fb/x?y=../z") == b"ok"
        transport.close()
    proved = f"proxy-authorization: Basic {ENCODED}\r\n" if user else ""
    assert (
        proxy.requests
        == [
            (
                "POST http://example.invalid:8080/endpoints/a%2Fb/x?y=../z HTTP/1.1\r\n"
                "Host: example.invalid:8080\r\nContent-Length: 2\r\nx-id: 1\r\n"
                f"{proved}\r\n{{}}"
            ).encode()
        ]
        * 2
    )
    assert proxy.accepted == 1


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://example.invalid/x", b"http://example.invalid/x"),
        ("http://example.invalid:80/x", b"http://example.invalid/x"),
        ("http://[::1]:8080/x", b"http://[::1]:8080/x"),
        ("http://user:secret@example.invalid/x", b"http://example.invalid/x"),
        ("http://example.invalid/../a//./b", b"http://example.invalid/../a//./b"),
        ("http://example.invalid", b"http://example.invalid/"),
    ],
)
def test_the_target_is_the_url_as_it_was_signed(
    make_transport: MakeTransport, url: str, target: bytes
) -> None:
    with ScriptedServer([recv_request, send(OK)]) as proxy:
        transport = make_transport(TransportSettings(proxy=through(proxy.port)))
        assert call(transport, url) == b"ok"
        transport.close()
    assert proxy.requests[0].split(b" ")[1] == target


@pytest.mark.parametrize("user", [True, False])
def test_https_goes_through_a_tunnel(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path, user: bool
) -> None:
    tls = server_tls(ca, "example.invalid")
    with (
        ScriptedServer([handshake(tls), serve(lambda _: OK)]) as service,
        ScriptedServer([recv_request, send(ESTABLISHED), relay(service.port)]) as proxy,
    ):
        settings = TransportSettings(proxy=through(proxy.port, user=user), ca_bundle=bundle)
        transport = make_transport(settings)
        for _ in range(2):
            assert call(transport, "https://example.invalid/x") == b"ok"
        transport.close()
    proved = f"Proxy-Authorization: Basic {ENCODED}\r\n" if user else ""
    assert proxy.requests == [
        (
            f"CONNECT example.invalid:443 HTTP/1.1\r\nHost: example.invalid:443\r\n{proved}\r\n"
        ).encode()
    ]
    # What is for the proxy does not come to the service.
    assert (
        service.requests
        == [b"POST /x HTTP/1.1\r\nHost: example.invalid\r\nContent-Length: 2\r\nx-id: 1\r\n\r\n{}"]
        * 2
    )


def test_a_tunnel_through_a_proxy_that_speaks_tls(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path
) -> None:
    outer, inner = server_tls(ca, "127.0.0.1"), server_tls(ca, "example.invalid")
    body = bytes(range(256)) * 2000

    def echo(request: bytes) -> bytes:
        sent = request.partition(b"\r\n\r\n")[2]
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(sent), sent)

    with (
        ScriptedServer([handshake(inner), serve(echo)]) as service,
        ScriptedServer(
            [handshake(outer), recv_request, send(ESTABLISHED), relay(service.port)]
        ) as proxy,
    ):
        transport = make_transport(
            TransportSettings(proxy=f"https://127.0.0.1:{proxy.port}", ca_bundle=bundle)
        )
        for sent in (b"{}", body):
            assert call(transport, "https://example.invalid/x", sent) == sent
        transport.close()
    assert proxy.requests[0].startswith(b"CONNECT example.invalid:443 ")


def test_plain_http_through_a_proxy_that_speaks_tls(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path
) -> None:
    tls = server_tls(ca, "127.0.0.1")
    with ScriptedServer([handshake(tls), recv_request, send(OK)]) as proxy:
        transport = make_transport(
            TransportSettings(proxy=f"https://127.0.0.1:{proxy.port}", ca_bundle=bundle)
        )
        assert call(transport, "http://example.invalid/x") == b"ok"
        transport.close()
    assert proxy.requests[0].startswith(b"POST http://example.invalid/x HTTP/1.1\r\n")


def test_an_own_context_is_for_the_proxy_too(make_transport: MakeTransport, ca: trustme.CA) -> None:
    context = ssl.create_default_context(cadata=ca.cert_pem.bytes().decode())
    with ScriptedServer([handshake(server_tls(ca)), recv_request, send(OK)]) as proxy:
        transport = make_transport(
            TransportSettings(proxy=f"https://127.0.0.1:{proxy.port}", ssl_context=context)
        )
        assert call(transport, "http://example.invalid/x") == b"ok"
        transport.close()


def test_the_client_certificate_is_not_for_the_proxy(ca: trustme.CA, tmp_path: Path) -> None:
    certificate = tmp_path / "client.pem"
    ca.issue_cert("me@test.example").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with_certificate = TransportSettings(client_cert=certificate)
    assert proxy_context(with_certificate) is tls_context(TransportSettings())
    assert proxy_context(with_certificate) is not tls_context(with_certificate)


def test_hosts_that_no_proxy_names_are_reached_without(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, send(OK)]) as service:
        environ = {"http_proxy": "http://proxy.invalid:1", "no_proxy": "127.0.0.0/8"}
        transport = make_transport(TransportSettings(proxies_from=environ))
        assert call(transport, f"{service.url}/x") == b"ok"
        transport.close()
    assert service.requests[0].startswith(b"POST /x HTTP/1.1\r\n")


def test_copies_with_another_proxy_do_not_share_connections(
    make_transport: MakeTransport,
) -> None:
    with (
        ScriptedServer([recv_request, send(OK)]) as proxy,
        ScriptedServer([recv_request, send(OK)]) as other,
    ):
        transport = make_transport(TransportSettings(proxy=through(proxy.port)))
        assert call(transport, "http://example.invalid/x") == b"ok"
        copy = transport.with_settings(TransportSettings(proxy=through(other.port)))
        assert call(copy, "http://example.invalid/x") == b"ok"
        transport.close()


def fail(transport: AnyTransport, url: str = "https://example.invalid/x") -> ProxyError:
    with pytest.raises(ProxyError) as raised:
        call(transport, url)
    error = raised.value
    assert isinstance(error, ConnectError)
    assert error.request_sent is False
    assert SECRET not in texts(error)
    assert ENCODED not in texts(error)
    return error


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_refused_by_the_proxys_machine(make_transport: MakeTransport, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = make_transport(TransportSettings(proxy=through(port, user=True)))
    error = fail(transport, f"{scheme}://example.invalid/x")
    assert error.status is None
    assert str(error) == (
        f"no connection to the proxy 127.0.0.1:{port} (Connection refused); "
        "check http_proxy, network and firewall"
    )
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_the_proxys_host_has_no_address(
    make_transport: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: bytes, *_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, f"no {host.decode()} here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    environ = {"HTTPS_PROXY": f"http://u:{SECRET}@proxy.invalid:3128"}
    transport = make_transport(TransportSettings(proxies_from=environ))
    assert str(fail(transport)) == (
        "no address was found for the host of the proxy proxy.invalid:3128 "
        "(no proxy.invalid here); check environment variable HTTPS_PROXY, network and firewall"
    )


def test_the_proxys_host_is_no_host_name(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(proxy="http://a..b:3128"))
    assert str(fail(transport)) == (
        "the proxy 'a..b' is not a host name; check http_proxy, network and firewall"
    )


REFUSALS = [
    (
        b"407 Proxy Authentication Required",
        "asks for another user or password (status 407); check them in http_proxy",
    ),
    (
        b"403 Forbidden",
        "refused to connect (status 403); "
        "check endpoint and no_proxy, or ask who runs 127.0.0.1:PORT",
    ),
    (
        b"502 Bad Gateway",
        "could not connect (status 502); check endpoint and no_proxy, or try again later",
    ),
    (
        b"302 Found",
        "could not connect (status 302); check endpoint and no_proxy, or try again later",
    ),
]


@pytest.mark.parametrize(("answer", "said"), REFUSALS)
def test_the_proxy_makes_no_connection(
    make_transport: MakeTransport, answer: bytes, said: str
) -> None:
    # Whatever the proxy says about it, its answer is not one of the service.
    body = f'{{"__type": "ModelError", "message": "{SECRET}"}}'.encode()
    head = b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (answer, len(body))
    with ScriptedServer([recv_request, send(head + body)]) as proxy:
        transport = make_transport(TransportSettings(proxy=through(proxy.port, user=True)))
        error = fail(transport)
    said = said.replace("PORT", str(proxy.port))
    assert error.status == int(answer[:3])
    assert str(error) == (
        f"no connection to example.invalid:443: the proxy 127.0.0.1:{proxy.port} {said}"
    )


@pytest.mark.parametrize("answer", [b"SSH-2.0-Marker\r\n", b"HTTP/1.1 2", b"\0" * 20000, b""])
def test_the_proxy_gives_no_http_answer(make_transport: MakeTransport, answer: bytes) -> None:
    with ScriptedServer([recv_request, send(answer)]) as proxy:
        error = fail(make_transport(TransportSettings(proxy=through(proxy.port))))
    assert error.status is None
    assert str(error) == (
        f"no connection to example.invalid:443: the proxy 127.0.0.1:{proxy.port} gave no HTTP "
        "answer; check that http_proxy names a proxy for HTTP"
    )


def test_the_proxy_is_silent(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, recv_end]) as proxy:
        settings = TransportSettings(proxy=through(proxy.port), connect_timeout=0.25)
        error = fail(make_transport(settings))
    assert str(error) == (
        f"the proxy 127.0.0.1:{proxy.port} made no connection to example.invalid:443 "
        "(no answer within 0.25 s); check http_proxy, network and firewall"
    )


def test_the_proxy_hangs_up(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_request, reset]) as proxy:
        error = fail(make_transport(TransportSettings(proxy=through(proxy.port))))
    assert str(error).startswith(
        f"the proxy 127.0.0.1:{proxy.port} made no connection to example.invalid:443 (Connection"
    )


def test_the_proxy_does_not_speak_tls(make_transport: MakeTransport) -> None:
    with ScriptedServer([recv_some, send(OK)]) as proxy:
        settings = TransportSettings(proxy=f"https://127.0.0.1:{proxy.port}")
        error = fail(make_transport(settings))
    assert f"the TLS handshake with the proxy 127.0.0.1:{proxy.port} failed (" in str(error)
    assert "check that it speaks https, and http_proxy if it does not" in str(error)


def test_the_proxys_certificate_is_not_accepted(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path
) -> None:
    stranger = server_tls(trustme.CA(), "127.0.0.1")
    with ScriptedServer([failing_handshake(stranger)]) as proxy:
        settings = TransportSettings(proxy=f"https://127.0.0.1:{proxy.port}", ca_bundle=bundle)
        with pytest.raises(CertificateError) as raised:
            call(make_transport(settings), "https://example.invalid/x")
    assert str(raised.value).startswith(
        f"the certificate of the proxy 127.0.0.1:{proxy.port} was not accepted ("
    )


def test_the_services_certificate_is_checked_behind_a_proxy(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path
) -> None:
    stranger = server_tls(ca, "other.invalid")
    with (
        ScriptedServer([failing_handshake(stranger)]) as service,
        ScriptedServer([recv_request, send(ESTABLISHED), relay(service.port)]) as proxy,
    ):
        settings = TransportSettings(proxy=through(proxy.port), ca_bundle=bundle)
        with pytest.raises(CertificateError) as raised:
            call(make_transport(settings), "https://example.invalid/x")
    assert str(raised.value).startswith("the certificate of example.invalid:443 was not accepted (")


def test_plain_http_that_the_proxy_does_not_forward(make_transport: MakeTransport) -> None:
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\n{}"
    with ScriptedServer([recv_request, send(answer), recv_end]) as proxy:
        transport = make_transport(TransportSettings(proxy=through(proxy.port, user=True)))
        error = fail(transport, "http://example.invalid/x")
    assert error.status == 407
    assert str(error) == (
        f"no connection to example.invalid:80: the proxy 127.0.0.1:{proxy.port} "
        "asks for another user or password (status 407); check them in http_proxy"
    )


def test_a_407_without_a_proxy_is_the_services(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 407 Odd\r\nContent-Length: 2\r\n\r\n{}"
    with ScriptedServer([recv_request, send(answer)]) as service:
        response = transport.send(HttpRequest("POST", f"{service.url}/x"))
        assert (response.status, body_of(response).read()) == (407, b"{}")
        transport.close()


def test_next_call_after_a_refusal(make_transport: MakeTransport) -> None:
    refusal = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    with ScriptedServer([recv_request, send(refusal)], [recv_request, send(refusal)]) as proxy:
        transport = make_transport(TransportSettings(proxy=through(proxy.port)))
        for _ in range(2):
            with pytest.raises(NetworkingError):
                call(transport, "https://example.invalid/x")
    assert proxy.accepted == 2
