"""Trust, host names and client certificates."""

from __future__ import annotations

import datetime
import hashlib
import ssl
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from drawplate._tls import tls_context
from drawplate.errors import CertificateError, ConfigurationError, NetworkingError, TlsError
from drawplate.http import HttpRequest
from drawplate.transport import TransportSettings

from tests.faults.conftest import AnyTransport, MakeTransport, body_of
from tests.faults.server import (
    OK,
    Exchange,
    ScriptedServer,
    failing_handshake,
    handshake,
    recv_request,
    recv_some,
    send,
    serve,
)
from tests.faults.tls import bundle_of, context_of, server_tls


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(ca: trustme.CA, tmp_path: Path) -> Path:
    return bundle_of(ca, tmp_path)


def trust(context: ssl.SSLContext, ca: trustme.CA) -> None:
    context.load_verify_locations(cadata=ca.cert_pem.bytes().decode())


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    return server_tls(ca)


def call(transport: AnyTransport, server: ScriptedServer) -> bytes:
    return body_of(transport.send(HttpRequest("POST", f"{server.tls_url}/x", body=b"{}"))).read()


def subject_hash(certificate: x509.Certificate) -> str:
    """The name by which OpenSSL finds a certificate in a folder (X509_NAME_hash)."""
    canonical = b""
    for attribute in certificate.subject:
        numbers = [int(number) for number in attribute.oid.dotted_string.split(".")]
        oid = bytes([numbers[0] * 40 + numbers[1], *numbers[2:]])
        value = " ".join(str(attribute.value).lower().split()).encode()
        pair = b"\x06%c%b\x0c%c%b" % (len(oid), oid, len(value), value)
        pair = b"\x30%c%b" % (len(pair), pair)
        canonical += b"\x31%c%b" % (len(pair), pair)
    return hashlib.sha1(canonical, usedforsecurity=False).digest()[3::-1].hex()


def test_ca_bundle(make_transport: MakeTransport, bundle: Path, tls: ssl.SSLContext) -> None:
    transport = make_transport(TransportSettings(ca_bundle=bundle))
    with ScriptedServer([handshake(tls), serve(lambda _: OK)]) as server:
        assert [call(transport, server), call(transport, server)] == [b"ok", b"ok"]
        transport.close()
    assert server.accepted == 1


def test_ca_directory(
    make_transport: MakeTransport, ca: trustme.CA, tmp_path: Path, tls: ssl.SSLContext
) -> None:
    pem = ca.cert_pem.bytes()
    name = subject_hash(x509.load_pem_x509_certificate(pem))
    (tmp_path / f"{name}.0").write_bytes(pem)
    transport = make_transport(TransportSettings(ca_directory=tmp_path))
    with ScriptedServer([handshake(tls), recv_request, send(OK)]) as server:
        assert call(transport, server) == b"ok"
        transport.close()


def test_own_context(make_transport: MakeTransport, ca: trustme.CA, tls: ssl.SSLContext) -> None:
    context = ssl.create_default_context()
    trust(context, ca)
    transport = make_transport(TransportSettings(ssl_context=context))
    with ScriptedServer([handshake(tls), recv_request, send(OK)]) as server:
        assert call(transport, server) == b"ok"
        transport.close()


def test_own_context_that_does_not_check_names(
    make_transport: MakeTransport, ca: trustme.CA
) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    trust(context, ca)
    transport = make_transport(TransportSettings(ssl_context=context))
    other = context_of(ca.issue_cert("other.example"))
    with ScriptedServer([handshake(other), recv_request, send(OK)]) as server:
        assert call(transport, server) == b"ok"
        transport.close()


def refused(transport: AnyTransport, tls: ssl.SSLContext) -> NetworkingError:
    with (
        ScriptedServer([failing_handshake(tls)]) as server,
        pytest.raises(NetworkingError) as raised,
    ):
        call(transport, server)
    assert type(raised.value) is CertificateError
    assert raised.value.request_sent is False
    assert f"127.0.0.1:{server.port}" in str(raised.value)
    return raised.value


def test_unknown_ca(make_transport: MakeTransport, bundle: Path) -> None:
    transport = make_transport(TransportSettings(ca_bundle=bundle))
    error = refused(transport, context_of(trustme.CA().issue_cert("127.0.0.1")))
    assert "(unable to get local issuer certificate)" in str(error)
    assert "ssl_ca_bundle" in str(error)


def test_system_trust_is_the_default(transport: AnyTransport, tls: ssl.SSLContext) -> None:
    refused(transport, tls)


def test_certificate_of_another_host(
    make_transport: MakeTransport, ca: trustme.CA, bundle: Path
) -> None:
    transport = make_transport(TransportSettings(ca_bundle=bundle))
    error = refused(transport, context_of(ca.issue_cert("other.example")))
    assert "IP address mismatch" in str(error)


def test_expired_certificate(make_transport: MakeTransport, ca: trustme.CA, bundle: Path) -> None:
    transport = make_transport(TransportSettings(ca_bundle=bundle))
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    error = refused(transport, context_of(ca.issue_cert("127.0.0.1", not_after=past)))
    assert "(certificate has expired)" in str(error)


def test_verification_switched_off(make_transport: MakeTransport) -> None:
    transport = make_transport(TransportSettings(verify=False))
    stranger = context_of(trustme.CA().issue_cert("other.example"))
    with ScriptedServer([handshake(stranger), recv_request, send(OK)]) as server:
        assert call(transport, server) == b"ok"
        transport.close()


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("key_apart", [True, False])
def test_client_certificate(
    make_transport: MakeTransport,
    ca: trustme.CA,
    tls: ssl.SSLContext,
    bundle: Path,
    tmp_path: Path,
    verify: bool,
    key_apart: bool,
) -> None:
    issued = ca.issue_cert("client@test.example")
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    issued.private_key_pem.write_to_path(str(key))
    if not key_apart:
        issued.private_key_pem.write_to_path(str(certificate))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(certificate), append=True)
    tls.verify_mode = ssl.CERT_REQUIRED
    trust(tls, ca)
    seen: list[object] = []

    def look(exchange: Exchange) -> None:
        assert isinstance(exchange.sock, ssl.SSLSocket)
        seen.append((exchange.sock.getpeercert() or {}).get("subjectAltName"))

    transport = make_transport(
        TransportSettings(
            verify=verify,
            ca_bundle=bundle,
            client_cert=certificate,
            client_key=key if key_apart else None,
        )
    )
    with ScriptedServer([handshake(tls), look, recv_request, send(OK)]) as server:
        assert call(transport, server) == b"ok"
        transport.close()
    assert seen == [(("email", "client@test.example"),)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_missing_client_certificate(
    make_transport: MakeTransport,
    tls: ssl.SSLContext,
    ca: trustme.CA,
    bundle: Path,
    version: ssl.TLSVersion,
) -> None:
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.maximum_version = version
    trust(tls, ca)
    transport = make_transport(TransportSettings(ca_bundle=bundle))
    with ScriptedServer([failing_handshake(tls)]) as server, pytest.raises(TlsError) as raised:
        call(transport, server)
    assert raised.value.request_sent is False
    assert "ssl_cert" in str(raised.value)


def test_plain_http_behind_https(transport: AnyTransport) -> None:
    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with ScriptedServer([recv_some, send(answer)]) as server, pytest.raises(TlsError) as raised:
        call(transport, server)
    assert type(raised.value) is TlsError
    assert raised.value.request_sent is False
    assert str(raised.value).startswith(f"the TLS handshake with 127.0.0.1:{server.port} failed (")
    assert "check that the endpoint speaks https" in str(raised.value)


def test_close_inside_the_handshake(transport: AnyTransport) -> None:
    with ScriptedServer([recv_some]) as server, pytest.raises(TlsError) as raised:
        call(transport, server)
    assert type(raised.value) is TlsError
    assert raised.value.request_sent is False


def test_contexts_are_shared_by_equal_settings(bundle: Path) -> None:
    one = tls_context(TransportSettings(ca_bundle=bundle, read_timeout=1))
    assert tls_context(TransportSettings(ca_bundle=str(bundle), read_timeout=2)) is one
    assert tls_context(TransportSettings(ca_bundle=bundle, verify=False)) is not one
    assert (one.minimum_version, one.verify_mode, one.check_hostname) == (
        ssl.TLSVersion.TLSv1_2,
        ssl.CERT_REQUIRED,
        True,
    )


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        (TransportSettings(ca_bundle="/nowhere/ca.pem"), "ssl_ca_bundle '/nowhere/ca.pem'"),
        (TransportSettings(client_cert="/nowhere/me.pem"), "ssl_cert '/nowhere/me.pem'"),
    ],
)
def test_missing_files(
    make_transport: MakeTransport, settings: TransportSettings, option: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        make_transport(settings).send(HttpRequest("POST", "https://127.0.0.1:1/"))
    assert option in str(raised.value)
