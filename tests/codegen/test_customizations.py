"""What single services want on the wire beyond their models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codegen.plan import PackagePlan, plan_package
from codegen.resolve import resolve
from tests.codegen.small_models import BASE, SERVICE, load_shapes, operation, structure

LABEL: dict[str, Any] = {"httpLabel": {}, "required": {}}


def planned(folder: Path, sdk_id: str) -> PackagePlan:
    """A service with the account in its path, as one with this SDK id gets it."""
    traits = {**SERVICE["traits"], "aws.api#service": {"sdkId": sdk_id}}
    shapes: dict[str, Any] = {
        **BASE,
        "t#S": {**SERVICE, "version": "2012-06-01", "traits": traits},
        "t#Get": operation("GET /{accountId}/{name}", input="t#GetIn"),
        "t#GetIn": structure(accountId=("String", LABEL), name=("String", LABEL)),
    }
    loaded = load_shapes(folder / "model.json", shapes)
    return plan_package(resolve(loaded), loaded.config, loaded.partitions)


def written(plan: PackagePlan) -> tuple[str, ...]:
    (serializer,) = plan.serializers
    return serializer.lines


def keywords(plan: PackagePlan) -> list[str]:
    return [param.keyword for param in plan.operations[0].params]


PATH = "path = f\"/{label('account_id', params.account_id)}/{label('name', params.name)}\""


def test_other_services_get_what_their_models_say(tmp_path: Path) -> None:
    plan = planned(tmp_path, "Something Else")
    assert keywords(plan) == ["account_id: str", "name: str"]
    assert written(plan) == (
        PATH,
        "headers: dict[str, str] = {}",
        "return HttpRequest('GET', path, Headers.checked(headers))",
    )


def test_api_gateway_is_asked_for_json(tmp_path: Path) -> None:
    assert written(planned(tmp_path, "API Gateway")) == (
        PATH,
        "headers: dict[str, str] = {}",
        "headers['accept'] = 'application/json'",
        "return HttpRequest('GET', path, Headers.checked(headers))",
    )


def test_glacier_is_told_a_version_and_knows_the_account(tmp_path: Path) -> None:
    plan = planned(tmp_path, "Glacier")
    assert keywords(plan) == ["name: str", "account_id: str | None = None"]
    assert written(plan) == (
        PATH.replace("params.account_id", "params.account_id or '-'"),
        "headers: dict[str, str] = {}",
        "headers['x-amz-glacier-version'] = '2012-06-01'",
        "return HttpRequest('GET', path, Headers.checked(headers))",
    )


def planned_s3(folder: Path, uri: str, **traits: Any) -> PackagePlan:
    """S3 with one operation at this path."""
    service = {
        "aws.protocols#restXml": {},
        "aws.auth#sigv4": {"name": "s3"},
        "aws.api#service": {"sdkId": "S3"},
        **traits,
    }
    shapes: dict[str, Any] = {
        "t#S": {**SERVICE, "traits": service},
        "t#Get": operation(f"GET {uri}", input="t#GetIn", output="t#GetOut"),
        "t#GetIn": structure(
            Bucket=("String", {**LABEL, "smithy.rules#contextParam": {"name": "Bucket"}}),
            Key=("String", LABEL) if "Key" in uri else "String",
        ),
        "t#GetOut": structure(Expires=("Timestamp", {"httpHeader": "Expires"})),
    }
    loaded = load_shapes(folder / "model.json", shapes)
    return plan_package(resolve(loaded), loaded.config, loaded.partitions)


def test_the_bucket_of_s3_is_in_the_host(tmp_path: Path) -> None:
    plan = planned_s3(tmp_path, "/{Bucket}/{Key+}?x=y")
    (get,) = plan.operations
    assert written(plan)[0] == "path = f\"/{greedy_label('key', params.key)}?x=y\""
    (prefix,) = plan.endpoint_functions
    assert (get.host_prefix, prefix.lines) == (
        "_host_prefix_of_get",
        ("return f\"{host_label('bucket', params.bucket)}.\"",),
    )
    assert get.auth == "SigV4Auth(usual=({'name': 'sigv4', 'disableDoubleEncoding': True},))"


def test_the_endpoint_rules_of_s3_put_the_bucket_where_it_belongs(tmp_path: Path) -> None:
    url = {"ref": "Bucket"}
    rules = {
        "version": "1.0",
        "parameters": {"Bucket": {"type": "string"}},
        "rules": [
            {
                "type": "endpoint",
                "conditions": [{"fn": "isSet", "argv": [url]}],
                "endpoint": {"url": "https://{Bucket}.example.com"},
            }
        ],
    }
    plan = planned_s3(tmp_path, "/{Bucket}?location", **{"smithy.rules#endpointRuleSet": rules})
    (get,) = plan.operations
    assert written(plan)[0] == 'path = "/?location"'
    assert (get.host_prefix, get.endpoint) == (None, "_endpoint_of_get")


def test_when_an_object_expires_is_what_whoever_stored_it_says(tmp_path: Path) -> None:
    plan = planned_s3(tmp_path, "/{Bucket}/{Key+}")
    (output,) = (made for made in plan.structures if made.name == "GetOut")
    assert [member.type for member in output.members] == ["str | None"]
