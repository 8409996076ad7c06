"""Clients that find their credentials: the checks of credentials.md section 15, end to end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drawplate.config import ServiceInfo, resolve
from drawplate.credentials import Credentials, Token
from drawplate.errors import (
    ContainerHostError,
    MissingCredentialsError,
    PartialCredentialsError,
    ProcessCredentialsError,
    ProfileLoopError,
)
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import AssumeRoleCredentials, Surroundings
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient

from tests.faults.server import ScriptedServer, recv_request, send
from tests.identity.support import (
    MARKER,
    NOON,
    Clock,
    Script,
    assumed,
    iso,
    json_answer,
    keys,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

ENV = {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": MARKER, "AWS_SESSION_TOKEN": "T"}
OK = HttpResponse(200, {"x-amzn-invoked-production-variant": "v"}, b"out")
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/keys"}


def client(
    environ: Mapping[str, str], script: Script, clock: Clock | None = None, **options: Any
) -> SageMakerRuntimeClient:
    given: dict[str, Any] = {
        "region": "us-east-1",
        "clock": clock or Clock(),
        "retry_base_delay": 0,
    }
    return SageMakerRuntimeClient(environ=environ, transport=script, **{**given, **options})


def invoke(made: SageMakerRuntimeClient) -> bytes:
    return made.invoke_endpoint(endpoint_name="ep", body=b"x").body


def signer(request: HttpRequest) -> str:
    return request.headers["authorization"].partition("Credential=")[2].partition("/")[0]


def home(folder: Path, config: str) -> dict[str, str]:
    (folder / ".aws").mkdir(exist_ok=True)
    (folder / ".aws" / "config").write_text(config)
    return {"HOME": str(folder)}


def section(name: str, key: str) -> str:
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {MARKER}\n"


def test_keys_of_the_environment() -> None:
    script = Script(OK)
    assert invoke(client(ENV, script)) == b"out"
    (request,) = script.requests
    assert signer(request) == "ENVKEY"
    assert request.headers["x-amz-security-token"] == "T"


def test_a_profile_by_option_comes_before_the_environment_and_by_variable_after(
    tmp_path: Path,
) -> None:
    environ = home(tmp_path, section("profile dev", "DEVKEY"))
    script = Script(OK, OK)
    invoke(client(ENV | environ, script, profile="dev"))
    invoke(client(ENV | environ | {"AWS_PROFILE": "dev"}, script))
    assert [signer(request) for request in script.requests] == ["DEVKEY", "ENVKEY"]


def test_half_a_key_pair_is_an_error_and_no_other_source_stands_in(tmp_path: Path) -> None:
    environ = home(tmp_path, section("default", "DEVKEY"))
    script = Script()
    with pytest.raises(PartialCredentialsError):
        invoke(client({"AWS_ACCESS_KEY_ID": "k"} | environ, script))
    assert script.requests == []


def test_a_container_on_another_host_is_refused() -> None:
    script = Script()
    with pytest.raises(ContainerHostError):
        invoke(client({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://10.0.0.1/"}, script))
    assert script.requests == []


def test_a_loop_of_profiles(tmp_path: Path) -> None:
    config = (
        "[profile a]\nrole_arn = r\nsource_profile = b\n"
        "[profile b]\nrole_arn = r\nsource_profile = a\n"
    )
    script = Script()
    with pytest.raises(ProfileLoopError):
        invoke(client(home(tmp_path, config), script, profile="a"))
    assert script.requests == []


def test_a_version_of_a_process_that_is_not_known(tmp_path: Path) -> None:
    config = "[default]\ncredential_process = /bin/sh -c 'echo {\\\"Version\\\": 2}'\n"
    with pytest.raises(ProcessCredentialsError, match="Version 2, only Version 1"):
        invoke(client(home(tmp_path, config), Script()))


def test_a_role_is_assumed_in_the_region_of_the_client_with_its_transport(tmp_path: Path) -> None:
    config = "[default]\nrole_arn = r\nsource_profile = base\n" + section("profile base", "BASE")
    script = Script(assumed(), OK, OK)
    made = client(home(tmp_path, config), script, region="eu-west-1", use_fips_endpoint=True)
    invoke(made)
    invoke(made.with_options(timeout=5))
    assert [request.url.partition("//")[2].partition("/")[0] for request in script.requests] == [
        "sts-fips.eu-west-1.amazonaws.com",
        "runtime-fips.sagemaker.eu-west-1.amazonaws.com",
        "runtime-fips.sagemaker.eu-west-1.amazonaws.com",
    ]
    assert [signer(request) for request in script.requests] == ["BASE", "ASIA", "ASIA"]


def test_keys_that_end_soon_are_renewed_before_a_signature() -> None:
    clock = Clock()
    script = Script(
        json_answer(keys(NOON + 240)),
        OK,
        json_answer(keys(NOON + 3600, AccessKeyId="NEW")),
        OK,
        HttpResponse(500),
        OK,
    )
    made = client(CONTAINER, script, clock)
    for _ in range(2):
        invoke(made)
    clock.now = NOON + 3600 - 720
    invoke(made)  # the renewal fails, and there is time
    assert [
        signer(request) for request in script.requests if "authorization" in request.headers
    ] == ["AKID", "NEW", "NEW"]
    assert script.answers == []


def expired() -> HttpResponse:
    return HttpResponse(403, {"x-amzn-errortype": "ExpiredTokenException"}, b"{}")


def test_an_answer_that_credentials_expired_renews_them_once() -> None:
    script = Script(
        json_answer(keys()), expired(), json_answer(keys(AccessKeyId="NEW", AccountId="1")), OK
    )
    assert invoke(client(CONTAINER, script)) == b"out"
    assert [request.method for request in script.requests] == ["GET", "POST", "GET", "POST"]
    assert [signer(script.requests[index]) for index in (1, 3)] == ["AKID", "NEW"]


def test_keys_that_stay_are_not_tried_again() -> None:
    script = Script(expired(), OK)
    with pytest.raises(Exception, match="ExpiredTokenException"):
        invoke(client(ENV, script))
    assert len(script.requests) == 1


def test_a_function_is_a_provider() -> None:
    made: list[Credentials] = []

    def function() -> Credentials:
        made.append(Credentials(f"KEY{len(made)}", MARKER))
        return made[-1]

    script = Script(OK, OK)
    found = client({}, script, credentials=function)
    invoke(found)
    invoke(found)
    assert [signer(request) for request in script.requests] == ["KEY0", "KEY1"]


def test_an_object_with_credentials_is_a_provider() -> None:
    class Mine:
        credentials = Credentials("MINE", MARKER)

    script = Script(OK)
    invoke(client({}, script, credentials=Mine()))
    assert signer(script.requests[0]) == "MINE"


def test_a_provider_of_the_library_goes_over_the_transport_of_the_client() -> None:
    around = Surroundings({}, region="us-east-1", clock=Clock())
    provider = AssumeRoleCredentials(Credentials("BASE", MARKER), "arn:role", around)
    script = Script(assumed(), OK)
    invoke(client({}, script, credentials=provider))
    assert [signer(request) for request in script.requests] == ["BASE", "ASIA"]


def test_how_often_and_how_long_a_container_is_asked() -> None:
    assert (Surroundings().instance_retries, Surroundings().instance_timeout) == (0, 1.0)
    made = client(
        CONTAINER,
        Script(),
        instance_profile_credentials_retries=2,
        instance_profile_credentials_timeout=0.5,
    )
    around = vars(made.config.credentials)["_around"]
    assert (around.instance_retries, around.instance_timeout) == (2, 0.5)


def test_without_any_the_error_says_what_was_tried() -> None:
    with pytest.raises(MissingCredentialsError) as caught:
        invoke(client({"AWS_EC2_METADATA_DISABLED": "true"}, Script()))
    assert str(caught.value).count("\n  - ") == 6


def test_a_client_of_its_own_connections_asks_others_on_other_ones() -> None:
    body = json.dumps(keys(4_102_444_800))
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with (
        ScriptedServer([recv_request, send((head + body).encode())]) as container,
        LocalEndpoint(
            {"ep": lambda request: request.body}, credentials=("AKID", "SECRET", "TOKEN")
        ) as server,
        SageMakerRuntimeClient(
            region=server.region,
            endpoint=server.url,
            environ={"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url},
        ) as made,
    ):
        assert invoke(made) == b"x"
        assert invoke(made) == b"x"
        assert len(container.requests) == 1


SERVICE = ServiceInfo(service_id="Things", identifier="things", signing_name="things")


def test_the_token_of_a_session(tmp_path: Path) -> None:
    config = (
        "[default]\nsso_session = dev\n[sso-session dev]\nsso_region = us-east-1\n"
        "[profile other]\nregion = x\n"
    )
    environ = home(tmp_path, config)
    cache = tmp_path / ".aws/sso/cache/34c6fceca75e456f25e7e99531e2425c6c1de443.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(json.dumps({"accessToken": "token", "expiresAt": iso(NOON + 3600)}))

    def provider(variables: Mapping[str, str], **options: Any) -> Any:
        given = {"environ": environ | dict(variables), "region": "x", "clock": Clock()}
        return resolve({**given, **options}, service=SERVICE).token_provider

    assert provider({}).token.value == "token"
    assert provider({"AWS_BEARER_TOKEN_THINGS": "of it"}).token == Token("of it")
    assert provider({}, token_provider=Token("mine")).token == Token("mine")
    assert provider({"AWS_PROFILE": "other"}) is None


def test_the_file_of_a_token_is_of_this_process(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("web")
    environ = {
        "AWS_ROLE_ARN": "arn:role",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_ROLE_SESSION_NAME": "me",
    }
    script = Script(assumed(action="AssumeRoleWithWebIdentity"), OK)
    invoke(client(environ, script))
    first, second = script.requests
    assert isinstance(first.body, bytes)
    assert b"WebIdentityToken=web" in first.body
    assert "authorization" not in first.headers
    assert signer(second) == "ASIA"
