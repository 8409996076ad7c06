"""The constructor options as a table: one row for each, with its check, its sources, its default.

To add an option: a row here, a key in `options.ClientOptions`, a field of `config.Config`.
Rules G1 to G10 of options.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from drawplate import _option_checks as check
from drawplate.errors import ConfigurationError


class Option:
    """One option: `check` for its value, where else to look for it, and what it is otherwise.

    `variables` are environment variables in order, `key` the setting in a profile; `read` turns
    their text into what `check` takes and leaves text that it does not understand as it is.
    """

    __slots__ = ("check", "default", "key", "name", "read", "variables")

    def __init__(
        self,
        name: str,
        checked: check.Check,
        default: object = None,
        *,
        variables: tuple[str, ...] = (),
        key: str | None = None,
        read: Callable[[str], object] = str,
    ) -> None:
        self.name = name
        self.check = checked
        self.default = default
        self.variables = variables
        self.key = key
        self.read = read

    def find(
        self,
        given: Mapping[str, object],
        environ: Mapping[str, str],
        profile: Mapping[str, str],
        profile_name: str,
    ) -> object:
        """Look for the value in keywords, environment and profile; None when none of them has it.

        A source is not looked at when one before it has a value, so it may be wrong. Empty text
        counts as no value.
        """
        if self.name in given:
            return self.check(given[self.name], self.name)
        for variable in self.variables:
            text = environ.get(variable, "").strip()
            if text:
                return self._from_text(text, f"environment variable {variable}")
        text = profile.get(self.key, "") if self.key else ""
        if text:
            return self._from_text(text, f"{self.key} of profile {profile_name!r}")
        return None

    def _from_text(self, text: str, where: str) -> object:
        try:
            return self.check(self.read(text), where)
        except TypeError as wrong:
            # Text is never of the wrong type, only unreadable.
            raise ConfigurationError(str(wrong)) from None


def _read_flag(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), text)


def _read_int(text: str) -> object:
    return int(text) if text.isascii() and text.isdigit() else text


def _mode(seconds: float) -> Mapping[str, object]:
    return {"retry_mode": "standard", "http_open_timeout": seconds, "ssl_timeout": seconds}


def _read_list(text: str) -> object:
    return text.split(",")


#: What a defaults mode sets where nothing else does. options.md, number 15.
DEFAULTS_MODES: Mapping[str, Mapping[str, object]] = {
    "legacy": {},
    "standard": _mode(3.1),
    "in-region": _mode(1.1),
    "cross-region": _mode(3.1),
    "mobile": _mode(30.0),
}

ENVIRON = Option("environ", check.mapping)
PROFILE = Option("profile", check.text, variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
DEFAULTS_MODE = Option(
    "defaults_mode",
    check.one_of(*DEFAULTS_MODES, "auto"),
    "legacy",
    variables=("AWS_DEFAULTS_MODE",),
    key="defaults_mode",
    read=str.lower,
)
IGNORE_URLS = Option(
    "ignore_configured_endpoint_urls",
    check.flag,
    False,
    variables=("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",),
    key="ignore_configured_endpoint_urls",
    read=_read_flag,
)
#: Decide where the values of the others come from.
SOURCES = (ENVIRON, PROFILE, DEFAULTS_MODE, IGNORE_URLS)

#: Decide what a client is made of.
PLUGINS = Option("plugins", check.sequence, ())
STUBS = Option("stub_responses", check.stubs, False)

#: Each is one value that depends on no other option.
PLAIN = (
    Option(
        "use_dualstack_endpoint",
        check.flag,
        False,
        variables=("AWS_USE_DUALSTACK_ENDPOINT",),
        key="use_dualstack_endpoint",
        read=_read_flag,
    ),
    Option(
        "retry_mode",
        check.one_of("legacy", "standard", "adaptive"),
        "legacy",
        variables=("AWS_RETRY_MODE",),
        key="retry_mode",
    ),
    Option(
        "max_attempts",
        check.whole(1),
        3,
        variables=("AWS_MAX_ATTEMPTS",),
        key="max_attempts",
        read=_read_int,
    ),
    Option(
        "disable_request_compression",
        check.flag,
        False,
        variables=("AWS_DISABLE_REQUEST_COMPRESSION",),
        key="disable_request_compression",
        read=_read_flag,
    ),
    Option(
        "request_min_compression_size_bytes",
        check.whole(0, 10_485_760),
        10_240,
        variables=("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",),
        key="request_min_compression_size_bytes",
        read=_read_int,
    ),
    Option(
        "disable_host_prefix_injection",
        check.flag,
        False,
        variables=("AWS_DISABLE_HOST_PREFIX_INJECTION",),
        key="disable_host_prefix_injection",
        read=_read_flag,
    ),
    Option(
        "sigv4a_signing_region_set",
        check.region_set,
        variables=("AWS_SIGV4A_SIGNING_REGION_SET",),
        key="sigv4a_signing_region_set",
        read=_read_list,
    ),
    Option("retry_limit", check.whole(0), 3),
    Option("retry_base_delay", check.seconds, 0.3),
    Option("retry_max_delay", check.seconds, 0),
    Option("retry_jitter", check.jitter, "none"),
    Option("retry_after_send", check.flag, True),
    Option("http_open_timeout", check.seconds, 15),
    Option("http_read_timeout", check.seconds, 60),
    Option("http_idle_timeout", check.seconds, 5),
    Option("max_pool_connections", check.whole(1), 50),
    Option(
        "adaptive_retry_wait_to_fill",
        check.flag,
        True,
        variables=("AWS_ADAPTIVE_RETRY_WAIT_TO_FILL",),
        key="adaptive_retry_wait_to_fill",
        read=_read_flag,
    ),
    Option(
        "correct_clock_skew",
        check.flag,
        True,
        variables=("AWS_CORRECT_CLOCK_SKEW",),
        key="correct_clock_skew",
        read=_read_flag,
    ),
    Option("retry_backoff", check.function),
    Option("convert_params", check.flag, True),
    Option("validate_params", check.flag, True),
    Option("raise_response_errors", check.flag, True),
    Option("timeout", check.positive_seconds),
    Option("stream_timeout", check.positive_seconds),
    Option("stream_idle_timeout", check.positive_seconds),
    Option("http_continue_timeout", check.seconds, 1),
    Option("ssl_timeout", check.seconds),
    Option("tcp_keepalive", check.flag, True),
    Option("http_proxy", check.proxy),
    Option("http_codec", check.one_of("http1", "urllib3"), "http1"),
    Option("http_wire_trace", check.flag, False),
    Option("on_chunk_received", check.function),
    Option("on_chunk_sent", check.function),
    Option("logger", check.logger),
    Option("log_level", check.log_level, 20),
    Option("log_formatter", check.having("format", "an object with a method `format`")),
    Option(
        "client_side_monitoring",
        check.flag,
        False,
        variables=("AWS_CSM_ENABLED",),
        key="csm_enabled",
        read=_read_flag,
    ),
    Option(
        "client_side_monitoring_client_id",
        check.short(255),
        "",
        variables=("AWS_CSM_CLIENT_ID",),
        key="csm_client_id",
    ),
    Option(
        "client_side_monitoring_host",
        check.host,
        "127.0.0.1",
        variables=("AWS_CSM_HOST",),
        key="csm_host",
    ),
    Option(
        "client_side_monitoring_port",
        check.whole(1, 65_535),
        31_000,
        variables=("AWS_CSM_PORT",),
        key="csm_port",
        read=_read_int,
    ),
    Option(
        "client_side_monitoring_publisher",
        check.having("publish", "an object with a method `publish`"),
    ),
    Option("telemetry_provider", check.telemetry),
    Option("event_stream_handler", check.event_handler),
    Option("input_event_stream_handler", check.event_handler),
    Option("output_event_stream_handler", check.event_handler),
    Option(
        "endpoint_provider",
        check.having("resolve_endpoint", "an object with a method `resolve_endpoint`"),
    ),
    Option(
        "endpoint_discovery",
        check.flag,
        False,
        variables=("AWS_ENABLE_ENDPOINT_DISCOVERY", "AWS_ENDPOINT_DISCOVERY_ENABLED"),
        key="endpoint_discovery_enabled",
        read=_read_flag,
    ),
    Option("active_endpoint_cache", check.flag, False),
    Option("endpoint_cache_max_entries", check.whole(1), 1000),
    Option("endpoint_cache_max_threads", check.whole(1), 10),
    Option("endpoint_cache_poll_interval", check.whole(1), 60),
    Option("user_agent_frameworks", check.texts, ()),
    Option("sigv4_name", check.text),
    Option("sigv4_region", check.text),
    Option("instance_profile_credentials_retries", check.whole(0), 0),
    Option("instance_profile_credentials_timeout", check.seconds, 1),
    Option("sdk_ua_app_id", check.app_id, variables=("AWS_SDK_UA_APP_ID",), key="sdk_ua_app_id"),
    Option("user_agent_suffix", check.text),
    Option("transport", check.transport),
    Option("clock", check.function, time.time),
)

#: Replaces all of `TLS`.
SSL_CONTEXT = Option("ssl_context", check.tls_context)
#: Names of one option that mean another.
ALIASES: Mapping[str, str] = {"ssl_ca_store": "ssl_context"}
#: How to trust the service and be trusted by it.
TLS = (
    Option("ssl_verify_peer", check.flag, True),
    Option("ssl_ca_bundle", check.file_path, variables=("AWS_CA_BUNDLE",), key="ca_bundle"),
    Option("ssl_ca_directory", check.folder_path),
    Option("ssl_cert", check.file_path),
    Option("ssl_key", check.file_path),
)

REGION = Option(
    "region",
    check.region,
    variables=("AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION"),
    key="region",
)
FIPS = Option(
    "use_fips_endpoint",
    check.flag,
    False,
    variables=("AWS_USE_FIPS_ENDPOINT",),
    key="use_fips_endpoint",
    read=_read_flag,
)
#: Looked up by `config`, since its variables carry the service's name.
ENDPOINT = Option("endpoint", check.endpoint)

#: For services that take tokens or API keys instead of signatures.
TOKEN_PROVIDER = Option("token_provider", check.token_provider)
API_KEY = Option("api_key", check.secret)

#: The keys of the environment and of profiles belong to the chain of credentials.
CREDENTIALS = (
    Option("credentials", check.provider),
    Option("access_key_id", check.secret),
    Option("secret_access_key", check.secret),
    Option("session_token", check.secret),
    Option("account_id", check.text),
)

OPTIONS: Mapping[str, Option] = {
    option.name: option
    for option in (
        *SOURCES,
        PLUGINS,
        STUBS,
        *PLAIN,
        SSL_CONTEXT,
        *TLS,
        REGION,
        FIPS,
        ENDPOINT,
        TOKEN_PROVIDER,
        API_KEY,
        *CREDENTIALS,
    )
}
