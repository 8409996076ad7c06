"""What may block is done in threads: the loop of an async client goes on meanwhile."""

from __future__ import annotations

import asyncio
import builtins
import io
import json
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import CredentialsError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.identity import (
    AssumeRoleCredentials,
    ProcessCredentials,
    ProfileCredentials,
    SharedFileCredentials,
    Surroundings,
    WebIdentityCredentials,
    default_chain,
)
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import AsyncSageMakerRuntimeClient

from tests.identity.support import assumed
from tests.runtime.clients import KEY, SECRET

KEYS = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"


class Watched:
    """Where files were opened, names looked up and commands run: on the loop, or in threads."""

    def __init__(self) -> None:
        self.on_loop: list[str] = []
        self.elsewhere: list[str] = []

    def told(self, what: object) -> None:
        place = self.on_loop if threading.current_thread() is threading.main_thread() else None
        (self.elsewhere if place is None else place).append(str(what))


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()

    def watch(function: Callable[..., Any], counts: Callable[[object], bool]) -> Callable[..., Any]:
        def call(first: object, *args: Any, **options: Any) -> Any:
            if counts(first):
                made.told(first.decode() if isinstance(first, bytes) else first)
            return function(first, *args, **options)

        return call

    def is_file(path: object) -> bool:
        return str(tmp_path) in str(path)

    monkeypatch.setattr(builtins, "open", watch(builtins.open, is_file))
    monkeypatch.setattr("drawplate._target.FileIO", watch(io.FileIO, is_file))
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        watch(socket.getaddrinfo, lambda host: host in ("localhost", b"localhost")),
    )
    monkeypatch.setattr(subprocess, "run", watch(subprocess.run, lambda _: True))
    return made


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    (tmp_path / "config").write_text(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
        "source_profile = base\n[profile base]\n" + KEYS[10:]
    )
    (tmp_path / "keys").write_text(KEYS)
    (tmp_path / "token").write_text("token")
    environ = {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys"),
    }
    return Surroundings(environ, region="us-east-1")


class Sts:
    """Answers what asks AWS STS, and calls of the model."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        if "sts." not in request.url:
            return HttpResponse(200, {}, b"out")
        assert isinstance(request.body, bytes)
        action = "AssumeRoleWithWebIdentity" if b"WebIdentity" in request.body else "AssumeRole"
        return assumed(4_000_000_000, action=action)


PROVIDERS: dict[str, Callable[[Surroundings, Path], Any]] = {
    "shared files": lambda around, _: SharedFileCredentials(surroundings=around),
    "profile with a role": lambda around, _: ProfileCredentials(surroundings=around),
    "web identity": lambda around, path: WebIdentityCredentials(
        "arn:aws:iam::123456789012:role/r", str(path / "token"), around
    ),
    "role": lambda around, _: AssumeRoleCredentials(
        Credentials(KEY, SECRET), "arn:aws:iam::123456789012:role/r", around
    ),
    "process": lambda around, path: ProcessCredentials(f"cat {path / 'printed'}", around),
    "chain": lambda around, _: default_chain(around),
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_credentials_are_read_beside_the_loop(
    name: str, around: Surroundings, watched: Watched, tmp_path: Path
) -> None:
    printed = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET}
    (tmp_path / "printed").write_text(json.dumps(printed))
    client = AsyncSageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        transport=Sts(),
        credentials=PROVIDERS[name](around, tmp_path),
    )
    watched.elsewhere.clear()
    watched.on_loop.clear()
    output = asyncio.run(client.invoke_endpoint(endpoint_name="ep", body=b"in"))
    assert output.body == b"out"
    assert watched.on_loop == []
    assert watched.elsewhere != []


def test_names_are_looked_up_and_files_read_and_written_beside_the_loop(
    watched: Watched, tmp_path: Path
) -> None:
    (tmp_path / "body").write_bytes(b"from a file")
    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        client = AsyncSageMakerRuntimeClient(
            region=server.region,
            environ={},
            endpoint=url,
            access_key_id=server.access_key_id,
            secret_access_key=server.secret_access_key,
        )

        async def main() -> None:
            async with client:
                params: Any = {"endpoint_name": "echo", "body": tmp_path / "body"}
                request = client.build_request("invoke_endpoint", params)
                await request.send(target=tmp_path / "out")

        asyncio.run(main())
    assert (tmp_path / "out").read_bytes() == b"from a file"
    assert watched.on_loop == []
    names = [str(tmp_path / "body"), "localhost", str(tmp_path / "out")]
    assert watched.elsewhere == names


def test_a_function_that_takes_its_time_does_not_hold_up_others() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def credentials() -> Credentials:
        asked.set()
        assert go_on.wait(10)
        return Credentials(KEY, SECRET)

    client = AsyncSageMakerRuntimeClient(
        region="us-east-1", environ={}, transport=Sts(), credentials=credentials
    )

    async def main() -> None:
        call = asyncio.ensure_future(client.invoke_endpoint(endpoint_name="ep", body=b""))
        while not asked.is_set():
            await asyncio.sleep(0)
        assert not call.done()
        go_on.set()
        assert (await call).body == b"out"

    asyncio.run(main())


def test_a_provider_that_fails_is_an_error_of_the_call(around: Surroundings) -> None:
    client = AsyncSageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        transport=Sts(),
        credentials=ProcessCredentials("false", around),
    )
    with pytest.raises(CredentialsError, match="ended with status 1"):
        asyncio.run(client.invoke_endpoint(endpoint_name="ep", body=b""))
