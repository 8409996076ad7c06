"""SageMaker's own endpoint cases and the generated rules; the table of requests.md section 5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from drawplate.endpoints import Endpoint
from drawplate.errors import EndpointResolutionError
from sagemaker_runtime.endpoints import resolve_endpoint

from tests.runtime.clients import Recorder, invoke, make
from tests.support import read_json, suite_path

#: The cases of the model's own date; those of other dates have other partitions.
SUITE = "sagemaker-runtime-2026-08"
NAMES = {
    "Region": "region",
    "UseFIPS": "use_fips",
    "UseDualStack": "use_dual_stack",
    "Endpoint": "endpoint",
}


def cases() -> list[Any]:
    found = read_json(suite_path("endpoint-tests", f"{SUITE}.json"))["testCases"]
    assert found
    return [pytest.param(case, id=f"endpoint-{SUITE}-{index}") for index, case in enumerate(found)]


def resolve(params: Mapping[str, Any]) -> Endpoint:
    return resolve_endpoint(**{NAMES[name]: value for name, value in params.items()})


@pytest.mark.parametrize("case", cases())
def test_published_case(case: Mapping[str, Any]) -> None:
    params, expect = case.get("params", {}), case["expect"]
    if "error" in expect:
        with pytest.raises(EndpointResolutionError) as raised:
            resolve(params)
        assert str(raised.value) == expect["error"]
    else:
        endpoint = expect["endpoint"]
        assert resolve(params) == Endpoint(
            endpoint["url"], endpoint.get("headers"), endpoint.get("properties")
        )


@pytest.mark.parametrize(
    ("region", "plain", "fips", "dual", "both"),
    [
        (
            "us-west-2",
            "runtime.sagemaker.us-west-2.amazonaws.com",
            "runtime-fips.sagemaker.us-west-2.amazonaws.com",
            "runtime.sagemaker.us-west-2.api.aws",
            "runtime.sagemaker-fips.us-west-2.api.aws",
        ),
        (
            "cn-north-1",
            "runtime.sagemaker.cn-north-1.amazonaws.com.cn",
            "runtime.sagemaker-fips.cn-north-1.amazonaws.com.cn",
            "runtime.sagemaker.cn-north-1.api.amazonwebservices.com.cn",
            "runtime.sagemaker-fips.cn-north-1.api.amazonwebservices.com.cn",
        ),
        (
            "us-gov-west-1",
            "runtime.sagemaker.us-gov-west-1.amazonaws.com",
            "runtime.sagemaker.us-gov-west-1.amazonaws.com",
            "runtime.sagemaker.us-gov-west-1.api.aws",
            "runtime.sagemaker-fips.us-gov-west-1.api.aws",
        ),
        (
            "us-iso-east-1",
            "runtime.sagemaker.us-iso-east-1.c2s.ic.gov",
            "runtime.sagemaker-fips.us-iso-east-1.c2s.ic.gov",
            "runtime.sagemaker.us-iso-east-1.api.aws.ic.gov",
            "runtime.sagemaker-fips.us-iso-east-1.api.aws.ic.gov",
        ),
        (
            "eusc-de-east-1",
            "runtime.sagemaker.eusc-de-east-1.amazonaws.eu",
            "runtime.sagemaker-fips.eusc-de-east-1.amazonaws.eu",
            "runtime.sagemaker.eusc-de-east-1.api.amazonwebservices.eu",
            "runtime.sagemaker-fips.eusc-de-east-1.api.amazonwebservices.eu",
        ),
        (
            "mars-1",
            "runtime.sagemaker.mars-1.amazonaws.com",
            "runtime-fips.sagemaker.mars-1.amazonaws.com",
            "runtime.sagemaker.mars-1.api.aws",
            "runtime.sagemaker-fips.mars-1.api.aws",
        ),
    ],
)
def test_hosts_of_a_region(region: str, plain: str, fips: str, dual: str, both: str) -> None:
    switches = [(False, False), (True, False), (False, True), (True, True)]
    assert [
        resolve_endpoint(region=region, use_fips=fips, use_dual_stack=dual_stack)
        for fips, dual_stack in switches
    ] == [Endpoint(f"https://{host}") for host in (plain, fips, dual, both)]


def test_a_custom_endpoint_is_used_as_it_is() -> None:
    assert resolve_endpoint(region="us-east-1", endpoint="http://here:8080/base") == Endpoint(
        "http://here:8080/base"
    )


def test_a_region_is_needed() -> None:
    with pytest.raises(EndpointResolutionError) as raised:
        resolve_endpoint()
    assert str(raised.value) == "Invalid Configuration: Missing Region"


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({}, "runtime.sagemaker.us-west-2.amazonaws.com"),
        ({"use_fips_endpoint": True}, "runtime-fips.sagemaker.us-west-2.amazonaws.com"),
        ({"use_dualstack_endpoint": True}, "runtime.sagemaker.us-west-2.api.aws"),
        (
            {"use_fips_endpoint": True, "use_dualstack_endpoint": True},
            "runtime.sagemaker-fips.us-west-2.api.aws",
        ),
    ],
)
def test_the_client_asks_for_its_options(options: Any, host: str) -> None:
    transport = Recorder()
    invoke(make(transport=transport, region="us-west-2", **options))
    assert transport.request.headers["host"] == host
    assert transport.request.url.startswith(f"https://{host}/endpoints/")
