"""Jobs of async clients: over files of a local endpoint, over S3's answers, and cancelled."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from drawplate.async_client import AsyncClient
from drawplate.http import HttpRequest, HttpResponse
from drawplate.jobs import AsyncInferenceJob, JobTimeoutError, ObjectGetter, inference_job
from drawplate.testing import Answer, InvocationRequest, LocalEndpoint, ModelFailedError
from sagemaker_runtime import AsyncSageMakerRuntimeClient, errors
from sagemaker_runtime.types import InvokeEndpointAsyncOutput

from tests.faults.server import ScriptedServer, serve
from tests.runtime.clients import KEY, SECRET


def double(request: InvocationRequest) -> Answer:
    numbers = json.loads(request.body)
    return Answer(json.dumps([2 * n for n in numbers]), content_type="application/json")


def broken(request: InvocationRequest) -> Answer:
    raise ModelFailedError(500, "no memory left")


@asynccontextmanager
async def clients(folder: Path) -> AsyncGenerator[AsyncSageMakerRuntimeClient]:
    with LocalEndpoint({"double": double, "broken": broken}, output_dir=folder) as server:
        async with AsyncSageMakerRuntimeClient(
            region=server.region,
            endpoint=server.url,
            access_key_id=server.access_key_id,
            secret_access_key=server.secret_access_key,
        ) as client:
            yield client


def output(uri: str) -> InvokeEndpointAsyncOutput:
    return InvokeEndpointAsyncOutput(inference_id="abc", output_location=uri)


def test_a_job_is_awaited(tmp_path: Path) -> None:
    async def main() -> None:
        async with clients(tmp_path) as client:
            out = await client.invoke_endpoint_async(endpoint_name="double", body=b"[1, 2]")
            job = inference_job(client, out)
            assert (job.status, await job.poll()) == ("running", "succeeded")
            result = await job
            assert (result.json(), result.content_type) == ([2, 4], "application/json")
            assert result is await job.wait(timeout=10) is await job.result()

    asyncio.run(main())


def test_a_failure_is_the_error_of_the_service(tmp_path: Path) -> None:
    async def main() -> None:
        async with clients(tmp_path) as client:
            out = await client.invoke_endpoint_async(endpoint_name="broken", body=b"x")
            job = inference_job(client, out)
            with pytest.raises(errors.ModelError, match="no memory left"):
                await job
            assert job.status == "failed"

    asyncio.run(main())


def test_many_tasks_wait_for_jobs_at_once(tmp_path: Path) -> None:
    async def one(client: AsyncSageMakerRuntimeClient, number: int) -> list[int]:
        out = await client.invoke_endpoint_async(endpoint_name="double", body=b"[%d]" % number)
        found: list[int] = (await inference_job(client, out)).json()
        return found

    async def main() -> list[list[int]]:
        async with clients(tmp_path) as client:
            return await asyncio.gather(*(one(client, number) for number in range(20)))

    assert asyncio.run(main()) == [[2 * number] for number in range(20)]


class Stuck(ObjectGetter):
    """Has nothing; notes the threads in which it is asked."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.asked = threading.Event()

    def get(self, uri: str, /) -> bytes | None:
        self.threads.add(threading.get_ident())
        self.asked.set()
        return None


def with_job(
    getter: ObjectGetter, use: Callable[[AsyncInferenceJob], Coroutine[Any, Any, None]]
) -> None:
    async def main() -> None:
        client = AsyncSageMakerRuntimeClient(region="us-east-1", environ={})
        async with client:
            await use(inference_job(client, output("any:thing"), getter=getter))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_a_getter_that_blocks_does_not_hold_the_loop_up() -> None:
    getter = Stuck()

    async def use(job: AsyncInferenceJob) -> None:
        with pytest.raises(JobTimeoutError):
            await job.wait(timeout=0)

    with_job(getter, use)
    assert threading.get_ident() not in getter.threads
    assert len(getter.threads) == 1


def test_a_wait_can_be_cancelled_and_taken_up_again() -> None:
    getter = Stuck()

    async def use(job: AsyncInferenceJob) -> None:
        waiting = asyncio.create_task(job.wait())
        await asyncio.to_thread(getter.asked.wait, 10)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(JobTimeoutError):
            await job.wait(timeout=0)
        assert job.status == "running"

    with_job(getter, use)


FOUND = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 3\r\n\r\n1,2"
MOVED = (
    b"HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n"
    b"Content-Type: application/xml\r\n\r\n"
)


def answer(request: bytes) -> bytes:
    return FOUND if b"/eu-west-1/s3/" in request else MOVED


def test_results_in_s3_come_over_the_pool_of_the_client() -> None:
    with ScriptedServer([serve(answer)]) as server:

        async def main() -> None:
            client: AsyncClient = AsyncSageMakerRuntimeClient(
                region="us-east-1",
                environ={"AWS_ENDPOINT_URL_S3": server.url},
                access_key_id=KEY,
                secret_access_key=SECRET,
            )
            try:
                result = await inference_job(client, output("s3://bucket/a b"))
            finally:
                await client.aclose()
            assert (result.body, result.content_type) == (b"1,2", "text/csv")

        asyncio.run(main())
        paths = [request.partition(b" HTTP")[0] for request in server.requests]
    assert paths == [b"GET /bucket/a%20b"] * 2


class Recorder:
    """An async transport that answers everything in the same way."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return self.response


def test_a_transport_of_the_callers_carries_what_goes_to_s3() -> None:
    transport = Recorder(HttpResponse(200, {"content-type": "text/plain"}, b"done"))

    async def main() -> bytes:
        client = AsyncSageMakerRuntimeClient(
            region="us-east-1",
            environ={},
            transport=transport,
            access_key_id=KEY,
            secret_access_key=SECRET,
        )
        job = inference_job(client, output("s3://bucket/key"))
        assert await job.poll() == "succeeded"
        return (await job).body

    assert asyncio.run(main()) == b"done"
    assert [request.method for request in transport.requests] == ["HEAD", "GET"]
