"""Checksums of bodies in header fields: `aws.protocols#httpChecksum` and its relatives.

The algorithms that hashlib and zlib lack (CRC-32C, CRC-64/NVME, Glacier's tree hash) are written
out here. The tables of the first two are made when they are first used.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from drawplate.errors import ParamValidationError, ResponseChecksumError
from drawplate.http import (
    AsyncBodyReader,
    BodyReader,
    Headers,
    HttpResponse,
    blocking_body,
    is_awaited,
)

BodyT = TypeVar("BodyT")

_MIB = 1 << 20


class Checksum(Protocol):
    """An algorithm at work."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Crc32:
    """CRC-32 of zlib and gzip, big-endian."""

    __slots__ = ("_crc",)

    def __init__(self) -> None:
        self._crc = 0

    def update(self, data: bytes) -> None:
        """Take more bytes in."""
        import zlib

        self._crc = zlib.crc32(data, self._crc)

    def digest(self) -> bytes:
        """The checksum so far, 4 bytes."""
        return self._crc.to_bytes(4, "big")


class TableCrc:
    """A reflected CRC, one byte at a time: `polynomial` has its bits reversed, as the register."""

    __slots__ = ("_crc", "_mask", "_size", "_table")

    def __init__(self, polynomial: int, size: int) -> None:
        self._table = _crc_table(polynomial)
        self._size = size
        self._mask = (1 << 8 * size) - 1
        self._crc = self._mask

    def update(self, data: bytes) -> None:
        """Take more bytes in."""
        crc, table = self._crc, self._table
        for octet in data:
            crc = table[(crc ^ octet) & 0xFF] ^ (crc >> 8)
        self._crc = crc

    def digest(self) -> bytes:
        """The checksum so far, big-endian."""
        return (self._crc ^ self._mask).to_bytes(self._size, "big")


@lru_cache
def _crc_table(polynomial: int) -> list[int]:
    table: list[int] = []
    for crc in range(256):
        for _ in range(8):
            crc = (crc >> 1) ^ polynomial if crc & 1 else crc >> 1
        table.append(crc)
    return table


class TreeHash:
    """Glacier's: SHA-256 of each MiB, then of each pair of digests, until one is left."""

    __slots__ = ("_leaves", "_part", "_room")

    def __init__(self) -> None:
        self._leaves: list[bytes] = []
        self._part = hashlib.sha256()
        self._room = _MIB

    def update(self, data: bytes) -> None:
        """Take more bytes in."""
        view = memoryview(data)
        while len(view) > self._room:
            self._part.update(view[: self._room])
            view = view[self._room :]
            self._leaves.append(self._part.digest())
            self._part, self._room = hashlib.sha256(), _MIB
        self._part.update(view)
        self._room -= len(view)

    def digest(self) -> bytes:
        """The root of the tree so far."""
        level = [*self._leaves, self._part.digest()]
        while len(level) > 1:
            pairs = [b"".join(level[i : i + 2]) for i in range(0, len(level), 2)]
            # The last one of an odd number goes up as it is.
            level = [hashlib.sha256(p).digest() if len(p) > 32 else p for p in pairs]
        return level[0]


#: Those that a model may name, cheapest first: the order in which an answer's are chosen.
ALGORITHMS: Mapping[str, Callable[[], Checksum]] = {
    "CRC32": Crc32,
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "CRC64NVME": lambda: TableCrc(0x9A6C9329AC4BC9B5, 8),
    "CRC32C": lambda: TableCrc(0x82F63B78, 4),
}
MD5 = "MD5"
TREE_HASH = "TREE-HASH"
_PREFIX = "x-amz-checksum-"


class RequestChecksum:
    """A checksum that is about to be sent: where it goes, and the algorithm at work."""

    __slots__ = ("_is_hex", "_name", "hasher")

    def __init__(self, name: str, hasher: Checksum, *, is_hex: bool = False) -> None:
        self._name = name
        self._is_hex = is_hex
        self.hasher = hasher

    def put(self, headers: Headers) -> None:
        """Write the checksum of what was read into the header fields."""
        digest = self.hasher.digest()
        headers[self._name] = digest.hex() if self._is_hex else _base64(digest)


class Checksums:
    """What an operation does with checksums.

    `default` is the algorithm that its requests need where the caller chose none: one of
    `ALGORITHMS`, MD5, TREE_HASH or None. `algorithm` names the member in which the caller chooses
    and the header field that tells the service; `validation` the member that asks for
    checksums of answers when it is ENABLED, and `answers` the algorithms that these may have.
    """

    __slots__ = ("_answers", "_default", "_header", "_member", "_validation")

    def __init__(
        self,
        default: str | None = None,
        *,
        algorithm: tuple[str, str | None] | None = None,
        validation: str | None = None,
        answers: tuple[str, ...] = (),
    ) -> None:
        self._default = default
        self._member: str | None
        self._header: str | None
        self._member, self._header = algorithm or (None, None)
        self._validation = validation
        self._answers = answers

    def of_request(self, params: object, headers: Headers) -> RequestChecksum | None:
        """The checksum to send, None where none is needed or the caller has set one.

        Raises `ParamValidationError` for an algorithm that this library does not have.
        """
        chosen: str | None = getattr(params, self._member) if self._member else None
        name = chosen or self._default
        if name is None or self._is_given(headers):
            return None
        if name == MD5:
            return RequestChecksum("content-md5", hashlib.md5(usedforsecurity=False))
        if name == TREE_HASH:
            return RequestChecksum("x-amz-sha256-tree-hash", TreeHash(), is_hex=True)
        if name not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise ParamValidationError(
                [f'expected params["{self._member}"] to be one of {known}, got {name!r}']
            )
        if self._header and not chosen:
            headers[self._header] = name
        return RequestChecksum(_PREFIX + name.lower(), ALGORITHMS[name]())

    def _is_given(self, headers: Headers) -> bool:
        return any(
            (name.startswith(_PREFIX) and name != self._header)
            or name in ("content-md5", "x-amz-sha256-tree-hash")
            for name in headers
        )

    def hold(self, params: object, response: HttpResponse) -> str | None:
        """Hold the body of an answer to one of its checksums, while it is read.

        Returns the name of the algorithm; None where the caller did not ask for it, or the answer
        has no checksum that is known.
        """
        if self._validation is None or getattr(params, self._validation) != "ENABLED":
            return None
        for name, algorithm in ALGORITHMS.items():
            expected = response.headers.get(_PREFIX + name.lower())
            # With "-" and a number behind it, it is not one of the body, but of its parts' own.
            if expected and "-" not in expected and name in self._answers:
                body = response.body
                response.body = (
                    _AwaitedHeldBody(body, name, expected, algorithm())
                    if not isinstance(body, bytes) and is_awaited(body)
                    else _HeldBody(blocking_body(response), name, expected, algorithm())
                )
                return name
        return None


class _Held(Generic[BodyT]):
    """A response body whose end raises `ResponseChecksumError` if it does not match."""

    __slots__ = ("_body", "_expected", "_hasher", "_name")

    def __init__(self, body: BodyT, name: str, expected: str, hasher: Checksum) -> None:
        self._body = body
        self._name = name
        self._expected = expected
        self._hasher = hasher

    def _check(self) -> None:
        if _base64(self._hasher.digest()) != self._expected:
            raise ResponseChecksumError(
                f"the body of the answer does not match its {self._name} checksum: it was changed "
                "on the way; call again"
            )


class _HeldBody(_Held[bytes | BodyReader]):
    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in (self._body,) if isinstance(self._body, bytes) else self._body:
            self._hasher.update(chunk)
            yield chunk
        self._check()

    def close(self) -> None:
        """See `BodyReader.close`."""
        if not isinstance(self._body, bytes):
            self._body.close()


class _AwaitedHeldBody(_Held[AsyncBodyReader]):
    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            self._hasher.update(chunk)
            yield chunk
        self._check()

    async def aclose(self) -> None:
        """See `AsyncBodyReader.aclose`."""
        await self._body.aclose()


def _base64(digest: bytes) -> str:
    return b2a_base64(digest, newline=False).decode("ascii")
