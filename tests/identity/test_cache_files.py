"""Files with tokens on a real disk: who may read them, how they are replaced, how they may look."""

from __future__ import annotations

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from drawplate.credentials import Token
from drawplate.errors import ConfigParseError, SsoTokenError, TokenFileError
from drawplate.identity import (
    ContainerCredentials,
    ProfileCredentials,
    SsoToken,
    Surroundings,
    WebIdentityCredentials,
    default_token_chain,
)
from drawplate.identity._cache_files import read_object, replace_file
from drawplate.identity._times import as_datetime, format_time, parse_time
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.support import MARKER, NOON, Clock, Script, ask, iso, json_answer, moment

pytestmark = pytest.mark.usefixtures("face")  # both clients

#: SHA-1 of "dev".
NAME = "34c6fceca75e456f25e7e99531e2425c6c1de443.json"
OLD = {
    "accessToken": "old",
    "expiresAt": iso(NOON + 60),
    "refreshToken": "refresh",
    "clientId": "id",
    "clientSecret": "secret",
}


def home(folder: Path) -> Surroundings:
    return Surroundings({"HOME": str(folder)}, clock=Clock(), region="us-east-1")


def cache(folder: Path, content: str | bytes | None = None) -> Path:
    path = folder / ".aws" / "sso" / "cache" / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(OLD) if content is None else content
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_renewed_token_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = cache(tmp_path)
    path.chmod(0o644)
    script = Script(json_answer({"accessToken": "new", "expiresIn": 3600, "refreshToken": "r2"}))
    token = SsoToken("dev", "us-east-1", home(tmp_path))
    assert ask(token, script) == Token("new", moment(NOON + 3600))
    assert mode(path) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [NAME]
    assert json.loads(path.read_text())["refreshToken"] == "r2"


def test_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    replace_file(str(path), b"{}")
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)


def test_a_replacement_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_readers_see_a_whole_file_while_many_write(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    contents = [json.dumps({"writer": number, "pad": "x" * 50_000}).encode() for number in range(8)]
    replace_file(str(path), contents[0])
    done = threading.Event()

    def write(content: bytes) -> None:
        for _ in range(20):
            replace_file(str(path), content)

    def read() -> int:
        seen = 0
        while not done.is_set():
            assert path.read_bytes() in contents
            seen += 1
        return seen

    with ThreadPoolExecutor(9) as pool:
        reading = pool.submit(read)
        for writing in [pool.submit(write, content) for content in contents]:
            writing.result(60)
        done.set()
        assert reading.result(60) > 0
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_worth_of_providers_renew_one_after_the_other(tmp_path: Path) -> None:
    cache(tmp_path)
    first, second = (SsoToken("dev", "us-east-1", home(tmp_path)) for _ in range(2))
    script = Script(json_answer({"accessToken": "new", "expiresIn": 3600}))
    assert ask(first, script).value == "new"
    assert ask(second, script).value == "new"
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(OLD).replace(", ", ",\r\n"),
        b"\xef\xbb\xbf" + json.dumps(OLD).encode(),
        json.dumps({**OLD, "more": {"deep": [1, {"x": "ü"}]}}, ensure_ascii=False),
    ],
    ids=["crlf", "bom", "nested"],
)
def test_forms_of_the_file(tmp_path: Path, content: str | bytes) -> None:
    cache(tmp_path, content)
    token = SsoToken("dev", "us-east-1", home(tmp_path))
    assert ask(token) == Token("old", moment(NOON + 60))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", MARKER.encode(), f'"{MARKER}"'.encode(), b"[" * 100_000]
)
def test_a_malformed_file_is_an_error_without_its_content(tmp_path: Path, content: bytes) -> None:
    path = cache(tmp_path, content)
    with pytest.raises(SsoTokenError, match="run `aws sso login`") as caught:
        ask(SsoToken("dev", "us-east-1", home(tmp_path)))
    assert str(path) in str(caught.value)
    assert MARKER not in str(caught.value)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    path = cache(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SsoTokenError, match="cannot be read"):
        ask(SsoToken("dev", "us-east-1", home(tmp_path)))


@given(st.binary(max_size=200))
def test_reading_raises_nothing_else(content: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(read_object(content), dict)


@given(st.text(max_size=40) | st.datetimes().map(str) | st.datetimes().map(datetime.isoformat))
def test_times_raise_nothing_else(text: str) -> None:
    with suppress(ValueError):
        assert parse_time(format_time(parse_time(text))) >= 0


@given(st.floats(allow_nan=False))
def test_every_number_of_seconds_is_some_time(seconds: float) -> None:
    assert as_datetime(seconds).tzinfo is not None


CONFIG = """\
[default]
sso_session = dev
region = us-east-1
s3 =
  max_concurrent_requests = 20
[profile process]
credential_process = /bin/sh -c 'echo "{}"'
[sso-session dev]
sso_region = us-east-1
[services local]
sts =
  endpoint_url = http://127.0.0.1:1
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_forms_of_the_config_file(tmp_path: Path, start: str, ending: str) -> None:
    cache(tmp_path)
    config = tmp_path / ".aws" / "config"
    config.write_bytes((start + CONFIG.replace("\n", ending)).encode())
    assert ask(default_token_chain(home(tmp_path))).value == "old"


def test_a_broken_config_file_names_its_line(tmp_path: Path) -> None:
    cache(tmp_path)
    config = tmp_path / ".aws" / "config"
    config.write_text(f"[default]\n{MARKER}\n")
    with pytest.raises(ConfigParseError) as caught:
        ask(ProfileCredentials(surroundings=Surroundings({"HOME": str(tmp_path)})))
    assert str(caught.value) == f"{config}, line 2: a setting must be written as key = value"


def test_token_files_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"\xff")
    environ = {
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(path),
    }
    with pytest.raises(TokenFileError, match="is not UTF-8"):
        ask(ContainerCredentials(Surroundings(environ)))
    with pytest.raises(TokenFileError, match="is not UTF-8"):
        ask(WebIdentityCredentials("arn:role", str(path), Surroundings({})))
