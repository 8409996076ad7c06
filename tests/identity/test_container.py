"""Credentials of containers. credentials.md section 10."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate._call import Send, Work
from drawplate.credentials import Credentials
from drawplate.errors import (
    ContainerCredentialsError,
    ContainerHostError,
    CredentialsError,
    MissingCredentialsError,
    ReadTimeoutError,
    TokenFileError,
)
from drawplate.http import HttpResponse
from drawplate.identity import ContainerCredentials
from drawplate.transport import TransportSettings

from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Disk,
    Script,
    around,
    ask,
    drive,
    json_answer,
    keys,
    moment,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


def addresses(host: str) -> list[str]:
    """A resolver for tests."""
    known = {
        "localhost": ["127.0.0.1", "::1"],
        "both": ["127.0.0.1", "10.0.0.1"],
        "mapped": ["::ffff:127.0.0.1"],
        "scoped": ["fe80::1%eth0"],
    }
    if host not in known:
        raise OSError("no such host")
    return known[host]


def provider(environ: dict[str, str], **given: Any) -> ContainerCredentials:
    return ContainerCredentials(around(environ, **given), addresses=addresses)


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({RELATIVE: "/x?id=1"}, "http://169.254.170.2/x?id=1"),
        ({RELATIVE: "x"}, "http://169.254.170.2/x"),
        ({RELATIVE: "/x", FULL: "http://127.0.0.1/y"}, "http://169.254.170.2/x"),
        ({FULL: "https://10.0.0.1/"}, "https://10.0.0.1/"),
        ({FULL: "https://anything.example/x"}, "https://anything.example/x"),
        ({FULL: "http://127.0.0.1:81/x"}, "http://127.0.0.1:81/x"),
        ({FULL: "http://127.9.8.7/x"}, "http://127.9.8.7/x"),
        ({FULL: "http://[::1]:80/x"}, "http://[::1]:80/x"),
        ({FULL: "http://[fd00:ec2::23]/x"}, "http://[fd00:ec2::23]/x"),
        ({FULL: "http://169.254.170.23/x"}, "http://169.254.170.23/x"),
        ({FULL: "http://localhost/x"}, "http://localhost/x"),
        ({FULL: "http://mapped/x"}, "http://mapped/x"),
    ],
)
def test_where_the_endpoint_is(environ: dict[str, str], url: str) -> None:
    script = Script(json_answer(keys(AccountId="12")))
    found = ask(provider(environ), script)
    assert found == Credentials("AKID", "SECRET", "TOKEN", "12")
    assert found.expiration == moment(NOON + 3600)
    assert script.asked == [f"GET {url}"]
    assert script.requests[0].headers["accept"] == "application/json"
    assert "authorization" not in script.requests[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://both/",
        "http://scoped/",
        "http://unknown/",
        "http://[::2]/",
        "/x",
        "ftp://127.0.0.1/",
        "http://",
        "http://[::1/",
        "http://127.0.0.1:x/",
        "https:///x",
    ],
)
def test_places_that_are_refused_before_anything_is_sent(url: str) -> None:
    script = Script()
    with pytest.raises(ContainerHostError, match=FULL):
        ask(provider({FULL: url}), script)
    assert script.requests == []


def test_without_an_endpoint() -> None:
    with pytest.raises(MissingCredentialsError) as caught:
        ask(provider({FULL: " "}))
    assert str(caught.value) == f"container: neither {RELATIVE} nor {FULL} is set"


def test_the_token_file_is_read_again_for_each_request() -> None:
    clock, disk = Clock(), Disk({"/token": " one\n"})
    environ = {RELATIVE: "/x", TOKEN_FILE: "/token", TOKEN: "not this"}
    made = provider(environ, clock=clock, disk=disk)
    script = Script(json_answer(keys()), json_answer(keys(NOON + 7200)))
    ask(made, script)
    disk.files["/token"] = "two"
    clock.now += 3600
    ask(made, script)
    assert [request.headers["authorization"] for request in script.requests] == ["one", "two"]


@pytest.mark.parametrize(
    ("environ", "files", "message"),
    [
        (
            {TOKEN_FILE: "/token"},
            {},
            f"container: /token ({TOKEN_FILE}) cannot be read: No such file or directory",
        ),
        (
            {TOKEN_FILE: "/token"},
            {"/token": PermissionError(13, "Permission denied")},
            f"container: /token ({TOKEN_FILE}) cannot be read: Permission denied",
        ),
        (
            {TOKEN_FILE: "/token"},
            {"/token": f"{MARKER}\n{MARKER}"},
            f"container: /token ({TOKEN_FILE}) has a line break inside of the token",
        ),
        (
            {TOKEN: f"{MARKER}\r"},
            {},
            f"container: {TOKEN} has a line break inside of the token",
        ),
    ],
)
def test_tokens_that_cannot_be_sent(
    environ: dict[str, str], files: dict[str, str | Exception], message: str
) -> None:
    script = Script()
    with pytest.raises(TokenFileError) as caught:
        ask(provider({RELATIVE: "/x", **environ}, disk=Disk(files), instance_retries=3), script)
    assert str(caught.value) == message
    assert script.requests == []


def failing(*answers: HttpResponse | Exception, retries: int = 0) -> tuple[str, list[float]]:
    """What is raised, and what was waited before."""
    slept: list[float] = []
    made = provider({RELATIVE: "/x?secret=1"}, instance_retries=retries)
    with pytest.raises(ContainerCredentialsError) as caught:
        drive(made.resolve(), Script(*answers), slept)
    return str(caught.value), slept


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            json_answer({"code": "NoId", "message": MARKER}, 400),
            "answered with status 400 (NoId); check the role of the task or pod",
        ),
        (
            HttpResponse(500, {}, MARKER.encode()),
            "answered with status 500; check the role of the task or pod",
        ),
        (
            HttpResponse(302, {"location": "http://elsewhere.example/"}),
            "answered with status 302; check the role of the task or pod",
        ),
    ],
)
def test_answers_that_are_no_success(answer: HttpResponse, message: str) -> None:
    assert failing(answer) == (f"container: http://169.254.170.2/x {message}", [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (MARKER.encode(), "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b'{"AccessKeyId": "AKID"}', "it lacks SecretAccessKey"),
        (b'{"AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "x"}', "it is not a time"),
    ],
)
def test_answers_without_keys(content: bytes, problem: str) -> None:
    message, _ = failing(HttpResponse(200, {}, content))
    assert message.startswith(
        f"container: the answer of http://169.254.170.2/x has no keys: {problem}"
    )


def test_silence_is_no_answer() -> None:
    message, _ = failing(ReadTimeoutError("too slow"))
    assert message == (
        "container: http://169.254.170.2/x gave no answer (ReadTimeoutError); "
        f"check {RELATIVE} and {FULL}"
    )


def test_it_is_asked_again_as_often_as_the_option_says() -> None:
    bad = HttpResponse(500)
    message, slept = failing(bad, HttpResponse(200), ReadTimeoutError("x"), retries=2)
    assert slept == [1.2, 1.2**2]
    assert "ReadTimeoutError" in message
    made = provider({RELATIVE: "/x"}, instance_retries=1)
    assert ask(made, Script(HttpResponse(200), json_answer(keys()))).access_key_id == "AKID"


def test_it_waits_as_long_as_the_option_says_and_asks_no_proxy() -> None:
    environ = {RELATIVE: "/x", "http_proxy": "http://proxy.example"}
    flow = provider(environ, instance_timeout=0.25).resolve()
    step = next(flow)
    while not isinstance(step, Send):
        step = flow.send(step.run() if isinstance(step, Work) else None)
    assert step.settings == TransportSettings(connect_timeout=0.25, read_timeout=0.25)
    flow.close()


def test_nothing_is_asked_for_a_region() -> None:
    with pytest.raises(CredentialsError):
        ask(provider({RELATIVE: "/x"}, region=None))
