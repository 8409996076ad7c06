"""HTTP messages as values."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import ParamValidationError
from drawplate.http import (
    Deadline,
    Headers,
    HttpRequest,
    HttpResponse,
    async_chunks,
    blocking_body,
)
from drawplate.sigv4 import sign
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text("abcXYZ-", min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)


def test_names_are_lower_case_and_found_in_any_case() -> None:
    headers = Headers({"Content-Type": "text/csv"})
    assert list(headers.items()) == [("content-type", "text/csv")]
    assert headers["CONTENT-TYPE"] == "text/csv"
    assert "Content-type" in headers
    assert object() not in headers
    assert headers.get("accept") is None


def test_setting_replaces_and_keeps_the_place() -> None:
    headers = Headers([("A", "1"), ("B", "2")])
    headers["a"] = "3"
    assert list(headers.items()) == [("a", "3"), ("b", "2")]


def test_adding_joins() -> None:
    headers = Headers([("A", "1"), ("a", "2")])
    headers.add("A", "")
    assert headers["a"] == "1, 2, "


def test_deleting() -> None:
    headers = Headers({"A": "1"})
    del headers["a"]
    assert len(headers) == 0
    with pytest.raises(KeyError):
        del headers["a"]
    with pytest.raises(KeyError):
        headers["a"]


def test_equal_whatever_the_case_and_order() -> None:
    assert Headers({"A": "1", "B": "2"}) == Headers({"b": "2", "a": "1"})
    assert Headers({"A": "1"}) != Headers({"A": "2"})
    assert Headers({"A": "1"}) != {"a": "1"}


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\n"])
def test_a_value_that_would_end_the_field_is_refused_and_not_shown(character: str) -> None:
    headers = Headers()
    with pytest.raises(ParamValidationError) as raised:
        headers["X-Custom"] = f"secret{character}X-Injected: yes"
    assert raised.value.errors == [
        "header x-custom: the value has a CR, LF or NUL character; remove it"
    ]
    assert len(headers) == 0
    with pytest.raises(ParamValidationError):
        headers.add("X-Custom", character)
    with pytest.raises(ParamValidationError):
        Headers({"X-Custom": character})


def test_checked_fields_are_kept_as_they_are() -> None:
    fields = {"a": "1", "b": "2"}
    headers = Headers.checked(fields)
    assert headers == Headers({"A": "1", "B": "2"})
    assert headers.fields is fields
    for character in "\r\n\0":
        with pytest.raises(ParamValidationError) as raised:
            Headers.checked({"a": "1", "x-custom": f"secret{character}", "b": "2"})
        assert raised.value.errors == [
            "header x-custom: the value has a CR, LF or NUL character; remove it"
        ]


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_copies_are_equal_and_independent(fields: list[tuple[str, str]]) -> None:
    headers = Headers(fields)
    for made in (headers.copy(), Headers(headers), pickle.loads(pickle.dumps(headers))):  # noqa: S301
        assert made == headers
        made["new-one"] = "x"
        assert "new-one" not in headers


def test_values_of_fields_are_not_printed() -> None:
    headers = Headers({"Authorization": "marker", "x-api-key": "marker", "accept": "text/csv"})
    assert repr(headers) == "<Headers authorization, x-api-key, accept>"
    assert "marker" not in repr(HttpRequest("GET", "https://x/?key=marker", headers))
    assert "marker" not in repr(HttpRequest("GET", "https://x/", headers))
    assert "marker" not in repr(HttpResponse(200, headers))


def test_requests_are_values() -> None:
    request = HttpRequest("POST", "https://x/p", {"A": "1"}, b"body")
    assert request == HttpRequest("POST", "https://x/p", Headers({"a": "1"}), b"body")
    for other in (
        HttpRequest("PUT", "https://x/p", {"A": "1"}, b"body"),
        HttpRequest("POST", "https://x/q", {"A": "1"}, b"body"),
        HttpRequest("POST", "https://x/p", {"A": "2"}, b"body"),
        HttpRequest("POST", "https://x/p", {"A": "1"}, b""),
    ):
        assert request != other
    assert request != "request"
    assert HttpRequest("GET", "https://x/") == HttpRequest("GET", "https://x/", {}, b"")


def test_a_requests_copy_has_its_own_headers() -> None:
    request = HttpRequest("POST", "https://x/p", {"A": "1"}, b"body")
    made = copy.copy(request), request.copy()
    assert made == (request, request)
    made[1].headers["b"] = "2"
    assert "b" not in request.headers
    assert made[1].body is request.body


def test_copies_and_signed_requests_keep_what_belongs_to_the_call() -> None:
    def told(chunk: bytes, so_far: int, total: int | None) -> None:
        """Somebody to tell."""

    request = HttpRequest("POST", "https://x/p", {"A": "1"}, b"body")
    assert (request.deadline, request.on_chunk_sent, request.on_chunk_received) == (None,) * 3
    request.deadline = Deadline(12.5, 3.0)
    request.on_chunk_sent = told
    request.on_chunk_received = print
    signed = sign(
        request,
        Credentials("AKID", "secret"),
        service="sagemaker",
        region="us-west-2",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert "authorization" not in request.headers
    for made in (copy.copy(request), request.copy(), signed):
        assert (made.deadline, made.on_chunk_sent, made.on_chunk_received) == (
            request.deadline,
            told,
            print,
        )
    assert repr(request.deadline) == "Deadline(at=12.5, limit=3.0)"


class Chunks:
    def __iter__(self) -> Iterator[bytes]:
        return iter((b"a", b"b"))

    def close(self) -> None:
        pass


def test_no_repr_shows_a_body() -> None:
    assert repr(HttpRequest("POST", "https://x/p", {"A": "1"}, b"body")) == (
        "HttpRequest('POST', 'https://x/p', <Headers a>, <4 bytes>)"
    )
    assert repr(HttpResponse(200, body=b"body")) == "HttpResponse(200, <Headers >, <4 bytes>)"
    assert repr(HttpResponse(200, body=Chunks())) == "HttpResponse(200, <Headers >, <stream>)"


class AsyncChunks:
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    async def aclose(self) -> None:
        pass


def test_sync_code_is_told_of_a_body_that_has_to_be_awaited() -> None:
    assert blocking_body(HttpResponse(200, body=b"body")) == b"body"
    chunks = Chunks()
    assert blocking_body(HttpResponse(200, body=chunks)) is chunks
    with pytest.raises(TypeError) as caught:
        blocking_body(HttpResponse(200, body=AsyncChunks()))
    assert str(caught.value) == (
        "this response came from an async transport: read its body with `async for`, "
        "or give a sync client a transport whose send() is no coroutine"
    )


@pytest.mark.parametrize(
    ("body", "pieces"),
    [(b"", []), (b"ab", [b"ab"]), (Chunks(), [b"a", b"b"]), (AsyncChunks(), [b"a", b"b"])],
)
def test_bodies_of_every_kind_can_be_read_in_pieces(body: Any, pieces: list[bytes]) -> None:
    async def read() -> list[bytes]:
        return [piece async for piece in async_chunks(body)]

    assert asyncio.run(read()) == pieces
