"""Resolution as a whole: precedence, profiles, region, credentials, copies, pickles, secrets."""

from __future__ import annotations

import logging
import os
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from drawplate.config import Config, resolve
from drawplate.credentials import Credentials
from drawplate.errors import (
    ConfigParseError,
    ConfigurationError,
    MissingCredentialsError,
    MissingRegionError,
    NoSuchProfileError,
    PartialCredentialsError,
)

from tests.runtime.configuration import SERVICE, settle

ENV_KEYS = {"AWS_ACCESS_KEY_ID": "env-key", "AWS_SECRET_ACCESS_KEY": "env-secret"}
MARKER = "s3cr3t-marker"
CONFIG = """\
[default]
region = eu-default-1
[profile dev]
region = eu-dev-1
aws_access_key_id = dev-key
aws_secret_access_key = dev-secret
[profile custom]
region = eu-custom-1
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose config file has a few profiles."""
    (tmp_path / "config").write_text(CONFIG, encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }


def key_id(config: Config) -> str:
    return config.credentials.credentials.access_key_id


def test_keyword_then_environment_then_credentials_file_then_config_file_then_mode(
    environ: dict[str, str],
) -> None:
    config_file = Path(environ["AWS_CONFIG_FILE"])
    credentials_file = Path(environ["AWS_SHARED_CREDENTIALS_FILE"])
    found = [settle(environ).retry_mode]
    environ["AWS_DEFAULTS_MODE"] = "standard"
    found.append(settle(environ).retry_mode)
    config_file.write_text("[default]\nregion = x\nretry_mode = legacy", encoding="utf-8")
    found.append(settle(environ).retry_mode)
    credentials_file.write_text("[default]\nretry_mode = standard", encoding="utf-8")
    found.append(settle(environ).retry_mode)
    environ["AWS_RETRY_MODE"] = "legacy"
    found.append(settle(environ).retry_mode)
    found.append(settle(environ, retry_mode="standard").retry_mode)
    assert found == ["legacy", "standard", "legacy", "standard", "legacy", "standard"]


@pytest.mark.parametrize(
    ("options", "variables", "profile", "region"),
    [
        ({}, {}, "default", "eu-default-1"),
        ({}, {"AWS_PROFILE": "dev"}, "dev", "eu-dev-1"),
        ({}, {"AWS_DEFAULT_PROFILE": "dev"}, "dev", "eu-dev-1"),
        ({}, {"AWS_PROFILE": "custom", "AWS_DEFAULT_PROFILE": "dev"}, "custom", "eu-custom-1"),
        ({"profile": "dev"}, {"AWS_PROFILE": "custom"}, "dev", "eu-dev-1"),
        ({"profile": "dev"}, {"AWS_PROFILE": "missing"}, "dev", "eu-dev-1"),
    ],
)
def test_profile_in_use(
    environ: dict[str, str],
    options: dict[str, object],
    variables: dict[str, str],
    profile: str,
    region: str,
) -> None:
    config = settle({**environ, **variables}, **options)
    assert (config.profile, config.region) == (profile, region)


@pytest.mark.parametrize(
    ("options", "variables"), [({"profile": "x"}, {}), ({}, {"AWS_DEFAULT_PROFILE": "x"})]
)
def test_a_profile_that_was_asked_for_must_be_there(
    environ: dict[str, str], options: dict[str, object], variables: dict[str, str]
) -> None:
    with pytest.raises(NoSuchProfileError) as caught:
        settle({**environ, **variables}, region="us-west-2", **options)
    assert str(caught.value) == (
        f"profile 'x' is not in {environ['AWS_SHARED_CREDENTIALS_FILE']} or "
        f"{environ['AWS_CONFIG_FILE']}; add it there, or choose another with profile or AWS_PROFILE"
    )


def test_the_default_profile_may_be_missing_even_when_it_is_named() -> None:
    assert settle({}, region="us-west-2", profile="default").profile == "default"


def test_a_malformed_file_is_refused_at_construction(environ: dict[str, str]) -> None:
    Path(environ["AWS_CONFIG_FILE"]).write_text(f"[default]\n{MARKER}\n", encoding="utf-8")
    with pytest.raises(ConfigParseError) as caught:
        settle(environ, region="us-west-2")
    path = environ["AWS_CONFIG_FILE"]
    assert str(caught.value) == f"{path}, line 2: a setting must be written as key = value"


def test_the_process_environment_is_the_default(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name, value in {**environ, **ENV_KEYS, "AWS_PROFILE": "dev", "AWS_REGION": "x"}.items():
        monkeypatch.setenv(name, value)
    config = resolve({}, service=SERVICE)
    assert (config.environ, config.profile, config.region) == (os.environ, "dev", "x")
    assert key_id(config) == "env-key"


def test_missing_region() -> None:
    with pytest.raises(MissingRegionError) as caught:
        settle({"HOME": "/nowhere"})
    assert str(caught.value) == (
        "no region was given: pass region, set AWS_REGION, or add region to profile 'default' in "
        "/nowhere/.aws/credentials or /nowhere/.aws/config"
    )


@pytest.mark.parametrize(
    ("asked", "region"),
    [
        ("fips-us-west-2", "us-west-2"),
        ("us-gov-west-1-fips", "us-gov-west-1"),
        ("fips-a-fips-b", "a-b"),
    ],
)
def test_a_pseudo_region_switches_fips_on(
    asked: str, region: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = settle({}, region=asked, use_fips_endpoint=False, endpoint="http://h")
    assert (config.region, config.use_fips_endpoint) == (region, True)
    assert caplog.record_tuples == [
        (
            "drawplate",
            logging.WARNING,
            f"region {asked} is an old name: using region {region} with use_fips_endpoint on",
        )
    ]


def test_keys_given_as_options_win_over_everything_else(environ: dict[str, str]) -> None:
    config = settle(
        {**environ, **ENV_KEYS},
        profile="dev",
        access_key_id="a",
        secret_access_key="b",
        session_token="c",
        account_id="123",
    )
    assert config.credentials == Credentials("a", "b", "c", "123")
    assert config.account_id == "123"


def test_a_provider_wins_over_keys_and_is_not_asked_at_construction() -> None:
    class Provider:
        @property
        def credentials(self) -> Credentials:
            raise MissingCredentialsError("asked")

    provider = Provider()
    config = settle({}, region="us-west-2", credentials=provider, access_key_id="a")
    assert config.credentials is provider
    with pytest.raises(MissingCredentialsError, match=r"^asked$"):
        key_id(config)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"access_key_id": MARKER}, "access_key_id was given without secret_access_key"),
        ({"secret_access_key": MARKER}, "secret_access_key was given without access_key_id"),
        (
            {"access_key_id": "a", "secret_access_key": "", "session_token": "t"},
            "access_key_id and session_token was given without secret_access_key",
        ),
        (
            {"session_token": MARKER},
            "session_token was given without access_key_id and secret_access_key",
        ),
    ],
)
def test_half_a_key_pair_never_falls_back(options: dict[str, object], message: str) -> None:
    with pytest.raises(PartialCredentialsError) as caught:
        settle(ENV_KEYS, region="us-west-2", **options)
    assert str(caught.value) == f"{message}; access_key_id and secret_access_key go together"


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        ({"profile": "dev"}, ENV_KEYS, "dev-key"),
        ({}, {**ENV_KEYS, "AWS_PROFILE": "dev"}, "env-key"),
        ({}, {"AWS_PROFILE": "dev"}, "dev-key"),
        ({"access_key_id": "", "secret_access_key": ""}, ENV_KEYS, "env-key"),
    ],
)
def test_profile_and_environment_keys(
    environ: dict[str, str], options: dict[str, object], variables: dict[str, str], expected: str
) -> None:
    assert key_id(settle({**environ, **variables}, **options)) == expected


def test_a_client_without_credentials_can_be_made() -> None:
    config = settle({"AWS_EC2_METADATA_DISABLED": "true"}, region="us-west-2")
    with pytest.raises(MissingCredentialsError, match="no credentials were found"):
        key_id(config)


def test_configuration_is_read_only() -> None:
    config, name = settle({}, region="us-west-2"), "region"
    with pytest.raises(AttributeError, match=r"^configuration is read-only; use replace\(region="):
        setattr(config, name, "x")
    with pytest.raises(AttributeError, match=r"^configuration is read-only$"):
        delattr(config, name)
    assert config.region == "us-west-2"


def test_replace_changes_what_is_given_and_keeps_all_else_as_resolved(
    environ: dict[str, str],
) -> None:
    config = settle(environ, profile="custom")
    environ["AWS_RETRY_MODE"] = "standard"
    Path(environ["AWS_CONFIG_FILE"]).unlink()
    copy = config.replace(http_read_timeout=5, max_attempts=None)
    assert (config.http_read_timeout, copy.http_read_timeout) == (60, 5)
    for name in Config.__slots__:
        if name not in ("http_read_timeout", "_given"):
            assert getattr(copy, name) is getattr(config, name)


def test_replace_of_region_endpoint_and_keys(caplog: pytest.LogCaptureFixture) -> None:
    config = settle(
        {},
        region="us-west-2",
        access_key_id="a",
        secret_access_key="b",
        session_token="of the old pair",
    )
    copy = config.replace(
        region="fips-us-east-1",
        endpoint="http://h?q",
        access_key_id="c",
        secret_access_key="d",
        account_id="123",
    )
    assert len(caplog.records) == 1
    assert (copy.region, copy.use_fips_endpoint, copy.endpoint) == ("us-east-1", True, "http://h")
    assert (copy.credentials, copy.account_id) == (Credentials("c", "d", None, "123"), "123")
    assert pickle.loads(pickle.dumps(copy)).credentials == copy.credentials  # noqa: S301
    with pytest.raises(PartialCredentialsError):
        config.replace(access_key_id="c")


def test_replace_refuses_what_a_copy_cannot_change() -> None:
    config = settle({}, region="us-west-2")
    with pytest.raises(ConfigurationError) as caught:
        config.replace(profile="dev")
    assert str(caught.value) == "profile cannot be changed on a copy; make a new client with it"
    with pytest.raises(ConfigurationError, match=r"^ssl_verify_peer cannot be changed on a copy"):
        config.replace(ssl_verify_peer=False)
    unknown: Any = {"limit": 1}
    with pytest.raises(TypeError, match=r"^unknown option 'limit'; "):
        config.replace(**unknown)
    with pytest.raises(ConfigurationError, match=r"^max_attempts must be an int of 1 or more"):
        config.replace(max_attempts=0)


def test_a_pickle_is_resolved_anew(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    config = resolve({"profile": "dev", "environ": os.environ}, service=SERVICE)
    pickled = pickle.dumps(config.replace(http_read_timeout=5))
    monkeypatch.setenv("AWS_REGION", "elsewhere")
    copy = pickle.loads(pickled)  # noqa: S301
    assert (copy.region, copy.http_read_timeout, copy.service) == ("elsewhere", 5, SERVICE)
    assert copy.environ is os.environ
    assert key_id(copy) == "dev-key"


def test_no_repr_error_or_log_shows_a_secret(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = dict.fromkeys(("aws_secret_access_key", "aws_session_token"), MARKER)
    Path(environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(
        "[default]\naws_access_key_id = a\n" + "".join(f"{k} = {v}\n" for k, v in secrets.items()),
        encoding="utf-8",
    )
    environ |= {"AWS_SECRET_ACCESS_KEY": MARKER, "AWS_SESSION_TOKEN": MARKER}
    keys: dict[str, Any] = {
        "access_key_id": "a",
        "secret_access_key": MARKER,
        "session_token": MARKER,
    }
    given = settle(environ, region="fips-us-west-2", sdk_ua_app_id="a" * 51, **keys)
    assert given.credentials.credentials.session_token == MARKER
    found = settle(environ, profile="default")
    assert found.credentials.credentials.secret_access_key == MARKER
    texts = [f"{thing!r} {thing}" for thing in (given, found, given.credentials, found.credentials)]

    broken: list[dict[str, object]] = [
        {**keys, "access_key_id": None},
        {**keys, "secret_access_key": [MARKER]},
        {**keys, "max_attempts": 0},
        {"endpoint": f"http://user:{MARKER}@h"},
        {"endpoint": f"user:{MARKER}@h"},
        {"credentials": (MARKER, MARKER)},
        {"transport": {"key": MARKER}},
    ]
    for options in broken:
        with pytest.raises((ConfigurationError, PartialCredentialsError, TypeError)) as caught:
            settle(environ, **options)
        texts.append("".join(traceback.format_exception_only(caught.value)))
    with pytest.raises(PartialCredentialsError) as partial:
        key_id(settle(environ))
    texts.append(str(partial.value))
    texts += [f"{record.getMessage()} {record.args}" for record in caplog.records]
    assert len(caplog.records) == 2
    assert [text for text in texts if MARKER in text] == []
