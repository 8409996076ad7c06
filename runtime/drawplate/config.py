"""What a client was configured to do: resolved once, when the client is made.

`resolve` asks keywords, environment, shared files, defaults mode and defaults, in this order, and
does no I/O but reading the shared files. Rules and options: options.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast

from drawplate import _config_sources as sources
from drawplate import _option_checks as check
from drawplate import _option_table as table
from drawplate import defaults
from drawplate.credentials import CredentialProvider, Credentials, Token, TokenProvider
from drawplate.errors import ConfigurationError, MissingRegionError
from drawplate.http import AsyncTransport, Transport
from drawplate.profiles import SharedFiles
from drawplate.retry_eras import Era, era_of

if TYPE_CHECKING:
    import logging
    import ssl
    from typing import Unpack

    from drawplate.context import RequestContext
    from drawplate.endpoints import EndpointProvider
    from drawplate.log import LogFormatter
    from drawplate.monitoring import Publisher
    from drawplate.options import ClientOptions
    from drawplate.telemetry import TelemetryProviderBase

#: Settled when the client is made: a copy shares the files that were read and the connections.
_FIXED = frozenset(
    {
        option.name
        for option in (*table.SOURCES, table.PLUGINS, table.STUBS, *table.TLS, table.SSL_CONTEXT)
    }
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
        "_extra",
        "_files",
        "_given",
        "account_id",
        "active_endpoint_cache",
        "adaptive_retry_wait_to_fill",
        "api_key",
        "client_side_monitoring",
        "client_side_monitoring_client_id",
        "client_side_monitoring_host",
        "client_side_monitoring_port",
        "client_side_monitoring_publisher",
        "clock",
        "convert_params",
        "correct_clock_skew",
        "credentials",
        "defaults_mode",
        "disable_host_prefix_injection",
        "disable_request_compression",
        "endpoint",
        "endpoint_cache_max_entries",
        "endpoint_cache_max_threads",
        "endpoint_cache_poll_interval",
        "endpoint_discovery",
        "endpoint_provider",
        "environ",
        "event_stream_handler",
        "http_codec",
        "http_continue_timeout",
        "http_idle_timeout",
        "http_open_timeout",
        "http_proxy",
        "http_read_timeout",
        "http_wire_trace",
        "ignore_configured_endpoint_urls",
        "input_event_stream_handler",
        "instance_profile_credentials_retries",
        "instance_profile_credentials_timeout",
        "log_formatter",
        "log_level",
        "logger",
        "max_attempts",
        "max_pool_connections",
        "on_chunk_received",
        "on_chunk_sent",
        "output_event_stream_handler",
        "plugins",
        "profile",
        "raise_response_errors",
        "region",
        "request_min_compression_size_bytes",
        "retry_after_send",
        "retry_backoff",
        "retry_base_delay",
        "retry_era",
        "retry_jitter",
        "retry_limit",
        "retry_max_delay",
        "retry_mode",
        "sdk_ua_app_id",
        "service",
        "sigv4_name",
        "sigv4_region",
        "sigv4a_signing_region_set",
        "ssl_ca_bundle",
        "ssl_ca_directory",
        "ssl_cert",
        "ssl_context",
        "ssl_key",
        "ssl_timeout",
        "ssl_verify_peer",
        "stream_idle_timeout",
        "stream_timeout",
        "stub_responses",
        "tcp_keepalive",
        "telemetry_provider",
        "timeout",
        "token_provider",
        "transport",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
        "user_agent_frameworks",
        "user_agent_suffix",
        "validate_params",
    )

    _extra: Mapping[str, Any]
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
    retry_mode: Literal["legacy", "standard", "adaptive"]
    #: The numbers that standard and adaptive mode count with. retries.md section 7.
    retry_era: Era
    adaptive_retry_wait_to_fill: bool
    correct_clock_skew: bool
    max_attempts: int
    retry_limit: int
    retry_base_delay: float
    retry_max_delay: float
    retry_jitter: Literal["none", "equal", "full"] | Callable[[float], float]
    retry_backoff: Callable[[RequestContext], object] | None
    retry_after_send: bool
    convert_params: bool
    validate_params: bool
    raise_response_errors: bool
    plugins: tuple[object, ...]
    stub_responses: bool | Mapping[str, object]
    endpoint_provider: EndpointProvider | None
    event_stream_handler: object | None
    input_event_stream_handler: object | None
    output_event_stream_handler: object | None
    logger: logging.Logger | None
    log_level: int
    log_formatter: LogFormatter | None
    telemetry_provider: TelemetryProviderBase | None
    client_side_monitoring: bool
    client_side_monitoring_client_id: str
    client_side_monitoring_host: str
    client_side_monitoring_port: int
    client_side_monitoring_publisher: Publisher | None
    endpoint_discovery: bool
    active_endpoint_cache: bool
    endpoint_cache_max_entries: int
    endpoint_cache_max_threads: int
    endpoint_cache_poll_interval: int
    sigv4_name: str | None
    sigv4_region: str | None
    instance_profile_credentials_retries: int
    instance_profile_credentials_timeout: float
    disable_request_compression: bool
    request_min_compression_size_bytes: int
    timeout: float | None
    stream_timeout: float | None
    stream_idle_timeout: float | None
    http_open_timeout: float
    http_read_timeout: float
    http_idle_timeout: float
    http_continue_timeout: float
    max_pool_connections: int
    tcp_keepalive: bool
    http_proxy: str | None
    http_codec: Literal["http1", "urllib3"]
    http_wire_trace: bool
    on_chunk_sent: Callable[[bytes, int, int | None], object] | None
    on_chunk_received: Callable[[bytes, int, int | None], object] | None
    ssl_timeout: float | None
    ssl_verify_peer: bool
    ssl_ca_bundle: str | None
    ssl_ca_directory: str | None
    ssl_cert: str | None
    ssl_key: str | None
    ssl_context: ssl.SSLContext | None
    sdk_ua_app_id: str | None
    user_agent_frameworks: tuple[str, ...]
    user_agent_suffix: str | None
    transport: Transport | AsyncTransport | None

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

    @property
    def limits_streams(self) -> bool:
        """Whether streams of events are held to a time of their own."""
        return self.stream_timeout is not None or self.stream_idle_timeout is not None

    @property
    def extra(self) -> Mapping[str, Any]:
        """Options that plugins declared; they are attributes too."""
        return self._extra

    if not TYPE_CHECKING:  # which know only what every client has

        def __getattr__(self, name: str) -> Any:
            """Options that plugins declared."""
            if name in Config.__slots__ or name not in self._extra:
                raise AttributeError(f"there is no option {name!r}")
            return self._extra[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"configuration is read-only; use replace({name}=...) for a copy")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("configuration is read-only")

    def replace(self, **options: Unpack[ClientOptions]) -> Config:
        """Return a copy with other options; only these are checked, all else stays as resolved.

        None leaves an option as it is. New keys replace the old ones altogether. Raises
        `ConfigurationError` for an option that only a new client can take.
        """
        given = sources.known(options, self._extra)
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
                given, values, explicit_profile="profile" in kept
            )
        if self._extra:
            values["_extra"] = {name: given.get(name, value) for name, value in self._extra.items()}
        values["_given"] = {**kept, **given}
        return Config(values)

    @property
    def given(self) -> dict[str, object]:
        """The options that were given as keywords, by name; secrets are among them."""
        return {
            name: value
            for name, value in self._given.items()
            if name != "environ" or value is not os.environ
        }

    def __reduce__(self) -> tuple[Callable[..., Config], tuple[dict[str, object], ServiceInfo]]:
        given = {name: value for name, value in self.given.items() if name not in self._extra}
        return _restore, (given, self.service)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={_shown(getattr(self, name))}"
            for name in Config.__slots__
            if not name.startswith("_")
        )
        return f"Config({shown})"


class Declaration:
    """An option that a plugin declared: what it is where nobody gives it.

    `default` is a value, or a function that is called with the configuration.
    """

    __slots__ = ("default", "docs", "name")

    def __init__(self, name: str, default: object = None, docs: str = "") -> None:
        self.name = name
        self.default = default
        self.docs = docs


def resolve(
    options: Mapping[str, object],
    *,
    service: ServiceInfo,
    declared: Sequence[Declaration] = (),
    files: SharedFiles | None = None,
) -> Config:
    """Resolve the options of a client; one that is None counts as not given.

    `files` are shared files that were read already.
    Raises TypeError for an unknown option or a wrong type, `ConfigurationError` for a wrong value,
    `NoSuchProfileError` for a profile that was asked for and is not there, `ConfigParseError` for a
    broken shared file, `PartialCredentialsError` for half a key pair.
    """
    own = {declaration.name for declaration in declared}
    given = sources.known(options, own)
    found = sources.Sources({**sources.of_defaults(service.identifier, own), **given}, files)
    era = era_of(found.environ, service.service_id)
    mode = str(found.value(table.DEFAULTS_MODE))
    ignore_urls = found.value(table.IGNORE_URLS)
    region, fips = sources.region(found.value(table.REGION))
    sources.check_proxies(found)
    stubs = found.value(table.STUBS)
    if region is None and stubs is not False:
        region = "us-stubbed-1"
    if region is None and service.needs_region:
        raise MissingRegionError(
            "no region was given: pass region, set AWS_REGION, or add region to profile "
            f"{found.profile!r} in {found.files.places}"
        )
    if mode == "auto":
        from drawplate._defaults_mode import resolve_auto  # hardly any client asks for it

        mode = resolve_auto(region, found.environ)
    of_mode = {
        "retry_mode": era.default_mode,
        "max_attempts": era.max_attempts,
        **table.DEFAULTS_MODES[mode],
    }
    values: dict[str, object] = {
        "_extra": {},
        "_files": found.files,
        "_given": given,
        "service": service,
        "environ": found.environ,
        "profile": found.profile,
        "defaults_mode": mode,
        "retry_era": era,
        "region": region,
        "use_fips_endpoint": fips or found.value(table.FIPS),
        "ignore_configured_endpoint_urls": ignore_urls,
        "endpoint": sources.endpoint(
            found, service.services_section_key, configured=not ignore_urls
        ),
        "api_key": found.value(table.API_KEY),
        "plugins": found.value(table.PLUGINS),
        "stub_responses": stubs,
        **{option.name: found.value(option, of_mode) for option in table.PLAIN},
        **sources.tls(found),
    }
    if stubs is False:
        explicit = "profile" in found.given
        values["credentials"], values["account_id"] = sources.credentials(
            found.given, values, explicit_profile=explicit
        )
        values["token_provider"] = sources.token_provider(
            found, values, service.signing_name, explicit_profile=explicit
        )
    else:
        values["credentials"] = Credentials("stubbed-akid", "stubbed-secret")
        values["account_id"] = None
        values["token_provider"] = found.value(table.TOKEN_PROVIDER) or Token("token")
    return _declared(values, declared, found.given) if declared else Config(values)


def _declared(
    values: dict[str, object], declared: Sequence[Declaration], given: Mapping[str, object]
) -> Config:
    """Settle the options of plugins; of two declarations of one option the later one counts."""
    extra: dict[str, object] = {}
    for declaration in declared:
        name, default = declaration.name, declaration.default
        if name in given:
            extra[name] = given[name]
            continue
        value = default(Config({**values, "_extra": extra})) if callable(default) else default
        option = table.OPTIONS.get(name)
        if option is None:
            extra[name] = extra.get(name) if value is None else value
        elif value is not None:
            values[name] = option.check(value, name)
    own = {name: value for name, value in extra.items() if name not in table.OPTIONS}
    return Config({**values, "_extra": own})


def default_of(name: str, service: ServiceInfo) -> object:
    """What `drawplate.defaults` says of one option of this service's clients; None for nothing."""
    named: object = defaults.get(service.identifier)
    found = cast("Mapping[str, object]", named).get(name) if isinstance(named, Mapping) else None
    return defaults.get(name) if found is None else found


def _restore(given: Mapping[str, object], service: ServiceInfo) -> Config:
    return resolve(given, service=service)


def _shown(value: object) -> str:
    """Print plain values as they are, and of objects the type: their repr may hold a secret."""
    if isinstance(value, ServiceInfo) or value is None or isinstance(value, (str, int, float)):
        return repr(value)
    return f"<{type(value).__name__}>"
