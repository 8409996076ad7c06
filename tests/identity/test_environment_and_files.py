"""Keys in environment variables and shared files. credentials.md sections 3 and 4."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    CredentialsError,
    MissingCredentialsError,
    NoSuchProfileError,
    PartialCredentialsError,
)
from drawplate.identity import (
    EnvironmentCredentials,
    ProfileCredentials,
    SharedFileCredentials,
)
from drawplate.profiles import Sections

from tests.identity.support import (
    MARKER,
    NOON,
    Script,
    around,
    ask,
    iso,
    moment,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

ENV = {"AWS_ACCESS_KEY_ID": "env-key", "AWS_SECRET_ACCESS_KEY": "env-secret"}
KEYS = {"aws_access_key_id": "file-key", "aws_secret_access_key": "file-secret"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}
NO_EC2 = {"AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (ENV, Credentials("env-key", "env-secret")),
        (
            {**ENV, "AWS_SESSION_TOKEN": "t", "AWS_ACCOUNT_ID": "123"},
            Credentials("env-key", "env-secret", "t", "123"),
        ),
        (
            {
                "AMAZON_ACCESS_KEY_ID": "a",
                "AMAZON_SECRET_ACCESS_KEY": "b",
                "AMAZON_SESSION_TOKEN": "c",
            },
            Credentials("a", "b", "c"),
        ),
        (
            {"AWS_ACCESS_KEY": "a", "AWS_SECRET_KEY": "b", "AWS_SECURITY_TOKEN": "c"},
            Credentials("a", "b", "c"),
        ),
        (
            {**ENV, "AWS_SESSION_TOKEN": "first", "AWS_SECURITY_TOKEN": "last"},
            Credentials("env-key", "env-secret", "first"),
        ),
        (
            {"AWS_ACCESS_KEY_ID": " ", "AWS_ACCESS_KEY": "a", "AWS_SECRET_ACCESS_KEY": "b "},
            Credentials("a", "b"),
        ),
    ],
)
def test_environment(environ: dict[str, str], expected: Credentials) -> None:
    assert EnvironmentCredentials(environ).credentials == expected


@pytest.mark.parametrize(
    ("environ", "error", "message"),
    [
        ({}, MissingCredentialsError, "AWS_ACCESS_KEY_ID is not set"),
        (
            {"AWS_ACCESS_KEY_ID": " ", "AWS_SECRET_ACCESS_KEY": ""},
            MissingCredentialsError,
            "AWS_ACCESS_KEY_ID is not set",
        ),
        (
            {"AWS_ACCESS_KEY": MARKER},
            PartialCredentialsError,
            "AWS_ACCESS_KEY is set without AWS_SECRET_ACCESS_KEY; set both or neither",
        ),
        (
            {"AWS_SECRET_ACCESS_KEY": MARKER},
            PartialCredentialsError,
            "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID; set both or neither",
        ),
        (
            {**ENV, "AWS_CREDENTIAL_EXPIRATION": "soon"},
            CredentialsError,
            "AWS_CREDENTIAL_EXPIRATION is 'soon', but it is not a time in ISO 8601; write it as "
            "2026-01-15T12:34:56Z",
        ),
        (
            {**ENV, "AWS_CREDENTIAL_EXPIRATION": iso(NOON)},
            CredentialsError,
            f"the credentials ended at {iso(NOON)} (AWS_CREDENTIAL_EXPIRATION); set others",
        ),
    ],
)
def test_environment_without_a_key_pair(
    environ: dict[str, str], error: type[CredentialsError], message: str
) -> None:
    script = Script()
    with pytest.raises(error) as caught:
        ask(EnvironmentCredentials(around(environ)), script)
    assert type(caught.value) is error
    assert str(caught.value) == f"environment: {message}"


def test_environment_is_read_once_unless_it_announces_an_expiration() -> None:
    environ = dict(ENV)
    provider = EnvironmentCredentials(environ)
    assert provider.credentials.access_key_id == "env-key"
    environ["AWS_ACCESS_KEY_ID"] = "changed"
    assert provider.credentials.access_key_id == "env-key"

    environ["AWS_CREDENTIAL_EXPIRATION"] = iso(NOON + 60)
    expiring = EnvironmentCredentials(around(environ))
    assert ask(expiring).expiration == moment(NOON + 60)
    environ["AWS_ACCESS_KEY_ID"] = "changed again"
    assert ask(expiring).access_key_id == "changed again"


@pytest.mark.parametrize(
    ("config", "credentials", "expected"),
    [
        ({"default": KEYS}, None, Credentials("file-key", "file-secret")),
        (None, {"default": KEYS}, Credentials("file-key", "file-secret")),
        (
            {"default": {**KEYS, "aws_session_token": "of the other pair"}},
            {"default": {"aws_access_key_id": "a", "aws_secret_access_key": "b"}},
            Credentials("a", "b"),
        ),
        (
            {"default": {"aws_account_id": "123"}},
            {"default": {**KEYS, "aws_security_token": "old name"}},
            Credentials("file-key", "file-secret", "old name", "123"),
        ),
        (
            {"default": {"credential_process": "x", "sso_session": "y"}},
            {"default": KEYS},
            Credentials("file-key", "file-secret"),
        ),
    ],
)
def test_shared_files(
    config: Sections | None, credentials: Sections | None, expected: Credentials
) -> None:
    surroundings = around(config=config, credentials=credentials)
    provider = SharedFileCredentials(surroundings=surroundings)
    assert ask(provider) == expected
    assert ask(provider) is ask(provider)
    assert ask(ProfileCredentials(surroundings=surroundings)) == expected


@pytest.mark.parametrize(
    ("config", "error", "reason"),
    [
        ({"dev": {"region": "x"}}, MissingCredentialsError, "it has no aws_access_key_id"),
        (
            {"dev": {"aws_access_key_id": MARKER}},
            PartialCredentialsError,
            "it has aws_access_key_id without aws_secret_access_key; put both into the same file",
        ),
        (
            {"dev": {"aws_secret_access_key": MARKER}},
            PartialCredentialsError,
            "it has aws_secret_access_key without aws_access_key_id; put both into the same file",
        ),
    ],
)
def test_shared_files_without_a_usable_key_pair(
    config: Sections, error: type[CredentialsError], reason: str
) -> None:
    with pytest.raises(error) as caught:
        ask(SharedFileCredentials("dev", around(config=config)))
    assert str(caught.value) == f"profile 'dev' in /s or /c: {reason}"


@pytest.mark.parametrize("provider", [SharedFileCredentials, ProfileCredentials])
def test_a_profile_that_is_not_there(provider: Any) -> None:
    with pytest.raises(NoSuchProfileError, match="profile 'dev' is not in /s or /c"):
        ask(provider("dev", around()))
