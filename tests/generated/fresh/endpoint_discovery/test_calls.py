"""Calls to endpoints that the service tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import ConnectionLostError, EndpointDiscoveryError
from drawplate.http import HttpResponse

from tests.generated.fresh.endpoint_discovery.roaming import (
    REGIONAL,
    SUFFIX,
    Clock,
    Regional,
    Service,
)

OPERATIONS = """\
def _operation_that_tells_endpoints() -> Operation[
    types.DescribeEndpointsRequest, types.DescribeEndpointsResponse
]:
    return DESCRIBE_ENDPOINTS


DESCRIBE_ENDPOINTS = Operation(
    name="DescribeEndpoints",
    method_name="describe_endpoints",
    check=_inputs.DESCRIBE_ENDPOINTS_REQUEST,
    serialize=_serializers.serialize_describe_endpoints,
    parse=_parsers.parse_describe_endpoints,
    errors=ERRORS,
    api_version="2019-06-01",
)

FETCH = Operation(
    name="Fetch",
    method_name="fetch",
    check=_inputs.FETCH_REQUEST,
    serialize=_serializers.serialize_fetch,
    parse=_parsers.parse_fetch,
    errors=ERRORS,
    discovery=Discovery(
        _operation_that_tells_endpoints,
        required=True,
        identifiers=(("table", "Table"),),
        error="InvalidEndpointException",
    ),
)

PEEK = Operation(
    name="Peek",
    method_name="peek",
    check=_inputs.PEEK_REQUEST,
    serialize=_serializers.serialize_peek,
    parse=_parsers.parse_peek,
    errors=ERRORS,
    discovery=Discovery(_operation_that_tells_endpoints, error="InvalidEndpointException"),
)

PLAIN = Operation(
"""


def misdirected(status: int = 421) -> HttpResponse:
    return HttpResponse(status, {}, b"{}")


def invalid() -> HttpResponse:
    return HttpResponse(400, {"x-amzn-errortype": "InvalidEndpointException"}, b"{}")


def test_the_operations_of_the_package(package: Any) -> None:
    text = Path(package.__file__).with_name("_operations.py").read_text()
    assert OPERATIONS in text


def test_a_required_operation_asks_once_and_goes_where_it_is_told(make: Any) -> None:
    service = Service()
    client = make(service)
    for _ in range(2):
        client.fetch(table="a b", key="k")
    assert service.urls == ["https://one.test/fetch/a%20b"] * 2
    (asked,) = service.asked
    assert asked.url == f"{REGIONAL}/endpoints"
    assert isinstance(asked.body, bytes)
    assert json.loads(asked.body) == {"Operation": "Fetch", "Identifiers": {"Table": "a b"}}
    assert asked.headers["x-amz-api-version"] == "2019-06-01"
    agents = [request.headers["user-agent"] for request in (asked, *service.requests)]
    assert [agent.endswith(SUFFIX) for agent in agents] == [True] * 3
    assert [request.headers.get("x-rules") for request in service.requests] == ["yes"] * 2
    assert ["x-amz-api-version" in request.headers for request in service.requests] == [False] * 2


def test_other_identifiers_are_another_question_and_none_are_one_for_all(make: Any) -> None:
    service = Service()
    client = make(service)
    client.fetch(table="a")
    client.fetch(table="b")
    client.peek()
    client.peek(text="x")
    client.fetch(table="a")
    assert service.urls == [
        "https://one.test/fetch/a",
        "https://two.test/fetch/b",
        "https://three.test/peek",
        "https://three.test/peek",
        "https://one.test/fetch/a",
    ]
    assert [request.body for request in service.asked[1:]] == [
        b'{"Operation":"Fetch","Identifiers":{"Table":"b"}}',
        b"{}",
    ]


def test_other_credentials_are_another_question(make: Any) -> None:
    class Provider:
        key = "AKIDONE"

        @property
        def credentials(self) -> Credentials:
            return Credentials(self.key, "secret")

    service, provider = Service(), Provider()
    client = make(service, access_key_id=None, secret_access_key=None, credentials=provider)
    client.peek()
    provider.key = "AKIDTWO"
    client.peek()
    provider.key = "AKIDONE"
    client.peek()
    assert service.urls == [f"https://{host}.test/peek" for host in ("one", "two", "one")]


def test_copies_share_what_was_told_for_the_same_region(make: Any, clock: Clock) -> None:
    service = Service()
    client = make(service)
    client.peek()
    for options in ({"http_read_timeout": 5}, {"region": "eu-west-1"}):
        copy = client.with_options(**options)
        copy._settings.timer = clock
        copy.peek()
    assert service.urls == [f"https://{host}.test/peek" for host in ("one", "one", "two")]


def test_a_required_operation_needs_discovery_to_be_on(make: Any) -> None:
    service = Service()
    with pytest.raises(EndpointDiscoveryError) as caught:
        make(service, endpoint_discovery=None).fetch(table="a")
    assert str(caught.value) == (
        "Fetch requires endpoint discovery, which is off: pass endpoint_discovery=True, set "
        "AWS_ENABLE_ENDPOINT_DISCOVERY=true, or give the endpoint with the option endpoint"
    )
    assert (service.requests, service.asked) == ([], [])


def test_discovery_is_off_unless_it_is_asked_for(make: Any) -> None:
    service = Service()
    make(service, endpoint_discovery=None).peek()
    assert (service.urls, service.asked) == ([f"{REGIONAL}/peek"], [])
    assert SUFFIX not in service.requests[0].headers["user-agent"]


@pytest.mark.parametrize(
    "name", ["AWS_ENABLE_ENDPOINT_DISCOVERY", "AWS_ENDPOINT_DISCOVERY_ENABLED"]
)
def test_variables_turn_it_on(make: Any, name: str) -> None:
    service = Service()
    make(service, endpoint_discovery=None, environ={name: "true"}).peek()
    assert service.urls == ["https://one.test/peek"]


def test_the_service_is_told_of_discovery_with_a_checksum_too(make: Any) -> None:
    service = Service()
    make(service).put(text="t")
    (sent,) = service.requests
    assert "content-md5" in sent.headers
    assert sent.headers["user-agent"].endswith(SUFFIX)
    assert sent.headers["user-agent"].count(SUFFIX) == 1


def test_a_custom_endpoint_is_never_replaced(make: Any) -> None:
    service = Service()
    client = make(service, endpoint="https://mine.test")
    client.peek()
    client.fetch(table="a")
    client.describe_endpoints()
    assert service.urls == ["https://mine.test/peek", "https://mine.test/fetch/a"]
    (told,) = service.asked
    sent = [request.headers["user-agent"] for request in (*service.requests, told)]
    assert [SUFFIX in agent for agent in sent] == [False] * 3
    assert told.headers["x-amz-api-version"] == "2019-06-01"


def test_other_operations_ask_for_nothing(make: Any) -> None:
    service = Service()
    make(service, active_endpoint_cache=True).plain()
    assert (service.urls, service.asked) == ([f"{REGIONAL}/plain"], [])
    assert SUFFIX not in service.requests[0].headers["user-agent"]


@pytest.mark.parametrize(("minutes", "lifetime"), [(5, 300), (None, 60), (0, 60)])
def test_an_answer_holds_for_its_period(
    make: Any, clock: Clock, minutes: int | None, lifetime: int
) -> None:
    period = {} if minutes is None else {"CachePeriodInMinutes": minutes}
    service = Service([{"Address": "one.test", **period}], "two.test")
    client = make(service)
    client.peek()
    clock.now += lifetime - 1
    client.peek()
    clock.now += 1
    client.peek()
    assert service.urls == [f"https://{host}.test/peek" for host in ("one", "one", "two")]


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("http://plain.test:81/base/", "http://plain.test:81/base/peek"),
        ([{"Address": "b a d"}, {"Address": "good.test"}], "https://good.test/peek"),
        ([{"Address": "user:word@bad.test"}], f"{REGIONAL}/peek"),
        ([], f"{REGIONAL}/peek"),
        (None, f"{REGIONAL}/peek"),
    ],
)
def test_addresses(make: Any, told: Any, url: str) -> None:
    service = Service([] if told is None else told)
    make(service).peek()
    assert service.urls == [url]


@pytest.mark.parametrize(
    "failure", [HttpResponse(403, {}, b"{}"), ConnectionLostError("gone"), HttpResponse(500)]
)
def test_where_the_question_fails_optional_operations_stay_in_the_region_for_a_minute(
    make: Any, clock: Clock, failure: Any
) -> None:
    service = Service(failure, "two.test")
    client = make(service, retry_limit=0)
    client.peek()
    clock.now += 59
    client.peek()
    assert len(service.asked) == 1
    clock.now += 1
    client.peek()
    assert service.urls == [f"{REGIONAL}/peek", f"{REGIONAL}/peek", "https://two.test/peek"]
    agents = [request.headers["user-agent"] for request in service.requests]
    assert [agent.endswith(SUFFIX) for agent in agents] == [True] * 3


def test_where_the_question_fails_required_operations_fail_with_its_error(make: Any) -> None:
    service = Service(HttpResponse(403, {}, b'{"message":"no"}'), "two.test")
    client = make(service, raise_response_errors=False)
    response = client.build_request("fetch", {"table": "a"}).send()
    assert str(response.error) == (
        "Forbidden: no (operation DescribeEndpoints, status 403, attempts 1)"
    )
    assert client.build_request("fetch", {"table": "a"}).send().error is None
    assert service.urls == ["https://two.test/fetch/a"]


def test_a_required_operation_that_is_told_nothing(make: Any) -> None:
    with pytest.raises(EndpointDiscoveryError) as caught:
        make(Service([])).fetch(table="a")
    assert str(caught.value) == (
        "DescribeEndpoints told no endpoint that Fetch can be sent to; give one with the option "
        "endpoint"
    )


@pytest.mark.parametrize("answer", [misdirected(), invalid()])
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_a_wrong_endpoint_is_forgotten_and_the_call_goes_to_the_next(
    make: Any, answer: HttpResponse, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    service = Service()
    service.answers["one.test"] = [answer]
    client = make(service, retry_mode=mode)
    client.fetch(table="a")
    client.fetch(table="a")
    assert service.urls == [f"https://{host}.test/fetch/a" for host in ("one", "two", "two")]
    signed = [request.headers["authorization"] for request in service.requests]
    assert signed[0] != signed[1]


def test_a_wrong_endpoint_counts_as_an_attempt(make: Any) -> None:
    service = Service()
    hosts = ("one", "two", "three", "four")
    service.answers = {f"{host}.test": [misdirected()] for host in hosts}
    with pytest.raises(Exception, match=r"status 421, attempts 4 in ") as caught:
        make(service).fetch(table="a")
    assert type(caught.value).__name__ == "Http421Error"
    assert service.urls == [f"https://{host}.test/fetch/a" for host in hosts]


def test_421_of_the_regional_endpoint_is_no_reason_to_try_again(make: Any) -> None:
    service = Service()
    service.answers["roaming.test"] = [misdirected()]
    with pytest.raises(Exception, match=r"status 421, attempts 1"):
        make(service, endpoint_discovery=False).peek()
    assert service.asked == []


def test_the_next_endpoint_cannot_be_found_either(make: Any) -> None:
    service = Service("one.test", HttpResponse(403, {}, b"{}"))
    service.answers["one.test"] = [misdirected(), misdirected()]
    with pytest.raises(Exception, match=r"operation DescribeEndpoints, status 403"):
        make(service).fetch(table="a")
    service = Service("one.test", HttpResponse(403, {}, b"{}"))
    service.answers["one.test"] = [misdirected()]
    make(service).peek()
    assert service.urls == ["https://one.test/peek", f"{REGIONAL}/peek"]


def test_the_least_used_entry_makes_room(make: Any) -> None:
    service = Service("a.test", "b.test", "c.test", "again.test")
    client = make(service, endpoint_cache_max_entries=2)
    for table in ("a", "b", "a", "c", "a", "b"):
        client.fetch(table=table)
    hosts = [url.split("/")[2] for url in service.urls]
    assert hosts == ["a.test", "b.test", "a.test", "c.test", "a.test", "again.test"]


def test_stubs_are_not_asked_for_endpoints(make: Any) -> None:
    service = Service()
    make(service, stub_responses=True, endpoint_provider=Regional()).peek()
    assert service.asked == []
