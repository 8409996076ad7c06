"""The content of SageMaker's streams and answers: helpers, facts and codecs on whole calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawplate import codecs
from drawplate.byte_streams import ByteEventStream
from drawplate.context import RequestContext
from drawplate.errors import (
    EventError,
    EventStreamError,
    JsonLineError,
    TruncatedStreamError,
    UnknownContentTypeError,
)
from drawplate.http import HttpResponse
from drawplate.testing import Answer, InvocationRequest, LocalEndpoint
from drawplate.text_streams import ServerSentEvent
from sagemaker_runtime import SageMakerRuntimeClient, errors, types

from tests.runtime.clients import Recorder, local, make
from tests.runtime.flows import Body
from tests.runtime.frames import (
    INTERNAL_STREAM_FAILURE,
    MODEL_STREAM_ERROR,
    UNMODELLED_ERROR,
    message,
    part,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients

Output = types.InvokeEndpointWithResponseStreamOutput


def client(*pieces: bytes | Exception) -> SageMakerRuntimeClient:
    return make(transport=Recorder(HttpResponse(200, body=Body(*pieces))), retry_limit=0)


def invoke(*pieces: bytes | Exception) -> Output:
    return client(*pieces).invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")


def test_json_lines_come_whole_from_a_real_server() -> None:
    def talk(request: InvocationRequest) -> Iterator[bytes]:
        yield from (b'{"text": "\xc3', b'\xa9"}\n{"te', b'xt": ""}', b"\n", b'{"text": "last"}')

    with LocalEndpoint({"ep": talk}) as server, local(server) as made:
        out = made.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
        assert list(out.body.iter_json_lines()) == [{"text": text} for text in ("é", "", "last")]
        assert out.metadata.events_received == 5
        # The connection is used again.
        assert (
            made.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")
            .body.read()
            .endswith(b'"last"}')
        )
        assert server.connections == 1


@pytest.mark.blocks
def test_an_eager_stream_has_the_helpers_too() -> None:
    pieces = part(b"data: a\n\nda"), part(b"ta: b\n\n") + part(b"data: [DONE]\n\n")
    made = client(*pieces)
    seen: list[types.PayloadPart] = []
    out = made.invoke_endpoint_with_response_stream(
        endpoint_name="ep",
        body=b"x",
        on_stream=lambda handler: handler.on_payload_part_event(seen.append),
    )
    assert isinstance(out.body, ByteEventStream)
    for _ in range(2):
        events = out.body.iter_sse(done="[DONE]")
        assert next(events) == ServerSentEvent(data="a")
        assert next(out.body.iter_lines()) == "data: a"
        assert list(events) == [ServerSentEvent(data="b")]
    assert out.body.read() == b"".join(event.bytes for event in seen)
    assert out.metadata.events_received == 3
    assert out.metadata.bytes_received == sum(map(len, pieces))


def test_the_content_of_an_eager_stream_ends_at_an_error_among_its_events() -> None:
    request = client(part(b"a\nb") + MODEL_STREAM_ERROR).build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )
    out = request.send(stream=False, raise_stream_errors=False).output
    lines = out.body.iter_lines()
    assert next(lines) == "a"
    with pytest.raises(errors.ModelStreamError) as caught:
        next(lines)
    assert caught.value.events_received == 1


@pytest.mark.parametrize("eager", [False, True])
def test_facts_count_from_the_beginning_of_the_call(eager: bool) -> None:
    made = client(part(b"ab"), part(b"c"))
    request = made.build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )

    def began_long_ago(context: RequestContext) -> None:
        context.started_at -= 1000

    request.handle_request(began_long_ago)
    out = request.send(stream=not eager).output
    if not eager:
        assert out.metadata.time_to_first_event is None
        assert out.metadata.events_received == out.metadata.bytes_received == 0
        out.body.collect()
    assert out.metadata.time_to_first_event is not None
    assert 1000 < out.metadata.time_to_first_event < 2000
    assert out.metadata.events_received == 2
    assert out.metadata.bytes_received == len(part(b"ab") + part(b"c"))
    assert out.metadata.stream is out.body.facts


def test_answers_without_events_have_no_facts_of_a_stream() -> None:
    made = make(transport=Recorder(HttpResponse(200, body=b"x")))
    metadata = made.invoke_endpoint(endpoint_name="ep", body=b"x").metadata
    assert (metadata.events_received, metadata.bytes_received) == (0, 0)
    assert metadata.time_to_first_event is None
    assert metadata.stream is None


FAILURES: dict[str, tuple[bytes, type[EventStreamError]]] = {
    "model": (MODEL_STREAM_ERROR, errors.ModelStreamError),
    "service": (INTERNAL_STREAM_FAILURE, errors.InternalStreamFailure),
    "unmodelled": (UNMODELLED_ERROR, EventError),
    "cut off": (part(b"c")[:-2], TruncatedStreamError),
}


@pytest.mark.parametrize("case", FAILURES)
@pytest.mark.parametrize("eager", [False, True])
def test_errors_say_how_far_the_stream_came(case: str, eager: bool) -> None:
    last, kind = FAILURES[case]
    request = client(part(b"a") + part(b"b"), last).build_request(
        "invoke_endpoint_with_response_stream", {"endpoint_name": "ep", "body": b"x"}
    )
    with pytest.raises(kind) as caught:
        request.send(stream=not eager).output.body.collect()
    error = caught.value
    assert error.events_received == 2
    assert error.bytes_received == len(part(b"a") + part(b"b") + last)
    assert error.time_to_first_event is not None


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        (b'"ModelInvocationTimeExceeded"', True),
        (b'"StreamBroken"', True),
        (b'"Newer"', False),
        (b"null", False),
    ],
)
def test_the_code_of_a_model_error_says_whether_another_call_may_succeed(
    code: bytes, retryable: bool
) -> None:
    kind: dict[str, bool | int | bytes | str] = {
        ":message-type": "exception",
        ":exception-type": "ModelStreamError",
    }
    out = invoke(message(kind, b'{"Message": "boom", "ErrorCode": %b}' % code))
    with pytest.raises(errors.ModelStreamError) as caught:
        out.body.read()
    assert caught.value.retryable is retryable
    assert errors.InternalStreamFailure().retryable is False


def test_a_bad_line_tells_its_number_and_nothing_else() -> None:
    lines = invoke(part(b"1\nsecret")).body.iter_json_lines()
    assert next(lines) == 1
    with pytest.raises(JsonLineError) as caught:
        next(lines)
    assert str(caught.value) == "line 2 of the content is not JSON (at column 1)"
    assert caught.value.__context__ is None


def test_codecs_give_the_arguments_of_every_operation_and_read_the_answer() -> None:
    def double(request: InvocationRequest) -> Answer:
        assert request.content_type == request.accept == "application/json"
        return Answer(b'{"sum": 3}', content_type="application/json")

    with LocalEndpoint({"ep": double}) as server, local(server) as made:
        out = made.invoke_endpoint(endpoint_name="ep", **codecs.JSON.request([1, 2]))
        assert codecs.decode(out) == codecs.JSON.read(out) == out.json() == {"sum": 3}
        assert out.text() == '{"sum": 3}'
        with pytest.raises(UnknownContentTypeError, match="CsvCodec does not read that"):
            codecs.CSV.read(out)
