"""Where URLs lead to; urllib3 finds the same."""

from __future__ import annotations

import pytest
from drawplate._origin import host_field, parse_origin
from drawplate.errors import ConfigurationError
from urllib3.util import parse_url


@pytest.mark.parametrize(
    ("url", "origin", "field"),
    [
        ("http://example.com", ("http", "example.com", 80), "example.com"),
        ("https://example.com", ("https", "example.com", 443), "example.com"),
        ("https://example.com:443", ("https", "example.com", 443), "example.com"),
        ("http://example.com:443", ("http", "example.com", 443), "example.com:443"),
        ("HTTPS://Example.COM:8443", ("https", "example.com", 8443), "example.com:8443"),
        ("http://127.0.0.1:8080", ("http", "127.0.0.1", 8080), "127.0.0.1:8080"),
        ("http://[::1]:8080", ("http", "::1", 8080), "[::1]:8080"),
        ("https://[2001:DB8::1]", ("https", "2001:db8::1", 443), "[2001:db8::1]"),
        ("http://user:secret@example.com", ("http", "example.com", 80), "example.com"),
        ("http://under_score.example", ("http", "under_score.example", 80), "under_score.example"),
        ("http://example.com.", ("http", "example.com.", 80), "example.com."),
        ("http://a..b", ("http", "a..b", 80), "a..b"),
    ],
)
def test_origins(url: str, origin: tuple[str, str, int], field: str) -> None:
    assert parse_origin(url) == origin
    assert host_field(*origin) == field
    other = parse_url(url)
    port = other.port or {"http": 80, "https": 443}[origin[0]]
    assert (other.scheme, (other.host or "").strip("[]"), port) == origin


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.com", "scheme 'ftp' and host 'example.com'"),
        ("//example.com", "scheme '' and host 'example.com'"),
        ("example.com:80", "scheme 'example.com' and host ''"),
        ("http://", "scheme 'http' and host ''"),
        ("http:///x", "scheme 'http' and host ''"),
        ("http://example.com/", "whose host is followed by a path"),
        ("http://example.com?secret", "whose host is followed by a path"),
        ("http://example.com#secret", "whose host is followed by a path"),
        ("http://exa mple.com", "cannot send to"),
        ("http://exa\tmple.com", "cannot send to"),
        ("http://exa\\mple.com", "cannot send to"),
        ("http://gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n.example", "cannot send to"),
        ("http://example.com:port", "check its host and port"),
        ("http://example.com:99999", "check its host and port"),
        ("http://[::1", "check its host and port"),
    ],
)
def test_what_is_no_origin(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_origin(url)
    assert said in str(raised.value)
    assert "secret" not in str(raised.value)
