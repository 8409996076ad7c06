"""A generated client whose operations are signed for several regions, for one, or either way."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawplate.errors import InvalidRegionSetError, MissingLibraryError
from drawplate.http import HttpRequest, HttpResponse

from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write
from tests.codegen.endpoint_rules import endpoint, fn, ref, rule_set
from tests.codegen.small_models import SERVICE, api, operation, structure, write_model
from tests.runtime.configuration import with_profile
from tests.runtime.region_signatures import KEY_ID, SECRET, verified

V4, V4A = "aws.auth#sigv4", "aws.auth#sigv4a"
RULES = rule_set(
    {
        "Region": {"type": "string", "builtIn": "AWS::Region"},
        "UseFIPS": {
            "type": "boolean",
            "builtIn": "AWS::UseFIPS",
            "default": False,
            "required": True,
        },
    },
    endpoint(
        "https://everywhere.test",
        fn("booleanEquals", ref("UseFIPS"), True),
        properties={
            "authSchemes": [
                {"name": "sigv4a", "signingName": "wide", "signingRegionSet": ["us-*", "eu-*"]},
                {"name": "sigv4", "signingName": "wide", "signingRegion": "us-east-1"},
            ]
        },
    ),
    endpoint("https://{Region}.test", fn("isSet", ref("Region"))),
)
SHAPES = {
    "t#S": {
        **SERVICE,
        "operations": [{"target": f"t#{name}"} for name in ("Several", "Either", "One")],
        "traits": {
            **SERVICE["traits"],
            **api({"auth": [V4A]}),
            "aws.api#service": {"sdkId": "Multi"},
            "smithy.rules#endpointRuleSet": RULES,
            V4: {"name": "multi"},
            V4A: {"name": "multi"},
        },
    },
    "t#Several": operation("POST /several", input="t#In"),
    "t#Either": operation("POST /either", input="t#In", traits={"auth": [V4A, V4]}),
    "t#One": operation("POST /one", input="t#In", traits={"auth": [V4, V4A]}),
    "t#In": structure(
        text="String", id=("String", {"httpHeader": "X-Id"}), q=("String", {"httpQuery": "q"})
    ),
}


class Wire:
    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(200, {}, b"{}")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("multi")
    write(generate_package(load([write_model(folder / "model.json", SHAPES)])), folder / "out")
    sys.path.insert(0, str(folder / "out"))
    yield importlib.import_module("multi")
    sys.path.remove(str(folder / "out"))


def sent(package: Any, method: str, environ: dict[str, str], **options: Any) -> HttpRequest:
    """The request of one call with a header, a query and a body."""
    wire = Wire()
    given = {"region": "us-west-2", "access_key_id": KEY_ID, "secret_access_key": SECRET}
    client = package.MultiClient(
        **{**given, **options}, environ=environ, transport=wire, clock=lambda: 1768480496.0
    )
    getattr(client, method)(text="t", id="i", q="a b")
    (request,) = wire.requests
    return request


def test_what_is_generated(package: Any) -> None:
    text = Path(package.__file__).with_name("_operations.py").read_text(encoding="utf-8")
    assert "from drawplate.auth import SigV4AAuth\n" in text
    assert re.findall(r'\n    name="(\w+)"|auth=(.*),', text) == [
        ("Several", ""),
        ("", "SigV4AAuth()"),
        ("Either", ""),
        ("", "SigV4AAuth(or_sigv4=True)"),
        ("One", ""),
    ]


@pytest.mark.parametrize("method", ["several", "either"])
def test_a_request_verifies_with_the_public_key(package: Any, method: str) -> None:
    request = sent(package, method, {})
    assert request.url == f"https://us-west-2.test/{method}?q=a%20b"
    assert request.headers["x-amz-region-set"] == "us-west-2"
    assert verified(request) == (
        "20260115/multi/aws4_request",
        "amz-sdk-invocation-id;content-type;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-region-set;x-id",
    )


def test_an_operation_that_names_sigv4_first_keeps_it(package: Any) -> None:
    headers = sent(package, "one", {}).headers
    scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/us-west-2/multi/aws4_request, "
    assert headers["authorization"].startswith(scope)
    assert "x-amz-region-set" not in headers


def test_option_environment_profile_rules_and_region_in_this_order(
    package: Any, tmp_path: Path
) -> None:
    profile = with_profile(tmp_path, "sigv4a_signing_region_set = eu-west-1, eu-west-3")
    environ = {**profile, "AWS_SIGV4A_SIGNING_REGION_SET": "ap-south-1,ap-south-2"}
    made = [
        sent(package, "several", environ, sigv4a_signing_region_set=["*"]),
        sent(package, "several", environ),
        sent(package, "several", profile, use_fips_endpoint=True),
        sent(package, "several", {}, use_fips_endpoint=True),
        sent(package, "several", {}),
    ]
    assert [request.headers["x-amz-region-set"] for request in made] == [
        "*",
        "ap-south-1,ap-south-2",
        "eu-west-1,eu-west-3",
        "us-*,eu-*",
        "us-west-2",
    ]
    assert [verified(request)[0].split("/")[1] for request in made] == [
        "multi",
        "multi",
        "wide",
        "wide",
        "multi",
    ]


def test_endpoint_rules_come_before_the_order_of_the_operation(package: Any) -> None:
    assert verified(sent(package, "one", {}, use_fips_endpoint=True))[0] == (
        "20260115/wide/aws4_request"
    )


def test_a_set_without_regions_is_refused_when_the_client_is_made(package: Any) -> None:
    with pytest.raises(InvalidRegionSetError, match="sigv4a_signing_region_set"):
        sent(package, "one", {}, sigv4a_signing_region_set=[])


@pytest.mark.parametrize("fips", [False, True])
def test_without_the_library(package: Any, fips: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    region, name = ("us-east-1", "wide") if fips else ("us-west-2", "multi")
    for method in ("either", "one"):
        headers = sent(package, method, {}, use_fips_endpoint=fips).headers
        assert f"/20260115/{region}/{name}/aws4_request, " in headers["authorization"]
        assert "x-amz-region-set" not in headers
    with pytest.raises(MissingLibraryError, match=r'pip install "drawplate\[sigv4a\]"'):
        sent(package, "several", {}, use_fips_endpoint=fips)
