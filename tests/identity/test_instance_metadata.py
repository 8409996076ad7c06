"""Credentials of EC2 instances. credentials.md section 11."""

from __future__ import annotations

import logging

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    ConnectTimeoutError,
    CredentialsError,
    InstanceMetadataDisabledError,
    InstanceMetadataError,
    ReadTimeoutError,
)
from drawplate.http import HttpResponse
from drawplate.identity import InstanceCredentials

from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Script,
    around,
    ask,
    drive,
    json_answer,
    keys,
    moment,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

HOST = "http://169.254.169.254"
PUT = f"PUT {HOST}/latest/api/token"
ROLE = f"GET {HOST}/latest/meta-data/iam/security-credentials/"
KEYS = f"{ROLE}my-role"
TTL = "x-aws-ec2-metadata-token-ttl-seconds"
SESSION = "x-aws-ec2-metadata-token"


def session(token: str = "session", ttl: str = "21600") -> HttpResponse:  # noqa: S107
    return HttpResponse(200, {TTL: ttl}, token.encode())


def role(name: str = "my-role\n") -> HttpResponse:
    return HttpResponse(200, {}, name.encode())


def sent(script: Script, header: str) -> list[str | None]:
    return [request.headers.get(header) for request in script.requests]


def test_a_session_then_the_role_then_its_keys() -> None:
    script = Script(session(), role(" my-role\nanother"), json_answer(keys()))
    found = ask(InstanceCredentials(around({})), script)
    assert found == Credentials("AKID", "SECRET", "TOKEN")
    assert found.expiration == moment(NOON + 3600)
    assert script.asked == [PUT, ROLE, KEYS]
    assert sent(script, TTL) == ["21600", None, None]
    assert sent(script, SESSION) == [None, "session", "session"]
    assert all(agent and agent.startswith("drawplate/") for agent in sent(script, "user-agent"))


@pytest.mark.parametrize("value", ["true", "TRUE", " True "])
def test_it_is_not_asked_where_that_is_forbidden(value: str) -> None:
    script = Script()
    with pytest.raises(InstanceMetadataDisabledError) as caught:
        ask(InstanceCredentials(around({"AWS_EC2_METADATA_DISABLED": value})), script)
    assert str(caught.value) == "instance metadata: AWS_EC2_METADATA_DISABLED is true"
    assert script.requests == []


ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT"


@pytest.mark.parametrize(
    ("option", "environ", "config", "expected"),
    [
        (None, {}, {}, HOST),
        (None, {f"{ENDPOINT}_MODE": "IPv6"}, {}, "http://[fd00:ec2::254]"),
        (None, {}, {"ec2_metadata_service_endpoint_mode": "ipv6"}, "http://[fd00:ec2::254]"),
        (None, {ENDPOINT: "http://a:1/"}, {}, "http://a:1"),
        (None, {ENDPOINT: "http://a", f"{ENDPOINT}_MODE": "x"}, {}, "http://a"),
        (None, {}, {"ec2_metadata_service_endpoint": "http://b"}, "http://b"),
        (None, {ENDPOINT: "http://a"}, {"ec2_metadata_service_endpoint": "http://b"}, "http://a"),
        ("http://c", {ENDPOINT: "http://a"}, {}, "http://c"),
    ],
)
def test_where_the_service_is(
    option: str | None, environ: dict[str, str], config: dict[str, str], expected: str
) -> None:
    provider = InstanceCredentials(around(environ, config={"default": config}), endpoint=option)
    assert provider.endpoint() == expected


@pytest.mark.parametrize(
    ("environ", "config", "message"),
    [
        (
            {f"{ENDPOINT}_MODE": "IPv7"},
            {},
            f"{ENDPOINT}_MODE is 'IPv7'; it must be IPv4 or IPv6",
        ),
        (
            {},
            {"ec2_metadata_service_endpoint_mode": "x"},
            "ec2_metadata_service_endpoint_mode of profile 'default' is 'x'; it must be IPv4 or "
            "IPv6",
        ),
        (
            {ENDPOINT: "here"},
            {},
            f"{ENDPOINT} is 'here', which is not an absolute URL with http or https",
        ),
        (
            {ENDPOINT: "http://[x"},
            {},
            f"{ENDPOINT} is 'http://[x', which is not an absolute URL with http or https",
        ),
    ],
)
def test_a_place_that_cannot_be(
    environ: dict[str, str], config: dict[str, str], message: str
) -> None:
    script = Script()
    with pytest.raises(InstanceMetadataError) as caught:
        ask(InstanceCredentials(around(environ, config={"default": config})), script)
    assert str(caught.value) == f"instance metadata: {message}"
    assert script.requests == []


@pytest.mark.parametrize(
    "refusal",
    [HttpResponse(403), HttpResponse(404), HttpResponse(405), ReadTimeoutError("x")],
)
def test_without_a_session_it_goes_on_with_version_1(refusal: HttpResponse | Exception) -> None:
    clock = Clock()
    provider = InstanceCredentials(around({}, clock=clock))
    script = Script(refusal, role(), json_answer(keys()), role(), json_answer(keys(NOON + 7200)))
    ask(provider, script)
    assert script.asked == [PUT, ROLE, KEYS]
    assert sent(script, SESSION) == [None] * 3
    # It remembers, until the service wants a session after all.
    clock.now += 3600
    ask(provider, script)
    assert script.asked == [PUT, ROLE, KEYS, ROLE, KEYS]


def test_a_401_asks_for_another_session() -> None:
    provider = InstanceCredentials(around({}, instance_retries=1))
    script = Script(
        HttpResponse(404),
        HttpResponse(401),
        session("new"),
        role(),
        json_answer(keys()),
    )
    assert ask(provider, script).access_key_id == "AKID"
    assert script.asked == [PUT, ROLE, PUT, ROLE, KEYS]
    assert sent(script, SESSION) == [None, None, None, "new", "new"]


@pytest.mark.parametrize(
    ("environ", "config"),
    [
        ({"AWS_EC2_METADATA_V1_DISABLED": "True"}, {}),
        ({}, {"ec2_metadata_v1_disabled": "true"}),
    ],
)
def test_version_1_can_be_forbidden(environ: dict[str, str], config: dict[str, str]) -> None:
    script = Script(HttpResponse(403))
    provider = InstanceCredentials(around(environ, config={"default": config}, instance_retries=3))
    with pytest.raises(InstanceMetadataError) as caught:
        ask(provider, script)
    assert str(caught.value) == (
        "instance metadata: the service opened no session (status 403), and version 1, which "
        "needs none, is disabled; allow IMDSv2 on the instance (in a container its hop limit has "
        "to be 2)"
    )
    assert script.asked == [PUT]


def test_a_session_is_kept_until_it_is_about_to_end() -> None:
    clock = Clock()
    provider = InstanceCredentials(around({}, clock=clock))
    script = Script(session(ttl="5000"), role(), json_answer(keys()))
    ask(provider, script)
    script.answers += [role(), json_answer(keys(NOON + 7200))]
    clock.now = NOON + 3600
    ask(provider, script)
    assert script.asked == [PUT, ROLE, KEYS, ROLE, KEYS]
    script.answers += [session("second"), role(), json_answer(keys(NOON + 10800))]
    clock.now = NOON + 7200
    ask(provider, script)
    assert script.asked[5:] == [PUT, ROLE, KEYS]
    assert sent(script, SESSION)[5:] == [None, "second", "second"]


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        (
            [ConnectTimeoutError("x")],
            InstanceMetadataError,
            f"nothing answers at {HOST} (ConnectTimeoutError); is this an EC2 instance? "
            "AWS_EC2_METADATA_DISABLED=true keeps it from being asked",
        ),
        (
            [HttpResponse(400)],
            InstanceMetadataError,
            "the service refused to open a session (status 400)",
        ),
        (
            [session(), HttpResponse(404)],
            InstanceMetadataError,
            "the instance has no role; attach an instance profile to it",
        ),
        (
            [session(), HttpResponse(500)],
            InstanceMetadataError,
            "the service answered with status 500 when asked for the name of its role",
        ),
        (
            [session(), role(" \n")],
            InstanceMetadataError,
            "the service answered with status 200 when asked for the name of its role",
        ),
        (
            [session(), role(), json_answer({"Code": "Failed", "Message": MARKER}, 500)],
            InstanceMetadataError,
            "the service answered with status 500 (Failed) when asked for the keys of its role",
        ),
        (
            [session(), role(), json_answer({"Code": "AssumeRoleUnauthorizedAccess"})],
            InstanceMetadataError,
            f"the answer of {HOST} has no keys: it lacks AccessKeyId, SecretAccessKey, Token, "
            "Expiration",
        ),
        (
            [session(), role(), HttpResponse(200, {}, MARKER.encode())],
            InstanceMetadataError,
            f"the answer of {HOST} has no keys: it is not JSON",
        ),
        (
            [session(), HttpResponse(302, {"location": "http://elsewhere.example"})],
            InstanceMetadataError,
            "the service answered with status 302 when asked for the name of its role",
        ),
    ],
)
def test_answers_without_credentials(
    answers: list[HttpResponse | Exception], error: type[CredentialsError], message: str
) -> None:
    script = Script(*answers)
    with pytest.raises(error) as caught:
        ask(InstanceCredentials(around({})), script)
    assert type(caught.value) is error
    assert str(caught.value) == f"instance metadata: {message}"
    assert len(script.requests) == len(answers)


def test_it_is_asked_again_as_often_as_the_option_says() -> None:
    slept: list[float] = []
    script = Script(
        HttpResponse(500),
        session(),
        role(),
        HttpResponse(200, {}, b"{"),
        role(),
        json_answer(keys()),
    )
    provider = InstanceCredentials(around({}, instance_retries=2))
    found = drive(provider.resolve(), script, slept)
    assert found.access_key_id == "AKID"
    assert script.asked == [PUT, PUT, ROLE, KEYS, ROLE, KEYS]
    assert slept == [1.2, 1.2**2]


def test_without_an_answer_it_costs_one_wait() -> None:
    script = Script(ConnectTimeoutError("x"))
    with pytest.raises(InstanceMetadataError):
        ask(InstanceCredentials(around({})), script)
    assert script.asked == [PUT]


def test_credentials_that_are_over_are_used_and_not_asked_for_again_for_five_minutes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    provider = InstanceCredentials(around({}, clock=clock))
    script = Script(session(), role(), json_answer(keys(NOON - 60)))
    with caplog.at_level(logging.WARNING, "drawplate"):
        assert ask(provider, script).access_key_id == "AKID"
    assert [record.getMessage() for record in caplog.records] == [
        "instance metadata: it has no newer credentials; the present ones are used on, whatever "
        "their end, and it is asked again in 300 s"
    ]
    for seconds in (0, 150, 300):
        clock.now = NOON + seconds
        assert ask(provider, script).access_key_id == "AKID"
    assert len(script.requests) == 3
    script.answers += [role(), json_answer(keys(NOON + 7200, AccessKeyId="NEW"))]
    clock.now = NOON + 301
    assert ask(provider, script).access_key_id == "NEW"


def test_credentials_outlive_a_service_that_fails() -> None:
    clock = Clock()
    provider = InstanceCredentials(around({}, clock=clock))
    script = Script(session(), role(), json_answer(keys()))
    ask(provider, script)
    clock.now = NOON + 4000
    assert ask(provider, script).access_key_id == "AKID"  # nobody answers
    assert len(script.requests) == 4
    clock.now += 299
    assert ask(provider, script).access_key_id == "AKID"
    assert len(script.requests) == 4
    drive(provider.renew(), script)
    assert ask(provider, script).access_key_id == "AKID"


def test_random_seconds_keep_many_instances_apart() -> None:
    clock = Clock()
    surroundings = around({}, clock=clock)
    surroundings.random = lambda: 0.5
    provider = InstanceCredentials(surroundings)
    script = Script(session(), role(), json_answer(keys(NOON - 60)))
    ask(provider, script)
    clock.now = NOON + 329
    ask(provider, script)
    assert len(script.requests) == 3
    clock.now = NOON + 331
    ask(provider, script)
    assert len(script.requests) == 4
