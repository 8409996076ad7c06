"""Bodies that async clients read while they are sent, and what clients that block say to them."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
from drawplate.async_client import AsyncClient
from drawplate.async_streams import AsyncStreamingBody
from drawplate.auth import SIGV4
from drawplate.checksums import Checksums
from drawplate.client import Client
from drawplate.config import Config, ServiceInfo
from drawplate.endpoints import Endpoint
from drawplate.errors import (
    ConnectionLostError,
    ParamValidationError,
    RequestBodyError,
    ResponseChecksumError,
    ServiceError,
)
from drawplate.http import AsyncBodySource, BodySource, HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.params import stream
from drawplate.parse import payload
from drawplate.structures import Output

from tests.runtime.awaiting import AsyncBody
from tests.runtime.clients import KEY, SECRET, Recorder

CONTENT = b"The quick brown fox jumps over the lazy dog"
SUM = hashlib.sha256(CONTENT)


class Stored(Output):
    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body


def _check(given: Any) -> Any:
    return stream(given["body"])


def _operation(name: str, **how: Any) -> Operation[Any, Stored]:
    return Operation(
        name=name,
        method_name=name,
        check=_check,
        serialize=lambda body: HttpRequest("PUT", "/thing", {}, body),
        parse=lambda response: Stored(payload(response)),
        errors=Errors(ServiceError, {}),
        auth=SIGV4,
        **how,
    )


class _Facts:
    _service = ServiceInfo(service_id="Store", identifier="store", signing_name="store")
    _package = "store#1"
    _operations: ClassVar[Mapping[str, Operation[Any, Any]]] = {
        "put": _operation("put"),
        "unsigned": _operation("unsigned", unsigned_payload=True),
        "summed": _operation("summed", checksums=Checksums("SHA256"), unsigned_payload=True),
        "packed": _operation("packed", compression="always", unsigned_payload=True),
    }

    def _resolve_endpoint(self, config: Config) -> Endpoint:
        return Endpoint(f"https://store.{config.region}.test")


class AsyncStore(_Facts, AsyncClient):
    async def call(self, name: str, body: object) -> Stored:
        output: Stored = await self._invoke(self._operations[name], {"body": body})
        return output


class Store(_Facts, Client):
    def call(self, name: str, body: object) -> Stored:
        output: Stored = self._invoke(self._operations[name], {"body": body})
        return output


class Keeping:
    """A transport that reads what it is to send; loses the connection as often as it is told."""

    def __init__(self, losses: int = 0) -> None:
        self.losses = losses
        self.bodies: list[bytes] = []
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        self.bodies.append(await _content(request.body))
        if len(self.bodies) <= self.losses:
            raise ConnectionLostError("lost", request_sent=True)
        return HttpResponse(200, {}, b"stored")


async def _content(body: bytes | BodySource | AsyncBodySource) -> bytes:
    if isinstance(body, bytes):
        return body
    chunks = body.chunks()
    if isinstance(chunks, Iterator):
        return b"".join(chunks)
    return b"".join([chunk async for chunk in chunks])


OPTIONS: Any = {
    "region": "us-east-1",
    "environ": {},
    "access_key_id": KEY,
    "secret_access_key": SECRET,
    "retry_base_delay": 0,
}


async def _pieces() -> AsyncIterator[bytes]:
    for start in range(0, len(CONTENT), 10):
        await asyncio.sleep(0)
        yield CONTENT[start : start + 10]


class Reader:
    """A reader as those of asyncio are."""

    def __init__(self) -> None:
        self.left = CONTENT

    async def read(self, size: int) -> bytes:
        await asyncio.sleep(0)
        found, self.left = self.left[: min(size, 7)], self.left[min(size, 7) :]
        return found


class Source:
    """A body of the caller's own, which can be read again."""

    length = len(CONTENT)
    repeatable = True

    def chunks(self) -> AsyncIterator[bytes]:
        return _pieces()

    __aiter__ = chunks


SOURCES: dict[str, Callable[[], object]] = {
    "generator": _pieces,
    "reader": Reader,
    "source": Source,
    "answer": lambda: AsyncStreamingBody(
        HttpResponse(200, {}, AsyncBody(CONTENT[:9], CONTENT[9:]))
    ),
    "list": lambda: [CONTENT[:9], CONTENT[9:]],
    "bytes": lambda: CONTENT,
}


def put(name: str, source: object, transport: Keeping) -> HttpRequest:
    client = AsyncStore(**OPTIONS, transport=transport)
    assert asyncio.run(client.call(name, source)).body == b"stored"
    return transport.requests[-1]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_is_hashed_and_sent(kind: str) -> None:
    transport = Keeping()
    request = put("put", SOURCES[kind](), transport)
    assert transport.bodies == [CONTENT]
    if kind != "bytes":
        assert request.headers["x-amz-content-sha256"] == SUM.hexdigest()


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_that_is_not_signed_is_read_once_while_it_is_sent(kind: str) -> None:
    transport = Keeping()
    request = put("unsigned", SOURCES[kind](), transport)
    assert transport.bodies == [CONTENT]
    assert request.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_that_was_hashed_can_be_sent_again(kind: str) -> None:
    transport = Keeping(losses=2)
    put("put", SOURCES[kind](), transport)
    assert transport.bodies == [CONTENT] * 3


def test_a_body_that_can_be_read_once_is_sent_once() -> None:
    transport = Keeping(losses=1)
    with pytest.raises(ConnectionLostError) as caught:
        put("unsigned", _pieces(), transport)
    assert (caught.value.attempts, transport.bodies) == (1, [CONTENT])


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_has_a_checksum(kind: str) -> None:
    transport = Keeping()
    request = put("summed", SOURCES[kind](), transport)
    assert transport.bodies == [CONTENT]
    assert request.headers["x-amz-checksum-sha256"] == _base64(SUM.digest())


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


@pytest.mark.parametrize("kind", SOURCES)
def test_a_body_is_packed(kind: str) -> None:
    transport = Keeping()
    request = put("packed", SOURCES[kind](), transport)
    assert [gzip.decompress(body) for body in transport.bodies] == [CONTENT]
    assert request.headers["content-encoding"] == "gzip"


def test_what_gives_no_bytes_is_refused() -> None:
    async def text() -> AsyncIterator[Any]:
        yield "text"

    with pytest.raises(RequestBodyError, match="must give bytes, it gave str"):
        put("put", text(), Keeping())


@pytest.mark.parametrize("kind", ["generator", "reader", "source", "answer"])
def test_a_client_that_blocks_refuses_what_is_awaited(kind: str) -> None:
    transport = Recorder()
    client = Store(**OPTIONS, transport=transport)
    with pytest.raises(ParamValidationError, match=r"has to be awaited, .* call the async client"):
        client.call("unsigned", SOURCES[kind]())
    assert transport.requests == []


def test_an_answer_that_is_awaited_is_held_to_its_checksum() -> None:
    sums = Checksums(validation="mode", answers=("SHA256",))

    class Params:
        mode = "ENABLED"

    async def read(expected: str) -> bytes:
        response = HttpResponse(200, {"x-amz-checksum-sha256": expected}, AsyncBody(b"a", b"b"))
        assert sums.hold(Params(), response) == "SHA256"
        body = AsyncStreamingBody(response)
        async with body:
            return await body.read()

    assert asyncio.run(read(_base64(hashlib.sha256(b"ab").digest()))) == b"ab"
    with pytest.raises(ResponseChecksumError, match="SHA256"):
        asyncio.run(read(_base64(hashlib.sha256(b"ba").digest())))
