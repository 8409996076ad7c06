"""Regions and endpoints: numbers 3, 16, 18, 24, 42, 46, 47, 49."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from drawplate.endpoints import Endpoint, EndpointParameters
from drawplate.errors import InvalidRegionError, InvalidRegionSetError, MissingRegionError

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder

NOT_A_FLAG = " must be True or False, got 'yes'"
NOT_A_LABEL = (
    " must be a host label such as 'us-west-2': at most 63 letters, digits and inner hyphens, "
    "got 'us_west'"
)
NOT_A_SET = (
    "the SigV4A region set was empty or invalid; give a list of regions, such as "
    "['us-east-1', 'us-west-2'] or ['*'], got an object of type list"
)


class Provider:
    """Leads to a place of its own."""

    def resolve_endpoint(self, params: EndpointParameters, /) -> Endpoint:
        return Endpoint(f"http://{params.region}.test/x", {"x-a": ["1", "2"]})


def host(trial: Trial) -> str:
    try:
        return urlsplit(trial.sent().url).netloc
    except MissingRegionError as missing:
        return type(missing).__name__


def host_and_scope(trial: Trial) -> tuple[str, str]:
    request = trial.sent()
    return urlsplit(request.url).netloc, request.headers["authorization"].split("/")[2]


def url(trial: Trial) -> str:
    return trial.sent().url


def place(trial: Trial) -> tuple[str, str | None, bool]:
    """URL, a header field of the endpoint, and whether the User-Agent tells of a custom one."""
    request = trial.sent()
    agent = request.headers["user-agent"].partition(" m/")[2].partition(" ")[0]
    return request.url, request.headers.get("x-a"), "N" in agent.split(",")


def prefixed(trial: Trial) -> str:
    recorder = Recorder()
    trial.small(transport=recorder).call("prefix")
    return recorder.request.url


def regions(trial: Trial) -> str | None:
    pytest.importorskip("cryptography")
    recorder = Recorder()
    trial.small(transport=recorder).call("regions")
    return recorder.request.headers.get("x-amz-region-set")


REGIONAL = "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/ep/invocations"
ROWS = (
    Row(
        3,
        "region",
        value="us-west-2",
        variables=("AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION"),
        key="region",
        observe=host,
        seen="runtime.sagemaker.us-west-2.amazonaws.com",
        unseen="MissingRegionError",
        wrong=Wrong("us_west", f"region{NOT_A_LABEL}", InvalidRegionError),
        wrong_text=("us_west", NOT_A_LABEL),
    ),
    Row(
        16,
        "disable_host_prefix_injection",
        value=True,
        text="True",
        variables=("AWS_DISABLE_HOST_PREFIX_INJECTION",),
        key="disable_host_prefix_injection",
        observe=prefixed,
        seen="https://small.us-east-1.test/Prefix",
        unseen="https://data.small.us-east-1.test/Prefix",
        wrong=Wrong("yes", f"disable_host_prefix_injection{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        18,
        "endpoint",
        value="http://127.0.0.1:8080/base/?query",
        variables=("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "AWS_ENDPOINT_URL"),
        key="endpoint_url",
        observe=place,
        seen=("http://127.0.0.1:8080/base/endpoints/ep/invocations", None, True),
        unseen=(REGIONAL, None, False),
        wrong=Wrong("foo.com", "endpoint must be an http:// or https:// URL, got 'foo.com'"),
        wrong_text=("foo.com", " must be an http:// or https:// URL, got 'foo.com'"),
    ),
    Row(
        24,
        "ignore_configured_endpoint_urls",
        value=True,
        text="TRUE",
        variables=("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",),
        key="ignore_configured_endpoint_urls",
        environ={"AWS_ENDPOINT_URL": "http://127.0.0.1:8080"},
        observe=url,
        seen=REGIONAL,
        unseen="http://127.0.0.1:8080/endpoints/ep/invocations",
        wrong=Wrong("yes", f"ignore_configured_endpoint_urls{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        42,
        "sigv4a_signing_region_set",
        value=["us-east-1", "us-west-2"],
        text="us-east-1,,us-west-2",
        variables=("AWS_SIGV4A_SIGNING_REGION_SET",),
        key="sigv4a_signing_region_set",
        observe=regions,
        seen="us-east-1,us-west-2",
        unseen="us-east-1",
        wrong=Wrong([None, ""], f"sigv4a_signing_region_set: {NOT_A_SET}", InvalidRegionSetError),
        wrong_text=(",", f": {NOT_A_SET}"),
    ),
    Row(
        46,
        "use_dualstack_endpoint",
        value=True,
        text="true",
        variables=("AWS_USE_DUALSTACK_ENDPOINT",),
        key="use_dualstack_endpoint",
        observe=host,
        seen="runtime.sagemaker.us-east-1.api.aws",
        unseen="runtime.sagemaker.us-east-1.amazonaws.com",
        wrong=Wrong("yes", f"use_dualstack_endpoint{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        47,
        "use_fips_endpoint",
        value=True,
        text="True",
        variables=("AWS_USE_FIPS_ENDPOINT",),
        key="use_fips_endpoint",
        observe=host_and_scope,
        seen=("runtime-fips.sagemaker.us-east-1.amazonaws.com", "us-east-1"),
        unseen=("runtime.sagemaker.us-east-1.amazonaws.com", "us-east-1"),
        wrong=Wrong("yes", f"use_fips_endpoint{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        49,
        "endpoint_provider",
        value=Provider(),
        observe=place,
        seen=("http://us-east-1.test/x/endpoints/ep/invocations", "1,2", False),
        unseen=(REGIONAL, None, False),
        wrong=Wrong(
            "http://h",
            "endpoint_provider must be an object with a method `resolve_endpoint`, got 'http://h'",
            TypeError,
        ),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)
