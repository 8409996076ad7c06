"""Records of calls: placeholders, canned patterns, what is left out, and when they are written."""

from __future__ import annotations

import logging
import pickle
from ast import literal_eval
from typing import Any

import pytest
from drawplate.errors import ConnectError, ParamValidationError, ServiceError
from drawplate.http import HttpResponse
from drawplate.log import Formatter
from drawplate.response import Response

from tests.runtime.clients import KEY, Recorder, invoke, make
from tests.runtime.observing import (
    BUSY,
    FINE,
    MODEL_ERROR,
    PARAMS,
    Log,
    Slow,
    event,
    record,
    stream,
    streamed,
    timed,
)

pytestmark = pytest.mark.usefixtures("face")  # both clients


PLACEHOLDERS = {
    "region": "us-east-1",
    "client_class": "SageMakerRuntimeClient",
    "operation": "invoke_endpoint",
    "request_params": "endpoint_name:'ep',body:'[FILTERED]'",
    "time": "0.",
    "retries": "1",
    "http_request_method": "POST",
    "http_request_scheme": "https",
    "http_request_host": "runtime.sagemaker.us-east-1.amazonaws.com",
    "http_request_port": "443",
    "http_request_endpoint": (
        "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/ep/invocations"
    ),
    "http_request_body": "<bytes [FILTERED] (1 bytes)>",
    "http_response_status_code": "200",
    "http_response_headers": "{'x-amzn-requestid': 'r-2', 'content-length': '2'}",
    "http_response_body": "<bytes [FILTERED] (2 bytes)>",
    "error_class": "",
    "error_message": "",
    "unknown": ":unknown",
    "Region": ":Region",
}


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_placeholders_of_a_success_after_a_retry(name: str) -> None:
    assert record(Formatter(f"<:{name}>"), BUSY, FINE) == f"<{PLACEHOLDERS[name]}>"


AFTER_A_FAILURE = {
    "http_response_status_code": "424",
    "error_class": "ModelError",
    "error_message": "bad",
    "http_response_body": "<bytes [FILTERED] (18 bytes)>",
    "http_response_headers": "{'x-amzn-errortype': 'ModelError'}",
    "retries": "0",
}


@pytest.mark.parametrize("name", AFTER_A_FAILURE)
def test_placeholders_of_an_error(name: str) -> None:
    assert record(Formatter(f"<:{name}>"), MODEL_ERROR) == f"<{AFTER_A_FAILURE[name]}>"


WITHOUT_AN_ANSWER = {
    "http_response_status_code": "0",
    "http_response_headers": "",
    "http_response_body": "",
    "error_class": "ConnectError",
    "error_message": "refused",
    "retries": "3",
}


@pytest.mark.parametrize("name", WITHOUT_AN_ANSWER)
def test_placeholders_where_nobody_answers(name: str) -> None:
    text = record(Formatter(f"<:{name}>"), ConnectError("refused"))
    assert text == f"<{WITHOUT_AN_ANSWER[name]}>"


def test_header_fields_of_a_request() -> None:
    formatter = Formatter(":http_request_headers")
    found: Any = literal_eval(
        record(formatter, session_token="t", params={"content_type": "text/csv"})
    )
    assert set(found) == {
        "content-type",
        "accept-encoding",
        "amz-sdk-invocation-id",
        "user-agent",
        "authorization",
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    }
    shown = {name: found[name] for name in ("content-type", "accept-encoding", "x-amz-date")}
    assert shown == {
        "content-type": "text/csv",
        "accept-encoding": "identity",
        "x-amz-date": "20260115T123456Z",
    }
    hidden = {name for name, value in found.items() if value == "[FILTERED]"}
    assert hidden == {"authorization", "x-amz-security-token", "x-amz-content-sha256"}


def test_credentials_are_hidden_whatever_the_options_say() -> None:
    formatter = Formatter(
        ":http_request_headers :http_response_headers", filter_sensitive_params=False
    )
    answer = HttpResponse(200, {"set-cookie": "a=b", "x-other": "shown"})
    text = record(
        formatter, answer, session_token="s3cret", params={"custom_attributes": "attributes"}
    )
    assert "s3cret" not in text
    assert KEY not in text
    assert "'authorization': '[FILTERED]'" in text
    assert "'x-amz-security-token': '[FILTERED]'" in text
    assert "'x-amzn-sagemaker-custom-attributes': 'attributes'" in text
    assert text.endswith("{'set-cookie': '[FILTERED]', 'x-other': 'shown'}")


DEFAULT = (
    "[SageMakerRuntimeClient 200 0.25 0 retries] "
    "invoke_endpoint(endpoint_name:'ep',body:'[FILTERED]')  \n"
)
FAILED = (
    "[SageMakerRuntimeClient 424 0.25 0 retries] "
    "invoke_endpoint(endpoint_name:'ep',body:'[FILTERED]') ModelError bad\n"
)


def formatted(formatter: Formatter, answer: HttpResponse) -> str:
    """The text for a call that took a quarter of a second."""
    client = timed(make(transport=Recorder(answer), raise_response_errors=False))
    response: Response[Any] = client.build_request("invoke_endpoint", PARAMS).send()
    response.context["logging_started_at"] = 1.0
    response.context["logging_completed_at"] = 1.25
    return formatter.format(response)


def test_the_default_pattern() -> None:
    assert formatted(Formatter.default(), FINE) == DEFAULT
    assert formatted(Formatter.default(), MODEL_ERROR) == FAILED


def test_the_short_pattern() -> None:
    assert (
        formatted(Formatter.short(), FINE) == "[SageMakerRuntimeClient 200 0.25] invoke_endpoint \n"
    )
    assert (
        formatted(Formatter.short(), MODEL_ERROR)
        == "[SageMakerRuntimeClient 424 0.25] invoke_endpoint ModelError\n"
    )


def test_the_colored_pattern() -> None:
    assert formatted(Formatter.colored(), MODEL_ERROR) == (
        "\x1b[1m\x1b[34m[SageMakerRuntimeClient 424 0.25 0 retries]\x1b[0m\x1b[1m "
        "invoke_endpoint(endpoint_name:'ep',body:'[FILTERED]') ModelError bad\x1b[0m\n"
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.580066, "0.580066"), (1.0, "1."), (0.0017884, "0.001788"), (10, "10.")]
)
def test_seconds(seconds: float, text: str) -> None:
    client = make(transport=Recorder(FINE))
    response: Response[Any] = client.build_request("invoke_endpoint", PARAMS).send()
    response.context["logging_started_at"] = 0.0
    response.context["logging_completed_at"] = seconds
    assert Formatter(":time").format(response) == text


def test_a_formatter_can_be_used_on_any_response() -> None:
    transport = Slow(FINE)
    client = timed(make(transport=transport))
    response = client.build_request("invoke_endpoint", PARAMS).send()
    transport.seconds += 0.5
    # From the beginning of the call until now.
    assert Formatter(":time").format(response) == "0.75"


def test_a_record_holds_the_seconds_of_all_attempts() -> None:
    log = Log()
    client = make(
        transport=Slow(BUSY, FINE), retry_base_delay=0, logger=log, log_formatter=Formatter(":time")
    )
    invoke(timed(client))
    assert log.text == "0.5"


# When a record is written


def test_one_record_a_call_after_its_retries_at_the_level_of_the_option() -> None:
    log = Log()
    client = make(
        transport=Recorder(BUSY, BUSY, FINE), retry_base_delay=0, logger=log, log_level="WARNING"
    )
    invoke(timed(client))
    assert log.records == [
        (
            30,
            "[SageMakerRuntimeClient 200 0. 2 retries] "
            "invoke_endpoint(endpoint_name:'ep',body:'[FILTERED]')  ",
        )
    ]


def test_an_error_is_logged_before_it_is_raised() -> None:
    log = Log()
    client = make(transport=Recorder(MODEL_ERROR), logger=log, log_formatter=Formatter.short())
    with pytest.raises(ServiceError):
        invoke(timed(client))
    assert log.records == [(20, "[SageMakerRuntimeClient 424 0.] invoke_endpoint ModelError")]


def test_parameters_that_are_refused_are_not_logged() -> None:
    log = Log()
    client: Any = make(transport=Recorder(), logger=log)
    with pytest.raises(ParamValidationError):
        client.invoke_endpoint(endpoint_name="ep", body=5)
    assert log.records == []


def test_a_stream_is_logged_with_its_head() -> None:
    log = Log()
    client = make(
        transport=Recorder(streamed(event(b"a"))),
        logger=log,
        log_formatter=Formatter(":operation :http_response_status_code :http_response_body"),
    )
    with stream(client) as output:
        size = len(event(b"a"))
        assert log.text == (
            f"invoke_endpoint_with_response_stream 200 <bytes [FILTERED] ({size} bytes)>"
        )
        output.body.collect()
    assert len(log.records) == 1


def test_a_real_logger_gets_one_text_without_arguments(caplog: pytest.LogCaptureFixture) -> None:
    client = make(
        transport=Recorder(FINE), logger="my.calls", log_formatter=Formatter("100% :time")
    )
    with caplog.at_level(logging.INFO, "my.calls"):
        invoke(timed(client))
    (found,) = caplog.records
    assert (found.name, found.levelno, found.getMessage(), found.args) == (
        "my.calls",
        logging.INFO,
        "100% 0.",
        (),
    )


def test_whatever_has_a_method_log_can_be_a_logger() -> None:
    class Least:
        def __init__(self) -> None:
            self.records: list[tuple[int, str]] = []

        def log(self, level: int, text: str) -> None:
            self.records.append((level, text))

    least: Any = Least()
    invoke(make(transport=Recorder(FINE), logger=least, log_formatter=Formatter("x\n\n")))
    assert least.records == [(20, "x\n")]


def test_nothing_is_formatted_that_is_not_written() -> None:
    class Refuses:
        def format(self, response: Response[Any], /) -> str:
            raise AssertionError

    logger = logging.getLogger("drawplate.tests.quiet")
    logger.setLevel(logging.ERROR)
    client = make(transport=Recorder(FINE), logger=logger, log_formatter=Refuses())
    assert invoke(client).body == b"ok"


def test_without_a_logger_a_formatter_does_nothing() -> None:
    client = make(transport=Recorder(FINE), log_formatter=Formatter("x"))
    assert client.handlers.own == ()


def test_a_copy_with_another_logger_writes_there() -> None:
    first, second = Log(), Log()
    client = make(transport=Recorder(FINE), logger=first)
    invoke(client.with_options(logger=second, log_formatter=Formatter("there")))
    assert (first.records, second.records) == ([], [(20, "there")])


def test_formatters_are_values() -> None:
    formatter = Formatter(":time", filter=["a"], max_string_size=5)
    assert pickle.loads(pickle.dumps(formatter)) == formatter  # noqa: S301
    assert formatter != Formatter(":time", filter=["b"], max_string_size=5)
    assert len({formatter, Formatter(":time", filter=["a"], max_string_size=5)}) == 1
    assert formatter.__eq__(5) is NotImplemented
    assert repr(Formatter.short()) == (
        "Formatter('[:client_class :http_response_status_code :time] :operation :error_class\\n')"
    )
    one_text: Any = "body"
    with pytest.raises(TypeError, match="filter must be a list of names, got the text 'body'"):
        Formatter("", filter=one_text)
