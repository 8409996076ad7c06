"""AWS Signature Version 4A: one signature that holds in several regions at once.

Requests look as in `drawplate.sigv4`, but the scope has no region, the header `x-amz-region-set`
names the regions, and the signature is one of ECDSA over the curve P-256, with a key made of the
credentials. The curve is that of the package `cryptography`, which `pip install
"drawplate[sigv4a]"` brings; it is imported when the first request is signed.

An ECDSA signature holds a random number, so that two over the same request differ. Whoever checks
one takes `sigv4.canonical_request`, `sigv4.string_to_sign` with `ALGORITHM`, and the public key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from hmac import digest
from typing import TYPE_CHECKING

from drawplate.credentials import Credentials
from drawplate.errors import MissingLibraryError, ParamValidationError
from drawplate.http import HttpRequest
from drawplate.sigv4 import UNSIGNED_HEADERS, Signer, format_date, sign_as

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

#: Name of the algorithm, as the string to sign and the `authorization` header have it.
ALGORITHM = "AWS4-ECDSA-P256-SHA256"

#: How many points the curve P-256 has: private keys are from 1 to one less (FIPS 186-5).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region_set: Sequence[str],
    now: datetime | float,
    sign_body: bool = True,
    normalize: bool = True,
    double_encode: bool = True,
    omit_session_token: bool = False,
    unsigned_payload: bool = False,
    unsigned_headers: frozenset[str] = UNSIGNED_HEADERS,
) -> HttpRequest:
    """Return a copy of `request` with `authorization` and the other headers of a signature.

    `region_set` lists the regions where it is to hold, as ["us-east-1", "us-west-2"] or ["*"];
    everything else is as in `sigv4.sign`.

    Raises `ParamValidationError` for a naive `now` or an empty `region_set`, and
    `MissingLibraryError` where cryptography is not installed.
    """
    if isinstance(region_set, str) or not region_set:
        raise ParamValidationError(
            ['region_set: expected a list of at least one region, as ["us-east-1"] or ["*"]']
        )
    amz_date = format_date(now)
    signer = Signer(
        ALGORITHM,
        amz_date,
        credential_scope(amz_date, service),
        credentials.access_key_id,
        signature_of(credentials.access_key_id, credentials.secret_access_key),
    )
    return sign_as(
        request,
        credentials.session_token,
        signer,
        ",".join(region_set),
        sign_body,
        normalize,
        double_encode,
        omit_session_token,
        unsigned_payload,
        unsigned_headers,
    )


def credential_scope(amz_date: str, service: str) -> str:
    """Return on which day a signature is valid, and for which service."""
    return f"{amz_date[:8]}/{service}/aws4_request"


def derive_private_key(access_key_id: str, secret_access_key: str) -> int:
    """Return the private key that belongs to credentials, a number below the curve's order.

    256 bits out of a key derivation function in counter mode (NIST SP 800-108), whose only round
    is one HMAC. A number that is too large, which about one in 2**32 is, counts as a miss: another
    is made with the next value of the octet after the access key id.
    """
    secret = f"AWS4A{secret_access_key}".encode()
    label = b"\0\0\0\1" + ALGORITHM.encode() + b"\0" + access_key_id.encode()
    for octet in range(1, 255):
        made = digest(secret, label + bytes((octet,)) + (256).to_bytes(4, "big"), "sha256")
        candidate = int.from_bytes(made, "big")
        if candidate <= _ORDER - 2:
            return candidate + 1
    raise ParamValidationError(["credentials: no private key can be made of them; use others"])


def signature_of(access_key_id: str, secret_access_key: str) -> Callable[[str], str]:
    """Return a function from a string to sign to its hex signature.

    A signature is in DER (RFC 3279 section 2.2.3), and so 70 to 72 octets long, seldom less.
    Raises `MissingLibraryError` where cryptography is not installed.
    """
    try:
        import cryptography.hazmat.primitives.asymmetric.ec as ec
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError as missing:
        raise MissingLibraryError(
            "a signature of SigV4A takes the package cryptography, which cannot be imported; "
            'pip install "drawplate[sigv4a]" brings it'
        ) from missing
    key = _private_key(access_key_id, secret_access_key)
    algorithm = ec.ECDSA(SHA256())
    return lambda text: key.sign(text.encode(), algorithm).hex()


@lru_cache(maxsize=64)
def _private_key(access_key_id: str, secret_access_key: str) -> EllipticCurvePrivateKey:
    """The key of credentials; the last 64 are remembered, for one takes longer than a signature."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = derive_private_key(access_key_id, secret_access_key)
    return ec.derive_private_key(number, ec.SECP256R1())
