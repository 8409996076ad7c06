"""The model of a service that tells its endpoints, and what stands for the service."""

from __future__ import annotations

import json
from typing import Any

from drawplate.endpoints import Endpoint
from drawplate.http import HttpRequest, HttpResponse


def _post(name: str, path: str, given: str, **keys: Any) -> dict[str, Any]:
    return {
        "name": name,
        "http": {"method": "POST", "requestUri": path},
        "input": {"shape": given},
        **keys,
    }


def _structure(**members: str | dict[str, Any]) -> dict[str, Any]:
    made = {n: {"shape": m} if isinstance(m, str) else m for n, m in members.items()}
    return {"type": "structure", "members": made}


ERRORS = [{"shape": "InvalidEndpointException"}]
#: As botocore writes a service down: no service with restJson1 has the traits.
SERVICE: dict[str, Any] = {
    "metadata": {
        "apiVersion": "2019-06-01",
        "endpointPrefix": "roaming",
        "protocol": "rest-json",
        "serviceFullName": "Roaming",
        "serviceId": "Roaming",
        "signatureVersion": "v4",
        "signingName": "roaming",
    },
    "operations": {
        "DescribeEndpoints": _post(
            "DescribeEndpoints",
            "/endpoints",
            "DescribeEndpointsRequest",
            output={"shape": "DescribeEndpointsResponse"},
            endpointoperation=True,
        ),
        "Fetch": _post(
            "Fetch",
            "/fetch/{Table}",
            "FetchRequest",
            errors=ERRORS,
            endpointdiscovery={"required": True},
        ),
        "Peek": _post("Peek", "/peek", "PeekRequest", errors=ERRORS, endpointdiscovery={}),
        "Plain": _post("Plain", "/plain", "PeekRequest"),
        "Put": _post(
            "Put",
            "/put",
            "PeekRequest",
            errors=ERRORS,
            endpointdiscovery={},
            httpChecksumRequired=True,
        ),
    },
    "shapes": {
        "String": {"type": "string"},
        "Long": {"type": "long"},
        "DescribeEndpointsRequest": _structure(Operation="String", Identifiers="Identifiers"),
        "Identifiers": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}},
        "DescribeEndpointsResponse": _structure(Endpoints="Endpoints"),
        "Endpoints": {"type": "list", "member": {"shape": "Endpoint"}},
        "Endpoint": _structure(Address="String", CachePeriodInMinutes="Long"),
        "FetchRequest": {
            **_structure(
                Table={"shape": "String", "location": "uri", "endpointdiscoveryid": True},
                Key="String",
            ),
            "required": ["Table"],
        },
        "PeekRequest": _structure(Text="String"),
        "InvalidEndpointException": {**_structure(Message="String"), "exception": True},
    },
}
REGIONAL = "https://roaming.test"
SUFFIX = " endpoint-discovery"


class Service:
    """A transport: tells endpoint after endpoint, and answers as it is told for each host."""

    def __init__(self, *told: Any) -> None:
        self.told = told or ("one.test", "two.test", "three.test", "four.test")
        self.answers: dict[str, list[HttpResponse | Exception]] = {}
        self.requests: list[HttpRequest] = []
        self.asked: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        if not request.url.endswith("/endpoints"):
            self.requests.append(request)
            host = request.url.split("/")[2]
            waiting = self.answers.get(host)
            given = waiting.pop(0) if waiting else HttpResponse(200)
            if isinstance(given, Exception):
                raise given
            return given
        self.asked.append(request)
        told = self.told[min(len(self.asked), len(self.told)) - 1]
        if isinstance(told, Exception):
            raise told
        if isinstance(told, HttpResponse):
            return told
        if isinstance(told, str):
            told = [{"Address": told, "CachePeriodInMinutes": 5}]
        return HttpResponse(200, body=json.dumps({"Endpoints": told}).encode())

    @property
    def urls(self) -> list[str]:
        """Where requests went that were no questions."""
        return [request.url for request in self.requests]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Regional:
    """Stands for the endpoint rules, which so small a model has none of."""

    def resolve_endpoint(self, params: Any, /) -> Endpoint:
        if params.endpoint is not None:
            return Endpoint(params.endpoint)
        region = "" if params.region == "us-east-1" else f"/{params.region}"
        return Endpoint(REGIONAL + region, {"x-rules": ["yes"]})
