"""`credential_process`. credentials.md section 9."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import ProcessCredentialsError
from drawplate.identity import ProcessCredentials

from tests.identity.support import MARKER, NOON, Clock, around, ask, iso, moment

pytestmark = pytest.mark.usefixtures("face")  # both clients

GOOD = {"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": MARKER}


def printing(output: object, status: int = 0, error: bytes = b"") -> ProcessCredentials:
    text = output if isinstance(output, bytes) else json.dumps(output).encode()
    surroundings = around(run_process=lambda _: (status, text, error))
    return ProcessCredentials("tool --flag", surroundings, account_id="of the profile")


def test_keys_of_a_command() -> None:
    more = {"SessionToken": "T", "AccountId": "1", "Expiration": iso(NOON + 3600)}
    found = ask(printing({**GOOD, **more}))
    assert found == Credentials("AKID", MARKER, "T", "1")
    assert found.expiration == moment(NOON + 3600)


def test_the_account_of_the_profile_stands_in() -> None:
    found = ask(printing(GOOD))
    assert (found, found.expiration) == (
        Credentials("AKID", MARKER, None, "of the profile"),
        None,
    )


@pytest.mark.parametrize(
    ("output", "status", "message"),
    [
        (b"", 3, "the command ended with status 3; run it to see why"),
        (MARKER.encode(), 0, "the command did not print credentials as JSON: it is not JSON"),
        (b"\xff", 0, "the command did not print credentials as JSON: it is not JSON"),
        ([MARKER], 0, "the command did not print credentials as JSON: it is not a JSON object"),
        ({"Version": 2}, 0, "the command printed Version 2, only Version 1 is known"),
        ({}, 0, "the command printed Version not a number, only Version 1 is known"),
        (
            {**GOOD, "Version": MARKER},
            0,
            "the command printed Version not a number, only Version 1 is known",
        ),
        (
            {**GOOD, "Version": True},
            0,
            "the command printed Version True, only Version 1 is known",
        ),
        ({"Version": 1, "AccessKeyId": MARKER}, 0, "the command printed no SecretAccessKey"),
        ({"Version": 1}, 0, "the command printed no AccessKeyId and no SecretAccessKey"),
        (
            {**GOOD, "Expiration": MARKER},
            0,
            "the command printed an Expiration that cannot be read: it is not a time in ISO 8601",
        ),
        (
            {**GOOD, "Expiration": 5},
            0,
            "the command printed an Expiration that cannot be read: it is not a time",
        ),
    ],
)
def test_a_command_that_does_something_else(output: object, status: int, message: str) -> None:
    with pytest.raises(ProcessCredentialsError) as caught:
        ask(printing(output, status, MARKER.encode()))
    assert str(caught.value) == f"credential_process: {message}"


def test_it_is_split_as_a_shell_does_and_run_without_one() -> None:
    ran: list[list[str]] = []

    def run(command: Sequence[str]) -> tuple[int, bytes, bytes]:
        ran.append(list(command))
        return 0, json.dumps(GOOD).encode(), b""

    ask(ProcessCredentials("'/a b/tool' --x \"y z\" $HOME | cat", around(run_process=run)))
    assert ran == [["/a b/tool", "--x", "y z", "$HOME", "|", "cat"]]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("'open", "the command line cannot be split: No closing quotation"),
        (" ", "the command line is empty"),
        ("/no/such/tool", "/no/such/tool cannot be run: No such file or directory"),
    ],
)
def test_what_cannot_be_run(command: str, message: str) -> None:
    with pytest.raises(ProcessCredentialsError) as caught:
        ask(ProcessCredentials(command, around()))
    assert str(caught.value) == f"credential_process: {message}"


def test_a_real_command() -> None:
    program = f"import json; print(json.dumps({GOOD!r}))"
    command = shlex.join([sys.executable, "-c", program])
    assert ask(ProcessCredentials(command, around())) == Credentials("AKID", MARKER)


def test_it_runs_once_without_an_expiration_and_again_before_one() -> None:
    clock, ran = Clock(), list[float]()

    def run(_: Sequence[str]) -> tuple[int, bytes, bytes]:
        ran.append(clock.now)
        ends = {} if len(ran) == 1 else {"Expiration": iso(clock.now + 3600)}
        return 0, json.dumps({**GOOD, **ends}).encode(), b""

    provider = ProcessCredentials("x", around(run_process=run, clock=clock))
    for _ in range(2):
        ask(provider)
        clock.now += 86400
    assert len(ran) == 1

    provider = ProcessCredentials("x", around(run_process=run, clock=clock))
    ask(provider)
    clock.now += 3600 - 240
    ask(provider)
    assert len(ran) == 3
