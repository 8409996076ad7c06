"""What tests of records, datagrams and spans share: a timer, answers, a logger, streams."""

from __future__ import annotations

import logging
from typing import Any

from drawplate._call import CallSettings
from drawplate.eventstream import encode_frame
from drawplate.http import HttpRequest, HttpResponse
from drawplate.log import Formatter
from sagemaker_runtime import SageMakerRuntimeClient, types

from tests.runtime.clients import Recorder, json_answer, make

PARAMS: Any = {"endpoint_name": "ep", "body": b"x"}
BUSY = json_answer(
    b'{"message": "later"}', 503, x_amzn_errortype="ServiceUnavailable", x_amzn_requestid="r-1"
)
MODEL_ERROR = json_answer(b'{"message": "bad"}', 424, x_amzn_errortype="ModelError")
FINE = HttpResponse(200, {"x-amzn-requestid": "r-2", "content-length": "2"}, b"ok")


class Log(logging.Logger):
    """A logger that keeps levels and texts."""

    def __init__(self) -> None:
        super().__init__("kept", logging.DEBUG)
        self.records: list[tuple[int, str]] = []

    def handle(self, record: logging.LogRecord) -> None:
        self.records.append((record.levelno, record.getMessage()))

    @property
    def text(self) -> str:
        """The text of the one record."""
        ((_, text),) = self.records
        return text


class Slow(Recorder):
    """A transport that takes a quarter of a second for each request, by the timer of `timed`."""

    def __init__(self, *answers: HttpResponse | Exception) -> None:
        super().__init__(*answers)
        self.seconds = 100.0

    def send(self, request: HttpRequest) -> HttpResponse:
        self.seconds += 0.25
        return super().send(request)


def timed(client: SageMakerRuntimeClient) -> SageMakerRuntimeClient:
    """Let the calls of a client take the time that its transport says, and no other."""
    settings: CallSettings = vars(client)["_settings"]
    transport = client.config.transport
    settings.timer = lambda: transport.seconds if isinstance(transport, Slow) else 0.0
    return client


def event(payload: bytes) -> bytes:
    """A part of an answer that is a stream, as it is on the wire."""
    headers = {":message-type": "event", ":event-type": "PayloadPart"}
    return encode_frame({**headers, ":content-type": "application/octet-stream"}, payload)


def stream_error() -> bytes:
    """The end of a stream whose model failed."""
    headers = {":message-type": "exception", ":exception-type": "ModelStreamError"}
    return encode_frame(headers, b'{"Message": "no"}')


def streamed(*frames: bytes) -> HttpResponse:
    """An answer that is a stream of events."""
    return HttpResponse(200, {"x-amzn-requestid": "r-3"}, b"".join(frames))


def stream(client: SageMakerRuntimeClient) -> types.InvokeEndpointWithResponseStreamOutput:
    """Call the endpoint "ep" for a stream."""
    return client.invoke_endpoint_with_response_stream(endpoint_name="ep", body=b"x")


def record(
    formatter: Formatter,
    *answers: HttpResponse | Exception,
    params: dict[str, Any] | None = None,
    **options: Any,
) -> str:
    """The text of the record of one call of `invoke_endpoint`, made of its response."""
    log = Log()
    client = make(
        transport=Recorder(*(answers or (FINE,))),
        raise_response_errors=False,
        retry_base_delay=0,
        logger=log,
        log_formatter=formatter,
        **options,
    )
    request: Any = {**PARAMS, **(params or {})}
    timed(client).build_request("invoke_endpoint", request).send()
    return log.text
