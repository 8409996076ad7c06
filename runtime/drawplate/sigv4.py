"""AWS Signature Version 4 as pure functions (AWS General Reference, "Signature Version 4").

Nothing here reads a clock, an environment or a network, and no input is changed. That makes the
module useful without the rest of this library, to sign a request of any HTTP client:

    import time

    from drawplate.credentials import Credentials
    from drawplate.http import HttpRequest
    from drawplate.sigv4 import sign

    request = HttpRequest(
        "POST",
        "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/my-endpoint/invocations",
        {"content-type": "application/json"},
        b'{"inputs": "hi"}',
    )
    signed = sign(
        request,
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        service="sagemaker",
        region="us-east-1",
        now=time.time(),
    )
    requests.request(signed.method, signed.url, headers=dict(signed.headers), data=signed.body)

Whoever checks a signature calls `canonical_request` with the names in its `SignedHeaders`, then
`string_to_sign` and `signature_of`, and compares with `hmac.compare_digest`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from operator import itemgetter
from time import gmtime, strftime

from drawplate.credentials import Credentials
from drawplate.errors import ParamValidationError
from drawplate.http import BodySource, Headers, HttpRequest

#: Headers that proxies, transports and tracers add or change: no signature over them would hold.
UNSIGNED_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "baggage",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)
#: Payload hash of a request whose body is not signed.
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
#: Name of the algorithm, as the string to sign and the `authorization` header have it.
ALGORITHM = "AWS4-HMAC-SHA256"

_CONTENT_HASH = "x-amz-content-sha256"
_SESSION = "x-amz-security-token"
_REGION_SET = "x-amz-region-set"
_REPLACED = frozenset({"authorization", "x-amz-date", _REGION_SET, _SESSION})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# A copy of a hash that was begun is cheaper than a new one, by a third for a small body.
_BEGUN = sha256()
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def sign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: datetime | float,
    sign_body: bool = True,
    normalize: bool = True,
    double_encode: bool = True,
    omit_session_token: bool = False,
    unsigned_payload: bool = False,
    unsigned_headers: frozenset[str] = UNSIGNED_HEADERS,
) -> HttpRequest:
    """Return a copy of `request` with `authorization` and the other headers of a signature.

    `service` is the name in the credential scope, as "sagemaker"; `now` is an aware datetime or
    seconds since the epoch. Every header is signed but the `unsigned_headers` (lower-case names).
    `host` is taken from the URL when the request has none; a signature that the request carries
    from an earlier attempt is replaced. A body that is a stream is read once, for its hash.

    - `sign_body`: send the hash of the body as `x-amz-content-sha256`. Where a header of that name
      is set already, its value is the payload hash, whatever this option says.
    - `unsigned_payload`: use "UNSIGNED-PAYLOAD" as hash. Ignored but on https, where TLS protects
      the body instead.
    - `normalize`, `double_encode`: remove dot segments and empty segments from the path, and
      percent-encode its segments once more. Both are True for every service except Amazon S3.
    - `omit_session_token`: add the session token after signing, as a few services want it.

    Raises `ParamValidationError` for a naive `now`.
    """
    signer = _signer(
        _seconds(now) if isinstance(now, datetime) else int(now),
        credentials.access_key_id,
        credentials.secret_access_key,
        region,
        service,
    )
    # By position: so many names take longer to pass than a hash takes.
    return sign_as(
        request,
        credentials.session_token,
        signer,
        None,
        sign_body,
        normalize,
        double_encode,
        omit_session_token,
        unsigned_payload,
        unsigned_headers,
    )


class Signer:
    """Signs the requests of one second: date and scope, and what all signatures have in common.

    `signature` turns a string to sign into hex digits.
    """

    __slots__ = ("algorithm", "amz_date", "credential", "scope", "signature")

    def __init__(
        self,
        algorithm: str,
        amz_date: str,
        scope: str,
        access_key_id: str,
        signature: Callable[[str], str],
    ) -> None:
        """Raises `ParamValidationError` for a key ID that would end the header field."""
        self.algorithm = algorithm
        self.amz_date = amz_date
        self.scope = scope
        self.credential = f"{algorithm} Credential={access_key_id}/{scope}"
        Headers({"authorization": self.credential})
        self.signature = signature


def sign_as(
    request: HttpRequest,
    token: str | None,
    signer: Signer,
    region_set: str | None,
    sign_body: bool,
    normalize: bool,
    double_encode: bool,
    omit_session_token: bool,
    unsigned_payload: bool,
    unsigned_headers: frozenset[str],
) -> HttpRequest:
    """Return a signed copy of `request`: what the algorithms of this family have in common.

    `token` is that of the session; a `region_set` becomes a signed header. The last six arguments
    are options of `sign`.
    """
    host, path, query = _canonical_url(request.url, normalize, double_encode)
    signs_token = token is not None and token != "" and not omit_session_token
    signed = request.copy()
    headers = signed.headers
    fields = headers.fields
    plan = _plan(tuple(fields), region_set is not None, signs_token, sign_body, unsigned_headers)
    for name in plan.replaced:
        del fields[name]
    fields["x-amz-date"] = signer.amz_date
    if region_set is not None:
        headers[_REGION_SET] = region_set
    if plan.adds_host:
        fields["host"] = host
    if token and signs_token:
        headers[_SESSION] = token
    if plan.has_hash:
        payload_hash = fields[_CONTENT_HASH]
    else:
        if unsigned_payload and request.url[:8].lower() == "https://":
            payload_hash = UNSIGNED_PAYLOAD
        else:
            body = request.body
            # Not left to _hash alone: a call is a few microseconds, and most bodies are bytes.
            payload_hash = _hex_hash(body) if isinstance(body, bytes) else _hash(body)
        if sign_body:
            fields[_CONTENT_HASH] = payload_hash

    values = plan.values(fields)
    text = "|".join(values)
    if text.isascii():
        # Most values have no space, and so nothing to trim.
        if text.split() != [text]:
            values = tuple([_trim(value) for value in values])
        canonical = f"{request.method}\n{path}\n{query}\n{plan.lines % values}{payload_hash}"
    else:
        canonical = canonical_request(
            signed, plan.names, payload_hash, normalize=normalize, double_encode=double_encode
        )
    hasher = _BEGUN.copy()
    hasher.update(canonical.encode())
    text = f"{signer.algorithm}\n{signer.amz_date}\n{signer.scope}\n{hasher.hexdigest()}"
    fields["authorization"] = (
        f"{signer.credential}, SignedHeaders={plan.signed_headers}, "
        f"Signature={signer.signature(text)}"
    )
    if token and omit_session_token:
        headers[_SESSION] = token
    return signed


class _Plan:
    """What signing does with the header fields of a request, which depends on their names alone."""

    __slots__ = (
        "adds_host",
        "has_hash",
        "lines",
        "names",
        "replaced",
        "signed_headers",
        "values",
    )

    def __init__(
        self,
        present: tuple[str, ...],
        has_region_set: bool,
        has_token: bool,
        sign_body: bool,
        unsigned_headers: frozenset[str],
    ) -> None:
        #: Fields of an earlier signature.
        self.replaced = [name for name in present if name in _REPLACED]
        self.adds_host = "host" not in present
        self.has_hash = _CONTENT_HASH in present
        made = {"x-amz-date"}
        if self.adds_host:
            made.add("host")
        if sign_body and not self.has_hash:
            made.add(_CONTENT_HASH)
        signed = made | ({*present} - _REPLACED)
        if has_region_set:
            signed.add(_REGION_SET)
        if has_token:
            signed.add(_SESSION)
        self.names = sorted(signed - unsigned_headers)
        self.signed_headers = ";".join(self.names)
        #: Returns the values of the names.
        self.values: Callable[[dict[str, str]], tuple[str, ...]] = (
            itemgetter(*self.names) if len(self.names) > 1 else self._few
        )
        #: What stands between query and hash in the canonical request, "%s" for each value.
        lines = "".join([f"{name.replace('%', '%%')}:%s\n" for name in self.names])
        self.lines = f"{lines}\n{self.signed_headers.replace('%', '%%')}\n"

    def _few(self, fields: dict[str, str]) -> tuple[str, ...]:
        return tuple([fields[name] for name in self.names])


# Names repeat themselves from call to call.
_plan = lru_cache(maxsize=256)(_Plan)


def _hash(body: BodySource) -> str:
    hasher = sha256()
    for chunk in body.chunks():
        hasher.update(chunk)
    return hasher.hexdigest()


def _hex_hash(data: bytes) -> str:
    hasher = _BEGUN.copy()
    hasher.update(data)
    return hasher.hexdigest()


def canonical_request(
    request: HttpRequest,
    signed_headers: Sequence[str],
    payload_hash: str,
    *,
    normalize: bool = True,
    double_encode: bool = True,
) -> str:
    """Return the canonical form of `request`, restricted to `signed_headers`.

    `signed_headers` are lower-case names in ascending order, all of them present in the request
    (else `KeyError`). `payload_hash` is the hex SHA-256 of the body or what stands in for it.
    """
    _, path, query = _canonical_url(request.url, normalize, double_encode)
    headers = request.headers
    lines = "".join([f"{name}:{_trim(headers[name])}\n" for name in signed_headers])
    return f"{request.method}\n{path}\n{query}\n{lines}\n{';'.join(signed_headers)}\n{payload_hash}"


def string_to_sign(canonical: str, amz_date: str, scope: str, algorithm: str = ALGORITHM) -> str:
    """Return the text that is signed: `amz_date` is as "20260115T123456Z"."""
    return f"{algorithm}\n{amz_date}\n{scope}\n{_hex_hash(canonical.encode())}"


def credential_scope(amz_date: str, region: str, service: str) -> str:
    """Return where and on which day a signature is valid."""
    return f"{amz_date[:8]}/{region}/{service}/aws4_request"


def derive_signing_key(secret_access_key: str, day: str, region: str, service: str) -> bytes:
    """Return the key that signs on one `day`, as "20260115"."""
    key = f"AWS4{secret_access_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=64)
def signature_of(
    secret_access_key: str, day: str, region: str, service: str
) -> Callable[[str], str]:
    """Return a function from a string to sign to its hex signature; the last 64 are remembered.

    A signature is HMAC-SHA256 under the key of the day. HMAC is a hash of a hash, each begun with
    one block made of the key (RFC 2104): both are begun here once and copied for every text, which
    costs a third of what keying a new HMAC does.
    """
    block = derive_signing_key(secret_access_key, day, region, service).ljust(64, b"\0")
    inner = sha256(bytes([octet ^ 0x36 for octet in block]))
    outer = sha256(bytes([octet ^ 0x5C for octet in block]))

    def signature(text: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(text.encode())
        second.update(first.digest())
        return second.hexdigest()

    return signature


def format_date(now: datetime | float) -> str:
    """Return `now` as the `x-amz-date` header has it, in whole seconds: "20260115T123456Z".

    Raises `ParamValidationError` for a datetime without a time zone.
    """
    return _format_seconds(_seconds(now) if isinstance(now, datetime) else int(now))


def _seconds(now: datetime) -> int:
    if now.utcoffset() is None:
        raise ParamValidationError(
            ["now: the datetime has no time zone; pass an aware one, as datetime.now(UTC)"]
        )
    return int(now.timestamp())


@lru_cache(maxsize=16)
def _format_seconds(seconds: int) -> str:
    return strftime("%Y%m%dT%H%M%SZ", gmtime(seconds))


@lru_cache(maxsize=64)
def _signer(
    seconds: int, access_key_id: str, secret_access_key: str, region: str, service: str
) -> Signer:
    """Return what signs the requests of one second."""
    amz_date = _format_seconds(seconds)
    return Signer(
        ALGORITHM,
        amz_date,
        credential_scope(amz_date, region, service),
        access_key_id,
        signature_of(secret_access_key, amz_date[:8], region, service),
    )


def _trim(value: str) -> str:
    """Strip a header value and make one space of each run of white space.

    The service knows white space of ASCII only, while str.split parts at more, as U+00A0.
    """
    if value.isascii():
        return " ".join(value.split())
    return b" ".join(value.encode().split()).decode()


@lru_cache(maxsize=256)
def _canonical_url(url: str, normalize: bool, double_encode: bool) -> tuple[str, str, str]:
    """Return the value of the Host header, the canonical path and the canonical query."""
    scheme, _, rest = url.partition("://")
    rest, _, query = rest.partition("#")[0].partition("?")
    authority, _, path = rest.partition("/")
    host = authority.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS.get(scheme.lower(), ""))
    Headers({"host": host})  # refuses what would end the field
    segments = path.split("/")
    if normalize:
        segments = _without_dots(segments)
    if double_encode:
        segments = [_percent_encode(segment) for segment in segments]
    return host, f"/{'/'.join(segments)}", _canonical_query(query)


def _without_dots(segments: list[str]) -> list[str]:
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    if not segments[-1]:
        kept.append("")
    return kept


def _canonical_query(query: str) -> str:
    pairs: list[tuple[str, str]] = []
    for field in query.split("&"):
        if field:
            name, _, value = field.partition("=")
            pairs.append((_reencode(name), _reencode(value)))
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)])


def _reencode(text: str) -> str:
    """Percent-encode `text` in the one canonical way, whether or not it was encoded before."""
    # Imported here, for few requests have a query.
    from urllib.parse import unquote_to_bytes

    return _percent_encode(unquote_to_bytes(text))


def _percent_encode(text: str | bytes) -> str:
    octets = text.encode() if isinstance(text, str) else text
    return "".join([chr(octet) if octet in _UNRESERVED else f"%{octet:02X}" for octet in octets])
