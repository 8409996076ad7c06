"""The async client: the same as the one that blocks but for waiting, and what only it has."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import subprocess
import sys
from typing import Any

import pytest
import sagemaker_runtime
from drawplate.async_client import AsyncClient
from drawplate.client import Client
from drawplate.errors import ConfigurationError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import AsyncSageMakerRuntimeClient, SageMakerRuntimeClient, types

from tests.golden.event_stream.expected.event_stream.async_client import AsyncEventStreamClient
from tests.golden.event_stream.expected.event_stream.client import EventStreamClient
from tests.runtime.clients import KEY, SECRET, Recorder

OPTIONS: Any = {
    "region": "us-east-1",
    "environ": {},
    "access_key_id": KEY,
    "secret_access_key": SECRET,
}
PAIRS: list[tuple[type[Client], type[AsyncClient]]] = [
    (SageMakerRuntimeClient, AsyncSageMakerRuntimeClient),
    (EventStreamClient, AsyncEventStreamClient),
]
#: What is called otherwise, since it is awaited.
OTHERWISE = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}


class Answering:
    """An async transport that keeps what was sent."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.recorder = Recorder(*answers)

    async def send(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        return self.recorder.send(request)


def client_of(server: LocalEndpoint) -> AsyncSageMakerRuntimeClient:
    return AsyncSageMakerRuntimeClient(**OPTIONS, endpoint=server.url)


def public(made: type) -> dict[str, Any]:
    return {
        name: value
        for name, value in inspect.getmembers(made)
        if not name.startswith("_") or name in (*OTHERWISE, *OTHERWISE.values())
    }


def blocking(text: object) -> str:
    """An annotation or a docstring with the names of what blocks."""
    found = str(text)
    for name in ("Client", "Request", "Paginator", "Session", "ByteEventStream", "EventStream"):
        found = found.replace(f"Async{name}", name)
    for made in ("EventStream", "SageMakerRuntime"):
        found = found.replace(f"Async{made}", made)
    found = found.replace("Awaitable[object]", "object").replace("types.Async", "types.")
    return " ".join(found.split()).replace("an `async with`", "a with")


@pytest.mark.parametrize(("sync", "awaited"), PAIRS)
def test_both_have_the_same_attributes(sync: type[Client], awaited: type[AsyncClient]) -> None:
    assert {OTHERWISE.get(name, name) for name in public(sync)} == set(public(awaited))


@pytest.mark.parametrize(("sync", "awaited"), PAIRS)
def test_methods_are_the_same_but_for_waiting(
    sync: type[Client], awaited: type[AsyncClient]
) -> None:
    operations: dict[str, object] = vars(sync)["_operations"]
    for name, method in public(sync).items():
        if not inspect.isroutine(method) or name in OTHERWISE:
            continue
        twin = getattr(awaited, name)
        one, other = inspect.signature(method), inspect.signature(twin)
        assert [*one.parameters] == [*other.parameters], name
        for parameter in one.parameters.values():
            found = other.parameters[parameter.name]
            assert parameter.kind == found.kind
            assert parameter.default == found.default
            assert blocking(found.annotation) == str(parameter.annotation)
        assert blocking(other.return_annotation) == str(one.return_annotation), name
        assert blocking(inspect.getdoc(twin)) == blocking(inspect.getdoc(method)), name
        waits = name in operations or name.startswith("wait_until_")
        assert inspect.iscoroutinefunction(twin) is waits, name


def test_outputs_that_are_streams_have_the_same_members() -> None:
    sync = types.InvokeEndpointWithResponseStreamOutput
    awaited = types.AsyncInvokeEndpointWithResponseStreamOutput
    assert sync.__slots__ == awaited.__slots__
    members = {name: blocking(text) for name, text in awaited.__annotations__.items()}
    assert members == sync.__annotations__


def test_it_is_imported_when_it_is_asked_for() -> None:
    program = """
import sys, sagemaker_runtime
assert "AsyncSageMakerRuntimeClient" in sagemaker_runtime.__all__
from sagemaker_runtime import SageMakerRuntimeClient, errors, types
lazy = {"asyncio", "sagemaker_runtime.async_client", "drawplate.async_client"}
assert not lazy & set(sys.modules), lazy & set(sys.modules)
sagemaker_runtime.AsyncSageMakerRuntimeClient
assert lazy <= set(sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr


def test_no_other_name_is_made_up() -> None:
    with pytest.raises(AttributeError, match="no attribute 'AsyncClient'"):
        getattr(sagemaker_runtime, "AsyncClient")  # noqa: B009 - checkers know that it is not there


def test_a_transport_that_blocks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"Async\w+ awaits .* `async def send`"):
        AsyncSageMakerRuntimeClient(**OPTIONS, transport=Recorder())
    client = AsyncSageMakerRuntimeClient(**OPTIONS)
    with pytest.raises(ConfigurationError, match="one that blocks"):
        client.with_options(transport=Recorder())


def test_a_client_that_blocks_refuses_a_transport_to_be_awaited() -> None:
    with pytest.raises(ConfigurationError, match="SageMakerRuntimeClient blocks"):
        SageMakerRuntimeClient(**OPTIONS, transport=Answering())


def test_a_copy_of_a_pickle_has_the_same_options() -> None:
    client = AsyncSageMakerRuntimeClient(**OPTIONS, retry_limit=7)
    copy = pickle.loads(pickle.dumps(client))  # noqa: S301
    assert type(copy) is AsyncSageMakerRuntimeClient
    assert (copy.config.retry_limit, copy.config.region) == (7, "us-east-1")


def test_many_tasks_share_a_client() -> None:
    async def main(server: LocalEndpoint) -> list[bytes]:
        async with client_of(server) as client:
            calls = [
                client.invoke_endpoint(endpoint_name="echo", body=b"%d" % number)
                for number in range(20)
            ]
            return [output.body for output in await asyncio.gather(*calls)]

    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        assert asyncio.run(main(server)) == [b"%d" % number for number in range(20)]


def test_a_client_outlives_its_loop() -> None:
    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        client = client_of(server)
        for body in (b"1", b"2"):
            assert asyncio.run(client.invoke_endpoint(endpoint_name="echo", body=body)).body == body
        asyncio.run(client.aclose())


def test_a_stream_is_read_as_it_arrives() -> None:
    async def main(server: LocalEndpoint) -> tuple[list[bytes], int]:
        async with client_of(server) as client:
            output = await client.invoke_endpoint_with_response_stream(
                endpoint_name="parts", body=b""
            )
            async with output:
                parts = [
                    event.bytes
                    async for event in output.body
                    if isinstance(event, types.PayloadPart)
                ]
            return parts, output.metadata.events_received

    with LocalEndpoint({"parts": lambda _: iter([b"a", b"b", b"c"])}) as server:
        assert asyncio.run(main(server)) == ([b"a", b"b", b"c"], 3)


def test_a_request_is_sent_when_it_is_awaited() -> None:
    transport = Answering(HttpResponse(200, {"content-type": "text/plain"}, b"out"))

    async def main() -> None:
        client = AsyncSageMakerRuntimeClient(**OPTIONS, transport=transport)
        request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b"in"})
        sending = request.send()
        assert transport.recorder.requests == []
        response = await sending
        assert (response.status, response.output.body) == (200, b"out")

    asyncio.run(main())
    assert transport.recorder.request.body == b"in"
