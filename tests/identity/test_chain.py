"""The chain, its order and its reasons. credentials.md sections 2 to 4."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    CredentialsError,
    CredentialSourceError,
    InvalidProfileError,
    MissingBearerTokenError,
    MissingCredentialsError,
    PartialCredentialsError,
    ProfileLoopError,
    SourceProfileError,
)
from drawplate.http import HttpResponse
from drawplate.identity import (
    CredentialChain,
    ProfileCredentials,
    default_chain,
    default_token_chain,
)
from drawplate.profiles import Sections

from tests.identity.support import (
    NOON,
    Clock,
    Disk,
    Script,
    around,
    ask,
    assumed,
    drive,
    json_answer,
    keys,
    moment,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

ENV = {"AWS_ACCESS_KEY_ID": "env-key", "AWS_SECRET_ACCESS_KEY": "env-secret"}
KEYS = {"aws_access_key_id": "file-key", "aws_secret_access_key": "file-secret"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}
NO_EC2 = {"AWS_EC2_METADATA_DISABLED": "true"}


class Nothing:
    """A provider without credentials, which counts how often it was asked."""

    def __init__(self, error: CredentialsError) -> None:
        self.error = error
        self.asked = 0

    @property
    def credentials(self) -> Credentials:
        self.asked += 1
        raise self.error


class Rotating:
    """A provider with other credentials each time."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def credentials(self) -> Credentials:
        self.asked += 1
        return Credentials(f"key-{self.asked}", "secret")


def test_the_chain_stays_with_the_first_provider_that_has_credentials() -> None:
    empty = Nothing(MissingCredentialsError("empty"))
    rotating = Rotating()
    never = Rotating()
    chain = CredentialChain([empty, rotating, never])
    assert chain.chosen is None
    assert [chain.credentials.access_key_id for _ in range(3)] == ["key-1", "key-2", "key-3"]
    assert (empty.asked, rotating.asked, never.asked) == (1, 3, 0)
    assert chain.chosen is rotating


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
    script = Script()
    with pytest.raises(MissingCredentialsError) as caught:
        ask(default_chain(around(NO_EC2, config={"default": {"region": "x"}})), script)
    assert str(caught.value) == (
        "unable to sign the request: no credentials were found. Pass access_key_id and "
        "secret_access_key or credentials, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add "
        "both keys to a profile. Tried, in this order:\n"
        "  - environment: AWS_ACCESS_KEY_ID is not set\n"
        "  - profile 'default' in /s or /c: it has no role to assume (role_arn)\n"
        "  - web identity: neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file of "
        "profile 'default' in /s or /c is set\n"
        "  - profile 'default' in /s or /c: it has no sso_account_id, aws_access_key_id, "
        "login_session or credential_process\n"
        "  - container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is set\n"
        "  - instance metadata: AWS_EC2_METADATA_DISABLED is true"
    )
    assert script.requests == []


@pytest.mark.parametrize(
    ("explicit", "environ", "config", "expected"),
    [
        (True, ENV, {"dev": KEYS}, "file-key"),
        (False, ENV, {"dev": KEYS}, "env-key"),
        (True, ENV, {"dev": {"region": "x"}}, "env-key"),
        (False, {}, {"dev": KEYS}, "file-key"),
        (True, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}, {"dev": KEYS}, "file-key"),
        (False, ENV, {"dev": {"role_arn": "r"}}, "env-key"),
        (False, CONTAINER, {"dev": KEYS}, "file-key"),
    ],
)
def test_the_order_of_environment_and_profile(
    explicit: bool, environ: dict[str, str], config: Sections, expected: str
) -> None:
    surroundings = around(environ, config=config, profile="dev", explicit_profile=explicit)
    assert ask(default_chain(surroundings)).access_key_id == expected


ROLE = {"role_arn": "arn:aws:iam::1:role/r", "source_profile": "base"}
TOKEN = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"}
SSO = {
    "sso_account_id": "1",
    "sso_role_name": "r",
    "sso_region": "us-east-1",
    "sso_start_url": "https://start",
}


@pytest.mark.parametrize(
    ("environ", "section", "credentials", "expected"),
    [
        # A role comes before the web identity of the environment, which comes before keys.
        (TOKEN, {**ROLE, **KEYS}, {}, "AssumeRole"),
        (TOKEN, KEYS, KEYS, "AssumeRoleWithWebIdentity"),
        (TOKEN, {**SSO, **KEYS}, {}, "AssumeRoleWithWebIdentity"),
        # Keys of the credentials file come before a process, those of the config file after it.
        ({}, {"credential_process": "process"}, KEYS, "file-key"),
        ({}, {"credential_process": "process", **KEYS}, {}, "process-key"),
        ({}, KEYS, {}, "file-key"),
        # What a profile says comes before the container, and that before the instance.
        (CONTAINER, KEYS, {}, "file-key"),
        (CONTAINER, {}, {}, "GET http://169.254.170.2/x"),
        ({}, {}, {}, "PUT http://169.254.169.254/latest/api/token"),
        (NO_EC2 | CONTAINER, {}, {}, "GET http://169.254.170.2/x"),
    ],
)
def test_the_order_of_the_chain(
    environ: dict[str, str], section: dict[str, str], credentials: dict[str, str], expected: str
) -> None:
    printed = b'{"Version": 1, "AccessKeyId": "process-key", "SecretAccessKey": "x"}'
    surroundings = around(
        environ,
        config={"default": section, "base": KEYS},
        credentials={"default": credentials} if credentials else None,
        disk=Disk({"/token": "jwt"}),
        run_process=lambda _: (0, printed, b""),
    )
    script = Script()
    chain = default_chain(surroundings)
    try:
        found = ask(chain, script).access_key_id
    except CredentialsError:
        body = script.requests[0].body
        assert isinstance(body, bytes)
        action = body.decode().partition("Action=")[2].partition("&")[0]
        found = action or script.asked[0]
    assert found == expected


@pytest.mark.parametrize(
    ("environ", "section", "explicit", "expected"),
    [
        (TOKEN, {}, False, ("arn:aws:iam::1:role/w", "/token", None)),
        (
            {"AWS_ROLE_SESSION_NAME": "me", "AWS_ROLE_ARN": "env"},
            {"role_arn": "file", "web_identity_token_file": "/of-file"},
            False,
            ("env", "/of-file", "me"),
        ),
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"},
            {"role_arn": "file", "role_session_name": "you"},
            False,
            ("file", "/token", "you"),
        ),
        (
            TOKEN,
            {"role_arn": "file", "web_identity_token_file": "/of-file"},
            True,
            ("file", "/of-file", None),
        ),
    ],
)
def test_web_identity_mixes_environment_and_profile_unless_that_was_chosen(
    environ: dict[str, str],
    section: dict[str, str],
    explicit: bool,
    expected: tuple[str, str, str | None],
) -> None:
    files = Disk({"/token": "of env", "/of-file": "of file"})
    surroundings = around(
        environ,
        config={"default": section},
        disk=files,
        profile="default",
        explicit_profile=explicit,
    )
    script = Script(assumed(action="AssumeRoleWithWebIdentity"))
    ask(default_chain(surroundings), script)
    role, path, session = expected
    body = script.requests[0].body
    assert isinstance(body, bytes)
    fields = dict(part.split("=") for part in body.decode().split("&"))
    assert fields["RoleArn"] == role.replace(":", "%3A").replace("/", "%2F")
    assert fields["RoleSessionName"] == (session or "drawplate-session-1768480496")
    assert files.reads == [path]


@pytest.mark.parametrize(
    ("environ", "config", "error", "message"),
    [
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"},
            {},
            InvalidProfileError,
            "web identity: there is a token file, /token, but no role; set AWS_ROLE_ARN or "
            "role_arn of the profile",
        ),
        (
            {},
            {"default": {"role_arn": "r", "source_profile": "a", "credential_source": "b"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: it has source_profile and credential_source; leave "
            "out one of them",
        ),
        (
            {},
            {"default": {"role_arn": "r"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: it has role_arn, but neither source_profile nor "
            "credential_source, and no web_identity_token_file; add one of them",
        ),
        (
            {},
            {"default": {"role_arn": "r", "credential_source": "environment"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: credential_source is 'environment'; it must be one of "
            "Environment, Ec2InstanceMetadata, EcsContainer",
        ),
        (
            {},
            {"default": {"role_arn": "r", "source_profile": "none"}},
            SourceProfileError,
            "profile 'default' in /s or /c: source_profile is 'none', and there is no such profile",
        ),
        (
            {},
            {"default": {"role_arn": "r", "source_profile": "base"}, "base": {"region": "x"}},
            SourceProfileError,
            "profile 'default' in /s or /c: source_profile is 'base', which has no credentials",
        ),
        (
            {},
            {
                "default": {"role_arn": "r", "source_profile": "a"},
                "a": {"role_arn": "r", "source_profile": "b"},
                "b": {"role_arn": "r", "source_profile": "a"},
            },
            ProfileLoopError,
            "profiles in /s or /c name one another as source_profile: a -> b -> a; one of them "
            "needs credentials of its own",
        ),
        (
            {},
            {"default": {"role_arn": "r", "source_profile": "default"}},
            ProfileLoopError,
            "profile 'default' in /s or /c: it names itself as source_profile, and has no "
            "aws_access_key_id; add the keys, or name another profile",
        ),
        (
            {},
            {"default": {**ROLE, "duration_seconds": "1h"}, "base": KEYS},
            InvalidProfileError,
            "profile 'default' in /s or /c: duration_seconds is '1h', not a number of seconds",
        ),
        (
            {},
            {"default": {"web_identity_token_file": "/token"}},
            InvalidProfileError,
            "web identity: there is a token file, /token, but no role; set AWS_ROLE_ARN or "
            "role_arn of the profile",
        ),
        (
            {},
            {"default": {"sso_account_id": "1", "sso_region": "x"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: to sign in with IAM Identity Center it lacks "
            "sso_role_name, sso_start_url; run `aws configure sso`",
        ),
        (
            {},
            {"default": {**SSO, "sso_session": "gone"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: sso_session is 'gone', but there is no [sso-session "
            "gone] in /c",
        ),
        (
            {},
            {"default": {**SSO, "sso_session": "dev"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: its sso_region is not that of [sso-session dev]; leave "
            "it out of the profile",
        ),
        (
            {},
            {"default": {"sso_account_id": "1", "sso_role_name": "r", "sso_session": "empty"}},
            InvalidProfileError,
            "profile 'default' in /s or /c: [sso-session empty] has no sso_region; run `aws "
            "configure sso`",
        ),
        (
            NO_EC2,
            {"default": {"role_arn": "r", "credential_source": "Ec2InstanceMetadata"}},
            CredentialSourceError,
            "profile 'default': credential_source is Ec2InstanceMetadata, which has no "
            "credentials: instance metadata: AWS_EC2_METADATA_DISABLED is true",
        ),
        (
            {},
            {"default": {"role_arn": "r", "credential_source": "Environment"}},
            CredentialSourceError,
            "profile 'default': credential_source is Environment, which has no credentials: "
            "environment: AWS_ACCESS_KEY_ID is not set",
        ),
    ],
)
def test_settings_that_cannot_be_right_end_the_search_before_any_request(
    environ: dict[str, str], config: Sections, error: type[CredentialsError], message: str
) -> None:
    sessions = {"dev": {"sso_region": "eu-west-1"}, "empty": {"x": "y"}}
    script = Script()
    with pytest.raises(error) as caught:
        ask(default_chain(around(environ, config=config, sessions=sessions)), script)
    assert type(caught.value) is error
    assert str(caught.value) == message
    assert script.requests == []


@pytest.mark.parametrize(
    ("source", "environ", "answers", "signer"),
    [
        ("Environment", ENV, [], "env-key"),
        ("EcsContainer", CONTAINER, [json_answer(keys())], "AKID"),
        (
            "Ec2InstanceMetadata",
            CONTAINER,
            [HttpResponse(403), HttpResponse(200, {}, b"r"), json_answer(keys())],
            "AKID",
        ),
    ],
)
def test_credential_source(
    source: str, environ: dict[str, str], answers: list[HttpResponse], signer: str
) -> None:
    section = {"role_arn": "r", "credential_source": source}
    surroundings = around(environ, config={"default": section})
    script = Script(*answers, assumed())
    chain = ProfileCredentials(surroundings=surroundings)
    assert ask(chain, script).access_key_id == "ASIA"
    assert f"Credential={signer}/" in script.requests[-1].headers["authorization"]


def test_roles_on_the_way_to_a_role() -> None:
    config = {
        "default": {"role_arn": "third", "source_profile": "second", "external_id": "x"},
        "second": {"role_arn": "second", "source_profile": "first", "duration_seconds": "900"},
        "first": {"role_arn": "first", "source_profile": "base", "role_session_name": "me"},
        "base": {"role_arn": "not assumed", "source_profile": "none", **KEYS},
    }
    script = Script(assumed(key="A"), assumed(key="B"), assumed(key="C"))
    clock = Clock()
    chain = default_chain(around(config=config, clock=clock))
    assert ask(chain, script).access_key_id == "C"
    bodies = [request.body for request in script.requests]
    assert [
        (body.partition(b"RoleArn=")[2].partition(b"&")[0])
        for body in bodies
        if isinstance(body, bytes)
    ] == [b"first", b"second", b"third"]
    signers = [
        request.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        for request in script.requests
    ]
    assert signers == ["file-key", "A", "B"]
    # All of them are renewed when their time has come.
    clock.now += 3600
    ends = NOON + 7200
    script.answers += [assumed(ends, key="D"), assumed(ends, key="E"), assumed(ends, key="F")]
    assert ask(chain, script).access_key_id == "F"
    assert chain.expiration == moment(ends)


def test_what_the_chain_found_can_be_renewed_if_it_can_be() -> None:
    chain = default_chain(around(ENV))
    assert chain.renew is None
    ask(chain)
    assert chain.renew is None
    chain = default_chain(around(CONTAINER))
    script = Script(json_answer(keys()), json_answer(keys(AccessKeyId="NEW")))
    ask(chain, script)
    renew = chain.renew
    assert renew is not None
    drive(renew(), script)
    assert ask(chain, script).access_key_id == "NEW"


def test_no_token_without_a_session() -> None:
    chain = default_token_chain(around(config={"default": KEYS}))
    with pytest.raises(MissingBearerTokenError) as caught:
        ask(chain)
    assert str(caught.value) == (
        "no bearer token was found: profile 'default' in /s or /c has no sso_session; "
        "pass token_provider"
    )


def test_an_instance_that_gives_none_is_one_of_the_reasons() -> None:
    with pytest.raises(MissingCredentialsError) as caught:
        ask(default_chain(around({})), Script(HttpResponse(200, {}, b"t"), HttpResponse(500)))
    assert str(caught.value).splitlines()[-1] == (
        "  - instance metadata: the service answered with status 500 when asked for the name of "
        "its role"
    )


def test_threads_that_begin_at_once_share_what_is_fetched() -> None:
    config = {"default": ROLE, "base": KEYS}
    barrier = threading.Barrier(16)

    def work(chain: CredentialChain, script: Script) -> str:
        barrier.wait(30)
        return ask(chain, script).access_key_id

    with ThreadPoolExecutor(16) as pool:
        for _ in range(20):
            chain, script = default_chain(around(config=config)), Script(assumed())
            found = pool.map(work, [chain] * 16, [script] * 16)
            assert list(found) == ["ASIA"] * 16
            assert len(script.requests) == 1
