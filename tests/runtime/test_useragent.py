"""The User-Agent header: order, tokens and metrics of requests.md section 15."""

from __future__ import annotations

import os
import platform
import sys

import pytest
from drawplate import __version__
from drawplate.useragent import token, user_agent
from hypothesis import given
from hypothesis import strategies as st

HEAD = f"drawplate/{__version__} ua/2.1 api/sagemaker_runtime#0.1.0"
PACKAGE = "sagemaker_runtime#0.1.0"


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    monkeypatch.setattr(sys.implementation, "name", "cpython")
    system(monkeypatch, "6.1.0 (custom)", "x86_64")


def system(monkeypatch: pytest.MonkeyPatch, release: str, machine: str) -> None:
    """Pretend to run on another one, whichever way it is asked for."""
    told = os.uname_result(("", "", release, "", machine))
    monkeypatch.setattr(os, "uname", lambda: told)
    monkeypatch.setattr(platform, "release", lambda: release)
    monkeypatch.setattr(platform, "machine", lambda: machine)


PLATFORM = "os/linux#6.1.0--custom- md/arch#x86_64 lang/python#3.12.1 md/pyimpl#CPython"


@pytest.mark.usefixtures("linux")
def test_the_shortest() -> None:
    assert user_agent(package=PACKAGE, retry_mode="legacy", environ={}) == (
        f"{HEAD} {PLATFORM} m/D"
    )


@pytest.mark.usefixtures("linux")
def test_everything_in_its_order() -> None:
    assert user_agent(
        package=PACKAGE,
        retry_mode="standard",
        custom_endpoint=True,
        account_id="123456789012",
        app_id="my app/1",
        suffix="extra/1 (as it is)",
        environ={"AWS_EXECUTION_ENV": "AWS_Lambda python3.12"},
    ) == (
        f"{HEAD} {PLATFORM} exec-env/AWS_Lambda-python3.12 app/my-app-1 m/N,T,E extra/1 (as it is)"
    )


@pytest.mark.parametrize(
    ("mode", "endpoint", "account", "metrics"),
    [
        ("legacy", False, None, "m/D"),
        ("standard", False, None, "m/E"),
        ("adaptive", False, None, "m/F"),
        ("legacy", True, None, "m/N,D"),
        ("standard", True, "1", "m/N,T,E"),
        ("legacy", False, "1", "m/T,D"),
        ("legacy", False, "", "m/D"),
    ],
)
def test_metrics(mode: str, endpoint: bool, account: str | None, metrics: str) -> None:
    made = user_agent(
        package=PACKAGE,
        retry_mode=mode,
        custom_endpoint=endpoint,
        account_id=account,
        environ={},
    )
    assert made.split(" ")[-1] == metrics


@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize(
    ("name", "shown"), [("darwin", "macos"), ("win32", "windows"), ("sunos5", "other")]
)
def test_systems(monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    monkeypatch.setattr(sys, "platform", name)
    assert user_agent(package=PACKAGE, retry_mode="legacy", environ={}).split(" ")[3] == (
        f"os/{shown}#6.1.0--custom-"
    )


@pytest.mark.usefixtures("linux")
def test_a_system_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    system(monkeypatch, "", "")
    parts = user_agent(package=PACKAGE, retry_mode="legacy", environ={}).split(" ")
    assert parts[3:5] == ["os/linux", "md/arch#unknown"]


def test_this_python_as_it_is() -> None:
    made = user_agent(package=PACKAGE, retry_mode="legacy", environ={})
    version = ".".join(str(number) for number in sys.version_info[:3])
    assert made.endswith(
        f" md/arch#{token(platform.machine())} lang/python#{version}"
        f" md/pyimpl#{platform.python_implementation()} m/D"
    )


def test_tokens() -> None:
    allowed = "!#$%&'*+-.^_`|~09AZaz"
    assert token(allowed) == allowed
    assert token("my app/1é\n") == "my-app-1--"


@given(st.text(), st.text())
def test_what_users_name_cannot_break_the_header(app_id: str, execution: str) -> None:
    made = user_agent(
        package=PACKAGE,
        retry_mode="legacy",
        app_id=app_id,
        environ={"AWS_EXECUTION_ENV": execution},
    )
    assert made.isascii()
    assert made.isprintable()
    assert made.count(" ") == 7 + bool(app_id) + bool(execution)
