"""Request bodies that are streams: what is read, how often, and what is left of it."""

from __future__ import annotations

import gc
import gzip
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from drawplate.bodies import (
    IN_MEMORY,
    FileBody,
    GzipBody,
    OnePassBody,
    PathBody,
    reader_body,
    scan,
)
from drawplate.errors import ParamValidationError, RequestBodyError
from drawplate.http import BodySource
from drawplate.params import check_params, sized_stream, stream
from hypothesis import given
from hypothesis import strategies as st


def facts(body: BodySource) -> tuple[int | None, bool, bytes]:
    """Length, whether it is repeatable, and what one pass gives."""
    return body.length, body.repeatable, b"".join(body.chunks())


def streamed(value: object) -> BodySource:
    body = stream(value)
    assert not isinstance(body, bytes)
    return body


class Pipe(io.RawIOBase):
    """A reader that cannot seek, although it has the method."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._content.read(size)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(b"a", b"a"), (bytearray(b"b"), b"b"), (memoryview(b"c"), b"c"), ("é", "é".encode())],
)
def test_what_is_in_memory_stays_bytes(value: object, expected: bytes) -> None:
    assert stream(value) == sized_stream(value) == expected


def test_a_file_is_sent_from_its_position_on_every_pass() -> None:
    file = io.BytesIO(b"headbody")
    file.seek(4)
    body = streamed(file)
    assert facts(body) == facts(body) == (4, True, b"body")
    assert body.length == 4


def test_nothing_of_a_file_is_read_before_it_is_needed() -> None:
    file = io.BytesIO(b"x" * 200_000)
    body = streamed(file)
    assert file.tell() == 0
    assert len(next(body.chunks())) == 65536


def test_bytes_that_are_appended_in_the_meantime_are_not_sent() -> None:
    file = io.BytesIO(b"body")
    body = streamed(file)
    file.seek(0, os.SEEK_END)
    file.write(b"more")
    assert facts(body) == (4, True, b"body")


def test_a_file_that_became_shorter_is_an_error() -> None:
    file = io.BytesIO(b"body")
    body = streamed(file)
    file.truncate(1)
    with pytest.raises(RequestBodyError, match="it had 4 bytes when the call began, and 3 of them"):
        facts(body)


def test_a_path_is_opened_for_each_pass(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"body")
    body = streamed(path)
    assert isinstance(body, PathBody)
    assert facts(body) == facts(body) == (4, True, b"body")


def test_a_path_that_is_not_there_is_an_error_before_the_call(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        stream(tmp_path / "none")


@pytest.mark.parametrize("value", [Pipe(b"body"), iter([b"bo", b"", b"dy"]), [b"body"]])
def test_what_cannot_seek_is_read_once(value: object) -> None:
    body = streamed(value)
    assert facts(body) == (None, False, b"body")
    with pytest.raises(RequestBodyError, match="was read before and cannot be read again"):
        facts(body)


def test_a_source_is_taken_as_it_is() -> None:
    source = GzipBody(OnePassBody([b"x"]))
    assert stream(source) is source


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (1, "expected params to be bytes, a str, a path, a file-like object or chunks, got int"),
        ({"a": b""}, "a file-like object or chunks, got dict instead"),
        (io.StringIO("x"), "expected the file params to be opened in binary mode"),
    ],
)
def test_what_is_no_stream_is_refused(value: object, problem: str) -> None:
    with pytest.raises(ParamValidationError) as caught:
        check_params(stream, value)
    assert problem in str(caught.value)


def test_chunks_that_are_not_bytes_are_an_error() -> None:
    with pytest.raises(RequestBodyError, match="must give bytes, it gave str"):
        facts(streamed(iter(["a"])))


def test_an_operation_that_needs_the_length_refuses_what_has_none() -> None:
    with pytest.raises(ParamValidationError, match="expected params to have a length: pass bytes"):
        check_params(sized_stream, iter([b"x"]))
    assert check_params(sized_stream, io.BytesIO(b"abc")) is not None


@given(st.lists(st.binary(max_size=50)))
def test_compressed_on_the_way_it_is_the_same_each_time(chunks: list[bytes]) -> None:
    plain = b"".join(chunks)
    body = GzipBody(FileBody(io.BytesIO(plain), 0, len(plain)))
    first = facts(body)
    assert first == facts(body)
    assert (first[0], first[1], gzip.decompress(first[2])) == (None, True, plain)
    once = GzipBody(OnePassBody(chunks))
    assert (once.repeatable, gzip.decompress(b"".join(once.chunks()))) == (False, plain)


@pytest.mark.parametrize("size", [0, 3, IN_MEMORY + 1])
def test_scanning_copies_what_can_be_read_once(size: int) -> None:
    plain = b"x" * size
    hashers = [hashlib.sha256(), hashlib.sha512()]
    body = scan(OnePassBody(iter([plain[:1], plain[1:]])), hashers)
    assert facts(body) == facts(body) == (size, True, plain)
    assert [h.digest() for h in hashers] == [
        hashlib.sha256(plain).digest(),
        hashlib.sha512(plain).digest(),
    ]
    del body
    gc.collect()  # a temporary file that was left open would warn, and so fail the test


def test_scanning_measures_what_can_be_read_again() -> None:
    packed = GzipBody(FileBody(io.BytesIO(b"plain"), 0, 5))
    body = scan(packed, [])
    assert body.length == len(b"".join(body.chunks())) == len(b"".join(packed.chunks()))
    assert body.repeatable
    sized = FileBody(io.BytesIO(b"plain"), 0, 5)
    assert scan(sized, []) is sized


class Unstable:
    """A reader that is neither closed nor put back by anything but its owner."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)

    def read(self, size: int, /) -> bytes:
        return next(self._chunks, b"") if size else b""


def test_anything_with_read_is_a_reader() -> None:
    assert facts(reader_body(Unstable([b"a", b"b"]))) == (None, False, b"ab")
    assert facts(streamed(Unstable([b"a", b"b"]))) == (None, False, b"ab")
