"""Providers against real servers on loopback that fail in every way; nobody injects a transport."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    AssumeRoleError,
    ContainerCredentialsError,
    CredentialsError,
    InstanceMetadataError,
    SsoCredentialsError,
    WebIdentityError,
)
from drawplate.identity import (
    AssumeRoleCredentials,
    ContainerCredentials,
    InstanceCredentials,
    SsoCredentials,
    SsoToken,
    StaticCredentials,
    StaticToken,
    WebIdentityCredentials,
)

from tests.faults.server import (
    ScriptedServer,
    Step,
    close,
    recv_request,
    reset,
    send,
    serve,
    wait,
)
from tests.identity.support import MARKER, NOON, Disk, around, assumed, iso, keys, sts_error

pytestmark = pytest.mark.usefixtures("face")  # both clients

ROLE = "arn:aws:iam::123456789012:role/role"
#: A port that nobody listens on.
NOBODY = "http://127.0.0.1:1"


def http(status: str, body: bytes | str = b"", *fields: str) -> bytes:
    """A response as it goes over the wire."""
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", "Connection: close", *fields]
    return "\r\n".join([*head, "", ""]).encode() + data


def container(url: str, **given: Any) -> ContainerCredentials:
    return ContainerCredentials(
        around({"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/keys"}, **given)
    )


def instance(url: str, environ: dict[str, str] | None = None, **given: Any) -> InstanceCredentials:
    return InstanceCredentials(around(environ or {}, **given), endpoint=url)


def role(url: str, **options: Any) -> AssumeRoleCredentials:
    return AssumeRoleCredentials(
        StaticCredentials("AKID", MARKER),
        ROLE,
        around({"AWS_ENDPOINT_URL_STS": url}, options=options),
    )


def web(url: str, **options: Any) -> WebIdentityCredentials:
    return WebIdentityCredentials(
        ROLE,
        "/token",
        around({"AWS_ENDPOINT_URL_STS": url}, disk=Disk({"/token": MARKER}), options=options),
    )


def sso(url: str, **options: Any) -> SsoCredentials:
    return SsoCredentials(
        StaticToken(MARKER),
        "us-east-1",
        "12",
        "role",
        around({"AWS_ENDPOINT_URL_SSO": url}, options=options),
    )


def path_of(request: bytes) -> str:
    return request.partition(b" ")[2].partition(b" ")[0].decode()


def instance_answer(request: bytes) -> bytes:
    """What an instance with a role answers."""
    path = path_of(request)
    if path == "/latest/api/token":
        return http("200 OK", "session", "x-aws-ec2-metadata-token-ttl-seconds: 21600")
    if b"x-aws-ec2-metadata-token: session" not in request.lower():
        return http("401 Unauthorized")
    if path.endswith("/security-credentials/"):
        return http("200 OK", "role")
    return http("200 OK", json.dumps(keys()))


def test_an_instance_that_works() -> None:
    with ScriptedServer([serve(instance_answer)], repeat=True) as server:
        assert instance(server.url).credentials == Credentials("AKID", "SECRET", "TOKEN")


def test_a_container_that_works() -> None:
    with ScriptedServer([recv_request, send(http("200 OK", json.dumps(keys())))]) as server:
        provider = container(server.url)
        assert provider.credentials == Credentials("AKID", "SECRET", "TOKEN")
        assert provider.credentials is provider.credentials


def test_a_host_name_that_is_here() -> None:
    with ScriptedServer([recv_request, send(http("200 OK", json.dumps(keys())))]) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert container(url).credentials.access_key_id == "AKID"


def content(answer: Any) -> bytes:
    return http("200 OK", answer.body)


def test_services_that_work() -> None:
    with ScriptedServer([recv_request, send(content(assumed()))]) as server:
        assert role(server.url).credentials.access_key_id == "ASIA"
    answer = content(assumed(action="AssumeRoleWithWebIdentity"))
    with ScriptedServer([recv_request, send(answer)]) as server:
        assert web(server.url).credentials.access_key_id == "ASIA"
    found = {"accessKeyId": "ASIA", "secretAccessKey": "S", "sessionToken": "T", "expiration": 0}
    answer = http("200 OK", json.dumps({"roleCredentials": found}))
    with ScriptedServer([recv_request, send(answer)]) as server:
        assert sso(server.url).credentials == Credentials("ASIA", "S", "T", "12")


Make = Callable[..., Any]
SERVICES = [(role, AssumeRoleError), (web, WebIdentityError), (sso, SsoCredentialsError)]
EACH = [pytest.param(make, error, id=f"{make.__name__}") for make, error in SERVICES]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        *EACH,
        pytest.param(container, ContainerCredentialsError, id="container"),
        pytest.param(instance, InstanceMetadataError, id="instance"),
    ],
)
def test_a_connection_that_is_refused(make: Make, error: type[CredentialsError]) -> None:
    with pytest.raises(error) as caught:
        _ = make(NOBODY).credentials
    assert MARKER not in str(caught.value)


def broken(answer: bytes | Step) -> list[Step]:
    return [recv_request, send(answer) if isinstance(answer, bytes) else answer]


ANSWERS = [
    pytest.param(http("500 Internal Server Error", MARKER), 3, id="500"),
    pytest.param(http("200 OK", f'{{"x": "{MARKER}"'), 1, id="cut-json"),
    pytest.param(http("200 OK", "[1]"), 1, id="other-json"),
    pytest.param(http("200 OK"), 1, id="empty"),
    pytest.param(http("302 Found", "", "Location: http://127.0.0.1:1/"), 1, id="redirect"),
    pytest.param(reset, 3, id="reset"),
    pytest.param(close, 3, id="close"),
    pytest.param(b"SSH-2.0-x\r\n\r\n", 3, id="no-http"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", 3, id="truncated"),
]


@pytest.mark.parametrize(("answer", "requests"), ANSWERS)
@pytest.mark.parametrize(("make", "error"), EACH)
def test_services_that_fail(
    make: Make, error: type[CredentialsError], answer: bytes | Step, requests: int
) -> None:
    with ScriptedServer(broken(answer), repeat=True) as server:
        with pytest.raises(error) as caught:
            _ = make(server.url).credentials
        assert len(server.requests) == requests
    assert type(caught.value) is error
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize(("answer", "_requests"), ANSWERS)
def test_a_container_that_fails(answer: bytes | Step, _requests: int) -> None:
    with ScriptedServer(broken(answer), repeat=True) as server:
        with pytest.raises(ContainerCredentialsError) as caught:
            _ = container(server.url).credentials
        assert len(server.requests) == 1
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize(("answer", "_requests"), ANSWERS)
def test_an_instance_that_fails_after_its_session(answer: bytes | Step, _requests: int) -> None:
    session = http("200 OK", "session")
    with (
        ScriptedServer([recv_request, send(session)], broken(answer), repeat=True) as server,
        pytest.raises(InstanceMetadataError) as caught,
    ):
        _ = instance(server.url).credentials
    assert MARKER not in str(caught.value)


def test_an_instance_that_opens_no_session_is_asked_without_one() -> None:
    def version_1(request: bytes) -> bytes:
        if request.startswith(b"PUT"):
            return http("403 Forbidden")
        assert b"x-aws-ec2-metadata-token" not in request.lower()
        return http("200 OK", "role" if path_of(request).endswith("/") else json.dumps(keys()))

    with ScriptedServer([serve(version_1)], repeat=True) as server:
        assert instance(server.url).credentials.access_key_id == "AKID"
        with pytest.raises(InstanceMetadataError, match="version 1, which needs none, is disabled"):
            _ = instance(server.url, {"AWS_EC2_METADATA_V1_DISABLED": "true"}).credentials
        assert len([one for one in server.requests if one.startswith(b"GET")]) == 2


def test_slow_answers_end_at_the_time_limit() -> None:
    over = threading.Event()
    slow: list[Step] = [recv_request, wait(over)]
    with ScriptedServer(slow, repeat=True) as server:
        try:
            with pytest.raises(ContainerCredentialsError, match="ReadTimeoutError"):
                _ = container(server.url, instance_timeout=0.02).credentials
            with pytest.raises(InstanceMetadataError, match="ReadTimeoutError"):
                _ = instance(server.url, instance_timeout=0.02).credentials
            for make, error in SERVICES:
                with pytest.raises(error, match=r"read|silent|answer|time"):
                    _ = make(server.url, http_read_timeout=0.02).credentials
        finally:
            over.set()


def test_an_expired_token_is_renewed_over_the_wire() -> None:
    files = Disk(
        {
            "/home/.aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json": json.dumps(
                {
                    "accessToken": "old",
                    "expiresAt": iso(NOON - 60),
                    "refreshToken": MARKER,
                    "clientId": "id",
                    "clientSecret": MARKER,
                }
            )
        }
    )
    answers = [
        http("503 Service Unavailable"),
        http("200 OK", json.dumps({"accessToken": "new", "expiresIn": 3600})),
    ]
    with ScriptedServer([serve(lambda _: answers.pop(0))], repeat=True) as server:
        environ = {"HOME": "/home", "AWS_ENDPOINT_URL_SSO_OIDC": server.url}
        token = SsoToken("dev", "us-east-1", around(environ, disk=files))
        assert token.token.value == "new"
        assert [path_of(request) for request in server.requests] == ["/token", "/token"]


def test_an_error_of_the_service_ends_it_at_once() -> None:
    answer = content(sts_error("AccessDenied", "not you")).replace(b"200 OK", b"403 No")
    with ScriptedServer(broken(answer)) as server:
        with pytest.raises(AssumeRoleError, match="AccessDenied: not you"):
            _ = role(server.url).credentials
        assert len(server.requests) == 1
