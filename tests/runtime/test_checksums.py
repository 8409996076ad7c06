"""Checksums: published check values, other implementations, and what a message carries."""

from __future__ import annotations

import hashlib
import importlib
import io
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drawplate.async_streams import AsyncStreamingBody
from drawplate.checksums import ALGORITHMS, MD5, TREE_HASH, Checksums, TreeHash
from drawplate.errors import ParamValidationError, ResponseChecksumError
from drawplate.http import Headers, HttpResponse, blocking_body
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.awaiting import AsyncBody, Blocking

MIB = 1 << 20
botocore_utils: Any = importlib.import_module("botocore.utils")


def of(algorithm: Callable[[], Any], *chunks: bytes) -> str:
    hasher = algorithm()
    for chunk in chunks:
        hasher.update(chunk)
    digest: bytes = hasher.digest()
    return digest.hex()


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        # The value of each algorithm for this text in the catalogue of CRC algorithms.
        ("CRC32", "cbf43926"),
        ("CRC32C", "e3069283"),
        ("CRC64NVME", "ae8b14860a799888"),
        ("SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
    ],
)
def test_check_values(name: str, digest: str) -> None:
    assert of(ALGORITHMS[name], b"123456789") == digest


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (bytes(32), "8a9136aa"),
        (b"\xff" * 32, "62a8ab43"),
        (bytes(range(32)), "46dd794e"),
        (bytes(reversed(range(32))), "113fdb5c"),
    ],
)
def test_vectors_of_iscsi(content: bytes, digest: str) -> None:
    """RFC 3720 section B.4, which has the octets the other way round."""
    assert of(ALGORITHMS["CRC32C"], content) == digest


@pytest.mark.parametrize("name", [*ALGORITHMS])
@given(st.lists(st.binary(max_size=40)))
def test_pieces_make_no_difference(name: str, chunks: list[bytes]) -> None:
    assert of(ALGORITHMS[name], *chunks) == of(ALGORITHMS[name], b"".join(chunks))


@pytest.mark.parametrize("size", [1, MIB - 1, MIB, MIB + 1, 3 * MIB, 5 * MIB + 7])
def test_tree_hash_is_that_of_botocore(size: int) -> None:
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    expected = botocore_utils.calculate_tree_hash(io.BytesIO(content))
    assert of(TreeHash, content) == expected
    pieces = [content[i : i + 700_001] for i in range(0, size, 700_001)]
    assert of(TreeHash, *pieces) == expected


def test_tree_hash_of_nothing() -> None:
    assert of(TreeHash) == hashlib.sha256().hexdigest()


class Params:
    def __init__(self, algorithm: str | None = None, mode: str | None = None) -> None:
        self.algorithm = algorithm
        self.mode = mode


FLEXIBLE = Checksums(
    "CRC32",
    algorithm=("algorithm", "x-amz-sdk-checksum-algorithm"),
    validation="mode",
    answers=("CRC32C", "SHA256"),
)


def sent(
    checksums: Checksums, params: Params, headers: dict[str, str] | None = None
) -> dict[str, str]:
    """Header fields of a request with the body "abc"."""
    fields = Headers(headers or {})
    checksum = checksums.of_request(params, fields)
    if checksum is not None:
        checksum.hasher.update(b"abc")
        checksum.put(fields)
    return dict(fields)


def test_required_without_a_choice_it_is_md5() -> None:
    assert sent(Checksums(MD5), Params()) == {"content-md5": "kAFQmDzST7DWlj99KOF/cg=="}


def test_the_tree_hash_is_hexadecimal() -> None:
    assert sent(Checksums(TREE_HASH), Params()) == {
        "x-amz-sha256-tree-hash": hashlib.sha256(b"abc").hexdigest()
    }


def test_required_with_a_choice_that_was_not_made_it_is_crc32_and_says_so() -> None:
    assert sent(FLEXIBLE, Params()) == {
        "x-amz-sdk-checksum-algorithm": "CRC32",
        "x-amz-checksum-crc32": "NSRBwg==",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRC32C", "Nks/tw=="),
        ("SHA1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        ("SHA256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ("CRC64NVME", "BeXKuz/B+us="),
    ],
)
def test_the_chosen_algorithm(name: str, value: str) -> None:
    assert sent(FLEXIBLE, Params(name)) == {f"x-amz-checksum-{name.lower()}": value}


def test_optional_and_not_chosen_there_is_none() -> None:
    optional = Checksums(algorithm=("algorithm", None))
    assert sent(optional, Params()) == {}
    assert sent(optional, Params("SHA1")) == {"x-amz-checksum-sha1": "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}


@pytest.mark.parametrize("name", ["x-amz-checksum-crc32", "x-amz-checksum-foo", "content-md5"])
def test_the_callers_own_checksum_is_sent_instead(name: str) -> None:
    assert sent(FLEXIBLE, Params("SHA1"), {name: "mine"}) == {name: "mine"}


def test_an_algorithm_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ParamValidationError) as caught:
        sent(FLEXIBLE, Params("XXH3"))
    assert str(caught.value) == (
        'expected params["algorithm"] to be one of CRC32, SHA1, SHA256, CRC64NVME, CRC32C, '
        "got 'XXH3'"
    )


class Chunks:
    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        self.closed = True


def answer(headers: dict[str, str], *, held: Params | None = None) -> tuple[str | None, bytes]:
    """The algorithm that an answer is held to, and its body after it was read."""
    body = Chunks(b"a", b"bc")
    response = HttpResponse(200, headers, body)
    name = FLEXIBLE.hold(held or Params(mode="ENABLED"), response)
    held_body = blocking_body(response)
    assert not isinstance(held_body, bytes)
    content = b"".join(held_body)
    held_body.close()
    assert body.closed
    return name, content


SHA256 = b2a_base64(hashlib.sha256(b"abc").digest(), newline=False).decode()


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"x-amz-checksum-sha256": SHA256}, "SHA256"),
        ({"x-amz-checksum-crc32c": "Nks/tw=="}, "CRC32C"),
        ({"x-amz-checksum-crc32c": "wrong", "x-amz-checksum-sha256": SHA256}, "SHA256"),
        ({"x-amz-checksum-sha256": f"{SHA256}-3"}, None),
        ({"x-amz-checksum-crc32": "wrong, but not listed"}, None),
        ({}, None),
    ],
)
def test_an_answer_that_matches(headers: dict[str, str], name: str | None) -> None:
    assert answer(headers) == (name, b"abc")


def test_an_answer_is_held_to_nothing_unless_asked_for() -> None:
    assert answer({"x-amz-checksum-sha256": "wrong"}, held=Params()) == (None, b"abc")


def test_an_answer_that_does_not_match() -> None:
    with pytest.raises(ResponseChecksumError) as caught:
        answer({"x-amz-checksum-sha256": "wrong"})
    assert str(caught.value) == (
        "the body of the answer does not match its SHA256 checksum: it was changed on the way; "
        "call again"
    )


def test_a_body_in_memory_is_held_as_well() -> None:
    response = HttpResponse(200, {"x-amz-checksum-sha256": SHA256}, b"abd")
    assert FLEXIBLE.hold(Params(mode="ENABLED"), response) == "SHA256"
    body = blocking_body(response)
    assert not isinstance(body, bytes)
    with pytest.raises(ResponseChecksumError):
        b"".join(body)
    body.close()


@pytest.mark.parametrize("expected", [SHA256, "wrong"])
def test_a_body_that_is_awaited_is_held_as_well(expected: str) -> None:
    wire = AsyncBody(b"a", b"bc")
    response = HttpResponse(200, {"x-amz-checksum-sha256": expected}, wire)
    assert FLEXIBLE.hold(Params(mode="ENABLED"), response) == "SHA256"
    with Blocking(AsyncStreamingBody(response)) as body:
        chunks: list[bytes] = []
        if expected == SHA256:
            chunks.extend(body)
        else:
            with pytest.raises(ResponseChecksumError, match="does not match its SHA256 checksum"):
                chunks.extend(body)
    assert (chunks, wire.closed) == ([b"a", b"bc"], True)
