"""Credentials and tokens as values: equality, what counts as none, and nothing secret in a repr."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from drawplate.credentials import Credentials, Token


def test_a_value_is_its_own_provider() -> None:
    credentials, token = Credentials("AKID", "secret"), Token("bearer")
    assert credentials.credentials is credentials
    assert token.token is token


@pytest.mark.parametrize(
    "other",
    [
        Credentials("OTHER", "secret", "token", "1"),
        Credentials("AKID", "other", "token", "1"),
        Credentials("AKID", "secret", "other", "1"),
        Credentials("AKID", "secret", "token", "2"),
        Credentials("AKID", "secret"),
        "AKID",
    ],
    ids=["key", "secret", "token", "account", "bare", "str"],
)
def test_credentials_are_equal_by_all_their_parts(other: object) -> None:
    credentials = Credentials("AKID", "secret", "token", "1")
    assert credentials == Credentials("AKID", "secret", "token", "1")
    assert hash(credentials) == hash(Credentials("AKID", "secret", "token", "1"))
    assert credentials != other


def test_empty_optional_parts_count_as_none() -> None:
    credentials = Credentials("AKID", "secret", "", "")
    assert (credentials.session_token, credentials.account_id) == (None, None)
    assert credentials == Credentials("AKID", "secret")


def test_tokens_are_equal_by_all_their_parts() -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert Token("bearer", noon) == Token("bearer", noon)
    assert hash(Token("bearer", noon)) == hash(Token("bearer", noon))
    assert Token("bearer", noon) != Token("bearer")
    assert Token("bearer") != Token("other")
    assert Token("bearer") != "bearer"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            Credentials("AKID", "m4rk3r", "m4rk3r"),
            "Credentials(access_key_id='AKID', secret_access_key=<redacted>)",
        ),
        (Token("m4rk3r"), "Token(<redacted>, expiration=None)"),
    ],
)
def test_reprs_and_pickles(value: object, shown: str) -> None:
    assert (repr(value), str(value)) == (shown, shown)
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301
