"""The rules that hold for every option: G1 to G10 of options.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import drawplate
import pytest
from drawplate._option_table import OPTIONS
from drawplate.config import resolve
from drawplate.errors import ConfigurationError, NoSuchProfileError

from tests.runtime.configuration import SERVICE, settle

SOURCES = (
    "keyword",
    "service defaults",
    "global defaults",
    "environment",
    "credentials file",
    "config file",
    "defaults mode",
    "literal default",
)


def of(sources: dict[str, str], folder: Path, patch: pytest.MonkeyPatch) -> str:
    """The retry mode that comes of a value for each of some sources."""
    environ: dict[str, str] = {}
    options: dict[str, object] = {"region": "x"}
    for source, value in sources.items():
        if source == "keyword":
            options["retry_mode"] = value
        elif source == "service defaults":
            patch.setitem(drawplate.defaults, "sagemakerruntime", {"retry_mode": value})
        elif source == "global defaults":
            patch.setitem(drawplate.defaults, "retry_mode", value)
        elif source == "environment":
            environ["AWS_RETRY_MODE"] = value
        elif source == "defaults mode":
            options["defaults_mode"] = "mobile"
        elif source != "literal default":
            path = folder / source
            path.write_text(f"[default]\nretry_mode = {value}\n", encoding="utf-8")
            is_config = source == "config file"
            name = "AWS_CONFIG_FILE" if is_config else "AWS_SHARED_CREDENTIALS_FILE"
            environ[name] = str(path)
    return settle(environ, **options).retry_mode


@pytest.mark.parametrize("place", range(len(SOURCES)), ids=SOURCES)
def test_g1_each_source_comes_before_all_behind_it(
    place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = dict.fromkeys(SOURCES[place + 1 :], "legacy")
    value = {"defaults mode": "standard", "literal default": "legacy"}.get(
        SOURCES[place], "adaptive"
    )
    assert of({SOURCES[place]: value, **behind}, tmp_path, monkeypatch) == value


@pytest.mark.parametrize(
    ("where", "defaults"),
    [
        ("", None),
        (" in drawplate.defaults", {"retry_lmit": 1}),
        (' in drawplate.defaults["sagemakerruntime"]', {"sagemakerruntime": {"retry_lmit": 1}}),
    ],
)
def test_g2_unknown_options_are_refused_wherever_they_stand(
    where: str, defaults: dict[str, object] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, object] = {} if defaults else {"retry_lmit": 1}
    for name, value in (defaults or {}).items():
        monkeypatch.setitem(drawplate.defaults, name, value)
    with pytest.raises(TypeError) as caught:
        settle({}, region="x", **given)
    assert str(caught.value).startswith(
        f"unknown option 'retry_lmit'{where}; did you mean 'retry_limit'"
    )


def test_g2_what_is_said_of_other_services_is_their_affair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(drawplate.defaults, "bedrockruntime", {"of_its_own": 1})
    assert settle({}, region="x").retry_limit == 3


def test_g3_none_counts_as_not_given_in_defaults_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(drawplate.defaults, "sagemakerruntime", {"retry_limit": None})
    monkeypatch.setitem(drawplate.defaults, "retry_limit", 7)
    assert settle({}, region="x", retry_limit=None).retry_limit == 7


@pytest.mark.parametrize("text", ["", " ", "\t"])
@pytest.mark.parametrize("name", sorted(name for name in OPTIONS if OPTIONS[name].variables))
def test_g4_an_empty_variable_is_no_variable(name: str, text: str) -> None:
    region: dict[str, object] = {} if name == "region" else {"region": "x"}
    empty = dict.fromkeys(OPTIONS[name].variables, text)
    last = {"AWS_REGION": "y"} if name == "region" else {}
    assert repr(settle({**empty, **last}, **region)) == repr(settle(last, **region))


FLAGS = [
    (name, option.variables[0], option.key)
    for name, option in OPTIONS.items()
    if option.variables and isinstance(option.default, bool)
]


@pytest.mark.parametrize(("name", "variable", "key"), FLAGS)
def test_g5_flags_are_true_or_false_in_any_case(
    name: str, variable: str, key: str, tmp_path: Path
) -> None:
    for text, value in (("True", True), ("fAlse", False)):
        assert getattr(settle({variable: text}, region="x"), name) is value
    for text in ("yes", "1", "on"):
        with pytest.raises(ConfigurationError) as caught:
            settle({variable: text}, region="x")
        expected = f"environment variable {variable} must be True or False, got {text!r}"
        assert str(caught.value) == expected
    path = tmp_path / "config"
    path.write_text(f"[profile p]\n{key} = no\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        settle({"AWS_CONFIG_FILE": str(path)}, region="x", profile="p")
    assert str(caught.value) == f"{key} of profile 'p' must be True or False, got 'no'"


@pytest.mark.parametrize(
    ("options", "environ", "profile"),
    [
        ({"profile": "a"}, {"AWS_PROFILE": "b", "AWS_DEFAULT_PROFILE": "c"}, "a"),
        ({}, {"AWS_PROFILE": "b", "AWS_DEFAULT_PROFILE": "c"}, "b"),
        ({}, {"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "c"}, "c"),
        ({}, {}, "default"),
    ],
)
def test_g6_profile_in_use(
    options: dict[str, object], environ: dict[str, str], profile: str, tmp_path: Path
) -> None:
    text = "".join(f"[profile {name}]\nregion = {name}\n" for name in ("a", "b", "c"))
    path = tmp_path / "config"
    path.write_text(f"{text}[default]\nregion = default\n", encoding="utf-8")
    config = settle({**environ, "AWS_CONFIG_FILE": str(path)}, **options)
    assert (config.profile, config.region) == (profile, profile)


def test_g6_a_profile_of_the_environment_has_to_be_there() -> None:
    with pytest.raises(NoSuchProfileError, match=r"^profile 'gone' is not in "):
        settle({"AWS_PROFILE": "gone"}, region="x")


def test_g7_files_are_read_once_a_client_and_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "config"
    environ = {
        "AWS_CONFIG_FILE": str(path),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path),  # a folder cannot be read
    }
    assert settle(environ, region="x").retry_mode == "legacy"
    path.write_text("[default]\nretry_mode = standard\n", encoding="utf-8")
    config = settle(environ, region="x")
    path.unlink()
    assert (config.retry_mode, config.replace(retry_limit=1).retry_mode) == ("standard",) * 2
    assert settle(environ, region="x").retry_mode == "legacy"


def test_g7_the_files_of_the_home_directory(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = home\n", encoding="utf-8")
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\nmax_attempts = 9\n", encoding="utf-8"
    )
    config = settle({"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})
    assert (config.region, config.max_attempts) == ("home", 9)


def test_g8_options_are_settled_when_a_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"AWS_RETRY_MODE": "standard"}
    config = settle(environ, region="x")
    environ["AWS_RETRY_MODE"] = "legacy"
    monkeypatch.setitem(drawplate.defaults, "retry_mode", "adaptive")
    assert config.retry_mode == "standard"
    with pytest.raises(AttributeError, match="configuration is read-only"):
        setattr(config, "retry_mode", "legacy")  # noqa: B010


KINDS: dict[str, tuple[list[Any], list[str]]] = {
    "flags": (
        [1, 0, "true", 1.0],
        [name for name, option in OPTIONS.items() if isinstance(option.default, bool)],
    ),
    "whole numbers": (
        [True, 1.0, "1"],
        [
            "max_attempts",
            "retry_limit",
            "client_side_monitoring_port",
            "endpoint_cache_max_entries",
            "endpoint_cache_max_threads",
            "endpoint_cache_poll_interval",
            "request_min_compression_size_bytes",
            "max_pool_connections",
        ],
    ),
    "seconds": (
        [True, "1", float("nan"), float("inf"), -0.1],
        [
            "http_open_timeout",
            "http_read_timeout",
            "http_idle_timeout",
            "http_continue_timeout",
            "ssl_timeout",
            "retry_base_delay",
            "retry_max_delay",
            "timeout",
            "stream_timeout",
            "stream_idle_timeout",
        ],
    ),
    "functions": (
        [1, "print"],
        ["on_chunk_sent", "on_chunk_received", "retry_backoff", "event_stream_handler"],
    ),
    "words": (["x", 1], ["retry_mode", "defaults_mode", "retry_jitter"]),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{kind}: {name} = {value!r}")
        for kind, (values, names) in KINDS.items()
        for name in names
        if name != "stub_responses"
        for value in values
    ],
)
def test_g9_wrong_types_and_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(
        (TypeError, ConfigurationError), match=rf"^(expected )?{name} (must|to) be "
    ):
        resolve({"region": "x", "environ": {}, name: value}, service=SERVICE)


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, option in OPTIONS.items()
        if option.variables and name not in ("profile", "sdk_ua_app_id")
    ),
)
def test_g10_a_broken_variable_does_not_matter_where_the_keyword_is_given(
    name: str, tmp_path: Path
) -> None:
    option = OPTIONS[name]
    good: dict[str, object] = {
        "region": "us-west-2",
        "sigv4a_signing_region_set": ["*"],
        "ssl_ca_bundle": os.__file__,
        "client_side_monitoring_client_id": "me",
    }
    value = good.get(name, option.default)
    broken = "/\0" + "x" * 300
    path = tmp_path / "config"
    path.write_text(f"[default]\n{option.key} = /?{broken}\n", encoding="utf-8")
    environ = dict.fromkeys(option.variables, broken)
    given: dict[str, object] = {"region": "x", name: value}
    settle({**environ, "AWS_CONFIG_FILE": str(path)}, **given)
    del given[name]
    with pytest.raises(ConfigurationError):
        settle(environ, **given)
