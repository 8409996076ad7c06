"""No secret in the repr, the text or the errors of a provider, nor in what is logged."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import DrawplateError
from drawplate.http import HttpResponse
from drawplate.identity import (
    AssumeRoleCredentials,
    CallableCredentials,
    ContainerCredentials,
    EnvironmentCredentials,
    InstanceCredentials,
    LoginCredentials,
    ProcessCredentials,
    ProfileCredentials,
    SharedFileCredentials,
    SsoCredentials,
    SsoToken,
    StaticCredentials,
    StaticToken,
    Surroundings,
    WebIdentityCredentials,
    default_chain,
    default_token_chain,
)

from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Disk,
    Script,
    around,
    assumed,
    drive,
    iso,
    json_answer,
    keys,
    moment,
    sts_error,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

ROLE = "arn:aws:iam::1:role/r"
SECRET = Credentials("AKID", MARKER, MARKER, expiration=moment(NOON + 3600))
CACHE = {
    "accessToken": MARKER,
    "refreshToken": MARKER,
    "clientId": "id",
    "clientSecret": MARKER,
    "expiresAt": iso(NOON + 60),
}
LOGIN = {
    "accessToken": {
        "accessKeyId": "AKID",
        "secretAccessKey": MARKER,
        "sessionToken": MARKER,
        "accountId": "1",
        "expiresAt": iso(NOON + 3600),
    },
    "refreshToken": MARKER,
    "dpopKey": MARKER,
    "clientId": "id",
}
FILES = {
    "/token": MARKER,
    "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json": json.dumps(CACHE),
    "/home/.aws/login/cache/"
    "3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175.json": json.dumps(LOGIN),
}
ENVIRON = {
    "HOME": "/home",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": MARKER,
    "AWS_SESSION_TOKEN": MARKER,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": f"/x?{MARKER}",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
}
CONFIG = {
    "default": {
        "aws_access_key_id": "AKID",
        "aws_secret_access_key": MARKER,
        "aws_session_token": MARKER,
        "sso_session": "dev",
    }
}
SESSIONS = {"dev": {"sso_region": "us-east-1"}}


def surroundings(clock: Clock | None = None) -> Surroundings:
    printed = {"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": MARKER}
    return around(
        ENVIRON,
        config=CONFIG,
        sessions=SESSIONS,
        disk=Disk(FILES),
        clock=clock,
        run_process=lambda _: (0, json.dumps(printed).encode(), MARKER.encode()),
    )


def print_secret(_: object) -> tuple[int, bytes, bytes]:
    return 0, MARKER.encode(), MARKER.encode()


def secret_keys() -> HttpResponse:
    return json_answer(keys(SecretAccessKey=MARKER, Token=MARKER))


def secret_role() -> HttpResponse:
    found = {
        "accessKeyId": "AKID",
        "secretAccessKey": MARKER,
        "sessionToken": MARKER,
        "expiration": int((NOON + 3600) * 1000),
    }
    return json_answer({"roleCredentials": found})


Make = Callable[[Surroundings], Any]
#: Each provider, and what it takes to succeed.
PROVIDERS: dict[str, tuple[Make, list[HttpResponse]]] = {
    "static": (lambda _: StaticCredentials("AKID", MARKER, MARKER), []),
    "static-token": (lambda _: StaticToken(MARKER), []),
    "function": (lambda around: CallableCredentials(lambda: SECRET, around), []),
    "environment": (EnvironmentCredentials, []),
    "shared-files": (lambda around: SharedFileCredentials(surroundings=around), []),
    "profile": (lambda around: ProfileCredentials(surroundings=around), []),
    "process": (lambda around: ProcessCredentials("x", around), []),
    "container": (ContainerCredentials, [secret_keys()]),
    "instance": (
        InstanceCredentials,
        [HttpResponse(200, {}, MARKER.encode()), HttpResponse(200, {}, b"r"), secret_keys()],
    ),
    "role": (
        lambda around: AssumeRoleCredentials(SECRET, ROLE, around, external_id="x"),
        [assumed(secret=MARKER, token=MARKER)],
    ),
    "web-identity": (
        lambda around: WebIdentityCredentials(ROLE, "/token", around),
        [assumed(action="AssumeRoleWithWebIdentity", secret=MARKER, token=MARKER)],
    ),
    "sso-token": (
        lambda around: SsoToken("dev", "us-east-1", around),
        [json_answer({"accessToken": MARKER, "expiresIn": 3600, "refreshToken": MARKER})],
    ),
    "sso": (
        lambda around: SsoCredentials(StaticToken(MARKER), "us-east-1", "1", "r", around),
        [secret_role()],
    ),
    "login": (lambda around: LoginCredentials("session", around), []),
    "chain": (default_chain, []),
    "token-chain": (
        default_token_chain,
        [json_answer({"accessToken": MARKER, "expiresIn": 3600})],
    ),
}


def resolve(provider: Any, script: Script) -> Any:
    if hasattr(provider, "resolve"):
        return drive(provider.resolve(), script)
    return getattr(provider, "credentials", None) or provider.token


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize("name", PROVIDERS)
def test_nothing_is_shown_on_the_way_to_credentials(
    name: str, log: pytest.LogCaptureFixture
) -> None:
    make, answers = PROVIDERS[name]
    around = surroundings()
    provider = make(around)
    script = Script(*answers)
    found = resolve(provider, script)
    secret = found.value if hasattr(found, "value") else found.secret_access_key
    assert secret == MARKER
    assert script.answers == []
    shown = [repr(around), str(around), *map(repr, script.requests)]
    for thing in (provider, found):
        shown += [repr(thing), str(thing), f"{thing}"]
    assert [text for text in shown if MARKER in text] == []
    assert MARKER not in log.text


FAILURES: list[HttpResponse] = [
    HttpResponse(500, {}, MARKER.encode()),
    HttpResponse(200, {}, MARKER.encode()),
    HttpResponse(200, {}, json.dumps({"SecretAccessKey": MARKER}).encode()),
    HttpResponse(302, {"location": f"http://x/{MARKER}"}),
    HttpResponse(401, {"www-authenticate": MARKER}, json.dumps({"x": MARKER}).encode()),
    sts_error("AccessDenied", "no", 403),
]


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("answer", FAILURES, ids=range(len(FAILURES)))
def test_nothing_is_shown_by_failures(
    name: str, answer: HttpResponse, log: pytest.LogCaptureFixture
) -> None:
    make, _ = PROVIDERS[name]
    clock = Clock()
    around = surroundings(clock)
    broken = dict.fromkeys(FILES, f"{MARKER}\n{MARKER}") | {"/token": MARKER}
    for files in (FILES, broken):
        around.read_file = Disk(files).read
        around.run_process = print_secret
        try:
            resolve(make(around), Script(answer, answer, answer, answer))
        except DrawplateError as error:
            told = "".join(traceback.format_exception(error))
            assert MARKER not in told.replace(__file__, "")
    assert MARKER not in log.text


def test_partial_keys_are_not_shown() -> None:
    around = Surroundings({"AWS_SECRET_ACCESS_KEY": MARKER})
    with pytest.raises(DrawplateError) as caught:
        _ = EnvironmentCredentials(around).credentials
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize("name", ["environment", "container", "instance", "chain", "login"])
def test_providers_can_be_pickled(name: str) -> None:
    make, _ = PROVIDERS[name]
    provider = make(Surroundings({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}))
    copy = pickle.loads(pickle.dumps(provider))  # noqa: S301
    assert repr(copy) == repr(provider)
