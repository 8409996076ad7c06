"""The defaults mode "auto": where the program runs decides. options.md, number 15."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from drawplate import _defaults_mode

from tests.faults.server import ScriptedServer, Step, recv_request, send, serve
from tests.runtime.configuration import settle


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """What the metadata service said is kept for the whole process, and here for one test."""
    inside: Any = _defaults_mode
    inside._region_of_instance.cache_clear()
    yield
    inside._region_of_instance.cache_clear()


def metadata(region: bytes) -> Step:
    """The metadata service of an instance in a region, with a token in front."""

    def answer(request: bytes) -> bytes:
        head = request.decode().lower()
        if head.startswith("put /latest/api/token http/1.1"):
            assert "x-aws-ec2-metadata-token-ttl-seconds: " in head
            body = b"the-token"
        else:
            assert head.startswith("get /latest/meta-data/placement/region http/1.1")
            assert "x-aws-ec2-metadata-token: the-token" in head
            body = region
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    return serve(answer)


def mode(environ: dict[str, str], region: str = "us-west-2") -> tuple[str, float]:
    config = settle(
        {"AWS_EC2_METADATA_DISABLED": "true", **environ}, region=region, defaults_mode="auto"
    )
    return config.defaults_mode, config.http_open_timeout


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"AWS_REGION": "us-west-2"}, ("in-region", 1.1)),
        ({"AWS_REGION": "eu-west-1"}, ("cross-region", 3.1)),
        ({"AWS_DEFAULT_REGION": "us-west-2"}, ("in-region", 1.1)),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, ("cross-region", 3.1)),
        ({"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "eu-west-1"}, ("in-region", 1.1)),
        ({}, ("standard", 3.1)),
    ],
)
def test_inside_of_an_environment_of_aws_its_variables_tell(
    environ: dict[str, str], expected: tuple[str, float]
) -> None:
    assert mode({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", **environ}) == expected


def test_without_such_an_environment_the_variables_say_nothing_of_where_it_is() -> None:
    assert mode({"AWS_REGION": "us-west-2"}) == ("standard", 3.1)


def test_the_variable_chooses_it_too() -> None:
    environ = {
        "AWS_DEFAULTS_MODE": "Auto",
        "AWS_EXECUTION_ENV": "x",
        "AWS_REGION": "us-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert settle(environ).defaults_mode == "in-region"


@pytest.mark.parametrize("disabled", ["true", "TRUE"])
def test_the_metadata_service_is_not_asked_where_it_is_disabled(disabled: str) -> None:
    with ScriptedServer() as server:
        environ = {
            "AWS_EC2_METADATA_DISABLED": disabled,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
        }
        assert mode(environ) == ("standard", 3.1)
    assert server.accepted == 0


@pytest.mark.parametrize(
    ("region", "expected"), [("us-west-2", "in-region"), ("eu-west-1", "cross-region")]
)
def test_an_instance_is_asked_once_a_process(region: str, expected: str) -> None:
    with ScriptedServer([metadata(b"us-west-2")], repeat=True) as server:
        environ = {
            "AWS_EC2_METADATA_DISABLED": "",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{server.url}/",
        }
        assert [mode(environ, region)[0] for _ in range(2)] == [expected] * 2
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_instance_that_says_nothing(answer: bytes) -> None:
    with ScriptedServer([recv_request, send(answer)]) as server:
        environ = {
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
        }
        # A second client is told the same: nothing is known, and it is not asked again.
        assert [mode(environ)[0] for _ in range(2)] == ["standard"] * 2
    assert len(server.requests) == 1


def test_no_instance_at_all() -> None:
    environ = {
        "AWS_EC2_METADATA_DISABLED": "false",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1",
    }
    assert mode(environ) == ("standard", 3.1)
