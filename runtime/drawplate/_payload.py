"""What happens to a body before the first attempt: compressed, checked, hashed, in this order."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from drawplate._call import Each, Flow, Work
from drawplate.auth import SigV4Auth
from drawplate.bodies import (
    Arriving,
    AsyncGzipBody,
    Copy,
    GzipBody,
    Hasher,
    is_awaited_source,
    scan,
)
from drawplate.errors import ParamValidationError
from drawplate.http import BodySource, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drawplate._call import CallSettings
    from drawplate.config import Config
    from drawplate.operation import Operation


def settle_payload(
    operation: Operation[Any, Any], params: object, request: HttpRequest, settings: CallSettings
) -> Flow[tuple[str, ...]]:
    """Bring the body of a request, and the header fields that speak of it, into final form.

    Returns the codes that the User-Agent header has for what was done. A stream is read here at
    most once; it is not where only its bytes go out, unhashed.
    """
    if operation.sends_events:
        return ()  # each event is settled on its own, when it is sent
    config = settings.config
    given = request.body
    if not isinstance(given, bytes) and is_awaited_source(given):
        _check_awaited(settings)
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
    if hashers and is_awaited_source(body):
        copy = Copy()
        yield Each(Arriving(body), partial(_keep, copy, hashers), blocks=True)
        request.body = copy
    elif hashers:
        settled: BodySource = yield Work(partial(scan, body, hashers))
        request.body = settled
    if payload in hashers:
        request.headers["x-amz-content-sha256"] = payload.hexdigest()
    if checksum is not None:
        checksum.put(request.headers)
    return codes


def _check_awaited(settings: CallSettings) -> None:
    if not settings.awaits:
        raise ParamValidationError(
            [
                "the stream to be sent has to be awaited, which this client does not: pass chunks, "
                "a file or a path, or call the async client"
            ]
        )


def _keep(copy: Copy, hashers: Sequence[Hasher], chunk: bytes) -> None:
    copy.add(chunk)
    for hasher in hashers:
        hasher.update(chunk)


def _compress(request: HttpRequest, *, always: bool, config: Config) -> bool:
    body = request.body
    if not isinstance(body, bytes):
        made: object = AsyncGzipBody(body) if is_awaited_source(body) else GzipBody(body)
        request.body = cast("BodySource", made)
    elif body and (always or len(body) >= config.request_min_compression_size_bytes):
        import zlib

        request.body = zlib.compress(body, wbits=31)
    else:
        return False
    request.headers.add("content-encoding", "gzip")
    return True
