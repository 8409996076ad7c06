"""What tests of providers share: a clock that stands still, files in memory, scripted answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from drawplate._call import Flow
from drawplate._sync import run
from drawplate.credentials import FlowProvider
from drawplate.errors import ConnectError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import Surroundings
from drawplate.profiles import ConfigFile, Sections, SharedFiles

T = TypeVar("T")

NOON = 1768480496.0  # 2026-01-15T12:34:56Z
#: Stands for every secret; nothing may show it.
MARKER = "s3cr3t-marker"

Answer = HttpResponse | Exception


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Script:
    """A transport that answers in order; then nobody answers. Keeps what was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request.copy())
        answer = self.answers.pop(0) if self.answers else ConnectError("nobody answers")
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def asked(self) -> list[str]:
        """Method and URL of each request."""
        return [f"{request.method} {request.url}" for request in self.requests]


class Disk:
    """Files in memory, which counts how often each was read."""

    def __init__(self, files: Mapping[str, str | Exception] | None = None) -> None:
        self.files: dict[str, str | Exception] = dict(files or {})
        self.reads: list[str] = []

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        found = self.files.get(path, FileNotFoundError(2, "No such file or directory"))
        if isinstance(found, Exception):
            raise found
        return found.encode()

    def write(self, path: str, content: bytes) -> None:
        self.files[path] = content.decode()

    def json(self, path: str) -> Any:
        """The content of a file."""
        found = self.files[path]
        assert isinstance(found, str)
        return json.loads(found)


def shared(
    config: Sections | None = None,
    credentials: Sections | None = None,
    sessions: Sections | None = None,
    services: dict[str, Sections] | None = None,
) -> SharedFiles:
    """Shared files that were read from /c and /s."""
    return SharedFiles(
        ConfigFile(config, sessions, services),
        ConfigFile(credentials),
        config_path="/c",
        credentials_path="/s",
    )


def around(
    environ: Mapping[str, str] | None = None,
    *,
    config: Sections | None = None,
    credentials: Sections | None = None,
    sessions: Sections | None = None,
    clock: Callable[[], float] | None = None,
    disk: Disk | None = None,
    region: str | None = "us-east-1",
    run_process: Callable[[Sequence[str]], tuple[int, bytes, bytes]] | None = None,
    mfa_prompt: Callable[[str], str] | None = None,
    **given: Any,
) -> Surroundings:
    """Surroundings without anything that is not given."""
    disk = disk or Disk()
    return Surroundings(
        {"HOME": "/home"} if environ is None else environ,
        files=shared(config, credentials, sessions),
        clock=clock or Clock(),
        random=lambda: 0.0,
        read_file=disk.read,
        write_file=disk.write,
        region=region,
        run_process=run_process,
        mfa_prompt=mfa_prompt,
        **given,
    )


def ask(provider: FlowProvider[T], transport: Script | None = None) -> T:
    """Run the flow of a provider without sleeping."""
    return drive(provider.resolve(), transport)


def drive(flow: Flow[T], transport: Script | None = None, slept: list[float] | None = None) -> T:
    """Run a flow without sleeping; keeps what it would have slept."""
    waits = [] if slept is None else slept
    return run(flow, transport or Script(), waits.append)


def iso(seconds: float) -> str:
    """A time as the services write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(seconds: float) -> datetime:
    """An aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def json_answer(value: object, status: int = 200, **headers: str) -> HttpResponse:
    """An answer with JSON."""
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpResponse(status, {"content-type": "application/json", **fields}, to_json(value))


def to_json(value: object) -> bytes:
    """JSON as bytes."""
    return json.dumps(value).encode()


def keys(ends: float = NOON + 3600, **more: object) -> dict[str, object]:
    """Keys as containers and instances answer them."""
    return {
        "AccessKeyId": "AKID",
        "SecretAccessKey": "SECRET",
        "Token": "TOKEN",
        "Expiration": iso(ends),
        **more,
    }


def assumed(
    ends: float = NOON + 3600,
    *,
    key: str = "ASIA",
    action: str = "AssumeRole",
    secret: str = "SECRET",  # noqa: S107
    token: str = "TOKEN",  # noqa: S107
) -> HttpResponse:
    """What AWS STS answers for a role."""
    text = (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
        "<AssumedRoleUser><AssumedRoleId>AROA:me</AssumedRoleId>"
        "<Arn>arn:aws:sts::123456789012:assumed-role/role/me</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{iso(ends)}</Expiration></Credentials>"
        f"</{action}Result></{action}Response>"
    )
    return HttpResponse(200, {"content-type": "text/xml"}, text.encode())


def sts_error(code: str, message: str, status: int = 400) -> HttpResponse:
    """An error of AWS STS."""
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )
    return HttpResponse(status, {"content-type": "text/xml"}, text.encode())
