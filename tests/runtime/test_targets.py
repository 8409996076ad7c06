"""Where bodies go instead of into the output: files, paths, functions. requests.md section 7."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from drawplate.errors import ConnectionLostError, NetworkingError, ServiceError
from drawplate.http import HttpResponse
from drawplate.response import Response
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient, errors

from tests.runtime.clients import Recorder, json_answer, local, make
from tests.runtime.flows import Body
from tests.runtime.frames import part

pytestmark = pytest.mark.usefixtures("face")  # both clients

MODEL_ERROR = json_answer(b'{"message":"bad"}', 424, x_amzn_errortype="ModelError")
FAILED = HttpResponse(503, {}, b"an error body")


class Answers(Recorder):
    """Answers whose bodies are still on the wire; a tuple is a body in pieces that may fail."""

    def __init__(self, *answers: HttpResponse | tuple[bytes | Exception, ...]) -> None:
        super().__init__()
        self.bodies = [
            HttpResponse(200, {"x-part": "1"}, Body(*answer))
            if isinstance(answer, tuple)
            else answer
            for answer in answers
        ]

    def send(self, request: Any) -> HttpResponse:
        self.requests.append(request)
        return self.bodies[len(self.requests) - 1]


def client_of(*answers: Any, **options: Any) -> tuple[SageMakerRuntimeClient, Answers]:
    wire = Answers(*answers)
    return make(transport=wire, retry_base_delay=0, **options), wire


def fetch(client: SageMakerRuntimeClient, target: Any) -> Response[Any]:
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"x"})
    return request.send(target=target)


def lost() -> ConnectionLostError:
    return ConnectionLostError("the peer went away", request_sent=True)


class Unseekable(io.RawIOBase):
    """A file that takes bytes and cannot take them back."""

    def __init__(self) -> None:
        super().__init__()
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.content += data[:2]  # as a file without a buffer may
        return len(data[:2])


class Writer:
    """What has no more of a file than `write`."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.chunks.append(data)


class Sink:
    """A function that keeps what it was called with."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[tuple[bytes, str]] = []
        self.fails = fails

    def __call__(self, chunk: bytes, headers: Mapping[str, str]) -> None:
        if self.fails:
            raise OSError("the disk is full")
        self.calls.append((chunk, headers["X-Part"]))


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_is_written_and_stands_in_for_the_body(tmp_path: Path, kind: type) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"what was there before, and longer")
    client, _ = client_of((b"one", b"two"))
    response = fetch(client, kind(path))
    assert (response.body, path.read_bytes()) == (path, b"onetwo")
    assert response.output.metadata.attempts == 1


def test_a_file_is_written_from_where_it_stands_and_stays_open() -> None:
    file = io.BytesIO(b"head:and more")
    file.seek(5)
    client, _ = client_of((b"one", b"two, longer than before"))
    response = fetch(client, file)
    assert response.body is file
    assert file.getvalue() == b"head:onetwo, longer than before"
    assert not file.closed


def test_a_function_gets_each_chunk_with_the_header_fields() -> None:
    sink = Sink()
    client, _ = client_of((b"one", b"two"))
    response = fetch(client, sink)
    assert (sink.calls, response.body) == ([(b"one", "1"), (b"two", "1")], b"")


def test_anything_with_write_will_do() -> None:
    writer = Writer()
    client, _ = client_of((b"one", b"two"))
    assert fetch(client, writer).body is writer
    assert writer.chunks == [b"one", b"two"]


def test_the_body_of_an_error_goes_nowhere(tmp_path: Path) -> None:
    path, file, sink = tmp_path / "out", io.BytesIO(), Sink()
    for target in (path, file, sink):
        client, wire = client_of(MODEL_ERROR)
        with pytest.raises(errors.ModelError):
            fetch(client, target)
        assert len(wire.requests) == 1
    assert (path.exists(), file.getvalue(), sink.calls) == (False, b"", [])


def test_an_error_body_that_is_retried_goes_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "out"
    client, wire = client_of(FAILED, (b"ok",))
    assert fetch(client, path).output.metadata.attempts == 2
    assert (path.read_bytes(), len(wire.requests)) == (b"ok", 2)


def test_what_a_failed_attempt_wrote_is_taken_back_before_the_next(tmp_path: Path) -> None:
    path, file = tmp_path / "out", io.BytesIO(b"head")
    file.seek(0, io.SEEK_END)
    for target in (path, file):
        client, _ = client_of((b"a long beginning", lost()), (b"whole",))
        assert fetch(client, target).output.metadata.attempts == 2
    assert (path.read_bytes(), file.getvalue()) == (b"whole", b"headwhole")


def test_a_path_is_gone_and_a_file_as_before_when_the_call_fails(tmp_path: Path) -> None:
    path, file = tmp_path / "out", io.BytesIO(b"head")
    file.seek(0, io.SEEK_END)
    for target in (path, file):
        client, wire = client_of(*[(b"part", lost())] * 4)
        with pytest.raises(NetworkingError):
            fetch(client, target)
        assert len(wire.requests) == 4
    assert (path.exists(), file.getvalue(), file.tell()) == (False, b"head", 4)


@pytest.mark.parametrize("target", [Sink(), Unseekable()], ids=["function", "unseekable"])
def test_what_cannot_be_taken_back_is_not_repeated(target: Any) -> None:
    client, wire = client_of((b"part", lost()), (b"whole",))
    with pytest.raises(NetworkingError):
        fetch(client, target)
    assert len(wire.requests) == 1


def test_what_cannot_be_taken_back_is_repeated_before_anything_was_written() -> None:
    target = Unseekable()
    client, wire = client_of((lost(),), (b"whole",))
    fetch(client, target)
    assert (target.content, len(wire.requests)) == (b"whole", 2)
    sink = Sink()
    client, wire = client_of((lost(),), (b"whole",))
    fetch(client, sink)
    assert (sink.calls, len(wire.requests)) == ([(b"whole", "1")], 2)


def test_errors_may_be_in_the_response(tmp_path: Path) -> None:
    path = tmp_path / "out"
    client, _ = client_of(MODEL_ERROR, raise_response_errors=False)
    response = fetch(client, path)
    assert (type(response.error), response.data) == (errors.ModelError, None)
    assert not path.exists()


@pytest.mark.blocks
def test_what_writing_raises_is_raised_and_the_body_is_closed(tmp_path: Path) -> None:
    client, wire = client_of((b"one", b"two"))
    with pytest.raises(OSError, match=r"^the disk is full$"):
        fetch(client, Sink(fails=True))
    body = wire.bodies[0].body
    assert isinstance(body, Body)
    assert (body.closed, len(wire.requests)) == (True, 1)
    client, wire = client_of((b"one",))
    with pytest.raises(FileNotFoundError):
        fetch(client, tmp_path / "missing" / "out")


def test_an_empty_body(tmp_path: Path) -> None:
    client, _ = client_of(())
    assert fetch(client, tmp_path / "out").body == tmp_path / "out"
    assert (tmp_path / "out").read_bytes() == b""


def test_an_operation_whose_body_is_no_blob(tmp_path: Path) -> None:
    """The body goes to the target, and the members of the output are read all the same."""
    path = tmp_path / "out"
    client, _ = client_of((b'{"InferenceId":', b'"id-1"}'))
    request = client.build_request(
        "invoke_endpoint_async", {"endpoint_name": "ep", "input_location": "s3://b/k"}
    )
    response = request.send(target=path)
    assert response.inference_id == "id-1"
    assert path.read_bytes() == b'{"InferenceId":"id-1"}'


def test_a_stream_of_events_takes_no_target() -> None:
    client, wire = client_of((part(b"x"),))
    request = client.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )
    with pytest.raises(ValueError, match="takes no target") as caught:
        request.send(target=io.BytesIO())
    assert str(caught.value) == (
        "the answer of InvokeEndpointWithResponseStream is a stream of events and takes no "
        "target; iterate over the events and write what they hold"
    )
    assert wire.requests == []


@pytest.mark.parametrize("target", [1, b"path", object(), ["x"]])
def test_what_is_no_target(target: Any) -> None:
    client, wire = client_of((b"x",))
    with pytest.raises(TypeError) as caught:
        fetch(client, target)
    assert str(caught.value) == (
        "target must be a path, a file opened in binary mode or a function of chunk and headers, "
        f"got an object of type {type(target).__name__}"
    )
    assert wire.requests == []


def test_a_file_opened_in_text_mode(tmp_path: Path) -> None:
    client, wire = client_of((b"x",))
    with (tmp_path / "out").open("w") as file, pytest.raises(TypeError) as caught:
        fetch(client, file)
    assert str(caught.value) == "target must be a file opened in binary mode, not in text mode"
    assert wire.requests == []


def test_a_real_body_over_a_real_connection(tmp_path: Path) -> None:
    content = bytes(range(256)) * 2000
    with LocalEndpoint({"ep": lambda _: content}) as server:
        client = local(server)
        assert fetch(client, tmp_path / "out").body == tmp_path / "out"
        pieces: list[bytes] = []

        def keep(chunk: bytes, headers: Mapping[str, str]) -> None:
            pieces.append(chunk)

        fetch(client, keep)
        client.close()
    assert (tmp_path / "out").read_bytes() == content
    assert (b"".join(pieces), len(pieces) > 1) == (content, True)
    assert server.connections == 1


def test_the_service_refuses_after_a_first_answer() -> None:
    client, _ = client_of((b"part", lost()), MODEL_ERROR)
    file = io.BytesIO()
    with pytest.raises(ServiceError, match="attempts 2"):
        fetch(client, file)
    assert file.getvalue() == b""
