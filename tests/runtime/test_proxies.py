"""Which proxy a request goes through, and what is said about a proxy that cannot be used."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from drawplate._proxy import Exemptions, Proxies, Proxy, connect_status
from drawplate.errors import ConfigurationError
from drawplate.transport import TransportSettings
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.configuration import settle

SECRET = "hunter2marker"


def routes(environ: Mapping[str, str], explicit: str | None = None) -> tuple[str, str]:
    """The proxies for http and for https, "-" for none."""
    proxies = TransportSettings(proxy=explicit, proxies_from=environ).proxies
    if proxies is None:
        return "-", "-"
    http, https = (proxies.route(scheme, "api.example.com", 443) for scheme in ("http", "https"))
    return (http.where if http else "-"), (https.where if https else "-")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("-", "-")),
        ({"PATH": "/bin"}, ("-", "-")),
        ({"http_proxy": "http://a:1"}, ("a:1", "-")),
        ({"https_proxy": "http://a:1"}, ("-", "a:1")),
        ({"HTTPS_PROXY": "http://a:1", "HTTP_PROXY": "http://b:2"}, ("b:2", "a:1")),
        ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"}, ("-", "a:1")),
        ({"all_proxy": "http://a:1"}, ("a:1", "a:1")),
        ({"ALL_PROXY": "http://a:1", "https_proxy": "http://b:2"}, ("a:1", "b:2")),
        ({"all_proxy": "http://a:1", "ALL_PROXY": "http://b:2"}, ("a:1", "a:1")),
        # Empty is not set.
        ({"https_proxy": " ", "HTTPS_PROXY": "http://b:2"}, ("-", "b:2")),
        ({"http_proxy": ""}, ("-", "-")),
        # In a CGI program HTTP_PROXY is what the client of the program sent as "Proxy".
        ({"HTTP_PROXY": "http://a:1", "REQUEST_METHOD": "GET"}, ("-", "-")),
        ({"http_proxy": "http://a:1", "REQUEST_METHOD": "GET"}, ("a:1", "-")),
        ({"HTTPS_PROXY": "http://a:1", "REQUEST_METHOD": "GET"}, ("-", "a:1")),
        # What no scheme needs is not looked at.
        (
            {"http_proxy": "http://a:1", "https_proxy": "b:2", "all_proxy": "socks5://c"},
            ("a:1", "b:2"),
        ),
        ({"https_proxy": "http://a:1", "no_proxy": "example.com"}, ("-", "-")),
        ({"https_proxy": "http://a:1", "no_proxy": "", "NO_PROXY": "*"}, ("-", "-")),
        ({"https_proxy": "http://a:1", "no_proxy": "other", "NO_PROXY": "*"}, ("-", "a:1")),
        ({"https_proxy": "http://a:1", "no_proxy": "api.example.com:80"}, ("-", "a:1")),
    ],
    ids=str,
)
def test_environment(environ: dict[str, str], expected: tuple[str, str]) -> None:
    assert routes(environ) == expected


def test_an_explicit_proxy_is_for_all_hosts() -> None:
    environ = {"https_proxy": "ftp://broken", "no_proxy": "*"}
    assert routes(environ, "http://a:1") == ("a:1", "a:1")


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "covered"),
    [
        ("", "example.com", 443, False),
        ("*", "example.com", 443, True),
        ("*", "10.0.0.1", 443, True),
        ("other,*", "example.com", 443, True),
        ("*:8080", "example.com", 8080, True),
        ("*:8080", "example.com", 443, False),
        ("example.com", "example.com", 443, True),
        ("EXAMPLE.com", "Example.COM", 443, True),
        ("example.com", "api.example.com", 443, True),
        ("example.com", "notexample.com", 443, False),
        ("example.com", "example.com.evil.org", 443, False),
        (".example.com", "example.com", 443, True),
        (".example.com", "api.example.com", 443, True),
        (".example.com", "notexample.com", 443, False),
        ("*.example.com", "a.b.example.com", 443, True),
        ("example.com.", "example.com", 443, True),
        ("example.com", "example.com.", 443, True),
        ("example.com:8443", "example.com", 8443, True),
        ("example.com:8443", "example.com", 443, False),
        ("a.org, example.com", "example.com", 443, True),
        ("a.org example.com", "example.com", 443, True),
        (",, ,", "example.com", 443, False),
        (".", "example.com", 443, False),
        ("localhost", "localhost", 80, True),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1", "127.0.0.11", 80, False),
        ("127.0.0.1:81", "127.0.0.1", 80, False),
        ("127.0.0.1:80", "127.0.0.1", 80, True),
        ("10.0.0.0/8", "10.20.30.40", 80, True),
        ("10.0.0.1/8", "10.20.30.40", 80, True),
        ("10.0.0.0/8", "11.0.0.1", 80, False),
        ("10.0.0.0/8:81", "10.0.0.1", 80, False),
        ("10.0.0.0/8", "host.10.0.0.1.example", 80, False),
        ("0.0.1", "10.0.0.1", 80, False),
        ("::1", "::1", 80, True),
        ("::1", "[::1]", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:81", "::1", 80, False),
        ("[::1]:80", "::1", 80, True),
        ("0:0:0:0:0:0:0:1", "::1", 80, True),
        ("fe80::/10", "fe80::1%eth0", 80, True),
        ("fd00::/8", "fe80::1", 80, False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 80, True),
        ("169.254.169.254", "169.254.169.254", 80, True),
        ("example.com:http", "example.com", 443, True),
        ("example.com:99999999", "example.com", 443, True),
    ],
)
def test_no_proxy(no_proxy: str, host: str, port: int, covered: bool) -> None:
    assert Exemptions(no_proxy).covers(host, port) is covered


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy.example:3128", ("http", "proxy.example", 3128, None)),
        ("HTTP://Proxy.example:3128/", ("http", "proxy.example", 3128, None)),
        ("https://proxy.example", ("https", "proxy.example", 443, None)),
        ("http://proxy.example", ("http", "proxy.example", 80, None)),
        ("proxy.com:123", ("http", "proxy.com", 123, None)),
        ("127.0.0.1:123", ("http", "127.0.0.1", 123, None)),
        ("user:pass@proxy.com:123", ("http", "proxy.com", 123, "user:pass")),
        ("http://[::1]:3128", ("http", "::1", 3128, None)),
        ("http://user:pass@h:1", ("http", "h", 1, "user:pass")),
        ("http://us%40er:p%3a%2F%25ss@h:1", ("http", "h", 1, "us@er:p:/%ss")),
        ("http://user@h:1", ("http", "h", 1, "user:")),
        ("http://:pass@h:1", ("http", "h", 1, ":pass")),
        ("http://gr%C3%BCn:x@h:1", ("http", "h", 1, "grün:x")),
    ],
)
def test_urls(url: str, expected: tuple[str, str, int, str | None]) -> None:
    proxy = Proxy(url, "http_proxy")
    user = proxy.authorization
    if user is not None:
        assert user.startswith("Basic ")
        user = base64.b64decode(user[6:]).decode()
    assert (proxy.scheme, proxy.host, proxy.port, user) == expected


@given(st.text(min_size=1), st.text())
def test_any_user_and_password(user: str, password: str) -> None:
    user = user.replace(":", "_")
    proxy = Proxy(f"http://{quote(user, safe='')}:{quote(password, safe='')}@h:1", "http_proxy")
    expected = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert proxy.authorization == f"Basic {expected}"
    assert proxy.host == "h"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "it has no host"),
        ("http://", "it has no host"),
        (f"http://user:{SECRET}@", "it has no host"),
        (f"socks5://user:{SECRET}@h:1", "its scheme must be http or https"),
        (f"user:{SECRET}://h:1", "its scheme must be http or https"),
        (f"http://user:{SECRET}@h:port", "its host or port is malformed"),
        (f"http://user:{SECRET}@h:70000", "its host or port is malformed"),
        (f"http://user:{SECRET}@h:0", "its port must be 1 to 65535"),
        (f"http://user:{SECRET}@[::1", "its host or port is malformed"),
        (f"http://user:{SECRET}@h:1/path", "something follows the port"),
        (f"http://h:1?{SECRET}", "something follows the port"),
        (f"http://h:1#{SECRET}", "something follows the port"),
        (f"http://user:{SECRET} x@h:1", "it has characters that must be percent-encoded"),
        (f"http://user:{SECRET}\r\nx@h:1", "it has characters that must be percent-encoded"),
        (f"http://grün:{SECRET}@h:1", "it has characters that must be percent-encoded"),
    ],
)
def test_a_url_that_cannot_be_used(url: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        TransportSettings(proxy=url)
    assert str(raised.value) == (
        f"http_proxy is not the URL of a proxy: {problem}; "
        "give http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
    )
    assert SECRET not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_the_variable_is_named() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^environment variable HTTPS_PROXY is not the URL"
    ):
        TransportSettings(proxies_from={"HTTPS_PROXY": "ftp://h"})


def test_settings_with_proxies_are_values_and_show_no_secret() -> None:
    def settings(password: str) -> TransportSettings:
        return TransportSettings(proxy=f"http://user:{password}@h:1")

    one = settings(SECRET)
    assert one == settings(SECRET)
    assert hash(one) == hash(settings(SECRET))
    assert one != settings("other")
    assert one != TransportSettings()
    assert "proxies=<Proxies http: <Proxy http://h:1>, https: <Proxy http://h:1>>" in repr(one)
    encoded = base64.b64encode(f"user:{SECRET}".encode()).decode()
    assert SECRET not in repr(one)
    assert encoded not in repr(one)
    assert Proxies(None, {"no_proxy": "a"}) != Proxies(None, {"no_proxy": "b"})


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1 200 Connection established\r\n\r\n", 200),
        (b"HTTP/1.0 407 \r\n\r\n", 407),
        (b"HTTP/1.1 200\n\n", 200),
        (b"HTTP/1.1 200 cut", None),
        (b"HTTP/2 200 OK\r\n\r\n", None),
        (b"SSH-2.0-x\r\n", None),
        (b"", None),
    ],
)
def test_answers_of_proxies(head: bytes, status: int | None) -> None:
    assert connect_status(head) == status


def test_a_client_refuses_a_proxy_of_its_environment_when_it_is_made() -> None:
    environ = {"https_proxy": "socks5://user:hush@proxy:1080"}
    with pytest.raises(ConfigurationError, match="environment variable https_proxy") as caught:
        settle(environ, region="x")
    assert "hush" not in str(caught.value)
    assert settle(environ, region="x", http_proxy="http://proxy:8080").http_proxy
