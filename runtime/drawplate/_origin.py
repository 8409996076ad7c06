"""Where a URL leads to: scheme, host and port."""

from __future__ import annotations

from drawplate.errors import ConfigurationError

DEFAULT_PORTS = {"http": 80, "https": 443}
# Names as URLs have them, and addresses of IPv6 with a scope (RFC 3986 section 3.2.2, RFC 6874).
_HOST = r"[a-z0-9._~!$&'()*+,;=%-]+|[0-9a-f:.]+(%[a-z0-9._~%-]+)?"


def split_url(url: str) -> tuple[str, str]:
    """Return what stands before the path of an absolute URL, and the path with its query."""
    # The path starts at the first slash behind "http://" and a host of at least one character.
    end = url.find("/", 8)
    return (url, "/") if end < 0 else (url[:end], url[end:])


def plain_origin(url: str) -> tuple[str, str, int] | None:
    """What `parse_origin` returns, for URLs of nothing but scheme, plain name and perhaps port."""
    scheme, _, authority = url.partition("://")
    host, colon, digits = authority.partition(":")
    if (
        scheme in DEFAULT_PORTS
        and host.replace(".", "").replace("-", "").isalnum()
        and authority.isascii()
        and (not colon or (digits.isdigit() and len(digits) < 6 and 0 < int(digits) < 65536))
    ):
        return scheme, host.lower(), int(digits) if colon else DEFAULT_PORTS[scheme]
    return None


def parse_origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host without brackets, and port of a URL that ends before its path.

    User and password are left out. Raises `ConfigurationError`, which shows scheme and host alone,
    for what is not a URL of http or https.
    """
    plain = plain_origin(url)
    if plain is not None:
        return plain
    import re
    from urllib.parse import urlsplit  # slow to import, and most endpoints are plain names

    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigurationError("the endpoint is not a URL; check its host and port") from None
    if (
        parts.scheme not in DEFAULT_PORTS
        or not (url.isascii() and url.isprintable() and re.fullmatch(_HOST, host))
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ConfigurationError(
            f"cannot send to scheme {parts.scheme!r} and host {host!r}; give an http or https URL "
            "whose host is followed by a path"
        )
    return parts.scheme, host, port or DEFAULT_PORTS[parts.scheme]


def host_field(scheme: str, host: str, port: int) -> str:
    """What the field Host of a request says: the port only where it is not the scheme's own."""
    shown = f"[{host}]" if ":" in host else host
    return shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"
