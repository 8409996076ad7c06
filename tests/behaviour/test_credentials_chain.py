"""Recorded cases of other SDKs: from environment, files and traffic to credentials or tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from drawplate._sync import run
from drawplate.credentials import Credentials, FlowProvider
from drawplate.errors import ConfigurationError, CredentialsError
from drawplate.identity import ProfileCredentials, default_chain, default_token_chain

from tests.behaviour.recorded import Case, Replay, compare_all
from tests.support import suite_path

SUITE = "credentials-chain"
ValueT = TypeVar("ValueT")


def cases(kind: str) -> list[Any]:
    folder = suite_path("behaviour-tests", SUITE, kind)
    found = sorted(path for path in folder.iterdir() if (path / "test-case.json").is_file())
    assert found
    return [pytest.param(Case(path), id=f"behaviour-{kind}-{path.name}") for path in found]


def expected(result: dict[str, Any]) -> Credentials:
    return Credentials(
        result["access_key_id"],
        result["secret_access_key"],
        result.get("session_token"),
        result.get("account_id"),
    )


def expiry(result: dict[str, Any]) -> datetime | None:
    seconds = result.get("expiry")
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def ask(provider: FlowProvider[ValueT], transport: Replay) -> ValueT:
    """Run the flow of a provider, without sleeping."""
    return run(provider.resolve(), transport, lambda _: None)


def check(case: Case, provider: FlowProvider[Credentials], transport: Replay) -> None:
    """Credentials are the expected ones, after the recorded requests; or an error is raised.

    Before an error each sends what it finds worth a try, so only what both sent is compared: how
    often to ask again, and whether IMDSv1 is tried, is up to each SDK. So are the words.
    """
    recorded = case.exchanges
    if "Ok" in case.result:
        found = ask(provider, transport)
        assert (found, found.expiration) == (expected(case.result["Ok"]), expiry(case.result["Ok"]))
        assert compare_all(transport.requests, recorded, case.written) == []
        assert len(transport.requests) == len(recorded)
    else:
        assert "ErrorContains" in case.result
        with pytest.raises(CredentialsError):
            ask(provider, transport)
        assert compare_all(transport.requests, recorded, case.written) == []
        assert bool(transport.requests) == bool(recorded)


def takes_a_profile_before_web_identity(case: Case) -> bool:
    """Whether a case has a web identity in its environment and credentials without asking STS."""
    asks = b"AssumeRoleWithWebIdentity"
    return (
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"} <= case.environ.keys()
        and "AWS_ACCESS_KEY_ID" not in case.environ
        and "Ok" in case.result
        and not any(asks in exchange.body for exchange in case.exchanges)
    )


@pytest.mark.parametrize("case", cases("default-credential-provider-chain"))
def test_default_chain(case: Case) -> None:
    if takes_a_profile_before_web_identity(case):
        pytest.skip(
            "its SDK takes a profile's keys before the web identity of the environment; here the "
            "order is that of credentials.md section 2"
        )
    transport = Replay(case.exchanges)
    check(case, default_chain(case.surroundings(transport)), transport)


@pytest.mark.parametrize("case", cases("profile-provider"))
def test_profile(case: Case) -> None:
    transport = Replay(case.exchanges)
    try:
        surroundings = case.surroundings(transport)
    except ConfigurationError:  # a broken file, found before anybody asks for credentials
        assert "ErrorContains" in case.result
        return
    check(case, ProfileCredentials(surroundings=surroundings), transport)


@pytest.mark.parametrize("case", cases("default-token-provider-chain"))
def test_tokens(case: Case) -> None:
    transport = Replay(case.exchanges)
    chain = default_token_chain(case.surroundings(transport))
    if "Ok" in case.result:
        token = ask(chain, transport)
        assert token.value == case.result["Ok"]["token"]
        assert token.expiration == datetime.fromisoformat(case.result["Ok"]["expiration"])
        assert compare_all(transport.requests, case.exchanges, case.written) == []
        assert len(transport.requests) == len(case.exchanges)
    else:
        with pytest.raises(CredentialsError):
            ask(chain, transport)
