"""Sources of credentials without requests, and the chain that asks them in order."""

from __future__ import annotations

import pytest
from drawplate.credentials import CredentialProvider, Credentials
from drawplate.errors import (
    CredentialsError,
    MissingCredentialsError,
    PartialCredentialsError,
)
from drawplate.identity import (
    CredentialChain,
    EnvironmentCredentials,
    SharedFileCredentials,
    default_chain,
)
from drawplate.profiles import ConfigFile, Sections, SharedFiles

ENV = {"AWS_ACCESS_KEY_ID": "env-key", "AWS_SECRET_ACCESS_KEY": "env-secret"}
KEYS = {"aws_access_key_id": "file-key", "aws_secret_access_key": "file-secret"}
MARKER = "s3cr3t-marker"


def shared(config: Sections | None = None, credentials: Sections | None = None) -> SharedFiles:
    return SharedFiles(
        ConfigFile(config), ConfigFile(credentials), config_path="/c", credentials_path="/s"
    )


class Nothing:
    """A source without credentials, which counts how often it was asked."""

    def __init__(self, error: CredentialsError) -> None:
        self.error = error
        self.asked = 0

    @property
    def credentials(self) -> Credentials:
        self.asked += 1
        raise self.error


class Rotating:
    """A source with other credentials each time."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def credentials(self) -> Credentials:
        self.asked += 1
        return Credentials(f"key-{self.asked}", "secret")


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
        ({}, MissingCredentialsError, "environment: AWS_ACCESS_KEY_ID is not set"),
        (
            {"AWS_ACCESS_KEY_ID": " ", "AWS_SECRET_ACCESS_KEY": ""},
            MissingCredentialsError,
            "environment: AWS_ACCESS_KEY_ID is not set",
        ),
        (
            {"AWS_ACCESS_KEY": MARKER},
            PartialCredentialsError,
            "environment: AWS_ACCESS_KEY is set without AWS_SECRET_ACCESS_KEY; set both or neither",
        ),
        (
            {"AWS_SECRET_ACCESS_KEY": MARKER},
            PartialCredentialsError,
            "environment: AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID; "
            "set both or neither",
        ),
    ],
)
def test_environment_without_a_key_pair(
    environ: dict[str, str], error: type[CredentialsError], message: str
) -> None:
    with pytest.raises(error) as caught:
        _ = EnvironmentCredentials(environ).credentials
    assert str(caught.value) == message


def test_environment_is_read_once_unless_it_announces_an_expiration() -> None:
    environ = dict(ENV)
    provider = EnvironmentCredentials(environ)
    assert provider.credentials.access_key_id == "env-key"
    environ["AWS_ACCESS_KEY_ID"] = "changed"
    assert provider.credentials.access_key_id == "env-key"

    environ["AWS_CREDENTIAL_EXPIRATION"] = "2030-01-01T00:00:00Z"
    expiring = EnvironmentCredentials(environ)
    assert expiring.credentials.access_key_id == "changed"
    environ["AWS_ACCESS_KEY_ID"] = "changed again"
    assert expiring.credentials.access_key_id == "changed again"


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
    provider = SharedFileCredentials(shared(config, credentials))
    assert provider.credentials == expected
    assert provider.credentials is provider.credentials


@pytest.mark.parametrize(
    ("config", "error", "reason"),
    [
        ({}, MissingCredentialsError, "there is no such profile"),
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
        *(
            (
                {"dev": {**KEYS, setting: MARKER}},
                MissingCredentialsError,
                f"it has {setting}, which this version cannot use yet",
            )
            for setting in (
                "role_arn",
                "web_identity_token_file",
                "sso_account_id",
                "sso_role_name",
                "login_session",
                "credential_process",
            )
        ),
        *(
            (
                {"dev": {setting: MARKER}},
                MissingCredentialsError,
                f"it has {setting}, which this version cannot use yet",
            )
            for setting in ("sso_session", "sso_start_url")
        ),
    ],
)
def test_shared_files_without_a_usable_key_pair(
    config: Sections, error: type[CredentialsError], reason: str
) -> None:
    with pytest.raises(error) as caught:
        _ = SharedFileCredentials(shared(config), "dev").credentials
    assert str(caught.value) == f"profile 'dev' in /s or /c: {reason}"


def test_the_chain_stays_with_the_first_provider_that_has_credentials() -> None:
    empty = Nothing(MissingCredentialsError("empty"))
    rotating = Rotating()
    never = Rotating()
    chain = CredentialChain([empty, rotating, never])
    assert [chain.credentials.access_key_id for _ in range(3)] == ["key-1", "key-2", "key-3"]
    assert (empty.asked, rotating.asked, never.asked) == (1, 3, 0)


def test_the_chain_asks_nobody_before_it_is_asked_itself() -> None:
    rotating = Rotating()
    CredentialChain([rotating])
    assert rotating.asked == 0


def test_the_chain_ends_at_a_broken_provider() -> None:
    never = Rotating()
    chain = CredentialChain([Nothing(PartialCredentialsError("half")), never])
    with pytest.raises(PartialCredentialsError, match=r"^half$"):
        _ = chain.credentials
    assert never.asked == 0


def test_the_chain_lists_what_was_tried_and_why_nothing_came_of_it() -> None:
    chain = default_chain({"AWS_PROFILE": "x"}, shared(), "default", explicit_profile=False)
    with pytest.raises(MissingCredentialsError) as caught:
        _ = chain.credentials
    assert str(caught.value) == (
        "unable to sign the request: no credentials were found. Pass access_key_id and "
        "secret_access_key or credentials, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add "
        "both keys to a profile. Tried, in this order:\n"
        "  - environment: AWS_ACCESS_KEY_ID is not set\n"
        "  - web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set\n"
        "  - profile 'default' in /s or /c: there is no such profile\n"
        "  - container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is set\n"
        "  - instance metadata: this version cannot use it yet"
    )


@pytest.mark.parametrize(
    ("environ", "config", "explicit", "last_line"),
    [
        (
            ENV,
            {"dev": {"role_arn": "r"}},
            True,
            "  - profile 'dev' in /s or /c: it has role_arn, which this version cannot use yet",
        ),
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"},
            {"dev": KEYS},
            False,
            "  - web identity: AWS_WEB_IDENTITY_TOKEN_FILE is set, "
            "but this version cannot use it yet",
        ),
        (
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/"},
            {},
            False,
            "  - container: AWS_CONTAINER_CREDENTIALS_FULL_URI is set, "
            "but this version cannot use it yet",
        ),
    ],
)
def test_no_later_source_stands_in_for_one_that_was_asked_for(
    environ: dict[str, str], config: Sections, explicit: bool, last_line: str
) -> None:
    chain = default_chain(environ, shared(config), "dev", explicit_profile=explicit)
    with pytest.raises(MissingCredentialsError) as caught:
        _ = chain.credentials
    assert str(caught.value).splitlines()[-1] == last_line


@pytest.mark.parametrize(
    ("explicit", "environ", "config", "expected"),
    [
        (True, ENV, {"dev": KEYS}, "file-key"),
        (False, ENV, {"dev": KEYS}, "env-key"),
        (True, ENV, {"dev": {"region": "x"}}, "env-key"),
        (False, {}, {"dev": KEYS}, "file-key"),
        (True, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, {"dev": KEYS}, "file-key"),
        (False, ENV, {"dev": {"role_arn": "r"}}, "env-key"),
    ],
)
def test_the_order_of_environment_and_profile(
    explicit: bool, environ: dict[str, str], config: Sections, expected: str
) -> None:
    chain = default_chain(environ, shared(config), "dev", explicit_profile=explicit)
    assert chain.credentials.access_key_id == expected


def test_no_repr_shows_a_secret() -> None:
    files = shared({"default": dict.fromkeys((*KEYS, "aws_session_token"), MARKER)})
    environ = dict.fromkeys((*ENV, "AWS_SESSION_TOKEN"), MARKER)
    providers: list[CredentialProvider] = [
        EnvironmentCredentials(environ),
        SharedFileCredentials(files),
        default_chain(environ, files, "default", explicit_profile=False),
    ]
    assert [provider.credentials.secret_access_key for provider in providers] == [MARKER] * 3
    shown = [repr(files), repr(files.config), *map(repr, providers), *map(str, providers)]
    assert [text for text in shown if MARKER in text] == []
