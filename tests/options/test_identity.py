"""Plugins, credentials, accounts, profiles, tokens: numbers 1, 2, 4, 5, 31, 40, 41, 45."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate.context import RequestContext
from drawplate.credentials import Credentials, Token
from drawplate.errors import (
    ConfigurationError,
    CredentialsError,
    MissingBearerTokenError,
    ServiceError,
)
from drawplate.plugins import Plugin
from drawplate.response import Response
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.options.small import SmallClient
from tests.runtime.clients import KEY, Recorder, invoke, make

KEYS = ("access_key_id", "secret_access_key")
PROFILES = """\
[default]
region = us-default-1
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default
[profile dev]
region = us-dev-1
aws_access_key_id = AKIDDEV
aws_secret_access_key = dev
"""


class Stamp(Plugin):
    """Adds a header field before the request is signed."""

    def add_handlers(self, handlers: Any, config: Any, /) -> None:
        handlers.add(self.handle, step="build", priority=10)

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        context.request.headers["x-foo"] = "1"
        return (yield from call_next(context))


def stamped(trial: Trial) -> tuple[str | None, bool]:
    headers = trial.sent().headers
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    return headers.get("x-foo"), "x-foo" in signed.split(";")


def signer(trial: Trial) -> tuple[str, str | None] | str:
    """Access key and session token on the wire, or what is missing."""
    try:
        headers = trial.sent().headers
    except CredentialsError as missing:
        return type(missing).__name__
    key = headers["authorization"].partition("Credential=")[2].partition("/")[0]
    return key, headers.get("x-amz-security-token")


def accepted(trial: Trial) -> str:
    """What a server says that knows the value as its secret."""
    with LocalEndpoint({"ep": lambda r: r.body}, credentials=(KEY, "the secret")) as server:
        client = trial.client(endpoint=server.url, clock=None)
        try:
            return invoke(client).body.decode()
        except (ServiceError, CredentialsError) as refused:
            return type(refused).__name__
        finally:
            client.close()


def account_metric(trial: Trial) -> bool:
    agent = trial.sent().headers["user-agent"]
    metrics = agent.partition(" m/")[2].partition(" ")[0]
    return "T" in metrics.split(",")


def region_and_key(trial: Trial) -> tuple[str, str]:
    """The region of the endpoint, and the key of the signature."""
    return trial.sent().url.split(".")[2], signer(trial)[0]


def authorization(trial: Trial) -> str:
    recorder = Recorder()
    try:
        trial.small(transport=recorder).call("token")
    except MissingBearerTokenError as missing:
        return type(missing).__name__
    return recorder.request.headers["authorization"]


def profiles(trial: Trial) -> tuple[str, str]:
    path = trial.folder / "config"
    path.write_text(PROFILES, encoding="utf-8")
    trial.environ["AWS_CONFIG_FILE"] = str(path)
    return region_and_key(trial)


ROWS = (
    Row(
        1,
        "plugins",
        value=[Stamp],
        observe=stamped,
        seen=("1", True),
        unseen=(None, False),
        wrong=Wrong(
            [object()],
            "a plugin must have one of before_initialize, add_options, add_handlers, "
            "after_initialize; object has none",
            TypeError,
        ),
    ),
    Row(
        2,
        "credentials",
        value=Credentials("A", "S", "T"),
        observe=signer,
        seen=("A", "T"),
        unseen="MissingCredentialsError",
        without=KEYS,
        wrong=Wrong(
            ("A", "S"),
            "credentials must be an object with a credentials attribute or a function that returns "
            "Credentials, got an object of type tuple",
            TypeError,
        ),
    ),
    Row(
        4,
        "access_key_id",
        value="AKIDOPTION",
        variables=("AWS_ACCESS_KEY_ID", "AMAZON_ACCESS_KEY_ID"),
        key="aws_access_key_id",
        observe=signer,
        seen=("AKIDOPTION", None),
        unseen="MissingCredentialsError",
        without=KEYS,
        with_keyword={"secret_access_key": "s"},
        with_variable={"AWS_SECRET_ACCESS_KEY": "s"},
        with_key="aws_secret_access_key = s",
        wrong=Wrong(1, "access_key_id must be a str, got an object of type int", TypeError),
    ),
    Row(
        5,
        "account_id",
        value="123456789012",
        observe=account_metric,
        seen=True,
        unseen=False,
        wrong=Wrong(123, "account_id must be a str, got 123", TypeError),
    ),
    Row(
        31,
        "profile",
        value="dev",
        variables=("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
        observe=profiles,
        seen=("us-dev-1", "AKIDDEV"),
        unseen=("us-default-1", "AKIDDEFAULT"),
        without=(*KEYS, "region"),
        wrong=Wrong(1, "profile must be a str, got 1", TypeError),
    ),
    Row(
        40,
        "secret_access_key",
        value="the secret",
        variables=("AWS_SECRET_ACCESS_KEY", "AMAZON_SECRET_ACCESS_KEY"),
        key="aws_secret_access_key",
        observe=accepted,
        seen="x",
        unseen="MissingCredentialsError",
        without=KEYS,
        with_keyword={"access_key_id": KEY},
        with_variable={"AWS_ACCESS_KEY_ID": KEY},
        with_key=f"aws_access_key_id = {KEY}",
        wrong=Wrong(1, "secret_access_key must be a str, got an object of type int", TypeError),
    ),
    Row(
        41,
        "session_token",
        value="token",
        variables=("AWS_SESSION_TOKEN", "AMAZON_SESSION_TOKEN"),
        key="aws_session_token",
        observe=signer,
        seen=("AKIDOPTION", "token"),
        unseen="MissingCredentialsError",
        without=KEYS,
        with_keyword={"access_key_id": "AKIDOPTION", "secret_access_key": "s"},
        with_variable={"AWS_ACCESS_KEY_ID": "AKIDOPTION", "AWS_SECRET_ACCESS_KEY": "s"},
        with_key="aws_access_key_id = AKIDOPTION\naws_secret_access_key = s",
        wrong=Wrong(
            b"token", "session_token must be a str, got an object of type bytes", TypeError
        ),
    ),
    Row(
        45,
        "token_provider",
        value=Token("TOKEN"),
        text="TOKEN",
        variables=("AWS_BEARER_TOKEN_SMALL_THINGS",),
        observe=authorization,
        seen="Bearer TOKEN",
        unseen="MissingBearerTokenError",
        wrong=Wrong(
            "TOKEN",
            "token_provider must be an object with a token attribute, got 'TOKEN'",
            TypeError,
        ),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)


@pytest.mark.usefixtures("face")
def test_keys_of_the_chain_carry_the_account(tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_ACCOUNT_ID": "123"}
    assert make_credentials(keys) == Credentials("A", "S", None, "123")
    path = tmp_path / "credentials"
    path.write_text(
        "[default]\naws_access_key_id = A\naws_secret_access_key = S\naws_account_id = 456\n",
        encoding="utf-8",
    )
    found = make_credentials({"AWS_SHARED_CREDENTIALS_FILE": str(path)})
    assert found == Credentials("A", "S", None, "456")


def make_credentials(environ: dict[str, str]) -> Credentials:
    client = SageMakerRuntimeClient(region="us-east-1", environ=environ)
    return client.config.credentials.credentials


@pytest.mark.usefixtures("face")
def test_keys_that_are_options_win_over_those_of_the_environment() -> None:
    recorder = Recorder()
    environ = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "of the environment"}
    invoke(make(transport=recorder, environ=environ, access_key_id="AKIDOPTION"))
    assert "Credential=AKIDOPTION/" in recorder.request.headers["authorization"]


def test_tokens_travel_over_https_alone() -> None:
    client = SmallClient(
        region="us-east-1",
        environ={},
        endpoint="http://127.0.0.1:1",
        token_provider=Token("TOKEN"),
        transport=Recorder(),
    )
    with pytest.raises(ConfigurationError) as caught:
        client.call("token")
    assert str(caught.value) == (
        "Unable to use bearer authorization on non https endpoint: whoever reads the token can "
        "use it; give the endpoint with https"
    )
