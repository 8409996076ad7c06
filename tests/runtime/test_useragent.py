"""The User-Agent header: order, tokens and metrics of requests.md section 15."""

from __future__ import annotations

import os
import platform
import sys

import pytest
from drawplate import __version__
from drawplate.useragent import UserAgent, token, with_code
from drawplate.useragent import user_agent as user_agent_of
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.runtime.configuration import settle

HEAD = f"drawplate/{__version__} ua/2.1 api/sagemaker_runtime#0.1.0"
PACKAGE = "sagemaker_runtime#0.1.0"


def user_agent(environ: dict[str, str] | None = None, **options: object) -> str:
    """The header of a client with these options."""
    return user_agent_of(PACKAGE, settle(environ or {}, region="x", **options)).plain


def keys(account_id: str) -> dict[str, object]:
    return {"access_key_id": "AK", "secret_access_key": "secret", "account_id": account_id}


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
    assert user_agent() == (f"{HEAD} {PLATFORM} m/D")


@pytest.mark.usefixtures("linux")
def test_everything_in_its_order() -> None:
    assert user_agent(
        {"AWS_EXECUTION_ENV": "AWS_Lambda python3.12"},
        retry_mode="standard",
        endpoint="http://127.0.0.1",
        sdk_ua_app_id="my app/1",
        user_agent_frameworks=["chain/1#0.3 b", "plain"],
        user_agent_suffix="extra/1 (as it is)",
        **keys("123456789012"),
    ) == (
        f"{HEAD} {PLATFORM} exec-env/AWS_Lambda-python3.12 app/my-app-1 lib/chain-1#0.3-b lib/plain"
        " m/N,T,E extra/1 (as it is)"
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
    given = {"endpoint": "http://127.0.0.1" if endpoint else None, "retry_mode": mode}
    made = user_agent({}, **given, **(keys(account) if account is not None else {}))
    assert made.split(" ")[-1] == metrics


def test_a_call_adds_its_own_metrics_in_front_and_each_stands_once() -> None:
    agent = UserAgent("before/1", ("N", "D"), "after")
    assert agent.plain == "before/1 m/N,D after"
    assert agent.with_metrics(("L", "N")) == "before/1 m/L,N,D after"
    assert agent.plain == "before/1 m/N,D after"
    assert UserAgent("before/1", (), "").plain == "before/1"


def test_metrics_are_cut_at_a_comma() -> None:
    codes = tuple(f"{number:03}" for number in range(300))
    (part,) = UserAgent("", codes, "").plain.split(" ")
    assert part == "m/" + ",".join(codes[:255])
    assert len(part) <= 1024 < len(part) + 4


def test_one_code_more() -> None:
    assert with_code("a/1 m/N,D suffix", "S") == "a/1 m/S,N,D suffix"
    assert with_code("a/1", "S") == "a/1 m/S"


def test_answers_that_are_stubs_have_no_retries() -> None:
    assert "m/" not in user_agent(stub_responses=True)


@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize(
    ("name", "shown"), [("darwin", "macos"), ("win32", "windows"), ("sunos5", "other")]
)
def test_systems(monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    monkeypatch.setattr(sys, "platform", name)
    assert user_agent().split(" ")[3] == (f"os/{shown}#6.1.0--custom-")


@pytest.mark.usefixtures("linux")
def test_a_system_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    system(monkeypatch, "", "")
    parts = user_agent().split(" ")
    assert parts[3:5] == ["os/linux", "md/arch#unknown"]


def test_this_python_as_it_is() -> None:
    made = user_agent()
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
    assume(app_id.isprintable() and execution.strip() and len(app_id) <= 50)
    made = user_agent({"AWS_EXECUTION_ENV": execution}, sdk_ua_app_id=app_id)
    assert made.isascii()
    assert made.isprintable()
    assert made.count(" ") == 7 + bool(app_id) + bool(execution)
