"""Sign-ins of IAM Identity Center. credentials.md sections 7 and 13."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.credentials import Credentials, Token
from drawplate.errors import SsoCredentialsError, SsoTokenError
from drawplate.http import HttpResponse
from drawplate.identity import SsoCredentials, SsoToken

from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Disk,
    Script,
    around,
    ask,
    iso,
    json_answer,
    moment,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

#: SHA-1 of "dev".
PATH = "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json"
WHOLE = {
    "accessToken": "token",
    "refreshToken": "refresh",
    "clientId": "id",
    "clientSecret": "secret",
    "registrationExpiresAt": iso(NOON + 86400),
    "region": "us-east-1",
    "startUrl": "https://start",
}
OIDC = "POST https://oidc.eu-west-1.amazonaws.com/token"
PORTAL = (
    "GET https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"
    "?role_name=role&account_id=12"
)


def disk(left: float, **more: object) -> Disk:
    content = {**WHOLE, "expiresAt": iso(NOON + left), **more}
    return Disk({PATH: json.dumps({k: v for k, v in content.items() if v is not None})})


def token(files: Disk, clock: Clock | None = None, profile: str | None = None) -> SsoToken:
    return SsoToken("dev", "eu-west-1", around(disk=files, clock=clock, profile=profile))


def renewed(**more: object) -> HttpResponse:
    return json_answer({"accessToken": "new", "expiresIn": 3600, "tokenType": "Bearer", **more})


def test_a_token_of_the_cache() -> None:
    files, script = disk(3600), Script()
    provider = token(files)
    assert [ask(provider, script) for _ in range(2)] == [Token("token", moment(NOON + 3600))] * 2
    assert provider.expiration == moment(NOON + 3600)
    assert files.reads == [PATH]
    assert script.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T13:34:56Z",
        "2026-01-15T13:34:56+00:00",
        "2026-01-15T13:34:56UTC",
        "2026-01-15T14:34:56+01:00",
    ],
)
def test_forms_of_times(text: str) -> None:
    files = Disk({PATH: json.dumps({"accessToken": "token", "expiresAt": text})})
    assert ask(token(files)) == Token("token", moment(NOON + 3600))


@pytest.mark.parametrize("left", [899, -5])
def test_a_token_that_is_about_to_end_is_renewed(left: float) -> None:
    files, script = disk(left, unknown="kept"), Script(renewed(refreshToken="again"))
    assert ask(token(files), script) == Token("new", moment(NOON + 3600))
    assert script.asked == [OIDC]
    (request,) = script.requests
    assert isinstance(request.body, bytes)
    assert json.loads(request.body) == {
        "clientId": "id",
        "clientSecret": "secret",
        "grantType": "refresh_token",
        "refreshToken": "refresh",
    }
    assert "authorization" not in request.headers
    assert files.json(PATH) == {
        **WHOLE,
        "unknown": "kept",
        "accessToken": "new",
        "refreshToken": "again",
        "expiresAt": iso(NOON + 3600),
    }


def test_a_refresh_token_that_does_not_come_back_is_forgotten() -> None:
    files = disk(60)
    ask(token(files), Script(renewed()))
    assert "refreshToken" not in files.json(PATH)


def test_what_another_process_wrote_is_used() -> None:
    clock, files = Clock(), disk(3600)
    provider = token(files, clock)
    ask(provider)
    files.files[PATH] = json.dumps({**WHOLE, "accessToken": "of it", "expiresAt": iso(NOON + 9000)})
    clock.now += 3000
    script = Script()
    assert ask(provider, script).value == "of it"
    assert script.requests == []


@pytest.mark.parametrize(
    "more",
    [
        {"refreshToken": None},
        {"clientId": None},
        {"clientSecret": 5},
        {"registrationExpiresAt": iso(NOON - 1)},
        {"registrationExpiresAt": "x"},
    ],
)
def test_a_token_that_cannot_be_renewed_is_used_until_it_ends(more: dict[str, object]) -> None:
    clock, script = Clock(), Script()
    provider = token(disk(60, **more), clock)
    assert ask(provider, script).value == "token"
    clock.now += 60
    with pytest.raises(SsoTokenError) as caught:
        ask(provider, script)
    assert str(caught.value) == ("the sign-in of IAM Identity Center is over; run `aws sso login`")
    assert script.requests == []


def test_a_registration_without_an_end_holds() -> None:
    files = disk(60, registrationExpiresAt=None)
    assert ask(token(files), Script(renewed())).value == "new"


def test_a_renewal_that_fails_is_tried_again_a_minute_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, files = Clock(), disk(300)
    provider = token(files, clock)
    refusal = {"error": "invalid_grant", "error_description": MARKER}
    script = Script(json_answer(refusal, 400, x_amzn_errortype="InvalidGrantException"))
    with caplog.at_level(logging.WARNING, "drawplate"):
        assert ask(provider, script).value == "token"
        clock.now += 59
        assert ask(provider, script).value == "token"
    assert script.asked == [OIDC]
    assert [record.getMessage() for record in caplog.records] == [
        "IAM Identity Center: the token was not renewed (InvalidGrantException); it is tried "
        "again in 60 s"
    ]
    assert MARKER not in caplog.text
    script.answers.append(renewed())
    clock.now += 1
    assert ask(provider, script).value == "new"


def test_an_answer_without_a_token_is_a_failure() -> None:
    script = Script(json_answer({"expiresIn": 5}))
    assert ask(token(disk(60)), script).value == "token"


def test_a_cache_that_cannot_be_written_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    files = disk(60)

    def write(path: str, content: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    surroundings = around(disk=files)
    surroundings.write_file = write
    provider = SsoToken("dev", "eu-west-1", surroundings)
    assert ask(provider, Script(renewed())).value == "new"
    assert f"{PATH} cannot be written (PermissionError)" in caplog.text


def test_others_go_on_while_one_renews() -> None:
    clock = Clock()
    provider = token(disk(3600), clock)
    ask(provider)
    clock.now += 3000
    first = provider.resolve()
    next(first)  # it is at it
    assert ask(provider).value == "token"
    first.close()
    assert ask(provider, Script(renewed())).value == "new"


def test_all_wait_for_the_first_token() -> None:
    provider, script = token(disk(-1)), Script(renewed())
    barrier = threading.Barrier(8)

    def work(_: int) -> str:
        barrier.wait(30)
        return ask(provider, script).value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == ["new"] * 8
    assert script.asked == [OIDC]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (MARKER, "cannot be used: it is not JSON"),
        ("[]", "cannot be used: it is not a JSON object"),
        ('{"expiresAt": "2030-01-01T00:00:00Z"}', "cannot be used: it lacks accessToken"),
        (json.dumps({"accessToken": MARKER}), "cannot be used: it lacks expiresAt"),
        (
            json.dumps({"accessToken": MARKER, "expiresAt": MARKER}),
            "cannot be used: it is not a time in ISO 8601",
        ),
    ],
)
def test_a_cache_that_is_of_no_use(content: str, problem: str) -> None:
    with pytest.raises(SsoTokenError) as caught:
        ask(token(Disk({PATH: content}), profile="work"))
    assert str(caught.value) == (
        f"the sign-in of IAM Identity Center in {PATH} {problem}; "
        "run `aws sso login --profile work`"
    )


def test_without_a_cache() -> None:
    with pytest.raises(SsoTokenError) as caught:
        ask(token(Disk(), profile="work"))
    assert str(caught.value) == (
        f"there is no sign-in of IAM Identity Center: {PATH} cannot be read (No such file or "
        "directory); run `aws sso login --profile work`"
    )


def credentials(files: Disk, profile: str | None = None) -> SsoCredentials:
    surroundings = around(disk=files, profile=profile)
    return SsoCredentials(
        SsoToken("dev", "eu-west-1", surroundings), "eu-west-1", "12", "role", surroundings
    )


def role_keys(ends: float = NOON + 3600, **more: object) -> HttpResponse:
    keys = {
        "accessKeyId": "ASIA",
        "secretAccessKey": "SECRET",
        "sessionToken": "TOKEN",
        "expiration": int(ends * 1000),
    }
    return json_answer({"roleCredentials": {**keys, **more}})


def test_the_keys_of_a_role() -> None:
    script = Script(role_keys())
    found = ask(credentials(disk(3600)), script)
    assert found == Credentials("ASIA", "SECRET", "TOKEN", "12")
    assert found.expiration == moment(NOON + 3600)
    assert script.asked == [PORTAL]
    (request,) = script.requests
    assert request.headers["x-amz-sso_bearer_token"] == "token"
    assert "authorization" not in request.headers


def test_a_token_that_is_over_is_renewed_first() -> None:
    script = Script(renewed(), role_keys())
    ask(credentials(disk(-60)), script)
    assert script.asked == [OIDC, PORTAL]
    assert script.requests[1].headers["x-amz-sso_bearer_token"] == "new"


def test_a_token_that_is_not_accepted_any_more() -> None:
    answer = json_answer({"message": "no"}, 401, x_amzn_errortype="UnauthorizedException")
    with pytest.raises(SsoTokenError) as caught:
        ask(credentials(disk(3600), "work"), Script(answer))
    assert str(caught.value) == (
        "IAM Identity Center no longer accepts the sign-in for role role in account 12; "
        "run `aws sso login --profile work`"
    )


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            json_answer({"message": "none"}, 404, x_amzn_errortype="ResourceNotFoundException"),
            "did not give role role in account 12: ResourceNotFoundException: none",
        ),
        (HttpResponse(200, {}, MARKER.encode()), "did not give role role in account 12: "),
        (json_answer({}), "answered without keys for role role in account 12"),
        (role_keys(secretAccessKey=""), "answered without keys for role role in account 12"),
    ],
)
def test_other_answers(answer: HttpResponse, problem: str) -> None:
    with pytest.raises(SsoCredentialsError) as caught:
        ask(credentials(disk(3600)), Script(answer))
    assert str(caught.value).startswith(f"IAM Identity Center {problem}")
    assert MARKER not in str(caught.value)
