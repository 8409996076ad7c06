"""Plain URLs are read at once, and as all others are."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from drawplate._origin import parse_origin, plain_origin, split_url
from hypothesis import given
from hypothesis import strategies as st

HOSTS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,12}[A-Za-z0-9])?", fullmatch=True)


@given(st.sampled_from(["http", "https"]), HOSTS, st.none() | st.integers(1, 65535))
def test_plain_names_are_read_as_others_are(scheme: str, host: str, port: int | None) -> None:
    url = f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}"
    found = plain_origin(url)
    assert found == (scheme, urlsplit(url).hostname, port or {"http": 80, "https": 443}[scheme])
    # A user, even without a name, makes it go the longer way.
    assert plain_origin(url.replace("://", "://@")) is None
    assert parse_origin(url.replace("://", "://@")) == found


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "HTTP://example.com",
        "http://",
        "http://-",
        "http://:80",
        "http://a_b",
        "http://a/b",
        "http://a?b",
        "http://example.com:",
        "http://example.com:0",
        "http://example.com:65536",
        "http://example.com:000080",
        "http://example.com:\u0663",
        "http://ex\u00e4mple.com",
        "http://[::1]:80",
    ],
)
def test_what_is_not_plain(url: str) -> None:
    assert plain_origin(url) is None


def test_parts_of_a_url() -> None:
    assert split_url("https://example.com") == ("https://example.com", "/")
    assert split_url("http://h:1/a/b?c=/d") == ("http://h:1", "/a/b?c=/d")
