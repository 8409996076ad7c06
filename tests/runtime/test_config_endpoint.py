"""Where a custom endpoint comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawplate.config import ServiceInfo, resolve
from drawplate.errors import ConfigurationError

from tests.runtime.configuration import SERVICE, settle
from tests.support import read_json, suite_path

ENDPOINTS = read_json(
    suite_path("behaviour-tests", "configured-endpoint-urls", "profile-tests.json")
)["testSuites"]
CONFIG = """\
[profile custom]
region = eu-custom-1
services = local
endpoint_url = http://of-profile
[profile dangling]
region = eu-dangling-1
services = nowhere
[services local]
sagemaker_runtime =
  endpoint_url = http://of-services
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose config file has a few endpoints."""
    (tmp_path / "config").write_text(CONFIG, encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(tmp_path / "config")}


def render(suite: dict[str, Any]) -> str:
    lines: list[str] = []
    for name, settings in suite["profiles"].items():
        lines.append(f"[profile {name}]")
        lines += [f"{key} = {value}" for key, value in settings.items()]
    for name, services in suite["services"].items():
        lines.append(f"[services {name}]")
        for service, settings in services.items():
            lines += [f"{service} =", *(f"  {key} = {value}" for key, value in settings.items())]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("suite", "case"),
    [
        pytest.param(suite, case, id=f"behaviour-configured-endpoint-urls-{case['name']}")
        for suite in ENDPOINTS
        for case in suite["endpointUrlTests"]
    ],
)
def test_the_behaviour_suite_of_configured_endpoints(
    suite: dict[str, Any], case: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(render(suite), encoding="utf-8")
    environ = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        **suite["environments"][case["environment"]],
    }
    options = dict(suite["client_configs"][case["client_config"]])
    if "endpoint_url" in options:
        options["endpoint"] = options.pop("endpoint_url")
    service = ServiceInfo(
        service_id=case["service"], identifier=case["service"], signing_name=case["service"]
    )
    config = resolve({"environ": environ, "profile": case["profile"], **options}, service=service)
    # Without a custom endpoint the service's rules make one from the region.
    of_region = f"https://{case['service']}.{config.region}.amazonaws.com"
    assert (config.endpoint or of_region) == case["output"]["endpointUrl"]


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        ({}, {}, "http://of-services"),
        ({}, {"AWS_ENDPOINT_URL": "http://of-all"}, "http://of-all"),
        (
            {},
            {
                "AWS_ENDPOINT_URL": "http://of-all",
                "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://of-service",
            },
            "http://of-service",
        ),
        ({"endpoint": "http://given"}, {"AWS_ENDPOINT_URL": "http://of-all"}, "http://given"),
        ({"ignore_configured_endpoint_urls": True}, {"AWS_ENDPOINT_URL": "broken"}, None),
        (
            {"ignore_configured_endpoint_urls": True, "endpoint": "http://given"},
            {},
            "http://given",
        ),
        ({}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, None),
    ],
)
def test_sources_of_the_endpoint(
    environ: dict[str, str],
    options: dict[str, object],
    variables: dict[str, str],
    expected: str | None,
) -> None:
    config = settle({**environ, **variables}, profile="custom", **options)
    assert (config.endpoint, config.region) == (expected, "eu-custom-1")


def test_a_services_section_without_this_service_leaves_the_profile_s_endpoint(
    environ: dict[str, str],
) -> None:
    other = ServiceInfo(service_id="S3", identifier="s3", signing_name="s3")
    config = resolve({"environ": environ, "profile": "custom"}, service=other)
    assert config.endpoint == "http://of-profile"


def test_a_services_section_that_is_not_there(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settle(environ, profile="dangling")
    assert str(caught.value) == (
        "services of profile 'dangling' is 'nowhere', but there is no [services nowhere] in "
        f"{environ['AWS_CONFIG_FILE']}"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://h/base/", "http://h/base/"),
        ("HTTPS://H:8443/a%20b?x=1#f", "https://H:8443/a%20b"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_endpoint_keeps_its_path_and_drops_its_query(given: str, expected: str) -> None:
    assert settle({}, region="us-west-2", endpoint=given).endpoint == expected


def test_names_of_a_service() -> None:
    assert (SERVICE.endpoint_env_suffix, SERVICE.services_section_key) == (
        "SAGEMAKER_RUNTIME",
        "sagemaker_runtime",
    )
