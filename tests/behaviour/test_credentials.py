"""Tables of other SDKs: profiles to steps, environments to the endpoints of containers and EC2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from drawplate._sync import run
from drawplate.credentials import Credentials
from drawplate.errors import ConnectError, CredentialsError, NoSuchProfileError, TokenFileError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import (
    ContainerCredentials,
    InstanceCredentials,
    ProfileCredentials,
    Surroundings,
)
from drawplate.identity import profile_chain as chain
from drawplate.profiles import ConfigFile, SharedFiles, parse_config

from tests.support import read_json, suite_path

TIME = 1_200_000_000.0
#: Files that hold their list of cases under a key.
KEYED = {"ecs-tests", "imds-endpoint-tests"}


def cases(name: str) -> list[Any]:
    content = read_json(suite_path("behaviour-tests", "credentials", f"{name}.json"))
    found: list[dict[str, Any]] = content["tests"] if name in KEYED else content
    assert found
    return [
        pytest.param(case, id=f"behaviour-{name}-{case.get('docs') or case['description']}")
        for case in found
    ]


class Silent:
    """A transport that answers in order, and then lets nobody answer."""

    def __init__(self, *answers: HttpResponse) -> None:
        self._answers = list(answers)
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request.copy())
        if not self._answers:
            raise ConnectError("nobody answers")
        return self._answers.pop(0)


def step_of(step: chain.Step) -> dict[str, dict[str, str]]:
    """A step as the suite writes it."""
    kind: str
    if isinstance(step, chain.KeysStep):
        kind = "AccessKey"
        facts = {
            "access_key_id": step.access_key_id,
            "secret_access_key": step.secret_access_key,
            "session_token": step.session_token,
        }
    elif isinstance(step, chain.RoleStep):
        kind = "AssumeRole"
        facts = {
            "role_arn": step.role_arn,
            "external_id": step.external_id,
            "role_session_name": step.session_name,
        }
    elif isinstance(step, chain.WebIdentityStep):
        kind = "WebIdentityToken"
        facts = {
            "role_arn": step.role_arn,
            "web_identity_token_file": step.token_file,
            "role_session_name": step.session_name,
        }
    elif isinstance(step, chain.SsoStep):
        kind = "Sso"
        facts = {
            "sso_account_id": step.account_id,
            "sso_region": step.region,
            "sso_role_name": step.role_name,
            "sso_start_url": step.start_url,
            "sso_session": step.session,
        }
    elif isinstance(step, chain.ProcessStep):
        kind, facts = "CredentialProcess", {"command": step.command}
    elif isinstance(step, chain.SourceStep):
        kind, facts = "NamedSource", {"name": step.source}
    else:
        kind, facts = "Login", {"login_session": step.session}
    return {kind: {name: value for name, value in facts.items() if value}}


def written(step: dict[str, Any] | str) -> dict[str, Any]:
    """A step of the suite in one form: a kind may stand alone, or with a text."""
    if isinstance(step, str):
        return {step: {}}
    ((kind, facts),) = step.items()
    if isinstance(facts, str):
        key = "command" if kind == "CredentialProcess" else "name"
        facts = {key: facts}
    return {kind: facts}


@pytest.mark.parametrize("case", cases("assume-role-tests"))
def test_a_profile_becomes_steps(case: dict[str, Any]) -> None:
    given, output = case["input"], case["output"]
    files = SharedFiles(ConfigFile(given["profiles"], given.get("sso_sessions")))
    profile = given["selected_profile"]
    if "ProfileChain" in output:
        steps = chain.profile_steps(files, profile)
        assert steps is not None
        assert [step_of(step) for step in steps] == list(map(written, output["ProfileChain"]))
        return
    assert set(output) == {"Error"}
    transport = Silent()
    provider = ProfileCredentials(profile, Surroundings({}, files=files))
    with pytest.raises((CredentialsError, NoSuchProfileError)):
        run(provider.resolve(), transport, lambda _: None)
    assert transport.requests == []


def addresses(host: str) -> list[str]:
    """What a resolver would say: `localhost` is here, and every other name is elsewhere."""
    return ["127.0.0.1", "::1"] if host == "localhost" else ["192.0.2.1"]


@pytest.mark.parametrize("case", cases("ecs-tests"))
def test_the_place_of_a_container_endpoint(case: dict[str, Any]) -> None:
    transport = Silent()
    provider = ContainerCredentials(Surroundings(case["env"]), addresses=addresses)
    with pytest.raises(CredentialsError):
        run(provider.resolve(), transport, lambda _: None)
    asked = [request.url for request in transport.requests]
    assert asked == ([case["result"]["Ok"]] if "Ok" in case["result"] else [])


@pytest.mark.parametrize("case", cases("container-request"))
def test_the_request_to_a_container_endpoint(case: dict[str, Any]) -> None:
    def read(path: str) -> bytes:
        assert path == case["env"]["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
        file = case["token_file"]
        if file["type"] == "error":
            raise FileNotFoundError(2, "No such file or directory", path)
        content: str = file["content"]
        return content.encode()

    transport = Silent()
    around = Surroundings(case["env"], read_file=read)
    provider = ContainerCredentials(around, addresses=addresses)
    expect = case["expect"]
    with pytest.raises(CredentialsError) as caught:
        run(provider.resolve(), transport, lambda _: None)
    if expect["type"] == "error":
        assert transport.requests == []
        if case.get("token_file", {}).get("type") == "error":
            assert isinstance(caught.value, TokenFileError)
        return
    (request,) = transport.requests
    wanted = expect["request"]
    assert (request.method, request.url) == (wanted["method"], wanted["uri"])
    assert request.headers.get("authorization") == wanted["headers"].get("Authorization")


@pytest.mark.parametrize("case", cases("container-response"))
def test_the_answer_of_a_container_endpoint(case: dict[str, Any]) -> None:
    given, expect = case["response"], case["expect"]
    body = given.get("body", "").encode()
    transport = Silent(HttpResponse(given["status"], given.get("headers", {}), body))
    around = Surroundings({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}, clock=lambda: TIME)
    flow = ContainerCredentials(around).resolve()
    if expect["type"] == "success":
        found = run(flow, transport, lambda _: None)
        assert (found, found.expiration) == credentials(expect["credentials"])
        return
    with pytest.raises(CredentialsError) as caught:
        run(flow, transport, lambda _: None)
    if given["status"] != 200:
        assert f"status {given['status']}" in str(caught.value)
    code = expect.get("metadata", {}).get("Code")
    if code is not None:
        assert code in str(caught.value)


def credentials(wanted: dict[str, str]) -> tuple[Credentials, datetime | None]:
    expiration = wanted.get("expiration")
    return (
        Credentials(
            wanted["access_key_id"],
            wanted["secret_access_key"],
            wanted.get("session_token"),
            wanted.get("account_id"),
        ),
        None if expiration is None else datetime.fromisoformat(expiration),
    )


@pytest.mark.parametrize("case", cases("imds-endpoint-tests"))
def test_the_place_of_the_instance_metadata(case: dict[str, Any]) -> None:
    environ: dict[str, str] = dict(case["env"])
    text = case["fs"].get(environ.get("AWS_CONFIG_FILE", ""), "")
    if "mode_override" in case:
        # An option of the origin, which comes before the profile and after a custom endpoint.
        environ.setdefault("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", case["mode_override"])
    around = Surroundings(environ, files=SharedFiles(parse_config(text, "config")))
    provider = InstanceCredentials(around, endpoint=case.get("endpoint_override"))
    transport = Silent()
    with pytest.raises(CredentialsError):
        run(provider.resolve(), transport, lambda _: None)
    asked: Sequence[str] = [request.url for request in transport.requests]
    assert asked == ([case["result"]["Ok"]] if "Ok" in case["result"] else [])
