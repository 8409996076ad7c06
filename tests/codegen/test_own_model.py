"""The page on models of one's own: its model becomes a package, and its program runs on that."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from drawplate.client import Client
from drawplate.http import HttpRequest, HttpResponse

from codegen.cli import main
from tests.support import ROOT

PAGE = (ROOT / "docs" / "bring-your-own-model.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


class Station:
    """A transport that lends one bicycle, and then has none left."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        if len(self.requests) > 1:
            fields = {"x-amzn-errortype": "NoBikeLeft"}
            return HttpResponse(409, fields, b'{"message": "come back later"}')
        return HttpResponse(200, {}, b'{"bike": "B-7", "until": 1768480496}')


def test_from_the_model_to_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / "bikes.json", tmp_path / "bikes-client"
    model.write_text(block("json"), encoding="utf-8")
    assert main(["generate", "--model", str(model), "--out", str(out), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    station = Station()

    def connect(_: Client) -> Station:
        return station

    monkeypatch.setattr(sys, "path", [str(out), *sys.path])
    monkeypatch.setattr(Client, "_connect", connect)
    program = compile(block("py"), "bring-your-own-model.md", "exec")
    for _ in range(2):
        exec(program, {})  # noqa: S102 - our own text
    assert capsys.readouterr().out == "B-7 2026-01-15 12:34:56+00:00\ncome back later\n"
    request = station.requests[0]
    assert (request.method, request.url, request.body) == (
        "POST",
        "https://bikes.example.com/stations/harbour/rentals",
        b'{"minutes":30}',
    )
    assert request.headers["authorization"] == "Bearer secret"
