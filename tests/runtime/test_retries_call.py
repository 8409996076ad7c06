"""Retries as a program sees them: options of a client, and what goes over the wire.

Holds the acceptance checks of retries.md section 9 that need a whole client, each under the text of
its row; the others are in test_retries_acceptance.py.
"""

from __future__ import annotations

import io
from email.utils import formatdate
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import (
    ConnectionLostError,
    DrawplateError,
    RetryCapacityNotAvailableError,
    ServiceError,
)
from drawplate.http import HttpResponse
from drawplate.testing import Fail, LocalEndpoint

from tests.runtime.clients import NOON, Recorder, invoke, json_answer, local, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

NOON_STAMP = "20260115T123456Z"
ONE_LATER = "20260115T133456Z"

#: For options that a table of names is made of.
client_with: Any = make


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the calls of a test wait for, instead of waiting."""
    waits: list[float] = []
    monkeypatch.setattr("drawplate.client.time.sleep", waits.append)
    return waits


def refused(status: int, code: str, **headers: str) -> HttpResponse:
    return json_answer(b"{}", status, x_amzn_errortype=code, **headers)


def skewed(code: str = "RequestTimeTooSkewed", seconds: float = 3600) -> HttpResponse:
    """What a service says whose clock is `seconds` ahead."""
    return refused(400, code, date=formatdate(NOON + seconds, usegmt=True))


def sent(transport: Recorder, header: str) -> list[str | None]:
    return [request.headers.get(header) for request in transport.requests]


def signed_by(transport: Recorder) -> list[str]:
    """Access key ids of the requests."""
    texts = sent(transport, "authorization")
    return [(text or "").partition("Credential=")[2].partition("/")[0] for text in texts]


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(
            "standard",
            id="400 + Date +3600 s + RequestTimeTooSkewed, standard -> "
            "second attempt's X-Amz-Date one hour ahead",
        ),
        "adaptive",
    ],
)
def test_a_wrong_clock_is_corrected(mode: str) -> None:
    transport = Recorder(skewed(), HttpResponse(200))
    client = client_with(transport=transport, retry_mode=mode)
    assert invoke(client).metadata.attempts == 2
    assert sent(transport, "x-amz-date") == [NOON_STAMP, ONE_LATER]
    scopes = [(text or "").split("/")[1] for text in sent(transport, "authorization")]
    assert scopes == ["20260115", "20260115"]
    invoke(client)
    assert sent(transport, "x-amz-date")[2] == ONE_LATER


def test_a_corrected_date_is_that_of_the_signing_key_too() -> None:
    transport = Recorder(skewed(seconds=86400), HttpResponse(200))
    invoke(client_with(transport=transport, retry_mode="standard"))
    scopes = [(text or "").split("/")[1] for text in sent(transport, "authorization")]
    assert scopes == ["20260115", "20260116"]


@pytest.mark.parametrize(
    "options",
    [
        {"retry_mode": "standard", "correct_clock_skew": False},
        {"retry_mode": "adaptive", "correct_clock_skew": False},
        {"retry_mode": "standard", "environ": {"AWS_CORRECT_CLOCK_SKEW": "false"}},
        {"retry_mode": "legacy"},
    ],
)
def test_a_wrong_clock_that_is_not_corrected_is_retried(options: dict[str, Any]) -> None:
    transport = Recorder(skewed(), HttpResponse(200))
    assert invoke(client_with(transport=transport, **options)).metadata.attempts == 2
    assert sent(transport, "x-amz-date") == [NOON_STAMP, NOON_STAMP]


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize(
    "answer",
    [skewed(seconds=300), skewed("AccessDeniedException"), refused(400, "RequestTimeTooSkewed")],
    ids=["five-minutes", "other-code", "no-date"],
)
def test_a_clock_that_is_right_ends_the_call(mode: str, answer: HttpResponse) -> None:
    transport = Recorder(answer)
    with pytest.raises(ServiceError):
        invoke(client_with(transport=transport, retry_mode=mode))
    assert len(transport.requests) == 1


def test_a_wrong_clock_is_not_retried_for_ever() -> None:
    transport = Recorder(skewed())
    with pytest.raises(ServiceError) as raised:
        invoke(client_with(transport=transport, retry_mode="standard"))
    assert (raised.value.code, len(transport.requests)) == ("RequestTimeTooSkewed", 3)


@pytest.mark.parametrize(
    ("mode", "texts"),
    [
        ("legacy", [None] * 3),
        ("standard", ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]),
        ("adaptive", ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]),
    ],
)
def test_the_service_is_told_about_attempts(mode: str, texts: list[str | None]) -> None:
    transport = Recorder(refused(500, "A"), ConnectionLostError("reset"), HttpResponse(200))
    invoke(client_with(transport=transport, retry_mode=mode))
    assert sent(transport, "amz-sdk-request") == texts
    assert len(set(sent(transport, "amz-sdk-invocation-id"))) == 1


def test_the_service_is_told_until_when_once_its_clock_is_known() -> None:
    date = formatdate(NOON + 60, usegmt=True)
    transport = Recorder(
        refused(500, "A", date=date), HttpResponse(200, {"date": date}), HttpResponse(200)
    )
    client = client_with(transport=transport, retry_mode="standard", http_read_timeout=30)
    invoke(client)
    invoke(client)
    assert sent(transport, "amz-sdk-request") == [
        "attempt=1; max=3",
        "attempt=2; max=3; ttl=20260115T123626Z",
        "attempt=1; max=3; ttl=20260115T123626Z",
    ]
    signed = sent(transport, "authorization")
    assert all("amz-sdk-request" in (text or "") for text in signed)


ADAPTIVE_ROW = (
    "adaptive, 429 then call, wait_to_fill False -> RetryCapacityNotAvailableError, one request"
)


@pytest.mark.parametrize("max_attempts", [3, 1], ids=[f"{ADAPTIVE_ROW} (R!)", "next-call"])
@pytest.mark.parametrize(
    "options",
    [
        {"adaptive_retry_wait_to_fill": False},
        {"environ": {"AWS_ADAPTIVE_RETRY_WAIT_TO_FILL": "false"}},
    ],
    ids=["keyword", "environment"],
)
def test_a_client_that_was_throttled_may_refuse_to_wait(
    max_attempts: int, options: dict[str, Any]
) -> None:
    transport = Recorder(refused(429, "ThrottlingException"), HttpResponse(200))
    client = client_with(
        transport=transport, retry_mode="adaptive", max_attempts=max_attempts, **options
    )
    if max_attempts == 1:
        with pytest.raises(ServiceError):
            invoke(client)
    with pytest.raises(RetryCapacityNotAvailableError):
        invoke(client)
    assert len(transport.requests) == 1


def test_a_client_that_was_throttled_waits(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock stands still but for the sleeps.
    monkeypatch.setattr("drawplate._client_base.time.monotonic", lambda: sum(slept))
    transport = Recorder(refused(429, "ThrottlingException"), HttpResponse(200))
    client = client_with(transport=transport, retry_mode="adaptive", max_attempts=1)
    with pytest.raises(ServiceError):
        invoke(client)
    assert slept == []
    invoke(client.with_options(max_attempts=2))
    assert slept == [2.0]


class Refreshing:
    """Credentials that are others after a refresh, or that cannot be refreshed."""

    def __init__(self, failure: DrawplateError | None = None) -> None:
        self.number = 1
        self.failure = failure

    @property
    def credentials(self) -> Credentials:
        return Credentials(f"AK{self.number}", "secret")

    def refresh(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.number += 1


EXPIRED_ROW = "403 ExpiredTokenException, refreshable creds -> second request signed with new key"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        pytest.param("legacy", "ExpiredTokenException", id=EXPIRED_ROW),
        pytest.param("standard", "ExpiredTokenException", id=f"standard: {EXPIRED_ROW}"),
        pytest.param("adaptive", "ExpiredTokenException", id=f"adaptive: {EXPIRED_ROW}"),
        ("standard", "InvalidClientTokenId"),
    ],
)
def test_expired_credentials_are_refreshed(mode: str, code: str) -> None:
    transport = Recorder(refused(403, code), HttpResponse(200))
    invoke(client_with(transport=transport, retry_mode=mode, **refreshable(Refreshing())))
    assert signed_by(transport) == ["AK1", "AK2"]


def refreshable(provider: object) -> dict[str, object]:
    """Options with a provider instead of the keys that test clients have."""
    return {"credentials": provider, "access_key_id": None, "secret_access_key": None}


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_keys_that_cannot_be_refreshed_are_not_tried_again(mode: str) -> None:
    transport = Recorder(refused(403, "ExpiredTokenException"))
    with pytest.raises(ServiceError) as raised:
        invoke(client_with(transport=transport, retry_mode=mode))
    assert (raised.value.code, len(transport.requests)) == ("ExpiredTokenException", 1)


def test_a_refresh_is_a_retry() -> None:
    transport = Recorder(refused(403, "ExpiredTokenException"))
    with pytest.raises(ServiceError) as raised:
        invoke(client_with(transport=transport, retry_limit=2, **refreshable(Refreshing())))
    assert raised.value.attempts == 3
    assert signed_by(transport) == ["AK1", "AK2", "AK3"]


def test_a_refresh_that_fails_tells_its_own_story() -> None:
    failure = DrawplateError("the source of keys is gone")
    transport = Recorder(refused(403, "ExpiredTokenException"))
    with pytest.raises(DrawplateError) as raised:
        invoke(client_with(transport=transport, **refreshable(Refreshing(failure))))
    assert raised.value is failure
    assert len(transport.requests) == 1


def test_a_backoff_waits_by_itself(slept: list[float]) -> None:
    retries: list[int] = []

    def backoff(context: Any) -> None:
        retries.append(context.retries)

    transport = Recorder(refused(500, "A"))
    client = client_with(transport=transport, retry_backoff=backoff, retry_limit=2)
    with pytest.raises(ServiceError):
        invoke(client)
    assert (retries, slept, len(transport.requests)) == ([0, 1], [], 3)


@pytest.mark.parametrize(
    ("environ", "options", "announced"),
    [
        ({}, {}, None),
        ({"AWS_NEW_RETRIES_2026": "false"}, {}, None),
        ({"AWS_NEW_RETRIES_2026": "true"}, {}, "attempt=1; max=3"),
        ({"AWS_NEW_RETRIES_2026": "True"}, {"max_attempts": 5}, "attempt=1; max=5"),
        ({"AWS_NEW_RETRIES_2026": "true"}, {"retry_mode": "legacy"}, None),
        ({"AWS_NEW_RETRIES_2026": "true", "AWS_RETRY_MODE": "legacy"}, {}, None),
    ],
)
def test_the_default_mode_of_2026(
    environ: dict[str, str], options: dict[str, Any], announced: str | None
) -> None:
    transport = Recorder()
    invoke(client_with(transport=transport, environ=environ, **options))
    assert sent(transport, "amz-sdk-request") == [announced]


def test_the_numbers_of_2026(slept: list[float]) -> None:
    environ = {"AWS_NEW_RETRIES_2026": "true"}
    transport = Recorder(refused(500, "A", x_amz_retry_after="3000"), HttpResponse(200))
    invoke(client_with(transport=transport, environ=environ))
    assert slept == [3.0]  # asked for, and within five seconds of at most 0.05


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_the_service_is_not_heeded_otherwise(mode: str, slept: list[float]) -> None:
    transport = Recorder(
        refused(500, "A", x_amz_retry_after="3000", retry_after="7"), HttpResponse(200)
    )
    invoke(client_with(transport=transport, retry_mode=mode))
    assert len(slept) == 1
    assert slept[0] <= 1


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(
            "legacy",
            id="body BytesIO read to offset 4 -> both attempts send bytes 4.. and "
            "Content-Length matches",
        ),
        "standard",
    ],
)
def test_a_body_is_sent_from_where_it_was(mode: Any) -> None:
    body = io.BytesIO(b"skipped the rest")
    body.read(4)
    server = LocalEndpoint({"ep": lambda request: request.body}, faults=[Fail(500, "A")])
    with server, local(server, retry_mode=mode) as client:
        output = client.invoke_endpoint(endpoint_name="ep", body=body)
        requests = server.requests
    assert [request.body for request in requests] == [b"ped the rest"] * 2
    assert [request.headers["content-length"] for request in requests] == ["12"] * 2
    assert output.body == b"ped the rest"
