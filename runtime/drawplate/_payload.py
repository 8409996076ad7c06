"""What happens to a body before the first attempt: compressed, checked, hashed, in this order."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from drawplate._call import Flow, Work
from drawplate.auth import SigV4Auth
from drawplate.bodies import GzipBody, Hasher, scan
from drawplate.http import BodySource, HttpRequest

if TYPE_CHECKING:
    from drawplate.config import Config
    from drawplate.operation import Operation


def settle_payload(
    operation: Operation[Any, Any], params: object, request: HttpRequest, config: Config
) -> Flow[tuple[str, ...]]:
    """Bring the body of a request, and the header fields that speak of it, into final form.

    Returns the codes that the User-Agent header has for what was done. A stream is read here at
    most once; it is not where only its bytes go out, unhashed.
    """
    if operation.sends_events:
        return ()  # each event is settled on its own, when it is sent
    codes: tuple[str, ...] = ()
    if operation.compression is not None and not config.disable_request_compression:
        always = operation.compression == "always"
        codes = ("L",) if _compress(request, always=always, config=config) else ()
    checksum = None
    if operation.checksums is not None:
        checksum = operation.checksums.of_request(params, request.headers)
    body = request.body
    if isinstance(body, bytes):
        if checksum is not None:
            checksum.hasher.update(body)
            checksum.put(request.headers)
        return codes
    hashers: list[Hasher] = [] if checksum is None else [checksum.hasher]
    payload = sha256()
    signed = isinstance(operation.auth, SigV4Auth) and "x-amz-content-sha256" not in request.headers
    if signed and not (operation.unsigned_payload and request.url.startswith("https:")):
        hashers.append(payload)
    if hashers:
        settled: BodySource = yield Work(partial(scan, body, hashers))
        request.body = settled
    if payload in hashers:
        request.headers["x-amz-content-sha256"] = payload.hexdigest()
    if checksum is not None:
        checksum.put(request.headers)
    return codes


def _compress(request: HttpRequest, *, always: bool, config: Config) -> bool:
    body = request.body
    if not isinstance(body, bytes):
        request.body = GzipBody(body)
    elif body and (always or len(body) >= config.request_min_compression_size_bytes):
        import zlib

        request.body = zlib.compress(body, wbits=31)
    else:
        return False
    request.headers.add("content-encoding", "gzip")
    return True
