"""Clients whose answers are stubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawplate.errors import ServiceError
from sagemaker_runtime import SageMakerRuntimeClient

from tests.runtime.clients import invoke, noon

if TYPE_CHECKING:
    from typing import Unpack

    from drawplate.options import ClientOptions


def stubbed(**options: Unpack[ClientOptions]) -> SageMakerRuntimeClient:
    """A client with stubs, alone in the world."""
    given: ClientOptions = {"environ": {}, "clock": noon, "stub_responses": True}
    given.update(options)
    return SageMakerRuntimeClient(**given)


def answered(*stubs: Any, **options: Unpack[ClientOptions]) -> SageMakerRuntimeClient:
    """A client that answers `invoke_endpoint` with these stubs."""
    client = stubbed(**options)
    client.stub_responses("invoke_endpoint", *stubs)
    return client


def bodies(client: SageMakerRuntimeClient, calls: int) -> list[bytes | str]:
    """What so many calls came to: the body, or the code of the error."""
    found: list[bytes | str] = []
    for _ in range(calls):
        try:
            found.append(invoke(client).body)
        except ServiceError as error:
            found.append(error.code)
    return found
