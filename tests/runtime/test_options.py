"""Every option: its default, and where its value is taken from."""

from __future__ import annotations

import logging
import os
import ssl
import time
from pathlib import Path
from typing import get_type_hints

import pytest
from drawplate._option_table import ALIASES, DEFAULTS_MODES, OPTIONS
from drawplate.config import Config
from drawplate.credentials import Token
from drawplate.errors import ConfigurationError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.options import ClientOptions

from tests.runtime.configuration import settle, with_profile
from tests.support import read_json, suite_path

MODES = read_json(suite_path("behaviour-tests", "defaults-mode", "default-resolution.json"))
DEFAULTS: dict[str, object] = {
    "profile": "default",
    "endpoint": None,
    "ignore_configured_endpoint_urls": False,
    "use_fips_endpoint": False,
    "use_dualstack_endpoint": False,
    "plugins": (),
    "stub_responses": False,
    "defaults_mode": "legacy",
    "adaptive_retry_wait_to_fill": True,
    "correct_clock_skew": True,
    "retry_backoff": None,
    "convert_params": True,
    "validate_params": True,
    "raise_response_errors": True,
    "timeout": None,
    "stream_timeout": None,
    "stream_idle_timeout": None,
    "http_continue_timeout": 1,
    "ssl_timeout": None,
    "tcp_keepalive": True,
    "http_proxy": None,
    "http_codec": "http1",
    "http_wire_trace": False,
    "on_chunk_received": None,
    "on_chunk_sent": None,
    "logger": None,
    "log_level": 20,
    "log_formatter": None,
    "client_side_monitoring": False,
    "client_side_monitoring_client_id": "",
    "client_side_monitoring_host": "127.0.0.1",
    "client_side_monitoring_port": 31000,
    "client_side_monitoring_publisher": None,
    "telemetry_provider": None,
    "event_stream_handler": None,
    "input_event_stream_handler": None,
    "output_event_stream_handler": None,
    "endpoint_provider": None,
    "endpoint_discovery": False,
    "active_endpoint_cache": False,
    "endpoint_cache_max_entries": 1000,
    "endpoint_cache_max_threads": 10,
    "endpoint_cache_poll_interval": 60,
    "user_agent_frameworks": (),
    "sigv4_name": None,
    "sigv4_region": None,
    "instance_profile_credentials_retries": 0,
    "instance_profile_credentials_timeout": 1,
    "retry_mode": "legacy",
    "max_attempts": 3,
    "retry_limit": 3,
    "retry_base_delay": 0.3,
    "retry_max_delay": 0,
    "retry_jitter": "none",
    "retry_after_send": True,
    "http_open_timeout": 15,
    "http_read_timeout": 60,
    "http_idle_timeout": 5,
    "max_pool_connections": 50,
    "ssl_verify_peer": True,
    "ssl_ca_bundle": None,
    "ssl_ca_directory": None,
    "ssl_cert": None,
    "ssl_key": None,
    "ssl_context": None,
    "sdk_ua_app_id": None,
    "user_agent_suffix": None,
    "transport": None,
    "clock": time.time,
    "account_id": None,
    "token_provider": None,
    "api_key": None,
    "sigv4a_signing_region_set": None,
    "disable_host_prefix_injection": False,
    "disable_request_compression": False,
    "request_min_compression_size_bytes": 10240,
}


class Sender:
    def send(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(200)


def double(seconds: float) -> float:
    return seconds * 2


SENDER = Sender()


def test_table_types_and_configuration_name_the_same_options() -> None:
    names = set(OPTIONS)
    assert set(get_type_hints(ClientOptions, localns={"logging": logging})) == names | set(ALIASES)
    keys = {"access_key_id", "secret_access_key", "session_token"}
    fields = {name for name in Config.__slots__ if not name.startswith("_")}
    assert fields - {"service", "retry_era"} == names - keys
    assert names - keys - {"environ", "credentials"} == {*DEFAULTS, "region"}


@pytest.mark.parametrize("name", DEFAULTS)
def test_default(name: str) -> None:
    assert getattr(settle({}, region="x"), name) == DEFAULTS[name]


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_none_counts_as_not_given(name: str) -> None:
    environ = {"AWS_REGION": "eu-west-1"}
    options: dict[str, object] = {} if name == "environ" else {name: None}
    assert repr(settle(environ, **options)) == repr(settle(environ))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "eu-west-1"),
        ("endpoint", "http://127.0.0.1:8080"),
        ("ignore_configured_endpoint_urls", True),
        ("use_fips_endpoint", True),
        ("use_dualstack_endpoint", True),
        ("defaults_mode", "mobile"),
        ("retry_mode", "standard"),
        ("max_attempts", 1),
        ("retry_limit", 0),
        ("retry_base_delay", 0),
        ("retry_max_delay", 2.5),
        ("retry_jitter", "equal"),
        ("retry_jitter", double),
        ("retry_after_send", False),
        ("http_open_timeout", 0.5),
        ("http_read_timeout", 70),
        ("http_idle_timeout", 0),
        ("max_pool_connections", 1),
        ("ssl_verify_peer", False),
        ("ssl_ca_directory", os.path.dirname(__file__)),
        ("ssl_cert", __file__),
        ("sdk_ua_app_id", "my app/1"),
        ("user_agent_suffix", "lib/x#1"),
        ("transport", SENDER),
        ("token_provider", Token("t")),
        ("api_key", "k"),
        ("sigv4a_signing_region_set", ("us-east-1", "us-*")),
        ("disable_host_prefix_injection", True),
        ("disable_request_compression", True),
        ("request_min_compression_size_bytes", 0),
        ("request_min_compression_size_bytes", 10_485_760),
        ("clock", time.monotonic),
    ],
)
def test_keyword(name: str, value: object) -> None:
    options: dict[str, object] = {"region": "us-west-2", name: value}
    assert getattr(settle({}, **options), name) == value


@pytest.mark.parametrize(
    ("name", "variables", "key", "text", "value", "other"),
    [
        ("region", ["AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION"], "region", "a", "a", "b"),
        ("endpoint", ["AWS_ENDPOINT_URL"], "endpoint_url", "http://a", "http://a", "http://b"),
        (
            "ignore_configured_endpoint_urls",
            ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
            "ignore_configured_endpoint_urls",
            "True",
            True,
            False,
        ),
        (
            "use_fips_endpoint",
            ["AWS_USE_FIPS_ENDPOINT"],
            "use_fips_endpoint",
            "TRUE",
            True,
            False,
        ),
        (
            "use_dualstack_endpoint",
            ["AWS_USE_DUALSTACK_ENDPOINT"],
            "use_dualstack_endpoint",
            "true",
            True,
            False,
        ),
        (
            "disable_request_compression",
            ["AWS_DISABLE_REQUEST_COMPRESSION"],
            "disable_request_compression",
            "TRUE",
            True,
            False,
        ),
        (
            "request_min_compression_size_bytes",
            ["AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"],
            "request_min_compression_size_bytes",
            "128",
            128,
            129,
        ),
        (
            "disable_host_prefix_injection",
            ["AWS_DISABLE_HOST_PREFIX_INJECTION"],
            "disable_host_prefix_injection",
            "true",
            True,
            False,
        ),
        (
            "sigv4a_signing_region_set",
            ["AWS_SIGV4A_SIGNING_REGION_SET"],
            "sigv4a_signing_region_set",
            "us-east-1, ,us-west-2,",
            ("us-east-1", "us-west-2"),
            ("*",),
        ),
        ("defaults_mode", ["AWS_DEFAULTS_MODE"], "defaults_mode", "Mobile", "mobile", "standard"),
        ("retry_mode", ["AWS_RETRY_MODE"], "retry_mode", "standard", "standard", "legacy"),
        ("max_attempts", ["AWS_MAX_ATTEMPTS"], "max_attempts", "7", 7, 8),
        ("ssl_ca_bundle", ["AWS_CA_BUNDLE"], "ca_bundle", __file__, __file__, os.__file__),
        ("sdk_ua_app_id", ["AWS_SDK_UA_APP_ID"], "sdk_ua_app_id", "a", "a", "b"),
    ],
)
def test_environment_and_profile(
    name: str,
    variables: list[str],
    key: str,
    text: str,
    value: object,
    other: object,
    tmp_path: Path,
) -> None:
    region: dict[str, object] = {} if name == "region" else {"region": "x"}
    environ = with_profile(tmp_path, f"{key} = {text}")
    assert getattr(settle({**environ, variables[0]: " "}, **region), name) == value
    # What a source decides is not even read in those behind it.
    environ = with_profile(tmp_path, f"{key} = \x00")
    for variable in variables:
        assert getattr(settle({**environ, variable: text}, **region), name) == value
        options = {**region, name: other}
        assert getattr(settle({**environ, variable: "\x00"}, **options), name) == other


def test_the_first_variable_of_a_region_that_has_a_value_wins() -> None:
    environ = {"AWS_REGION": "", "AMAZON_REGION": "b", "AWS_DEFAULT_REGION": "c"}
    assert settle(environ).region == "b"


@pytest.mark.parametrize("mode", [*MODES["modes"], *MODES["documentation"]["modes"]])
def test_every_mode_of_the_behaviour_defaults_mode_suite_is_known(mode: str) -> None:
    assert mode in {*DEFAULTS_MODES, "auto"}


@pytest.mark.parametrize(
    ("mode", "retry_mode", "open_timeout"),
    [
        ("legacy", "legacy", 15),
        ("standard", "standard", 3.1),
        ("in-region", "standard", 1.1),
        ("cross-region", "standard", 3.1),
        ("mobile", "standard", 30),
    ],
)
def test_defaults_mode_fills_in_what_nothing_else_sets(
    mode: str, retry_mode: str, open_timeout: float
) -> None:
    config = settle({"AWS_DEFAULTS_MODE": mode.upper()}, region="x")
    assert (config.retry_mode, config.http_open_timeout, config.http_read_timeout) == (
        retry_mode,
        open_timeout,
        60,
    )
    config = settle(
        {"AWS_RETRY_MODE": "legacy"}, region="x", defaults_mode=mode, http_open_timeout=9
    )
    assert (config.retry_mode, config.http_open_timeout) == ("legacy", 9)


def test_an_ssl_context_stands_for_all_other_ssl_options() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    config = settle({"AWS_CA_BUNDLE": "/missing"}, region="x", ssl_context=context)
    assert (config.ssl_context, config.ssl_ca_bundle) == (context, None)
    beside: list[dict[str, object]] = [{"ssl_verify_peer": True}, {"ssl_ca_bundle": __file__}]
    for options in beside:
        with pytest.raises(ConfigurationError) as caught:
            settle({}, region="x", ssl_context=context, **options)
        assert str(caught.value) == (
            f"{next(iter(options))} cannot be given together with ssl_context; set it up there"
        )


def test_paths_may_be_path_objects() -> None:
    config = settle(
        {}, region="x", ssl_ca_bundle=Path(__file__), ssl_ca_directory=Path(__file__).parent
    )
    assert (config.ssl_ca_bundle, config.ssl_ca_directory) == (
        __file__,
        str(Path(__file__).parent),
    )


def test_a_region_set_is_what_a_list_holds_beside_none_and_nothing() -> None:
    given = [None, "us-east-1", "", " us-west-2 ", None]
    config = settle({}, region="x", sigv4a_signing_region_set=given)
    assert config.sigv4a_signing_region_set == ("us-east-1", "us-west-2")
    copy = config.replace(sigv4a_signing_region_set=["*"])
    assert copy.sigv4a_signing_region_set == ("*",)


def test_a_long_application_id_is_used_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert settle({}, region="x", sdk_ua_app_id="a" * 50).sdk_ua_app_id == "a" * 50
    assert caplog.messages == []
    assert settle({}, region="x", sdk_ua_app_id="a" * 51).sdk_ua_app_id == "a" * 51
    assert caplog.messages == ["sdk_ua_app_id has 51 characters; services may cut it at 50"]
