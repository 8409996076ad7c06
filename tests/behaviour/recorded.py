"""A case of the credentials chain: environment, files, recorded traffic, what comes of them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from drawplate.errors import ConnectError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import Surroundings
from drawplate.profiles import SharedFiles, file_locations, parse_config, parse_credentials

from tests.support import read_json

#: Before the end of everything that was recorded.
TIME = 1_200_000_000.0
#: Fields that the origin's SDK, HTTP library and clock decide.
_OF_THE_ORIGIN = {
    "user-agent",
    "x-amz-user-agent",
    "x-amz-date",
    "authorization",
    "content-length",
    "host",
    "amz-sdk-request",
    "amz-sdk-invocation-id",
}
#: Form fields whose values the origin makes up where nobody gave any.
_MADE_UP = {"RoleSessionName"}


@dataclass
class Exchange:
    """A recorded request and its answer."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    answer: HttpResponse = field(default_factory=lambda: HttpResponse(500))
    fails: bool = False


class Case:
    """The folder of a case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = read_json(folder / "env.json")
        self.result: dict[str, Any] = read_json(folder / "test-case.json")["result"]
        self.exchanges = _exchanges(read_json(folder / "http-traffic.json"))

    def read(self, path: str) -> bytes:
        """A file of the case."""
        inside = PurePosixPath(path).relative_to("/")
        return (self.folder / "fs" / inside).read_bytes()

    def files(self) -> SharedFiles:
        """Its shared files. Raises what parsing raises."""
        config_path, credentials_path = file_locations(self.environ, windows=False)
        config = parse_config(self._text(config_path), str(config_path))
        credentials = parse_credentials(self._text(credentials_path), str(credentials_path))
        for section in (*config.profiles.values(), *credentials.profiles.values()):
            if command := section.get("credential_process"):
                # The origin leaves it to a shell, and has pipes in its cases.
                section["credential_process"] = f"/bin/sh -c {shlex.quote(command)}"
        return SharedFiles(
            config, credentials, config_path=config_path, credentials_path=credentials_path
        )

    def _text(self, path: str | None) -> str:
        try:
            return "" if path is None else self.read(path).decode()
        except OSError:
            return ""

    @property
    def written(self) -> str:
        """Everything that the case says outside of its traffic."""
        texts = [*self.environ.values()]
        texts += [
            path.read_text() for path in sorted(self.folder.glob("fs/**/*")) if path.is_file()
        ]
        return "\n".join(texts)

    def surroundings(self, transport: Replay, **given: Any) -> Surroundings:
        """What a provider of the case finds around itself."""
        return Surroundings(
            self.environ,
            files=self.files(),
            clock=lambda: TIME,
            random=lambda: 0.0,
            read_file=self.read,
            transport=transport,
            # The origin asks these endpoints four times.
            instance_retries=3,
            **given,
        )


class Replay:
    """Answers with what was recorded, in its order; whoever asks on is told that nobody answers."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._left = list(exchanges)
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request.copy())
        if not self._left:
            raise ConnectError("there is no other answer")
        exchange = self._left.pop(0)
        if exchange.fails:
            raise ConnectError("the recorded connection failed")
        return exchange.answer


def same(request: HttpRequest, recorded: Exchange, written: str) -> list[str]:
    """What differs between a request and a recorded one, as far as it matters."""
    assert isinstance(request.body, bytes)
    differences: list[str] = []

    def compare(what: str, mine: object, theirs: object) -> None:
        if mine != theirs:
            differences.append(f"{what}: {mine!r} instead of {theirs!r}")

    compare("method", request.method, recorded.method)
    compare("url", _parts(request.url), _parts(recorded.url))
    for name, value in recorded.headers.items():
        if name not in _OF_THE_ORIGIN:
            compare(name, request.headers.get(name), value)
    theirs = recorded.headers.get("authorization", "")
    if theirs.startswith("AWS4-"):
        compare("signed as", _signer(request.headers["authorization"]), _signer(theirs))
    elif recorded.url.startswith("https"):
        compare("authorization", request.headers.get("authorization"), theirs or None)
    if recorded.headers.get("content-type") == "application/x-www-form-urlencoded":
        mine, of_theirs = _form(request.body, written), _form(recorded.body, written)
        if of_theirs.get("RoleArn", "") not in written:  # one case was recorded for another role
            assert mine.pop("RoleArn") in written
            del of_theirs["RoleArn"]
        compare("form", mine, of_theirs)
    else:
        compare("body", request.body, recorded.body)
    return differences


def _parts(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path or "/", sorted(parse_qsl(parts.query))


def _signer(authorization: str) -> list[str]:
    """Key, region, service; the day is another one."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return [scope[0], *scope[2:]]


def _form(body: bytes, written: str) -> dict[str, str]:
    """The fields; "" for those that somebody made up, whose texts no file of the case has."""
    found = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {
        # The line end behind a token in a file was recorded in one case and not in another.
        name: "" if name in _MADE_UP and value not in written else value.strip()
        for name, value in found.items()
    }


def compare_all(
    requests: Sequence[HttpRequest], recorded: Sequence[Exchange], written: str
) -> list[str]:
    """What differs in those that both sent."""
    differences: list[str] = []
    for index, (mine, theirs) in enumerate(zip(requests, recorded, strict=False)):
        for difference in same(mine, theirs, written):
            differences.append(f"request {index}: {difference}")
    return differences


def _exchanges(traffic: Mapping[str, Any]) -> list[Exchange]:
    made: dict[int, Exchange] = {}
    for event in traffic["events"]:
        connection, ((kind, content),) = event["connection_id"], event["action"].items()
        if kind == "Request":
            request = content["request"]
            headers = {name.lower(): values[0] for name, values in request["headers"].items()}
            made[connection] = Exchange(request["method"], request["uri"], headers)
        elif kind == "Response":
            answer = content["response"].get("Ok")
            if answer is None:
                made[connection].fails = True
                continue
            headers = {name.lower(): values[0] for name, values in answer["headers"].items()}
            made[connection].answer = HttpResponse(answer["status"], headers)
        elif kind == "Data":
            ((form, data),) = content["data"].items()
            assert form == "Utf8"
            exchange = made[connection]
            if content["direction"] == "Request":
                exchange.body += data.encode()
            else:
                assert isinstance(exchange.answer.body, bytes)
                exchange.answer.body += data.encode()
    return [made[connection] for connection in made]
