"""What is said about wrong options, wrong variables and wrong profile settings: the whole text."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawplate.config import resolve
from drawplate.credentials import Credentials
from drawplate.errors import ConfigurationError, InvalidRegionError, InvalidRegionSetError

from tests.runtime.configuration import SERVICE, settle, with_profile

NOT_A_FLAG = "must be True or False, got"
NOT_COUNT = "must be an int of 1 or more, got"
NOT_A_RETRY_MODE = "must be 'legacy', 'standard' or 'adaptive', got"
NOT_SECONDS = "must be a number of seconds from 0 on, got"


class Sender:
    """A transport; its class is none."""

    def send(self) -> None: ...


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("profile", 1, "profile must be a str, got 1"),
        ("environ", [], "environ must be a mapping of str to str, got an object of type list"),
        ("clock", 1.0, "clock must be a callable, got 1.0"),
        ("region", 1, "region must be a str such as 'us-west-2', got 1"),
        ("access_key_id", 1, "access_key_id must be a str, got an object of type int"),
        ("secret_access_key", 1, "secret_access_key must be a str, got an object of type int"),
        ("session_token", b"x", "session_token must be a str, got an object of type bytes"),
        ("account_id", 123, "account_id must be a str, got 123"),
        (
            "credentials",
            Credentials,
            "credentials must be an object with a credentials attribute or a function that returns "
            "Credentials, got an object of type type",
        ),
        (
            "credentials",
            ("a", "b"),
            "credentials must be an object with a credentials attribute or a function that returns "
            "Credentials, got an object of type tuple",
        ),
        (
            "token_provider",
            "text",
            "token_provider must be an object with a token attribute, got 'text'",
        ),
        ("api_key", 1, "api_key must be a str, got an object of type int"),
        ("disable_request_compression", "true", f"disable_request_compression {NOT_A_FLAG} 'true'"),
        ("disable_host_prefix_injection", 1, f"disable_host_prefix_injection {NOT_A_FLAG} 1"),
        (
            "request_min_compression_size_bytes",
            1.0,
            "request_min_compression_size_bytes must be an int from 0 to 10485760, got 1.0",
        ),
        ("ignore_configured_endpoint_urls", 1, f"ignore_configured_endpoint_urls {NOT_A_FLAG} 1"),
        ("use_fips_endpoint", "true", f"use_fips_endpoint {NOT_A_FLAG} 'true'"),
        ("use_dualstack_endpoint", 0, f"use_dualstack_endpoint {NOT_A_FLAG} 0"),
        ("retry_after_send", 0, f"retry_after_send {NOT_A_FLAG} 0"),
        ("ssl_verify_peer", 0, f"ssl_verify_peer {NOT_A_FLAG} 0"),
        ("max_attempts", True, f"max_attempts {NOT_COUNT} True"),
        ("max_attempts", 2.0, f"max_attempts {NOT_COUNT} 2.0"),
        ("retry_limit", "3", "retry_limit must be an int of 0 or more, got '3'"),
        ("max_pool_connections", 1.5, f"max_pool_connections {NOT_COUNT} 1.5"),
        ("retry_base_delay", "1", f"retry_base_delay {NOT_SECONDS} '1'"),
        ("retry_max_delay", True, f"retry_max_delay {NOT_SECONDS} True"),
        ("http_open_timeout", "1", f"http_open_timeout {NOT_SECONDS} '1'"),
        ("http_read_timeout", (1, 2), f"http_read_timeout {NOT_SECONDS} an object of type tuple"),
        ("http_idle_timeout", False, f"http_idle_timeout {NOT_SECONDS} False"),
        ("retry_mode", 1, "retry_mode must be 'legacy', 'standard' or 'adaptive', got 1"),
        ("retry_jitter", 1, "retry_jitter must be 'none', 'equal', 'full' or a callable, got 1"),
        (
            "defaults_mode",
            1,
            "defaults_mode must be 'legacy', 'standard', 'in-region', 'cross-region', 'mobile' or "
            "'auto', got 1",
        ),
        ("ssl_ca_bundle", 1, "ssl_ca_bundle must be the path of an existing file, got 1"),
        ("ssl_ca_directory", 1, "ssl_ca_directory must be the path of an existing folder, got 1"),
        ("ssl_cert", 1, "ssl_cert must be the path of an existing file, got 1"),
        ("ssl_key", 1, "ssl_key must be the path of an existing file, got 1"),
        ("ssl_context", "x", "ssl_context must be an ssl.SSLContext, got 'x'"),
        ("sdk_ua_app_id", 1, "sdk_ua_app_id must be a str, got 1"),
        ("user_agent_suffix", 1, "user_agent_suffix must be a str, got 1"),
        (
            "transport",
            Sender,
            "transport must be an object with a send method, got an object of type type",
        ),
        ("regoin", "x", "unknown option 'regoin'; did you mean 'region'?"),
        (
            "retry_delay",
            1,
            "unknown option 'retry_delay'; "
            "did you mean 'retry_max_delay' or 'retry_base_delay' or 'retry_mode'?",
        ),
        ("zzz", None, "unknown option 'zzz'; check its name"),
    ],
)
def test_wrong_type(name: str, value: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        resolve({"region": "us-west-2", "environ": {}, name: value}, service=SERVICE)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_attempts", 0, f"max_attempts {NOT_COUNT} 0"),
        (
            "request_min_compression_size_bytes",
            10_485_761,
            "request_min_compression_size_bytes must be an int from 0 to 10485760, got 10485761",
        ),
        ("retry_limit", -1, "retry_limit must be an int of 0 or more, got -1"),
        ("max_pool_connections", 0, f"max_pool_connections {NOT_COUNT} 0"),
        ("retry_base_delay", -0.1, f"retry_base_delay {NOT_SECONDS} -0.1"),
        ("http_open_timeout", float("nan"), f"http_open_timeout {NOT_SECONDS} nan"),
        ("http_read_timeout", float("inf"), f"http_read_timeout {NOT_SECONDS} inf"),
        (
            "retry_mode",
            "Standard",
            f"retry_mode {NOT_A_RETRY_MODE} 'Standard'",
        ),
        (
            "retry_jitter",
            "half",
            "retry_jitter must be 'none', 'equal', 'full' or a callable, got 'half'",
        ),
        ("ssl_cert", "/missing", "ssl_cert must be the path of an existing file, got '/missing'"),
        ("ssl_key", __file__, "ssl_key was given without ssl_cert; give the certificate too"),
        (
            "ssl_ca_directory",
            __file__,
            f"ssl_ca_directory must be the path of an existing folder, got {__file__!r}",
        ),
        (
            "user_agent_suffix",
            "a\nb",
            r"user_agent_suffix must be printable text on one line, got 'a\nb'",
        ),
        *(
            ("endpoint", value, f"endpoint must be an http:// or https:// URL, got {shown}")
            for value, shown in [
                ("foo.com", "'foo.com'"),
                ("", "''"),
                (5, "5"),
                ("ftp://h", "'ftp://h'"),
                ("http://", "'http://'"),
                ("http://h:x", "'http://h:x'"),
                ("http://h h", "'http://h h'"),
                ("http://[::1", "'http://[::1'"),
                ("http://hé", "'http://hé'"),
            ]
        ),
        (
            "endpoint",
            "https://user:pass@h",
            "endpoint must be an http:// or https:// URL without a user name or password",
        ),
    ],
)
def test_wrong_value(name: str, value: object, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve({"region": "us-west-2", "environ": {}, name: value}, service=SERVICE)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("variable", "key", "text", "expected"),
    [
        ("AWS_MAX_ATTEMPTS", "max_attempts", "many", f"{NOT_COUNT} 'many'"),
        ("AWS_MAX_ATTEMPTS", "max_attempts", "-1", f"{NOT_COUNT} '-1'"),
        ("AWS_MAX_ATTEMPTS", "max_attempts", "0", f"{NOT_COUNT} 0"),
        ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", "yes", f"{NOT_A_FLAG} 'yes'"),
        (
            "AWS_RETRY_MODE",
            "retry_mode",
            "x",
            f"{NOT_A_RETRY_MODE} 'x'",
        ),
        (
            "AWS_CA_BUNDLE",
            "ca_bundle",
            "/missing",
            "must be the path of an existing file, got '/missing'",
        ),
        ("AWS_ENDPOINT_URL", "endpoint_url", "h", "must be an http:// or https:// URL, got 'h'"),
    ],
)
def test_wrong_text_in_environment_or_profile(
    variable: str, key: str, text: str, expected: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settle({variable: text}, region="x")
    assert str(caught.value) == f"environment variable {variable} {expected}"
    with pytest.raises(ConfigurationError) as caught:
        settle(with_profile(tmp_path, f"{key} = {text}"), region="x")
    assert str(caught.value) == f"{key} of profile 'default' {expected}"


@pytest.mark.parametrize(
    "region", ["", "-", "-a", "a-", "a.b", "a_b", "us-west-2\n", "é", "a" * 64, "fips-", "a b"]
)
def test_invalid_region(region: str) -> None:
    with pytest.raises(InvalidRegionError) as caught:
        settle({}, region=region)
    assert str(caught.value) == (
        "region must be a host label such as 'us-west-2': at most 63 letters, digits and inner "
        f"hyphens, got {region!r}"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([], "an object of type list"),
        ([None, "", " "], "an object of type list"),
        (["us-east-1", 1], "an object of type list"),
        (["us east 1"], "an object of type list"),
        (["us-east-1,us-west-2"], "an object of type list"),
        (["us-east-1\r\nx-a: b"], "an object of type list"),
        ({"us-east-1"}, "an object of type set"),
        ("us-east-1", "'us-east-1'"),
        (1, "1"),
    ],
)
def test_region_sets_that_are_empty_or_none(value: object, shown: str) -> None:
    with pytest.raises(InvalidRegionSetError) as caught:
        settle({}, region="x", sigv4a_signing_region_set=value)
    assert str(caught.value) == (
        "sigv4a_signing_region_set: the SigV4A region set was empty or invalid; give a list of "
        f"regions, such as ['us-east-1', 'us-west-2'] or ['*'], got {shown}"
    )


def test_region_sets_of_environment_and_profile(tmp_path: Path) -> None:
    with pytest.raises(InvalidRegionSetError) as caught:
        settle({"AWS_SIGV4A_SIGNING_REGION_SET": ","}, region="x")
    variable = "environment variable AWS_SIGV4A_SIGNING_REGION_SET"
    assert str(caught.value).startswith(f"{variable}: the SigV4A region set was empty or invalid")
    with pytest.raises(InvalidRegionSetError, match="of profile 'default': the SigV4A region set"):
        settle(with_profile(tmp_path, "sigv4a_signing_region_set = a b"), region="x")
