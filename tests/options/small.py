"""A service with what SageMaker Runtime has not: compression, host prefixes, tokens, discovery."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from drawplate._client_base import ClientBase
from drawplate.async_client import AsyncClient
from drawplate.auth import SIGV4, Auth, BearerAuth, SigV4AAuth
from drawplate.client import Client
from drawplate.config import Config, ServiceInfo
from drawplate.endpoint_discovery import Discovery, RenewingThread
from drawplate.endpoints import Endpoint
from drawplate.errors import ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.operation import Errors, Operation
from drawplate.parse import json_object
from drawplate.structures import Output


class Told(Output):
    """What the service answered."""

    __slots__ = ("endpoints",)

    def __init__(self, endpoints: list[Any]) -> None:
        self.endpoints = endpoints


class Place:
    """An endpoint that was told."""

    def __init__(self, address: str) -> None:
        self.address = address


def _check(given: object) -> dict[str, object]:
    return dict(cast("dict[str, object]", given))


def _parse(response: HttpResponse) -> Told:
    assert isinstance(response.body, bytes)
    addresses: list[str] = []
    if response.body:
        addresses = json_object(response.body).get("addresses", addresses)
    return Told([Place(address) for address in addresses])


def _prefix(_: object) -> str:
    return "data."


def _operation(
    name: str, *, auth: Auth | None = SIGV4, **how: Any
) -> Operation[dict[str, object], Told]:
    def serialize(params: dict[str, object]) -> HttpRequest:
        return HttpRequest("POST", f"/{name}", {}, b"x" * int(str(params.get("size", 1))))

    return Operation(
        name=name,
        method_name=name.lower(),
        check=_check,
        serialize=serialize,
        parse=_parse,
        errors=Errors(ServiceError, {}),
        auth=auth,
        **how,
    )


_TELL = _operation("Tell", api_version="2020-01-01")


class _Small(ClientBase[Any]):
    _service = ServiceInfo(
        service_id="Small Things", identifier="smallthings", signing_name="small-things"
    )
    _package = "small#1"
    _operations: ClassVar = {
        "compress": _operation("Compress", compression="large"),
        "prefix": _operation("Prefix", host_prefix=_prefix),
        "token": _operation("Token", auth=BearerAuth()),
        "regions": _operation("Regions", auth=SigV4AAuth()),
        "optional": _operation("Optional", discovery=Discovery(lambda: _TELL)),
        "other": _operation(
            "Other",
            discovery=Discovery(lambda: _TELL, identifiers=(("__class__", "Kind"),)),
        ),
        "required": _operation("Required", discovery=Discovery(lambda: _TELL, required=True)),
    }

    def _resolve_endpoint(self, config: Config) -> Endpoint:
        return Endpoint(config.endpoint or f"https://small.{config.region}.test")

    @property
    def asking(self) -> list[str]:
        """Names of the threads or tasks that ask for endpoints."""
        renewals: list[Any] = [*self._shared.endpoints().renewals]
        return [
            one.thread.name if isinstance(one, RenewingThread) else one._task.get_name()
            for one in renewals
        ]


class SmallClient(_Small, Client):
    """A client of it."""

    def call(self, name: str, **params: object) -> Told:
        """Call an operation."""
        output: Told = self._invoke(self._operations[name], params)
        return output


class AsyncSmallClient(_Small, AsyncClient):
    """One that is awaited."""

    async def call(self, name: str, **params: object) -> Told:
        """Call an operation."""
        output: Told = await self._invoke(self._operations[name], params)
        return output
