"""Certificates for the servers of these tests."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """What a server presents this certificate with."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with certificate.private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)
    return context


def server_tls(ca: trustme.CA, host: str = "127.0.0.1") -> ssl.SSLContext:
    """What the server of a host shakes hands with."""
    return context_of(ca.issue_cert(host))


def bundle_of(ca: trustme.CA, folder: Path) -> Path:
    """A file that makes its reader trust the CA."""
    path = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path
