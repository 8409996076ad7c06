"""TLS: numbers 59 to 65."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from drawplate.errors import NetworkingError

from tests.faults.server import (
    OK,
    Exchange,
    ScriptedServer,
    handshake,
    recv_end,
    recv_request,
    send,
)
from tests.faults.test_transport_tls import subject_hash
from tests.options.rows import Made, Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.options.test_http import settings
from tests.runtime.clients import invoke, make

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("127.0.0.1")
CALLER = AUTHORITY.issue_cert("caller@example.com", common_name="the caller")
NO_FILE = "must be the path of an existing file, got '/missing'"


def bundle(trial: Trial) -> str:
    path = trial.folder / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


def directory(trial: Trial) -> str:
    """A folder where the certificate has the name that OpenSSL looks for."""
    folder = trial.folder / "authorities"
    folder.mkdir()
    pem = AUTHORITY.cert_pem.bytes()
    name = subject_hash(x509.load_pem_x509_certificate(pem))
    (folder / f"{name}.0").write_bytes(pem)
    return str(folder)


def context(trial: Trial) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=AUTHORITY.cert_pem.bytes().decode())


def certificate(trial: Trial) -> str:
    """The caller's certificate with its key."""
    path = trial.folder / "caller.pem"
    CALLER.private_key_and_cert_chain_pem.write_to_path(str(path))
    return str(path)


def chain(trial: Trial) -> str:
    """The caller's certificate alone."""
    path = trial.folder / "chain.pem"
    path.write_bytes(b"".join(blob.bytes() for blob in CALLER.cert_chain_pems))
    return str(path)


def key(trial: Trial) -> str:
    path = trial.folder / "key.pem"
    CALLER.private_key_pem.write_to_path(str(path))
    return str(path)


def trusts(trial: Trial, *, asks_for_caller: bool = False, **more: object) -> tuple[str, str]:
    """What a call over TLS comes to, and whom the server takes the caller for."""
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with CERTIFICATE.private_key_and_cert_chain_pem.tempfile() as path:
        server_side.load_cert_chain(path)
    if asks_for_caller:
        server_side.load_verify_locations(cadata=AUTHORITY.cert_pem.bytes().decode())
        server_side.verify_mode = ssl.CERT_OPTIONAL
    callers: list[str] = []

    def answer(exchange: Exchange) -> None:
        try:
            handshake(server_side)(exchange)
            secure: Any = exchange.sock
            presented: Any = secure.getpeercert()
            subject: Any = presented["subject"] if presented else ()
            callers.extend(value for ((name, value),) in subject if name == "commonName")
            recv_request(exchange)
            send(OK)(exchange)
            recv_end(exchange)
        except (ConnectionError, ssl.SSLError):
            return

    with ScriptedServer([answer], repeat=True) as server:
        client = trial.client(endpoint=server.tls_url, retry_limit=0, **more)
        try:
            outcome = invoke(client).body.decode()
        except NetworkingError as error:
            outcome = type(error).__name__
        finally:
            client.close()
    return outcome, "".join(callers)


def trust(trial: Trial) -> str:
    return trusts(trial)[0]


def caller(trial: Trial) -> tuple[str, str]:
    return trusts(trial, asks_for_caller=True, ssl_verify_peer=False)


def caller_with_key(trial: Trial) -> tuple[str, str]:
    own = chain(trial) if trial.source != "nothing" else None
    return trusts(trial, asks_for_caller=True, ssl_verify_peer=False, ssl_cert=own)


def handshake_timeout(trial: Trial) -> object:
    return getattr(settings(trial), "handshake_timeout", "there is none")


ROWS = (
    Row(
        59,
        "ssl_ca_bundle",
        value=Made(bundle),
        variables=("AWS_CA_BUNDLE",),
        key="ca_bundle",
        observe=trust,
        seen="ok",
        unseen="CertificateError",
        wrong=Wrong("/missing", f"ssl_ca_bundle {NO_FILE}"),
        wrong_text=("/missing", f" {NO_FILE}"),
    ),
    Row(
        60,
        "ssl_ca_directory",
        value=Made(directory),
        observe=trust,
        seen="ok",
        unseen="CertificateError",
        wrong=Wrong(
            "/missing", "ssl_ca_directory must be the path of an existing folder, got '/missing'"
        ),
    ),
    Row(
        61,
        "ssl_context",
        value=Made(context),
        observe=trust,
        seen="ok",
        unseen="CertificateError",
        wrong=Wrong("system", "ssl_context must be an ssl.SSLContext, got 'system'", TypeError),
    ),
    Row(
        62,
        "ssl_cert",
        value=Made(certificate),
        observe=caller,
        seen=("ok", "the caller"),
        unseen=("ok", ""),
        wrong=Wrong("/missing", f"ssl_cert {NO_FILE}"),
    ),
    Row(
        63,
        "ssl_key",
        value=Made(key),
        observe=caller_with_key,
        seen=("ok", "the caller"),
        unseen=("ok", ""),
        wrong=Wrong(__file__, "ssl_key was given without ssl_cert; give the certificate too"),
    ),
    Row(
        64,
        "ssl_timeout",
        value=2.5,
        observe=handshake_timeout,
        seen=2.5,
        unseen=None,
        modes={"standard": 3.1, "in-region": 1.1, "mobile": 30, "legacy": None},
        wrong=Wrong(-1, "ssl_timeout must be a number of seconds from 0 on, got -1"),
    ),
    Row(
        65,
        "ssl_verify_peer",
        value=False,
        observe=trust,
        seen="ok",
        unseen="CertificateError",
        wrong=Wrong(0, "ssl_verify_peer must be True or False, got 0", TypeError),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)


def test_a_context_has_another_name_too() -> None:
    given = ssl.create_default_context()
    assert make(ssl_ca_store=given).config.ssl_context is given
