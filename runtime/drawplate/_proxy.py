"""Proxies: which requests go through which one, and what is said to it.

An explicit proxy is for all hosts. Without one the variables `http_proxy`, `https_proxy` and
`all_proxy` of the environment name one for each scheme of a target, and `no_proxy` the hosts that
are reached without.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes, urlsplit

from drawplate.errors import ConfigurationError
from drawplate.transport import PROXY_VARIABLES

_DEFAULT_PORTS = {"http": 80, "https": 443}
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxy:
    """One proxy, spoken to over plain HTTP or TLS, and what it takes for proof of the user.

    `source` is the option or variable that named it. Equal where everything but that is.
    """

    __slots__ = ("authorization", "host", "port", "scheme", "source")

    scheme: str
    host: str
    port: int
    #: Value of Proxy-Authorization, None for a proxy that asks for none.
    authorization: str | None
    source: str

    def __init__(self, url: str, source: str) -> None:
        """Raise `ConfigurationError`, which names `source` and shows nothing of the URL."""
        self.source = source
        problem = self._take_apart(url.strip())
        if problem:
            raise ConfigurationError(
                f"{source} is not the URL of a proxy: {problem}; "
                "give http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
            )

    def _take_apart(self, url: str) -> str:
        """Set the fields; what is wrong with the URL, or nothing."""
        if not url.isascii() or not url.isprintable() or " " in url:
            return "it has characters that must be percent-encoded"
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port, host = parts.port, parts.hostname
        except ValueError:
            return "its host or port is malformed"
        if parts.scheme not in _DEFAULT_PORTS:
            return "its scheme must be http or https"
        if not host or port == 0:
            return "it has no host" if not host else "its port must be 1 to 65535"
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            return "something follows the port"
        self.scheme, self.host, self.port = parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme]
        self.authorization = None
        if parts.username is not None:
            from base64 import b64encode

            user, password = (
                unquote_to_bytes(part or "") for part in (parts.username, parts.password)
            )
            self.authorization = f"Basic {b64encode(user + b':' + password).decode()}"
        return ""

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return authority(self.host, self.port)

    def connect_request(self, target: str) -> bytes:
        """Ask for a connection to `target`, a "host:port" (RFC 9110 section 9.3.6)."""
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if self.authorization is not None:
            lines.append(f"Proxy-Authorization: {self.authorization}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _key(self) -> tuple[object, ...]:
        return self.scheme, self.host, self.port, self.authorization

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Proxy) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"<Proxy {self.scheme}://{self.where}>"


def authority(host: str, port: int) -> str:
    """Host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connect_status(head: bytes) -> int | None:
    """Status of the answer to CONNECT; None when it is not HTTP/1."""
    found = _STATUS.match(head)
    return int(found[1]) if found else None


class Proxies:
    """The choice of a proxy: an explicit one, else that of an environment. A value."""

    __slots__ = ("_by_scheme", "_exempt")

    def __init__(self, explicit: str | None, environ: Mapping[str, str]) -> None:
        """Raise `ConfigurationError` for a URL that cannot be used, naming its option or variable.

        Variables that are empty are not set; lower case goes first. `HTTP_PROXY` in upper case does
        not count for a CGI program, where the header field Proxy of a request ends up in it.
        """
        self._by_scheme: dict[str, Proxy] = {}
        self._exempt = Exemptions("")
        if explicit is not None:
            proxy = Proxy(explicit, "http_proxy")
            self._by_scheme.update(dict.fromkeys(PROXY_VARIABLES, proxy))
            return
        for scheme, names in PROXY_VARIABLES.items():
            for name in names:
                url = environ.get(name, "").strip()
                if url and not (name == "HTTP_PROXY" and "REQUEST_METHOD" in environ):
                    self._by_scheme[scheme] = Proxy(url, f"environment variable {name}")
                    break
        for name in ("no_proxy", "NO_PROXY"):
            if exempt := environ.get(name, "").strip():
                self._exempt = Exemptions(exempt)
                break

    def route(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy for requests to a host, None to send them straight there."""
        proxy = self._by_scheme.get(scheme)
        return None if proxy is None or self._exempt.covers(host, port) else proxy

    def _key(self) -> tuple[object, ...]:
        return (*self._by_scheme.items(), self._exempt.text)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Proxies) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        shown = ", ".join(f"{scheme}: {proxy!r}" for scheme, proxy in self._by_scheme.items())
        return f"<Proxies {shown}>"


class Exemptions:
    """The hosts that `no_proxy` names, with commas or spaces in between.

    `*` is all of them; a name is the host and all hosts below it, with or without a leading dot or
    `*.`; an address or a network (CIDR) is the hosts that are written as such an address, since no
    name is looked up for this. A port behind a name or an address, as in a URL, is that port only.
    """

    __slots__ = ("_hosts", "_networks", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._hosts: list[tuple[str, int | None]] = []
        self._networks: list[tuple[Network, int | None]] = []
        for item in text.lower().replace(",", " ").split():
            host, port = _split_port(item)
            try:
                self._networks.append((ipaddress.ip_network(host, strict=False), port))
            except ValueError:
                self._hosts.append((host.removeprefix("*.").strip("."), port))

    def covers(self, host: str, port: int) -> bool:
        """Whether a host is reached without a proxy."""
        name = host.lower().strip("[]").rstrip(".")
        address = _address(name)
        if address is None:
            below = f".{name}"
            return any(
                (item == "*" or (item and below.endswith(f".{item}"))) and only in {None, port}
                for item, only in self._hosts
            )
        return any(
            address in network and only in {None, port} for network, only in self._networks
        ) or any(item == "*" and only in {None, port} for item, only in self._hosts)


def _address(host: str) -> Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # The same host, however it is written.
    return (address.version == 6 and address.ipv4_mapped) or address


def _split_port(item: str) -> tuple[str, int | None]:
    """Host and port of "host", "host:port", "::1", "[::1]" or "[::1]:port"."""
    if item.startswith("["):
        host, _, rest = item[1:].partition("]")
        port = rest.removeprefix(":")
    elif item.count(":") == 1:
        host, _, port = item.partition(":")
    else:
        host, port = item, ""
    usable = port.isascii() and port.isdecimal() and len(port) <= 5
    return host, int(port) if usable else None
