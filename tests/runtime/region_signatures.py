"""Checks signatures for several regions, made with the keys that examples have."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.hashes import SHA256
from drawplate.http import HttpRequest
from drawplate.sigv4 import canonical_request, string_to_sign

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PRIVATE = 0x7EFC8C0E65A324242818C5A50C891C6060B6A00717B7BA3CBE3C5D765BE9259C
PUBLIC_X = 0xB6618F6A65740A99E650B33B6B4B5BD0D43B176D721A3EDFEA7E7D2D56D936B1
PUBLIC_Y = 0x865ED22A7EADC9C5CB9D2CBACA1B3699139FEDC5043DC6661864218330C8E518
ALGORITHM = "AWS4-ECDSA-P256-SHA256"


def public_key(x: int = PUBLIC_X, y: int = PUBLIC_Y) -> EllipticCurvePublicKey:
    """The key at a point of the curve."""
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def verify(key: EllipticCurvePublicKey, signature: str, text: str) -> None:
    """Raise InvalidSignature unless the key holds the hex signature good."""
    key.verify(bytes.fromhex(signature), text.encode(), ECDSA(SHA256()))


def verified(signed: HttpRequest, payload_hash: str | None = None) -> tuple[str, str]:
    """Check the signature of a request; returns its scope and the names of what it covers."""
    found = re.fullmatch(
        rf"{ALGORITHM} Credential={KEY_ID}/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]+)",
        signed.headers["authorization"],
    )
    assert found is not None
    scope, names, signature = found.groups()
    canonical = canonical_request(
        signed, names.split(";"), payload_hash or signed.headers["x-amz-content-sha256"]
    )
    date = signed.headers["x-amz-date"]
    verify(public_key(), signature, string_to_sign(canonical, date, scope, ALGORITHM))
    return scope, names
