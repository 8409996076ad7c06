"""Checks an AWS Signature Version 4, written from its specification and not from any signer.

Everything is derived again from the bytes that arrived: what the client believes it sent plays no
part, so a signer and a serializer that are wrong in the same way do not agree with this check.
Source: "Signature Version 4 signing process" in the AWS General Reference; the rules that services
other than S3 follow (path normalised, every segment percent-encoded once more).
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
#: How far the client's clock may be off, in seconds either way.
CLOCK_TOLERANCE = 300

_SESSION_FIELD = "x-amz-security-token"
#: Fields whose values an explanation leaves out.
_SENSITIVE = f"{_SESSION_FIELD}|x-amzn-sagemaker-custom-attributes"
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


class Refusal(NamedTuple):
    """Why a request is not accepted: the service's error code, and the precise reason."""

    code: str
    message: str


class Verifier:
    """Knows one key pair and the scope that requests must be signed for."""

    __slots__ = ("_access_key_id", "_region", "_secret_access_key", "_service", "_session_token")

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
        *,
        region: str,
        service: str,
    ) -> None:
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._session_token = session_token
        self._region = region
        self._service = service

    def __repr__(self) -> str:
        return f"Verifier({self._access_key_id!r}, <redacted>, {self._region!r}, {self._service!r})"

    def check(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        *,
        now: float,
    ) -> Refusal | None:
        """Return None for a request that is signed well, else the reason to refuse it.

        `target` (path and query) and `headers` are as they arrived, each byte one character;
        `now` is in seconds since the epoch.
        """
        fields: dict[str, list[bytes]] = {}
        for name, value in headers:
            fields.setdefault(name.lower(), []).append(value.encode("latin-1"))
        given = _parse_authorization(fields)
        if isinstance(given, Refusal):
            return given
        timestamp = _one(fields, "x-amz-date")
        return (
            self._check_scope(given, timestamp)
            or self._check_token(_one(fields, _SESSION_FIELD))
            or _check_clock(timestamp, now)
            or _check_signed_headers(given.signed_headers, fields)
            or _check_payload_hash(_one(fields, "x-amz-content-sha256"), body)
            or self._check_signature(given, timestamp, method, target, fields, body)
        )

    def _check_scope(self, given: _Authorization, timestamp: str) -> Refusal | None:
        access_key_id, _, scope = given.credential.partition("/")
        if access_key_id != self._access_key_id:
            return Refusal(
                "UnrecognizedClientException", f"access key id {access_key_id!r} is not known here"
            )
        if not _DATE.fullmatch(timestamp):
            return Refusal(
                "IncompleteSignature",
                f"x-amz-date must be there once, as YYYYMMDDTHHMMSSZ; it is {timestamp!r}",
            )
        wanted = f"{timestamp[:8]}/{self._region}/{self._service}/aws4_request"
        if scope != wanted:
            return Refusal(
                "InvalidSignatureException", f"the credential scope is {scope!r}, not {wanted!r}"
            )
        return None

    def _check_token(self, token: str) -> Refusal | None:
        expected = self._session_token or ""
        if hmac.compare_digest(token.encode("latin-1"), expected.encode()):
            return None
        reason = "does not belong to the access key id" if token else "is missing"
        return Refusal("UnrecognizedClientException", f"the session token {reason}")

    def _check_signature(
        self,
        given: _Authorization,
        timestamp: str,
        method: str,
        target: str,
        fields: dict[str, list[bytes]],
        body: bytes,
    ) -> Refusal | None:
        canonical = _canonical_request(method, target, given.signed_headers, fields, body)
        scope = given.credential.partition("/")[2]
        digest = hashlib.sha256(canonical).hexdigest()
        string_to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"
        key = f"AWS4{self._secret_access_key}".encode()
        for part in (*scope.split("/"), string_to_sign):
            key = hmac.digest(key, part.encode("latin-1"), "sha256")
        if hmac.compare_digest(key.hex().encode(), given.signature.encode("latin-1")):
            return None
        shown = re.sub(rf"(?m)^({_SENSITIVE}):.*$", r"\1:<redacted>", canonical.decode("latin-1"))
        return Refusal(
            "InvalidSignatureException",
            "the signature is not that of the request that arrived; check the secret access key. "
            f"Its canonical request is\n{shown}\n\nand its string to sign is\n{string_to_sign}",
        )


class _Authorization(NamedTuple):
    """The parts of an Authorization header."""

    credential: str
    signed_headers: list[str]
    signature: str


def _parse_authorization(fields: dict[str, list[bytes]]) -> _Authorization | Refusal:
    text = _one(fields, "authorization")
    if not text:
        return Refusal("MissingAuthenticationToken", "there is no single Authorization header")
    algorithm, _, rest = text.partition(" ")
    if algorithm != ALGORITHM:
        return Refusal("IncompleteSignature", f"the algorithm is {algorithm!r}, not {ALGORITHM}")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    missing = [n for n in ("Credential", "SignedHeaders", "Signature") if not parts.get(n)]
    if missing:
        return Refusal("IncompleteSignature", f"Authorization lacks {' and '.join(missing)}")
    return _Authorization(
        parts["Credential"], parts["SignedHeaders"].split(";"), parts["Signature"]
    )


def _one(fields: dict[str, list[bytes]], name: str) -> str:
    """Value of a field that was sent once, else ""."""
    values = fields.get(name, [])
    return values[0].decode("latin-1") if len(values) == 1 else ""


def _check_clock(timestamp: str, now: float) -> Refusal | None:
    try:
        signed = calendar.timegm(time.strptime(timestamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return Refusal("IncompleteSignature", f"x-amz-date {timestamp!r} is not a date")
    if abs(now - signed) <= CLOCK_TOLERANCE:
        return None
    here = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    state = "expired" if signed < now else "not yet current"
    return Refusal(
        "InvalidSignatureException",
        f"Signature {state}: it was made at {timestamp}, and it is {here} here",
    )


def _check_signed_headers(signed: list[str], fields: dict[str, list[bytes]]) -> Refusal | None:
    if signed != sorted({name.lower() for name in signed}):
        problem = "SignedHeaders must be lower-case, sorted and without repetition"
    elif absent := [name for name in signed if name not in fields]:
        problem = f"signed headers that did not arrive: {', '.join(absent)}"
    elif unsigned := sorted(_must_be_signed(fields) - set(signed)):
        problem = f"headers that must be signed and are not: {', '.join(unsigned)}"
    else:
        return None
    return Refusal("InvalidSignatureException", problem)


def _must_be_signed(fields: dict[str, list[bytes]]) -> set[str]:
    # The session token is the exception: signers may add it after they have signed.
    amz = {name for name in fields if name.startswith("x-amz-") and name != _SESSION_FIELD}
    return {"host"} | amz


def _check_payload_hash(claimed: str, body: bytes) -> Refusal | None:
    digest = hashlib.sha256(body).hexdigest()
    if claimed in ("", digest):
        return None
    return Refusal(
        "InvalidSignatureException",
        f"x-amz-content-sha256 is {claimed}, but the body that arrived has {digest}",
    )


def _canonical_request(
    method: str, target: str, signed: list[str], fields: dict[str, list[bytes]], body: bytes
) -> bytes:
    path, _, query = target.encode("latin-1").partition(b"?")
    lines = [method.encode(), _canonical_path(path), _canonical_query(query)]
    for name in signed:
        values = b",".join(b" ".join(value.split()) for value in fields[name])
        lines.append(name.encode() + b":" + values)
    lines += [b"", ";".join(signed).encode(), hashlib.sha256(body).hexdigest().encode()]
    return b"\n".join(lines)


def _canonical_path(path: bytes) -> bytes:
    segments: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del segments[-1:]
        elif segment not in (b"", b"."):
            segments.append(segment)
    normal = b"/" + b"/".join(quote(segment, safe="").encode() for segment in segments)
    return normal + b"/" if path.endswith(b"/") and segments else normal


def _canonical_query(query: bytes) -> bytes:
    pairs: list[tuple[str, str]] = []
    for item in query.split(b"&"):
        name, _, value = item.partition(b"=")
        if item:
            pairs.append(
                (quote(unquote_to_bytes(name), safe=""), quote(unquote_to_bytes(value), safe=""))
            )
    return "&".join(f"{name}={value}" for name, value in sorted(pairs)).encode()
