"""The clients of AWS STS and the like that providers call: endpoints, names, and moto."""

from __future__ import annotations

import gzip
import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from drawplate.config import ServiceInfo
from drawplate.credentials import Credentials
from drawplate.endpoints import Endpoint
from drawplate.errors import EndpointResolutionError
from drawplate.identity import AssumeRoleCredentials, Surroundings, _service_calls

from tests.support import ROOT, suite_path

#: Folder in model/, module, client, and the date that the endpoint cases are of.
CLIENTS = {
    "sts": ("sts", "STSClient"),
    "sso": ("sso", "SSOClient"),
    "sso-oidc": ("sso_oidc", "SSOOIDCClient"),
    "signin": ("signin", "SigninClient"),
}
PACKAGE = "drawplate.identity._generated"


def client_class(name: str) -> Any:
    module, client = CLIENTS[name]
    return getattr(importlib.import_module(f"{PACKAGE}.{module}"), client)


def endpoint_tests(name: str) -> list[Any]:
    (path,) = suite_path("models", "2026-08").glob(f"{name}.json*")
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    shapes: Mapping[str, Any] = json.loads(text)["shapes"]
    for shape in shapes.values():
        found = shape.get("traits", {}).get("smithy.rules#endpointTests")
        if found is not None:
            cases: list[Any] = found["testCases"]
            return cases
    raise AssertionError(f"{path} has no endpointTests")


def cases() -> Iterator[Any]:
    for name in CLIENTS:
        for index, case in enumerate(endpoint_tests(name)):
            yield pytest.param(name, case, id=f"endpoint-{name}-{index}")


def parameter_names(name: str) -> dict[str, str]:
    """Names of the rules' parameters in the model, to those in Python: the same, in other case."""
    model = json.loads((ROOT / "model" / name / "service.json").read_text())
    (rules,) = [
        shape["traits"]["smithy.rules#endpointRuleSet"]
        for shape in model["shapes"].values()
        if shape["type"] == "service"
    ]
    module = importlib.import_module(f"{PACKAGE}.{CLIENTS[name][0]}.endpoints")
    known = {argument.replace("_", ""): argument for argument in arguments_of(module)}
    return {parameter: known[parameter.lower()] for parameter in rules["parameters"]}


def arguments_of(module: Any) -> tuple[str, ...]:
    code = module.resolve_endpoint.__code__
    found: tuple[str, ...] = code.co_varnames[: code.co_kwonlyargcount]
    return found


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_published_case(name: str, case: Mapping[str, Any]) -> None:
    resolve = importlib.import_module(f"{PACKAGE}.{CLIENTS[name][0]}.endpoints").resolve_endpoint
    names = parameter_names(name)
    params = {names[key]: value for key, value in case.get("params", {}).items()}
    expect = case["expect"]
    if "error" in expect:
        with pytest.raises(EndpointResolutionError) as raised:
            resolve(**params)
        assert str(raised.value) == expect["error"]
    else:
        endpoint = expect["endpoint"]
        assert resolve(**params) == Endpoint(
            endpoint["url"], endpoint.get("headers"), endpoint.get("properties")
        )


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("sts", _service_calls.STS),
        ("sso", _service_calls.SSO),
        ("sso-oidc", _service_calls.OIDC),
        ("signin", _service_calls.SIGNIN),
    ],
)
def test_providers_call_the_services_by_the_names_of_their_models(
    name: str, service: ServiceInfo
) -> None:
    assert client_class(name)._service == service


@pytest.mark.parametrize("name", CLIENTS)
def test_they_are_clients_like_any_other(name: str) -> None:
    client = client_class(name)(region="us-east-1", environ={})
    assert (
        client.operation_names
        == {
            "sts": ["assume_role", "assume_role_with_web_identity", "get_caller_identity"],
            "sso": ["get_role_credentials"],
            "sso-oidc": ["create_token"],
            "signin": ["create_o_auth2_token"],
        }[name]
    )


@pytest.mark.parametrize("name", CLIENTS)
def test_everything_that_is_kept_is_documented(name: str) -> None:
    documents = json.loads((ROOT / "model" / name / "docs.json").read_text())["shapes"]
    model = json.loads((ROOT / "model" / name / "service.json").read_text())["shapes"]
    gone = [shape for shape in documents if not known(model, shape)]
    assert gone == []
    source = ROOT / "runtime/drawplate/identity/_generated" / CLIENTS[name][0]
    undocumented = [
        line
        for path in ("types.py", "errors.py", "client.py")
        for line in (source / path).read_text().splitlines()
        if '"""The structure ' in line or '"""The error ' in line or '"""Call ' in line
    ]
    # Outputs, and inputs that are one structure, are told by their members.
    assert [line for line in undocumented if "Response" not in line] == []


def known(model: Mapping[str, Any], shape_id: str) -> bool:
    shape, _, member = shape_id.partition("$")
    return shape in model and (not member or member in model[shape].get("members", {}))


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server: Any = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


# What moto and its dependencies are warned about is not this project's affair.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_moto_gives_the_credentials_of_a_role_and_says_whose_they_are(moto: str) -> None:
    around = Surroundings({"AWS_ENDPOINT_URL_STS": moto}, region="us-east-1")
    role = "arn:aws:iam::123456789012:role/demo"
    provider = AssumeRoleCredentials(
        Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), role, around, session_name="me"
    )
    found = provider.credentials
    assert found.access_key_id.startswith("ASIA")
    assert found.session_token
    assert found.account_id == "123456789012"
    assert provider.expiration == found.expiration

    with client_class("sts")(
        region="us-east-1", environ={}, endpoint=moto, credentials=provider
    ) as client:
        answer = client.get_caller_identity()
    assert answer.account == "123456789012"
    assert answer.arn == "arn:aws:sts::123456789012:assumed-role/demo/me"
