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
        "headers = Headers()",
        "return HttpRequest('GET', path, headers)",
    )


def test_api_gateway_is_asked_for_json(tmp_path: Path) -> None:
    assert written(planned(tmp_path, "API Gateway")) == (
        PATH,
        "headers = Headers()",
        "headers['accept'] = 'application/json'",
        "return HttpRequest('GET', path, headers)",
    )


def test_glacier_is_told_a_version_and_knows_the_account(tmp_path: Path) -> None:
    plan = planned(tmp_path, "Glacier")
    assert keywords(plan) == ["name: str", "account_id: str | None = None"]
    assert written(plan) == (
        PATH.replace("params.account_id", "params.account_id or '-'"),
        "headers = Headers()",
        "headers['x-amz-glacier-version'] = '2012-06-01'",
        "return HttpRequest('GET', path, headers)",
    )
