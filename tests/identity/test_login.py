"""Sessions of `aws login`. credentials.md section 8."""

from __future__ import annotations

import json
import sys
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    LoginError,
    LoginExpiredError,
    LoginPermissionError,
    MissingLibraryError,
)
from drawplate.http import HttpResponse
from drawplate.identity import LoginCredentials

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

ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: E402
from cryptography.hazmat.primitives.hashes import SHA256  # noqa: E402
from cryptography.hazmat.primitives.serialization import (  # noqa: E402
    Encoding,
    NoEncryption,
    PrivateFormat,
)

KEY = ec.generate_private_key(ec.SECP256R1())
#: SHA-256 of "session".
NAME = "3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175.json"
PATH = f"/home/.aws/login/cache/{NAME}"
URL = "https://us-east-1.signin.aws.amazon.com/v1/token"


def pem(key: Any = KEY) -> str:
    data = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    text: str = data.decode()
    return text


def content(left: float, **more: object) -> dict[str, Any]:
    return {
        "accessToken": {
            "accessKeyId": "OLD",
            "secretAccessKey": MARKER,
            "sessionToken": MARKER,
            "accountId": "12",
            "expiresAt": iso(NOON + left),
        },
        "refreshToken": f"{MARKER}-refresh",
        "dpopKey": pem(),
        "clientId": "client",
        "unknown": "kept",
        **more,
    }


def disk(left: float, path: str = PATH, **more: object) -> Disk:
    return Disk({path: json.dumps(content(left, **more))})


def login(
    files: Disk, clock: Clock | None = None, environ: Mapping[str, str] | None = None
) -> LoginCredentials:
    surroundings = around({"HOME": "/home", **(environ or {})}, disk=files, clock=clock)
    return LoginCredentials("session", surroundings)


def renewed() -> HttpResponse:
    return json_answer(
        {
            "accessToken": {
                "accessKeyId": "NEW",
                "secretAccessKey": "S",
                "sessionToken": "T",
            },
            "tokenType": "aws_sigv4",
            "expiresIn": 900,
            "refreshToken": "next",
        }
    )


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({}, PATH),
        ({"AWS_LOGIN_CACHE_DIRECTORY": "/cache/"}, f"/cache/{NAME}"),
        ({"AWS_LOGIN_CACHE_DIRECTORY": "~/c"}, f"/home/c/{NAME}"),
        ({"AWS_LOGIN_CACHE_DIRECTORY": "$WHERE/${WHERE}/$NO", "WHERE": "/w"}, f"/w//w/$NO/{NAME}"),
    ],
)
def test_credentials_of_the_file(environ: dict[str, str], path: str) -> None:
    script = Script()
    found = ask(login(disk(3600, path), environ=environ), script)
    assert found == Credentials("OLD", MARKER, MARKER, "12")
    assert found.expiration == moment(NOON + 3600)
    assert script.requests == []


def parts_of(proof: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a proof whose signature is right."""
    head, payload, signature = proof.split(".")
    raw = decoded(signature)
    assert len(raw) == 64
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    KEY.public_key().verify(der, f"{head}.{payload}".encode(), ec.ECDSA(SHA256()))
    return json.loads(decoded(head)), json.loads(decoded(payload))


def decoded(part: str) -> bytes:
    assert "=" not in part
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("left", [300, -3600])
def test_credentials_that_are_about_to_end_are_renewed_with_a_proof(left: float) -> None:
    files, script = disk(left), Script(HttpResponse(500), renewed())
    found = ask(login(files), script)
    assert found == Credentials("NEW", "S", "T", "12")
    assert found.expiration == moment(NOON + 900)
    assert script.asked == [f"POST {URL}"] * 2
    request = script.requests[1]
    assert isinstance(request.body, bytes)
    assert json.loads(request.body) == {
        "clientId": "client",
        "grantType": "refresh_token",
        "refreshToken": f"{MARKER}-refresh",
    }
    assert "authorization" not in request.headers
    header, payload = parts_of(request.headers["dpop"])
    point = KEY.public_key().public_numbers()
    assert {**header, "jwk": {**header["jwk"], "x": "", "y": ""}} == {
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {"kty": "EC", "crv": "P-256", "x": "", "y": ""},
    }
    assert int.from_bytes(decoded(header["jwk"]["x"]), "big") == point.x
    assert int.from_bytes(decoded(header["jwk"]["y"]), "big") == point.y
    unique = payload.pop("jti")
    assert payload == {"htm": "POST", "htu": URL, "iat": int(NOON)}
    _, before = parts_of(script.requests[0].headers["dpop"])
    assert len(unique) == 36
    assert before["jti"] != unique
    assert files.json(PATH) == {
        **content(0),
        "accessToken": {
            "accessKeyId": "NEW",
            "secretAccessKey": "S",
            "sessionToken": "T",
            "accountId": "12",
            "expiresAt": iso(NOON + 900),
        },
        "refreshToken": "next",
    }


def test_what_another_process_wrote_is_used() -> None:
    clock, files = Clock(), disk(3600)
    provider = login(files, clock)
    ask(provider)
    files.files[PATH] = json.dumps(content(9000))
    clock.now += 3600
    script = Script()
    assert ask(provider, script).expiration == moment(NOON + 9000)
    assert script.requests == []


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("TOKEN_EXPIRED", LoginExpiredError, "the session is over; run `aws login` again"),
        (
            "USER_CREDENTIALS_CHANGED",
            LoginExpiredError,
            "the session is over; run `aws login` again",
        ),
        (
            "INSUFFICIENT_PERMISSIONS",
            LoginPermissionError,
            "the user may not renew the credentials; allow signin:CreateOAuth2Token",
        ),
        (
            "INVALID_REQUEST",
            LoginError,
            "the credentials were not renewed: AccessDeniedException: no (operation "
            "CreateOAuth2Token, status 400, attempts 1)",
        ),
    ],
)
def test_a_renewal_that_is_refused(code: str, error: type[LoginError], message: str) -> None:
    body = {"error": code, "message": "no"}
    answer = json_answer(body, 400, x_amzn_errortype="AccessDeniedException")
    with pytest.raises(error) as caught:
        ask(login(disk(60)), Script(answer))
    assert type(caught.value) is error
    assert str(caught.value) == f"aws login: {message}"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"refreshToken": None}, "lacks refreshToken"),
        ({"dpopKey": 5, "clientId": []}, "lacks dpopKey, clientId"),
        (
            {"accessToken": {"accessKeyId": "x"}},
            "lacks accessToken.secretAccessKey, accessToken.sessionToken, accessToken.accountId, "
            "accessToken.expiresAt",
        ),
    ],
)
def test_a_file_that_lacks_something(change: dict[str, object], problem: str) -> None:
    found = content(60, **change)
    with pytest.raises(LoginError) as caught:
        ask(login(Disk({PATH: json.dumps(found)})))
    assert str(caught.value) == f"aws login: {PATH} {problem}; run `aws login` again"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {},
            f"there is no session, {PATH} cannot be read (No such file or directory); "
            "run `aws login` again",
        ),
        ({PATH: MARKER}, f"{PATH} cannot be used: it is not JSON; run `aws login` again"),
    ],
)
def test_a_file_that_is_of_no_use(files: dict[str, Any], message: str) -> None:
    with pytest.raises(LoginError) as caught:
        ask(login(Disk(files)))
    assert str(caught.value) == f"aws login: {message}"


def test_an_end_that_cannot_be_read() -> None:
    found = content(60)
    found["accessToken"]["expiresAt"] = MARKER
    with pytest.raises(LoginError) as caught:
        ask(login(Disk({PATH: json.dumps(found)})))
    assert str(caught.value) == (
        f"aws login: accessToken.expiresAt in {PATH}: it is not a time in ISO 8601; "
        "run `aws login` again"
    )


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (MARKER, "it is not a private key in PEM"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "it is not a key on the curve P-256"),
    ],
)
def test_a_key_that_is_of_no_use(key: str, problem: str) -> None:
    with pytest.raises(LoginError) as caught:
        ask(login(disk(60, dpopKey=key)))
    assert str(caught.value) == f"aws login: dpopKey in {PATH}: {problem}; run `aws login` again"


def test_without_the_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    assert ask(login(disk(3600))).access_key_id == "OLD"
    with pytest.raises(MissingLibraryError, match=r'pip install "drawplate\[login\]" brings it'):
        ask(login(disk(60)))


def test_a_file_that_cannot_be_written_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    surroundings = around(disk=disk(60))

    def write(path: str, content: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    surroundings.write_file = write
    assert ask(LoginCredentials("session", surroundings), Script(renewed())).access_key_id == "NEW"
    assert f"{PATH} cannot be written (PermissionError)" in caplog.text
