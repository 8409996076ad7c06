"""Proofs that a request is made by the holder of a key (RFC 9449), as signed JSON (RFC 7515).

The key is on the curve P-256 (`ES256`); the package `cryptography`, which `pip install
"drawplate[login]"` brings, reads it and signs.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping

from drawplate.errors import MissingLibraryError

#: Octets of a coordinate, and of each half of a signature (RFC 7518 sections 3.4 and 6.2.1.2).
_SIZE = 32

#: Makes a proof for a method, a URL without query, a time in seconds since 1970 and a unique id.
Prover = Callable[[str, str, int, str], str]


def prover(pem: str) -> Prover:
    """What makes proofs with a private key. Raises `ValueError` for one that is no P-256 key.

    Raises `MissingLibraryError` where cryptography is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as missing:
        raise MissingLibraryError(
            "credentials of `aws login` take the package cryptography to be renewed, and it "
            'cannot be imported; pip install "drawplate[login]" brings it'
        ) from missing
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # its text may show a part of the key
        raise ValueError("it is not a private key in PEM") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("it is not a key on the curve P-256")
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "x": _number(point.x), "y": _number(point.y), "crv": "P-256"}
    header = _part({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk})
    algorithm = ec.ECDSA(SHA256())

    def prove(method: str, url: str, now: int, unique: str) -> str:
        payload = _part({"htm": method, "htu": url, "iat": now, "jti": unique})
        signed = f"{header}.{payload}"
        r, s = decode_dss_signature(key.sign(signed.encode(), algorithm))
        return f"{signed}.{_base64(r.to_bytes(_SIZE, 'big') + s.to_bytes(_SIZE, 'big'))}"

    return prove


def _number(value: int) -> str:
    return _base64(value.to_bytes(_SIZE, "big"))


def _part(value: Mapping[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
