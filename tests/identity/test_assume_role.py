"""Roles that are assumed with other credentials, or with a token. credentials.md, 5 and 6."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import drawplate
import pytest
from drawplate._call import Send, Work
from drawplate.credentials import Credentials
from drawplate.errors import (
    AssumeRoleError,
    CredentialsError,
    MfaError,
    MissingCredentialsError,
    MissingRegionError,
    TokenFileError,
    WebIdentityError,
)
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import (
    AssumeRoleCredentials,
    EnvironmentCredentials,
    Surroundings,
    WebIdentityCredentials,
)
from drawplate.identity._generated.sts import errors as sts_errors
from drawplate.transport import TransportSettings

from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Disk,
    Script,
    around,
    ask,
    assumed,
    drive,
    moment,
    sts_error,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

ARN = "arn:aws:iam::123456789012:role/role"
SOURCE = Credentials("SOURCE", MARKER)
WEB = "AssumeRoleWithWebIdentity"


def form(request: HttpRequest) -> dict[str, str]:
    assert isinstance(request.body, bytes)
    return dict(parse_qsl(request.body.decode()))


def scope(request: HttpRequest) -> str:
    return request.headers["authorization"].partition("Credential=")[2].partition(",")[0]


def role(surroundings: Surroundings | None = None, **given: Any) -> AssumeRoleCredentials:
    return AssumeRoleCredentials(SOURCE, ARN, surroundings or around(), **given)


def test_one_signed_request_to_the_region() -> None:
    script = Script(assumed())
    found = ask(role(), script)
    assert found == Credentials("ASIA", "SECRET", "TOKEN", "123456789012")
    assert found.expiration == moment(NOON + 3600)
    (request,) = script.requests
    assert script.asked == ["POST https://sts.us-east-1.amazonaws.com/"]
    assert form(request) == {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": ARN,
        "RoleSessionName": "drawplate-session-1768480496",
    }
    assert scope(request) == "SOURCE/20260115/us-east-1/sts/aws4_request"


def test_who_looks_on_at_calls_is_not_told_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(chunk: bytes, so_far: int, total: int | None) -> None:
        raise AssertionError(chunk)

    observers = {"http_wire_trace": True, "on_chunk_sent": told, "on_chunk_received": told}
    for name, value in {**observers, "http_idle_timeout": 9, "ssl_timeout": 4}.items():
        monkeypatch.setitem(drawplate.defaults, name, value)
    flow = role().resolve()
    step = next(flow)
    while not isinstance(step, Send):
        step = flow.send(step.run() if isinstance(step, Work) else None)
    flow.close()
    assert step.settings == TransportSettings(
        connect_timeout=5, read_timeout=10, idle_timeout=9, handshake_timeout=4
    )


def test_everything_that_can_be_said() -> None:
    script = Script(assumed())
    ask(
        role(
            session_name="me",
            external_id="external",
            duration=900,
            mfa_serial="arn:mfa",
            mfa_prompt="code of {}".format,
            region="eu-west-1",
        ),
        script,
    )
    assert script.asked == ["POST https://sts.eu-west-1.amazonaws.com/"]
    assert form(script.requests[0]) == {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": ARN,
        "RoleSessionName": "me",
        "DurationSeconds": "900",
        "ExternalId": "external",
        "SerialNumber": "arn:mfa",
        "TokenCode": "code of arn:mfa",
    }


def test_without_a_prompt_the_code_of_a_device_cannot_be_had() -> None:
    script = Script()
    with pytest.raises(MfaError, match="asks for a code of arn:mfa, and nobody can give it"):
        ask(role(mfa_serial="arn:mfa"), script)
    assert script.requests == []


def test_the_prompt_is_asked_once() -> None:
    clock, asked = Clock(), list[str]()

    def prompt(serial: str) -> str:
        asked.append(serial)
        return "123456"

    script = Script(assumed())
    provider = role(around(clock=clock, mfa_prompt=prompt), mfa_serial="arn:mfa")
    ask(provider, script)
    clock.now += 3600
    with pytest.raises(MfaError, match="the session that was made with the first one is over"):
        ask(provider, script)
    assert asked == ["arn:mfa"]


def test_a_region_is_needed() -> None:
    script = Script()
    with pytest.raises(MissingRegionError, match="to call STS for credentials"):
        ask(role(around(region=None)), script)
    assert script.requests == []


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({"region": None, "environ": {"AWS_REGION": "eu-west-2"}}, "sts.eu-west-2.amazonaws.com"),
        (
            {"region": None, "config": {"default": {"region": "eu-west-3"}}},
            "sts.eu-west-3.amazonaws.com",
        ),
        ({"region": "cn-north-1"}, "sts.cn-north-1.amazonaws.com.cn"),
        ({"options": {"use_fips_endpoint": True}}, "sts-fips.us-east-1.amazonaws.com"),
        ({"environ": {"AWS_USE_DUALSTACK_ENDPOINT": "true"}}, "sts.us-east-1.api.aws"),
        ({"environ": {"AWS_ENDPOINT_URL_STS": "https://mine/"}}, "mine"),
        ({"environ": {"AWS_ENDPOINT_URL": "https://all/"}}, "all"),
        (
            {
                "environ": {"AWS_ENDPOINT_URL": "https://all/"},
                "options": {"ignore_configured_endpoint_urls": True},
            },
            "sts.us-east-1.amazonaws.com",
        ),
    ],
)
def test_where_the_request_goes(given: dict[str, Any], host: str) -> None:
    script = Script(assumed())
    ask(role(around(**given)), script)
    assert script.asked == [f"POST https://{host}/"]


def test_the_source_is_asked_first() -> None:
    script = Script()
    provider = AssumeRoleCredentials(EnvironmentCredentials({}), ARN, around())
    with pytest.raises(MissingCredentialsError, match="AWS_ACCESS_KEY_ID is not set"):
        ask(provider, script)
    assert script.requests == []


def test_an_answer_that_the_service_failed_is_not_the_last() -> None:
    script = Script(HttpResponse(500), sts_error("Throttling", "x"), assumed())
    assert ask(role(), script).access_key_id == "ASIA"
    assert len(script.requests) == 3


def test_a_refusal_has_the_words_of_the_service() -> None:
    script = Script(sts_error("AccessDenied", "not you", 403))
    with pytest.raises(AssumeRoleError) as caught:
        ask(role(), script)
    assert type(caught.value) is AssumeRoleError
    assert str(caught.value) == (
        f"role {ARN} was not assumed: AccessDenied: not you (operation AssumeRole, status 403, "
        "request id r-1, attempts 1)"
    )
    assert isinstance(caught.value.__cause__, sts_errors.STSError)


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(200, {}, MARKER.encode()),
        HttpResponse(200, {}, b"<AssumeRoleResponse/>"),
        HttpResponse(200, {}, b"<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"),
        HttpResponse(302, {"location": "https://elsewhere.example/"}),
    ],
)
def test_answers_without_credentials(answer: HttpResponse) -> None:
    script = Script(answer)
    with pytest.raises(AssumeRoleError) as caught:
        ask(role(), script)
    assert MARKER not in str(caught.value)
    assert len(script.requests) == 1


def test_nobody_answers() -> None:
    slept: list[float] = []
    with pytest.raises(AssumeRoleError, match="was not assumed: nobody answers"):
        drive(role().resolve(), Script(), slept)
    assert slept == [0.0, 0.0]


def test_credentials_of_the_source_that_are_over_are_renewed() -> None:
    asked: list[int] = []

    class Source:
        @property
        def credentials(self) -> Credentials:
            return Credentials(f"S{len(asked)}", MARKER)

        def refresh(self) -> None:
            asked.append(1)

    script = Script(sts_error("ExpiredToken", "old", 403), assumed())
    ask(AssumeRoleCredentials(Source(), ARN, around()), script)
    assert [scope(request).partition("/")[0] for request in script.requests] == ["S0", "S1"]


def web(disk: Disk, clock: Clock | None = None, **given: Any) -> WebIdentityCredentials:
    return WebIdentityCredentials(ARN, "/token", around(disk=disk, clock=clock), **given)


def test_a_token_is_sent_without_a_signature() -> None:
    script = Script(assumed(action=WEB))
    found = ask(web(Disk({"/token": "jwt\n"}), session_name="me"), script)
    assert found == Credentials("ASIA", "SECRET", "TOKEN", "123456789012")
    (request,) = script.requests
    assert form(request) == {
        "Action": WEB,
        "Version": "2011-06-15",
        "RoleArn": ARN,
        "RoleSessionName": "me",
        "WebIdentityToken": "jwt",
    }
    assert "authorization" not in request.headers
    assert "x-amz-date" not in request.headers


def test_the_token_file_is_read_each_time() -> None:
    clock, disk = Clock(), Disk({"/token": "one"})
    provider = web(disk, clock)
    script = Script(assumed(action=WEB), assumed(NOON + 7200, action=WEB))
    ask(provider, script)
    disk.files["/token"] = "two"
    clock.now += 3600
    ask(provider, script)
    assert [form(request)["WebIdentityToken"] for request in script.requests] == ["one", "two"]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({}, "cannot be read: No such file or directory"),
        ({"/token": PermissionError(13, "Permission denied")}, "cannot be read: Permission denied"),
        ({"/token": " \n"}, "is empty"),
    ],
)
def test_a_token_file_that_is_of_no_use(files: dict[str, Any], problem: str) -> None:
    script = Script()
    with pytest.raises(TokenFileError) as caught:
        ask(web(Disk(files)), script)
    assert str(caught.value) == f"web identity: token file /token {problem}"
    assert script.requests == []


def test_a_token_that_is_not_accepted() -> None:
    script = Script(sts_error("InvalidIdentityToken", "no provider"))
    with pytest.raises(WebIdentityError, match="InvalidIdentityToken: no provider") as caught:
        ask(web(Disk({"/token": MARKER})), script)
    assert isinstance(caught.value.__cause__, sts_errors.InvalidIdentityTokenException)
    assert MARKER not in str(caught.value)


def test_an_identity_provider_that_aws_did_not_reach_is_asked_again() -> None:
    script = Script(sts_error("IDPCommunicationError", "x"), assumed(action=WEB))
    assert ask(web(Disk({"/token": "jwt"})), script).access_key_id == "ASIA"


def test_a_home_directory_in_the_path() -> None:
    provider = WebIdentityCredentials(ARN, "~/token", around(disk=Disk({"/home/token": "jwt"})))
    assert ask(provider, Script(assumed(action=WEB))).access_key_id == "ASIA"


def test_the_errors_are_errors_of_credentials() -> None:
    assert issubclass(WebIdentityError, CredentialsError)
