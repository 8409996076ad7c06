"""What compiled endpoint rules call: the functions of Smithy's rules engine, as plain functions.

Each is pure and total: where the rules language says "empty optional" it returns None. Source: the
standard and the AWS library of `smithy.rules#endpointRuleSet`, versions 1.0 and 1.1. Reading an
attribute, comparing, `ite` and `split` need no function; the generator prints Python for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from drawplate.errors import EndpointResolutionError

_T = TypeVar("_T")

_DIGITS = "0123456789"
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_LABEL = frozenset(_DIGITS + _LOWER + _LOWER.upper() + "-")
_UNRESERVED = frozenset(_LABEL | set("._~"))
_LABEL_LENGTH = 63


class Endpoint:
    """Where requests go.

    `url` is absolute; `headers` are sent with every request; `properties` are facts for the client,
    such as "authSchemes", in the form the rule set gives them (JSON values).
    """

    __slots__ = ("headers", "properties", "url")

    def __init__(
        self,
        url: str,
        headers: dict[str, list[str]] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        self.url = url
        self.headers: dict[str, list[str]] = {} if headers is None else headers
        self.properties: Mapping[str, Any] = {} if properties is None else properties

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Endpoint):
            return NotImplemented
        return (self.url, self.headers, self.properties) == (
            other.url,
            other.headers,
            other.properties,
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, headers={self.headers!r}, properties={self.properties!r})"


class EndpointParameters:
    """What the endpoint of a request depends on; `endpoint` is None unless it is a custom one."""

    __slots__ = ("endpoint", "region", "use_dual_stack", "use_fips")

    def __init__(
        self, *, region: str | None, use_dual_stack: bool, use_fips: bool, endpoint: str | None
    ) -> None:
        self.region = region
        self.use_dual_stack = use_dual_stack
        self.use_fips = use_fips
        self.endpoint = endpoint

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"EndpointParameters({facts})"


class EndpointProvider(Protocol):
    """Finds endpoints in place of a service's rules; asked for each request."""

    def resolve_endpoint(self, params: EndpointParameters, /) -> Endpoint: ...


def custom_endpoint(url: str | None) -> Endpoint:
    """The endpoint of a service without endpoint rules: the given one, as there is no other."""
    if url is None:
        raise EndpointResolutionError(
            "the model of this service names no endpoint; pass endpoint to the client"
        )
    return Endpoint(url)


class Partition:
    """A group of regions that share DNS suffixes and an account system.

    `regions` are the names known to belong to it; `region_regex` matches those still to come.
    """

    __slots__ = (
        "dns_suffix",
        "dual_stack_dns_suffix",
        "implicit_global_region",
        "name",
        "region_regex",
        "regions",
        "supports_dual_stack",
        "supports_fips",
    )

    def __init__(
        self,
        name: str,
        *,
        dns_suffix: str,
        dual_stack_dns_suffix: str,
        supports_fips: bool,
        supports_dual_stack: bool,
        implicit_global_region: str,
        region_regex: str,
        regions: tuple[str, ...],
    ) -> None:
        self.name = name
        self.dns_suffix = dns_suffix
        self.dual_stack_dns_suffix = dual_stack_dns_suffix
        self.supports_fips = supports_fips
        self.supports_dual_stack = supports_dual_stack
        self.implicit_global_region = implicit_global_region
        self.region_regex = region_regex
        self.regions = regions

    def __repr__(self) -> str:
        return f"<Partition {self.name}: {len(self.regions)} regions, {self.dns_suffix}>"


class Url:
    """The parts of a URL that rules may ask for; `authority` has the port, if one is given."""

    __slots__ = ("authority", "is_ip", "normalized_path", "path", "scheme")

    def __init__(self, scheme: str, authority: str, path: str, *, is_ip: bool) -> None:
        self.scheme = scheme
        self.authority = authority
        self.path = path
        #: `path` with a slash at both ends; "/" for no path.
        self.normalized_path = path if path.endswith("/") else path + "/"
        self.is_ip = is_ip

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Url):
            return NotImplemented
        return (self.scheme, self.authority, self.path, self.is_ip) == (
            other.scheme,
            other.authority,
            other.path,
            other.is_ip,
        )

    def __repr__(self) -> str:
        return f"Url({self.scheme!r}, {self.authority!r}, {self.path!r}, is_ip={self.is_ip})"


class Arn:
    """An Amazon Resource Name; `resource_id` is the last part, cut at each ":" and "/"."""

    __slots__ = ("account_id", "partition", "region", "resource_id", "service")

    def __init__(
        self,
        partition: str,
        service: str,
        region: str,
        account_id: str,
        resource_id: tuple[str, ...],
    ) -> None:
        self.partition = partition
        self.service = service
        self.region = region
        self.account_id = account_id
        self.resource_id = resource_id

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other) if isinstance(other, Arn) else NotImplemented

    def __repr__(self) -> str:
        parts = (self.partition, self.service, self.region, self.account_id, self.resource_id)
        return "Arn" + repr(parts)


def is_valid_host_label(value: str, allow_subdomains: bool) -> bool:
    """Whether `value` is a host label of RFC 1123; `allow_subdomains`: or several with dots.

    A label is 1 to 63 ASCII letters, digits and hyphens, with no hyphen at either end.
    """
    labels = value.split(".") if allow_subdomains else [value]
    return all(map(_is_label, labels))


def parse_url(value: str) -> Url | None:
    """Split an http or https URL; None for anything else, and for a URL with a query.

    A fragment is refused too: neither could survive being put in front of a request's own path.
    """
    scheme, separator, rest = value.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ("http", "https"):
        return None
    if any(char in "?#\\" or char <= " " or char == "\x7f" for char in rest):
        return None
    authority, slash, path = rest.partition("/")
    address = authority.rpartition("@")[2]
    if address.startswith("["):
        host, closing, port = address.partition("]")
        is_ip = True
        valid = bool(closing) and len(host) > 1 and port[:1] in ("", ":")
        port = port[1:]
    else:
        host, _, port = address.partition(":")
        is_ip = _is_ipv4(host)
        valid = bool(host)
    if not valid or not _is_port(port):
        return None
    return Url(scheme, authority, slash + path, is_ip=is_ip)


def substring(value: str, start: int, stop: int, reverse: bool) -> str | None:
    """Characters `start` to `stop` (excluded), counted from the end if `reverse`.

    None if `value` is shorter than `stop`, is not ASCII, or if the range is empty.
    """
    if start >= stop or len(value) < stop or not value.isascii():
        return None
    if reverse:
        return value[len(value) - stop : len(value) - start]
    return value[start:stop]


def uri_encode(value: str) -> str:
    """Percent-encode the UTF-8 bytes of everything but the unreserved characters of RFC 3986."""
    return "".join(
        char if char in _UNRESERVED else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in value
    )


def coalesce(value: _T | None, default: _T) -> _T:
    """Return `value`, or `default` where it is unset."""
    return default if value is None else value


def item(values: Sequence[str], index: int) -> str | None:
    """Return the element at `index`, from the end if it is negative; None where there is none."""
    return values[index] if -len(values) <= index < len(values) else None


def aws_partition(region: str, partitions: Iterable[Partition]) -> Partition:
    """Find the partition of a region: by name, else by pattern (the first wins), else "aws".

    Raises `EndpointResolutionError` only for a table without "aws", which no generated client has.
    """
    table = tuple(partitions)
    for partition in table:
        if region in partition.regions:
            return partition

    import re  # only a region that the table does not know gets here

    for partition in table:
        if re.fullmatch(partition.region_regex, region, re.ASCII):
            return partition
    for partition in table:
        if partition.name == "aws":
            return partition
    message = f'region {region!r} is in no partition, and the table has no "aws" to fall back to'
    raise EndpointResolutionError(message)


def aws_parse_arn(value: str) -> Arn | None:
    """Split an ARN; None without all six parts, or with an empty partition, service or resource.

    Region and account may be empty. The resource keeps empty pieces: "a:" has two.
    """
    parts = value.split(":", 5)
    if len(parts) != 6:
        return None
    prefix, partition, service, region, account_id, resource = parts
    if prefix != "arn" or not partition or not service or not resource:
        return None
    pieces = tuple(resource.replace("/", ":").split(":"))
    return Arn(partition, service, region, account_id, pieces)


def aws_is_virtual_hostable_s3_bucket(value: str, allow_subdomains: bool) -> bool:
    """Whether a bucket name can be the first part of a host name, with dots if `allow_subdomains`.

    3 to 63 lower-case letters, digits and hyphens, in valid host labels, and no IPv4 address.
    """
    return (
        3 <= len(value) <= _LABEL_LENGTH
        and value == value.lower()
        and is_valid_host_label(value, allow_subdomains)
        and not _is_dotted_quad(value)
    )


def _is_label(label: str) -> bool:
    return (
        0 < len(label) <= _LABEL_LENGTH
        and label[0] != "-"
        and label[-1] != "-"
        and _LABEL.issuperset(label)
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_dotted_quad(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(map(_is_number, parts))


def _is_ipv4(host: str) -> bool:
    return _is_dotted_quad(host) and all(
        len(part) <= 3 and int(part) <= 255 for part in host.split(".")
    )


def _is_port(port: str) -> bool:
    return not port or (_is_number(port) and len(port) <= 5 and int(port) <= 65535)
