"""What a client was configured to do: resolved once, when the client is made.

`resolve` asks keywords, environment, shared files, defaults mode and defaults, in this order, and
does no I/O but reading the shared files. Rules and options: options.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NoReturn

from drawplate import _config_sources as sources
from drawplate import _option_checks as check
from drawplate import _option_table as table
from drawplate.credentials import CredentialProvider, TokenProvider
from drawplate.errors import ConfigurationError, MissingRegionError
from drawplate.http import Transport
from drawplate.profiles import SharedFiles

if TYPE_CHECKING:
    import ssl
    from typing import Unpack

    from drawplate.options import ClientOptions

#: Settled when the client is made: a copy shares the files that were read and the connections.
_FIXED = frozenset(
    {option.name for option in (*table.SOURCES, *table.TLS, table.SSL_CONTEXT)}
    | {"max_pool_connections"}
)
_CREDENTIALS = frozenset(option.name for option in table.CREDENTIALS)


class ServiceInfo:
    """What a service is called: by AWS ("SageMaker Runtime"), by options, and by signatures.

    `needs_region` is False where neither its endpoint nor its signatures depend on a region.
    """

    __slots__ = ("identifier", "needs_region", "service_id", "signing_name")

    def __init__(
        self, *, service_id: str, identifier: str, signing_name: str, needs_region: bool = True
    ) -> None:
        self.service_id = service_id
        self.identifier = identifier
        self.signing_name = signing_name
        self.needs_region = needs_region

    @property
    def services_section_key(self) -> str:
        """Name of the service in a `services` section of the config file."""
        return self.service_id.lower().replace(" ", "_").replace("-", "_")

    @property
    def endpoint_env_suffix(self) -> str:
        """What follows AWS_ENDPOINT_URL_ in the service's own variable."""
        return self.services_section_key.upper()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServiceInfo):
            return NotImplemented
        return (self.service_id, self.identifier, self.signing_name, self.needs_region) == (
            other.service_id,
            other.identifier,
            other.signing_name,
            other.needs_region,
        )

    def __hash__(self) -> int:
        return hash((self.service_id, self.identifier, self.signing_name))

    def __repr__(self) -> str:
        return (
            f"ServiceInfo(service_id={self.service_id!r}, identifier={self.identifier!r}, "
            f"signing_name={self.signing_name!r})"
        )


class Config:
    """Resolved configuration; read-only. Names and units are those of `options.ClientOptions`.

    `credentials` is the provider, asked for nothing yet. `account_id` is that of keys given as
    options. A pickle holds the options that were given, keys included, and is resolved anew, in the
    environment where it is loaded.
    """

    __slots__ = (
        "_files",
        "_given",
        "account_id",
        "api_key",
        "clock",
        "credentials",
        "defaults_mode",
        "disable_host_prefix_injection",
        "disable_request_compression",
        "endpoint",
        "environ",
        "http_idle_timeout",
        "http_open_timeout",
        "http_read_timeout",
        "ignore_configured_endpoint_urls",
        "max_attempts",
        "max_pool_connections",
        "profile",
        "region",
        "request_min_compression_size_bytes",
        "retry_after_send",
        "retry_base_delay",
        "retry_jitter",
        "retry_limit",
        "retry_max_delay",
        "retry_mode",
        "sdk_ua_app_id",
        "service",
        "sigv4a_signing_region_set",
        "ssl_ca_bundle",
        "ssl_ca_directory",
        "ssl_cert",
        "ssl_context",
        "ssl_key",
        "ssl_verify_peer",
        "token_provider",
        "transport",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
        "user_agent_suffix",
    )

    _files: SharedFiles
    _given: Mapping[str, object]
    service: ServiceInfo
    environ: Mapping[str, str]
    clock: Callable[[], float]
    profile: str
    region: str | None
    credentials: CredentialProvider
    account_id: str | None
    token_provider: TokenProvider | None
    api_key: str | None
    endpoint: str | None
    ignore_configured_endpoint_urls: bool
    use_fips_endpoint: bool
    use_dualstack_endpoint: bool
    sigv4a_signing_region_set: tuple[str, ...] | None
    disable_host_prefix_injection: bool
    defaults_mode: str
    retry_mode: Literal["legacy", "standard"]
    max_attempts: int
    retry_limit: int
    retry_base_delay: float
    retry_max_delay: float
    retry_jitter: Literal["none", "equal", "full"] | Callable[[float], float]
    retry_after_send: bool
    disable_request_compression: bool
    request_min_compression_size_bytes: int
    http_open_timeout: float
    http_read_timeout: float
    http_idle_timeout: float
    max_pool_connections: int
    ssl_verify_peer: bool
    ssl_ca_bundle: str | None
    ssl_ca_directory: str | None
    ssl_cert: str | None
    ssl_key: str | None
    ssl_context: ssl.SSLContext | None
    sdk_ua_app_id: str | None
    user_agent_suffix: str | None
    transport: Transport | None

    def __init__(self, values: Mapping[str, object]) -> None:
        for name in Config.__slots__:
            object.__setattr__(self, name, values[name])

    @property
    def required_region(self) -> str:
        """The region; raises `MissingRegionError` where there is none."""
        if self.region is None:
            raise MissingRegionError(
                "no region was given, and the endpoint or the signature of a request depends on "
                "it: pass region, set AWS_REGION, or add region to the profile"
            )
        return self.region

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"configuration is read-only; use replace({name}=...) for a copy")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("configuration is read-only")

    def replace(self, **options: Unpack[ClientOptions]) -> Config:
        """Return a copy with other options; only these are checked, all else stays as resolved.

        None leaves an option as it is. New keys replace the old ones altogether. Raises
        `ConfigurationError` for an option that only a new client can take.
        """
        given = _known(options)
        for name in given:
            if name in _FIXED:
                raise ConfigurationError(
                    f"{name} cannot be changed on a copy; make a new client with it"
                )
        values: dict[str, object] = {name: getattr(self, name) for name in Config.__slots__}
        for option in (
            *table.PLAIN,
            table.FIPS,
            table.ENDPOINT,
            table.TOKEN_PROVIDER,
            table.API_KEY,
        ):
            if option.name in given:
                values[option.name] = option.check(given[option.name], option.name)
        if "region" in given:
            region, fips = sources.region(check.region(given["region"], "region"))
            values["region"] = region
            values["use_fips_endpoint"] = fips or values["use_fips_endpoint"]
        kept = self._given
        if given.keys() & _CREDENTIALS:
            kept = {name: value for name, value in kept.items() if name not in _CREDENTIALS}
            values["credentials"], values["account_id"] = sources.credentials(
                given,
                self.environ,
                self._files,
                self.profile,
                explicit_profile="profile" in kept,
            )
        values["_given"] = {**kept, **given}
        return Config(values)

    def __reduce__(self) -> tuple[Callable[..., Config], tuple[dict[str, object], ServiceInfo]]:
        given = dict(self._given)
        if given.get("environ") is os.environ:
            del given["environ"]
        return _restore, (given, self.service)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={_shown(getattr(self, name))}"
            for name in Config.__slots__
            if not name.startswith("_")
        )
        return f"Config({shown})"


def resolve(options: Mapping[str, object], *, service: ServiceInfo) -> Config:
    """Resolve the options of a client; one that is None counts as not given.

    Raises TypeError for an unknown option or a wrong type, `ConfigurationError` for a wrong value,
    `NoSuchProfileError` for a profile that was asked for and is not there, `ConfigParseError` for a
    broken shared file, `PartialCredentialsError` for half a key pair.
    """
    found = sources.Sources(_known(options))
    mode = str(found.value(table.DEFAULTS_MODE))
    ignore_urls = found.value(table.IGNORE_URLS)
    region, fips = sources.region(found.value(table.REGION))
    if region is None and service.needs_region:
        raise MissingRegionError(
            "no region was given: pass region, set AWS_REGION, or add region to profile "
            f"{found.profile!r} in {found.files.places}"
        )
    credentials, account_id = sources.credentials(
        found.given,
        found.environ,
        found.files,
        found.profile,
        explicit_profile="profile" in found.given,
    )
    return Config(
        {
            "_files": found.files,
            "_given": found.given,
            "service": service,
            "environ": found.environ,
            "profile": found.profile,
            "defaults_mode": mode,
            "region": region,
            "use_fips_endpoint": fips or found.value(table.FIPS),
            "ignore_configured_endpoint_urls": ignore_urls,
            "endpoint": sources.endpoint(
                found, service.services_section_key, configured=not ignore_urls
            ),
            "credentials": credentials,
            "account_id": account_id,
            "token_provider": sources.token_provider(found, service.signing_name),
            "api_key": found.value(table.API_KEY),
            **{
                option.name: found.value(option, table.DEFAULTS_MODES[mode])
                for option in table.PLAIN
            },
            **sources.tls(found),
        }
    )


def _known(options: Mapping[str, object]) -> dict[str, object]:
    for name in options:
        if name not in table.OPTIONS:
            from difflib import get_close_matches

            close = get_close_matches(name, table.OPTIONS)
            hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "check its name"
            raise TypeError(f"unknown option {name!r}; {hint}")
    return {name: value for name, value in options.items() if value is not None}


def _restore(given: Mapping[str, object], service: ServiceInfo) -> Config:
    return resolve(given, service=service)


def _shown(value: object) -> str:
    """Print plain values as they are, and of objects the type: their repr may hold a secret."""
    if isinstance(value, ServiceInfo) or value is None or isinstance(value, (str, int, float)):
        return repr(value)
    return f"<{type(value).__name__}>"
