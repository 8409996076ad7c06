"""A certificate for the server of a run."""

from __future__ import annotations

from pathlib import Path

import trustme


def write(folder: Path) -> tuple[str, str]:
    """Write the server's certificate with its key, and the authority to trust; returns paths."""
    authority = trustme.CA()
    certificate, trusted = folder / "server.pem", folder / "authority.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    authority.cert_pem.write_to_path(str(trusted))
    return str(certificate), str(trusted)
