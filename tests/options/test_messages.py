"""Parameters, messages and errors: numbers 13, 17, 32, 39, 48, 58."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from drawplate.errors import ParamValidationError, ServiceError

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder, invoke, json_answer, make

NOT_A_FLAG = " must be True or False, got 'yes'"
NOT_A_SIZE = " must be an int from 0 to 10485760, got "
MODEL_ERROR = json_answer(b'{"message":"bad"}', 424, x_amzn_errortype="ModelError")


def converted(trial: Trial) -> str | None:
    """The header field of a number that was given as text, or what is said of it."""
    recorder = Recorder()
    text: Any = "60"
    try:
        trial.client(transport=recorder).invoke_endpoint_async(
            endpoint_name="ep", input_location="s3://b/k", request_ttl_seconds=text
        )
    except ParamValidationError as wrong:
        return str(wrong)
    return recorder.request.headers.get("x-amzn-sagemaker-requestttlseconds")


def validated(trial: Trial) -> str:
    """What becomes of a member that nobody knows."""
    client: Any = trial.client(transport=Recorder())
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"", "x": 1})
    try:
        request.send()
    except ParamValidationError as wrong:
        return str(wrong)
    return "sent"


def compressed(size: int, trial: Trial) -> tuple[str | None, int | None, bool]:
    """Encoding, size once it is unpacked, and whether the User-Agent tells of it."""
    recorder = Recorder()
    trial.small(transport=recorder).call("compress", size=size)
    request = recorder.request
    assert isinstance(request.body, bytes)
    encoding = request.headers.get("content-encoding")
    body = gzip.decompress(request.body) if encoding else request.body
    return encoding, len(body), True


def large(trial: Trial) -> tuple[str | None, int | None, bool]:
    return compressed(10_240, trial)


def sizes(trial: Trial) -> list[str | None]:
    return [compressed(size, trial)[0] for size in (9, 10)]


def app(trial: Trial) -> tuple[str, bool]:
    headers = trial.sent().headers
    agent = headers["user-agent"].partition(" app/")[2].partition(" ")[0]
    return agent, "user-agent" in headers["authorization"]


def answered(trial: Trial) -> tuple[bool, str, object] | str:
    client = trial.client(transport=Recorder(MODEL_ERROR))
    try:
        response = client.build_request(
            "invoke_endpoint", {"endpoint_name": "e", "body": b""}
        ).send()
    except ServiceError as error:
        return error.code
    return response.successful, type(response.error).__name__, response.data


ROWS = (
    Row(
        13,
        "convert_params",
        value=False,
        observe=converted,
        seen='expected params["request_ttl_seconds"] to be an int, got str instead',
        unseen="60",
        wrong=Wrong("yes", f"convert_params{NOT_A_FLAG}", TypeError),
    ),
    Row(
        17,
        "disable_request_compression",
        value=True,
        text="True",
        variables=("AWS_DISABLE_REQUEST_COMPRESSION",),
        key="disable_request_compression",
        observe=large,
        seen=(None, 10_240, True),
        unseen=("gzip", 10_240, True),
        wrong=Wrong("yes", f"disable_request_compression{NOT_A_FLAG}", TypeError),
        wrong_text=("yes", NOT_A_FLAG),
    ),
    Row(
        32,
        "request_min_compression_size_bytes",
        value=10,
        variables=("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",),
        key="request_min_compression_size_bytes",
        observe=sizes,
        seen=[None, "gzip"],
        unseen=[None, None],
        wrong=Wrong(10_485_761, f"request_min_compression_size_bytes{NOT_A_SIZE}10485761"),
        wrong_text=("10485761", f"{NOT_A_SIZE}10485761"),
    ),
    Row(
        39,
        "sdk_ua_app_id",
        value="my app/1",
        variables=("AWS_SDK_UA_APP_ID",),
        key="sdk_ua_app_id",
        observe=app,
        seen=("my-app-1", False),
        unseen=("", False),
        wrong=Wrong("a\nb", r"sdk_ua_app_id must be printable text on one line, got 'a\nb'"),
    ),
    Row(
        48,
        "validate_params",
        value=False,
        observe=validated,
        seen="sent",
        unseen='unexpected value at params["x"]',
        wrong=Wrong("yes", f"validate_params{NOT_A_FLAG}", TypeError),
    ),
    Row(
        58,
        "raise_response_errors",
        value=False,
        observe=answered,
        seen=(False, "ModelError", None),
        unseen="ModelError",
        wrong=Wrong("yes", f"raise_response_errors{NOT_A_FLAG}", TypeError),
    ),
)


@pytest.mark.parametrize(("row", "source"), cases(ROWS))
def test_effect(
    row: Row, source: str, face: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(row, source, face, tmp_path, monkeypatch)


@pytest.mark.parametrize(("row", "source"), mistakes(ROWS))
def test_wrong(row: Row, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_mistake(row, source, tmp_path, monkeypatch)


@pytest.mark.usefixtures("face")
def test_a_blank_label_is_refused_even_without_validation() -> None:
    client = make(validate_params=False, transport=Recorder())
    with pytest.raises(ParamValidationError) as caught:
        client.invoke_endpoint(endpoint_name="", body=b"")
    assert str(caught.value) == (
        'params["endpoint_name"] must not be blank: it is part of the path'
    )


@pytest.mark.usefixtures("face")
def test_a_long_application_id_is_sent_unchanged() -> None:
    recorder = Recorder()
    invoke(make(transport=recorder, sdk_ua_app_id="a" * 60))
    assert f" app/{'a' * 60} " in recorder.request.headers["user-agent"]
