"""Jobs: asynchronous inference to the end, against a local endpoint and over its files."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drawplate import codecs
from drawplate._call import Flow, Sleep, Work
from drawplate.errors import ContentError, ParamValidationError
from drawplate.http import Headers
from drawplate.jobs import (
    FileGetter,
    JobError,
    JobExpiredError,
    JobResult,
    JobTimeoutError,
    ObjectGetter,
    StoredObject,
    inference_job,
)
from drawplate.jobs._flow import JobState, Polling
from drawplate.jobs._objects import BlockingStore
from drawplate.structures import ResponseMetadata
from drawplate.testing import Answer, InvocationRequest, LocalEndpoint, ModelFailedError
from sagemaker_runtime import SageMakerRuntimeClient, errors
from sagemaker_runtime._operations import ERRORS
from sagemaker_runtime.types import InvokeEndpointAsyncOutput

NOON = 1768478400.0  # 2026-01-15T12:00:00Z


def double(request: InvocationRequest) -> Answer:
    numbers = json.loads(request.body)
    return Answer(json.dumps([2 * n for n in numbers]), content_type="application/json")


def broken(request: InvocationRequest) -> Answer:
    raise ModelFailedError(500, "no memory left", log_stream_arn="arn:aws:logs:x")


def echo(request: InvocationRequest) -> Answer:
    return Answer(request.body, content_type="text/plain; charset=latin-1")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalEndpoint]:
    handlers = {"double": double, "broken": broken, "echo": echo}
    with LocalEndpoint(handlers, output_dir=tmp_path, clock=lambda: NOON) as server:
        yield server


@pytest.fixture
def client(server: LocalEndpoint) -> Iterator[SageMakerRuntimeClient]:
    with SageMakerRuntimeClient(
        region=server.region,
        endpoint=server.url,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
        clock=lambda: NOON,
    ) as client:
        yield client


def test_a_job_has_the_result_with_its_content_type(
    client: SageMakerRuntimeClient, tmp_path: Path
) -> None:
    out = client.invoke_endpoint_async(endpoint_name="double", body=b"[1, 2]", inference_id="a b")
    job = inference_job(client, out)
    assert (job.id, job.status, repr(job)) == ("a b", "running", "<InferenceJob a b, running>")
    assert job.output_location == (tmp_path / "a%20b.out").as_uri()
    assert job.poll() == job.status == "succeeded"
    result = job.wait(timeout=10)
    assert (result.body, result.content_type) == (b"[2, 4]", "application/json")
    assert (result.json(), result.text(), codecs.decode(result)) == ([2, 4], "[2, 4]", [2, 4])
    assert result.location == job.output_location
    assert result.metadata.request_id == out.metadata.request_id
    assert job.result() is result
    assert "[2, 4]" not in repr(result)


def test_the_charset_of_a_result_counts(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_async(endpoint_name="echo", body="größer".encode("latin-1"))
    assert inference_job(client, out).result().text() == "größer"


def test_a_failure_is_the_error_of_the_service(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_async(endpoint_name="broken", body=b"x", inference_id="b")
    job = inference_job(client, out)
    with pytest.raises(errors.ModelError) as caught:
        job.wait(timeout=10)
    error = caught.value
    assert error.message == "the model answered 500: no memory left"
    assert (error.original_status_code, error.original_message) == (500, "no memory left")
    assert (error.code, error.log_stream_arn) == ("ModelError", "arn:aws:logs:x")
    assert (job.status, job.error) == ("failed", error)
    with pytest.raises(errors.ModelError) as again:
        job.result()
    assert again.value is error


def test_looking_once_finds_a_failure(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_async(endpoint_name="broken", body=b"x")
    job = inference_job(client, out)
    assert (job.error, job.poll(), type(job.error)) == (None, "failed", errors.ModelError)


def test_a_job_knows_when_it_expires(client: SageMakerRuntimeClient) -> None:
    out = client.invoke_endpoint_async(
        endpoint_name="double",
        body=b"[]",
        request_ttl_seconds=60,
        invocation_timeout_seconds=30,
    )
    noon = datetime.fromtimestamp(NOON, UTC)
    usual = inference_job(client, out)
    asked = inference_job(client, out, request_ttl_seconds=60, invocation_timeout_seconds=30)
    assert usual.submitted_at == asked.submitted_at == noon
    assert usual.expires_at == noon + timedelta(hours=6, minutes=15)
    assert asked.expires_at == noon + timedelta(seconds=90)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now


def drive(flow: Flow[JobResult], time: Time, between: Callable[[int], object]) -> JobResult:
    """Do what the flow yields; `between` is called with the number of each sleep."""
    result: object = None
    try:
        while True:
            step = flow.send(result)
            result = None
            if isinstance(step, Sleep):
                time.slept.append(step.seconds)
                time.now += step.seconds
                between(len(time.slept))
            else:
                assert isinstance(step, Work)
                result = step.run()
    except StopIteration as stop:
        returned: JobResult = stop.value
        return returned


def state(folder: Path, time: Time, *, date: str | None = None, failures: bool = True) -> JobState:
    """A job whose files will be in this folder."""
    output = InvokeEndpointAsyncOutput(
        inference_id="abc",
        output_location=(folder / "abc.out").as_uri(),
        failure_location=(folder / "failed" / "abc.out").as_uri() if failures else None,
    )
    if date is not None:
        output.metadata = ResponseMetadata(status=202, headers=Headers({"date": date}), attempts=1)
    return JobState(
        output,
        BlockingStore(FileGetter()),
        ERRORS,
        clock=time,
        timer=time,
        wait_seconds=60,
        run_seconds=40,
    )


def steady() -> Polling:
    return Polling(0.5, 15.0, lambda: 1.0)


def test_delays_double_up_to_the_longest(tmp_path: Path) -> None:
    time = Time()

    def store(sleeps: int) -> None:
        if sleeps == 8:
            (tmp_path / "abc.out").write_bytes(b"done")

    result = drive(state(tmp_path, time).wait(None, steady()), time, store)
    assert (result.body, result.content_type) == (b"done", None)
    assert time.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert [Polling(1.0, 8.0, lambda: 0.0).delay(looks) for looks in (1, 2, 9, 99999)] == [
        0.5,
        1.0,
        4.0,
        4.0,
    ]


def test_a_timeout_tells_where_it_looked(tmp_path: Path) -> None:
    time = Time()
    job = state(tmp_path, time)
    with pytest.raises(JobTimeoutError) as caught:
        drive(job.wait(10.0, steady()), time, lambda _: None)
    assert time.slept == [0.5, 1.0, 2.0, 4.0, 2.5]
    error = caught.value
    assert (error.job_id, error.elapsed, error.looks) == ("abc", 10.0, 6)
    assert (error.output_location, error.failure_location) == (
        job.output_location,
        job.failure_location,
    )
    assert str(error) == (
        f"job abc: nothing at {job.output_location} or {job.failure_location} after 10.0 s and "
        "6 looks; wait longer, or look again later"
    )
    assert not isinstance(error, JobExpiredError)
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(copied), copied.looks, copied.doubts) == (str(error), 6, ())
    assert job.status == "running"


def test_no_time_at_all_is_one_look(tmp_path: Path) -> None:
    time = Time()
    with pytest.raises(JobTimeoutError, match=r"after 0\.0 s and 1 looks"):
        drive(state(tmp_path, time).wait(0, steady()), time, lambda _: None)
    (tmp_path / "abc.out").write_bytes(b"done")
    assert drive(state(tmp_path, time).wait(0, steady()), time, lambda _: None).body == b"done"
    assert time.slept == []


def test_waiting_ends_when_the_service_has_given_the_job_up(tmp_path: Path) -> None:
    # Submitted a minute ago: 40 seconds are left, and a minute until the result can be read.
    time = Time()
    job = state(tmp_path, time, date="Thu, 15 Jan 2026 11:59:00 GMT")
    with pytest.raises(JobExpiredError, match="no result will come") as caught:
        drive(job.wait(None, steady()), time, lambda _: None)
    assert caught.value.elapsed == 100.0
    assert sum(time.slept) == 100.0


def test_a_date_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    assert state(tmp_path, Time(), date="yesterday").submitted_at == NOON


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"message": "out of memory"}', "out of memory"),
        (b"Traceback: out of memory\n", "Traceback: out of memory"),
        (b'["a", "list"]', '["a", "list"]'),
        (b"\xff", "\ufffd"),
        (b"", ""),
    ],
)
def test_whatever_a_container_leaves_is_the_message(
    tmp_path: Path, content: bytes, message: str
) -> None:
    time = Time()
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "abc.out").write_bytes(content)
    with pytest.raises(errors.ModelError) as caught:
        drive(state(tmp_path, time).wait(None, steady()), time, lambda _: None)
    assert caught.value.message == message


def test_a_failure_with_a_code_of_its_own_is_that_error(tmp_path: Path) -> None:
    time = Time()
    (tmp_path / "failed").mkdir()
    stored = {"__type": "InternalFailure", "Message": "lost"}
    (tmp_path / "failed" / "abc.out").write_text(json.dumps(stored))
    with pytest.raises(errors.InternalFailure, match="lost"):
        drive(state(tmp_path, time).wait(None, steady()), time, lambda _: None)


def test_a_result_counts_before_a_failure(tmp_path: Path) -> None:
    time = Time()
    (tmp_path / "failed").mkdir()
    for path in ("abc.out", "failed/abc.out"):
        (tmp_path / path).write_bytes(b"x")
    assert drive(state(tmp_path, time).wait(0, steady()), time, lambda _: None).body == b"x"


def test_without_a_place_for_failures_only_results_are_looked_for(tmp_path: Path) -> None:
    time = Time()
    with pytest.raises(JobTimeoutError, match=r"abc\.out after 0\.0 s"):
        drive(state(tmp_path, time, failures=False).wait(0, steady()), time, lambda _: None)


class Memory(ObjectGetter):
    """Holds objects, and notes what it is asked."""

    def __init__(self, objects: dict[str, StoredObject | bytes]) -> None:
        self.objects = objects
        self.asked: list[str] = []

    def get(self, uri: str, /) -> StoredObject | bytes | None:
        self.asked.append(uri)
        return self.objects.get(uri)


def output_at(uri: str | None, failure: str | None = None) -> InvokeEndpointAsyncOutput:
    return InvokeEndpointAsyncOutput(output_location=uri, failure_location=failure)


def test_a_getter_of_the_callers_fetches_everything(client: SageMakerRuntimeClient) -> None:
    memory = Memory({"gs://b/out": b"1", "gs://b/typed": StoredObject(b"2", "text/csv")})
    plain = inference_job(client, output_at("gs://b/out", "gs://b/failed"), getter=memory)
    assert (plain.poll(), plain.result().body, plain.result().content_type) == (
        "succeeded",
        b"1",
        None,
    )
    typed = inference_job(client, output_at("gs://b/typed"), getter=memory).result()
    assert (codecs.CSV.read(typed), memory.asked) == (
        [["2"]],
        ["gs://b/out", "gs://b/out", "gs://b/typed"],
    )
    with pytest.raises(ContentError):
        codecs.JSON.read(typed)


def test_what_cannot_be_waited_for(client: SageMakerRuntimeClient) -> None:
    with pytest.raises(JobError, match="has no output_location"):
        inference_job(client, output_at(None))
    with pytest.raises(ValueError, match="nothing here fetches 'gs://b/out': pass a getter"):
        inference_job(client, output_at("gs://b/out")).wait()
    with pytest.raises(ValueError, match="no file: URI of this machine"):
        inference_job(client, output_at("file://elsewhere/out")).wait()
    with pytest.raises(ParamValidationError, match="0 < min <= max"):
        inference_job(client, output_at("file:///nowhere")).wait(min_delay=2, max_delay=1)
