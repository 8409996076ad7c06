"""Stubs: number 43."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawplate.errors import DrawplateError
from drawplate.http import HttpRequest, HttpResponse

from tests.options.rows import Row, Trial, Wrong, cases, check, check_mistake, mistakes
from tests.runtime.clients import Recorder, invoke


def answered(trial: Trial) -> tuple[str, str, str | None, int]:
    """The body, region and access key of a call, and how many requests were sent for it."""
    transport = Recorder(HttpResponse(200, body=b"of the service"))
    client = trial.client(transport=transport)
    try:
        body = invoke(client).body.decode()
    except DrawplateError as error:
        body = type(error).__name__
    credentials = client.config.credentials.credentials
    return body, str(client.config.region), credentials.access_key_id, len(transport.requests)


class Nothing:
    """A transport that must not be used."""

    def send(self, request: HttpRequest) -> HttpResponse:
        raise AssertionError(request.url)


ROWS = (
    Row(
        43,
        "stub_responses",
        value={"invoke_endpoint": {"body": b"stubbed"}},
        observe=answered,
        seen=("stubbed", "us-east-1", "stubbed-akid", 0),
        unseen=("of the service", "us-east-1", "AKIDEXAMPLE", 1),
        wrong=Wrong(1, "stub_responses must be a mapping of str to str, got 1", TypeError),
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
